"""Words, phrases and windows looked up in one field of one segment.

Occurrences are sorted int64 keys, `unit << SHIFT | position`, apart by the number of positions that they cover.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from indexer.search.embedded.codec.arrays import Array, smallest
from indexer.search.embedded.codec.postings import Postings
from indexer.search.embedded.entries import Entries, Entry
from indexer.search.embedded.forms import Expansion
from indexer.search.embedded.kernels import Kernels
from indexer.search.embedded.kernels.term import (
    NO_MATCHES,
    SHIFT,
    Following,
    Joined,
    Matches,
    Occurring,
    in_a_row,
    stretches_of,
)
from indexer.search.embedded.slots import Slot
from indexer.search.embedded.windows import Place, window_starts

_POSITION = (1 << SHIFT) - 1

Occurrences: TypeAlias = dict[int, Array]


class Lookup:
    """Finds slots in the postings of one field, for as long as one query lasts."""

    def __init__(self, postings: Postings, kernels: Kernels) -> None:
        self._postings = postings
        self._kernels = kernels
        self._entries = Entries(postings, kernels)
        self.empty = not len(postings.ids)

    @property
    def expanded(self) -> Mapping[Expansion, Array]:
        """The words that each pattern stood for so far, by their numbers."""
        return self._entries.expanded

    @property
    def _occurring(self) -> Occurring:
        return Occurring(self._postings.ids, self._postings.freqs, self._postings.skips, self._postings.positions)

    def count(self, slot: Slot) -> int:
        """How many units hold a slot."""
        if len(slot.readings) == len(slot.readings[0]) == 1:
            words = self._entries.whole(slot.readings[0][0], slot.exact)
            if len(words) == 1 and not words[0].variants:
                begin, end = self._postings.range(words[0].term)
                return end - begin
        return len(self.slot(slot).units)

    def slot(self, slot: Slot) -> Matches:
        """The units that hold a slot, in any of its readings; a place that two readings share counts once."""
        if len(slot.readings) > 1:
            return self._counted(self._slot_occurrences(slot, None))
        if len(slot.readings[0]) > 1:
            return self.phrase((slot,))
        return self._holding(self._entries.whole(slot.readings[0][0], slot.exact))

    def phrase(self, slots: Sequence[Slot]) -> Matches:
        """The units that hold the slots in order, next to each other."""
        slots = [part for slot in slots for part in slot.parts()]
        if len(slots) == 1:
            return self.slot(slots[0])
        terms = self._single_terms(slots)
        if terms is None:
            return self._counted(self._phrase_occurrences(slots, None)) if all(map(self._may_stand, slots)) else NO_MATCHES
        if not terms:
            return NO_MATCHES
        postings = self._postings
        following = Following(postings.bounds, postings.position_bounds, postings.marks, postings.followers)
        return Matches(*self._kernels.phrase(self._occurring, following, terms, self._joined_parts(terms)))

    def _joined_parts(self, terms: Sequence[int]) -> list[Joined]:
        """The joined parts of which some terms have the places, too."""
        postings = self._postings
        return [
            (number, covered, *postings.range(other))
            for number, term in enumerate(terms)
            for other, covered in postings.joined(term)
        ]

    def _may_stand(self, slot: Slot) -> bool:
        """Whether the dictionary has what a slot needs in some reading."""
        return any(all(self._entries.whole(word, slot.exact) for word in reading) for reading in slot.readings)

    def starts(self, several: Sequence[Sequence[Slot]], within: Array) -> tuple[Array, Array]:
        """For each list of slots where they begin to stand in order, next to each other; only in the units `within`.

        They are sorted keys list after list, and where each list's begin, and one more.
        """
        entries = [self._whole(slots) for slots in several]
        stretches = [[self._postings.range(each.term) for each in known or ()] for known in entries]
        keys, bounds = self._kernels.places(self._occurring, stretches, within)
        if None not in entries:
            return keys, bounds
        return in_a_row(
            [
                self._union_keys(list(self._phrase_occurrences(slots, within).values())) if known is None else keys[begin:end]
                for slots, known, (begin, end) in zip(several, entries, pairwise(bounds.tolist()), strict=True)
            ]
        )

    def _whole(self, slots: Sequence[Slot]) -> list[Entry] | None:
        """The entries that slots stand for in all their forms; None where that is not all that the slots are."""
        if len(slots) != 1 or len(slots[0].readings) > 1 or len(slots[0].readings[0]) > 1:
            return None
        entries = self._entries.whole(slots[0].readings[0][0], slots[0].exact)
        return None if any(entry.variants for entry in entries) else entries

    def _single_terms(self, slots: Sequence[Slot]) -> list[int] | None:
        """The terms of slots that stand for one each, in all its forms; none where a slot stands nowhere, None for others."""
        terms = []
        for slot in slots:
            if len(slot.readings) > 1 or len(slot.readings[0]) > 1:
                return None
            words = self._entries.whole(slot.readings[0][0], slot.exact)
            if not words:
                return []
            if len(words) > 1 or words[0].variants:
                return None
            terms.append(words[0].term)
        return terms

    def windows(self, slots: Sequence[Slot], slop: int) -> Matches:
        """The units that hold all the slots in any order with at most `slop` other positions among them.

        The frequency is the number of places where such a window begins.
        """
        terms = self._single_terms(slots)
        if terms is None or (terms and len(set(terms)) < len(slots)):
            return self._any_windows(slots, slop, self._units_of_all(slots)) if all(map(self._may_stand, slots)) else NO_MATCHES
        if not terms:
            return NO_MATCHES
        stretches, joined = list(map(self._postings.range, terms)), self._joined_parts(terms)
        units, freqs, left = self._kernels.windows(self._occurring, stretches, joined, slop + len(slots))
        found = Matches(units, freqs)
        return self._merged([found, self._any_windows(slots, slop, left)]) if len(left) else found

    def _any_windows(self, slots: Sequence[Slot], slop: int, within: Array) -> Matches:
        """The same for any slots, unit by unit; only in the units `within`."""
        each = [self._slot_occurrences(slot, within) for slot in slots]
        widest = sum(max(occurrences, default=0) for occurrences in each)
        near = self._near_units([self._union_keys(list(occurrences.values())) for occurrences in each], slop + widest)
        by_unit: dict[int, list[list[Place]]] = {unit: [[] for _ in slots] for unit in near.tolist()}
        for number, occurrences in enumerate(each):
            for length, keys in occurrences.items():
                for key in keys[np.isin(keys >> SHIFT, near)].tolist():
                    by_unit[key >> SHIFT][number].append((key & _POSITION, length))
        units, freqs = [], []
        for unit, places in by_unit.items():
            starts = window_starts(places, slop)
            if starts:
                units.append(unit)
                freqs.append(len(starts))
        return Matches(np.array(units, dtype=np.uint32), smallest(np.array(freqs, dtype=np.uint32)))

    @staticmethod
    def _near_units(each: Sequence[Array], reach: int) -> Array:
        """The units where keys of all lists stand so many positions from each other at most, and perhaps more."""
        near = min(each, key=len)
        for keys in each:
            at = np.searchsorted(keys, near - reach)
            near = near[at < len(keys)]
            near = near[keys[at[: len(near)]] <= near + reach]
        return np.unique(near >> SHIFT)

    def _phrase_occurrences(self, slots: Sequence[Slot], within: Array | None) -> Occurrences:
        """Where the slots stand in order, next to each other; only in the units `within`, if given."""
        if within is None and len(slots) > 1:
            within = self._units_of_all(slots)
        occurrences = self._slot_occurrences(slots[0], within)
        for slot in slots[1:]:
            occurrences = self._followed(occurrences, self._slot_occurrences(slot, within))
        return occurrences

    def _slot_occurrences(self, slot: Slot, within: Array | None) -> Occurrences:
        found: dict[int, list[Array]] = {}
        for reading in slot.readings:
            if len(reading) == 1:
                entries = self._entries.every(reading[0], slot.exact)
                for entry in entries:
                    keys = self._entry_occurrences(entry, within)
                    for joined in self._joined(entry, entries):
                        held = np.searchsorted(keys, self._entry_occurrences(joined, within))
                        keys = np.delete(keys, held[held < len(keys)])
                    found.setdefault(entry.covered, []).append(keys)
            else:
                parts = Slot((reading,), slot.exact).parts()
                for length, keys in self._phrase_occurrences(parts, within).items():
                    found.setdefault(length, []).append(keys)
        return {length: self._union_keys(keys) for length, keys in found.items()}

    def _followed(self, before: Occurrences, after: Occurrences) -> Occurrences:
        found: dict[int, list[Array]] = {}
        for length, starts in before.items():
            for more, keys in after.items():
                joined = self._kernels.shifted_intersection(starts, keys, length)
                found.setdefault(length + more, []).append(joined)
        return {length: self._union_keys(keys) for length, keys in found.items()}

    def _units_of_all(self, slots: Sequence[Slot]) -> Array:
        """The units that hold all the slots, and perhaps more: a slot's parts count wherever they stand."""
        each = sorted((self._units_of_slot(slot) for slot in slots), key=len)
        units = each[0]
        for more in each[1:]:
            units = self._kernels.intersection(units, more)
        return units

    def _units_of_slot(self, slot: Slot) -> Array:
        found = []
        for reading in slot.readings:
            if len(reading) == 1:
                found.append(
                    self._union([self._entry_matches(entry).units for entry in self._entries.whole(reading[0], slot.exact)])
                )
            else:
                found.append(self._units_of_all(Slot((reading,), slot.exact).parts()))
        return self._union(found)

    def _union(self, arrays: list[Array]) -> Array:
        return self._kernels.union(arrays, len(self._postings.lengths))

    def _joined(self, entry: Entry, entries: Sequence[Entry]) -> list[Entry]:
        """Those of a word's entries that are joined parts, of which an entry has the places, too."""
        joined = {term for term, _ in self._postings.joined(entry.term)}
        return [other for other in entries if other.term in joined]

    def _chosen(self, entry: Entry) -> Array:
        """The variants of an entry as a mask over those of its term."""
        chosen = np.zeros(int(self._postings.forms_of_term[entry.term]), dtype=bool)
        chosen[list(entry.variants)] = True
        return chosen

    def _holding(self, entries: Sequence[Entry]) -> Matches:
        """The units that hold any of some entries, and how often; they may be thousands."""
        if not entries:
            return NO_MATCHES
        if len(entries) == 1:
            return self._entry_matches(entries[0])
        postings = self._postings
        in_all_forms = [entry.term for entry in entries if not entry.variants]
        found = [self._entry_matches(entry) for entry in entries if entry.variants]
        if in_all_forms:
            found.append(self._together(postings.ids, postings.freqs, *postings.ranges(in_all_forms)))
        return self._merged(found)

    def _entry_matches(self, entry: Entry) -> Matches:
        begin, end = self._postings.range(entry.term)
        units, freqs = self._postings.ids[begin:end], self._postings.freqs[begin:end]
        if not entry.variants:
            return Matches(units, freqs, begin)
        variants = self._postings.variants_of(entry.term)
        return Matches(*self._kernels.chosen_forms(units, freqs, variants, self._chosen(entry)))

    def _entry_occurrences(self, entry: Entry, within: Array | None) -> Array:
        begin, end = self._postings.range(entry.term)
        first, last = self._postings.position_range(entry.term)
        keys, places = self._kernels.positions_of(self._occurring, begin, end, first, last - first, within)
        if not entry.variants:
            return keys
        chosen: Array = keys[self._chosen(entry)[self._postings.variants_of(entry.term)[places - first]]]
        return chosen

    def _merged(self, found: Sequence[Matches]) -> Matches:
        """Several matches as one; the frequencies of a unit are added."""
        found = [matches for matches in found if len(matches.units)]
        if len(found) <= 1:
            return found[0] if found else NO_MATCHES
        return self._together(*stretches_of(found, (self._postings.ids, self._postings.freqs)))

    def _together(self, ids: Array, freqs: Array, begins: Array, ends: Array) -> Matches:
        """The stretches of some ids and frequencies as one."""
        return Matches(*self._kernels.merged(ids, freqs, begins, ends, len(self._postings.lengths)))

    def _counted(self, occurrences: Occurrences) -> Matches:
        """The units of occurrences, and how many each has."""
        found = []
        for keys in occurrences.values():
            if len(keys):
                units = keys >> SHIFT
                first = np.flatnonzero(np.concatenate([[True], units[1:] != units[:-1]]))
                freqs = np.diff(np.append(first, len(units)))
                found.append(Matches(units[first].astype(np.uint32), smallest(freqs)))
        return self._merged(found)

    def _union_keys(self, arrays: Sequence[Array]) -> Array:
        held = [array for array in arrays if len(array)]
        together = held[0] if held else np.zeros(0, dtype=np.int64)
        for array in held[1:]:
            together = self._kernels.merged_keys(together, array)
        return together
