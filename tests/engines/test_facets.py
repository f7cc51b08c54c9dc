"""Facets and the histogram: exact counts under multi-select, by example and against brute force."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.fields import FACETS, HISTOGRAM
from indexer.model import Kind
from indexer.search.engine import SearchEngine
from indexer.search.query import All, ParsedQuery, Word
from indexer.search.request import Filter, Interval, SearchRequest, Sort
from indexer.search.response import Bucket, Facet, FacetState, FacetValue, Histogram
from tests.conftest import EngineFactory
from tests.engines.strategies import queries, requests
from tests.oracle import OracleEngine
from tests.records import make_document, make_paragraph

NONE, INCLUDED, EXCLUDED = FacetState.NONE, FacetState.INCLUDED, FacetState.EXCLUDED

DOCUMENTS = (
    make_document("a.md", ["air", "air", "sea"], source="Wire", tag=("x", "y"), published="2025-05-19"),
    make_document(
        "b.md", ["air", make_paragraph("air", Kind.HEADING, "Air")], source="Gazette", tag=("x",), published="2025-05"
    ),
    make_document("c.md", ["air"], source="wire", author=("Ilsa Renn", "Teo Maric"), published="2025-07-02T23:59:59-11:00"),
    make_document("d.md", ["air"], published="2025"),
    make_document("e.md", ["sea"], source="Late", published="2025-07-30"),
)
AIR = ParsedQuery(tree=Word("air"), scored=True)


@pytest.fixture(scope="module")
def small(engine_factory: EngineFactory) -> SearchEngine:
    return engine_factory(DOCUMENTS)


def facet(engine: SearchEngine, name: str, *filters: Filter, facet_size: int = 10, query: ParsedQuery = AIR) -> Facet:
    return engine.search(SearchRequest(query, filters=filters, facet_size=facet_size)).facets[name]


def histogram(engine: SearchEngine, request: SearchRequest) -> Histogram:
    found = engine.search(request).histogram
    assert found is not None
    return found


def test_values_come_by_count_then_code_points(small: SearchEngine) -> None:
    expected = (FacetValue("Wire", 2), FacetValue("Gazette", 2), FacetValue("wire", 1))
    assert facet(small, "source") == Facet(tuple(sorted(expected, key=lambda v: (-v.count, v.value))), distinct=3, missing=1)


def test_several_values_count_each(small: SearchEngine) -> None:
    assert facet(small, "author") == Facet((FacetValue("Ilsa Renn", 1), FacetValue("Teo Maric", 1)), distinct=2, missing=5)


def test_fields_of_the_paragraph_count_its_own_values(small: SearchEngine) -> None:
    assert facet(small, "section") == Facet((FacetValue("Air", 1),), distinct=1, missing=5)
    assert facet(small, "kind") == Facet((FacetValue("paragraph", 5), FacetValue("heading", 1)), distinct=2, missing=0)


def test_facet_size_cuts_the_list_but_not_distinct(small: SearchEngine) -> None:
    assert facet(small, "source", facet_size=1) == Facet((FacetValue("Gazette", 2),), distinct=3, missing=1)


def test_a_facet_leaves_out_its_own_filter_and_no_other(small: SearchEngine) -> None:
    chosen = Filter("source", included=("wire",))
    response = small.search(SearchRequest(AIR, filters=(chosen,)))
    assert response.total == 1
    assert {value.value: value.count for value in response.facets["source"].values} == {"Gazette": 2, "Wire": 2, "wire": 1}
    assert response.facets["tag"] == Facet((), distinct=0, missing=1)
    assert response.facets["author"].distinct == 2


def test_chosen_values_are_listed_on_top_of_facet_size(small: SearchEngine) -> None:
    chosen = Filter("source", included=("wire", "Nowhere"), excluded=("Late",))
    assert facet(small, "source", chosen, facet_size=1).values == (
        FacetValue("Gazette", 2),
        FacetValue("wire", 1, INCLUDED),
        FacetValue("Late", 0, EXCLUDED),
        FacetValue("Nowhere", 0, INCLUDED),
    )


def test_a_filter_takes_the_whole_value_exactly(small: SearchEngine) -> None:
    assert small.search(SearchRequest(filters=(Filter("source", included=("wire",)),))).total == 1
    assert small.search(SearchRequest(filters=(Filter("source", included=("Wir",)),))).total == 0
    assert small.search(SearchRequest(filters=(Filter("author", included=("Renn",)),))).total == 0


def test_values_of_a_field_are_or_and_fields_are_and(small: SearchEngine) -> None:
    either = Filter("tag", included=("x", "y"))
    assert small.search(SearchRequest(filters=(either,))).total == 5
    assert small.search(SearchRequest(filters=(Filter("source", included=("Gazette",)), either))).total == 2
    assert small.search(SearchRequest(filters=(Filter("tag", included=("x",), excluded=("y",)),))).total == 2
    assert small.search(SearchRequest(filters=(Filter("source", excluded=("Wire", "wire")),))).total == 4


def test_only_the_facets_asked_for(small: SearchEngine) -> None:
    response = small.search(SearchRequest(facets=("source", "tag")))
    assert list(response.facets) == ["source", "tag"]
    assert response.histogram is None
    everything = small.search(SearchRequest())
    assert list(everything.facets) == list(FACETS)
    assert everything.histogram is not None
    none = small.search(SearchRequest(facets=()))
    assert (dict(none.facets), none.histogram) == ({}, None)


def test_histogram_of_months_lists_empty_ones_and_counts_the_coarser(small: SearchEngine) -> None:
    found = histogram(small, SearchRequest(AIR, interval=Interval.MONTH))
    buckets = (
        Bucket("2025-05-01", "2025-05-31", 4),
        Bucket("2025-06-01", "2025-06-30", 0),
        Bucket("2025-07-01", "2025-07-31", 1),
    )
    assert found == Histogram(buckets, Interval.MONTH, coarser=1, missing=0)


def test_histogram_of_days_and_years(small: SearchEngine) -> None:
    days = histogram(small, SearchRequest(AIR, interval=Interval.DAY))
    assert (days.buckets[0], days.buckets[-1]) == (
        Bucket("2025-05-19", "2025-05-19", 2),
        Bucket("2025-07-02", "2025-07-02", 1),
    )
    assert (len(days.buckets), days.coarser) == (45, 3)
    years = histogram(small, SearchRequest(AIR, interval=Interval.YEAR))
    assert years == Histogram((Bucket("2025-01-01", "2025-12-31", 6),), Interval.YEAR, coarser=0, missing=0)


def test_histogram_leaves_out_the_range_and_nothing_else(small: SearchEngine) -> None:
    request = SearchRequest(AIR, published_from="2025-07", published_to="2025-07", interval=Interval.MONTH)
    response = small.search(request)
    assert response.total == 2
    assert {value.value: value.count for value in response.facets["source"].values} == {"wire": 1}
    assert response.histogram == histogram(small, SearchRequest(AIR, interval=Interval.MONTH))
    narrowed = SearchRequest(AIR, filters=(Filter("source", included=("Wire",)),), interval=Interval.MONTH)
    assert [bucket.count for bucket in histogram(small, narrowed).buckets] == [2]


@pytest.mark.parametrize(
    ("first", "last", "interval"),
    [
        ("2025-03-01", "2025-03-01", Interval.DAY),
        ("2025-03-01", "2025-05-31", Interval.DAY),
        ("2025-03-01", "2025-06-01", Interval.MONTH),
        ("2016-01-01", "2025-12-31", Interval.MONTH),
        ("2016-01-01", "2026-03-01", Interval.YEAR),
        ("0001-01-01", "9999-12-31", Interval.YEAR),
    ],
)
def test_the_default_interval_goes_by_the_span(
    engine_factory: EngineFactory, first: str, last: str, interval: Interval
) -> None:
    engine = engine_factory([make_document("a.md", ["air"], published=first), make_document("b.md", ["air"], published=last)])
    found = histogram(engine, SearchRequest())
    assert found.interval is interval
    assert (found.buckets[0].first[:4], found.buckets[-1].last[:4]) == (first[:4], last[:4])


def test_an_unreadable_date_is_a_missing_one(engine_factory: EngineFactory) -> None:
    engine = engine_factory([make_document("a.md", ["air"], published="last spring"), make_document("b.md", ["air"])])
    assert histogram(engine, SearchRequest()).missing == 2
    assert engine.search(SearchRequest(published_to="2030")).total == 0


@given(example=st.data())
def test_facets_are_those_of_brute_force(engine: SearchEngine, oracle: OracleEngine, example: st.DataObject) -> None:
    request = example.draw(requests(engine.capabilities))
    assert engine.search(request).facets == oracle.search(request).facets


@given(example=st.data())
def test_histogram_is_that_of_brute_force(engine: SearchEngine, oracle: OracleEngine, example: st.DataObject) -> None:
    request = example.draw(requests(engine.capabilities))
    assert engine.search(request).histogram == oracle.search(request).histogram


@given(example=st.data(), interval=st.none() | st.sampled_from(Interval))
def test_histogram_sums_to_the_total(engine: SearchEngine, example: st.DataObject, interval: Interval | None) -> None:
    query = example.draw(queries(engine.capabilities))
    response = engine.search(SearchRequest(query, sort=Sort.DOCUMENT, facets=(HISTOGRAM,), interval=interval))
    assert response.histogram is not None
    counted = sum(bucket.count for bucket in response.histogram.buckets)
    assert counted + response.histogram.coarser + response.histogram.missing == response.total


@given(example=st.data(), name=st.sampled_from(FACETS))
def test_including_a_value_leaves_as_many_as_it_counted(engine: SearchEngine, example: st.DataObject, name: str) -> None:
    query = ParsedQuery(tree=All((example.draw(queries(engine.capabilities)).tree,)))
    for value in engine.search(SearchRequest(query, sort=Sort.DOCUMENT, facets=(name,), facet_size=3)).facets[name].values:
        included = Filter(name, included=(value.value,))
        assert engine.search(SearchRequest(query, sort=Sort.DOCUMENT, filters=(included,), facets=())).total == value.count
