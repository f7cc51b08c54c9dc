"""Plain text to blocks: code, headings, lists, quotations and tables by their marks, the rest by the habits of its lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TypeAlias

from indexer.extract.tables import row_blocks
from indexer.extract.text_headings import with_headings
from indexer.extract.text_lines import Line, Marker, chunks_of, joined, line_of, split_lines
from indexer.extract.text_wrapping import Habits, habits_of
from indexer.model import Block, Kind

Marks: TypeAlias = "Counter[tuple[str, int | None]]"
"""How often a file begins a line with each style of mark and each number."""

_FENCE = re.compile(r"[ \t]*(```+|~~~+)[^`~]*")
_UNDERLINE = re.compile(r"={3,}|-{3,}|~{3,}")
_HASHES = re.compile(r"(#{1,6})[ \t]++(.+)")
_CELL_RULE = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?")
_MAX_HEADING = 120
_MAX_HEADER_CELL = 40


def text_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a plain text in reading order.

    Bullets, `>` and the marks of headings are taken off, numbers of list items stay, drawn lines are left out. Words in a
    line are never changed, nor the spaces between them.
    """
    sections = list(_sections(split_lines(text)))
    chunks = [chunk for lines in sections if not isinstance(lines, Block) for chunk in chunks_of(lines)]
    marks = Counter((marker.style, marker.number) for chunk in chunks for line in chunk if (marker := line.marker) is not None)
    habits = habits_of([run for run in _prose(chunks, marks) if run], spaced=len(chunks) > 1)
    blocks: list[Block] = []
    for section in sections:
        if isinstance(section, Block):
            blocks.append(section)
            continue
        for chunk in chunks_of(section):
            blocks.extend(_Chunk(chunk, habits, marks))
    return with_headings(blocks, habits.cased)


def _sections(raw_lines: Sequence[str]) -> Iterator[Block | list[str]]:
    """Fenced code as blocks, and the lines before, between and after; a fence that is never closed is a line."""
    lines: list[str] = []
    closing: dict[str, _ClosingFences] = {}
    at = 0
    while at < len(raw_lines):
        fence = _FENCE.fullmatch(raw_lines[at])
        end = None
        if fence is not None:
            character = fence[1][0]
            if character not in closing:
                closing[character] = _ClosingFences(raw_lines, character)
            end = closing[character].first_below(at, len(fence[1]))
        if end is None:
            lines.append(raw_lines[at])
            at += 1
            continue
        yield lines
        yield Block(Kind.CODE, "\n".join(raw_lines[at + 1 : end]))
        lines = []
        at = end + 1
    yield lines


class _ClosingFences:
    """The lines of a file that are nothing but a fence of one character.

    For each line it is known how long the longest of those at it or below is, so that a fence that is never closed costs no
    look at the rest of the file.
    """

    def __init__(self, raw_lines: Sequence[str], character: str) -> None:
        stripped = map(str.strip, raw_lines)
        self._lengths = [0 if line.strip(character) else len(line) for line in stripped]
        self._longest = [*accumulate(reversed(self._lengths), max)][::-1]

    def first_below(self, start: int, length: int) -> int | None:
        """The first line below `start` with a fence of at least this length."""
        if max(self._longest[start + 1 : start + 2], default=0) < length:
            return None
        return next(at for at in range(start + 1, len(self._lengths)) if self._lengths[at] >= length)


def _prose(chunks: Sequence[Sequence[Line]], marks: Marks) -> Iterator[list[Line]]:
    """The runs of lines that tell something about the habits of a file: those that no mark explains."""
    for chunk in chunks:
        run: list[Line] = []
        for line in chunk:
            quoted = line.quoted
            plain = line if quoted is None else line_of(quoted)
            if plain is None or plain.is_rule or "\t" in plain.text or plain.text.startswith("|"):
                yield run
                run = []
            elif plain.marker is not None and _is_repeated(plain.marker, marks):
                yield run
                run = [plain]
            else:
                run.append(plain)
        yield run


