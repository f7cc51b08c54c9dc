"""Compiled loops over followers: the places of a word where the next one of a phrase may follow."""

from __future__ import annotations

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.followers import ANY
from indexer.search.embedded.codec.inversion import SKIP
from indexer.search.embedded.kernels.numba_compile import compiled_making, compiled_making_unchecked, compiled_unchecked
from indexer.search.embedded.kernels.numba_loops import WINDOW, list_marked

# Places are looked at where they are one in so many postings of the rarest term, or fewer.
MANY_POSTINGS = 8
# Followers are gone through where they are at most so many times as many as the postings of the rarest term.
MANY_PLACES = 16


@compiled_making
def by_followers(
    postings: tuple[Array, ...], following: tuple[Array, ...], terms: Array, begins: Array, ends: Array, order: Array
) -> tuple[Array, Array, int]:
    """The units in which the rarest term but the last is followed by what may be the next one; -1 where its places are many.

    Else its postings: rows[term, i], with room for those of the others; and it is put first in the order, the rarest first.
    """
    _, position_bounds, marks, followers = following
    pivot = 0
    for which in range(1, len(terms) - 1):
        if ends[which] - begins[which] < ends[pivot] - begins[pivot]:
            pivot = which
    first, last = np.int64(position_bounds[terms[pivot]]), np.int64(position_bounds[terms[pivot] + 1])
    rarest = ends[order[0]] - begins[order[0]]
    few = rarest // MANY_POSTINGS
    places = np.empty(few + WINDOW + 8, dtype=np.uint32)
    count = few + 1
    if len(terms) > 1 and last - first <= MANY_PLACES * rarest:
        count = _list_followed(followers[first:last], marks[terms[pivot + 1]], few, places)
    if count > few:
        return np.empty(0, dtype=np.uint32), np.empty((len(terms), 0), dtype=np.uint32), -1
    at = 0
    while order[at] != pivot:
        at += 1
    order[1 : at + 1] = order[:at].copy()
    order[0] = pivot
    units, rows = np.empty(count, dtype=np.uint32), np.empty((len(terms), count), dtype=np.uint32)
    held = _list_postings(postings, begins[pivot], ends[pivot], first, places[:count], units, rows[pivot])
    return units, rows, held


@compiled_making_unchecked
def _list_followed(followers: Array, mark: int, few: int, out: Array) -> int:
    """List the places whose follower is a mark or any; more than `few` where there are more, but not all of them.

    out: has room for a window, and 8, beside the few.
    """
    marked, count = np.empty(WINDOW, dtype=np.uint8), 0
    eights = marked.view(np.uint64)
    for begin in range(0, len(followers), WINDOW):
        # A part of its own: places that are counted from its begin run on vectors.
        window = followers[begin : begin + WINDOW]
        for place in range(len(window)):
            follower = window[place]
            marked[place] = (follower == mark) | (follower == ANY)
        up = (len(window) + 7) // 8
        marked[len(window) : 8 * up] = 0
        count += list_marked(eights[:up], begin, out[count:])
        if count > few:
            break
    return count


@compiled_unchecked
def _list_postings(
    postings: tuple[Array, ...], begin: int, end: int, first: np.int64, places: Array, units: Array, row: Array
) -> int:
    """List the postings of some places of a term, each once, and their units; how many.

    begin, end: its postings. first: where its positions begin; places: counted from there, in order. Whatever frequencies a
    file holds, no posting is taken that is not the term's.
    """
    ids, freqs, skips, _ = postings
    block, last_block = begin // SKIP, max(end - 1, begin) // SKIP
    count, last = 0, -1
    for i in range(len(places)):
        place = first + np.int64(places[i])
        # The last block whose positions do not begin behind the place: by steps that double, then by halves.
        step = 1
        high = block + 1
        while high <= last_block and skips[high] <= place:
            block = high
            high += step
            step *= 2
        high = min(high, last_block + 1)
        while high - block > 1:
            middle = (block + high) // 2
            if skips[middle] <= place:
                block = middle
            else:
                high = middle
        posting, stop = block * SKIP, np.int64(skips[block])
        # Of its postings those that end before the place: half of them at once, then one by one with no branch to mispredict.
        together = np.int64(0)
        half = freqs[posting : posting + SKIP // 2]
        for each in range(len(half)):
            together += half[each]
        if stop + together <= place:
            stop += together
            posting += len(half)
        for freq in freqs[posting : posting + SKIP // 2]:
            stop += freq
            posting += stop <= place
        posting = min(max(posting, begin), end - 1)
        row[count] = posting
        units[count] = ids[posting]
        count += posting != last
        last = posting
    return count
