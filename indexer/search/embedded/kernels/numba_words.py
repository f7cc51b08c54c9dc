"""Compiled loops over the places of words, and over the letters of forms."""

from __future__ import annotations

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.inversion import SKIP
from indexer.search.embedded.kernels.numba_compile import (
    compiled,
    compiled_making,
    compiled_making_unchecked,
)
from indexer.search.embedded.kernels.numba_loops import seek
from indexer.search.embedded.kernels.term import SHIFT


@compiled
def positions(postings: tuple[Array, ...], begin: int, end: int, place: int, keys: Array, places: Array) -> int:
    """Of all postings of a stretch, whose positions begin at `place`."""
    ids, freqs, _, positions = postings
    count = 0
    last = np.int64(0)
    for posting in range(begin, end):
        unit = np.int64(ids[posting]) << SHIFT
        for at in range(place, place + freqs[posting]):
            key = unit | np.int64(positions[at])
            if key < last:
                raise IndexError  # a damaged file: whoever goes on from key to key relies on their order
            keys[count], places[count] = key, at
            last = key
            count += 1
        place += freqs[posting]
    return count


@compiled
def size_within(ids: Array, freqs: Array, begin: int, end: int, within: Array, postings: Array) -> tuple[int, int]:
    """List the postings of a stretch that stand in some units: how many, and how many positions they have."""
    count = size = 0
    at = begin
    for unit in within:
        at = seek(ids, at, end, unit)
        if at == end:
            break
        if ids[at] == unit:
            postings[count] = at
            count += 1
            size += freqs[at]
    return count, size


@compiled
def positions_within(arrays: tuple[Array, ...], postings: Array, keys: Array, places: Array) -> None:
    """Of the postings listed."""
    ids, freqs, skips, positions = arrays
    count = 0
    last = np.int64(0)
    for posting in postings:
        place = np.int64(skips[posting // SKIP])
        for before in range(posting // SKIP * SKIP, posting):
            place += freqs[before]
        unit = np.int64(ids[posting]) << SHIFT
        for at in range(place, place + freqs[posting]):
            key = unit | np.int64(positions[at])
            if key < last:
                raise IndexError  # as above
            keys[count], places[count] = key, at
            last = key
            count += 1


@compiled
def chosen_forms(units: Array, freqs: Array, variants: Array, chosen: Array, out: Array, counts: Array) -> int:
    count = 0
    at = 0
    for place in range(len(units)):
        held = 0
        for _ in range(freqs[place]):
            held += chosen[variants[at]]
            at += 1
        out[count] = units[place]
        counts[count] = held
        count += held > 0
    return count


@compiled_making_unchecked
def alike(signs: Array, lengths: Array, bits: np.uint32, size: int, limit: int, begun: bool, out: Array) -> None:
    """Which words have nearly the letters of a word and nearly its length; begun: or perhaps begin so.

    All arrays are equally long, so no place is outside of them.
    """
    more, fewer = signs & ~bits, ~signs & bits
    for _ in range(limit):
        for place in range(len(more)):
            more[place] &= more[place] - np.uint32(1)
            fewer[place] &= fewer[place] - np.uint32(1)
    for place in range(len(out)):
        unlike = (more[place] != 0) | (lengths[place] > size + limit)
        out[place] = (lengths[place] + limit >= size) & (fewer[place] == 0) & (begun | ~unlike)


@compiled
def next_row(rows: Array, codes: Array, start: int, j: int, wanted: Array, limit: int) -> int:
    """The row after j letters of the word at `start`; gives its lowest cost."""
    letter = codes[start + j - 1]
    rows[j, 0] = j
    lowest = j
    for i in range(max(1, j - limit), min(len(wanted), j + limit) + 1):
        cost = min(rows[j - 1, i], rows[j, i - 1]) + 1
        cost = min(cost, rows[j - 1, i - 1] + (letter != wanted[i - 1]))
        if i > 1 and j > 1 and letter == wanted[i - 2] and codes[start + j - 2] == wanted[i - 1]:
            cost = min(cost, rows[j - 2, i - 2] + 1)
        rows[j, i] = cost
        lowest = min(lowest, cost)
    return lowest


@compiled_making
def near(codes: Array, starts: Array, places: Array, wanted: Array, limit: int, begun: bool) -> int:
    """Keep the words near enough: optimal string alignment, row by row of the letters that a word does not share with another.

    Words that begin with what is already too far from the wanted one are passed over. begun: it is enough that a word begins
    with something near.
    """
    size = len(wanted)
    longest = size + limit
    # What lies outside of the band stays as it is here: too far.
    rows = np.full((longest + 2, size + 1), limit + 1, dtype=np.int64)
    rows[0] = np.arange(size + 1)
    count = 0
    # The letters whose rows are known begin at `before`; from `hopeless` of them on, what begins so is too far, and from
    # `reached` of them on it is near.
    before = known = 0
    never = longest + 2
    hopeless = reached = never
    for place in places:
        start = starts[place]
        length = starts[place + 1] - start - 1
        common = 0
        while common < min(known, length) and codes[before + common] == codes[start + common]:
            common += 1
        if common >= hopeless:
            continue
        if common < reached:
            hopeless = reached = never
            before, known = start, common
            for j in range(common + 1, min(length, longest) + 1):
                lowest = next_row(rows, codes, start, j, wanted, limit)
                known = j
                if begun and rows[j, size] <= limit:
                    reached = j
                    break
                # The row before is at the limit at least: a swap, which reaches back to it, is too far as well.
                if lowest > limit:
                    hopeless = j
                    break
        if reached < never or (hopeless == never and length <= longest and rows[length, size] <= limit):
            places[count] = place
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