class _Chunk:
    """Reads one run of lines without a blank line between them."""

    def __init__(self, lines: Sequence[Line], habits: Habits, marks: Marks) -> None:
        self._lines = lines
        self._habits = habits
        self._marks = marks
        self._last_marker: Marker | None = None

    def __iter__(self) -> Iterator[Block]:
        prose: list[Line] = []
        at = 0
        while at < len(self._lines):
            end, blocks = self._marked(at)
            if end == at:
                prose.append(self._lines[at])
                at += 1
                continue
            yield from self._passages(prose, Kind.PARAGRAPH)
            yield from blocks
            prose = []
            at = end
        yield from self._passages(prose, Kind.PARAGRAPH)

    def _marked(self, at: int) -> tuple[int, list[Block]]:
        """Where what a mark begins at a line ends, and its blocks; the line itself where no mark stands."""
        for read in (self._heading, self._rule, self._quotation, self._table, self._item):
            end, blocks = read(at)
            if end > at:
                return end, blocks
        return at, []

    def _passages(self, lines: Sequence[Line], kind: Kind) -> Iterator[Block]:
        if lines:
            for passage in self._habits.passages(lines):
                yield Block(kind, passage.text)

    def _heading(self, at: int) -> tuple[int, list[Block]]:
        line = self._lines[at]
        if hashes := _HASHES.fullmatch(line.text):
            text = hashes[2].rstrip("#").rstrip(" \t") or "#"
            if len(text) < _MAX_HEADING:
                return at + 1, [Block(Kind.HEADING, text, len(hashes[1]))]
        if at + 1 == len(self._lines) or (at and not self._lines[at - 1].ended):
            return at, []
        underline = self._lines[at + 1].text
        is_heading = (
            _UNDERLINE.fullmatch(underline) is not None
            and len(line.text) <= min(_MAX_HEADING, 2 * len(underline))
            and not line.is_rule
            and not line.text.endswith((".", ",", ";"))
        )
        return (at + 2, [Block(Kind.HEADING, line.text, 1 if underline[0] == "=" else 2)]) if is_heading else (at, [])

    def _rule(self, at: int) -> tuple[int, list[Block]]:
        return (at + 1, []) if self._lines[at].is_rule else (at, [])

    def _quotation(self, at: int) -> tuple[int, list[Block]]:
        quoted: list[str] = []
        while at + len(quoted) < len(self._lines) and (text := self._lines[at + len(quoted)].quoted) is not None:
            quoted.append(text)
        if len(quoted) == 1 and quoted[0][:1].isdigit():
            return at, []  # `> 100 km` says more than, not said
        inner = chunks_of(quoted)
        return at + len(quoted), [block for chunk in inner for block in self._passages(chunk, Kind.BLOCKQUOTE)]

    def _table(self, at: int) -> tuple[int, list[Block]]:
        for separator in ("\t", "|"):
            rows: list[list[str]] = []
            while at + len(rows) < len(self._lines):
                cells = _cells(self._lines[at + len(rows)], separator)
                if len(cells) < 2 or (rows and len(cells) != len(rows[0])):
                    break
                rows.append(cells)
            if len(rows) > 1:
                return at + len(rows), [*_table_blocks(rows)]
        return at, []

    def _item(self, at: int) -> tuple[int, list[Block]]:
        line = self._lines[at]
        marker = line.marker
        if marker is None or not self._is_item(marker, at):
            return at, []
        self._last_marker = marker
        texts = [Line(marker.text, line.end - len(marker.text))]
        end = at + 1
        while end < len(self._lines) and self._continues(texts[-1], self._lines[end], marker, end):
            texts.append(self._lines[end])
            end += 1
        return end, [Block(Kind.LIST_ITEM, joined([text.text for text in texts]))]

    def _continues(self, line: Line, following: Line, marker: Marker, at: int) -> bool:
        if following.marker is not None and self._is_item(following.marker, at):
            return False
        if following.is_rule or following.quoted is not None:
            return False
        return following.indent > marker.indent or self._habits.goes_on(line, following)

    def _is_item(self, marker: Marker, at: int) -> bool:
        """Whether a mark at the beginning of a line is meant as one: wrapped text may break before a number or a dash.

        A number needs its neighbour somewhere in the file, a dash that may open a speech needs another. Within a run of
        lines a list must begin behind a colon or the end of a sentence, or show its mark again.
        """
        repeated = _is_repeated(marker, self._marks)
        if not repeated and (marker.number is not None or marker.style == "–"):
            return False
        if at == 0 or (self._last_marker is not None and marker.follows(self._last_marker)):
            return True
        before = self._lines[at - 1]
        return before.ended or (repeated and not self._habits.goes_on(before, self._lines[at]))


def _is_repeated(marker: Marker, marks: Marks) -> bool:
    """Whether the file shows the mark again, a number with its neighbour."""
    style, number = marker.style, marker.number
    if number is None:
        return marks[style, None] > 1
    return (style, number + 1) in marks or (style, number - 1) in marks


def _cells(line: Line, separator: str) -> list[str]:
    if separator == "|":
        return [cell.strip() for cell in line.text.removeprefix("|").removesuffix("|").split("|")]
    return [cell.strip() for cell in re.split(r"\t+", line.text)]


def _table_blocks(rows: list[list[str]]) -> Iterator[Block]:
    """Rows with the names of their columns, where the table shows that its first row holds them."""
    ruled = len(rows) > 1 and all(_CELL_RULE.fullmatch(cell) for cell in rows[1])
    rows = [row for row in rows if not all(_CELL_RULE.fullmatch(cell) for cell in row)]
    if rows and (ruled or _names_columns(rows)):
        yield from row_blocks(rows[0], rows[1:])
    else:
        yield from row_blocks((), rows)


def _names_columns(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a first row without a rule below it names the columns: short, all different, no figures, but figures below."""
    first = rows[0]
    return (
        len(set(first)) == len(first)
        and all(cell and len(cell) <= _MAX_HEADER_CELL and not any(map(str.isdigit, cell)) for cell in first)
        and any(any(map(str.isdigit, cell)) for row in rows[1:] for cell in row)
    )
