"""Compiled loops over lists of ids: together, apart, and counted."""

from __future__ import annotations

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.kernels.numba_compile import compiled

# One list is so many times longer than the other: it is searched rather than walked.
MANY_TIMES = 16


@compiled
def seek(array: Array, begin: int, wanted: int) -> int:
    """The first place from `begin` on whose value is not below `wanted`, by steps that double."""
    size = len(array)
    step = 1
    low = begin
    high = begin
    while high < size and array[high] < wanted:
        low = high + 1
        high += step
        step *= 2
    high = min(high, size)
    while low < high:
        middle = (low + high) // 2
        if array[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def intersect(short: Array, long: Array, out: Array) -> int:
    """Of lists of like length both are walked; in a much longer one the other's values are searched."""
    count = i = j = 0
    if len(long) > MANY_TIMES * len(short):
        for value in short:
            j = seek(long, j, value)
            if j == len(long):
                break
            if long[j] == value:
                out[count] = value
                count += 1
        return count
    while i < len(short) and j < len(long):
        a, b = short[i], long[j]
        # Written every time and kept where they are equal: no branch to mispredict.
        out[count] = a
        count += a == b
        i += a <= b
        j += b <= a
    return count


@compiled
def subtract(first: Array, second: Array, out: Array) -> int:
    count = 0
    place = 0
    for value in first:
        place = seek(second, place, value)
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
def merge_counted(first: Array, first_counts: Array, second: Array, second_counts: Array, out: Array, counts: Array) -> int:
    count = i = j = 0
    while i < len(first) or j < len(second):
        if j == len(second) or (i < len(first) and first[i] < second[j]):
            out[count], counts[count] = first[i], first_counts[i]
            i += 1
        elif i == len(first) or second[j] < first[i]:
            out[count], counts[count] = second[j], second_counts[j]
            j += 1
        else:
            out[count], counts[count] = first[i], first_counts[i] + second_counts[j]
            i += 1
            j += 1
        count += 1
    return count


@compiled
def runs(ids: Array, owner: Array, owners: Array, weights: Array) -> int:
    count = 0
    last = np.int64(-1)
    for value in ids:
        own = np.int64(owner[value])
        if own != last:
            owners[count] = own
            weights[count] = 0
            count += 1
            last = own
        weights[count - 1] += 1
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
def selected(mask: Array, owner: Array, ids: Array, out: Array) -> None:
    for place in range(len(ids)):
        out[place] = mask[owner[ids[place]]]


@compiled
def keep(ids: Array, mask: Array, out: Array) -> int:
    count = 0
    for place in range(len(ids)):
        out[count] = ids[place]
        count += mask[place]
    return count
