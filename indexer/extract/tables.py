"""Rows of cells to blocks, the same for every format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from indexer.cleaning import one_line
from indexer.model import Block, Kind

MAX_NAME = 120


def row_blocks(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[Block]:
    """A block for each row, `Header: cell | Header: cell`; a cell without a header stands alone, an empty one is left out.

    A table of a header alone gives one row of its cells. A header of more than `MAX_NAME` characters is no name to repeat in
    every row: then the headers come once, as a row of their own, and its column goes without.
    """
    texts = [one_line(text) for text in header]
    names = [text if len(text) <= MAX_NAME else "" for text in texts]
    is_header_due = True
    if names != texts:
        yield from _row((), texts)
        is_header_due = False
    for row in rows:
        yield from _row(names, row)
        is_header_due = False
    if is_header_due:
        yield from _row((), texts)


def _row(names: Sequence[str], row: Sequence[str]) -> Iterator[Block]:
    cells = []
    for column, text in enumerate(row):
        if text and (cell := one_line(text)):
            name = names[column] if column < len(names) else ""
            cells.append(f"{name.removesuffix(':')}: {cell}" if name else cell)
    if cells:
        yield Block(Kind.TABLE_ROW, " | ".join(cells))
