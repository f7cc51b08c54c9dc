"""Facets and the histogram: exact counts over the records of all segments, each leaving out its own filter."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from indexer.frozen import constructor, named_tuples
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.filtered import Filtered
from indexer.search.embedded.histogram import NO_BUCKETS
from indexer.search.embedded.kernels import Kernels
from indexer.search.embedded.snapshot import Numbering, Snapshot
from indexer.search.request import Filter, SearchRequest
from indexer.search.response import Facet, FacetState, FacetValue, Histogram

_UNSAID = itertools.repeat(FacetState.NONE)
_FACET = constructor(Facet)


def count_facets(
    matches: Sequence[Filtered], snapshot: Snapshot, request: SearchRequest, kernels: Kernels
) -> tuple[dict[str, Facet], Histogram | None]:
    """The facets that are asked for over the matches, each less the field's own filter; the histogram, if it is asked for."""
    if not request.facets:
        return {}, None
    numbering = snapshot.numbering(request.facets)
    counts = _counted(numbering, matches)
    buckets = snapshot.calendar.buckets(counts, request.interval, kernels) if numbering.dated else NO_BUCKETS
    size = most = request.facet_size
    chosen: dict[str, Filter] = {}
    if request.filters:
        chosen = {filter.field: filter for filter in request.filters}
        most += _chosen_values(request.filters)
    summary = kernels.summary(counts, numbering.stretches, most, buckets.of_intervals, buckets.width)
    listed = named_tuples(FacetValue, numbering.named(summary), summary.counts, _UNSAID)
    facets = {}
    begin = 0
    for field, end, distinct, missing in zip(numbering.fields, summary.ends, summary.distinct, summary.firsts, strict=True):
        values = listed[begin:end]
        if chosen:
            values = _with_chosen(values, numbering, counts, chosen[field], size) if field in chosen else values[:size]
        facets[field] = _FACET(values, distinct, missing)
        begin = end
    return facets, buckets.histogram(summary) if numbering.dated else None


def count_facet(
    field: str,
    matches: Sequence[Filtered],
    snapshot: Snapshot,
    request: SearchRequest,
    kernels: Kernels,
    within: Array | None = None,
) -> Facet:
    """The same of one field, for some of its values alone: a mask by ordinal. Chosen values are listed all the same."""
    numbering = snapshot.numbering((field,))
    counts = _counted(numbering, matches)
    asked = every = counts[slice(*numbering.stretches[0])]
    if within is not None:
        asked = np.where(within, every, 0)
        asked[0] = every[0]
    size = request.facet_size
    chosen = [filter for filter in request.filters if filter.field == field]
    whole = np.array([[0, len(asked)]])
    summary = kernels.summary(asked, whole, size + _chosen_values(chosen), NO_BUCKETS.of_intervals, 0)
    values = named_tuples(FacetValue, numbering.named(summary), summary.counts, _UNSAID)
    if chosen:
        values = _with_chosen(values, numbering, counts, chosen[0], size)
    return _FACET(values, *summary.distinct, *summary.firsts)


def _counted(numbering: Numbering, matches: Sequence[Filtered]) -> Array:
    """How many records of all segments have each value, as they are numbered, and then each stated interval."""
    if len(matches) == 1:
        return matches[0].count(numbering.of_records)
    counted = [filtered.count(numbering.of_records) for filtered in matches]
    profiles = [filtered.segment.profiles for filtered in matches]
    united = [
        values.united([counts[slice(*each.fields[field])] for counts, each in zip(counted, profiles, strict=True)])
        for field, values in zip(numbering.fields, numbering.values, strict=True)
    ]
    intervals = [counts[each.numbers :] for counts, each in zip(counted, profiles, strict=True)]
    return np.concatenate([np.zeros(0, dtype=np.int64), *united, *intervals])


def _chosen_values(filters: Sequence[Filter]) -> int:
    """How many values the largest filter chooses."""
    return max([len(filter.included) + len(filter.excluded) for filter in filters]) if filters else 0


def _with_chosen(
    largest: Sequence[FacetValue], numbering: Numbering, counts: Array, chosen: Filter, size: int
) -> tuple[FacetValue, ...]:
    """A field's chosen values on top of the `size` largest of the others. counts: as they are numbered."""
    place = numbering.fields.index(chosen.field)
    values, begin = numbering.values[place], numbering.stretches[place, 0]
    states = dict.fromkeys(chosen.included, FacetState.INCLUDED) | dict.fromkeys(chosen.excluded, FacetState.EXCLUDED)
    numbers = {value: int(counts[begin + ordinal]) if (ordinal := values.place(value)) else 0 for value in states}
    others = ((each.value, each.count) for each in largest if each.value not in states)
    ordered = sorted((*numbers.items(), *itertools.islice(others, size)), key=lambda item: (-item[1], item[0]))
    return tuple([FacetValue(value, count, states.get(value, FacetState.NONE)) for value, count in ordered])
