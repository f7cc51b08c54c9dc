"""The habits of plain text: is a line break the end of a paragraph, or the width of somebody's window?

Nobody writes down which habit a file follows, and files mix them. Two things tell: a wrapped line ends where the next word
would not have fitted any more, and mostly in the middle of a sentence. So the width is looked for first, in lines that surely
go on (no sentence ends, and the next begins with a small letter); then each line break is judged by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain, islice, pairwise

from indexer.extract.text_lines import Line, joined

_NEARLY_FULL = 0.75
_SURELY_SHORT = 0.8
_OVERHANG = 1.12
_CONSISTENT = 0.7
_GOING_ON = 0.4
_GREEDY = 0.95
_GREEDY_PAIRS = 3
_WINDOW = range(50, 121)
_VERSE_LINE = 60
_SAMPLE = 1_000


class _Break(Enum):
    """What a line break is. LOOSE: a short line that ends no sentence, as in verse, addresses and under headings."""

    JOIN = auto()
    PARAGRAPH = auto()
    LOOSE = auto()


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph of lines: its text, and on how many lines it stood."""

    text: str
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Habits:
    """How the lines of one file are broken.

    room: the columns in which a next word would have been put, had its line been wrapped; 0 if no lines are wrapped.
    limit: the columns that no wrapped line exceeds.
    cased: whether small letters tell anything (not in Chinese, nor in a telegram). spaced: whether blank lines part paragraphs.
    """

    room: float = 0
    limit: float = 0
    cased: bool = True
    spaced: bool = False

    def passages(self, lines: Sequence[Line]) -> Iterator[Passage]:
        """The paragraphs in a run of lines without a blank line between them."""
        breaks = self._breaks(lines)
        if self._is_verse(lines, breaks):
            yield Passage("\n".join(line.text for line in lines), len(lines))
            return
        run: list[str] = []
        for line, line_break in zip(lines, [*breaks, _Break.PARAGRAPH], strict=True):
            run.append(line.text)
            if line_break is not _Break.JOIN:
                yield Passage(joined(run), len(run))
                run = []

    def goes_on(self, line: Line, following: Line) -> bool:
        """Whether the second line continues the first."""
        return self._break(line, following) is _Break.JOIN

    def _is_verse(self, lines: Sequence[Line], breaks: Sequence[_Break]) -> bool:
        """Whether the lines belong together as they stand: a stanza, an address. Only where blank lines set such runs apart."""
        if not self.spaced or len(lines) < 2 or _Break.JOIN in breaks or _Break.LOOSE not in breaks:
            return False
        if max(len(line.text) for line in lines) > _VERSE_LINE:
            return False
        loose = sum(not line.ended for line in lines)
        return loose * 2 > len(lines) or lines[0].text.endswith((",", ";"))

    def _breaks(self, lines: Sequence[Line]) -> list[_Break]:
        base = min((line.indent for line in lines), default=0)
        hanging = self._is_hanging(lines, base)
        breaks = []
        for line, following in pairwise(lines):
            indented = following.indent > base
            if hanging:
                breaks.append(_Break.JOIN if indented else _Break.PARAGRAPH)
            elif indented and (line.ended or (self.room and following.indent > line.indent)):  # a first line stands in
                breaks.append(_Break.PARAGRAPH)
            else:
                breaks.append(self._break(line, following))
        return breaks

    def _is_hanging(self, lines: Sequence[Line], base: int) -> bool:
        """Whether first lines stand out to the left of the others."""
        indented = sum(line.indent > base for line in lines)
        return bool(self.room) and lines[0].indent == base and indented * 2 >= len(lines) and lines[1].indent > base

    def _break(self, line: Line, following: Line) -> _Break:
        flows = not line.ended and _begins_small(following, self.cased)
        if not self.room:
            is_short = len(line.text) <= _VERSE_LINE and len(following.text) <= _VERSE_LINE
            return _Break.LOOSE if is_short and not line.ended else _Break.PARAGRAPH
        if max(line.end, following.end) > self.limit:
            return _Break.JOIN if flows else _Break.PARAGRAPH
        if _needed(line, following) > self.room:
            return _Break.JOIN
        if line.ended:
            return _Break.PARAGRAPH
        return _Break.JOIN if flows else _Break.LOOSE


def habits_of(runs: Sequence[Sequence[Line]], spaced: bool) -> Habits:
    """The habits of a file, from its runs of prose lines. spaced: whether blank lines part paragraphs."""
    pairs = [*islice((pair for run in runs for pair in pairwise(run)), _SAMPLE)]
    lines = islice(chain.from_iterable(runs), _SAMPLE)
    letters = [letter for line in lines for letter in line.text[:_SAMPLE] if letter.isalpha()]
    cased = sum(map(str.islower, letters)) * 5 > len(letters)
    room, limit = _width(pairs, cased)
    return Habits(room, limit, cased, spaced)


def _width(pairs: Sequence[tuple[Line, Line]], cased: bool) -> tuple[float, float]:
    """Room and limit of wrapped lines; zeros where none are wrapped."""
    unended = [pair for pair in pairs if not pair[0].ended]
    flowing = [pair for pair in unended if _begins_small(pair[1], cased)]
    for width in sorted({line.end for line, _following in flowing}, reverse=True):
        if _is_width(width, flowing, pairs):
            return _greedy(width, flowing) or _ragged(width, pairs)
    # Names at the beginnings of lines hide the small letters of a short text. Then only lines as full as can be tell.
    width = max((line.end for line, _following in unended), default=0)
    return (width in _WINDOW and _greedy(width, unended)) or (0, 0)


def _greedy(width: int, flowing: Sequence[tuple[Line, Line]]) -> tuple[float, float] | None:
    """Room and limit, where each line that goes on is as full as it can be."""
    needed = [need for need in (_needed(*pair) for pair in flowing) if need > width]
    if len(flowing) < _GREEDY_PAIRS or len(needed) < _GREEDY * len(flowing):
        return None
    return width, min(needed) - 1


def _ragged(width: int, pairs: Sequence[tuple[Line, Line]]) -> tuple[float, float]:
    """Room and limit, where lines were broken by hand or about evenly."""
    widest = max(line.end for line, _following in pairs if line.end <= width * _OVERHANG)
    return widest * _SURELY_SHORT, widest * _OVERHANG


def _is_width(width: int, flowing: Sequence[tuple[Line, Line]], pairs: Sequence[tuple[Line, Line]]) -> bool:
    """Whether the lines that go on are about this wide, and most lines that are about this wide go on."""
    filled = sum(line.end <= width and _fills(line, following, width) for line, following in flowing)
    if filled < _CONSISTENT * len(flowing):
        return False
    near = sum(width * _NEARLY_FULL <= line.end <= width * _OVERHANG for line, _following in pairs)
    return filled >= _GOING_ON * near


def _fills(line: Line, following: Line, width: int) -> bool:
    return line.end >= width * _NEARLY_FULL or _needed(line, following) > width


def _needed(line: Line, following: Line) -> int:
    """The columns in which the next word would have fitted."""
    return line.end + 1 + len(following.first_word)


def _begins_small(line: Line, cased: bool) -> bool:
    first = line.first_letter
    return first.islower() or (first.isalpha() and not cased)
