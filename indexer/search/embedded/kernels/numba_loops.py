"""Compiled loops over lists of ids: together and apart."""

from __future__ import annotations

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.kernels.numba_compile import compiled, compiled_unchecked

# One list is so many times longer than the other: it is searched rather than walked.
MANY_TIMES = 24
# The ids of a list shorter than this are searched, however long the other one is: there are more windows than are worth it.
FEW = 1 << 9
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
    """Ids that stand in all stretches, and where: rows[stretch, i] is the place of records[i] in ids; and how many.

    order: of the stretches, the shortest first.
    """
    records, rows, count = first_two(ids, begins, ends, order)
    for which in range(2, len(order)):
        count = narrow(ids, begins, ends, order, which, records, rows, count)
    return records, rows, count


@compiled
def first_two(ids: Array, begins: Array, ends: Array, order: Array) -> tuple[Array, Array, int]:
    """The same for the first two stretches, or for the only one; there is room for the rows of the others."""
    begin, end = begins[order[0]], ends[order[0]]
    if len(order) == 1:
        return ids[begin:end].copy(), np.arange(begin, end).astype(np.uint32).reshape(1, -1), end - begin
    other, stop = begins[order[1]], ends[order[1]]
    places = np.empty((2, end - begin), dtype=np.uint32)
    count = _meet(ids[begin:end], ids[other:stop], places)
    records, rows = np.empty(count, dtype=np.uint32), np.empty((len(order), count), dtype=np.uint32)
    for i in range(count):
        rows[order[0], i] = begin + places[0, i]
        rows[order[1], i] = other + places[1, i]
        records[i] = ids[begin + places[0, i]]
    return records, rows, count


@compiled
def narrow(ids: Array, begins: Array, ends: Array, order: Array, which: int, records: Array, rows: Array, held: int) -> int:
    """Keep the records that stand in the stretch order[which] too, with their rows of those before it; how many."""
    begin, end = begins[order[which]], ends[order[which]]
    places = np.empty((2, held), dtype=np.uint32)
    count = _meet(records[:held], ids[begin:end], places)
    for i in range(count):
        held_at = places[0, i]
        records[i] = records[held_at]
        for before in range(which):
            rows[order[before], i] = rows[order[before], held_at]
        rows[order[which], i] = begin + places[1, i]
    return count


@compiled
def _meet(short: Array, long: Array, places: Array) -> int:
    """Where two lists have the same ids: places[0, i] in the short one, places[1, i] in the long one."""
    if len(short) < FEW or len(long) > MANY_TIMES * len(short):
        return _meet_by_search(short, long, places)
    return _meet_by_marks(short, long, places)


@compiled
def _meet_by_search(short: Array, long: Array, places: Array) -> int:
    count = at = 0
    for place in range(len(short)):
        at = seek(long, at, len(long), short[place])
        if at == len(long):
            break
        if long[at] == short[place]:
            places[0, count] = place
            places[1, count] = at
            count += 1
    return count


@compiled_unchecked
def _meet_by_marks(short: Array, long: Array, places: Array) -> int:
    """The same window by window: the places of the short list are noted, and every id of the long one is looked up.

    Whatever the ids are, no place is outside: those in a window are cut to its size, no more than that are looked at in one,
    and no more are kept than the short list has.
    """
    noted = np.zeros(WINDOW, dtype=np.uint16)
    met = np.empty(WINDOW, dtype=np.uint32)
    within = WINDOW - 1
    count = i = at = 0
    while i < len(short) and at < len(long):
        low = max(int(short[i]), int(long[at])) // WINDOW * WINDOW
        i, at = seek(short, i, len(short), low), seek(long, at, len(long), low)
        last, stop = seek(short, i, len(short), low + WINDOW), seek(long, at, len(long), low + WINDOW)
        last, stop = min(last, i + WINDOW), min(stop, at + WINDOW)
        for place in range(i, last):
            noted[short[place] & within] = place - i + 1
        found = 0
        for other in range(at, stop):
            # Written every time and kept where a place was noted: no branch to mispredict.
            met[found] = other
            found += noted[long[other] & within] > 0
        for each in range(min(found, len(short) - count)):
            places[0, count] = i + noted[long[met[each]] & within] - 1
            places[1, count] = met[each]
            count += 1
        for place in range(i, last):
            noted[short[place] & within] = 0
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


@compiled_unchecked
def mark(marks: Array, ids: Array) -> None:
    """Mark numbers. There are 1 << n marks, and places are masked to them: whatever a file holds, they lie within."""
    within = np.uint32(len(marks) - 1)
    for place in range(len(ids)):
        marks[np.uint32(ids[place]) & within] = 1


@compiled_unchecked
def list_marked(marks: Array, places: Array, counts: Array, out: Array) -> int:
    """The numbers below 8 * len(marks) that are marked; `out` has 8 places more than there are at most.

    marks: eight in each number, ones and zeros. The marks become eight bits, and for each of the 256 ways that these can be
    set, `places` and `counts` say which they are and how many: no branch to mispredict.
    """
    count = 0
    for eight in range(len(marks)):
        bits = (marks[eight] * np.uint64(0x0102040810204080)) >> np.uint64(56)
        for each in range(8):
            out[count + each] = np.uint32(8 * eight) + places[bits, each]
        count += counts[bits]
    return count


@compiled
def merge_stretches(ids: Array, freqs: Array, begins: Array, ends: Array, size: int) -> tuple[Array, Array, int]:
    """The distinct ids of some stretches in order, the sum of the frequencies of each, and the most of these.

    Each id that stands in any is a bit; how many are set before it is its place.
    """
    bits = np.zeros(size // 64 + 1, dtype=np.uint64)
    for which in range(len(begins)):
        for place in range(begins[which], ends[which]):
            bits[ids[place] >> 6] |= np.uint64(1) << np.uint64(ids[place] & 63)
    before, held = np.empty(len(bits), dtype=np.uint32), np.int64(0)
    for each in range(len(bits)):
        before[each] = held
        held += bits_set(bits[each])
    found, counts = np.empty(held, dtype=np.uint32), np.zeros(held, dtype=np.uint32)
    for which in range(len(begins)):
        for place in range(begins[which], ends[which]):
            lower = (np.uint64(1) << np.uint64(ids[place] & 63)) - np.uint64(1)
            at = before[ids[place] >> 6] + bits_set(bits[ids[place] >> 6] & lower)
            found[at] = ids[place]
            counts[at] += freqs[place]
    most = 0
    for count in counts:
        most = max(most, int(count))
    return found, counts, most


@compiled_unchecked
def bits_set(bits: np.uint64) -> np.int64:
    """How many of 64 bits are set: added up in pairs, fours and eights side by side, which the compiler knows as one step."""
    pairs = bits - ((bits >> np.uint64(1)) & np.uint64(0x5555555555555555))
    fours = (pairs & np.uint64(0x3333333333333333)) + ((pairs >> np.uint64(2)) & np.uint64(0x3333333333333333))
    eights = (fours + (fours >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((eights * np.uint64(0x0101010101010101)) >> np.uint64(56))
