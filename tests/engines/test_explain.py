"""What `explain` says, whatever the formula: parts that add up to the score, of words that stand where it says they do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.search import syntax
from indexer.search.engine import SearchEngine
from indexer.search.query import EMPTY_QUERY
from indexer.search.request import Match, SearchRequest, Sort
from indexer.search.response import FeatureScore, Hit, SearchResponse, TermScore
from tests.conftest import EngineFactory
from tests.engines.library import WORDS
from tests.records import make_document, make_paragraph

_CLAUSES = ('"air defense"', '"air missile"~5', "=missiles", "miss*", "air^3", "title:air", "section:defense", "author:renn")
_clauses = st.sampled_from(WORDS) | st.sampled_from(_CLAUSES)
_queries = st.lists(_clauses | st.just("OR"), min_size=1, max_size=5).map(" ".join)


def _explained(engine: SearchEngine, query: str, match: Match = Match.ALL, sort: Sort | None = None) -> SearchResponse:
    request = SearchRequest(syntax.parse(query, match), match=match, sort=sort, page_size=30, facets=(), explain=True)
    return engine.search(request)


def units(hit: Hit) -> int:
    """What the parts of a score add up to, in millionths."""
    return sum(round(part.score * 1e6) for part in hit.explain)


@pytest.fixture(scope="module")
def port(disk_engine_factory: EngineFactory) -> SearchEngine:
    """A port, and paragraphs that have nothing to do with it."""
    return disk_engine_factory(
        [
            *(make_document(f"filler{number}.md", ["sea wind and tide"] * 3, title="Weather") for number in range(5)),
            make_document(
                "port.md",
                [make_paragraph("The port pays for a port radar and a new ice-breaker.", section="Port radar")],
                title="A port opens",
                author=("Ilsa Renn", "Teo Renn"),
                published="2025-05",
            ),
        ]
    )


def _terms(engine: SearchEngine, query: str) -> list[tuple[str, str, int]]:
    """What is said of the only hit: term, field, frequency."""
    [hit] = _explained(engine, query).hits
    assert units(hit) == round((hit.score or 0.0) * 1e6) > 0
    return [(part.term, part.field, part.frequency) for part in hit.explain if isinstance(part, TermScore)]


@given(query=_queries, match=st.sampled_from(Match), sort=st.sampled_from((None, *Sort)))
def test_the_parts_add_up_to_the_score_and_change_nothing(
    engine: SearchEngine, query: str, match: Match, sort: Sort | None
) -> None:
    answer = _explained(engine, query, match, sort)
    for hit in answer.hits:
        assert hit.score is not None
        assert units(hit) == round(hit.score * 1e6)
        assert all(part.score > 0 for part in hit.explain)
    bare = replace(answer, hits=tuple(replace(hit, explain=()) for hit in answer.hits))
    request = SearchRequest(syntax.parse(query, match), match=match, sort=sort, page_size=30, facets=())
    assert engine.search(request) == bare


@settings(max_examples=20)
@given(query=_queries, order=st.sampled_from((Sort.NEWEST, Sort.OLDEST, Sort.DOCUMENT)))
def test_in_other_orders_a_score_is_what_the_words_count(engine: SearchEngine, query: str, order: Sort) -> None:
    words = {}
    for hit in _explained(engine, query).hits:
        terms = [part for part in hit.explain if isinstance(part, TermScore)]
        words[hit.document.id, hit.paragraph.ordinal] = (
            [replace(part, score=0.0) for part in terms],
            sum(part.score for part in terms),
        )
    for hit in _explained(engine, query, sort=order).hits:
        assert not any(isinstance(part, FeatureScore) for part in hit.explain)
        if (place := (hit.document.id, hit.paragraph.ordinal)) in words:
            terms, score = words[place]
            assert hit.score == pytest.approx(score, abs=1e-5)
            assert [replace(part, score=0.0) for part in hit.explain] == terms


def test_terms_are_named_as_typed_with_the_fields_they_stand_in(port: SearchEngine) -> None:
    assert _terms(port, "Ports") == [("Ports", "text", 2), ("Ports", "title", 1), ("Ports", "section", 1)]
    assert _terms(port, "=radar") == [("=radar", "text", 1), ("=radar", "section", 1)]
    assert _terms(port, '"port radar"^2') == [('"port radar"', "text", 1), ('"port radar"', "section", 1)]
    assert _terms(port, '"radar pays"~3') == [('"radar pays"~3', "text", 1)]
    assert _terms(port, "rad* pirt~ ice-breaker") == [
        ("rad*", "text", 1),
        ("rad*", "section", 1),
        ("pirt~", "text", 2),
        ("pirt~", "title", 1),
        ("pirt~", "section", 1),
        ("ice-breaker", "text", 1),
    ]


def test_clauses_count_in_their_field(port: SearchEngine) -> None:
    assert _terms(port, "title:port") == [("port", "title", 1)]
    assert _terms(port, "author:renn") == [("renn", "author", 2)]
    assert _terms(port, "published:2025-05-19 radar -tide")[0] == ("2025-05-19", "published", 1)
    assert _terms(port, "published:[2025 TO] radar")[0] == ("[2025-01-01 TO]", "published", 1)


def test_nearness_is_a_part_of_its_own(port: SearchEngine) -> None:
    [hit] = _explained(port, "new radar").hits
    assert "proximity" in {part.feature for part in hit.explain if isinstance(part, FeatureScore)}


def test_a_stop_word_counts_where_it_is_none(disk_engine_factory: EngineFactory) -> None:
    engine = disk_engine_factory(
        [
            make_document("de.md", ["Die Stadt hat ein Radar, die Insel keines."], title="Notizen", language="de"),
            make_document("en.md", ["Batteries die in winter, and the radar with them."], title="Notes", language="en"),
        ]
    )
    found = {hit.document.id: hit for hit in _explained(engine, "die radar").hits}
    terms = {name: [part.term for part in hit.explain if isinstance(part, TermScore)] for name, hit in found.items()}
    assert terms == {"de.md": ["radar"], "en.md": ["die", "radar"]}
    assert all(units(hit) == round((hit.score or 0.0) * 1e6) for hit in found.values())


def test_where_nothing_scores_nothing_is_explained(port: SearchEngine) -> None:
    for query in (EMPTY_QUERY, syntax.parse("-radar")):
        hits = port.search(SearchRequest(query, explain=True)).hits
        assert hits
        assert all(hit.score is None and hit.explain == () for hit in hits)
