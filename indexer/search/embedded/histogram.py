"""The histogram: exact counts of records by day, month or year, less the request's own range."""

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
from indexer.search.request import Interval
from indexer.search.response import Bucket, Histogram

MAX_BUCKETS = 20_000
_EPOCH = date(1970, 1, 1).toordinal()
_LAST_DAY = date.max.toordinal()
# The most days that a stated date covers and still fits into one bucket.
_LONGEST = {Interval.DAY: 1, Interval.MONTH: 31, Interval.YEAR: 366}
_DAYS_BY_DAY = 92
_YEARS_BY_MONTH = 10
# Of the records without a date: no bucket, and an interval that neither begins first nor ends last.
_NO_BUCKET = -1
_UNDATED = np.array([_LAST_DAY], dtype=np.int32), np.array([0], dtype=np.int32)
_HISTOGRAM = constructor(Histogram)


class _Buckets(NamedTuple):
    """keys: the bucket of each stated interval, from 1 on, 0 where it does not fit into one; the first bucket and the last.

    firsts, lasts: the first and the last days of them all; None where they are too many to be kept.
    """

    keys: Array
    least: int
    most: int
    firsts: Sequence[str] | None
    lasts: Sequence[str] | None


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
        self._buckets: dict[Interval, _Buckets] = {}

    def histogram(self, counted: Sequence[Array], interval: Interval | None, kernels: Kernels) -> Histogram:
        """The records by date. counted: how many records have each interval, by segment; at 0 the undated ones."""
        counts = counted[0] if len(counted) == 1 else np.concatenate([np.zeros(0, dtype=np.int64), *counted])
        if interval is None:
            first, last = kernels.reach(counts, self._first, self._last)
            interval = _interval(first, last) if last else Interval.DAY
        keys, least, most, firsts, lasts = self._buckets.get(interval) or self._buckets_of(interval)
        by_key, (low, high, coarser, missing) = kernels.buckets(counts, keys, least, most + 1 - least)
        if high < low:
            return _HISTOGRAM((), interval, coarser, missing)
        if high - low >= MAX_BUCKETS:
            raise ParameterError("interval", f"interval={interval} would give {high - low + 1:,} buckets. Take a wider one.")
        if firsts is None or lasts is None:
            firsts, lasts = _days(interval, low, high)
        else:
            firsts, lasts = firsts[low - least : high + 1 - least], lasts[low - least : high + 1 - least]
        shown = by_key[low - least : high + 1 - least].tolist()
        return _HISTOGRAM(named_tuples(Bucket, firsts, lasts, shown), interval, coarser, missing)

    def _buckets_of(self, interval: Interval) -> _Buckets:
        """The buckets of an interval, which are kept."""
        dated = self._last > 0
        fine = dated & (self._last - self._first < _LONGEST[interval])
        keys = np.where(fine, _bucket_keys(self._first, interval), np.where(dated, 0, _NO_BUCKET))
        least, most = int(keys[fine].min(initial=_LAST_DAY)), int(keys.max(initial=0))
        least = min(least, most + 1)
        days = _days(interval, least, most) if least <= most < least + MAX_BUCKETS else (None, None)
        found = self._buckets[interval] = _Buckets(keys, least, most, *days)
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
    """The first and the last days of buckets, as `Bucket` states them."""
    firsts, lasts = zip(*(_bucket_ends(key, interval) for key in range(low, high + 1)), strict=True)
    return firsts, lasts


def _bucket_ends(key: int, interval: Interval) -> tuple[str, str]:
    if interval is Interval.DAY:
        stated = date.fromordinal(key).isoformat()
        return stated, stated
    if interval is Interval.YEAR:
        return f"{key:04d}-01-01", f"{key:04d}-12-31"
    year, month = divmod(key, 12)
    days = calendar.monthrange(year, month + 1)[1]
    return f"{year:04d}-{month + 1:02d}-01", f"{year:04d}-{month + 1:02d}-{days:02d}"
