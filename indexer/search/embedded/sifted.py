"""A text through the sieve of a query: only the words that the query looks for are kept, with their positions and spans."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from indexer.fields import FIELD_BY_NAME, FieldKind
from indexer.search.analysis import Token, analyze_word, iter_words, split_words, stem
from indexer.search.embedded.evaluate import Leaf
from indexer.search.embedded.slots import Slot, node_slots
from indexer.search.embedded.stretches import Accepted, Key, Stretches
from indexer.search.embedded.windows import Place, window_members
from indexer.search.query import Phrase
from indexer.search.response import Span

Spots: TypeAlias = dict[Place, frozenset[Span]]
"""Where something stands: (position, positions covered) -> the spans of its words."""


class _Sifted(NamedTuple):
    """What a sieve keeps of a word: the tokens that are looked for, each as what; and the positions that the word takes."""

    kept: tuple[tuple[Token, tuple[Key, ...]], ...]
    advance: int


class Sieve(dict[str, _Sifted]):
    """Word as it stands -> what the leaves of one query keep of it, in fields that are stemmed or in those that are not."""

    def __init__(self, leaves: Iterable[Leaf], stemmed: bool, accepted: Accepted) -> None:
        super().__init__()
        self._stemmed = stemmed
        kinds = {leaf: FIELD_BY_NAME[leaf.field or "text"].kind is FieldKind.TEXT for leaf in leaves}
        self.slots = {leaf: node_slots(leaf) for leaf, kind in kinds.items() if kind is stemmed}
        sought = {
            (word, slot.exact)
            for slots in self.slots.values()
            for slot in slots
            for reading in slot.readings
            for word in reading
        }
        self.stretches = Stretches(sought, accepted)
        self.adjacent = any(len(slots) > 1 or any(len(slot.readings) > 1 for slot in slots) for slots in self.slots.values())
        """Whether it matters how many words stand between those that are looked for."""
        self._words = {key for key in sought if isinstance(key[0], str)}
        self._expansions = [(key, accepted.get(key[0], frozenset())) for key in sought if not isinstance(key[0], str)]

    def __missing__(self, word: str) -> _Sifted:
        tokens = analyze_word(word)
        kept = tuple((token, keys) for token in tokens if (keys := self._keys(token.form)))
        sifted = self[word] = _Sifted(kept, tokens[-1].position + tokens[-1].length)
        return sifted

    def _keys(self, form: str) -> tuple[Key, ...]:
        candidates: tuple[Key, ...] = ((form, True), (stem(form) if self._stemmed else form, False))
        accepting = (key for key, forms in self._expansions if form in forms)
        return (*(key for key in candidates if key in self._words), *accepting)


class SiftedText:
    """The places of a text where words stand that a query looks for."""

    def __init__(self, text: str, sieve: Sieve) -> None:
        self._sieve = sieve
        self._found: dict[Key, Spots] = {}
        position = end = 0
        for start, stop in sieve.stretches.find(text):
            if sieve.adjacent:
                position += self._words_between(text[end:start])
            for word in iter_words(text, start, stop):
                sifted = sieve[word.group()]
                for token, keys in sifted.kept:
                    place = (position + token.position, token.length)
                    span = frozenset([(word.start() + token.start, word.start() + token.end)])
                    for key in keys:
                        self._found.setdefault(key, {})[place] = span
                position += sifted.advance
            end = stop

    def _words_between(self, text: str) -> int:
        """How many positions a stretch takes in which nothing is looked for."""
        words = split_words(text)
        hyphenated = [word for word in words if "-" in word or not word.isascii()]
        return len(words) + sum(self._sieve[word].advance - 1 for word in hyphenated)

    def find(self, node: Leaf) -> list[Span]:
        """The spans of the words that match a node."""
        slots = self._sieve.slots[node]
        if not slots:
            return []
        if isinstance(node, Phrase) and node.slop is not None and len(slots) > 1:
            by_slot = [self._occurrences(slot) for slot in slots]
            members = window_members([list(found) for found in by_slot], node.slop)
            return [span for found in by_slot for place, spans in found.items() if place in members for span in spans]
        found = self._occurrences(slots[0])
        for slot in slots[1:]:
            found = _followed(found, self._occurrences(slot))
        return [span for spans in found.values() for span in spans]

    def _occurrences(self, slot: Slot) -> Spots:
        """Where a slot stands: (position, positions covered) -> the spans of its words."""
        found: Spots = {}
        for reading in slot.readings:
            places = self._found.get((reading[0], slot.exact), {})
            for word in reading[1:]:
                places = _followed(places, self._found.get((word, slot.exact), {}))
            for place, spans in places.items():
                found[place] = found.get(place, frozenset()) | spans
        return found


def _followed(before: Spots, after: Spots) -> Spots:
    """The pairs that stand next to each other, as one place each."""
    by_start: dict[int, list[Place]] = {}
    for place in after:
        by_start.setdefault(place[0], []).append(place)
    found: Spots = {}
    for (start, length), spans in before.items():
        for following in by_start.get(start + length, ()):
            place = (start, length + following[1])
            found[place] = found.get(place, frozenset()) | spans | after[following]
    return found
