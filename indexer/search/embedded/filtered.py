"""The records of a segment that match a query and pass its filters; and how many have which values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.errors import ParameterError
from indexer.fields import FIELD_BY_NAME
from indexer.published import DayRange, parse_published
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.columns import Column
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.evaluate import overlapping
from indexer.search.embedded.kernels import Kernels
from indexer.search.embedded.kernels.counted import Asked, Sifted, Tally
from indexer.search.request import Filter, SearchRequest

_NO_DAYS = np.zeros(0, dtype=bool)


class Filtered:
    """The records of a segment that match the query, and those of them that pass the filters.

    Most filters are on documents: they are looked at once for each profile that has a match, not for each record.
    """

    def __init__(self, segment: Segment, records: Array, request: SearchRequest, kernels: Kernels) -> None:
        self.segment = segment
        self._found = records
        self._kernels = kernels
        self._counts = bool(request.facets)
        self._asked = _asked(segment, request) if request.filtered else None
        self._by_record = {
            chosen.field: _mask(segment.column(chosen.field), chosen, records)
            for chosen in request.filters
            if not FIELD_BY_NAME[chosen.field].per_document
        }
        self._tallied: Tally | None = None
        self._sifted: dict[str | None, Sifted] = {}

    def records(self, but: str | None = None) -> Array:
        """The records that pass every filter, less that on a field of records, ascending."""
        return self._found if self._asked is None else self._sift(self._asked, but).records

    @property
    def places(self) -> Array | None:
        """The places of the records that pass among all that match; None where nothing is filtered."""
        return None if self._asked is None else self._sift(self._asked).places

    @property
    def document_count(self) -> int:
        """How many documents the records that pass stand in."""
        if self._asked is not None:
            return self._sift(self._asked).tally.documents
        if self._tallied is not None:
            return self._tallied.documents
        if len(self._found) == len(self.segment.live_records):
            return len(self.segment.live_documents)
        return self._kernels.count_owners(self._found, self.segment.owners)

    def documents(self) -> Array:
        """The documents that the records that pass stand in."""
        records, segment = self.records(), self.segment
        if len(records) == len(segment.live_records):
            return segment.live_documents
        return self._kernels.owners_of(records, segment.record_document)

    def count(self, of_records: Sequence[str]) -> Array:
        """How many records have each value, less its field's own filter, at the values' numbers in profiles.

        Then how many have each stated interval, less the request's own range; first the undated ones. of_records: the fields
        of records that are counted, too.
        """
        counts = self._tally().counts
        if not of_records:
            return counts
        counts = counts.copy()
        for field in of_records:
            counted = counts[slice(*self.segment.profiles.fields[field])]
            self._kernels.add_counts_once(counted, self.segment.column(field).ordinals, self.records(field))
        return counts

    def _tally(self) -> Tally:
        """Of the matching records, or those that pass, by value and by interval."""
        if self._asked is not None:
            if not self._counts:
                self._counts = True
                self._sifted.clear()
            return self._sift(self._asked).tally
        if self._tallied is None:
            self._tallied = self._kernels.tally(self._found, self.segment.profiles)
        return self._tallied

    def _sift(self, asked: Asked, but: str | None = None) -> Sifted:
        key = but if but in self._by_record else None
        sifted = self._sifted.get(key)
        if sifted is None:
            sifted = self._sifted[key] = self._look(asked, key)
        return sifted

    def _look(self, asked: Asked, but: str | None) -> Sifted:
        masks = [mask for field, mask in self._by_record.items() if field != but]
        if not masks:
            return self._kernels.sift(self._found, self.segment.profiles, asked, self._counts)
        among = np.flatnonzero(np.logical_and.reduce(masks))
        sifted = self._kernels.sift(self._found[among], self.segment.profiles, asked, self._counts)
        return sifted._replace(places=among[sifted.places])


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


def _asked(segment: Segment, request: SearchRequest) -> Asked:
    """The filters on documents, as profiles are told them."""
    profiles, required = segment.profiles, 0
    wanting, excluding = (np.zeros(profiles.bounds[-1], dtype=np.int64) for _ in range(2))
    bits = {field: 1 << place for place, field in enumerate(profiles.fields)}
    for chosen in request.filters:
        if not FIELD_BY_NAME[chosen.field].per_document:
            continue
        column, bit, begin = segment.column(chosen.field), bits[chosen.field], profiles.fields[chosen.field][0]
        required |= bit if chosen.included else 0
        for marks, values in ((wanting, chosen.included), (excluding, chosen.excluded)):
            for value in values:
                if place := column.place(value):
                    marks[begin + place] = bit
    if not (request.published_from or request.published_to):
        return Asked(wanting, excluding, required, _NO_DAYS)
    return Asked(wanting, excluding, required, ~overlapping(segment, *published_range(request)))


def _mask(column: Column, chosen: Filter, records: Array) -> Array:
    """Which records have a value that is asked for and none that is excluded; the column is one of records."""
    ordinals = column.ordinals[records]
    passing = ~column.choice(_places(column, chosen.excluded))[ordinals]
    return passing & column.choice(_places(column, chosen.included))[ordinals] if chosen.included else passing


def _places(column: Column, values: Sequence[str]) -> Array:
    """The ordinals of the values that anything has."""
    return np.array([place for value in values if (place := column.place(value))], dtype=np.int64)
