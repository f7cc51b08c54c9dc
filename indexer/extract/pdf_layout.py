"""The words of a page as lines in reading order: rows of words, and the gutters between columns."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from indexer.extract.pdf_words import Word

_SAME_ROW = 0.45  # of the font's size
_GUTTER = 0.7  # of the font's size, at the least
_COLUMN_ROWS = 4
_MANY_ROWS = 12
_COLUMN_WORDS = 2.5
_COLUMN_FILL = 0.45
_MAX_ROWS = 400
_MAX_COLUMNS = 12
_NEAR_GUTTER = 12.0  # points
_RIGHT_TO_LEFT = frozenset(("R", "AL"))


@dataclass(frozen=True)
class Line:
    """Words on one baseline, in reading order."""

    words: tuple[Word, ...]

    @cached_property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @cached_property
    def left(self) -> float:
        return min(word.left for word in self.words)

    @cached_property
    def right(self) -> float:
        return max(word.right for word in self.words)

    @cached_property
    def first_end(self) -> float:
        """Where the leftmost word ends."""
        return min(word.right for word in self.words)

    @cached_property
    def last_start(self) -> float:
        """Where the rightmost word begins."""
        return max(word.left for word in self.words)

    @cached_property
    def y(self) -> float:
        """The baseline, downwards: that of its largest word."""
        return max(self.words, key=lambda word: word.size).y

    @cached_property
    def size(self) -> float:
        """The size that most of its letters have."""
        sizes: dict[float, int] = {}
        for word in self.words:
            sizes[word.size] = sizes.get(word.size, 0) + len(word.text)
        return max(sizes, key=lambda size: sizes[size])

    @cached_property
    def bold(self) -> bool:
        """Whether all of it is."""
        return all(word.bold for word in self.words)

    @cached_property
    def first_width(self) -> float:
        """The width of the first word, or of one character where words are not parted."""
        first = self.words[0]
        if unicodedata.east_asian_width(first.text[0]) in "WF":
            return first.size
        return first.right - first.left


class _Gutter(NamedTuple):
    """Free space between columns, from row to row (end excluded), in points; rows: of the side that has fewer."""

    first: int
    last: int
    left: float
    right: float
    rows: int


def rows_of(words: Iterable[Word]) -> list[Line]:
    """Words that stand on about the same baseline, from top to bottom; each row is read in the direction of its script."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.y, word.left)):
        row = rows[-1] if rows else None
        if row is not None and word.y - row[0].y <= _SAME_ROW * max(word.size, row[0].size):
            row.append(word)
        else:
            rows.append([word])
    return [Line(tuple(_in_order(row))) for row in rows]


class Layout:
    """Finds the columns of page after page; where one page has them, a few lines will do on the next."""

    def __init__(self) -> None:
        self._known: list[float] = []

    def columns(self, words: Sequence[Word], depth: int = 0) -> list[list[Line]]:
        """The columns of a page or a part of one in reading order, each as its lines."""
        rows = rows_of(words)
        gutter = self._gutter(rows) if depth < _MAX_COLUMNS and 2 <= len(rows) <= _MAX_ROWS else None
        if gutter is None:
            return [rows] if rows else []
        self._known.append((gutter.left + gutter.right) / 2)
        middle = (gutter.left + gutter.right) / 2
        band = [word for row in rows[gutter.first : gutter.last] for word in row.words]
        sides = ([word for word in band if word.right <= middle], [word for word in band if word.right > middle])
        if _runs_to_the_left(word.text for word in band):
            sides = sides[::-1]
        above = [word for row in rows[: gutter.first] for word in row.words]
        below = [word for row in rows[gutter.last :] for word in row.words]
        return [column for part in (above, *sides, below) for column in self.columns(part, depth + 1)]

    def _gutter(self, rows: Sequence[Line]) -> _Gutter | None:
        """The gutter along most rows that have text on both sides."""
        spaces = [_spaces(row) for row in rows]
        best: _Gutter | None = None
        tried: list[_Gutter] = []
        for number, row_spaces in enumerate(spaces):
            for left, right in row_spaces:
                if math.isinf(left) or math.isinf(right):
                    continue
                if any(g.first <= number < g.last and left <= g.right and right >= g.left for g in tried):
                    continue
                found = _along(spaces, rows, number, left, right)
                tried.append(found)
                if (best is None or found.rows > best.rows) and self._is_gutter(found, rows):
                    best = found
        return best

    def _is_gutter(self, gutter: _Gutter, rows: Sequence[Line]) -> bool:
        """Whether there is prose on both sides, and not the cells of a table."""
        middle = (gutter.left + gutter.right) / 2
        is_known = any(abs(middle - known) < _NEAR_GUTTER for known in self._known[-20:])
        band = rows[gutter.first : gutter.last]
        # Where the text of many rows keeps clear of the gutter, the last column may have a line or two.
        if gutter.rows < (1 if is_known or len(band) >= _MANY_ROWS else _COLUMN_ROWS):
            return False
        for on_left in (True, False):
            parts = [[word for word in row.words if (word.right <= middle) is on_left] for row in band]
            parts = [part for part in parts if part]
            edges = (min(part[0].left for part in parts), max(part[-1].right for part in parts))
            width = max(edges[1] - edges[0], 1.0)
            fill = sum(abs(part[-1].right - part[0].left) for part in parts) / len(parts) / width
            characters = sum(len(word.text) for part in parts for word in part)
            words = max(sum(map(len, parts)), characters / 8) / len(parts)
            if not is_known and (fill < _COLUMN_FILL or words < _COLUMN_WORDS):
                return False
        return True


def _spaces(row: Line) -> list[tuple[float, float]]:
    """Where a row has free space that is wide enough for a gutter; to both ends it has without end."""
    words = sorted(row.words, key=lambda word: word.left)
    spaces = [(-math.inf, words[0].left)]
    reached = words[0].right
    for word in words[1:]:
        if word.left - reached >= _GUTTER * row.size:
            spaces.append((reached, word.left))
        reached = max(reached, word.right)
    return [*spaces, (reached, math.inf)]


def _along(
    spaces: Sequence[list[tuple[float, float]]], rows: Sequence[Line], number: int, left: float, right: float
) -> _Gutter:
    """The gutter that a space in one row begins, as far up and down as all rows leave it free."""
    ends = []
    for step in (-1, 1):
        at = number + step
        while 0 <= at < len(rows):
            least = _GUTTER * rows[at].size
            free = [(max(left, low), min(right, high)) for low, high in spaces[at]]
            low, high = max(free, key=lambda space: space[1] - space[0])
            if high - low < least:
                break
            left, right = low, high
            at += step
        ends.append(at)
    first, last = ends[0] + 1, ends[1]
    on_left = sum(row.first_end <= left + 0.01 for row in rows[first:last])
    on_right = sum(row.last_start >= right - 0.01 for row in rows[first:last])
    return _Gutter(first, last, left, right, min(on_left, on_right))


def _in_order(row: list[Word]) -> list[Word]:
    if _runs_to_the_left(word.text for word in row):
        return sorted(row, key=lambda word: -word.right)
    return sorted(row, key=lambda word: word.left)


def _runs_to_the_left(texts: Iterable[str]) -> bool:
    """Whether most letters are of a script that is written from right to left."""
    to_the_left = letters = 0
    for text in texts:
        for character in text[:4]:
            if character.isalpha():
                letters += 1
                to_the_left += character > "\u0590" and unicodedata.bidirectional(character) in _RIGHT_TO_LEFT
    return to_the_left * 2 > letters
