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

_RUN = re.compile("[a-z0-9]+")
_PIECE = re.compile(r"[^ \t\n]+")
_UNCHANGED = 2
_GOES_ON, _ENDS = b"\0", b"\1"


def needles_of(sought: Iterable[Key], stemmer: str | None, accepted: Accepted) -> list[bytes] | None:
    """What to look for, as Kernels.stretches takes it; None where what words begin with is not known."""
    if stemmer not in (None, ENGLISH):
        return None
    needles = {needle for word, exact in sought for needle in _needles(word, exact or stemmer is None, accepted)}
    return _less_longer(needles)


def pieces(texts: Sequence[str]) -> Sequence[Sequence[int]]:
    """All that stands between spaces, as Kernels.stretches gives it."""
    return [(number, *piece.span(), -1) for number, text in enumerate(texts) for piece in _PIECE.finditer(text)]


def _less_longer(needles: Set[bytes]) -> list[bytes]:
    """Needles in order, less those that begin with another that goes on."""
    if len(needles) == 1:
        return list(needles)
    kept: list[bytes] = []
    beginning = _ENDS  # what no needle begins with
    for needle in sorted(needles):
        if not needle.startswith(beginning):
            kept.append(needle)
            if needle.endswith(_GOES_ON):
                beginning = needle[:-1]
    return kept


def _needles(word: Sought, exact: bool, accepted: Accepted) -> list[bytes]:
    """The letters and digits that the forms of a word begin with, and whether such a run ends with them.

    None where the forms hold foreign letters: the stretches with such letters are looked at anyhow.
    """
    if isinstance(word, tuple):
        words = word if exact else map(stem, word)
        return [needle for one in words for needle in _needle(one, len(one) if exact else _certain(one), exact)]
    if isinstance(word, Pattern) and _RUN.match(word.literal):
        return _needle(word.literal, len(word.literal), False)
    return [needle for form in accepted.get(word, ()) for needle in _needle(form, len(form), True)]


def _needle(word: str, certain: int, exact: bool) -> list[bytes]:
    """Of a word of which so many letters are certain, or an exact one."""
    if not word.isascii():
        return []
    if word.isalnum():
        return [word[:certain].encode() + (_ENDS if exact else _GOES_ON)]
    start = _RUN.match(word, 0, certain)
    if start is None:
        return []
    return [start.group().encode() + (_ENDS if exact or start.end() < certain else _GOES_ON)]


def _certain(stem: str) -> int:
    """How many letters of a stem its forms share: aging - age, happy - happi, liability - liabl, skies - sky, dying - die."""
    if len(stem) <= _UNCHANGED or stem[-1] not in "eily":
        return len(stem)
    return 1 if len(stem) == 3 and stem.endswith("ie") else len(stem) - 1
