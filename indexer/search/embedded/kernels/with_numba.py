"""The kernels compiled by numba."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from indexer.search.embedded.codec.arrays import Array, smallest
from indexer.search.embedded.codec.owners import Owners
from indexer.search.embedded.codec.profiles import Profiles
from indexer.search.embedded.kernels import numba_counting as counting
from indexer.search.embedded.kernels import numba_features as looks
from indexer.search.embedded.kernels import numba_loops as loops
from indexer.search.embedded.kernels import numba_phrases as phrases
from indexer.search.embedded.kernels import numba_scoring as scoring
from indexer.search.embedded.kernels import numba_stretches, numpy_counting
from indexer.search.embedded.kernels import numba_words as letters
from indexer.search.embedded.kernels.counted import Asked, Sifted, Summary, Tally
from indexer.search.embedded.kernels.numpy_scoring import best_of_many, best_scored
from indexer.search.embedded.kernels.term import (
    LONGEST_TOLD,
    Following,
    Joined,
    Occurring,
    Sight,
    Stretch,
    Terms,
    Words,
    letter_bits,
    only_read,
)

# Up to so many hits are kept in order by insertion.
_SHORT = 128
_MOST_IN_TWO = 65_535
_NO_JOINED = np.empty((0, 4), dtype=np.int64)
_NO_ROWS = np.empty((1, 0), dtype=np.uint32)
_NO_SCORES = np.empty(0)


class NumbaKernels:
    """See Kernels."""

    name = "numba"

    def intersection(self, first: Array, second: Array) -> Array:
        first, second = sorted(map(only_read, (first, second)), key=len)
        out = np.empty(len(first), dtype=np.uint32)
        return out[: loops.intersect(first, second, out)]

    def difference(self, first: Array, second: Array) -> Array:
        out = np.empty(len(first), dtype=np.uint32)
        return out[: loops.subtract(only_read(first), only_read(second), out)]

    def union(self, arrays: list[Array], size: int) -> Array:
        held = [only_read(array) for array in arrays if len(array)]
        if len(held) <= 1:
            return held[0] if held else np.zeros(0, dtype=np.uint32)
        together = sum(map(len, held))
        if len(held) == 2 and together * 16 < size:
            out = np.empty(together, dtype=np.uint32)
            return out[: loops.merge(held[0], held[1], out)]
        marks = np.zeros(1 << max(size - 1, 7).bit_length(), dtype=np.uint8)
        for array in held:
            loops.mark(marks, array)
        out = np.empty(together + 8, dtype=np.uint32)
        eights = marks[: -(-size // 8) * 8].view("<u8")
        return out[: loops.list_marked(eights, 0, out)]

    def merged(self, ids: Array, freqs: Array, begins: Array, ends: Array, size: int) -> tuple[Array, Array]:
        return _counted(*loops.merge_stretches(only_read(ids), only_read(freqs), begins, ends, size), freqs)

    def all_of(self, ids: Array, begins: Array, ends: Array) -> tuple[Array, Array]:
        records, rows, count = loops.together(only_read(ids), begins, ends, loops.by_length(begins, ends))
        return records[:count], rows

    def rank(self, records: Array, rows: Array | None, terms: Terms, k1: float, count: int) -> tuple[Array, Array]:
        count = min(count, len(records))
        if not count:
            return records[:0], np.empty(0)
        short = count <= _SHORT
        scores = _NO_SCORES if short else np.empty(len(records))
        best = np.empty(count if short else 0, dtype=np.uint32), np.empty(count if short else 0)
        given = _NO_ROWS if rows is None else rows
        scoring.rank(only_read(records), given, rows is not None, terms.plain, k1, scores, best)
        return best if short else best_scored(records, scores, terms.within, count)

    def look_again(
        self, records: Array, scores: Array, terms: Terms, sight: Sight, k1: float, features: Array
    ) -> tuple[Array, Array]:
        order, totals = np.empty(len(records), dtype=np.int64), np.empty(len(records))
        looks.look_again(only_read(records), scores, terms.plain, tuple(sight), k1, features, order, totals)
        return order, totals

    def frequencies(self, ids: Array, freqs: Array, begins: Array, ends: Array, records: Array) -> Array:
        out = np.zeros((len(begins), len(records)))
        looks.frequencies(only_read(ids), only_read(freqs), begins, ends, only_read(records), out)
        return out

    def places(
        self, occurring: Occurring, stretches: Sequence[Sequence[tuple[int, int]]], records: Array
    ) -> tuple[Array, Array]:
        flat = [(word, begin, end) for word, several in enumerate(stretches) for begin, end in several]
        bounds = np.zeros(len(stretches) + 1, dtype=np.int64)
        keys = looks.places(tuple(occurring), np.array(flat, dtype=np.int64).reshape(-1, 3), only_read(records), bounds)
        return keys, bounds

    def best(self, keys: Array, ids: Array, ranks: Array, count: int) -> Array:
        count = min(count, len(keys))
        if not 0 < count <= _SHORT:
            return best_of_many(keys, ranks[ids], count)
        out = np.empty(count, dtype=np.int64)
        scoring.best(keys, only_read(ids), ranks, out)
        return out

    def owners_of(self, ids: Array, owner: Array) -> Array:
        out = np.empty(len(ids) + 1, dtype=np.uint32)
        return out[: counting.owners_of(only_read(ids), owner, out)]

    def count_owners(self, ids: Array, owners: Owners) -> int:
        count: int = counting.count_owners(only_read(ids), *owners)
        return count

    def any_signed(self, ids: Array, owners: Owners, signs: Array, wanted: Array) -> bool:
        found: bool = counting.any_signed(only_read(ids), *owners, signs, wanted)
        return found

    def tally(self, records: Array, profiles: Profiles) -> Tally:
        counts = np.zeros(profiles.numbers + profiles.intervals, dtype=np.int64)
        return Tally(counts, counting.tally(only_read(records), profiles.numbers, counts, *profiles.plain))

    def sift(self, records: Array, profiles: Profiles, asked: Asked, counts: bool) -> Sifted:
        failed = np.zeros(len(profiles), dtype=np.int64)
        by_profile = np.zeros(len(profiles) if counts else 0, dtype=np.int64)
        met = np.empty(min(len(profiles), len(records)) + 1 if counts else 0, dtype=np.uint32)
        row = np.zeros(profiles.numbers + profiles.intervals if counts else 0, dtype=np.int64)
        by_value, by_interval = row[: profiles.numbers], row[profiles.numbers :]
        kept = np.empty(len(records), dtype=np.uint32)
        values = profiles.starts, profiles.values
        tallied = by_profile, met, failed, by_interval
        documents = (*profiles.owners, *profiles.documents)
        count, passed, found = counting.sift(only_read(records), documents, values, asked, tallied, kept)
        counting.add_sifted(by_value, *values, profiles.bounds, by_profile, met[:found], failed)
        kept = kept[:count]
        return Sifted(records[kept], kept, Tally(row, passed))

    def expand(self, owners: Array, bounds: Array) -> Array:
        out = np.empty(int(bounds[-1]), dtype=np.uint32)
        return out[: counting.expand(only_read(owners), bounds, out)]

    def add_counts_once(self, counts: Array, ordinals: Array, ids: Array) -> None:
        counting.add_counts_once(counts, ordinals, only_read(ids))

    def summary(self, counts: Array, stretches: Array, size: int, buckets: Array, width: int) -> Summary:
        if size > _SHORT:
            return numpy_counting.summary(counts, stretches, size, buckets, width)
        each = len(stretches)
        out = np.empty(each * (3 + 2 * size) + 3 + width, dtype=np.int64)
        found = out[: counting.summary(counts, stretches, size, buckets, width, out)].tolist()
        places = 3 * each + 3
        held = found[each - 1] if each else 0
        numbers, dated = places + held, places + 2 * held
        return Summary(
            found[:each],
            found[each : 2 * each],
            found[2 * each : 3 * each],
            found[places:numbers],
            found[numbers:dated],
            found[places - 3],
            found[places - 2],
            found[places - 1],
            found[dated:],
        )

    def reach(self, counts: Array, firsts: Array, lasts: Array) -> tuple[int, int]:
        found: tuple[int, int] = counting.reach(counts, firsts, lasts)
        return found

    def phrase(
        self, occurring: Occurring, following: Following, terms: Sequence[int], joined: Sequence[Joined]
    ) -> tuple[Array, Array]:
        found = phrases.phrase(tuple(occurring), tuple(following), np.array(terms), _rows(joined))
        return _counted(*found, occurring.freqs)

    def windows(
        self, occurring: Occurring, stretches: Sequence[Stretch], joined: Sequence[Joined], width: int
    ) -> tuple[Array, Array, Array]:
        units, counts, most, left = phrases.windows(tuple(occurring), np.array(stretches), _rows(joined), width)
        return *_counted(units, counts, most, occurring.freqs), left

    def chosen_forms(self, units: Array, freqs: Array, variants: Array, chosen: Array) -> tuple[Array, Array]:
        out = np.empty(len(units), dtype=np.uint32)
        counts = np.empty(len(units), dtype=np.uint32)
        count = letters.chosen_forms(units, freqs, variants, chosen, out, counts)
        return out[:count], smallest(counts[:count])

    def positions_of(
        self, occurring: Occurring, begin: int, end: int, place: int, size: int, within: Array | None
    ) -> tuple[Array, Array]:
        if within is None:
            keys, places = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
            letters.positions(tuple(occurring), begin, end, place, keys, places)
            return keys, places
        postings = np.empty(min(len(within), end - begin), dtype=np.int64)
        count, size = letters.size_within(occurring.ids, occurring.freqs, begin, end, only_read(within), postings)
        if size > len(occurring.positions):
            raise IndexError  # a damaged file has postings with the same positions
        keys, places = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
        letters.positions_within(tuple(occurring), postings[:count], keys, places)
        return keys, places

    def merged_keys(self, first: Array, second: Array) -> Array:
        out = np.empty(len(first) + len(second), dtype=np.int64)
        return out[: loops.merge(first, second, out)]

    def near(self, words: Words, wanted: Array, limit: int, begun: bool = False) -> Array:
        alike = np.empty(len(words.signs), dtype=np.bool_)
        bits = np.bitwise_or.reduce(letter_bits(wanted), initial=np.uint32(0))
        letters.alike(words.signs, words.lengths, bits, min(len(wanted), LONGEST_TOLD), limit, begun, alike)
        places = np.flatnonzero(alike)
        return places[: letters.near(words.codes, words.starts, places, wanted, limit, begun)]

    def stretches(
        self, texts: Sequence[str], needles: Sequence[bytes], reach: int, alone: bool
    ) -> Iterable[tuple[int, int, int, int]]:
        text = numba_stretches.AFTER_TEXT.join([*map(str.encode, texts), b""])
        out = np.empty(2 * len(text) + 4, dtype=np.int32)
        found = numba_stretches.find(text, b"".join(needles), reach, alone, out)
        # Numbers in a row become Python's in a third of the time that rows of four take.
        numbers = iter(out[:found].tolist())
        return zip(numbers, numbers, numbers, numbers, strict=True)

    def shifted_intersection(self, first: Array, second: Array, shift: int) -> Array:
        out = np.empty(min(len(first), len(second)), dtype=np.int64)
        return out[: letters.shifted(first, second, shift, out)]


def _rows(joined: Sequence[Joined]) -> Array:
    return np.array(joined, dtype=np.int64) if joined else _NO_JOINED


def _counted(units: Array, counts: Array, most: int, freqs: Array) -> tuple[Array, Array]:
    """Units and how often each, only to be read; in the type of postings' frequencies, or a larger one that holds the most."""
    kind = freqs.dtype
    if most >> 8 * kind.itemsize:
        kind = np.dtype(np.uint16 if most <= _MOST_IN_TWO else np.uint32)
    counts = counts.astype(kind)
    units.setflags(write=False)
    counts.setflags(write=False)
    return units, counts
