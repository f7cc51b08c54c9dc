"""The stretches of texts without numba, by what Python does with bytes at once.

A stretch is a part of a text between characters that no word holds, less the signs at its ends. It is wanted where a run of
letters and digits in it is what a needle says; where a sign follows a run from which a needle goes on (`co-op`, `U.S.`,
`1,000`); and where it holds foreign characters, or a possessive that a hyphen follows.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

# From so many on, words are looked up among those of the texts instead of each being searched for.
_MANY = 12

# A code page of one byte a character that has the signs of edited prose; what it lacks is foreign, as its accented letters are.
_CODE_PAGE = "cp1252"
_BEYOND = re.compile("[^\\x00-\\x7f\\xa0-\\xff“”‘’–—…•]")
_FOREIGN = b"\xff"
_PARTING = frozenset("“”–—…•")
_NO_BREAK = "\u00a0"
_APOSTROPHES = "'‘’"
_SIGNS = f"-.,{_NO_BREAK}{_APOSTROPHES}"
_SPACE = ord(" ")
# A possessive that is dropped before a hyphen: too rare to be told apart from others.
_POSSESSIVE = b"'s-"


def _table(signs: Mapping[str, str], letter: str = "") -> bytes:
    """Byte of the code page -> the letter (or digit) in lower case, a sign, a space where words part, or the foreign byte."""
    table = bytearray(_FOREIGN * 256)
    for code in range(256):
        character = bytes([code]).decode(_CODE_PAGE, "replace")
        if code < 0x80 or character in _PARTING or character in signs:
            table[code] = ord(letter or character.lower() if character.isalnum() else signs.get(character, " "))
    return bytes(table)


_STRETCHED = _table({**{sign: sign for sign in "-.,"}, _NO_BREAK: ",", **dict.fromkeys(_APOSTROPHES, "'")})
"""Stretches stand between spaces."""
_PARTED = _table(dict.fromkeys((*_APOSTROPHES, _NO_BREAK), " "))
"""Each run of letters and digits stands between spaces."""
_JOINED = _table({**dict.fromkeys(("-", ".", ",", _NO_BREAK), "-"), **dict.fromkeys(_APOSTROPHES, " ")}, letter="a")
"""`a-a` where one sign stands between letters or digits."""


def find(texts: Sequence[str], needles: Sequence[bytes]) -> list[tuple[int, int, int]]:
    """The wanted stretches of texts in order: text, start, end."""
    coded = b" ".join([b"", *map(_encoded, texts), b""])
    stretched, parted = coded.translate(_STRETCHED), coded.translate(_PARTED)
    words: Iterable[bytes] = [b" %b " % needle[:-1] for needle in needles if needle[-1]]
    if len(needles) > _MANY:
        words = {b" %b " % word for word in set(parted.split())}.intersection(words)
    found: dict[int, int] = {}
    # The space before a stretch is, in the texts, at the stretch's own start: they were moved by one.
    for start in (*(b" " + needle[:-1] for needle in needles if not needle[-1]), *words):
        at = parted.find(start)
        while at >= 0:
            end = stretched.find(b" ", at + 1)
            found[at if stretched[at] == _SPACE else stretched.rfind(b" ", 0, at)] = end - 1
            at = parted.find(start, end)
    heads = frozenset(b" %b " % needle[:letters] for needle in needles for letters in range(1, len(needle) - 1))
    if heads:
        _find_joined(heads, coded.translate(_JOINED), stretched, parted, found)
    for sign in (_FOREIGN, _POSSESSIVE):
        at = stretched.find(sign)
        while at >= 0:
            end = stretched.find(b" ", at)
            found[stretched.rfind(b" ", 0, at)] = end - 1
            at = stretched.find(sign, end)
    return _by_text(texts, sorted(found.items()))


def _find_joined(heads: frozenset[bytes], joined: bytes, stretched: bytes, parted: bytes, found: dict[int, int]) -> None:
    """Add the stretches in which a sign follows a head."""
    at = joined.find(b"a-a")
    while at >= 0:
        end = at + 2
        if parted[parted.rfind(b" ", 0, at) : end] in heads:
            end = stretched.find(b" ", at)
            found[stretched.rfind(b" ", 0, at)] = end - 1
        at = joined.find(b"a-a", end)


def _by_text(texts: Sequence[str], stretches: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Stretches of the texts joined by one character, as those of each text, without the signs at their ends."""
    begins = [0, *accumulate(len(text) + 1 for text in texts)]
    found = []
    for start, end in stretches:
        number = bisect_right(begins, start) - 1
        stretch = texts[number][start - begins[number] : end - begins[number]]
        first = start - begins[number] + len(stretch) - len(stretch.lstrip(_SIGNS))
        found.append((number, first, first + len(stretch.strip(_SIGNS))))
    return found


def _encoded(text: str) -> bytes:
    """A text in the code page, character by character."""
    if text.isascii():
        return text.encode()
    try:
        return text.encode(_CODE_PAGE)
    except UnicodeEncodeError:
        return _BEYOND.sub(_FOREIGN.decode(_CODE_PAGE), text).encode(_CODE_PAGE)
