"""The histogram: exact counts of records by day, month or year, less the request's own range."""

from __future__ import annotations

import calendar
import functools
from collections.abc import Sequence
from datetime import date

import numpy as np

from indexer.errors import IndexCorrupt, ParameterError
from indexer.search.embedded.codec.arrays import Array
from indexer.search.request import Interval
from indexer.search.response import Bucket, Histogram

MAX_BUCKETS = 20_000
_EPOCH = date(1970, 1, 1).toordinal()
_LAST_DAY = date.max.toordinal()
# The most days that a stated date covers and still fits into one bucket.
_LONGEST = {Interval.DAY: 1, Interval.MONTH: 31, Interval.YEAR: 366}
_DAYS_BY_DAY = 92
_YEARS_BY_MONTH = 10


class Calendar:
    """The distinct stated intervals of all segments, one segment's after the other, and the buckets that they lie in.

    intervals: first and last days (proleptic Gregorian ordinals) by segment. Raises IndexCorrupt for days that no calendar has.
    """

    def __init__(self, intervals: Sequence[tuple[Array, Array]]) -> None:
        none = np.zeros(0, dtype=np.int32)
        self._first = np.concatenate([none, *(first for first, _ in intervals)])
        self._last = np.concatenate([none, *(last for _, last in intervals)])
        if any(int(days.min(initial=1)) < 1 or int(days.max(initial=1)) > _LAST_DAY for days in (self._first, self._last)):
            raise IndexCorrupt("The index holds dates that no calendar has. Run: loccit rebuild")
        self._buckets: dict[Interval, tuple[Array, Array]] = {}

    def histogram(self, counted: Sequence[Array], interval: Interval | None) -> Histogram:
        """The records by date. counted: how many records have each interval, by segment; at 0 the undated ones."""
        missing = sum(int(counts[0]) for counts in counted)
        counts = np.concatenate([np.zeros(0, dtype=np.int64), *(counts[1:] for counts in counted)])
        held = np.flatnonzero(counts)
        if not len(held):
            return Histogram((), interval or Interval.DAY, 0, missing)
        counts = counts[held]
        interval = interval or _interval(int(self._first[held].min()), int(self._last[held].max()))
        keys, fine = self._bucket_keys(interval)
        keys, fine = keys[held], fine[held]
        coarser = 0
        if not fine.all():
            coarser = int(counts[~fine].sum())
            keys, counts = keys[fine], counts[fine]
        return Histogram(_buckets(keys, counts, interval), interval, coarser, missing)

    def _bucket_keys(self, interval: Interval) -> tuple[Array, Array]:
        """The bucket of each interval's first day, and whether the interval fits into one."""
        buckets = self._buckets.get(interval)
        if buckets is None:
            fine = self._last - self._first < _LONGEST[interval]
            buckets = self._buckets[interval] = _bucket_keys(self._first, interval), fine
        return buckets


def _interval(first: int, last: int) -> Interval:
    """Days up to 92 days from the first to the last, months up to 10 years, else years."""
    if last - first + 1 <= _DAYS_BY_DAY:
        return Interval.DAY
    begin, end = date.fromordinal(first), date.fromordinal(last)
    months = (end.year - begin.year) * 12 + end.month - begin.month + 1
    return Interval.MONTH if months <= _YEARS_BY_MONTH * 12 else Interval.YEAR


def _buckets(keys: Array, counts: Array, interval: Interval) -> tuple[Bucket, ...]:
    """Buckets from the first to the last, empty ones included."""
    if not len(keys):
        return ()
    low, high = int(keys.min()), int(keys.max())
    if high - low >= MAX_BUCKETS:
        raise ParameterError("interval", f"interval={interval} would give {high - low + 1:,} buckets. Take a wider one.")
    by_key = np.bincount(keys - low, weights=counts).astype(np.int64).tolist()
    return tuple(Bucket(*_bucket_ends(key, interval), count) for key, count in enumerate(by_key, low))


def _bucket_keys(days: Array, interval: Interval) -> Array:
    """The number of the day, of the month or of the year that a day (ordinal) lies in."""
    if interval is Interval.DAY:
        return days.astype(np.int64)
    stated = (days.astype(np.int64) - _EPOCH).astype("datetime64[D]")
    if interval is Interval.YEAR:
        return stated.astype("datetime64[Y]").astype(np.int64) + 1970
    return stated.astype("datetime64[M]").astype(np.int64) + 1970 * 12


@functools.lru_cache(maxsize=MAX_BUCKETS)
def _bucket_ends(key: int, interval: Interval) -> tuple[str, str]:
    if interval is Interval.DAY:
        stated = date.fromordinal(key).isoformat()
        return stated, stated
    if interval is Interval.YEAR:
        return f"{key:04d}-01-01", f"{key:04d}-12-31"
    year, month = divmod(key, 12)
    days = calendar.monthrange(year, month + 1)[1]
    return f"{year:04d}-{month + 1:02d}-01", f"{year:04d}-{month + 1:02d}-{days:02d}"
