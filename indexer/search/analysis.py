"""Analysis, one for index and query: text to words, words to folded forms.

A word is a run of Unicode letters, marks and digits. An apostrophe between letters belongs to it, a possessive ’s does not.
Single letters with dots between are one word without them (`U.S.` = `US`); a number is one word without its separators:
`1,000`, and what can be nothing else, `1 000` with a no-break space and `1.000.000`. (`1.000` may be a one with decimals.)
A hyphenated word is its parts in order, and the parts joined: `F-16` gives `f` and `16`, and `f16` over both their positions.
In scripts written without spaces (`unspaced`) each letter has a position of its own, where it stands by itself and together
with the next one of the same run: `日本語` gives `日本` and `日`, `本語` and `本`, `語`.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from indexer.search.folding import APOSTROPHES, SOFT_HYPHEN, fold
from indexer.search.unspaced import CLUSTER, UNSPACED

_CACHE_LIMIT = 200_000
_CACHED_LENGTH = 64


class Token(NamedTuple):
    """An indexed word: its folded form, where it stands in the text (code points, end-exclusive), and its position.

    length: the positions it covers; more than 1 only for the joined parts of a hyphenated word.
    """

    form: str
    start: int
    end: int
    position: int
    length: int = 1


def tokenize(text: str) -> list[Token]:
    """The tokens of a text in order of position; a hyphenated word's joined token stands after its parts, a pair first."""
    tokens: list[Token] = []
    position = 0
    for word in _WORDS.finditer(text):
        at = word.start()
        for form, start, end, place, length in _analyzed[word.group()]:
            tokens.append(Token(form, at + start, at + end, position + place, length))
        position = tokens[-1].position + tokens[-1].length
    return tokens


def split_words(text: str) -> list[str]:
    """The words of a text as they stand; a hyphenated word is one, a possessive stays on."""
    return _WORDS.findall(text)


def iter_words(text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
    """The words of `split_words`, with their places; of a part of the text that begins and ends at white space."""
    return _WORDS.finditer(text, start, end)


def analyze_word(word: str) -> tuple[Token, ...]:
    """The tokens of a word that `split_words` gave, counted from its own beginning."""
    return _analyzed[word]


def word_readings(word: str) -> tuple[tuple[str, ...], ...]:
    """The ways in which a word of a query may stand in a text: each is forms at positions next to each other.

    `F-16` reads as `f` before `16`, or as `f16`; `日本語` as `日本` before `本語` before `語`; most words in one way.
    """
    tokens = _analyzed[word]
    if len(tokens) == 1:
        return ((tokens[0].form,),)
    if tokens[-1].length > 1:
        return (tuple(token.form for token in tokens[:-1]), (tokens[-1].form,))
    firsts: dict[int, str] = {}
    for token in tokens:
        firsts.setdefault(token.position, token.form)
    return (tuple(firsts.values()),)


def is_unspaced(word: str) -> bool:
    """Whether a word stands in a script that is written without spaces."""
    return not word.isascii() and _RUN.match(word) is not None


def split_pieces(text: bytes) -> list[bytes]:
    """The pieces of a text in UTF-8: parted at the ASCII characters that no word holds or looks at, and often one word each.

    The tokens of a text are those of its pieces, one after the other.
    """
    return text.translate(PARTED).split()


def plain_form(piece: bytes) -> bytes | None:
    """The folded form of a piece that is one word of ASCII letters and digits; None for any other."""
    word = piece.strip(_LOOKED_AT)
    return word.lower() if word.isalnum() else None


def find_words(text: str) -> list[tuple[int, int]]:
    """Where the words of a text stand; a hyphenated word is one, a possessive is left out."""
    return [(word.start(), word.start() + _analyzed[word.group()][-1].end) for word in _WORDS.finditer(text)]


_HYPHENS = "‐‑-"
# The ASCII characters that may stand within a word, or decide what is one, without being letters or digits.
_LOOKED_AT = b"'-.,"
PARTED = bytes(code if code >= 0x80 or chr(code).isalnum() or code in _LOOKED_AT else ord(" ") for code in range(256))
"""Byte -> itself, or a space where it parts pieces."""


def _mark_class() -> str:
    """The combining marks as a part of a character class; `\\w` leaves them out."""
    marks = [chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code))[0] == "M"]
    ranges: list[list[str]] = []
    for mark in marks:
        if ranges and ord(mark) == ord(ranges[-1][1]) + 1:
            ranges[-1][1] = mark
        else:
            ranges.append([mark, mark])
    return "".join(f"{first}-{last}" for first, last in ranges)


