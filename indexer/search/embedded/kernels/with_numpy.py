"""The kernels in numpy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from indexer.search.embedded.codec.arrays import Array, smallest
from indexer.search.embedded.codec.inversion import SKIP
from indexer.search.embedded.codec.owners import Owners
from indexer.search.embedded.codec.profiles import Profiles
from indexer.search.embedded.codec.ranges import ranges
from indexer.search.embedded.kernels import numpy_counting, numpy_ranking, numpy_stretches
from indexer.search.embedded.kernels import numpy_scoring as scoring
from indexer.search.embedded.kernels.counted import Asked, Sifted, Summary, Tally
from indexer.search.embedded.kernels.numpy_near import near
from indexer.search.embedded.kernels.numpy_phrases import with_joined
from indexer.search.embedded.kernels.numpy_scoring import contained
from indexer.search.embedded.kernels.term import (
    BEGIN,
    END,
    SHIFT,
    Following,
    Joined,
    Occurring,
    Sight,
    Stretch,
    Terms,
    Words,
    in_a_row,
)

_NO_KEYS = np.zeros(0, dtype=np.int64)


class NumpyKernels:
    """See Kernels."""

    name = "numpy"

    def intersection(self, first: Array, second: Array) -> Array:
        if len(first) > len(second):
            first, second = second, first
        if _dense((first, second)):
            marks = np.zeros(int(max(first[-1], second[-1])) + 1, dtype=bool)
            marks[second.astype(np.intp)] = True
            return first.take(np.flatnonzero(marks.take(first)))
        return first.take(np.flatnonzero(contained(first, second)))

    def difference(self, first: Array, second: Array) -> Array:
        return first[~contained(first, second)]

    def union(self, arrays: list[Array], size: int) -> Array:
        held = [array for array in arrays if len(array)]
        if len(held) == 1:
            return held[0]
        if sum(map(len, held)) * 16 < size:
            return np.unique(np.concatenate(held)) if held else np.zeros(0, dtype=np.uint32)
        mask = np.zeros(size, dtype=bool)
        for array in held:
            mask[array.astype(np.intp)] = True
        return np.flatnonzero(mask).astype(np.uint32)

    def merged(self, ids: Array, freqs: Array, begins: Array, ends: Array, size: int) -> tuple[Array, Array]:
        stretches = list(zip(begins.tolist(), ends.tolist(), strict=True))
        if sum(end - begin for begin, end in stretches) * 16 < size:
            held = ranges(begins, ends)
            return _merged_by_sorting(ids[held], freqs[held])
        counts = np.zeros(size, dtype=np.uint32)
        for begin, end in stretches:
            counts[ids[begin:end]] += freqs[begin:end]
        held = np.flatnonzero(counts).astype(np.uint32)
        return held, smallest(counts[held])

    def all_of(self, ids: Array, begins: Array, ends: Array) -> tuple[Array, Array]:
        stretches = [ids[begin:end] for begin, end in zip(begins, ends, strict=True)]
        by_length = np.argsort(ends - begins, kind="stable").tolist()
        records = stretches[by_length[0]]
        rows = np.empty((len(stretches), len(records)), dtype=np.uint32)
        rows[by_length[0]] = np.arange(begins[by_length[0]], ends[by_length[0]])
        for number in by_length[1:]:
            held, places = _common(records, stretches[number])
            records, rows = records.take(held), rows.take(held, axis=1)
            rows[number] = begins[number] + places
        return records, rows

    def rank(self, records: Array, rows: Array | None, terms: Terms, k1: float, count: int) -> tuple[Array, Array]:
        if rows is None and len(records) * 16 > len(terms.within.documents):
            return numpy_ranking.rank(records, terms, k1, count)
        return scoring.rank(records, rows, terms, k1, count)

    def look_again(
        self, records: Array, scores: Array, terms: Terms, sight: Sight, k1: float, features: Array
    ) -> tuple[Array, Array]:
        keys, bounds = sight.keys, sight.bounds
        if not len(bounds):
            spans = terms.spans[sight.numbers][:, [BEGIN, END]].tolist()
            occurring = Occurring(*terms.text, sight.skips, sight.positions)
            keys, bounds = self.places(occurring, [[(begin, end)] for begin, end in spans], np.sort(records))
        places = [keys[begin:end] for begin, end in pairwise(bounds.tolist())]
        return scoring.look_again(records, scores, terms, places, sight, k1, features)

    def frequencies(self, ids: Array, freqs: Array, begins: Array, ends: Array, records: Array) -> Array:
        out = np.zeros((len(begins), len(records)))
        for row, begin, end in zip(out, begins, ends, strict=True):
            units = ids[begin:end]
            held = contained(records, units)
            row[held] = freqs[begin + np.searchsorted(units, records[held])]
        return out

    def places(
        self, occurring: Occurring, stretches: Sequence[Sequence[tuple[int, int]]], records: Array
    ) -> tuple[Array, Array]:
        found = []
        for several in stretches:
            keys = [self.positions_of(occurring, begin, end, 0, 0, records)[0] for begin, end in several]
            found.append(keys[0] if len(keys) == 1 else np.unique(np.concatenate([*keys, _NO_KEYS])))
        return in_a_row(found)

    def best(self, keys: Array, ids: Array, ranks: Array, count: int) -> Array:
        return scoring.best_of_many(keys, ranks[ids], min(count, len(keys)))

    def owners_of(self, ids: Array, owner: Array) -> Array:
        return numpy_counting.runs(ids, owner)[0]

    def count_owners(self, ids: Array, owners: Owners) -> int:
        held = owners.of_record.take(ids)
        return int(np.count_nonzero(held[1:] != held[:-1])) + (len(held) > 0)

    def any_signed(self, ids: Array, owners: Owners, signs: Array, wanted: Array) -> bool:
        held = signs.take(owners.of_record.take(ids), axis=0)
        return any(bool((held & each == each).all(axis=1).any()) for each in wanted)

    def tally(self, records: Array, profiles: Profiles) -> Tally:
        return numpy_counting.tally(records, profiles)

    def sift(self, records: Array, profiles: Profiles, asked: Asked, counts: bool) -> Sifted:
        return numpy_counting.sift(records, profiles, asked, counts)

    def add_counts_once(self, counts: Array, ordinals: Array, ids: Array) -> None:
        counts += np.bincount(ordinals[ids], minlength=len(counts))

    def expand(self, owners: Array, bounds: Array) -> Array:
        expanded: Array = ranges(bounds[owners].astype(np.int64), bounds[owners + np.uint32(1)].astype(np.int64))
        return expanded.astype(np.uint32)

    def summary(self, counts: Array, stretches: Array, size: int, buckets: Array, width: int) -> Summary:
        return numpy_counting.summary(counts, stretches, size, buckets, width)

    def reach(self, counts: Array, firsts: Array, lasts: Array) -> tuple[int, int]:
        held = np.flatnonzero(counts)
        return (int(firsts[held].min()), int(lasts[held].max())) if len(held) else (0, 0)

    def phrase(
        self, occurring: Occurring, following: Following, terms: Sequence[int], joined: Sequence[Joined]
    ) -> tuple[Array, Array]:
        begins, ends = (following.bounds[np.array(terms) + side].astype(np.int64) for side in (0, 1))
        units, rows = self.all_of(occurring.ids, begins, ends)
        if not joined:
            return _counted(_in_order(occurring, units, rows, np.argsort(ends - begins).tolist()))
        by_term = [_keys(occurring, units, held) for held in rows]
        keys = by_term[0]
        for offset, found in enumerate(by_term[1:], 1):
            keys = keys[contained(keys, found - offset)]
        stretched = [self.positions_of(occurring, begin, end, 0, 0, units)[0] for _, _, begin, end in joined]
        parts = [(term, covered, part) for (term, covered, _, _), part in zip(joined, stretched, strict=True)]
        return _counted(with_joined(keys, by_term, parts))

    def windows(
        self, occurring: Occurring, stretches: Sequence[Stretch], joined: Sequence[Joined], width: int
    ) -> tuple[Array, Array, Array]:
        units, rows = self.all_of(occurring.ids, *np.array(stretches).T)
        by_term = [_keys(occurring, units, held) for held in rows]
        parts = [self.intersection(units, occurring.ids[begin:end]) for _, _, begin, end in joined]
        left = np.unique(np.concatenate(parts)) if parts else units[:0]
        if len(left):
            by_term = [keys[~contained(keys >> SHIFT, left)] for keys in by_term]
        starts = []
        for keys in by_term:
            begins_here = keys
            for others in by_term:
                if others is not keys:
                    begins_here = _followed_within(begins_here, others, width)
            starts.append(begins_here)
        return *_counted(np.sort(np.concatenate(starts))), left

    def chosen_forms(self, units: Array, freqs: Array, variants: Array, chosen: Array) -> tuple[Array, Array]:
        starts = np.cumsum(freqs, dtype=np.int64) - freqs
        counts = np.add.reduceat(chosen[variants], starts, dtype=np.uint32) if len(units) else np.zeros(0, dtype=np.uint32)
        held = counts > 0
        return units[held], smallest(counts[held])

    def positions_of(
        self, occurring: Occurring, begin: int, end: int, place: int, size: int, within: Array | None
    ) -> tuple[Array, Array]:
        units, freqs = occurring.ids[begin:end], occurring.freqs[begin:end]
        places = np.arange(place, place + size)
        if within is not None:
            held = np.searchsorted(units, self.intersection(units, within))
            units, freqs = units[held], freqs[held]
            _bound_positions(occurring, freqs)
            first = _first_positions(occurring, begin + held)
            places = ranges(first, first + freqs)
        keys: Array = (np.repeat(units.astype(np.int64), freqs) << SHIFT) | occurring.positions[places]
        return keys, places

    def merged_keys(self, first: Array, second: Array) -> Array:
        return np.union1d(first, second)

    def near(self, words: Words, wanted: Array, limit: int, begun: bool = False) -> Array:
        return near(words, wanted, limit, begun)

    def stretches(
        self, texts: Sequence[str], needles: Sequence[bytes], reach: int, _alone: bool
    ) -> Iterable[tuple[int, int, int, int]]:
        gap = -1 if reach else 0
        return [(*stretch, gap) for stretch in numpy_stretches.find(texts, needles)]

    def shifted_intersection(self, first: Array, second: Array, shift: int) -> Array:
        if len(first) <= len(second):
            return first[contained(first + shift, second)]
        kept: Array = second[contained(second - shift, first)] - shift
        return kept


def _dense(lists: Sequence[Array]) -> bool:
    """Whether none of some lists of ids is much shorter than the others, or than the largest of their ids.

    What is looked up in an array by id then takes less time than a search for each.
    """
    shortest, longest = min(map(len, lists)), max(map(len, lists))
    return shortest > 0 and max(longest, max(int(ids[-1]) for ids in lists) // 8) < 16 * shortest


def _common(shorter: Array, longer: Array) -> tuple[Array, Array]:
    """Where the ids that stand in both of two lists stand in each."""
    if not _dense((shorter, longer)):
        places = np.searchsorted(longer, shorter)
        # What is larger than all is compared with the last.
        held = np.flatnonzero(longer.take(places, mode="clip") == shorter)
        return held, places.take(held)
    marks = np.zeros(int(max(shorter[-1], longer[-1])) + 1, dtype=bool)
    marks[shorter.astype(np.intp)] = True
    places = np.flatnonzero(marks.take(longer))
    marks.fill(False)
    marks[longer.take(places).astype(np.intp)] = True
    held = np.flatnonzero(marks.take(shorter))
    if len(held) != len(places):
        raise IndexError  # a damaged file has lists that do not ascend
    return held, places


def _merged_by_sorting(ids: Array, freqs: Array) -> tuple[Array, Array]:
    """See Kernels.merged: for stretches, one after the other, that are short beside all ids."""
    order = np.argsort(ids, kind="stable")
    ids = ids[order]
    starts = np.flatnonzero(np.concatenate([ids[:1] >= 0, ids[1:] != ids[:-1]]))
    return ids[starts], smallest(np.add.reduceat(freqs[order], starts, dtype=np.uint32))


def _keys(occurring: Occurring, units: Array, rows: Array) -> Array:
    """Where a term stands in some units, as keys. rows: its postings in them."""
    held = rows.astype(np.int64)
    each = occurring.freqs[held].astype(np.int64)
    _bound_positions(occurring, each)
    places = ranges(first := _first_positions(occurring, held), first + each)
    keys: Array = (np.repeat(units.astype(np.int64), each) << SHIFT) | occurring.positions[places]
    return keys


def _bound_positions(occurring: Occurring, freqs: Array) -> None:
    """Raise IndexError where postings of one term have more positions than there are: a damaged file."""
    if int(freqs.sum(dtype=np.int64)) > len(occurring.positions):
        raise IndexError


def _in_order(occurring: Occurring, units: Array, rows: Array, by_length: Sequence[int]) -> Array:
    """The keys at which terms begin to stand next to each other in order, in some units. rows: see all_of.

    by_length: the terms, those in the fewest units first: of the others only what stands beside these is read.
    """
    keys = _keys(occurring, units, rows[by_length[0]]) - by_length[0]
    for place, offset in enumerate(by_length[1:], 1):
        keys = keys[contained(keys, _keys(occurring, units, rows[offset]) - offset)]
        if place < len(by_length) - 1:
            held = np.flatnonzero(contained(units.astype(np.int64), keys >> SHIFT))
            units, rows = units.take(held), rows.take(held, axis=1)
    return keys


def _followed_within(before: Array, after: Array, width: int) -> Array:
    """The keys of the first after which one of the second comes, fewer than so many positions on, in the same unit."""
    if not len(before) or not len(after):
        return before[:0]
    following = after[np.minimum(np.searchsorted(after, before), len(after) - 1)]
    followed: Array = before[(following > before) & (following < before + width)]
    return followed


def _counted(keys: Array) -> tuple[Array, Array]:
    """The units of sorted keys, and how many each has."""
    units = keys >> SHIFT
    starts = np.flatnonzero(np.concatenate([units[:1] >= 0, units[1:] != units[:-1]]))
    return units[starts].astype(np.uint32), smallest(np.diff(np.append(starts, len(units))))


def _first_positions(within: Occurring, postings: Array) -> Array:
    """Where the positions of each of these postings, which ascend, begin."""
    if len(postings) and int(postings[-1] - postings[0]) < SKIP * len(postings):
        # So near each other, what stands before them is added up once for all.
        start = int(postings[0]) // SKIP
        together = np.cumsum(within.freqs[start * SKIP : int(postings[-1]) + 1], dtype=np.int64)
        begun: Array = within.skips[start] + together.take(postings - start * SKIP) - within.freqs[postings]
        return begun
    skipped = postings // SKIP
    begins = skipped * SKIP
    each = within.freqs[ranges(begins, postings)].astype(np.int64)
    before = np.concatenate([[0], np.cumsum(each)])
    ends = np.cumsum(postings - begins)
    first: Array = within.skips[skipped] + before[ends] - before[ends - (postings - begins)]
    return first
