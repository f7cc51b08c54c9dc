"""Stretches: the parts of a text, from white space to white space, that may hold a word which a query looks for.

Most of a paragraph is not worth analysing to mark one word in it. What a form begins with is known: a stemmer takes endings
away and changes at most the last two letters of what it leaves. Between those letters there may be signs that folding drops.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import TypeAlias

from indexer.search.embedded.forms import Expansion
from indexer.search.embedded.slots import Sought

Key: TypeAlias = tuple[Sought, bool]
"""What is looked for, and whether it is a form (True) or a term."""

Accepted: TypeAlias = Mapping[Expansion, Set[str]]
"""The forms of the index that each pattern of a query stands for."""

_LETTERS = 4
# Dots and separators within a word, and between the parts of a hyphenated one a dot, a possessive and the hyphen.
_DROPPED = r"\.?(?:['’‘]s)?[-‐‑.,]?"
# In a text of these characters alone a word begins with the letters that its form begins with.
_FOREIGN = re.compile("[^\\x00-\\x7f“”‘’–—…•\\u00a0]")
_PLAIN_START = re.compile("[a-z0-9]+")


class Stretches:
    """Finds the stretches of any number of texts."""

    def __init__(self, sought: Iterable[Key], accepted: Accepted) -> None:
        starts = [start for word, exact in sought for start in _starts(word, exact, accepted)]
        self._pattern: re.Pattern[str] | None = None
        if all(starts):
            choices = "|".join(sorted({_DROPPED.join(start) for start in starts})) or "(?!)"
            self._pattern = re.compile(f"(?<![a-z0-9])(?:{choices})")

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Start and end of each stretch, in order; the whole text where it cannot be told."""
        if self._pattern is None or _FOREIGN.search(text):
            yield 0, len(text)
            return
        end = -1
        for match in self._pattern.finditer(text.lower()):
            if match.start() < end:
                continue
            start = max(text.rfind(" ", 0, match.start()), text.rfind("\n", 0, match.start())) + 1
            end = text.find(" ", match.start())
            if end < 0:
                end = len(text)
            yield start, end


def _starts(word: Sought, exact: bool, accepted: Accepted) -> set[str]:
    """The starts of a word, or of all the forms that a pattern stands for."""
    return {_start(word, exact)} if isinstance(word, str) else {_start(form, True) for form in accepted.get(word, ())}


def _start(word: str, exact: bool) -> str:
    """The letters that a word in a plain text begins with, as far as they are sure; empty where none is."""
    certain = len(word) if exact else max(len(word) - 2, 1) if len(word) >= _LETTERS else 1
    plain = _PLAIN_START.match(word[:certain])
    return plain.group()[:_LETTERS] if plain else ""
