"""A text through the sieve of a query: only the words that the query looks for are kept, with their positions and spans."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence, Set
from functools import reduce
from itertools import islice
from typing import NamedTuple, TypeAlias

from indexer.fields import FIELD_BY_NAME, FieldKind
from indexer.search.analysis import analyze_word, iter_words
from indexer.search.embedded.evaluate import Leaf
from indexer.search.embedded.kernels import Kernels
from indexer.search.embedded.kernels.term import SHIFT
from indexer.search.embedded.slots import Slot
from indexer.search.embedded.stretches import Accepted, Key, needles_of, pieces
from indexer.search.embedded.windows import Place, plain_windows, window_members
from indexer.search.query import Phrase
from indexer.search.response import Span
from indexer.search.stemming import ENGLISH, UNSTEMMED, stems_of

Spots: TypeAlias = dict[Place, tuple[Span, ...]]
"""Where something stands: (position, positions covered) -> the spans of its words."""

_Kept: TypeAlias = tuple[list[tuple[int, int, int, int, int]], int]
"""What a sieve keeps of a stretch, counted from its beginning: number of a key, position, positions covered, start and end;
and the positions that the stretch takes."""

_Sifted: TypeAlias = int | _Kept
"""The same, or the number of the only key that a stretch of one plain word is looked for as: most are such."""

_Found: TypeAlias = tuple[int, int, int, Span]
"""A word: its position, after those of all texts before, the positions that it covers, its owner and its span."""

_Sought: TypeAlias = tuple[tuple[int, ...], ...]
"""A slot: its readings, by the numbers of what they look for."""

STEMMED = frozenset(name for name, field in FIELD_BY_NAME.items() if field.kind is FieldKind.TEXT)
# The positions that a slot may cover before its windows are looked for among more places than they need be.
_WIDEST = 2
_LETTER = re.compile(r"[^\W_]")


class Keys(dict[Key, int]):
    """All that a query looks for in the fields that are stemmed, or in all others, numbered from 0."""

    reach = 0
    """How many positions between two words are counted: more are as good as these."""
    alone = False
    """Whether a word matters that has no other in reach."""

    def sought(self, slot: Slot) -> _Sought:
        """A slot by numbers; what is not yet numbered is added."""
        return tuple([tuple([self.setdefault((word, slot.exact), len(self)) for word in reading]) for reading in slot.readings])


class Wanted(NamedTuple):
    """A word, phrase or pattern of a query, by what it looks for in a field: one of `only`, `plain` and `slots`.

    only: what it looks for, where that is a single word or pattern. plain: what the words of a phrase look for, in order, where
    each slot has one reading, of one word; slots: of any other. slop: of a phrase whose words may stand in any order.
    """

    field: str
    only: int | None
    plain: tuple[int, ...]
    slots: tuple[_Sought, ...]
    slop: int | None

    @classmethod
    def of(cls, node: Leaf, slots: Sequence[Slot], field: str, keys: Keys) -> Wanted:
        """What a leaf of the query looks for in a field; what is not yet among the keys is added."""
        plain = tuple(
            [
                keys.setdefault((readings[0][0], exact), len(keys))
                for readings, exact in slots
                if len(readings) == 1 and len(readings[0]) == 1
            ]
        )
        keys.alone |= len(slots) == 1
        if len(plain) == len(slots) == 1:
            return cls(field, plain[0], (), (), None)
        slop = node.slop if isinstance(node, Phrase) and len(slots) > 1 else None
        keys.reach = max(keys.reach, 1 if slop is None else slop + 1 + _WIDEST * len(slots))
        if len(plain) == len(slots):
            return cls(field, None, plain, (), slop)
        return cls(field, None, (), tuple([keys.sought(slot) for slot in slots]), slop)


class Sieve(dict[str, _Sifted]):
    """Stretch as it stands -> what one query keeps of it, and the positions it takes."""

    def __init__(self, keys: Keys, stemmer: str | None, accepted: Accepted) -> None:
        """stemmer: of the texts; None for fields that are not stemmed."""
        super().__init__()
        self.reach = keys.reach
        self.alone = keys.alone
        self.size = len(keys)
        self.wide = False
        """Whether a word that was kept covers more than one position, or two that are looked for as one begin at one."""
        self._stems = stems = stems_of(stemmer or UNSTEMMED)
        self._forms: dict[str, list[int]] = {}
        self._terms: dict[str, list[int]] = {}
        self._expansions: dict[int, Set[str]] = {}
        expansions = []
        for (word, exact), number in keys.items():
            if not isinstance(word, tuple):
                self._expansions[number] = accepted.get(word, frozenset())
                expansions.append(word)
            elif exact or stemmer is None:
                for form in word:
                    self._forms.setdefault(form, []).append(number)
            else:
                for form in word:
                    numbers = self._terms.setdefault(stems[form], [])
                    if number not in numbers:
                        numbers.append(number)
        self.needles = needles_of(self._forms, self._terms, expansions, accepted) if stemmer in (None, ENGLISH) else None
        """What stretches begin with; None where that is not known."""

    def __missing__(self, stretch: str) -> _Sifted:
        if stretch.isascii() and stretch.isalnum():
            keys = self._found(stretch.lower())
            sifted: _Sifted = keys[0] if len(keys) == 1 else ([(key, 0, 1, 0, len(stretch)) for key in keys], 1)
        else:
            sifted = self._sift(stretch)
        self[stretch] = sifted
        return sifted

    def _sift(self, stretch: str) -> _Kept:
        kept = []
        position = 0
        for word in iter_words(stretch):
            at = word.start()
            tokens = analyze_word(word.group())
            for form, start, end, place, length in tokens:
                kept += [(key, position + place, length, at + start, at + end) for key in self._found(form)]
            position += tokens[-1].position + tokens[-1].length
        self.wide |= any(length > 1 for _, _, length, _, _ in kept) or len({word[:2] for word in kept}) < len(kept)
        return kept, position

    def _found(self, form: str) -> list[int]:
        """The numbers of what a form is looked for as."""
        keys = self._terms.get(self._stems[form], []) if self._terms else []
        if form in self._forms:
            keys = keys + self._forms[form]
        if self._expansions:
            keys = keys + [key for key, forms in self._expansions.items() if form in forms]
        return keys


class SiftedTexts:
    """The places of some texts where words stand that a query looks for."""

    def __init__(self, texts: Sequence[str], owners: Sequence[int], sieve: Sieve, kernels: Kernels) -> None:
        """owners: what spans in each text are added to. Together texts take less time than each by itself."""
        self._sieve = sieve
        self._owners = owners
        self._found: list[list[_Found]] = [[] for _ in range(sieve.size)]
        """Number of what is looked for -> the words that are it, in order."""
        found, reach, last = self._found, sieve.reach, -1
        text, owner, position, reached = "", 0, 0, 0
        stretches = (
            kernels.stretches(texts, sieve.needles, reach, sieve.alone) if sieve.needles is not None else pieces(texts, reach)
        )
        for number, start, end, gap in stretches:
            if number != last:
                last, text, owner, position, reached = number, texts[number], owners[number], number << SHIFT, 0
            sifted = sieve[text[start:end]]
            position += gap if gap >= 0 else positions_between(text, reached, start, reach)
            if isinstance(sifted, int):
                found[sifted].append((position, 1, owner, (start, end)))
                position += 1
            else:
                kept, advance = sifted
                for key, place, length, first, stop in kept:
                    found[key].append((position + place, length, owner, (start + first, start + stop)))
                position += advance
            reached = end

    def add_spans(self, wanted: Wanted, marked: defaultdict[int, list[Span]]) -> None:
        """Add the spans of the words that match to those of the owner of their text."""
        if wanted.only is not None:
            for _, _, owner, span in self._found[wanted.only]:
                marked[owner].append(span)
        elif self._sieve.wide or not wanted.plain:
            self._add_any(wanted, marked)
        elif wanted.slop is None:
            self._add_row(wanted.plain, marked)
        else:
            self._add_windows(wanted, wanted.slop, marked)

    def _add_row(self, keys: Sequence[int], marked: defaultdict[int, list[Span]]) -> None:
        """The same for words next to each other, each at one position: most phrases."""
        # By the position at which a row with the word begins.
        others = [{word[0] - offset: word[3] for word in self._found[key]} for offset, key in enumerate(keys[1:], 1)]
        for position, _, owner, span in self._found[keys[0]]:
            row = [span]
            for spans in others:
                if position not in spans:
                    break
                row.append(spans[position])
            else:
                marked[owner] += row

    def _add_windows(self, wanted: Wanted, slop: int, marked: defaultdict[int, list[Span]]) -> None:
        """The same for such words in any order."""
        by_key = [{word[0]: word for word in self._found[key]} for key in wanted.plain]
        windows = plain_windows(by_key, slop)
        if windows is None:
            self._add_any(wanted, marked)
            return
        words: dict[int, _Found] = {}
        for found in by_key:
            words.update(found)
        for position in windows.members:
            _, _, owner, span = words[position]
            marked[owner].append(span)

    def _add_any(self, wanted: Wanted, marked: defaultdict[int, list[Span]]) -> None:
        """The same for any phrase."""
        by_slot = [self._occurrences(slot) for slot in wanted.slots or [((key,),) for key in wanted.plain]]
        if wanted.slop is not None:
            members = window_members([list(found) for found in by_slot], wanted.slop, SHIFT)
            by_slot = [{place: found[place] for place in found if place in members} for found in by_slot]
        elif by_slot:
            by_slot = [reduce(_followed, by_slot)]
        for found in by_slot:
            for place, spans in found.items():
                marked[self._owners[place[0] >> SHIFT]] += spans

    def _occurrences(self, readings: _Sought) -> Spots:
        """Where a slot stands: (position, positions covered) -> the spans of its words."""
        found = self._reading(readings[0])
        for reading in readings[1:]:
            for place, spans in self._reading(reading).items():
                found[place] = _united(found[place], spans) if place in found else spans
        return found

    def _reading(self, reading: Sequence[int]) -> Spots:
        places = self._spots(reading[0])
        for key in reading[1:]:
            places = _followed(places, self._spots(key))
        return places

    def _spots(self, key: int) -> Spots:
        spots: Spots = {}
        for position, length, _, span in self._found[key]:
            # Of a letter and a pair that begin at one place, a pattern may mean both.
            place = position, length
            spots[place] = (*spots[place], span) if place in spots else (span,)
        return spots


def positions_between(text: str, start: int, end: int, reach: int) -> int:
    """How many positions, exact below `reach`, a part of a text takes in which nothing is looked for."""
    if end <= start + 1:
        return 0
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
    found: Spots = {}
    if not before:
        return found
    wide: dict[int, list[Place]] = {}
    for place in after:
        if place[1] > 1:
            wide.setdefault(place[0], []).append(place)
    for (start, length), spans in before.items():
        end = start + length
        for following in ((end, 1), *wide.get(end, ())):
            if following in after:
                place = (start, length + following[1])
                together = spans + after[following]
                found[place] = _united(found[place], together) if place in found else together
    return found


def _united(first: Sequence[Span], second: Sequence[Span]) -> tuple[Span, ...]:
    """Spans of either, each once."""
    return tuple({*first, *second})
