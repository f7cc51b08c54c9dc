"""Compiled loops that count matches: by document, by value of a facet, by date; and that keep what passes."""

from __future__ import annotations

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.owners import BLOCK
from indexer.search.embedded.codec.profiles import INTERVAL, PROFILE
from indexer.search.embedded.kernels.numba_compile import ZERO, compiled, compiled_making

LOOKED_AT = 1 << 62
# Documents are counted for so many records at a time: what is known of them stays in the processor's nearest cache.
WINDOW = 1 << 13
# So many owners stand in a line of memory. Of fewer ids than lines each would be waited for: a smaller array holds them, too.
LINE = 16
# A count and a place in one number: its lower bits are how far the place is from the last that there can be.
PLACE = 32
NO_PLACE = (1 << PLACE) - 1


@compiled
def owners_of(ids: Array, owner: Array, out: Array) -> int:
    """An entry that is no new owner is written over by the next: no branch to mispredict."""
    count = 0
    last = -1
    for value in ids:
        own = int(owner[value])
        out[count] = own
        count += own != last
        last = own
    return count


@compiled
def count_owners(ids: Array, owner: Array, firsts: Array, since: Array) -> int:
    few = len(ids) * LINE < len(since)
    count = 0
    last = -1
    for value in ids:
        own = int(firsts[value >> BLOCK]) + int(since[value]) if few else int(owner[value])
        count += own != last
        last = own
    return count


@compiled_making
def room(ids: Array, bounds: Array) -> tuple[Array, Array]:
    """Arrays for the runs of a window: their keys, and the places where they begin, with that where the last one ends."""
    size = min(WINDOW, max(len(ids), len(bounds) if len(ids) == bounds[-1] else 0))
    return np.empty(size + 2, dtype=np.int64), np.empty(size + 2, dtype=np.int64)


@compiled
def list_runs(window: Array, owner: Array, keys: Array, last: int, at: int, held: Array, begins: Array) -> int:
    """The keys of runs of one owner and where they begin; how many. That places, from 0 on, are not negative is not looked at.

    Keys are looked up here, where nothing waits for them: many are fetched from the memory at a time.
    """
    count = 0
    for place in range(len(window)):
        own = int(owner[window[place]])
        held[count] = keys[own]
        begins[count] = at + place
        count += own != last
        last = own
    return count


@compiled
def list_runs_of_few(
    window: Array, firsts: Array, since: Array, keys: Array, last: int, at: int, held: Array, begins: Array
) -> int:
    """The same by blocks of records. In one loop with the other, each would take longer."""
    count = 0
    for place in range(len(window)):
        value = window[place]
        own = int(firsts[value >> BLOCK]) + int(since[value])
        held[count] = keys[own]
        begins[count] = at + place
        count += own != last
        last = own
    return count


@compiled
def next_runs(
    ids: Array,
    owned: tuple[Array, Array, Array],
    documents: tuple[Array, Array],
    at: int,
    open_runs: int,
    held: Array,
    begins: Array,
) -> tuple[int, int, int]:
    """The runs of ids of one owner that end in the next window; how many, where it ends, and whether a run goes on after them.

    held: the key of each. That run is the one after them in the arrays. Where the ids are all that there are, it is known
    where the owners begin, and `at` is an owner.
    """
    bounds, keys = documents
    if len(ids) == bounds[-1]:
        end = min(at + WINDOW, len(bounds) - 1)
        for own in range(at, end):
            held[own - at], begins[own - at] = keys[own], bounds[own]
        begins[end - at] = bounds[end]
        return end - at, end, 0
    owner, firsts, since = owned
    end = min(at + WINDOW, len(ids))
    window, fresh, places = ids[at:end], held[open_runs:], begins[open_runs:]
    last = int(owner[ids[at - 1]]) if open_runs else -1
    if len(ids) * LINE < len(since):
        count = list_runs_of_few(window, firsts, since, keys, last, at, fresh, places)
    else:
        count = list_runs(window, owner, keys, last, at, fresh, places)
    if end == len(ids):
        places[count] = end
        return open_runs + count, end, 0
    return open_runs + count - 1, end, 1


