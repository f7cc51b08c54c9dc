"""Table rows as records hold them (`Header: cell | Header: cell`), laid out as tables again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from markupsafe import Markup

from indexer.model import Kind
from indexer.search.response import Hit, Span
from webapp.snippets import mark

Slice: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Row:
    """A record of a table. hit: whether the query marks anything in it."""

    ordinal: int
    cells: tuple[Markup, ...]
    hit: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under the same headers; no headers where the rows name none."""

    headers: tuple[Markup, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where headers and cells stand in a row's text."""

    headers: tuple[Slice, ...]
    cells: tuple[Slice, ...]

    def names(self, text: str) -> tuple[str, ...]:
        return tuple(text[start:end] for start, end in self.headers)


def table_of(hits: Sequence[Hit]) -> Table | None:
    """The table that these records make; None unless all are table rows that can be told into the same columns."""
    layouts = [_layout(hit.paragraph.text) if hit.paragraph.kind is Kind.TABLE_ROW else None for hit in hits]
    known = [layout for layout in layouts if layout is not None]
    if not known or len(known) < len(hits):
        return None
    shapes = {(layout.names(hit.paragraph.text), len(layout.cells)) for layout, hit in zip(known, hits, strict=True)}
    if len(shapes) > 1:
        return None
    headers = tuple(_marked(hits[0], place) for place in known[0].headers)
    rows = tuple(
        Row(hit.paragraph.ordinal, tuple(_marked(hit, place) for place in layout.cells), bool(hit.spans))
        for layout, hit in zip(known, hits, strict=True)
    )
    return Table(headers, rows)


def runs(hits: Sequence[Hit]) -> list[list[Hit]]:
    """A document's records, with the neighbouring rows of one table on one page together, all else alone."""
    grouped: list[list[Hit]] = []
    for shape, group in groupby(hits, key=_shape):
        run = list(group)
        grouped.extend([run] if shape is not None else [[hit] for hit in run])
    return grouped


def _shape(hit: Hit) -> tuple[tuple[str, ...], int, int | None] | None:
    layout = _layout(hit.paragraph.text) if hit.paragraph.kind is Kind.TABLE_ROW else None
    return None if layout is None else (layout.names(hit.paragraph.text), len(layout.cells), hit.paragraph.page_number)


def _layout(text: str) -> _Layout | None:
    headers: list[Slice] = []
    cells: list[Slice] = []
    start = 0
    for piece in text.split(" | "):
        colon = piece.find(": ") if not piece.endswith(":") else len(piece) - 1
        if colon > 0:
            headers.append((start, start + colon))
        cells.append((min(start + colon + 2, start + len(piece)) if colon > 0 else start, start + len(piece)))
        start += len(piece) + len(" | ")
    return _Layout(tuple(headers), tuple(cells)) if len(headers) in (0, len(cells)) else None


def _marked(hit: Hit, place: Slice) -> Markup:
    """A stretch of a record's text with what the query marks in it; a span that reaches over its ends is cut there."""
    start, end = place
    spans: list[Span] = [
        (max(first, start) - start, min(last, end) - start) for first, last in hit.spans if first < end and last > start
    ]
    return mark(hit.paragraph.text[start:end], spans)
