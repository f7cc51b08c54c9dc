"""The kernels in numpy."""

from __future__ import annotations

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.kernels.term import SHIFT, Term


class NumpyKernels:
    """See Kernels."""

    name = "numpy"

    def intersection(self, first: Array, second: Array) -> Array:
        if len(first) > len(second):
            first, second = second, first
        return first[_contained(first, second)]

    def difference(self, first: Array, second: Array) -> Array:
        return first[~_contained(first, second)]

    def union(self, arrays: list[Array], size: int) -> Array:
        held = [array for array in arrays if len(array)]
        if len(held) == 1:
            return held[0]
        if sum(map(len, held)) * 16 < size:
            return np.unique(np.concatenate(held)) if held else np.zeros(0, dtype=np.uint32)
        mask = np.zeros(size, dtype=bool)
        for array in held:
            mask[array] = True
        return np.flatnonzero(mask).astype(np.uint32)

    def merged(self, first: tuple[Array, Array], second: tuple[Array, Array]) -> tuple[Array, Array]:
        ids = self.union([first[0], second[0]], int(max(first[0][-1], second[0][-1])) + 1)
        freqs = np.zeros(len(ids), dtype=np.uint16)
        for some, counts in (first, second):
            freqs[np.searchsorted(ids, some)] += counts
        return ids, freqs

    def add_scores(self, total: Array, ids: Array, term: Term, factor: float, k1: float) -> None:
        frequencies = term.freqs * term.weights[term.lengths[term.units]]
        if ids is term.units:
            tf = frequencies
        else:
            tf = np.zeros(len(ids))
            held = _contained(term.units, ids)
            tf[np.searchsorted(ids, term.units[held])] = frequencies[held]
        if term.by_document is not None:
            tf += term.by_document[term.documents[ids]]
        if term.by_section is not None:
            tf += term.by_section[term.sections[ids]]
        total += factor * tf / (k1 + tf)

    def add_scores_to_all(self, total: Array, term: Term, factor: float, k1: float) -> None:
        if term.by_document is None and term.by_section is None:
            tf = term.freqs * term.weights[term.lengths[term.units]]
            total[term.units] += factor * tf / (k1 + tf)
            return
        tf = np.zeros(len(total))
        tf[term.units] = term.freqs * term.weights[term.lengths[term.units]]
        if term.by_document is not None:
            tf += np.repeat(term.by_document, np.diff(term.bounds))
        if term.by_section is not None:
            tf += term.by_section[term.sections]
        total += factor * tf / (k1 + tf)

    def rounded(self, total: Array, ids: Array | None) -> Array:
        return np.round(total if ids is None else total[ids], 6)

    def best(self, keys: Array, ids: Array, ranks: Array, count: int) -> Array:
        return best_of_many(keys, ids, ranks, count)

    def runs(self, ids: Array, owner: Array) -> tuple[Array, Array]:
        owners = owner[ids]
        first = np.flatnonzero(np.concatenate([owners[:1] >= 0, owners[1:] != owners[:-1]]))
        return owners[first], np.diff(np.append(first, len(owners)))

    def add_counts(self, counts: Array, ordinals: Array, owners: Array, weights: Array) -> None:
        counts += np.bincount(ordinals[owners], weights=weights, minlength=len(counts)).astype(np.int64)

    def add_counts_multi(self, counts: Array, starts: Array, ordinals: Array, owners: Array, weights: Array) -> None:
        begin = starts[owners].astype(np.int64)
        each = starts[owners + np.uint32(1)] - begin
        ends = np.cumsum(each)
        places = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(begin - (ends - each), each)
        repeated = np.repeat(weights, each)
        counts += np.bincount(ordinals[places], weights=repeated, minlength=len(counts)).astype(np.int64)
        counts[0] += int(weights[each == 0].sum())

    def add_counts_once(self, counts: Array, ordinals: Array, ids: Array) -> None:
        counts += np.bincount(ordinals[ids], minlength=len(counts))

    def selected(self, mask: Array, owner: Array, ids: Array) -> Array:
        chosen: Array = mask[owner[ids]]
        return chosen

    def keep(self, ids: Array, mask: Array) -> Array:
        return ids[mask]

    def positions_of(self, units: Array, freqs: Array, positions: Array, within: Array | None) -> tuple[Array, Array]:
        ends = np.cumsum(freqs, dtype=np.int64)
        begins = ends - freqs
        if within is not None:
            held = np.flatnonzero(_contained(units, within))
            units, begins, freqs = units[held], begins[held], freqs[held]
            ends = np.cumsum(freqs, dtype=np.int64)
            places = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(begins - (ends - freqs), freqs)
        else:
            places = np.arange(len(positions))
        keys: Array = (np.repeat(units.astype(np.int64), freqs) << SHIFT) | positions[places]
        return keys, places

    def merged_keys(self, first: Array, second: Array) -> Array:
        return np.union1d(first, second)

    def near(self, codes: Array, starts: Array, lengths: Array, wanted: Array, limit: int) -> Array:
        found = []
        for length in range(max(len(wanted) - limit, 1), len(wanted) + limit + 1):
            places = np.flatnonzero(lengths == length)
            letters = codes[starts[places][:, None] + np.arange(length)].T
            found.append(places[_edits(wanted, letters, limit) <= limit])
        return np.sort(np.concatenate(found))

    def shifted_intersection(self, first: Array, second: Array, shift: int) -> Array:
        if len(first) <= len(second):
            return first[_contained(first + shift, second)]
        kept: Array = second[_contained(second - shift, first)] - shift
        return kept


def best_of_many(keys: Array, ids: Array, ranks: Array, count: int) -> Array:
    """See Kernels.best: by partition and sorting, whatever the count."""
    candidates = np.arange(len(keys))
    if 0 < count < len(keys):
        threshold = np.partition(keys, len(keys) - count)[len(keys) - count]
        candidates = np.flatnonzero(keys >= threshold)
    order: Array = candidates[np.lexsort((ranks[ids[candidates]], -keys[candidates]))]
    return order[:count]


def _contained(values: Array, within: Array) -> Array:
    """Which of these sorted values stand in another sorted array, as a mask."""
    if not len(within):
        return np.zeros(len(values), dtype=bool)
    places = np.searchsorted(within, values)
    places[places == len(within)] = 0
    mask: Array = within[places] == values
    return mask


def _edits(wanted: Array, letters: Array, limit: int) -> Array:
    """The edits from one word to each of many of one length; letters[j] holds the j-th letter of each. Right up to `limit`."""
    length, words = letters.shape
    far = np.full(words, limit + 1, dtype=np.int8)
    before: list[Array] = []
    row = [np.full(words, min(j, limit + 1), dtype=np.int8) for j in range(length + 1)]
    for i, letter in enumerate(wanted, 1):
        current = [np.full(words, min(i, limit + 1), dtype=np.int8)]
        for j in range(1, length + 1):
            if abs(i - j) > limit:
                current.append(far)
                continue
            cost = np.minimum(np.minimum(row[j], current[j - 1]) + np.int8(1), row[j - 1] + (letters[j - 1] != letter))
            if i > 1 and j > 1:
                swapped = (letters[j - 2] == letter) & (letters[j - 1] == wanted[i - 2])
                cost = np.where(swapped, np.minimum(cost, before[j - 2] + np.int8(1)), cost)
            current.append(np.minimum(cost, far))
        before, row = row, current
    return row[length]
