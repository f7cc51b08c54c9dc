"""A text through the sieve of a query: only the words that the query looks for are kept, with their positions and spans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import TypeAlias

from indexer.fields import FIELD_BY_NAME, FieldKind
from indexer.search.analysis import analyze_word, iter_words
from indexer.search.embedded.evaluate import Leaf
from indexer.search.embedded.slots import Equivalents, Slot, Sought, node_slots
from indexer.search.embedded.stretches import Accepted, Key, Stretches
from indexer.search.embedded.windows import Place, window_members
from indexer.search.query import Phrase
from indexer.search.response import Span
from indexer.search.stemming import stem

Spots: TypeAlias = dict[Place, tuple[Span, ...]]
"""Where something stands: (position, positions covered) -> the spans of its words."""

_Sifted: TypeAlias = tuple[list[tuple[Key, Place, Span]], int]
"""The tokens that a sieve keeps of a stretch, counted from its beginning, and the positions that the stretch takes."""

# The positions that a slot may cover before its windows are looked for among more places than they need be.
_WIDEST = 2
_PLAIN_SIGNS = "'’‘-.,"
_LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True, eq=False, slots=True)
class Wanted:
    """A word, phrase or pattern of a query: its slots, in the field that it looks in.

    slop: of a phrase whose words may stand in any order. only: what it looks for, where that is a single word or pattern.
    """

    field: str
    slots: tuple[Slot, ...]
    slop: int | None
    only: Key | None

    @classmethod
    def of(cls, node: Leaf, equivalents: Equivalents) -> Wanted:
        """What a leaf of the query looks for."""
        slots = node_slots(node, equivalents)
        single = len(slots) == 1 and len(slots[0].readings) == 1 and len(slots[0].readings[0]) == 1
        return cls(
            node.field or "text",
            slots,
            node.slop if isinstance(node, Phrase) and len(slots) > 1 else None,
            (slots[0].readings[0][0], slots[0].exact) if single else None,
        )

    @property
    def stemmed(self) -> bool:
        """Whether it looks among stemmed words."""
        return FIELD_BY_NAME[self.field].kind is FieldKind.TEXT

    @property
    def reach(self) -> int:
        """So many positions between two words are as good as any more of them; 0 where a match is one word."""
        return 0 if self.only is not None else 1 if self.slop is None else self.slop + 1 + _WIDEST * len(self.slots)


class Sieve(dict[str, _Sifted]):
    """Stretch as it stands -> what one query keeps of it, and the positions it takes.

    stemmer: of the texts; None for fields that are not stemmed.
    """

    def __init__(self, wanted: Iterable[Wanted], stemmer: str | None, accepted: Accepted) -> None:
        super().__init__()
        self._stemmer = stemmer
        wanted = [each for each in wanted if each.stemmed is (stemmer is not None)]
        sought = {(word, slot.exact) for each in wanted for slot in each.slots for reading in slot.readings for word in reading}
        self.stretches = Stretches(sought, stemmer, accepted)
        self.reach = max((each.reach for each in wanted), default=0)
        """How many positions between two words are counted: more are as good as these."""
        self._forms: dict[str, list[Key]] = {}
        self._terms: dict[str, list[Key]] = {}
        for key in sought:
            if isinstance(key[0], tuple):
                for word in {form if key[1] else self._term(form) for form in key[0]}:
                    (self._forms if key[1] else self._terms).setdefault(word, []).append(key)
        self._expansions = [(key, accepted.get(key[0], frozenset())) for key in sought if not isinstance(key[0], tuple)]

    def __missing__(self, stretch: str) -> _Sifted:
        word = stretch.strip(_PLAIN_SIGNS)
        if word.isascii() and word.isalnum():
            start = stretch.index(word)
            span = (start, start + len(word))
            sifted: _Sifted = ([(key, (0, 1), span) for key in self._keys(word.lower())], 1)
        else:
            sifted = self._sift(stretch)
        self[stretch] = sifted
        return sifted

    def _sift(self, stretch: str) -> _Sifted:
        kept = []
        position = 0
        for word in iter_words(stretch):
            at = word.start()
            tokens = analyze_word(word.group())
            for form, start, end, place, length in tokens:
                kept += [(key, (position + place, length), (at + start, at + end)) for key in self._keys(form)]
            position += tokens[-1].position + tokens[-1].length
        return kept, position

    def _keys(self, form: str) -> list[Key]:
        """What a form is looked for as."""
        keys = []
        if form in self._forms:
            keys += self._forms[form]
        term = self._term(form)
        if term in self._terms:
            keys += self._terms[term]
        if self._expansions:
            keys += [key for key, forms in self._expansions if form in forms]
        return keys

    def _term(self, form: str) -> str:
        return form if self._stemmer is None else stem(form, self._stemmer)


class SiftedText:
    """The places of a text where words stand that a query looks for."""

    def __init__(self) -> None:
        self.found: dict[Key, Spots] = {}

    def find(self, wanted: Wanted) -> list[Span]:
        """The spans of the words that match."""
        if wanted.only is not None:
            return [span for spans in self.found[wanted.only].values() for span in spans] if wanted.only in self.found else []
        if not wanted.slots:
            return []
        if wanted.slop is not None:
            by_slot = [self._occurrences(slot) for slot in wanted.slots]
            members = window_members([list(found) for found in by_slot], wanted.slop)
            return [span for found in by_slot for place, spans in found.items() if place in members for span in spans]
        found = self._occurrences(wanted.slots[0])
        for slot in wanted.slots[1:]:
            if not found:
                return []
            found = _followed(found, self._occurrences(slot))
        return [span for spans in found.values() for span in spans]

    def _occurrences(self, slot: Slot) -> Spots:
        """Where a slot stands: (position, positions covered) -> the spans of its words."""
        if len(slot.readings) == 1:
            return self._reading(slot.readings[0], slot.exact)
        found: Spots = {}
        for reading in slot.readings:
            for place, spans in self._reading(reading, slot.exact).items():
                found[place] = _united(found[place], spans) if place in found else spans
        return found

    def _reading(self, reading: Sequence[Sought], exact: bool) -> Spots:
        places = self.found.get((reading[0], exact), {})
        for word in reading[1:]:
            places = _followed(places, self.found.get((word, exact), {}))
        return places


def sift(texts: Sequence[str], sieve: Sieve) -> list[SiftedText]:
    """Texts through a sieve, each by itself; together they take less time."""
    joined = " ".join(texts)
    sifted = [SiftedText() for _ in texts]
    ends = accumulate(len(text) + 1 for text in texts)
    following = zip(sifted, ends, strict=True)
    reach = sieve.reach
    position = start = limit = end = 0
    found: dict[Key, Spots] = {}
    for begin, stop in sieve.stretches.find(texts):
        while begin >= limit:
            start = end = limit
            text, limit = next(following)
            found = text.found
        if reach and begin > end + 1:
            position += _positions_between(joined, end, begin, reach)
        kept, advance = sieve[joined[begin:stop]]
        offset = begin - start
        for key, (place, length), (first, last) in kept:
            spots = found.get(key)
            if spots is None:
                spots = found[key] = {}
            # Of a letter and a pair that begin at one place, a pattern may mean both.
            at = position + place, length
            span = offset + first, offset + last
            spots[at] = (*spots[at], span) if at in spots else (span,)
        position += advance
        end = stop
    return sifted


def _positions_between(text: str, start: int, end: int, reach: int) -> int:
    """How many positions, exact below `reach`, a part of a text takes in which nothing is looked for."""
    if reach == 1:
        return int(_LETTER.search(text, start, end) is not None)
    # A piece of letters alone is a word at least: far apart is most often told by these.
    if sum(map(str.isalnum, text[start:end].split(None, 2 * reach))) >= reach:
        return reach
    words = [word.group() for word in islice(iter_words(text, start, end), reach)]
    return sum(_advance(word) for word in words)


def _advance(word: str) -> int:
    """The positions that a word takes."""
    if word.isascii() and "-" not in word:
        return 1
    last = analyze_word(word)[-1]
    return last.position + last.length


def _followed(before: Spots, after: Spots) -> Spots:
    """The pairs that stand next to each other, as one place each."""
    by_start: dict[int, list[Place]] = {}
    for place in after:
        by_start.setdefault(place[0], []).append(place)
    found: Spots = {}
    for (start, length), spans in before.items():
        for following in by_start.get(start + length, ()):
            place = (start, length + following[1])
            together = spans + after[following]
            found[place] = _united(found[place], together) if place in found else together
    return found


def _united(first: Sequence[Span], second: Sequence[Span]) -> tuple[Span, ...]:
    """Spans of either, each once."""
    return tuple({*first, *second})
