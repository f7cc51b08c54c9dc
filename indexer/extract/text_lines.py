"""Lines of plain text: where they begin, how they end, and the marks that make them more than prose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LINE_ENDS = re.compile("\r\n?|[\v\x85\u2028]")
_TAB = 4
_ENDED = re.compile(r"[.!?…:。！？][\"'”’»›)\]*_]*$")
_BULLET = re.compile(r"([-*•‣◦▪●–])[ \t]+(?=\S)")
_NUMBER = re.compile(r"(?:(\()?(\d{1,3}|[a-z])\)|(\d{1,3})\.)[ \t]+(?=\S)")
_QUOTE = re.compile(r"(?:>[ \t]?)+")
_RULE = re.compile(r"(?:([-=_*~#·])[ \t]*)(?:\1[ \t]*){2,}")
_HYPHEN_IN_WORD = re.compile(r"\w-$")
_SUSPENDED = re.compile(r"(?:and|or|to|und|oder|bis|et|ou|y|o|e)\b")
_WIDE = frozenset("WF")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: its text without the white space around it, and how far it is indented, in columns."""

    text: str
    indent: int

    @property
    def end(self) -> int:
        """The column that the line reaches to."""
        return self.indent + len(self.text)

    @property
    def ended(self) -> bool:
        """Whether a sentence ends with the line, or a colon."""
        return _ENDED.search(self.text) is not None

    @property
    def first_word(self) -> str:
        return self.text.split(None, 1)[0]

    @property
    def first_letter(self) -> str:
        """The first letter or digit; empty if there is none."""
        return next((character for character in self.text if character.isalnum()), "")

    @property
    def is_rule(self) -> bool:
        """Whether the line is drawn, like `-----` or `* * *`."""
        return _RULE.fullmatch(self.text) is not None

    @property
    def quoted(self) -> str | None:
        """The text behind `>`, or None where the line is no quotation; `>100 km` is none."""
        match = _QUOTE.match(self.text)
        if match is None or (match.group() == ">" and len(self.text) > 1):
            return None
        return self.text[match.end() :]

    @property
    def marker(self) -> Marker | None:
        """The mark of a list item at the beginning, if there is one."""
        bullet = _BULLET.match(self.text)
        if bullet:
            return Marker(bullet[1], None, self.text[bullet.end() :], self.indent)
        number = _NUMBER.match(self.text)
        if number is None:
            return None
        opening, closed, dotted = number.groups()
        counted = dotted or closed
        style = f"{opening or ''}{'1' if counted.isdigit() else 'a'}{'.' if dotted else ')'}"
        return Marker(style, int(counted) if counted.isdigit() else ord(counted) - ord("a") + 1, self.text, self.indent)


@dataclass(frozen=True, slots=True)
class Marker:
    """The mark of a list item. number: None for a bullet. text: the item's; a number is a part of it, a bullet is not."""

    style: str
    number: int | None
    text: str
    indent: int

    def follows(self, other: Marker) -> bool:
        """Whether this item can stand right behind another: the next number, a bullet after a bullet, or another depth."""
        if self.number is not None and other.style == self.style and other.number is not None:
            return self.number == other.number + 1
        return (self.number is None and other.number is None) or self.indent != other.indent


def split_lines(text: str) -> list[str]:
    """The lines of a text; U+2029 and a form feed, the end of a page, part paragraphs as a blank line does."""
    text = text.replace("\u2029", "\n\n").replace("\f", "\n\n")
    return _LINE_ENDS.sub("\n", text).split("\n")


def line_of(raw: str) -> Line | None:
    """A raw line; None if it is blank."""
    text = raw.strip()
    if not text:
        return None
    before = raw[: len(raw) - len(raw.lstrip())]
    return Line(text, len(before.expandtabs(_TAB)))


def chunks_of(raw_lines: Sequence[str]) -> Iterator[list[Line]]:
    """Runs of lines with no blank line between them."""
    chunk: list[Line] = []
    for line in map(line_of, raw_lines):
        if line is not None:
            chunk.append(line)
        elif chunk:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def joined(lines: Sequence[str]) -> str:
    """Wrapped lines as one: a space at each join, but none between Chinese or Japanese characters.

    A hyphen at the end of a line stays, and the rest of its word follows it directly: `air-` and `defence` make `air-defence`.
    """
    text = lines[0]
    for line in lines[1:]:
        text += line if _joins_directly(text, line) else f" {line}"
    return text


def _joins_directly(before: str, after: str) -> bool:
    if _HYPHEN_IN_WORD.search(before[-2:]):
        return after[0].isalpha() and not _SUSPENDED.match(after)
    return all(unicodedata.east_asian_width(character) in _WIDE for character in (before[-1], after[0]))
