"""What is found beside the hits: values that begin so, and documents by their titles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.fields import FACETS
from indexer.search import syntax
from indexer.search.engine import SearchEngine
from indexer.search.request import Filter, Match, SearchRequest
from indexer.search.response import MAX_TITLES, Facet, FacetState, FacetValue
from tests.conftest import EngineFactory
from tests.engines.strategies import requests
from tests.oracle import OracleEngine
from tests.records import make_document, make_paragraph

PREFIXES = (
    "i",
    "il",
    "ilsa r",
    "REN",
    "zo",
    "zoe",
    "f-",
    "f1",
    "f-1",
    "f 16",
    "air-d",
    "air d",
    "aird",
    "u.s",
    "агент",
    "of",
    "(",
    "nothing",
)

DOCUMENTS = (
    make_document("a.md", ["air", "air"], title="The air-defence plan", source="Ostrel Daily", published="2024"),
    make_document("b.md", ["sea"], title="Air defences of the coast", source="Daily Ostrel Post", published="2025"),
    make_document("c.md", ["air"], title="Air plans", source="Zoë’s Wire", published="2025-02"),
    make_document("d.md", ["land"], title="A plan for the air, and another plan", source="Gazette"),
    make_document("e.md", ["air"], title="Harbours", author=("Ilsa Renn",)),
)


@pytest.fixture(scope="module")
def small(engine_factory: EngineFactory) -> SearchEngine:
    return engine_factory(DOCUMENTS)


def search(engine: SearchEngine, q: str, match: Match = Match.ALL, *filters: Filter) -> list[str]:
    response = engine.search(SearchRequest(syntax.parse(q, match), match, filters=filters))
    return [title.document.id for title in response.titles]


def test_a_prefix_is_the_beginning_of_any_word_of_a_value(small: SearchEngine) -> None:
    both = (FacetValue("Ostrel Daily", 2), FacetValue("Daily Ostrel Post", 1))
    assert small.facet(SearchRequest(), "source", "OST") == Facet(both, distinct=2, missing=1)
    assert small.facet(SearchRequest(), "source", "ostrel p").values == both[1:]
    assert small.facet(SearchRequest(), "source", "zoe").values == (FacetValue("Zoë’s Wire", 1),)
    assert small.facet(SearchRequest(), "source", "strel").values == ()
    assert small.facet(SearchRequest(), "source", "—").values == ()


def test_a_prefix_narrows_no_count_and_leaves_chosen_values_listed(small: SearchEngine) -> None:
    request = SearchRequest(filters=(Filter("source", included=("Gazette", "Nowhere")),), facet_size=1)
    assert small.facet(request, "source", "ostr").values == (
        FacetValue("Ostrel Daily", 2),
        FacetValue("Gazette", 1, FacetState.INCLUDED),
        FacetValue("Nowhere", 0, FacetState.INCLUDED),
    )
    assert small.facet(request, "source") == small.search(request).facets["source"]


def test_titles_that_have_all_the_words_come_the_shortest_first(small: SearchEngine) -> None:
    assert search(small, "air plan") == ["c.md", "a.md", "d.md"]
    assert search(small, "air") == ["c.md", "a.md", "b.md"]
    assert search(small, '"air defence"') == ["a.md", "b.md"]
    assert search(small, "the plan -defence") == ["c.md", "d.md"]
    assert search(small, "title:harbours") == ["e.md"]


def test_titles_need_all_the_words_with_any_match_too(small: SearchEngine) -> None:
    assert search(small, "air coast", Match.ANY) == ["b.md"]
    assert search(small, "air submarine", Match.ANY) == []


def test_titles_pass_the_filters(small: SearchEngine) -> None:
    assert search(small, "air", Match.ALL, Filter("source", excluded=("Zoë’s Wire",))) == ["a.md", "b.md", "d.md"]
    assert search(small, "air source:gazette") == ["d.md"]


def test_titles_are_marked(small: SearchEngine) -> None:
    (title,) = small.search(SearchRequest(syntax.parse("coast defence"))).titles
    assert [title.document.title[start:end] for start, end in title.spans] == ["defences", "coast"]


@pytest.mark.parametrize("q", ["", "source:gazette", "-air", "published:2025"])
def test_without_a_word_there_are_no_titles(small: SearchEngine, q: str) -> None:
    assert search(small, q) == []


def test_titles_stand_on_the_first_page_alone_and_only_where_hints_are_wanted(small: SearchEngine) -> None:
    query = syntax.parse("air")
    assert len(small.search(SearchRequest(query, page_size=1)).titles) == MAX_TITLES
    assert small.search(SearchRequest(query, page=2, page_size=1)).titles == ()
    assert small.search(SearchRequest(query, hints=False)).titles == ()


def test_a_section_of_documents_in_several_languages_is_one_value(engine_factory: EngineFactory) -> None:
    paragraphs = [make_paragraph("word", section=section) for section in ("Air defence", "Borders", "Costs")]
    engine = engine_factory(make_document(f"{language}.md", paragraphs, language=language) for language in ("de", "en", "fr"))
    for prefix, section in (("ai", "Air defence"), ("def", "Air defence"), ("bor", "Borders"), ("cos", "Costs")):
        assert engine.facet(SearchRequest(), "section", prefix).values == (FacetValue(section, 3),)


@given(example=st.data(), field=st.sampled_from(FACETS), prefix=st.sampled_from(PREFIXES))
def test_facet_search_is_that_of_brute_force(
    engine: SearchEngine, oracle: OracleEngine, example: st.DataObject, field: str, prefix: str
) -> None:
    request = example.draw(requests(engine.capabilities))
    assert engine.facet(request, field, prefix) == oracle.facet(request, field, prefix)


@given(example=st.data())
def test_titles_are_those_of_brute_force(engine: SearchEngine, oracle: OracleEngine, example: st.DataObject) -> None:
    request = example.draw(requests(engine.capabilities))
    assert engine.search(request).titles == oracle.search(request).titles
