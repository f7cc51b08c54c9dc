"""The histogram: exact counts of records by day, month or year."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from indexer.errors import IndexCorrupt, ParameterError
from indexer.frozen import constructor, named_tuples
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.kernels import Kernels
from indexer.search.embedded.kernels.counted import Summary
from indexer.search.request import Interval
from indexer.search.response import Bucket, Histogram

MAX_BUCKETS = 20_000
_EPOCH = date(1970, 1, 1).toordinal()
_LAST_DAY = date.max.toordinal()
# The most days that a stated date covers and still fits into one bucket.
_LONGEST = {Interval.DAY: 1, Interval.MONTH: 31, Interval.YEAR: 366}
_DAYS_BY_DAY = 92
_YEARS_BY_MONTH = 10
# Of the records without a date: an interval that neither begins first nor ends last.
_UNDATED = np.array([_LAST_DAY], dtype=np.int32), np.array([0], dtype=np.int32)
_HISTOGRAM = constructor(Histogram)


class Buckets(NamedTuple):
    """The buckets of an interval that any record lies in, and those between them.

    of_intervals: the bucket of each stated interval, as Kernels.summary is told it. least: the day, month or year of the first
    bucket. width: how many there are. firsts, lasts: the days that each begins and ends with; None where they are too many.
    """

    interval: Interval
    of_intervals: Array
    least: int
    width: int
    firsts: Sequence[str] | None
    lasts: Sequence[str] | None

    def histogram(self, summary: Summary) -> Histogram:
        """The counts by date, with their days. Raises ParameterError where they are too many to be shown."""
        firsts, lasts, low, counts = self.firsts, self.lasts, summary.bucket, summary.by_bucket
        high = low + len(counts)
        if len(counts) > MAX_BUCKETS:
            raise ParameterError("interval", f"interval={self.interval} would give {len(counts):,} buckets. Take a wider one.")
        if firsts is None or lasts is None:
            firsts, lasts = _days(self.interval, self.least + low, self.least + high)
        else:
            firsts, lasts = firsts[low:high], lasts[low:high]
        return _HISTOGRAM(named_tuples(Bucket, firsts, lasts, counts), self.interval, summary.coarser, summary.undated)


NO_BUCKETS = Buckets(Interval.DAY, np.zeros(0, dtype=np.int32), 0, 0, (), ())


class Calendar:
    """The distinct stated intervals of all segments, one segment's after the other, and the buckets that they lie in.

    intervals: first and last days (proleptic Gregorian ordinals) by segment. Before those of each segment stands that of
    records without a date. Raises IndexCorrupt for days that no calendar has.
    """

    def __init__(self, intervals: Sequence[tuple[Array, Array]]) -> None:
        if any(int(days.min(initial=1)) < 1 or int(days.max(initial=1)) > _LAST_DAY for ends in intervals for days in ends):
            raise IndexCorrupt("The index holds dates that no calendar has")
        none = np.zeros(0, dtype=np.int32)
        self._first, self._last = (
            np.concatenate([none, *(days for ends in intervals for days in (_UNDATED[side], ends[side]))]) for side in (0, 1)
        )
        self._buckets: dict[Interval, Buckets] = {}

    def buckets(self, counts: Array, interval: Interval | None, kernels: Kernels) -> Buckets:
        """Those of an interval, or of the one that suits. counts: the last of them are how many records have each interval."""
        if interval is None:
            first, last = kernels.reach(counts[len(counts) - len(self._first) :], self._first, self._last)
            interval = _interval(first, last) if last else Interval.DAY
        return self._buckets.get(interval) or self._buckets_of(interval)

    def _buckets_of(self, interval: Interval) -> Buckets:
        """The buckets of an interval, which are kept."""
        dated = self._last > 0
        fine = dated & (self._last - self._first < _LONGEST[interval])
        keys = _bucket_keys(self._first, interval)
        most = int(keys[fine].max(initial=0))
        least = int(keys[fine].min(initial=most + 1))
        width = most + 1 - least
        places = np.where(fine, keys - least + 2, dated).astype(np.int32)
        days = _days(interval, least, most + 1) if width <= MAX_BUCKETS else (None, None)
        found = self._buckets[interval] = Buckets(interval, places, least, width, *days)
        return found


def _interval(first: int, last: int) -> Interval:
    """Days up to 92 days from the first to the last, months up to 10 years, else years."""
    if last - first + 1 <= _DAYS_BY_DAY:
        return Interval.DAY
    begin, end = date.fromordinal(first), date.fromordinal(last)
    months = (end.year - begin.year) * 12 + end.month - begin.month + 1
    return Interval.MONTH if months <= _YEARS_BY_MONTH * 12 else Interval.YEAR


def _bucket_keys(days: Array, interval: Interval) -> Array:
    """The number of the day, of the month or of the year that a day (ordinal) lies in."""
    if interval is Interval.DAY:
        return days.astype(np.int64)
    stated = (days.astype(np.int64) - _EPOCH).astype("datetime64[D]")
    if interval is Interval.YEAR:
        return stated.astype("datetime64[Y]").astype(np.int64) + 1970
    return stated.astype("datetime64[M]").astype(np.int64) + 1970 * 12


def _days(interval: Interval, low: int, high: int) -> tuple[Sequence[str], Sequence[str]]:
    """The first and the last days of buckets from `low` up to `high`, as `Bucket` states them."""
    ends = [_bucket_ends(key, interval) for key in range(low, high)]
    return [first for first, _ in ends], [last for _, last in ends]


def _bucket_ends(key: int, interval: Interval) -> tuple[str, str]:
    if interval is Interval.DAY:
        stated = date.fromordinal(key).isoformat()
        return stated, stated
    if interval is Interval.YEAR:
        return f"{key:04d}-01-01", f"{key:04d}-12-31"
    year, month = divmod(key, 12)
    days = calendar.monthrange(year, month + 1)[1]
    return f"{year:04d}-{month + 1:02d}-01", f"{year:04d}-{month + 1:02d}-{days:02d}"
