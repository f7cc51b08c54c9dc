"""Compiled loops that count matches: by document, by value of a facet, by date; and that keep what passes."""

from __future__ import annotations

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.kernels.numba_compile import compiled


@compiled
def runs(ids: Array, owner: Array, owners: Array, weights: Array) -> int:
    """Owner and begin of each run; then weights. An entry that is no new run is written over by the next."""
    count = 0
    last = -1
    for place in range(len(ids)):
        own = int(owner[ids[place]])
        owners[count] = own
        weights[count] = place
        count += own != last
        last = own
    for run in range(count - 1):
        weights[run] = weights[run + 1] - weights[run]
    if count:
        weights[count - 1] = len(ids) - weights[count - 1]
    return count


@compiled
def add_counts(counts: Array, ordinals: Array, owners: Array, weights: Array) -> None:
    for place in range(len(owners)):
        counts[ordinals[owners[place]]] += weights[place]


@compiled
def add_counts_multi(counts: Array, starts: Array, ordinals: Array, owners: Array, weights: Array) -> None:
    for place in range(len(owners)):
        begin, end = starts[owners[place]], starts[owners[place] + 1]
        if begin == end:
            counts[0] += weights[place]
        for at in range(begin, end):
            counts[ordinals[at]] += weights[place]


@compiled
def add_counts_once(counts: Array, ordinals: Array, ids: Array) -> None:
    for value in ids:
        counts[ordinals[value]] += 1


@compiled
def holding(starts: Array, ordinals: Array, chosen: Array, owners: Array, out: Array) -> None:
    for place in range(len(owners)):
        held = False
        for at in range(starts[owners[place]], starts[owners[place] + 1]):
            held |= chosen[ordinals[at]]
        out[place] = held


@compiled
def keep_runs(ids: Array, weights: Array, mask: Array, out: Array) -> int:
    count = 0
    begin = 0
    for place in range(len(weights)):
        end = begin + weights[place]
        if mask[place]:
            for at in range(begin, end):
                out[count] = ids[at]
                count += 1
        begin = end
    return count


@compiled
def expand(owners: Array, bounds: Array, out: Array) -> int:
    count = 0
    for owner in owners:
        for place in range(bounds[owner], bounds[owner + 1]):
            out[count] = place
            count += 1
    return count


@compiled
def largest(counts: Array, out: Array) -> tuple[int, int]:
    """Insertion, like `best`; counts[0] is left out. How many places are taken, and how many counts are above 0."""
    size = len(out)
    held = distinct = 0
    for place in range(1, len(counts)):
        count = counts[place]
        distinct += count > 0
        if count == 0 or (held == size and (size == 0 or count <= counts[out[size - 1]])):
            continue
        at = held if held < size else size - 1
        held = min(held + 1, size)
        while at > 0 and counts[out[at - 1]] < count:
            out[at] = out[at - 1]
            at -= 1
        out[at] = place
    return held, distinct


@compiled
def reach(counts: Array, firsts: Array, lasts: Array) -> tuple[int, int]:
    low = high = 0
    for place in range(len(counts)):
        if counts[place]:
            low = min(low or firsts[place], firsts[place])
            high = max(high, lasts[place])
    return low, high


@compiled
def bucket_span(counts: Array, keys: Array) -> tuple[int, int, int]:
    low, high, coarser = 1, 0, 0
    for place in range(len(counts)):
        if not counts[place]:
            continue
        key = keys[place]
        if key == 0:
            coarser += counts[place]
        elif high == 0:
            low = high = key
        else:
            low, high = min(low, key), max(high, key)
    return low, high, coarser


@compiled
def bucket_counts(counts: Array, keys: Array, low: int, out: Array) -> None:
    for place in range(len(counts)):
        # Keys below `low` are those that fit into no bucket, or have no count.
        if counts[place] and keys[place] >= low:
            out[keys[place] - low] += counts[place]
