"""Compiled loops over the places of words, and over the letters of forms."""

from __future__ import annotations

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.kernels.numba_compile import compiled
from indexer.search.embedded.kernels.numba_loops import MANY_TIMES, seek
from indexer.search.embedded.kernels.term import SHIFT


@compiled
def positions(units: Array, freqs: Array, positions: Array, within: Array, keys: Array, places: Array) -> int:
    count = 0
    begin = np.int64(0)
    j = 0
    few = len(within) > MANY_TIMES * len(units)
    for place in range(len(units)):
        unit = units[place]
        freq = np.int64(freqs[place])
        if few:
            j = seek(within, j, unit)
        else:
            while j < len(within) and within[j] < unit:
                j += 1
        if j == len(within):
            break
        if within[j] == unit:
            for at in range(begin, begin + freq):
                keys[count] = (np.int64(unit) << SHIFT) | np.int64(positions[at])
                places[count] = at
                count += 1
        begin += freq
    return count


@compiled
def near(codes: Array, starts: Array, lengths: Array, wanted: Array, limit: int, out: Array) -> int:
    """Optimal string alignment within a band, word by word; three rows are kept."""
    size = len(wanted)
    far = limit + 1
    rows = np.empty((3, size + limit + 2), dtype=np.int64)
    count = 0
    for place in range(len(lengths)):
        length = lengths[place]
        if length > size + limit or size > length + limit or length == 0:
            continue
        start = starts[place]
        for i in range(size + 1):
            rows[0, i] = i
        reached = True
        for j in range(1, length + 1):
            row, last, before = j % 3, (j + 2) % 3, (j + 1) % 3
            letter = codes[start + j - 1]
            rows[row, 0] = j
            lowest = j
            for i in range(1, size + 1):
                if i - j > limit or j - i > limit:
                    rows[row, i] = far
                    continue
                cost = min(rows[last, i] + 1, rows[row, i - 1] + 1)
                cost = min(cost, rows[last, i - 1] + (letter != wanted[i - 1]))
                if i > 1 and j > 1 and letter == wanted[i - 2] and codes[start + j - 2] == wanted[i - 1]:
                    cost = min(cost, rows[before, i - 2] + 1)
                rows[row, i] = cost
                lowest = min(lowest, cost)
            if lowest > far:
                reached = False
                break
        if reached and rows[length % 3, size] <= limit:
            out[count] = place
            count += 1
    return count


@compiled
def shifted(first: Array, second: Array, shift: int, out: Array) -> int:
    count = i = j = 0
    while i < len(first) and j < len(second):
        wanted = first[i] + shift
        if second[j] < wanted:
            j += 1
        elif second[j] > wanted:
            i += 1
        else:
            out[count] = first[i]
            count += 1
            i += 1
            j += 1
    return count
