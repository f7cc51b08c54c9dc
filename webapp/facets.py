"""Facets, and the chips of the filters that hold, as the page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.errors import NotFound
from indexer.fields import FACETS, FIELD_BY_NAME
from indexer.frozen import constructor
from indexer.search.request import MAX_FACET_SIZE, Filter, SearchRequest
from indexer.search.response import Facet, FacetState, FacetValue, SearchResponse
from webapp.labels import number, shortened, value_label
from webapp.links import SearchLinks, search_url, without_filter, without_range

_FACET_SIZES = (100, MAX_FACET_SIZE)
_CLOSED = frozenset({"format", "section"})
_ORDER = {FacetState.INCLUDED: 0, FacetState.EXCLUDED: 1, FacetState.NONE: 2}


@dataclass(frozen=True, slots=True)
class ValueView:
    """A value of a facet. name: what its checkbox is called in the form; bar: its share of the largest count, in percent."""

    id: str
    name: str
    exclude_name: str
    value: str
    label: str
    count: str
    bar: str
    included: bool
    excluded: bool


_VALUE = constructor(ValueView)


@dataclass(frozen=True, slots=True)
class FacetView:
    """A facet. more: how many values are not listed, or ""; more_url, fewer_url: None where there is no such page."""

    name: str
    label: str
    opened: bool
    distinct: str
    values: tuple[ValueView, ...]
    more: str
    more_url: str | None
    fewer_url: str | None
    missing: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that holds, and the page without it."""

    prefix: str
    label: str
    excluded: bool
    without: SearchRequest

    @property
    def url(self) -> str:
        """The page without it."""
        return search_url(self.without)


def facet_name(name: str) -> str:
    """The name of a facet. Raises NotFound for any other, with those that there are."""
    if name not in FACETS:
        raise NotFound(f"There is no facet {shortened(name)}. The facets are {', '.join(FACETS)}.")
    return name


def present_facets(response: SearchResponse, links: SearchLinks) -> tuple[FacetView, ...]:
    """The facets that have a value to show, in the order of the field table."""
    return tuple(present_facet(name, facet, links) for name, facet in response.facets.items() if facet.values)


def present_chips(request: SearchRequest) -> tuple[Chip, ...]:
    """The filters that hold: dates first, then the fields in the order of the table."""
    chips: list[Chip] = []
    if request.published_from or request.published_to:
        label = _range_label(request.published_from, request.published_to)
        chips.append(Chip("Published", label, False, without_range(request)))
    for one in request.filters:
        chips.extend(_chips(one, request))
    return tuple(chips)


def _chips(one: Filter, request: SearchRequest) -> Sequence[Chip]:
    label = FIELD_BY_NAME[one.field].label
    values = [(value, False) for value in one.included] + [(value, True) for value in one.excluded]
    return [
        Chip(
            f"Not {label.lower()}" if excluded else label,
            value_label(one.field, value),
            excluded,
            without_filter(request, one.field, value),
        )
        for value, excluded in values
    ]


def _range_label(first: str | None, last: str | None) -> str:
    if first and last:
        return first if first == last else f"{first} to {last}"
    return f"from {first}" if first else f"to {last}"


def present_facet(name: str, facet: Facet, links: SearchLinks) -> FacetView:
    """Lay out one facet; chosen values come first."""
    field = FIELD_BY_NAME[name]
    values = facet.values
    chosen = any(value.state is not FacetState.NONE for value in values)
    if chosen:
        values = tuple(sorted(values, key=lambda value: _ORDER[value.state]))
    most = max((value.count for value in values), default=0)
    hidden = facet.distinct - sum([value.count > 0 for value in values])
    listed, default = links.request.facet_size, SearchRequest().facet_size
    larger = next((size for size in _FACET_SIZES if size > listed), None)
    return FacetView(
        name=name,
        label=field.label,
        opened=chosen or name not in _CLOSED,
        distinct=number(facet.distinct),
        values=tuple([_value(name, place, value, most) for place, value in enumerate(values)]),
        more=number(hidden) if hidden > 0 else "",
        more_url=_sized(links, larger, name) if hidden > 0 and larger else None,
        fewer_url=_sized(links, default, name) if listed > default and len(values) > default else None,
        missing=number(facet.missing) if facet.missing else "",
    )


def _sized(links: SearchLinks, size: int, name: str) -> str:
    return f"{links.sized(size)}#f-{name}"


def _value(name: str, place: int, value: FacetValue, most: int) -> ValueView:
    included = value.state is FacetState.INCLUDED
    excluded = value.state is FacetState.EXCLUDED
    exclude_name = f"exclude_{name}"
    return _VALUE(
        f"v-{name}-{place}",
        exclude_name if excluded else name,
        exclude_name,
        value.value,
        value_label(name, value.value),
        f"{value.count:,}",
        f"{value.count * 100 / most:.1f}" if most else "0",
        included,
        excluded,
    )
