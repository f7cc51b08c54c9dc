"""What repeats in the margins of a PDF's pages: headers, footers and page numbers, which are no part of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.extract.pdf_layout import Line
from indexer.extract.pdf_typography import LARGER, SMALLER

_EDGE_ROWS = 4
_NEAR = 5.0  # points
_NEIGHBOURS = 2
_NUMBERS = re.compile(r"\d+")
_ROMAN = re.compile(r"\b[ivxlc]+\b")
_PAGE_NUMBER = re.compile(
    r"\W*(?:page|p\.|seite|стор\.?|с\.)?\W*(\d{1,4})\W*(?:(?:of|/|von|de|із|из)\W*\d{1,4}\W*)?", re.IGNORECASE
)
_LEAST_ROWS = 6
_GAP = 1.7  # of the font's size


def running_rows(pages: Sequence[Sequence[Line]]) -> list[set[int]]:
    """For each page the numbers of its rows that run through the document. pages: rows from top to bottom.

    A row is one if a page or two before or behind another stands at the same height that says the same but for numbers. So is
    the first or last row of a page if it is a page number, or if it is of smaller type, apart from the text, and at the height
    of another such row: headers that name the chapter say something else every few pages.
    """
    edges = [_edges(rows) for rows in pages]
    outer = [_outer(rows) for rows in pages]
    found: list[set[int]] = []
    for number, rows in enumerate(pages):
        near = [*range(max(number - _NEIGHBOURS, 0), number), *range(number + 1, min(number + _NEIGHBOURS + 1, len(pages)))]
        running = {
            at
            for at, key in edges[number].items()
            if any(
                key == other_key and _same_place(rows[at], pages[page][other])
                for page in near
                for other, other_key in edges[page].items()
            )
        }
        running |= {at for at in outer[number] if any(_alike(rows, at, pages[page], outer[page]) for page in near)}
        found.append(running | _page_numbers(rows, running, number + 1))
    return found


def _edges(rows: Sequence[Line]) -> dict[int, str]:
    """The rows near the top and the bottom of a page, as they read but for numbers; titles, of large type, are none of them."""
    near = {*range(min(_EDGE_ROWS, len(rows))), *range(max(len(rows) - _EDGE_ROWS, 0), len(rows))}
    return {at: _key(rows[at].text) for at in sorted(near) if rows[at].size < LARGER * _usual_size(rows)}


def _usual_size(rows: Sequence[Line]) -> float:
    return sorted(row.size for row in rows)[len(rows) // 2]


def _key(text: str) -> str:
    key = _NUMBERS.sub("#", text.lower())
    return _ROMAN.sub("#", key) if len(key) < 8 else key


def _outer(rows: Sequence[Line]) -> set[int]:
    """The first and the last row of a page where they are of smaller type and apart from the text."""
    if len(rows) < _LEAST_ROWS:
        return set()
    usual = _usual_size(rows)
    return {
        at
        for at, beside in ((0, 1), (len(rows) - 1, len(rows) - 2))
        if rows[at].size < SMALLER * usual and abs(rows[at].y - rows[beside].y) > _GAP * usual
    }


def _alike(rows: Sequence[Line], at: int, other_rows: Sequence[Line], outer: set[int]) -> bool:
    """Whether another page has such a row at the same end and the same height."""
    is_first = at == 0
    return any((other == 0) == is_first and _same_place(rows[at], other_rows[other]) for other in outer)


def _same_place(row: Line, other: Line) -> bool:
    # Pages for the right and the left hand have their margins on other sides.
    return abs(row.y - other.y) < _NEAR and abs(row.size - other.size) < 1


def _page_numbers(rows: Sequence[Line], running: set[int], page: int) -> set[int]:
    """The first or last row beside the running ones, if it is this page's number alone and stands apart from the text."""
    left = [at for at in range(len(rows)) if at not in running]
    if len(left) < 2:
        return set()
    for at, beside in ((left[-1], left[-2]), (left[0], left[1])):
        match = _PAGE_NUMBER.fullmatch(rows[at].text)
        apart = abs(rows[at].y - rows[beside].y) > _GAP * max(rows[at].size, rows[beside].size)
        if match and int(match[1]) == page and apart:
            return {at}
    return set()
