"""A file to its documents with their paragraphs: one at a time, failures collected."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

from indexer.extract import extract
from indexer.limits import Limits
from indexer.model import Document, DocumentMetadata, Paragraph
from indexer.paragraphs import paragraphs
from indexer.report import PassedOver, Skip
from indexer.walk import File

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Record:
    """A document ready for the index. shown: the file that it comes from, as shown to people."""

    document: DocumentMetadata
    paragraphs: tuple[Paragraph, ...]
    shown: str


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Reads the files of one build. Holds one document at a time."""

    limits: Limits

    def read(self, file: File) -> Iterator[Record | Skip | PassedOver]:
        """The documents of a file in their order, each with its paragraphs, or why there is none.

        Whatever goes wrong costs this file only. Equal ids are not looked for.
        """
        shown = file.shown
        try:
            for extracted in extract(file.path, file.id, shown, self.limits):
                if not isinstance(extracted, Document):
                    yield extracted
                    continue
                made = paragraphs(extracted)
                if not made:
                    yield Skip(shown, "holds no text")
                    continue
                yield Record(replace(extracted.metadata, paragraphs=len(made)), made, shown)
        except Exception as error:  # a reader that fails in a new way must not cost the other files
            _logger.debug("Fault while reading %s", shown, exc_info=True)
            reason = f"cannot be read: unexpected {type(error).__name__}"
            yield Skip(shown, reason, "Please report it with the file; --verbose shows where it happened.")
