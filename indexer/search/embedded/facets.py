"""Facets and the histogram: exact counts over the records of all segments, each leaving out its own filter."""

from __future__ import annotations

import calendar
import functools
from collections.abc import Sequence
from datetime import date

import numpy as np

from indexer.errors import ParameterError
from indexer.fields import HISTOGRAM
from indexer.published import DayRange, parse_published
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.columns import Column
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.evaluate import overlapping
from indexer.search.embedded.kernels import Kernels
from indexer.search.embedded.snapshot import MergedValues
from indexer.search.request import Filter, Interval, SearchRequest
from indexer.search.response import Bucket, Facet, FacetState, FacetValue, Histogram

MAX_BUCKETS = 20_000
_EPOCH = date(1970, 1, 1).toordinal()
# The most days that a stated date covers and still fits into one bucket.
_LONGEST = {Interval.DAY: 1, Interval.MONTH: 31, Interval.YEAR: 366}
_DAYS_BY_DAY = 92
_YEARS_BY_MONTH = 10


class Filtered:
    """The records of a segment that match the query, and which of them pass each filter (the range: `published`)."""

    def __init__(self, segment: Segment, records: Array, request: SearchRequest, kernels: Kernels) -> None:
        self.segment = segment
        self._records = records
        self._kernels = kernels
        self._passing = {chosen.field: self._passing_filter(chosen) for chosen in request.filters}
        if request.published_from or request.published_to:
            documents = overlapping(segment, *published_range(request))
            self._passing[HISTOGRAM] = kernels.selected(documents, segment.record_document, records)
        self._kept: dict[str | None, Array] = {}
        self._documents: dict[str | None, tuple[Array, Array]] = {}

    def records(self, but: str | None = None) -> Array:
        """The records that pass every filter but one, ascending."""
        but = but if but in self._passing else None
        kept = self._kept.get(but)
        if kept is None:
            masks = [mask for name, mask in self._passing.items() if name != but]
            kept = self._kernels.keep(self._records, np.logical_and.reduce(masks)) if masks else self._records
            self._kept[but] = kept
        return kept

    def documents(self, but: str | None = None) -> tuple[Array, Array]:
        """The documents of these records, and how many of the records each has."""
        but = but if but in self._passing else None
        documents = self._documents.get(but)
        if documents is None:
            records = self.records(but)
            if len(records) == self.segment.records:
                lengths: Array = np.diff(self.segment.bounds)
                numbers = np.flatnonzero(lengths).astype(np.uint32)
                documents = numbers, lengths[numbers]
            else:
                documents = self._kernels.runs(records, self.segment.record_document)
            self._documents[but] = documents
        return documents

    def count(self, field: str) -> Array:
        """How many records have each ordinal of a field, less the field's own filter; at 0 those that have none."""
        column = self.segment.column(field)
        counts = np.zeros(len(column.values) + 1, dtype=np.int64)
        if not column.per_document:
            self._kernels.add_counts_once(counts, column.ordinals, self.records(field))
        elif column.starts is None:
            self._kernels.add_counts(counts, column.ordinals, *self.documents(field))
        else:
            self._kernels.add_counts_multi(counts, column.starts, column.ordinals, *self.documents(field))
        return counts

    def count_intervals(self) -> Array:
        """How many records have each stated interval, less the request's own range; at 0 the undated ones."""
        counts = np.zeros(len(self.segment.intervals[0]) + 1, dtype=np.int64)
        self._kernels.add_counts(counts, self.segment.published, *self.documents(HISTOGRAM))
        return counts

    def _passing_filter(self, chosen: Filter) -> Array:
        column = self.segment.column(chosen.field)
        mask = column.owners_with(_places(column, chosen.included)) if chosen.included else None
        if chosen.excluded:
            without = ~column.owners_with(_places(column, chosen.excluded))
            mask = without if mask is None else mask & without
        if mask is None:
            return np.ones(len(self._records), dtype=bool)
        if column.per_document:
            return self._kernels.selected(mask, self.segment.record_document, self._records)
        passing: Array = mask[self._records]
        return passing


