"""Compiled loops over the places of words, and over the letters of forms."""

from __future__ import annotations

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.inversion import SKIP
from indexer.search.embedded.kernels.numba_compile import compiled
from indexer.search.embedded.kernels.numba_loops import seek
from indexer.search.embedded.kernels.term import SHIFT


@compiled
def positions(postings: tuple[Array, ...], begin: int, end: int, place: int, keys: Array, places: Array) -> int:
    """Of all postings of a stretch, whose positions begin at `place`."""
    ids, freqs, _, positions = postings
    count = 0
    for posting in range(begin, end):
        unit = np.int64(ids[posting]) << SHIFT
        for at in range(place, place + freqs[posting]):
            keys[count] = unit | np.int64(positions[at])
            places[count] = at
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
    for posting in postings:
        place = np.int64(skips[posting // SKIP])
        for before in range(posting // SKIP * SKIP, posting):
            place += freqs[before]
        unit = np.int64(ids[posting]) << SHIFT
        for at in range(place, place + freqs[posting]):
            keys[count] = unit | np.int64(positions[at])
            places[count] = at
            count += 1


@compiled
def phrase(postings: tuple[Array, ...], units: Array, rows: Array, order: Array, out: Array, counts: Array) -> int:
    """Of the units that have all terms, those in which they follow each other. rows[term, i]: the posting in units[i].

    order: terms are looked at rarest first, each narrows what was found.
    """
    _, freqs, skips, positions = postings
    # A posting of each term, and where its positions begin: places are counted on from there.
    known, places = np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    starts = np.empty(1 << 16, dtype=np.int64)
    count = 0
    for i in range(len(units)):
        found = 0
        for which in range(len(order)):
            term = order[which]
            posting = np.int64(rows[term, i])
            at, place = known[term], places[term]
            if posting - at > SKIP or place == 0:
                at = posting // SKIP * SKIP
                place = np.int64(skips[posting // SKIP])
            for before in range(at, posting):
                place += freqs[before]
            known[term], places[term] = posting, place
            stop = place + freqs[posting]
            if which == 0:
                for here in range(place, stop):
                    starts[found] = np.int64(positions[here]) - term
                    found += 1
                continue
            kept = 0
            for start in range(found):
                wanted = starts[start] + term
                while place < stop and positions[place] < wanted:
                    place += 1
                if place < stop and positions[place] == wanted:
                    starts[kept] = starts[start]
                    kept += 1
            found = kept
            if found == 0:
                break
        if found:
            out[count] = units[i]
            counts[count] = found
            count += 1
    return count


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


@compiled
def near(codes: Array, starts: Array, shared: Array, wanted: Array, limit: int, out: Array) -> int:
    """Optimal string alignment, row by row of the letters that a word does not share with the one before it.

    Words that begin with what is already too far from the wanted one are passed over.
    """
    size = len(wanted)
    far = limit + 1
    longest = size + limit
    # What lies outside of the band stays as it is here: too far.
    rows = np.full((longest + 2, size + 1), far, dtype=np.int64)
    rows[0] = np.arange(size + 1)
    lowest = np.zeros(longest + 2, dtype=np.int64)
    count = 0
    # So many letters of the word before are in the rows; a word that shares `hopeless` ones with it is too far.
    known = 0
    hopeless = longest + 2
    for place in range(len(starts) - 1):
        common = shared[place]
        if common >= hopeless:
            continue
        start = starts[place]
        length = starts[place + 1] - start - 1
        hopeless = longest + 2
        known = min(known, common)
        for j in range(known + 1, length + 1):
            if j > longest:
                hopeless = j
                break
            letter = codes[start + j - 1]
            rows[j, 0] = j
            lowest[j] = j
            for i in range(max(1, j - limit), min(size, j + limit) + 1):
                cost = min(rows[j - 1, i], rows[j, i - 1]) + 1
                cost = min(cost, rows[j - 1, i - 1] + (letter != wanted[i - 1]))
                if i > 1 and j > 1 and letter == wanted[i - 2] and codes[start + j - 2] == wanted[i - 1]:
                    cost = min(cost, rows[j - 2, i - 2] + 1)
                rows[j, i] = cost
                lowest[j] = min(lowest[j], cost)
            known = j
            # A swap reaches back two rows.
            if lowest[j] > limit and lowest[j - 1] >= limit:
                hopeless = j
                break
        if hopeless == longest + 2 and rows[length, size] <= limit:
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
