"""What may have been meant by a query that finds little: it finds more, and exactly so much."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.search import syntax
from indexer.search.engine import SearchEngine
from indexer.search.request import Filter, Match, SearchRequest
from tests.conftest import EngineFactory
from tests.engines.library import SOURCES, WORDS
from tests.records import make_document

TEXTS = (
    *["The coastal radar stands.", "An interceptor for the coastal radar.", "Air defence of the harbour."] * 12,
    *["Українська оборона.", "Ballistic missiles.", "Zoë opened the café."] * 12,
    *["A castle stood there, in that coastel place.", "Mobile bridges of the middle ages."] * 2,
)
DOCUMENTS = (
    make_document("a.md", TEXTS, source="Ostrel Daily"),
    make_document("b.md", ["Radar maintenance."] * 12, source="Coast Wire", author=("Ilsa Renn",)),
)


@pytest.fixture(scope="module")
def small(disk_engine_factory: EngineFactory) -> SearchEngine:
    return disk_engine_factory(DOCUMENTS)


def meant(engine: SearchEngine, q: str, *filters: Filter, match: Match = Match.ALL) -> tuple[str, int] | None:
    found = engine.search(SearchRequest(syntax.parse(q, match), match, filters=filters)).did_you_mean
    return None if found is None else (found.query, found.total)


@pytest.mark.parametrize(
    ("typed", "query", "total"),
    [
        ("rader", "radar", 36),
        ("costal rader", "coastal radar", 24),
        ("coastel radar", "coastal radar", 24),
        ("misile", "missiles", 12),
        ("Balistic misiles!", "ballistic missiles!", 12),
        ("airdefence", "air defence", 12),
        ("inter ceptor", "interceptor", 12),
        ("harbour airdefence", "harbour air defence", 12),
        ("україньска оборна", "українська оборона", 12),
        ("zoe caffe", "zoe cafe", 12),
        ("the cosatal radar", "the coastal radar", 24),
        ("(rader OR harber) coastal", "(radar OR harbour) coastal", 24),
        ("rader -harbour", "radar -harbour", 36),
        ("rader author:renn", "radar author:renn", 12),
        ('rader "coastal radar"', 'radar "coastal radar"', 24),
    ],
)
def test_mistyped_words_are_put_right(small: SearchEngine, typed: str, query: str, total: int) -> None:
    assert meant(small, typed) == (query, total)


@pytest.mark.parametrize(
    "typed",
    [
        *("", "radar", "coastal radar", "castle", "middle ages", "coast harbour", "xqzzt", "xq rader7", "—"),
        *("=rader", '"rader"', "-rader", "NOT rader", "title:rader", "rader*", "rader~1", "source:rader", "published:2025"),
    ],
)
def test_what_finds_enough_or_is_meant_as_it_is_stays(small: SearchEngine, typed: str) -> None:
    assert meant(small, typed) is None


@pytest.mark.parametrize("typed", ["rader \ufc5e", "\ufe70 rader"])
def test_signs_that_fold_into_a_space_stay(small: SearchEngine, typed: str) -> None:
    assert meant(small, typed, match=Match.ANY) == (typed.replace("rader", "radar"), 36)


def test_it_finds_more_under_the_same_filters(small: SearchEngine) -> None:
    wire = Filter("source", included=("Coast Wire",))
    assert meant(small, "rader", wire) == ("radar", 12)
    assert meant(small, "misile", wire) is None


def test_with_any_of_the_words_the_others_find_enough(small: SearchEngine) -> None:
    assert meant(small, "costal rader", match=Match.ANY) == ("coastal radar", 36)
    assert meant(small, "coastal rader", match=Match.ANY) is None


def test_who_only_counts_is_not_told(small: SearchEngine) -> None:
    assert small.search(SearchRequest(syntax.parse("rader"), hints=False)).did_you_mean is None


_MISTYPED = st.builds(
    lambda word, place, letter: word[: place % (len(word) + 1)] + letter + word[place % (len(word) + 1) :],
    st.sampled_from((*WORDS, "coastal", "radar", "missiles", "оборона", "interceptor")),
    st.integers(0, 20),
    st.sampled_from(("", " ", "x", "-", "e", '"', "(", ")", "OR ", ":")),
)


@given(
    words=st.lists(_MISTYPED, min_size=1, max_size=4),
    match=st.sampled_from(Match),
    source=st.none() | st.sampled_from(SOURCES[1:]),
)
def test_its_total_is_that_of_a_search_for_its_query(
    small: SearchEngine, engine: SearchEngine, words: list[str], match: Match, source: str | None
) -> None:
    source_text = " ".join(words)
    filters = () if source is None else (Filter("source", excluded=(source,)),)
    for one in (small, engine):
        query = syntax.parse(source_text, match)
        response = one.search(SearchRequest(query, match, filters=filters))
        if response.did_you_mean is None:
            continue
        again = one.search(SearchRequest(syntax.parse(response.did_you_mean.query, match), match, filters=filters))
        assert again.total == response.did_you_mean.total
        assert not again.relaxed
        assert again.total > (0 if response.relaxed else response.total)
        assert response.did_you_mean.query != source_text