@compiled_making
def tally(
    ids: Array,
    numbers: int,
    counts: Array,
    owner: Array,
    firsts: Array,
    since: Array,
    bounds: Array,
    keys: Array,
    starts: Array,
    values: Array,
) -> int:
    """How many documents there are. Profiles are added up first unless there are more of them than ids.

    counts: set to those of values, so many, and then of intervals.
    """
    by_profile = np.zeros(len(starts) - 1 if len(starts) - 1 <= len(ids) else 0, dtype=np.int64)
    counted = counts[:numbers], counts[numbers:], by_profile
    return _tally(ids, (owner, firsts, since), (bounds, keys), (starts, values), room(ids, bounds), counted)


@compiled
def _tally(
    ids: Array,
    owned: tuple[Array, Array, Array],
    documents: tuple[Array, Array],
    profiles: tuple[Array, Array],
    runs_of: tuple[Array, Array],
    counted: tuple[Array, Array, Array],
) -> int:
    """The same. runs_of: see `room`. counted: by value, by interval, and by profile where these are added up first."""
    bounds = documents[0]
    starts, values = profiles
    held, begins = runs_of
    by_value, by_interval, by_profile = counted
    everything, many = len(ids) == bounds[-1], len(starts) - 1 <= len(ids)
    count = 0
    at = open_runs = ZERO
    while at < (len(bounds) - 1 if everything else len(ids)):
        runs, at, open_runs = next_runs(ids, owned, documents, at, open_runs, held, begins)
        count += runs
        begin = begins[0]
        for run in range(runs):
            end = begins[run + 1]
            key, weight = held[run], end - begin
            begin = end
            by_interval[key & INTERVAL] += weight
            if many:
                by_profile[key >> PROFILE] += weight
            else:
                add_values(by_value, starts, values, key >> PROFILE, weight)
        held[0], begins[0] = held[runs], begins[runs]
    for profile in range(len(by_profile)):
        if by_profile[profile]:
            add_values(by_value, starts, values, profile, by_profile[profile])
    if everything:
        for own in range(len(bounds) - 1):
            count -= bounds[own] == bounds[own + 1]
    return count


@compiled
def any_signed(ids: Array, owner: Array, firsts: Array, since: Array, signs: Array, wanted: Array) -> bool:
    few = len(ids) * LINE < len(since)
    for value in ids:
        held = signs[int(firsts[value >> BLOCK]) + int(since[value]) if few else int(owner[value])]
        for choice in range(len(wanted)):
            apart = np.uint64(0)
            for part in range(wanted.shape[1]):
                apart |= wanted[choice, part] & ~held[part]
            if apart == 0:
                return True
    return False


@compiled
def add_values(by_value: Array, starts: Array, values: Array, profile: int, weight: int) -> None:
    for at in range(starts[profile], starts[profile + 1]):
        by_value[values[at]] += weight


@compiled_making
def sift(
    ids: Array,
    documents: tuple[Array, Array, Array, Array, Array],
    profiles: tuple[Array, Array],
    asked: tuple[Array, Array, int, Array],
    tallied: tuple[Array, Array, Array, Array],
    kept: Array,
) -> tuple[int, int, int]:
    """The places that pass every filter; how many, in how many documents, and how many profiles are met.

    What a profile fails is looked at when it is met first, and then has LOOKED_AT besides. Without room in `met` there is no
    tally.
    """
    owner, firsts, since, bounds, keys = documents
    owned = owner, firsts, since
    starts, values = profiles
    wanting, excluding, required, failing_days = asked
    by_profile, met, failed, by_interval = tallied
    counting, dated = len(met) > 0, len(failing_days) > 0
    held, begins = room(ids, bounds)
    passed = count = found = 0
    at = open_runs = ZERO
    while at < (len(bounds) - 1 if len(ids) == bounds[-1] else len(ids)):
        runs, at, open_runs = next_runs(ids, owned, (bounds, keys), at, open_runs, held, begins)
        for run in range(runs):
            key, begin, end = held[run], begins[run], begins[run + 1]
            profile, interval = key >> PROFILE, key & INTERVAL
            fails = failed[profile]
            if fails == 0:
                got = bad = 0
                for place in range(starts[profile], starts[profile + 1]):
                    got |= wanting[values[place]]
                    bad |= excluding[values[place]]
                fails = (required & ~got) | bad | LOOKED_AT
                failed[profile] = fails
            in_range = not (dated and failing_days[interval])
            if counting and in_range:
                met[found] = profile
                found += by_profile[profile] == 0 and end > begin
                by_profile[profile] += end - begin
            if fails == LOOKED_AT:
                if counting:
                    by_interval[interval] += end - begin
                if in_range:
                    passed += end > begin
                    for place in range(begin, end):
                        kept[count] = place
                        count += 1
        held[0], begins[0] = held[runs], begins[runs]
    return count, passed, found