def published_range(request: SearchRequest) -> tuple[int | None, int | None]:
    """The days that `published_from` and `published_to` name."""
    ranges: list[DayRange | None] = []
    for parameter in ("published_from", "published_to"):
        stated = getattr(request, parameter)
        days = parse_published(stated) if stated else None
        if stated and days is None:
            raise ParameterError(parameter, f"{parameter} takes a year, a month or a day, such as 2025, 2025-05 or 2025-05-19.")
        ranges.append(days)
    return ranges[0].first if ranges[0] else None, ranges[1].last if ranges[1] else None


def count_facet(field: str, matches: Sequence[Filtered], values: MergedValues, request: SearchRequest) -> Facet:
    """A facet's values over the matches, less the field's own filter."""
    counts = np.zeros(len(values) + 1, dtype=np.int64)
    for filtered, places in zip(matches, values.places, strict=True):
        counts[places] += filtered.count(field)
    chosen = next((filter for filter in request.filters if filter.field == field), Filter(field))
    states = dict.fromkeys(chosen.included, FacetState.INCLUDED) | dict.fromkeys(chosen.excluded, FacetState.EXCLUDED)
    listed = {value: int(counts[place]) if (place := values.place(value)) else 0 for value in states}
    others = counts[1:].copy()
    others[[place - 1 for value in states if (place := values.place(value))]] = 0
    listed |= {values[place]: int(counts[place]) for place in _largest(others, request.facet_size) + 1}
    return Facet(
        values=tuple(
            FacetValue(value, count, states.get(value, FacetState.NONE))
            for value, count in sorted(listed.items(), key=lambda item: (-item[1], item[0]))
        ),
        distinct=int(np.count_nonzero(counts[1:])),
        missing=int(counts[0]),
    )


def count_histogram(matches: Sequence[Filtered], request: SearchRequest) -> Histogram:
    """The records by date, less the request's own range."""
    counted = [filtered.count_intervals() for filtered in matches]
    missing = sum(int(counts[0]) for counts in counted)
    counts = np.concatenate([counts[1:] for counts in counted])
    first, last = (np.concatenate([filtered.segment.intervals[end] for filtered in matches]) for end in (0, 1))
    held = counts > 0
    counts, first, last = counts[held], first[held], last[held]
    interval = request.interval or _interval(first, last)
    fine = last - first < _LONGEST[interval]
    buckets = _buckets(first[fine], counts[fine], interval)
    return Histogram(buckets, interval, int(counts[~fine].sum()), missing)


def _largest(counts: Array, size: int) -> Array:
    """The places of the largest counts above 0, as many as asked for; of equal ones the first."""
    if len(counts) > 4 * size > 0:
        threshold = max(int(np.partition(counts, len(counts) - size)[len(counts) - size]), 1)
        places = np.flatnonzero(counts >= threshold)
    else:
        places = np.flatnonzero(counts)
    return places[np.lexsort((places, -counts[places]))][:size]


def _interval(first: Array, last: Array) -> Interval:
    """Days up to 92 days from the first to the last, months up to 10 years, else years."""
    if not len(first):
        return Interval.DAY
    begin, end = date.fromordinal(int(first.min())), date.fromordinal(int(last.max()))
    if end.toordinal() - begin.toordinal() + 1 <= _DAYS_BY_DAY:
        return Interval.DAY
    months = (end.year - begin.year) * 12 + end.month - begin.month + 1
    return Interval.MONTH if months <= _YEARS_BY_MONTH * 12 else Interval.YEAR


def _buckets(days: Array, counts: Array, interval: Interval) -> tuple[Bucket, ...]:
    """Buckets from that of the first day to that of the last, empty ones included."""
    if not len(days):
        return ()
    keys = _bucket_keys(days, interval)
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


def _places(column: Column, values: Sequence[str]) -> Array:
    return np.array([place for value in values if (place := column.place(value))], dtype=np.int64)
