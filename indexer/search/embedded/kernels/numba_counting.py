"""Compiled loops that count matches: by document, by value of a facet, by date; and that keep what passes."""

from __future__ import annotations

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.kernels.numba_compile import compiled

LOOKED_AT = 1 << 62


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
def count_runs(ids: Array, owner: Array) -> int:
    count = 0
    last = -1
    for place in range(len(ids)):
        own = int(owner[ids[place]])
        count += own != last
        last = own
    return count


@compiled
def tally(
    owners: Array, weights: Array, profiles: Array, published: Array, by_profile: Array, met: Array, by_interval: Array
) -> int:
    count = 0
    for run in range(len(owners)):
        own = owners[run]
        profile = profiles[own]
        met[count] = profile
        count += by_profile[profile] == 0
        by_profile[profile] += weights[run]
        by_interval[published[own]] += weights[run]
    return count


@compiled
def sift(
    runs: tuple[Array, Array],
    profiles: tuple[Array, Array, Array],
    asked: tuple[Array, Array, int],
    dates: tuple[Array, Array],
    tallied: tuple[Array, Array, Array, Array],
    kept: Array,
) -> tuple[int, int, int]:
    """The places that pass every filter; how many, in how many documents, and how many profiles are met.

    What a profile fails is looked at when it is met first, and then has LOOKED_AT besides. Without room in `met` there is no
    tally.
    """
    owners, weights = runs
    of_document, starts, values = profiles
    wanting, excluding, required = asked
    failing_days, published = dates
    by_profile, met, failed, by_interval = tallied
    counting, dated = len(met) > 0, len(failing_days) > 0
    count = documents = found = begin = 0
    for run in range(len(owners)):
        own, weight = owners[run], weights[run]
        end = begin + weight
        profile = of_document[own]
        fails = failed[profile]
        if fails == 0:
            got = bad = 0
            for at in range(starts[profile], starts[profile + 1]):
                got |= wanting[values[at]]
                bad |= excluding[values[at]]
            fails = (required & ~got) | bad | LOOKED_AT
            failed[profile] = fails
        in_range = not (dated and failing_days[published[own]])
        if counting and in_range:
            met[found] = profile
            found += by_profile[profile] == 0
            by_profile[profile] += weight
        if fails == LOOKED_AT:
            if counting:
                by_interval[published[own]] += weight
            if in_range:
                documents += 1
                for at in range(begin, end):
                    kept[count] = at
                    count += 1
        begin = end
    return count, documents, found


@compiled
def add_values(
    counts: Array, starts: Array, values: Array, bounds: Array, by_profile: Array, met: Array, failed: Array
) -> None:
    """What fails one filter alone counts in the values of that filter's own field; what fails more counts nowhere."""
    for profile in met:
        fails = failed[profile] & ~LOOKED_AT
        if fails & (fails - 1):
            continue
        low, high = 0, len(counts)
        if fails:
            field = 0
            while fails > 1:
                fails >>= 1
                field += 1
            low, high = bounds[field], bounds[field + 1]
        for at in range(starts[profile], starts[profile + 1]):
            value = values[at]
            if low <= value < high:
                counts[value] += by_profile[profile]


@compiled
def add_counts_once(counts: Array, ordinals: Array, ids: Array) -> None:
    for value in ids:
        counts[ordinals[value]] += 1


@compiled
def expand(owners: Array, bounds: Array, out: Array) -> int:
    count = 0
    for owner in owners:
        for place in range(bounds[owner], bounds[owner + 1]):
            out[count] = place
            count += 1
    return count


@compiled
def largest(counts: Array, stretches: Array, size: int, out: Array) -> int:
    """For each stretch: how many are taken, how many are above 0, its first count, the places taken and their counts.

    Insertion, like `best`; a stretch's first count is left out.
    """
    used = 0
    for stretch in range(len(stretches)):
        begin, end = stretches[stretch]
        places = used + 3
        numbers = places + size
        held = distinct = floor = 0
        for place in range(begin + 1, end):
            count = counts[place]
            distinct += count > 0
            if count <= floor or size == 0:
                continue
            at = held if held < size else size - 1
            held = min(held + 1, size)
            while at > 0 and out[numbers + at - 1] < count:
                out[numbers + at], out[places + at] = out[numbers + at - 1], out[places + at - 1]
                at -= 1
            out[numbers + at], out[places + at] = count, place - begin
            if held == size:
                floor = out[numbers + size - 1]
        out[used], out[used + 1], out[used + 2] = held, distinct, counts[begin]
        for at in range(held):
            out[places + held + at] = out[numbers + at]
        used = places + 2 * held
    return used


@compiled
def reach(counts: Array, firsts: Array, lasts: Array) -> tuple[int, int]:
    low = high = 0
    for place in range(len(counts)):
        if counts[place]:
            low = min(low or firsts[place], firsts[place])
            high = max(high, lasts[place])
    return low, high


@compiled
def buckets(counts: Array, keys: Array, least: int, out: Array) -> tuple[int, int, int]:
    low, high, coarser = 1, 0, 0
    for place in range(len(counts)):
        count, key = counts[place], keys[place]
        if not count:
            continue
        if key == 0:
            coarser += count
            continue
        out[key - least] += count
        if high == 0:
            low = high = key
        low, high = min(low, key), max(high, key)
    return low, high, coarser