_LETTER = rf"[^\W\d_{UNSPACED}]"
_MORE = rf"(?:[^\W_{UNSPACED}]|[{_mark_class()}{SOFT_HYPHEN}])"
# White space that no line is broken at.
_UNBROKEN = "\u00a0\u2009\u202f"
SPACED_NUMBER = rf"(?<!\d[.,{_UNBROKEN}])\d{{1,3}}(?:[{_UNBROKEN}]\d{{3}}){{1,9}}(?:[.,]\d+)?(?![,.{_UNBROKEN}]?\d)(?!{_MORE})"
"""A number that is one word, white space and all, as a part of a regular expression; no letter or digit stands before it."""
_UNIT = (
    rf"(?:{_LETTER}(?:\.{_LETTER})+(?:\.?[{APOSTROPHES}][sS])?(?!{_MORE})"
    rf"|\d{{1,3}}(?:,\d{{3}}){{1,9}}(?:\.\d+)?(?![,.]?\d)(?!{_MORE})"
    rf"|(?<!\d[.,])\d{{1,3}}(?:\.\d{{3}}){{2,9}}(?:,\d+)?(?![,.]?\d)(?!{_MORE})"
    rf"|{SPACED_NUMBER}"
    rf"|(?<!\d\.)\d+\.\d+(?![,.]?\d)(?!{_MORE})"
    rf"|[^\W_{UNSPACED}]{_MORE}*(?:[{APOSTROPHES}]{_LETTER}{_MORE}*)*)"
)
_UNITS = re.compile(_UNIT)
# Most words are runs of letters that nothing joins to the next: tried first, given up whole where more may belong to them.
_PLAIN_WORD = rf"[^\W\d_\u0e00-\U0010ffff]{{2,}}+(?![^\W_]|[{APOSTROPHES}{SOFT_HYPHEN}{_mark_class()}{_HYPHENS}])"
_CLUSTER = rf"{CLUSTER}[{_mark_class()}{SOFT_HYPHEN}\uff9e\uff9f\U000e0100-\U000e01ef]*"
_CLUSTERS = re.compile(_CLUSTER)
_RUN = re.compile(rf"(?:{_CLUSTER})+")
_WORDS = re.compile(rf"(?:{_PLAIN_WORD}|{_RUN.pattern}|{_UNIT}(?:(?:(?<=\.{_LETTER})\.)?[{_HYPHENS}]{_UNIT})*)")
_POSSESSIVE = re.compile(rf"(?:(?<=\.{_LETTER})\.)?[{APOSTROPHES}][sS]$")
_SEPARATED = re.compile(rf"\d[\d,.{_UNBROKEN}]*\d")


def _unit_form(word: str) -> str:
    """The folded form of a word without hyphens and without its possessive; never empty."""
    if _SEPARATED.fullmatch(word):
        return fold(_without_separators(word))
    # Compatibility characters such as ½ fold to several, with signs among them that no word holds.
    return "".join(c for c in fold(word) if c.isalnum() or c == "'" or unicodedata.category(c)[0] == "M") or word


def _without_separators(number: str) -> str:
    """A number with no sign but a point before its decimals."""
    if number.count(".") > 1:
        return number.replace(".", "").replace(",", ".")
    parts = re.split(f"[{_UNBROKEN}]", number)
    return "".join(parts).replace(",", "." if len(parts) > 1 else "")


def _hyphenated(word: str) -> list[Token]:
    tokens = []
    for position, unit in enumerate(_UNITS.finditer(word)):
        part = _POSSESSIVE.sub("", unit.group())
        tokens.append(Token(_unit_form(part), unit.start(), unit.start() + len(part), position))
    if len(tokens) > 1:
        tokens.append(Token("".join(token.form for token in tokens), 0, tokens[-1].end, 0, len(tokens)))
    return tokens


def _unspaced(run: str) -> list[Token]:
    letters = [(_unit_form(letter.group()), *letter.span()) for letter in _CLUSTERS.finditer(run)]
    tokens = []
    for position, (form, start, end) in enumerate(letters):
        if position + 1 < len(letters):
            following, _, pair_end = letters[position + 1]
            tokens.append(Token(form + following, start, pair_end, position))
        tokens.append(Token(form, start, end, position))
    return tokens


class _Analyzed(dict[str, tuple[Token, ...]]):
    """Word as it stands -> its tokens, remembered for the words that return. Safe between threads: entries never change."""

    def __missing__(self, word: str) -> tuple[Token, ...]:
        analyzed = tuple(_unspaced(word) if _RUN.match(word) else _hyphenated(word))
        if len(self) >= _CACHE_LIMIT:
            self.clear()
        if len(word) <= _CACHED_LENGTH:
            self[word] = analyzed
        return analyzed


_analyzed = _Analyzed()
