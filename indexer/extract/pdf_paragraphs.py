"""Lines of a PDF to paragraphs: where one ends, which of them are headings and items of lists, and what goes on overleaf."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from indexer.extract.pdf_layout import Line
from indexer.extract.pdf_tables import rows_as_text, table_runs
from indexer.extract.pdf_typography import Column, Typography, same_size
from indexer.model import Kind

_ENDED = re.compile(r"[.!?…:。！？؟][\"'”’»›)\]]*$")
_LEADER = re.compile(r"(?:[.·…_] ?){4,}\s*[\divxlc]+$")  # a line of a table of contents, with its page
_HYPHEN = re.compile(r"[^\W\d_][-\u00ad\u2010]$")
_BULLET = re.compile(r"[•‣◦▪●■○·*–—-]|[-–]{1,2}")
_DASH = re.compile(r"[-–—]{1,2}")
_NUMBER = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]")
_INDENT = (0.6, 6.0)  # of the font's size
_SAME_EDGE = 0.35
_SPACE = 0.2
_NARROW_LINES = 3
_MAX_HEADING_LINES = 4
_MAX_HEADING = 250
_MAX_BOLD_HEADING = 160
_HANGING = 0.5


@dataclass(slots=True)
class Passage:
    """Lines that are one paragraph. right: the edge that they are filled to; indented: whether its first line stands in.

    marker: of an item of a list; written: the text of a table's row.
    """

    lines: list[Line]
    page: int
    kind: Kind = Kind.PARAGRAPH
    level: int = 0
    right: float = 0.0
    indented: bool = False
    marker: str = ""
    written: str = ""

    @property
    def first(self) -> Line:
        return self.lines[0]

    @property
    def last(self) -> Line:
        return self.lines[-1]

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class Joiner:
    """Puts the lines of a document together. outline: the levels of its bookmarks by page and compact title."""

    typography: Typography
    outline: Mapping[tuple[int, str], int] = field(default_factory=dict)

    def passages(self, columns: Sequence[Column]) -> list[Passage]:
        """The paragraphs of all columns in reading order."""
        found: list[Passage] = []
        carried: Passage | None = None
        indents = False
        for column in columns:
            passages = list(self._passages(column))
            indents = indents or sum(passage.indented for passage in passages) > 1
            carried = self._carry_on(carried, passages, indents)
            found += passages
        return found

    def _passages(self, column: Column) -> Iterator[Passage]:
        """The paragraphs of a column, rows of tables among them."""
        at = 0
        for start, end in [*table_runs(column.lines), (len(column.lines), len(column.lines))]:
            for chunk in self._chunks(column.lines[at:start]):
                for passage in self._split(chunk, column):
                    self._name(passage)
                    yield passage
            for row in rows_as_text(column.lines[start:end]):
                yield Passage([row.line], column.page, Kind.TABLE_ROW, written=row.text)
            at = end

    def _chunks(self, lines: Sequence[Line]) -> Iterator[list[Line]]:
        """Lines with no gap between them, of one size."""
        chunk = [*lines[:1]]
        for line, following in pairwise(lines):
            if self.typography.is_gap(line, following) or not same_size(line.size, following.size):
                yield chunk
                chunk = []
            chunk.append(following)
        if chunk:
            yield chunk

    def _split(self, chunk: list[Line], column: Column) -> Iterator[Passage]:
        """The paragraphs in a run of lines without a gap."""
        right = _edge(chunk, column.right)
        left = _left_edge(chunk)
        hanging = _is_hanging(chunk, left, right)
        # Of running text hardly ever all lines end with a sentence.
        one_each = len(chunk) >= _NARROW_LINES and all(_ENDED.search(line.text) for line in chunk)
        passage: Passage | None = None
        for number, line in enumerate(chunk):
            before = chunk[number - 1] if number else None
            if passage is None or before is None or one_each or self._breaks(passage, before, line, left, right, hanging):
                if passage is not None:
                    yield passage
                passage = Passage([line], column.page, right=right, marker=marker_of(line, chunk[number + 1 :], passage))
                passage.indented = not passage.marker and _indented(line, left) and not hanging and len(chunk) > 1
            else:
                passage.lines.append(line)
        if passage is not None:
            yield passage

    def _breaks(self, passage: Passage, line: Line, following: Line, left: float, right: float, hanging: bool) -> bool:
        """Whether a paragraph ends between two lines of a chunk."""
        if _HYPHEN.search(line.text) and following.text[0].islower():
            return False
        if _LEADER.search(line.text):
            return True
        ended = _ENDED.search(line.text) is not None
        flows = not ended and following.text[0].islower()
        if self.typography.is_larger(line):
            return False  # lines of a heading are broken where they please
        short = _has_room(line, following, right)
        if _BULLET.fullmatch(following.words[0].text) and len(following.words) > 1 and (ended or short or passage.marker):
            return True
        if _NUMBER.fullmatch(following.words[0].text) and (passage.marker or ended) and len(following.words) > 1:
            return bool(passage.marker) or short or following.left <= left + 1
        if passage.marker and following.left > passage.first.left + _SAME_EDGE * line.size:
            return short and ended
        if hanging:
            return not _indented(following, left)
        if _indented(following, left) and not passage.marker and (ended or short):
            return not (flows and abs(following.left - line.left) < _SAME_EDGE * line.size)
        if line.bold != following.bold and short:
            return True
        return short and not flows

    def _name(self, passage: Passage) -> None:
        """Say what a paragraph is."""
        text, first = passage.text, passage.first
        if passage.marker:
            passage.kind = Kind.LIST_ITEM
        level = self.outline.get((passage.page, compact(text)))
        if level is not None and len(passage.lines) <= _MAX_HEADING_LINES:
            passage.kind, passage.level = Kind.HEADING, level
            return
        if (
            len(passage.lines) > _MAX_HEADING_LINES
            or _LEADER.search(text)
            or not any(character.isalpha() for character in text)
        ):
            return
        larger = self.typography.is_larger(first) and len(text) <= _MAX_HEADING
        stands_out = all(line.bold for line in passage.lines) and not self.typography.bold
        bold = stands_out and self.typography.size <= first.size * 1.08 and len(text) <= _MAX_BOLD_HEADING
        if larger or (bold and not text.endswith((".", ",", ";", ":")) and not _BULLET.fullmatch(passage.marker)):
            passage.kind = Kind.HEADING

    def _carry_on(self, carried: Passage | None, passages: list[Passage], indents: bool) -> Passage | None:
        """Join what began in the column before with the first running text of this one; what may go on in the next."""
        body = [passage for passage in passages if not self.typography.is_smaller(passage.first)]
        if carried is not None and body and _goes_on(carried, body[0], indents):
            going_on = body.pop(0)
            passages.remove(going_on)
            carried.lines += going_on.lines
            carried.right = going_on.right
            body = body or [carried]
        if not body:
            return carried
        last = body[-1]
        return last if last.kind in (Kind.PARAGRAPH, Kind.LIST_ITEM) and not self.typography.is_smaller(last.first) else None


def _goes_on(carried: Passage, passage: Passage, indents: bool) -> bool:
    """Whether the first paragraph of a column is the rest of the last one of the column before."""
    if passage.kind is not Kind.PARAGRAPH or not same_size(carried.last.size, passage.first.size):
        return False
    text = passage.first.text
    if _HYPHEN.search(carried.last.text) and text[0].islower():
        return True
    is_filled = not _has_room(carried.last, passage.first, carried.right) and not (indents and passage.indented)
    if _ENDED.search(carried.last.text):
        # Where lines are justified, the last of a paragraph ends at the edge by chance alone.
        is_justified = all(abs(line.right - carried.right) < 1 for line in carried.lines[:-1])
        return is_filled and len(carried.lines) > 1 and not (is_justified and carried.right - carried.last.right > 1)
    return text[0].islower() or is_filled or carried.last.text.endswith((",", ";"))


def _has_room(line: Line, following: Line, right: float) -> bool:
    """Whether the first word of the following line would have fitted in this one."""
    return line.right + _SPACE * line.size + following.first_width < right - 0.5


def marker_of(line: Line, rest: Sequence[Line], before: Passage | None) -> str:
    """The bullet or number that makes a line the first of a list's item; "" where there is none."""
    mark = line.words[0].text
    if len(line.words) < 2:
        return ""
    if _DASH.fullmatch(mark):
        # A dash alone may stand in the middle of a sentence.
        is_list = any(one.words[0].text == mark for one in rest) or (before is not None and before.marker == mark)
        return mark if is_list else ""
    if _BULLET.fullmatch(mark):
        return mark
    if not _NUMBER.fullmatch(mark) or line.bold:
        return ""
    # A lone `A.` may be a name's, and `12.` the end of a date: a second number, or lines that hang below, tell.
    hangs = bool(rest) and rest[0].left > line.left + _SAME_EDGE * line.size and rest[0].left >= line.words[1].left - 2
    follows = any(_NUMBER.fullmatch(one.words[0].text) and abs(one.left - line.left) < 12 for one in rest)
    return mark if hangs or follows or (before is not None and before.marker) else ""


