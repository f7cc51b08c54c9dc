"""A paragraph, a title and a place, ready for a template: by kind, marked, with the language and direction of their text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from indexer.model import DocumentMetadata, Paragraph
from indexer.search.passage import best_passage
from indexer.search.request import Snippet
from indexer.search.response import Hit, Span
from webapp.labels import Script, page_of, script
from webapp.snippets import mark, mark_part
from webapp.tables import Table, table_of


@dataclass(frozen=True, slots=True)
class Passage:
    """The text of a record. kind: as in the model; table: for a row that has columns.

    part: `part 2 of 3` or ""; page: `p. 4` or "".
    """

    kind: str
    text: Markup
    script: Script
    table: Table | None
    part: str
    page: str


@dataclass(frozen=True, slots=True)
class Titled:
    """A document's title, marked."""

    text: Markup
    script: Script


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A paragraph near a hit; `text` is None for the hit itself."""

    ordinal: int
    text: Markup | None
    script: Script


def passage_of(hit: Hit, snippet: Snippet = Snippet.FULL) -> Passage:
    """The record that a hit is, or the best passage of it, which of a table row is no table any more."""
    paragraph = hit.paragraph
    text = paragraph.text
    begin, end = (0, len(text)) if snippet is Snippet.FULL else best_passage(text, hit.spans)
    whole = end - begin == len(text)
    return Passage(
        kind=paragraph.kind.value,
        text=mark(text, hit.spans) if whole else _cut(hit, begin, end),
        script=script(hit.document.language, text),
        table=table_of([hit]) if whole else None,
        part=part_of(paragraph),
        page=page_of(paragraph),
    )


def _cut(hit: Hit, begin: int, end: int) -> Markup:
    """A passage with dots where the text goes on."""
    text = hit.paragraph.text
    marked = mark_part(text, hit.spans, begin, end)
    return Markup("{}{}{}").format("… " if begin else "", marked, " …" if end < len(text) else "")


def part_of(paragraph: Paragraph) -> str:
    """Which part of a paragraph that was too long for one record."""
    return f"part {paragraph.part.number} of {paragraph.part.of}" if paragraph.part else ""


def titled(document: DocumentMetadata, spans: Sequence[Span]) -> Titled:
    """A title with what the query marks in it."""
    return Titled(mark(document.title, spans), script(document.language, document.title))


def neighbours_of(hit: Hit, around: Sequence[Paragraph]) -> tuple[Neighbour, ...]:
    """The paragraphs around a hit, itself in its place; none where it stands alone."""
    if len(around) < 2:
        return ()
    return tuple(
        Neighbour(
            one.ordinal,
            None if one.ordinal == hit.paragraph.ordinal else mark(one.text, ()),
            script(hit.document.language, one.text),
        )
        for one in around
    )
