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

Key: TypeAlias = tuple[Sought, bool]
"""What is looked for, and whether it is a form (True) or a term."""

Accepted: TypeAlias = Mapping[Expansion, Set[str]]
"""The forms of the index that each pattern of a query stands for."""

_RUN = re.compile("[a-z0-9]+")
_PIECE = re.compile(r"[^ \t\n]+")
_UNCHANGED = 2
_GOES_ON, _ENDS = b"\0", b"\1"


def needles_of(forms: Iterable[str], stems: Iterable[str], expansions: Iterable[Expansion], accepted: Accepted) -> list[bytes]:
    """What forms, words with one of these stems and what patterns stand for begin with, as Kernels.stretches takes it."""
    needles: set[bytes] = set()
    for form in forms:
        _add(needles, form, len(form), _ENDS)
    for stem in stems:
        _add(needles, stem, _certain(stem), _GOES_ON)
    for expansion in expansions:
        if isinstance(expansion, Pattern) and _RUN.match(expansion.literal):
            _add(needles, expansion.literal, len(expansion.literal), _GOES_ON)
        else:
            for form in accepted.get(expansion, ()):
                _add(needles, form, len(form), _ENDS)
    return list(needles) if len(needles) == 1 else _less_longer(needles)


def pieces(texts: Sequence[str], reach: int) -> list[tuple[int, int, int, int]]:
    """All that stands between spaces, as Kernels.stretches gives it."""
    gap = -1 if reach else 0
    return [(number, *piece.span(), gap) for number, text in enumerate(texts) for piece in _PIECE.finditer(text)]


def _less_longer(needles: Iterable[bytes]) -> list[bytes]:
    """Needles in order, less those that begin with another that goes on."""
    kept: list[bytes] = []
    beginning = _ENDS  # what no needle begins with
    for needle in sorted(needles):
        if not needle.startswith(beginning):
            kept.append(needle)
            if needle.endswith(_GOES_ON):
                beginning = needle[:-1]
    return kept


def _add(needles: set[bytes], word: str, certain: int, end: bytes) -> None:
    """Add the letters and digits that a word begins with, of which so many letters are certain. end: what these end with.

    None where the word begins with a foreign letter: the stretches with such letters are looked at anyhow.
    """
    if word.isascii():
        if word.isalnum():
            needles.add(word[:certain].encode() + end)
        elif start := _RUN.match(word, 0, certain):
            needles.add(start.group().encode() + (_ENDS if start.end() < certain else end))


def _certain(stem: str) -> int:
    """How many letters of a stem its forms share: aging - age, happy - happi, liability - liabl, skies - sky, dying - die."""
    if len(stem) <= _UNCHANGED or stem[-1] not in "eily":
        return len(stem)
    return 1 if len(stem) == 3 and stem.endswith("ie") else len(stem) - 1
