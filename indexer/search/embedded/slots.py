"""The words of a query as slots: what the dictionaries are asked for, whatever the segment."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from indexer.search.analysis import is_unspaced, split_words, tokenize, word_readings
from indexer.search.embedded.forms import Expansion, Near, Pattern
from indexer.search.folding import fold
from indexer.search.query import Fuzzy, Phrase, Wildcard, Word

Forms: TypeAlias = tuple[str, ...]
"""A word by its folded forms: as typed, and those that count as the same word; sorted, each once."""

Sought: TypeAlias = Forms | Expansion
"""A word, or the forms that a pattern stands for."""

Equivalents: TypeAlias = Callable[[str], tuple[str, ...]]
"""Folded form -> the folded forms that count as the same word, itself left out. One that holds spaces is several words."""


def no_equivalents(_form: str) -> tuple[str, ...]:
    """Every form counts as itself alone."""
    return ()


class Slot(NamedTuple):
    """A word of a query by its readings; a reading is one or more words next to each other.

    `F-16` reads as `f` before `16`, or as `f16`. exact: the forms are meant, else what has a stem of theirs.
    """

    readings: tuple[tuple[Sought, ...], ...]
    exact: bool

    @property
    def form(self) -> str | None:
        """The form of a word that counts in this one alone, and is not more than one; None for any other slot."""
        words = self.readings[0]
        if len(self.readings) > 1 or len(words) > 1 or not isinstance(words[0], tuple) or len(words[0]) > 1:
            return None
        return words[0][0]

    def parts(self) -> tuple[Slot, ...]:
        """A slot for each word next to the other of the only reading; the slot itself where it has several readings."""
        if len(self.readings) > 1 or len(self.readings[0]) == 1:
            return (self,)
        return tuple(Slot(((word,),), self.exact) for word in self.readings[0])


def node_slots(node: Word | Phrase | Wildcard | Fuzzy, equivalents: Equivalents = no_equivalents) -> tuple[Slot, ...]:
    """The slots of a node in order; a hyphenated word is one, and a word or a pattern has one or none."""
    if isinstance(node, Wildcard):
        parts = [fold(part).replace(".", "") for part in re.split("[‐‑-]", node.pattern)]
        readings = (tuple(map(Pattern, parts)), (Pattern("".join(parts)),))
        return (Slot(readings if len(parts) > 1 else readings[1:], exact=True),)
    if isinstance(node, Fuzzy):
        tokens = tokenize(node.text)
        if not tokens:
            return ()
        form = tokens[-1].form
        distance = node.distance if node.distance is not None else 1 if len(form) <= 5 else 2
        return (Slot(((Near(form, distance),),), exact=True),)
    if node.exact:
        equivalents = no_equivalents
    return tuple([_slot(word, node.exact, equivalents) for word in split_words(node.text)])


def _slot(word: str, exact: bool, equivalents: Equivalents) -> Slot:
    """The slot of one word, in its own forms and in those that count as the same."""
    readings = word_readings(word)
    if is_unspaced(word):
        return Slot(tuple(tuple((form,) for form in reading) for reading in readings), exact)
    # The last reading is the word whole; most words have no other, and none that counts as the same.
    whole = readings[-1][0]
    others = equivalents(whole)
    if not others and len(readings) == 1:
        return Slot((((whole,),),), exact)
    longer = [other for other in others if " " in other]
    alike = [tuple(_alike(form, equivalents) for form in reading) for reading in readings]
    return Slot((*alike, *(tuple(_alike(form, equivalents) for form in other.split()) for other in longer)), exact)


def _alike(form: str, equivalents: Equivalents) -> Forms:
    others = [other for other in equivalents(form) if " " not in other]
    return tuple(sorted({form, *others})) if others else (form,)
