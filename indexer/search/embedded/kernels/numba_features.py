"""Compiled loops over the few best records: how often words stand there and in their documents, and how near each other."""

from __future__ import annotations

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.kernels.numba_compile import compiled
from indexer.search.embedded.kernels.numba_loops import seek
from indexer.search.embedded.kernels.term import SHIFT


@compiled
def occurrences(units: Array, freqs: Array, records: Array, begins: Array, ends: Array, own: Array, together: Array) -> None:
    """Of a word: in each record, and in the stretch of records around it; stretches come in ascending order."""
    first = 0
    for i in range(len(records)):
        first = seek(units, first, len(units), begins[i])
        place = first
        while place < len(units) and units[place] < ends[i]:
            together[i] += freqs[place]
            if units[place] == records[i]:
                own[i] = freqs[place]
            place += 1


@compiled
def frequencies(ids: Array, freqs: Array, begins: Array, ends: Array, records: Array, out: Array) -> None:
    for word in range(len(begins)):
        place, end = begins[word], ends[word]
        for i in range(len(records)):
            place = seek(ids, place, end, records[i])
            if place == end:
                break
            if ids[place] == records[i]:
                out[word, i] = freqs[place]


@compiled
def closeness(first: Array, second: Array, records: Array, reach: int, out: Array) -> None:
    """The places of `second` that are at most `reach` from one of `first`: what is before them is never looked at again."""
    low = 0
    for key in first:
        low = seek(second, low, len(second), key - reach)
        record = seek(records, 0, len(records), key >> SHIFT)
        place = low
        while place < len(second) and second[place] <= key + reach:
            distance = abs(second[place] - key)
            if distance > 0:
                out[record] += 1.0 / distance
            place += 1
