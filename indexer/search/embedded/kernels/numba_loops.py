"""Compiled loops over lists of ids: together and apart."""

from __future__ import annotations

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.kernels.numba_compile import (
    compiled,
    compiled_making,
    compiled_making_unchecked,
    compiled_unchecked,
)

# One list is so many times longer than the other: it is searched rather than walked.
MANY_TIMES = 24
# Lists are put together for so many ids at a time: what is noted of them stays in the processor's nearest cache.
WINDOW = 1 << 12
# So many ids are looked at before it is asked again whether the window ends.
BLOCK = 16
# Of each byte: which bits it has set, the lowest first, and how many. The first of eight marks becomes the lowest bit.
_BITS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little")
_MARKED = np.argsort(1 - _BITS, axis=1, kind="stable").astype(np.uint8)
_HOW_MANY = _BITS.sum(axis=1, dtype=np.uint8)


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


@compiled_making
def intersect(short: Array, long: Array, out: Array) -> int:
    """The ids that stand in both lists; how many."""
    places = np.empty((2, len(short)), dtype=np.uint32)
    count = _meet(short, long, places)
    for i in range(count):
        out[i] = short[places[0, i]]
    return count


@compiled_making
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


@compiled_making
def together(ids: Array, begins: Array, ends: Array, order: Array) -> tuple[Array, Array, int]:
    """Ids that stand in all stretches, and where: rows[stretch, i] is the place of records[i] in ids; and how many.

    order: of the stretches, the shortest first.
    """
    records, rows, count = first_two(ids, begins, ends, order)
    for which in range(2, len(order)):
        count = narrow(ids, begins, ends, order, which, records, rows, count)
    return records, rows, count


@compiled_making
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


@compiled_making
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


@compiled_making
def _meet(short: Array, long: Array, places: Array) -> int:
    """Where two lists have the same ids: places[0, i] in the short one, places[1, i] in the long one."""
    if len(long) > MANY_TIMES * len(short):
        return _meet_by_search(short, long, places)
    return _meet_by_notes(short, long, places)


@compiled_unchecked
def _meet_by_search(short: Array, long: Array, places: Array) -> int:
    """The same by halving the long list for every id: all of them take a step before any takes the next.

    So many places are read at once, where one search after the other waits for each of its steps.
    """
    last = places[1]
    last[: len(short)] = 0
    left = len(long)
    while left > 1:
        half = left // 2
        for each in range(len(short)):
            # The last place so far whose id is not above the wanted one.
            so_far = np.int64(last[each])
            last[each] = so_far + half * (long[so_far + half] <= short[each])
        left -= half
    count = 0
    for each in range(len(short) if left else 0):
        if long[last[each]] == short[each]:
            places[0, count] = each
            places[1, count] = last[each]
            count += 1
    return count


@compiled_making_unchecked
def _meet_by_notes(short: Array, long: Array, places: Array) -> int:
    """The same window by window: the places of the short list are noted, and every id of the long one is looked up.

    A note counts from 1, and those of windows before are smaller: none is wiped out. Whatever the ids are, no place is
    outside: they are cut to the size of a window, no more of the long list are looked at in one, and no more are kept than
    the short list has.
    """
    noted, met = np.zeros(WINDOW, dtype=np.uint32), np.empty(WINDOW, dtype=np.uint32)
    count = i = at = 0
    while i < len(short) and at < len(long):
        high = (max(int(short[i]), int(long[at])) // WINDOW + 1) * WINDOW
        first, at = seek(short, i, len(short), high - WINDOW), seek(long, at, len(long), high - WINDOW)
        i = _note(short, first, high, noted)
        at, found = _look_up(long[: at + WINDOW], at, high, noted, first, met)
        for each in range(min(int(found), len(short) - count)):
            places[0, count] = noted[long[met[each]] & (WINDOW - 1)] - 1
            places[1, count] = met[each]
            count += 1
    return count


@compiled_unchecked
def _note(ids: Array, begin: int, high: int, noted: Array) -> int:
    """Note at each id below `high`, from a place on, the place after it; the place of the first id that is left."""
    within = np.uint32(WINDOW - 1)
    place = begin
    # Unsigned places: whether others count from the end would be asked each time.
    while place + BLOCK <= len(ids) and ids[np.uint64(place + BLOCK - 1)] < high:
        for each in range(place, place + BLOCK):
            noted[ids[np.uint64(each)] & within] = each + 1
        place += BLOCK
    while place < len(ids) and ids[np.uint64(place)] < high:
        noted[ids[np.uint64(place)] & within] = place + 1
        place += 1
    return place


@compiled_unchecked
def _look_up(ids: Array, begin: int, high: int, noted: Array, least: int, met: Array) -> tuple[int, np.int64]:
    """List the places of ids below `high`, from a place on, with a note above `least`; the first that is left, and how many."""
    within, above, found = np.uint32(WINDOW - 1), np.uint32(least), np.uint64(0)
    place = begin
    # Each place is written, and kept where a note was found: no branch to mispredict.
    while place + BLOCK <= len(ids) and ids[np.uint64(place + BLOCK - 1)] < high:
        for each in range(place, place + BLOCK):
            met[found] = each
            found += np.uint64(noted[ids[np.uint64(each)] & within] > above)
        place += BLOCK
    while place < len(ids) and ids[np.uint64(place)] < high:
        met[found] = place
        found += np.uint64(noted[ids[np.uint64(place)] & within] > above)
        place += 1
    return place, np.int64(found)


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
def list_marked(marks: Array, first: int, out: Array) -> int:
    """The marked ones of 8 * len(marks) numbers from `first` on; `out` has 8 places more than there are at most.

    marks: eight in each number, ones and zeros. The marks become eight bits, and for each of the 256 ways that these can be
    set, a table says which they are and how many: no branch to mispredict.
    """
    count = 0
    for eight in range(len(marks)):
        bits = (marks[eight] * np.uint64(0x0102040810204080)) >> np.uint64(56)
        for each in range(8):
            out[count + each] = np.uint32(first + 8 * eight) + _MARKED[bits, each]
        count += _HOW_MANY[bits]
    return count


@compiled_making
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
