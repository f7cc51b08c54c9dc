"""Facets: exact counts over the records of all segments, each leaving out its own filter."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from indexer.frozen import constructor, named_tuples
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.filtered import Filtered
from indexer.search.embedded.kernels import Kernels
from indexer.search.embedded.kernels.counted import Largest
from indexer.search.embedded.snapshot import MergedValues, Snapshot
from indexer.search.request import Filter, SearchRequest
from indexer.search.response import Facet, FacetState, FacetValue

_UNSAID = itertools.repeat(FacetState.NONE)
_FACET = constructor(Facet)


def count_facets(
    fields: Sequence[str], matches: Sequence[Filtered], snapshot: Snapshot, request: SearchRequest, kernels: Kernels
) -> dict[str, Facet]:
    """The facets of some fields over the matches, each less the field's own filter."""
    if not fields:
        return {}
    counts, stretches = _counted(fields, matches, snapshot)
    size, chosen = request.facet_size, {filter.field: filter for filter in request.filters}
    most = size + _chosen_values(request.filters)
    found = kernels.largest(counts, [stretches[field] for field in fields], most)
    facets = {}
    for field, largest in zip(fields, found, strict=True):
        values = snapshot.values(field)
        if field in chosen:
            facets[field] = _with_chosen(largest, values, size, chosen[field], counts[slice(*stretches[field])])
        else:
            facets[field] = _plain(largest, values, size)
    return facets


def count_facet(
    field: str,
    matches: Sequence[Filtered],
    snapshot: Snapshot,
    request: SearchRequest,
    kernels: Kernels,
    within: Array,
) -> Facet:
    """The same of one field, for some of its values alone: a mask by ordinal. Chosen values are listed all the same."""
    counts, stretches = _counted((field,), matches, snapshot)
    every = counts[slice(*stretches[field])]
    asked = np.where(within, every, 0)
    asked[0] = every[0]
    size, values = request.facet_size, snapshot.values(field)
    chosen = [filter for filter in request.filters if filter.field == field]
    (largest,) = kernels.largest(asked, [(0, len(asked))], size + _chosen_values(chosen))
    return _with_chosen(largest, values, size, chosen[0], every) if chosen else _plain(largest, values, size)


def _counted(
    fields: Sequence[str], matches: Sequence[Filtered], snapshot: Snapshot
) -> tuple[Array, Mapping[str, tuple[int, int]]]:
    """How many records of all segments have each value, and where those of each field begin and end; first those with none."""
    counted = [(filtered.count(fields), filtered.segment.profiles.fields) for filtered in matches]
    if len(counted) == 1:
        return counted[0]
    united = [
        snapshot.values(field).united([counts[slice(*stretches[field])] for counts, stretches in counted]) for field in fields
    ]
    ends = itertools.accumulate(map(len, united), initial=0)
    return np.concatenate(united), dict(zip(fields, itertools.pairwise(ends), strict=True))


def _chosen_values(filters: Sequence[Filter]) -> int:
    """How many values the largest filter chooses."""
    return max([len(filter.included) + len(filter.excluded) for filter in filters]) if filters else 0


def _plain(largest: Largest, values: MergedValues, size: int) -> Facet:
    listed = named_tuples(FacetValue, values.named(largest.places[:size]), largest.counts, _UNSAID)
    return _FACET(listed, largest.distinct, largest.first)


def _with_chosen(largest: Largest, values: MergedValues, size: int, chosen: Filter, counts: Array) -> Facet:
    """A facet with its chosen values on top of the `size` largest of the others. counts: of all values."""
    states = dict.fromkeys(chosen.included, FacetState.INCLUDED) | dict.fromkeys(chosen.excluded, FacetState.EXCLUDED)
    numbers = {value: int(counts[place]) if (place := values.place(value)) else 0 for value in states}
    named = zip(values.named(largest.places), largest.counts, strict=True)
    numbers |= dict(itertools.islice((each for each in named if each[0] not in states), size))
    ordered = sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
    listed = [FacetValue(value, count, states.get(value, FacetState.NONE)) for value, count in ordered]
    return _FACET(tuple(listed), largest.distinct, largest.first)
