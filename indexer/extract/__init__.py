"""Files to documents: one module for each format, and the table of them.

A new format is a module with a `Format` and its line in `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from indexer.errors import ExtractionError
from indexer.extract import html, jsonl, markdown, text
from indexer.extract.source import Format, SourceFile
from indexer.model import Document
from indexer.report import Skip

FORMATS: tuple[Format, ...] = (text.FORMAT, markdown.FORMAT, html.FORMAT, jsonl.FORMAT)

_BY_SUFFIX = {suffix: known for known in FORMATS for suffix in known.suffixes}


def known(path: Path) -> bool:
    """Whether a file's suffix is that of a format that can be read."""
    return path.suffix.lower() in _BY_SUFFIX


def extract(path: Path, file_id: str, shown: str, max_bytes: int) -> Iterator[Document | Skip]:
    """The documents of a file in order, and a Skip for each that cannot be read; never raises for a bad file.

    file_id: as `model.document_id` gives it; shown: the path as the report names it; max_bytes: of the file, for JSONL
    of a line. A document comes with a Skip where only its front matter is broken. Equal ids are not looked for.
    """
    file = SourceFile(path, file_id, shown, max_bytes)
    try:
        yield from _format(path).read(file)
    except ExtractionError as error:
        yield file.skip(error)
    except OSError as error:
        yield Skip(
            shown, f"cannot be read: {error.strerror or error}", "Check that the file is there and that you may read it."
        )


def _format(path: Path) -> Format:
    if not known(path):
        raise ExtractionError("unknown format", f"Known are {', '.join(_BY_SUFFIX)}.")
    return _BY_SUFFIX[path.suffix.lower()]
