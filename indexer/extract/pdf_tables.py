"""Rows of cells among the lines of a PDF: told by wide spaces that stand below each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from indexer.extract.pdf_layout import Line
from indexer.extract.pdf_words import Word

_CELL_GAP = 1.2  # of the font's size
_EVEN = 0.2
_ALIGNED = 3.0  # points
_LEAST_ROWS = 2
_LEAST_CELLS = 2
_LONG_CELL = 200


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one line, each as its words."""

    line: Line
    cells: tuple[tuple[Word, ...], ...]

    @property
    def texts(self) -> list[str]:
        return [" ".join(word.text for word in cell) for cell in self.cells]

    @property
    def edges(self) -> list[tuple[float, float]]:
        """Left and right of each cell but the first, whose edge every line shares."""
        return [(cell[0].left, cell[-1].right) for cell in self.cells[1:]]


class Row(NamedTuple):
    """A row of a table: its line and its text."""

    line: Line
    text: str


def table_runs(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """Where the lines are rows of tables: first and one past the last of each run of rows."""
    rows = [cells_of(line) for line in lines]
    runs: list[tuple[int, int]] = []
    start = 0
    for at in range(1, len(rows) + 1):
        if at < len(rows) and _belong_together(rows[at - 1], rows[at]):
            continue
        if at - start >= _LEAST_ROWS and len(rows[start].cells) >= _LEAST_CELLS:
            runs.append((start, at))
        start = at
    return runs


def cells_of(line: Line) -> Cells:
    """A line parted where it has wide spaces."""
    gaps = [word.left - before.right for before, word in pairwise(line.words)]
    if len(gaps) > 1 and max(gaps) - min(gaps) < _EVEN * line.size:
        return Cells(line, (line.words,))  # words that are spread over a narrow column
    cells: list[list[Word]] = [[line.words[0]]]
    for word in line.words[1:]:
        if word.left - cells[-1][-1].right >= _CELL_GAP * max(word.size, line.size):
            cells.append([])
        cells[-1].append(word)
    return Cells(line, tuple(map(tuple, cells)))


def rows_as_text(lines: Sequence[Line]) -> list[Row]:
    """The rows of a table, `Header: cell | Header: cell`; a first row in bold letters, if others are not, is the header."""
    rows = [cells_of(line) for line in lines]
    if len(rows) > 1 and rows[0].line.bold and not any(row.line.bold for row in rows[1:]):
        return [Row(row.line, _named(rows[0], row)) for row in rows[1:]]
    return [Row(row.line, " | ".join(row.texts)) for row in rows]


def _named(header: Cells, row: Cells) -> str:
    """The cells of a row under the names of the columns that they overlap, or stand nearest to."""
    named = []
    for cell, text in zip(row.cells, row.texts, strict=True):
        left, right = cell[0].left, cell[-1].right
        places = [max(name[0].left - right, left - name[-1].right) for name in header.cells]
        named.append(f"{header.texts[places.index(min(places))].removesuffix(':')}: {text}")
    return " | ".join(named)


def _belong_together(row: Cells, other: Cells) -> bool:
    """Whether a cell of each begins, or ends, at the same place."""
    if any(len(text) > _LONG_CELL for cells in (row, other) for text in cells.texts):
        return False
    return any(
        abs(left - other_left) < _ALIGNED or abs(right - other_right) < _ALIGNED
        for left, right in row.edges
        for other_left, other_right in other.edges
    )
