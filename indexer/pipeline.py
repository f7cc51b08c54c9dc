"""A file to its documents with their paragraphs, one at a time; then what the file was when it was read."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO, TypeAlias

from indexer.enrich.language import with_languages
from indexer.errors import ExtractionError
from indexer.extract import extract
from indexer.extract.content import Allowance, OpenFile
from indexer.extract.parts import Parts, guarded, unreadable
from indexer.extract.source import SourceFile
from indexer.limits import Limits
from indexer.model import Document, DocumentMetadata, Paragraph
from indexer.paragraphs import paragraphs
from indexer.report import PassedOver, Skip
from indexer.walk import File

# A device that has taken the place of a file is neither waited for nor made this process's terminal.
_OPENING = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)

_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Record:
    """A document ready for the index.

    shown: the file, or the part of one, that it comes from, as shown to people; left_out: as in `Document`.
    """

    document: DocumentMetadata
    paragraphs: tuple[Paragraph, ...]
    shown: str
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Stamp:
    """A file that was read to its end: what it was when it was opened, and the sha256 of its bytes in hex.

    format and version: of what read it; "" and 0 for a file of no known format.
    """

    size: int
    mtime_ns: int
    inode: int
    device: int
    sha256: str
    format: str
    version: int


Found: TypeAlias = Record | Skip | PassedOver | Stamp


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Reads files in this process. Holds one document at a time."""

    limits: Limits

    def read(self, file: File, parts: Parts | None = None) -> Iterator[Found]:
        """The documents of a file in their order, each with its paragraphs, or why there is none; its stamp as the last.

        Whatever goes wrong costs the part of the file only that it goes wrong in. There is no stamp of a file that could not be
        opened, or that changed while it was read. Equal ids are not looked for. parts: where to begin and what to leave out.
        """
        parts = parts or Parts(self.limits)
        try:
            with opened(file) as content:
                before = os.fstat(content.fileno())
                parts.place = content.tell
                allowance = Allowance(self.limits)
                name = file.path.name
                source = SourceFile(OpenFile(content), file.id, file.shown, name, self.limits, allowance, parts)
                for found in extract(source):
                    if isinstance(found, Document):
                        shown = parts.shown
                        yield from guarded(shown, partial(_records, found, shown), self.limits)
                    else:
                        yield found
                stamp = _stamp(content, before, parts)
                if _unchanged(before, os.fstat(content.fileno())):
                    yield stamp
        except ExtractionError as error:
            yield Skip(file.shown, error.reason, error.hint)
        except OSError as error:
            yield unreadable(file.shown, error)


@contextmanager
def opened(file: File) -> Iterator[BinaryIO]:
    """A file that was found, open for reading. Raises ExtractionError where its path leads to another by now."""
    descriptor = os.open(file.path, _OPENING)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise ExtractionError("not a regular file")
    with os.fdopen(descriptor, "rb") as content:
        if (status.st_ino, status.st_dev) != (file.inode, file.device):
            # Whether this one lies below the root as well, nobody has looked.
            raise ExtractionError("another file took its place before it could be read", "Run it again.")
        yield content


def _records(document: Document, shown: str) -> Iterator[Record | Skip]:
    metadata, made = with_languages(document.metadata, paragraphs(document))
    if made:
        yield Record(replace(metadata, paragraphs=len(made)), made, shown, document.left_out)
    else:
        yield Skip(shown, "holds no text")


def _stamp(content: BinaryIO, status: os.stat_result, parts: Parts) -> Stamp:
    digest = hashlib.sha256()
    content.seek(0)
    while block := content.read(_BLOCK):
        digest.update(block)
    name, version = parts.format
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ino, status.st_dev, digest.hexdigest(), name, version)


def _unchanged(before: os.stat_result, after: os.stat_result) -> bool:
    return (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
