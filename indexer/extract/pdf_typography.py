"""How a PDF is set: the size of its text, the distance of its lines, the edges of its columns."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.extract.pdf_layout import Line

_CLOSE = 3.0  # points: edges that are one
_INDENTS = 6  # of three points: a column of first lines alone begins that much further in
_EDGE = 2.0  # of the font's size: how ragged an edge may be
_SUPPORT = 0.1
_LEADINGS = (0.8, 2.6)  # of the font's size
_GAP = 1.22
_LEAST_GAP = 1.5  # points
LARGER = 1.14
SMALLER = 0.93
"""Of the running text's size: where type is seen to be another."""
_SAME_SIZE = 0.08


@dataclass(frozen=True, slots=True)
class Column:
    """Lines one below the other on one page (from 1), and the edge that they are filled to."""

    lines: tuple[Line, ...]
    page: int
    right: float


@dataclass(frozen=True, slots=True)
class Typography:
    """What holds in a whole document. size, bold: of its running text; leadings: usual distance of lines by size."""

    size: float
    bold: bool
    leadings: dict[int, float]

    def is_gap(self, line: Line, following: Line) -> bool:
        """Whether more than the usual space lies between two lines."""
        distance = following.y - line.y
        size = max(line.size, following.size)
        usual = self.leadings.get(_step(size), 1.2 * size)
        return distance < 0 or distance > max(usual * _GAP, usual + _LEAST_GAP)

    def is_larger(self, line: Line) -> bool:
        return line.size >= LARGER * self.size

    def is_smaller(self, line: Line) -> bool:
        return line.size <= SMALLER * self.size


def same_size(size: float, other: float) -> bool:
    """Whether two fonts are of one size, but for rounding."""
    return abs(size - other) <= _SAME_SIZE * max(size, other)


def typography_of(columns: Sequence[Sequence[Line]]) -> Typography:
    """What most letters and most lines have."""
    letters: Counter[tuple[float, bool]] = Counter()
    distances: dict[int, Counter[int]] = defaultdict(Counter)
    for lines in columns:
        for line in lines:
            letters[round(line.size, 1), line.bold] += len(line.text)
        for line, following in pairwise(lines):
            distance = following.y - line.y
            if same_size(line.size, following.size) and _LEADINGS[0] * line.size < distance < _LEADINGS[1] * line.size:
                distances[_step(line.size)][round(distance * 2)] += 1
    size, bold = letters.most_common(1)[0][0] if letters else (10.0, False)
    # Of distances that are about as frequent the smallest: paragraphs of one line each have but the gap between them.
    leadings = {
        step: min(distance for distance, count in counts.items() if count * 2 >= max(counts.values())) / 2
        for step, counts in distances.items()
    }
    return Typography(size, bold, leadings)


def columns_of(pages: Sequence[tuple[int, Sequence[Sequence[Line]]]]) -> list[Column]:
    """The columns of all pages with the edges that they are filled to; a column of few lines has the edge of its likes."""
    edges: dict[int, float] = {}
    for _page, columns in pages:
        for lines in columns:
            if lines:
                left = round(min(line.left for line in lines) / _CLOSE)
                edges[left] = max(edges.get(left, 0.0), _right_edge(lines))
    found = []
    for page, columns in pages:
        for lines in columns:
            if lines:
                left = round(min(line.left for line in lines) / _CLOSE)
                alike = max(edges.get(near, 0.0) for near in range(left - _INDENTS, left + _INDENTS + 1))
                own = _right_edge(lines)
                is_alike = own <= alike and len(lines) < 1 / _SUPPORT
                found.append(Column(tuple(lines), page, alike if is_alike else own))
    return found


def _right_edge(lines: Sequence[Line]) -> float:
    """The rightmost edge that more than a stray line reaches."""
    rights = sorted((line.right for line in lines), reverse=True)
    needed = max(2, int(_SUPPORT * len(rights)))
    for right in rights:
        slack = _EDGE * lines[0].size
        if sum(right - slack <= other <= right + 0.01 for other in rights) >= needed:
            return right
    return rights[0]


def _step(size: float) -> int:
    return round(size * 2)