@compiled
def add_sifted(
    by_value: Array, starts: Array, values: Array, bounds: Array, by_profile: Array, met: Array, failed: Array
) -> None:
    """What fails one filter alone counts in the values of that filter's own field; what fails more counts nowhere."""
    for profile in met:
        fails = failed[profile] & ~LOOKED_AT
        if fails & (fails - 1):
            continue
        low, high = 0, len(by_value)
        if fails:
            field = 0
            while fails > 1:
                fails >>= 1
                field += 1
            low, high = bounds[field], bounds[field + 1]
        for at in range(starts[profile], starts[profile + 1]):
            value = values[at]
            if low <= value < high:
                by_value[value] += by_profile[profile]


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
def largest(counts: Array, shift: int, size: int, keys: Array) -> tuple[int, int]:
    """Keys of the largest counts, less the first one, in order: the count, and of equal ones the first place, shifted.

    How many there are, and how many counts are above 0. By insertion.
    """
    held = distinct = floor = 0
    for place in range(1, len(counts)):
        count = counts[place]
        distinct += count > 0
        if count <= floor or size == 0:
            continue
        key = count << PLACE | (NO_PLACE - (shift + place))
        at = held if held < size else size - 1
        held = min(held + 1, size)
        while at > 0 and keys[at - 1] < key:
            keys[at] = keys[at - 1]
            at -= 1
        keys[at] = key
        if held == size:
            floor = keys[size - 1] >> PLACE
    return held, distinct


@compiled
def reach(counts: Array, firsts: Array, lasts: Array) -> tuple[int, int]:
    low = high = 0
    for place in range(len(counts)):
        if counts[place]:
            low = min(low or firsts[place], firsts[place])
            high = max(high, lasts[place])
    return low, high


@compiled_making
def sum_buckets(counts: Array, buckets: Array, width: int, heads: Array, out: Array) -> int:
    """The counts by bucket, from the first to the last above 0; how many these are. heads: see Summary.

    Most intervals lie in the bucket of the one before.
    """
    sums = np.zeros(width + 2, dtype=np.int64)
    bucket = buckets[0] if len(buckets) else 0
    total = 0
    for place in range(len(buckets)):
        if buckets[place] != bucket:
            sums[bucket] += total
            bucket, total = buckets[place], 0
        total += counts[place]
    sums[bucket] += total
    low, high = 2, width + 2
    while low < high and sums[low] == 0:
        low += 1
    while low < high and sums[high - 1] == 0:
        high -= 1
    heads[0], heads[1], heads[2] = sums[0], sums[1], low - 2 if low < high else 0
    for place in range(low, high):
        out[place - low] = sums[place]
    return high - low


@compiled_making
def summary(counts: Array, stretches: Array, size: int, buckets: Array, width: int, out: Array) -> int:
    """See Summary: one after the other, but the heads of dates before the places; where they end."""
    each = len(stretches)
    keys = np.empty(each * size, dtype=np.int64)
    shift = held = ZERO
    for stretch in range(each):
        begin, end = stretches[stretch, 0], stretches[stretch, 1]
        taken, distinct = largest(counts[begin:end], shift, size, keys[held:])
        held += taken
        shift += end - begin
        out[stretch], out[each + stretch], out[2 * each + stretch] = held, distinct, counts[begin]
    at = 3 * each + 3
    for place in range(held):
        out[at + place] = NO_PLACE - (keys[place] & NO_PLACE)
        out[at + held + place] = keys[place] >> PLACE
    end = at + 2 * held
    dates: int = sum_buckets(counts[len(counts) - len(buckets) :], buckets, width, out[at - 3 : at], out[end:])
    return dates + int(end)
