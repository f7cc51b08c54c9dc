"""RTF: the text of a rich text document."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.errors import ExtractionError
from indexer.extract.metadata import describe
from indexer.extract.properties import stated_properties
from indexer.extract.rtf_text import RtfText
from indexer.extract.source import Extracted, Format, Head, SourceFile, filled
from indexer.model import Document
from indexer.report import Skip

_SIGNATURE = b"{\\rtf"
_PROPERTIES = {"title": "title", "author": "author", "keywords": "tags", "subject": "subject"}


def read(file: SourceFile) -> Iterator[Extracted]:
    """The one document of a file, and a Skip where it ends before its end."""
    raw = file.read().lstrip()
    if not raw.startswith(_SIGNATURE):
        raise ExtractionError("not a rich text document", "Give the file the suffix of its format.")
    text = RtfText(raw)
    blocks = filled(text.blocks(), "It may hold pictures alone.")
    values = {name: [text.properties[key]] for key, name in _PROPERTIES.items() if key in text.properties}
    metadata = describe(file.id, FORMAT.name, blocks, stated_properties(values), file.name)
    yield Document(metadata, blocks, text.left_out)
    if text.is_cut_short:
        yield Skip(file.shown, "broken: it ends in the middle of its text", "Fetch or copy the file again.", whole=False)


def _recognizes(head: Head) -> bool:
    return head.start.lstrip().startswith(_SIGNATURE)


FORMAT = Format("rtf", (".rtf",), read, recognizes=_recognizes)
