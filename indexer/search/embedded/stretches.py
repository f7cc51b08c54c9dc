"""Stretches: the parts of a text, parted by characters that no word holds, that may hold a word which a query looks for.

Most of a paragraph is not worth analysing to mark one word in it. What a form begins with is known: a stemmer takes endings
away and changes at most the last letter of what it leaves. A word of plain letters begins with just that; or where a sign
among its letters is dropped (`U.S.`, `1,000`, `co-op`), with a part of it that such a sign follows. That holds in English, and
for words that are not stemmed; of texts in another language every piece between spaces is a stretch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import TypeAlias

from indexer.search.embedded.forms import Expansion, Pattern
from indexer.search.embedded.slots import Sought
from indexer.search.stemming import ENGLISH, stem

Key: TypeAlias = tuple[Sought, bool]
"""What is looked for, and whether it is a form (True) or a term."""

Accepted: TypeAlias = Mapping[Expansion, Set[str]]
"""The forms of the index that each pattern of a query stands for."""

# From so many on, words are looked up among those of the texts instead of each being searched for.
_MANY = 12
_RUN = re.compile("[a-z0-9]+")
_PIECE = re.compile(r"[^ \t\n]+")
_UNCHANGED = 2
_DIE = re.compile(".ie")

# A code page of one byte a character that has the signs of edited prose; what it lacks is foreign, as its accented letters are.
_CODE_PAGE = "cp1252"
_BEYOND = re.compile("[^\\x00-\\x7f\\xa0-\\xff“”‘’–—…•]")
_FOREIGN = b"\xff"
_PARTING = frozenset("“”–—…•")
_NO_BREAK = "\u00a0"
_APOSTROPHES = "'‘’"
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


class Stretches:
    """Finds the stretches of any number of texts."""

    def __init__(self, sought: Iterable[Key], stemmer: str | None, accepted: Accepted) -> None:
        self._certain = stemmer in (None, ENGLISH)
        keys = sought if self._certain else ()
        runs = {run for word, exact in keys for run in _runs(word, exact or stemmer is None, accepted)}
        self._starts = _without_longer({f" {run}".encode() for run, ends in runs if not ends})
        self._words = frozenset(f" {run} ".encode() for run, ends in runs if ends)
        self._heads = frozenset(f" {run[:letters]} ".encode() for run, _ in runs for letters in range(1, len(run)))

    def find(self, texts: Sequence[str]) -> list[tuple[int, int]]:
        """Start and end of each stretch, in order, in the texts joined by spaces."""
        if not self._certain:
            return [piece.span() for piece in _PIECE.finditer(" ".join(texts))]
        coded = b" ".join([b"", *map(_encoded, texts), b""])
        stretched, parted = coded.translate(_STRETCHED), coded.translate(_PARTED)
        words: Iterable[bytes] = self._words
        if len(self._words) > _MANY:
            words = {b" %b " % word for word in set(parted.split())} & self._words
        found: dict[int, int] = {}
        # The space before a stretch is, in the texts, at the stretch's own start: they were moved by one.
        for start in (*self._starts, *words):
            at = parted.find(start)
            while at >= 0:
                end = stretched.find(b" ", at + 1)
                found[at if stretched[at] == _SPACE else stretched.rfind(b" ", 0, at)] = end - 1
                at = parted.find(start, end)
        if self._heads:
            self._find_joined(coded.translate(_JOINED), stretched, parted, found)
        for sign in (_FOREIGN, _POSSESSIVE):
            at = stretched.find(sign)
            while at >= 0:
                end = stretched.find(b" ", at)
                found[stretched.rfind(b" ", 0, at)] = end - 1
                at = stretched.find(sign, end)
        return sorted(found.items())

    def _find_joined(self, joined: bytes, stretched: bytes, parted: bytes, found: dict[int, int]) -> None:
        """Add the stretches in which a sign follows a head."""
        heads = self._heads
        at = joined.find(b"a-a")
        while at >= 0:
            end = at + 2
            if parted[parted.rfind(b" ", 0, at) : end] in heads:
                end = stretched.find(b" ", at)
                found[stretched.rfind(b" ", 0, at)] = end - 1
            at = joined.find(b"a-a", end)


def _encoded(text: str) -> bytes:
    """A text in the code page, character by character."""
    if text.isascii():
        return text.encode()
    try:
        return text.encode(_CODE_PAGE)
    except UnicodeEncodeError:
        return _BEYOND.sub(_FOREIGN.decode(_CODE_PAGE), text).encode(_CODE_PAGE)


def _runs(word: Sought, exact: bool, accepted: Accepted) -> set[tuple[str, bool]]:
    """The letters and digits that the forms of a word begin with, and whether such a run ends with them.

    None where the forms hold foreign letters: the stretches with such letters are looked at anyhow.
    """
    if isinstance(word, tuple):
        words = word if exact else {stem(form) for form in word}
        return {run for one in words for run in _run(one, len(one) if exact else _certain(one), exact)}
    if isinstance(word, Pattern) and _RUN.match(word.literal):
        return _run(word.literal, len(word.literal), False)
    return {run for form in accepted.get(word, ()) for run in _run(form, len(form), True)}


def _run(word: str, certain: int, exact: bool) -> set[tuple[str, bool]]:
    """Of a word of which so many letters are certain, or an exact one."""
    start = _RUN.match(word, 0, certain) if word.isascii() else None
    return set() if start is None else {(start.group(), exact or start.end() < certain)}


def _certain(stem: str) -> int:
    """How many letters of a stem its forms share: aging - age, happy - happi, liability - liabl, skies - sky, dying - die."""
    if len(stem) <= _UNCHANGED or stem[-1] not in "eily":
        return len(stem)
    return 1 if _DIE.fullmatch(stem) else len(stem) - 1


def _without_longer(starts: Set[bytes]) -> list[bytes]:
    """Starts less those that begin with another."""
    kept: list[bytes] = []
    for start in sorted(starts):
        if not kept or not start.startswith(kept[-1]):
            kept.append(start)
    return kept