def compact(text: str) -> str:
    """A text as headings and bookmarks are compared: letters and digits alone, in small letters."""
    return "".join(character for character in text.lower() if character.isalnum())


def _edge(chunk: Sequence[Line], right: float) -> float:
    """The edge that the lines of a chunk are filled to: their own, where several reach it, else the column's."""
    own = max(line.right for line in chunk)
    near = sum(line.right >= own - 0.5 * line.size for line in chunk)
    return own if near >= _NARROW_LINES or own > right else right


def _left_edge(chunk: Sequence[Line]) -> float:
    """Where most lines begin; of edges that are about as frequent the leftmost."""
    lefts = [line.left for line in chunk]
    near = _SAME_EDGE * chunk[0].size
    support = {left: sum(abs(left - other) < near for other in lefts) for left in set(lefts)}
    return min(left for left, count in support.items() if count * 3 >= max(support.values()))


def _indented(line: Line, left: float) -> bool:
    return _INDENT[0] * line.size < line.left - left < _INDENT[1] * line.size


def _is_hanging(chunk: Sequence[Line], left: float, right: float) -> bool:
    """Whether first lines stand out to the left of the others, as in bibliographies."""
    indented = [line for line in chunk if _indented(line, left)]
    if len(chunk) < 3 or len(indented) <= _HANGING * len(chunk) or _indented(chunk[0], left):
        return False
    edge = indented[0].left
    before = [(line, following) for line, following in pairwise(chunk) if _indented(following, left)]
    if sum(_has_room(line, following, right) for line, following in before) * 5 > len(before):
        return False  # short lines before those that stand in: these begin paragraphs
    return all(abs(line.left - edge) < _SAME_EDGE * line.size for line in indented)
