"""Compiled loops over lists of ids: together, apart, and counted."""

from __future__ import annotations

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.kernels.numba_compile import compiled

# One list is so many times longer than the other: it is searched rather than walked.
MANY_TIMES = 32
# Lists are put together for so many ids at a time: what is marked stays in the processor's nearest cache.
WINDOW = 1 << 14


@compiled
def seek(array: Array, begin: int, end: int, wanted: int) -> int:
    """The first place from `begin` on whose value is not below `wanted`, by steps that double; `end` if there is none."""
    step = 1
    low = begin
    high = begin
    while high < end and array[high] < wanted:
        low = high + 1
        high += step
        step *= 2
    high = min(high, end)
    while low < high:
        middle = (low + high) // 2
        if array[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def intersect_by_search(short: Array, long: Array, out: Array) -> int:
    count = j = 0
    for value in short:
        j = seek(long, j, len(long), value)
        if j == len(long):
            break
        if long[j] == value:
            out[count] = value
            count += 1
    return count


@compiled
def intersect_by_marks(first: Array, second: Array, out: Array) -> int:
    """Window by window the first list is marked and the second looked up: no step waits for the one before."""
    marks = np.zeros(WINDOW, dtype=np.uint8)
    last = len(out) - 1
    count = i = j = 0
    while i < len(first) and j < len(second):
        low = max(first[i], second[j]) // WINDOW * WINDOW
        i = seek(first, i, len(first), low)
        j = seek(second, j, len(second), low)
        begin, i = i, seek(first, i, len(first), low + WINDOW)
        for at in range(begin, i):
            marks[first[at] - low] = 1
        stop = seek(second, j, len(second), low + WINDOW)
        for at in range(j, stop):
            # Written every time and kept where it is marked: no branch to mispredict.
            out[min(count, last)] = second[at]
            count += marks[second[at] - low]
        j = stop
        for at in range(begin, i):
            marks[first[at] - low] = 0
    return count


@compiled
def all_of(ids: Array, begins: Array, ends: Array, order: Array, records: Array, rows: Array) -> int:
    """Ids that stand in all stretches, shortest first, and where: rows[stretch, i] is the place of records[i] in ids."""
    count = 0
    for at in range(begins[order[0]], ends[order[0]]):
        records[count] = ids[at]
        rows[order[0], count] = at
        count += 1
    for which in range(1, len(order)):
        begin, end = begins[order[which]], ends[order[which]]
        if end - begin > MANY_TIMES * count:
            count = _keep_searched(ids, begin, end, order, which, records, rows, count)
        else:
            count = _keep_marked(ids, begin, end, order, which, records, rows, count)
    return count


@compiled
def by_length(begins: Array, ends: Array) -> Array:
    """The numbers of stretches, the shortest first."""
    order = np.arange(len(begins))
    for place in range(1, len(order)):
        stretch = order[place]
        while place > 0 and ends[stretch] - begins[stretch] < ends[order[place - 1]] - begins[order[place - 1]]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = stretch
    return order


@compiled
def together(ids: Array, begins: Array, ends: Array, order: Array) -> tuple[Array, Array, int]:
    """`all_of`, and the arrays made for it: records, rows, and how many records there are."""
    shortest = ends[order[0]] - begins[order[0]]
    records, rows = np.empty(shortest, dtype=np.uint32), np.empty((len(order), shortest), dtype=np.uint32)
    return records, rows, all_of(ids, begins, ends, order, records, rows)


@compiled
def _keep_searched(ids: Array, begin: int, end: int, order: Array, which: int, records: Array, rows: Array, held: int) -> int:
    """Keep the records that stand in another stretch, each searched for."""
    count = 0
    at = begin
    for place in range(held):
        at = seek(ids, at, end, records[place])
        if at == end:
            break
        if ids[at] == records[place]:
            records[count] = records[place]
            for before in range(which):
                rows[order[before], count] = rows[order[before], place]
            rows[order[which], count] = at
            count += 1
    return count


@compiled
def _keep_marked(ids: Array, begin: int, end: int, order: Array, which: int, records: Array, rows: Array, held: int) -> int:
    """The same window by window: the places of the records are noted, and every id of the stretch looked up."""
    noted = np.zeros(WINDOW, dtype=np.uint32)
    pairs = np.empty((2, WINDOW + 1), dtype=np.uint32)
    count = i = 0
    at = begin
    while i < held and at < end:
        low = max(int(records[i]), int(ids[at])) // WINDOW * WINDOW
        i = seek(records, i, held, low)
        at = seek(ids, at, end, low)
        last, stop = seek(records, i, held, low + WINDOW), seek(ids, at, end, low + WINDOW)
        for place in range(i, last):
            noted[records[place] - low] = place + 1
        found = 0
        for other in range(at, stop):
            # Written every time and kept where a record was noted: no branch to mispredict.
            here = noted[ids[other] - low]
            pairs[0, found] = here
            pairs[1, found] = other
            found += here > 0
        for pair in range(found):
            held_at = np.int64(pairs[0, pair]) - 1
            records[count] = records[held_at]
            for before in range(which):
                rows[order[before], count] = rows[order[before], held_at]
            rows[order[which], count] = pairs[1, pair]
            count += 1
        noted[:] = 0
        i, at = last, stop
    return count


@compiled
def subtract(first: Array, second: Array, out: Array) -> int:
    count = 0
    place = 0
    for value in first:
        place = seek(second, place, len(second), value)
        if place == len(second) or second[place] != value:
            out[count] = value
            count += 1
    return count


@compiled
def merge(first: Array, second: Array, out: Array) -> int:
    count = i = j = 0
    while i < len(first) and j < len(second):
        a, b = first[i], second[j]
        out[count] = min(a, b)
        i += a <= b
        j += b <= a
        count += 1
    while i < len(first):
        out[count] = first[i]
        i += 1
        count += 1
    while j < len(second):
        out[count] = second[j]
        j += 1
        count += 1
    return count


@compiled
def mark(marks: Array, ids: Array) -> None:
    for value in ids:
        marks[value] = 1


@compiled
def list_marked(marks: Array, out: Array) -> int:
    """Every number is written and stays where it is marked: no branch to mispredict. `out` has one place more than marks."""
    count = 0
    last = len(out) - 1
    for place in range(len(marks)):
        out[min(count, last)] = place
        count += marks[place]
    return count


@compiled
def add_at(counts: Array, ids: Array, freqs: Array) -> None:
    for place in range(len(ids)):
        counts[ids[place]] += freqs[place]


@compiled
def list_counted(counts: Array, out: Array, held: Array) -> int:
    """Like `list_marked`."""
    count = 0
    last = len(out) - 1
    for place in range(len(counts)):
        at = min(count, last)
        out[at] = place
        held[at] = counts[place]
        count += counts[place] > 0
    return count


@compiled
def merge_counted(short: Array, short_counts: Array, long: Array, long_counts: Array, out: Array, counts: Array) -> int:
    """What stands in the longer list between the values of the shorter one is copied in one go."""
    count = j = 0
    for i in range(len(short) + 1):
        stop = seek(long, j, len(long), short[i]) if i < len(short) else len(long)
        for at in range(j, stop):
            out[count + at - j] = long[at]
            counts[count + at - j] = long_counts[at]
        count += stop - j
        j = stop
        if i < len(short):
            out[count] = short[i]
            counts[count] = short_counts[i]
            if j < len(long) and long[j] == short[i]:
                counts[count] += long_counts[j]
                j += 1
            count += 1
    return count


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
