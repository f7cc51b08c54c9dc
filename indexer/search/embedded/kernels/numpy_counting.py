"""The kernels in numpy that count matches by document, by value of a facet and by date; see Kernels."""

from __future__ import annotations

from itertools import accumulate

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.profiles import INTERVAL, PROFILE, Profiles
from indexer.search.embedded.codec.ranges import ranges
from indexer.search.embedded.kernels.counted import Asked, Sifted, Summary, Tally


def runs(ids: Array, owner: Array) -> tuple[Array, Array]:
    """The owners of ids, and how many ids each has."""
    owners = owner.take(ids)
    first = np.flatnonzero(np.concatenate([owners[:1] >= 0, owners[1:] != owners[:-1]]))
    return owners[first], np.diff(np.append(first, len(owners)))


def _documents(records: Array, profiles: Profiles) -> tuple[Array, Array]:
    """The documents of records, and how many records of each there are; of all records that is known."""
    bounds = profiles.documents.bounds
    if len(records) != int(bounds[-1]):
        return runs(records, profiles.owners.of_record)
    each = np.diff(bounds)
    held = np.flatnonzero(each)
    return held, each[held]


def tally(records: Array, profiles: Profiles) -> Tally:
    owners, weights = _documents(records, profiles)
    own, published = _told(profiles.documents.keys[owners])
    by_profile, by_interval = _summed(own, weights, len(profiles)), _summed(published, weights, profiles.intervals)
    numbers, each = _numbers(profiles, met := np.flatnonzero(by_profile))
    by_value = _summed(numbers, np.repeat(by_profile[met], each), profiles.numbers)
    return Tally(np.concatenate([by_value, by_interval]), len(owners))


def _told(keys: Array) -> tuple[Array, Array]:
    """The profiles of some documents and their stated intervals."""
    return keys >> PROFILE, keys & INTERVAL


def sift(records: Array, profiles: Profiles, asked: Asked, counts: bool) -> Sifted:
    owners, weights = _documents(records, profiles)
    own, published = _told(profiles.documents.keys[owners])
    met = np.flatnonzero(np.bincount(own, minlength=len(profiles)))
    failed = np.zeros(len(profiles), dtype=np.int64)
    failed[met] = _failed(profiles, met, asked)
    passing = failed[own] == 0
    in_range = ~asked.failing_days[published] if len(asked.failing_days) else np.ones(len(owners), dtype=bool)
    kept = np.flatnonzero(np.repeat(passing & in_range, weights))
    row = np.zeros(0, dtype=np.int64)
    if counts:
        by_value = _by_value(profiles, _summed(own[in_range], weights[in_range], len(profiles)), failed)
        row = np.concatenate([by_value, _summed(published[passing], weights[passing], profiles.intervals)])
    documents = int(np.count_nonzero(passing & in_range))
    return Sifted(records[kept], kept, Tally(row, documents))


def _by_value(profiles: Profiles, by_profile: Array, failed: Array) -> Array:
    """What fails one filter alone counts in the values of that filter's own field; what fails more counts nowhere."""
    met = np.flatnonzero((by_profile > 0) & (failed & (failed - 1) == 0))
    numbers, each = _numbers(profiles, met)
    own_field = np.repeat(failed[met], each)
    fields = np.searchsorted(profiles.bounds, numbers, side="right") - 1
    counting = (own_field == 0) | (own_field == 1 << fields)
    return _summed(numbers[counting], np.repeat(by_profile[met], each)[counting], profiles.numbers)


def summary(counts: Array, stretches: Array, size: int, buckets: Array, width: int) -> Summary:
    bounds = stretches.tolist()
    found = [_largest(counts[begin:end], size) for begin, end in bounds]
    shifts = accumulate([end - begin for begin, end in bounds], initial=0)
    sums = _summed(buckets, counts[len(counts) - len(buckets) :], width + 2)
    held = np.flatnonzero(sums[2:])
    low, high = (int(held[0]), int(held[-1]) + 1) if len(held) else (0, 0)
    return Summary(
        list(accumulate([len(places) for places, _, _ in found])),
        [distinct for _, _, distinct in found],
        [int(counts[begin]) for begin, _ in bounds],
        [place for shift, (places, _, _) in zip(shifts, found, strict=False) for place in (shift + places).tolist()],
        [count for _, each, _ in found for count in each.tolist()],
        int(sums[0]),
        int(sums[1]),
        low,
        sums[2 + low : 2 + high].tolist(),
    )


def _largest(counts: Array, size: int) -> tuple[Array, Array, int]:
    """The places of the largest counts, less the first, these counts, and how many are above 0. By partition and sorting."""
    places = np.flatnonzero(counts[1:]) + 1
    held = counts[places]
    distinct = len(held)
    if distinct > 4 * size > 0:
        places = places[held >= np.partition(held, distinct - size)[distinct - size]]
    places = places[np.lexsort((places, -counts[places]))][:size]
    return places, counts[places], distinct


def _summed(places: Array, weights: Array, size: int) -> Array:
    return np.bincount(places, weights=weights, minlength=size).astype(np.int64)


def _numbers(profiles: Profiles, some: Array) -> tuple[Array, Array]:
    """The numbers of the values of some profiles in a row, and how many each has."""
    begins, ends = (profiles.starts[at].astype(np.int64) for at in (some, some + 1))
    return profiles.values[ranges(begins, ends)], ends - begins


def _failed(profiles: Profiles, some: Array, asked: Asked) -> Array:
    """The filters that some profiles fail, as bits. A profile has a value at least of each field."""
    numbers, each = _numbers(profiles, some)
    first = np.cumsum(each) - each
    if not len(first):
        return first
    got, bad = (np.bitwise_or.reduceat(bits[numbers], first) for bits in (asked.wanting, asked.excluding))
    failed: Array = asked.required & ~got | bad
    return failed
