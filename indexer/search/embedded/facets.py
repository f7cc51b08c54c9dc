"""Facets: exact counts over the records of all segments, each leaving out its own filter."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from indexer.errors import ParameterError
from indexer.fields import FIELD_BY_NAME, HISTOGRAM
from indexer.frozen import constructor_of_many
from indexer.published import DayRange, parse_published
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.columns import Column
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.evaluate import overlapping
from indexer.search.embedded.kernels import Kernels
from indexer.search.embedded.snapshot import MergedValues
from indexer.search.request import Filter, SearchRequest
from indexer.search.response import Facet, FacetState, FacetValue

_VALUES = constructor_of_many(FacetValue)


class Filtered:
    """The records of a segment that match the query, and which of them pass each filter (the range: `published`).

    Most filters are on documents: they are looked at once for each document that has a match, not for each record.
    """

    def __init__(self, segment: Segment, records: Array, request: SearchRequest, kernels: Kernels) -> None:
        self.segment = segment
        self._records = records
        self._kernels = kernels
        self._matching = self._runs(records)
        self._by_document: dict[str, Array] = {}
        self._by_record: dict[str, Array] = {}
        for chosen in request.filters:
            if not FIELD_BY_NAME[chosen.field].per_document:
                self._by_record[chosen.field] = self._passing(chosen, records)
            else:
                self._by_document[chosen.field] = self._passing(chosen, self._matching[0])
        if request.published_from or request.published_to:
            chosen_days = overlapping(segment, *published_range(request))
            self._by_document[HISTOGRAM] = chosen_days[segment.published[self._matching[0]]]
        self._kept: dict[str | None, Array] = {}
        self._documents: dict[str | None, tuple[Array, Array]] = {}

    def records(self, but: str | None = None) -> Array:
        """The records that pass every filter but one, ascending."""
        key = but if but in self._by_document or but in self._by_record else None
        kept = self._kept.get(key)
        if kept is None:
            kept = self._keep(self._records, _all_but(self._by_document, but), _all_but(self._by_record, but))
            self._kept[key] = kept
        return kept

    def rows(self, rows: Array) -> Array:
        """Of what was told row by row of all matching records, that of those that pass every filter."""
        by_document, by_record = _all_but(self._by_document, None), _all_but(self._by_record, None)
        if by_document is None and by_record is None:
            return rows
        kept = [self._keep(row[: len(self._records)], by_document, by_record) for row in rows]
        return kept[0][None] if len(kept) == 1 else np.array(kept)

    def documents(self, but: str | None = None) -> tuple[Array, Array]:
        """The documents of these records, and how many of the records each has."""
        key = but if but in self._by_document or but in self._by_record else None
        documents = self._documents.get(key)
        if documents is None:
            passing = _all_but(self._by_document, but)
            if _all_but(self._by_record, but) is not None:
                documents = self._runs(self.records(but))
            elif passing is None:
                documents = self._matching
            else:
                documents = self._matching[0][passing], self._matching[1][passing]
            self._documents[key] = documents
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

    def _runs(self, records: Array) -> tuple[Array, Array]:
        if len(records) == self.segment.records:
            lengths: Array = np.diff(self.segment.bounds)
            numbers = np.flatnonzero(lengths).astype(np.uint32)
            return numbers, lengths[numbers]
        return self._kernels.runs(records, self.segment.record_document)

    def _keep(self, row: Array, by_document: Array | None, by_record: Array | None) -> Array:
        if by_document is None:
            return row if by_record is None else row[by_record]
        weights = self._matching[1]
        if by_record is None:
            return self._kernels.keep_runs(row, weights, by_document)
        return row[np.repeat(by_document, weights) & by_record]

    def _passing(self, chosen: Filter, owners: Array) -> Array:
        """Which of these owners, records or documents, have a value that is asked for and none that is excluded."""
        column = self.segment.column(chosen.field)
        passing = np.ones(len(owners), dtype=bool)
        if chosen.included:
            passing &= self._holding(column, chosen.included, owners)
        if chosen.excluded:
            passing &= ~self._holding(column, chosen.excluded, owners)
        return passing

    def _holding(self, column: Column, values: Sequence[str], owners: Array) -> Array:
        chosen = column.choice(_places(column, values))
        if column.starts is None:
            held: Array = chosen[column.ordinals[owners]]
            return held
        return self._kernels.holding(column.starts, column.ordinals, chosen, owners)


def _all_but(masks: Mapping[str, Array], but: str | None) -> Array | None:
    """What passes every mask but one; None where there is no other."""
    if not masks:
        return None
    others = [mask for name, mask in masks.items() if name != but]
    return functools.reduce(np.logical_and, others) if others else None


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


def count_facet(
    field: str,
    matches: Sequence[Filtered],
    values: MergedValues,
    request: SearchRequest,
    kernels: Kernels,
    within: Array | None = None,
) -> Facet:
    """A facet's values over the matches, less the field's own filter.

    within: the only ordinals that are asked about, as a mask; chosen values are listed all the same.
    """
    every = counts = values.united([filtered.count(field) for filtered in matches])
    if within is not None:
        counts = np.where(within, every, 0)
        counts[0] = every[0]
    chosen = next((filter for filter in request.filters if filter.field == field), None) if request.filters else None
    if chosen is None:
        places, distinct = kernels.largest(counts, request.facet_size)
        names = values.named(places.tolist())
        listed = _VALUES(names, counts[places].tolist(), itertools.repeat(FacetState.NONE))
        return Facet(listed, distinct, int(counts[0]))
    states = dict.fromkeys(chosen.included, FacetState.INCLUDED) | dict.fromkeys(chosen.excluded, FacetState.EXCLUDED)
    numbers = {value: int(every[place]) if (place := values.place(value)) else 0 for value in states}
    others = counts.copy()
    others[[values.place(value) for value in states]] = 0
    places, _ = kernels.largest(others, request.facet_size)
    numbers |= dict(zip(values.named(places.tolist()), counts[places].tolist(), strict=True))
    return Facet(
        values=tuple(
            FacetValue(value, count, states.get(value, FacetState.NONE))
            for value, count in sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
        ),
        distinct=int(np.count_nonzero(counts[1:])),
        missing=int(counts[0]),
    )


def _places(column: Column, values: Sequence[str]) -> Array:
    return np.array([place for value in values if (place := column.place(value))], dtype=np.int64)
