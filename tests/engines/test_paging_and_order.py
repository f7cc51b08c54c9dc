"""Orders and pages: the same order every time, and pages that together are the whole result."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.search.engine import SearchEngine
from indexer.search.query import EMPTY_QUERY, EVERYTHING, Any, ParsedQuery, Phrase, Word
from indexer.search.request import SearchRequest, Sort
from indexer.search.response import Hit
from tests.conftest import EngineFactory
from tests.engines.library import make_library
from tests.engines.pages import all_pages
from tests.engines.strategies import UNSCORED, queries, requests
from tests.oracle import OracleEngine, without_generation
from tests.records import make_document

SCORED = ParsedQuery(tree=Any((Word("missile"), Word("air-defense"), Phrase("the patriot"), Word("us", weight=2))), scored=True)


def key(hit: Hit) -> tuple[str, int]:
    return hit.document.id, hit.paragraph.ordinal


@given(example=st.data())
def test_the_order_is_that_of_brute_force(engine: SearchEngine, oracle: OracleEngine, example: st.DataObject) -> None:
    request = example.draw(requests(engine.capabilities))
    for sort in UNSCORED:
        ordered = replace(request, sort=sort)
        assert [key(hit) for hit in engine.search(ordered).hits] == [key(hit) for hit in oracle.search(ordered).hits]


@given(example=st.data())
def test_a_whole_response_is_that_of_brute_force(engine: SearchEngine, oracle: OracleEngine, example: st.DataObject) -> None:
    request = replace(example.draw(requests(engine.capabilities)), page=example.draw(st.integers(1, 4)))
    assert without_generation(engine.search(request)) == without_generation(oracle.search(request))


@settings(max_examples=25)
@given(sort=st.sampled_from(Sort), page_size=st.integers(1, 100))
def test_all_pages_together_are_the_whole_result(engine: SearchEngine, sort: Sort, page_size: int) -> None:
    request = SearchRequest(SCORED, sort=sort, facets=(), page_size=100)
    whole = [hit for response in all_pages(engine, request) for hit in response.hits]
    paged = [hit for response in all_pages(engine, replace(request, page_size=page_size)) for hit in response.hits]
    assert paged == whole
    assert len({key(hit) for hit in whole}) == len(whole) > 30


@given(example=st.data(), page_size=st.integers(1, 100))
def test_pages_of_any_query_are_the_whole_result(engine: SearchEngine, example: st.DataObject, page_size: int) -> None:
    query = replace(example.draw(queries(engine.capabilities)), scored=example.draw(st.booleans()))
    request = SearchRequest(query, sort=example.draw(st.sampled_from(Sort)), facets=(), page_size=100)
    whole = [hit for response in all_pages(engine, request) for hit in response.hits]
    page = example.draw(st.integers(1, 5))
    found = engine.search(replace(request, page=page, page_size=page_size))
    assert list(found.hits) == whole[(page - 1) * page_size : page * page_size]
    assert found.total == len(whole)


@pytest.mark.parametrize("sort", Sort)
def test_a_page_past_the_end_is_empty(engine: SearchEngine, sort: Sort) -> None:
    first = engine.search(SearchRequest(SCORED, sort=sort))
    past = engine.search(SearchRequest(SCORED, sort=sort, page=1000))
    assert past.hits == ()
    assert (past.total, past.documents, past.facets, past.histogram) == (
        first.total,
        first.documents,
        first.facets,
        first.histogram,
    )


@pytest.mark.parametrize("sort", Sort)
def test_the_order_does_not_depend_on_how_documents_came_in(engine_factory: EngineFactory, sort: Sort) -> None:
    library = list(make_library())
    request = SearchRequest(SCORED, sort=sort, page_size=100)
    expected = without_generation(engine_factory(library).search(request))
    library.reverse()
    assert without_generation(engine_factory(library).search(request)) == expected
    Random(4).shuffle(library)
    assert without_generation(engine_factory(library).search(request)) == expected


def test_the_orders_by_example(engine_factory: EngineFactory) -> None:
    dates = {
        "b": "2025-05-19",
        "a": "2025-05",
        "c": None,
        "é": "2025-05-01",
        "Z": "1946",
        "\uffee": "2025-05-19",
        "𐍈": "2025-05-19",
    }
    engine = engine_factory(make_document(name, ["air", "air"], published=published) for name, published in dates.items())

    def order(sort: Sort | None) -> list[str]:
        hits = engine.search(SearchRequest(ParsedQuery(tree=Word("air"), scored=True), sort=sort, page_size=100)).hits
        assert [hit.paragraph.ordinal for hit in hits[::2]] == [1] * len(dates)
        assert [key(hit) for hit in hits[1::2]] == [(hit.document.id, 2) for hit in hits[::2]]
        return [hit.document.id for hit in hits[::2]]

    assert order(Sort.DOCUMENT) == ["Z", "a", "b", "c", "é", "\uffee", "𐍈"]
    assert order(Sort.NEWEST) == ["b", "\uffee", "𐍈", "a", "é", "Z", "c"]
    assert order(Sort.OLDEST) == ["Z", "a", "é", "b", "\uffee", "𐍈", "c"]


@pytest.mark.parametrize("query", [EMPTY_QUERY, ParsedQuery(tree=EVERYTHING)])
@pytest.mark.parametrize("sort", [None, Sort.RELEVANCE])
def test_where_nothing_scores_the_newest_come_first(engine: SearchEngine, query: ParsedQuery, sort: Sort | None) -> None:
    found = engine.search(SearchRequest(query, sort=sort)).hits
    assert found == engine.search(SearchRequest(query, sort=Sort.NEWEST)).hits
    assert {hit.score for hit in found} == {None}
