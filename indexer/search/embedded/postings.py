"""Words, phrases and windows looked up in one field of one segment.

Occurrences are sorted int64 keys, `unit << SHIFT | position`, apart by the number of positions that they cover.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.segment import Postings
from indexer.search.embedded.forms import Expansion, form_table
from indexer.search.embedded.kernels import Kernels
from indexer.search.embedded.kernels.term import SHIFT
from indexer.search.embedded.slots import Slot, Sought
from indexer.search.embedded.windows import window_starts

_POSITION = (1 << SHIFT) - 1

Occurrences: TypeAlias = dict[int, Array]


class Matches(NamedTuple):
    """Units in ascending order, and how often each matches."""

    units: Array
    freqs: Array


class _Entry(NamedTuple):
    """A dictionary entry of a word: its term, the variant that is meant (-1: any), and the positions that it covers."""

    term: int
    variant: int
    covered: int


# More lists than that are united at once, not one after the other.
_FEW = 4

NO_MATCHES = Matches(np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.uint8))


class Lookup:
    """Finds slots in the postings of one field."""

    def __init__(self, postings: Postings, kernels: Kernels, expanded: dict[Expansion, list[int]]) -> None:
        """expanded: the forms that each pattern stands for, kept by the caller for as long as the query lasts."""
        self._postings = postings
        self._kernels = kernels
        self._expanded = expanded

    def count(self, slot: Slot) -> int:
        """How many units hold a slot."""
        if len(slot.readings) == 1:
            entries = self._entries(slot.readings[0][0], slot.exact)
            if len(entries) == 1 and entries[0].variant < 0:
                begin, end = self._postings.range(entries[0].term)
                return end - begin
        return len(self.slot(slot).units)

    def slot(self, slot: Slot) -> Matches:
        """The units that hold a slot, in any of its readings; a place that two readings share counts once."""
        if len(slot.readings) > 1:
            return self._counted(self._slot_occurrences(slot, None))
        return self._merged([self._entry_matches(entry) for entry in self._entries(slot.readings[0][0], slot.exact)])

    def phrase(self, slots: Sequence[Slot]) -> Matches:
        """The units that hold the slots in order, next to each other."""
        return self.slot(slots[0]) if len(slots) == 1 else self._counted(self._phrase_occurrences(slots, None))

    def windows(self, slots: Sequence[Slot], slop: int) -> Matches:
        """The units that hold all the slots in any order with at most `slop` other positions among them.

        The frequency is the number of places where such a window begins.
        """
        within = self._units_of_all(slots)
        by_unit: dict[int, list[list[tuple[int, int]]]] = {int(unit): [[] for _ in slots] for unit in within}
        for number, slot in enumerate(slots):
            for length, keys in self._slot_occurrences(slot, within).items():
                for key in keys.tolist():
                    by_unit[key >> SHIFT][number].append((key & _POSITION, length))
        units, freqs = [], []
        for unit, places in by_unit.items():
            starts = window_starts(places, slop)
            if starts:
                units.append(unit)
                freqs.append(len(starts))
        return Matches(np.array(units, dtype=np.uint32), np.array(freqs, dtype=np.uint16))

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
                for entry in self._entries(reading[0], slot.exact):
                    found.setdefault(entry.covered, []).append(self._entry_occurrences(entry, within))
            else:
                parts = [Slot(((word,),), slot.exact) for word in reading]
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
                entries = [self._entry_matches(entry).units for entry in self._entries(reading[0], slot.exact)]
                found.append(self._union(entries))
            else:
                found.append(self._units_of_all([Slot(((word,),), slot.exact) for word in reading]))
        return self._union(found)

    def _union(self, arrays: list[Array]) -> Array:
        return self._kernels.union(arrays, len(self._postings.lengths))

    def _entries(self, sought: Sought, exact: bool) -> list[_Entry]:
        postings = self._postings
        if not isinstance(sought, str):
            places = self._expanded.get(sought)
            table = form_table(postings)
            if places is None:
                places = self._expanded[sought] = table.expand(sought, self._kernels)
            return [self._form_entry(place, table.covered(place)) for place in places]
        if exact and postings.stemmed:
            return [self._form_entry(place, covered) for place, covered in postings.spellings(postings.forms, sought)]
        return [_Entry(place, -1, covered) for place, covered in postings.spellings(postings.terms, sought)]

    def _form_entry(self, form: int, covered: int) -> _Entry:
        if not self._postings.stemmed:
            return _Entry(form, -1, covered)
        return _Entry(int(self._postings.form_terms[form]), int(self._postings.form_variants[form]), covered)

    def _entry_matches(self, entry: _Entry) -> Matches:
        begin, end = self._postings.range(entry.term)
        units, freqs = self._postings.ids[begin:end], self._postings.freqs[begin:end]
        if entry.variant < 0:
            return Matches(units, freqs)
        first, last = self._postings.position_range(entry.term)
        chosen = self._postings.variants[first:last] == entry.variant
        starts = np.cumsum(freqs, dtype=np.int64) - freqs
        counted = np.add.reduceat(chosen, starts, dtype=np.uint16)
        held = counted > 0
        return Matches(units[held], counted[held])

    def _entry_occurrences(self, entry: _Entry, within: Array | None) -> Array:
        postings = self._postings
        begin, end = postings.range(entry.term)
        first, last = postings.position_range(entry.term)
        keys, places = self._kernels.positions_of(
            postings.ids[begin:end], postings.freqs[begin:end], postings.positions[first:last], within
        )
        if entry.variant < 0:
            return keys
        chosen: Array = keys[postings.variants[first:last][places] == entry.variant]
        return chosen

    def _merged(self, found: Sequence[Matches]) -> Matches:
        """Several matches as one; the frequencies of a unit are added."""
        found = [matches for matches in found if len(matches.units)]
        if len(found) <= 1:
            return found[0] if found else NO_MATCHES
        if len(found) > _FEW:
            units = self._union([matches.units for matches in found])
            freqs = np.zeros(len(units), dtype=np.uint16)
            for matches in found:
                freqs[np.searchsorted(units, matches.units)] += matches.freqs
            return Matches(units, freqs)
        together = found[0]
        for matches in found[1:]:
            together = Matches(*self._kernels.merged(together, matches))
        return together

    def _counted(self, occurrences: Occurrences) -> Matches:
        """The units of occurrences, and how many each has."""
        found = []
        for keys in occurrences.values():
            if len(keys):
                units = keys >> SHIFT
                first = np.flatnonzero(np.concatenate([[True], units[1:] != units[:-1]]))
                freqs = np.diff(np.append(first, len(units)))
                found.append(Matches(units[first].astype(np.uint32), freqs.astype(np.uint16)))
        return self._merged(found)

    def _union_keys(self, arrays: Sequence[Array]) -> Array:
        held = [array for array in arrays if len(array)]
        together = held[0] if held else np.zeros(0, dtype=np.int64)
        for array in held[1:]:
            together = self._kernels.merged_keys(together, array)
        return together
