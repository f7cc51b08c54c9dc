"""The kernels compiled by numba."""

from __future__ import annotations

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.kernels import numba_loops as loops
from indexer.search.embedded.kernels import numba_scoring as scoring
from indexer.search.embedded.kernels import numba_words as words
from indexer.search.embedded.kernels.term import Term
from indexer.search.embedded.kernels.with_numpy import best_of_many

# Up to so many hits are kept in order by insertion.
_SHORT = 128
_NOTHING = np.zeros(0)


class NumbaKernels:
    """See Kernels."""

    name = "numba"

    def intersection(self, first: Array, second: Array) -> Array:
        if len(first) > len(second):
            first, second = second, first
        out = np.empty(len(first), dtype=np.uint32)
        return out[: loops.intersect(first, second, out)]

    def difference(self, first: Array, second: Array) -> Array:
        out = np.empty(len(first), dtype=np.uint32)
        return out[: loops.subtract(first, second, out)]

    def union(self, arrays: list[Array], size: int) -> Array:
        held = [array for array in arrays if len(array)]
        if len(held) <= 1:
            return held[0] if held else np.zeros(0, dtype=np.uint32)
        if len(held) == 2 and sum(map(len, held)) * 16 < size:
            out = np.empty(len(held[0]) + len(held[1]), dtype=np.uint32)
            return out[: loops.merge(held[0], held[1], out)]
        marks = np.zeros(size, dtype=np.uint8)
        for array in held:
            loops.mark(marks, array)
        out = np.empty(min(sum(map(len, held)), size) + 1, dtype=np.uint32)
        return out[: loops.list_marked(marks, out)]

    def merged(self, first: tuple[Array, Array], second: tuple[Array, Array]) -> tuple[Array, Array]:
        ids = np.empty(len(first[0]) + len(second[0]), dtype=np.uint32)
        freqs = np.empty(len(ids), dtype=np.uint16)
        count = loops.merge_counted(*first, *second, ids, freqs)
        return ids[:count], freqs[:count]

    def add_scores(self, total: Array, ids: Array, term: Term, factor: float, k1: float) -> None:
        by_document = _NOTHING if term.by_document is None else term.by_document
        by_section = _NOTHING if term.by_section is None else term.by_section
        postings = (term.units, term.freqs, term.lengths, term.weights)
        if ids is not term.units and not len(by_document) and not len(by_section):
            scoring.add_scores_of_units(total, ids, *postings, factor, k1)
            return
        fields = (by_document, term.documents, by_section, term.sections)
        scoring.add_scores(total, ids, ids is term.units, *postings, *fields, factor, k1)

    def add_scores_to_all(self, total: Array, term: Term, factor: float, k1: float) -> None:
        postings = (term.units, term.freqs, term.lengths, term.weights)
        if term.by_section is not None:
            by_document = _NOTHING if term.by_document is None else term.by_document
            everything = np.arange(len(total), dtype=np.uint32)
            fields = (by_document, term.documents, term.by_section, term.sections)
            scoring.add_scores(total, everything, False, *postings, *fields, factor, k1)
        elif term.by_document is not None:
            scoring.add_scores_by_document(total, *postings, term.by_document, term.bounds, factor, k1)
        else:
            scoring.add_scores_at_units(total, *postings, factor, k1)

    def rounded(self, total: Array, ids: Array | None) -> Array:
        out = np.empty(len(total) if ids is None else len(ids))
        if ids is None:
            scoring.rounded(total, out)
        else:
            scoring.gathered(total, ids, out)
        return out

    def best(self, keys: Array, ids: Array, ranks: Array, count: int) -> Array:
        count = min(count, len(keys))
        if not 0 < count <= _SHORT:
            return best_of_many(keys, ids, ranks, count)
        out = np.empty(count, dtype=np.int64)
        scoring.best(keys, ids, ranks, out)
        return out

    def runs(self, ids: Array, owner: Array) -> tuple[Array, Array]:
        owners = np.empty(len(ids), dtype=np.uint32)
        weights = np.empty(len(ids), dtype=np.uint32)
        count = loops.runs(ids, owner, owners, weights)
        return owners[:count], weights[:count]

    def add_counts(self, counts: Array, ordinals: Array, owners: Array, weights: Array) -> None:
        loops.add_counts(counts, ordinals, owners, weights)

    def add_counts_multi(self, counts: Array, starts: Array, ordinals: Array, owners: Array, weights: Array) -> None:
        loops.add_counts_multi(counts, starts, ordinals, owners, weights)

    def add_counts_once(self, counts: Array, ordinals: Array, ids: Array) -> None:
        loops.add_counts_once(counts, ordinals, ids)

    def selected(self, mask: Array, owner: Array, ids: Array) -> Array:
        out = np.empty(len(ids), dtype=np.bool_)
        loops.selected(mask, owner, ids, out)
        return out

    def keep(self, ids: Array, mask: Array) -> Array:
        out = np.empty(len(ids), dtype=np.uint32)
        return out[: loops.keep(ids, mask, out)]

    def positions_of(self, units: Array, freqs: Array, positions: Array, within: Array | None) -> tuple[Array, Array]:
        keys = np.empty(len(positions), dtype=np.int64)
        places = np.empty(len(positions), dtype=np.int64)
        count = words.positions(units, freqs, positions, units if within is None else within, keys, places)
        return keys[:count], places[:count]

    def merged_keys(self, first: Array, second: Array) -> Array:
        out = np.empty(len(first) + len(second), dtype=np.int64)
        return out[: loops.merge(first, second, out)]

    def near(self, codes: Array, starts: Array, lengths: Array, wanted: Array, limit: int) -> Array:
        out = np.empty(len(lengths), dtype=np.int64)
        return out[: words.near(codes, starts, lengths, wanted, limit, out)]

    def shifted_intersection(self, first: Array, second: Array, shift: int) -> Array:
        out = np.empty(min(len(first), len(second)), dtype=np.int64)
        return out[: words.shifted(first, second, shift, out)]
