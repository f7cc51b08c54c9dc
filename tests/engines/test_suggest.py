"""Suggestions while a query is typed: each finds what it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import QueryError
from indexer.search import syntax
from indexer.search.engine import SearchEngine
from indexer.search.request import SearchRequest
from indexer.search.response import MAX_SUGGESTIONS, Suggestion, SuggestionKind
from tests.conftest import EngineFactory
from tests.engines.library import AUTHORS, SOURCES, WORDS
from tests.records import make_document

WORD, PHRASE, TITLE, NAME = SuggestionKind

DOCUMENTS = (
    make_document(
        "a.md",
        ["The coastal radar stands in Ostrel.", "A coastal radar network.", "Coastal radar and the harbour.", "The harbour."],
        title="Radar on the coast",
        author=("Ilsa Renn", "Łukasz Žák"),
        source="Ostrel Daily",
    ),
    make_document("b.md", ["Interceptors, and an interceptor.", "Radars interest nobody."], title="Other matters"),
    make_document("long.md", ["A weathercock."], title=f"Steeples {'and steeples ' * 40}"),
    make_document("dump.md", [f"xylo{'x' * 1_000} and {'電波' * 40}"], title="A dump"),
    make_document("c.md", ["Український міністр.", "Українська оборона.", "Zoë’s café."], tag=("coast guard",)),
)
_SPACES = st.sampled_from((" ", " ", " -", ' "', " (", " OR ", " source:", ":", "", '" '))


@pytest.fixture(scope="module")
def small(disk_engine_factory: EngineFactory) -> SearchEngine:
    return disk_engine_factory(DOCUMENTS)


def texts(engine: SearchEngine, typed: str, kind: SuggestionKind) -> list[tuple[str, int]]:
    return [(each.text, each.count) for each in engine.suggest(typed) if each.kind is kind]


def test_the_last_word_is_completed(small: SearchEngine) -> None:
    assert texts(small, "NETW", WORD) == [("network", 1)]
    assert texts(small, "inte", WORD) == [("interceptor", 1), ("interest", 1)]
    assert texts(small, "(coastal OR harbour) rad", WORD) == [("(coastal OR harbour) radar", 3)]
    assert texts(small, "harbour -rad", WORD) == [("harbour -radar", 1)]
    assert texts(small, "cafe", WORD) == [("cafe", 1)]
    assert texts(small, "украї", WORD) == [("українська", 1), ("український", 1)]


def test_words_that_follow_come_with_what_they_find_together(small: SearchEngine) -> None:
    assert texts(small, "coastal ", WORD) == [("coastal radar", 3)]
    assert texts(small, "coastal ra", WORD) == [("coastal radar", 3)]
    assert texts(small, "harbour inter", WORD) == []


def test_phrases_are_those_of_the_corpus(small: SearchEngine) -> None:
    assert texts(small, "coast", PHRASE) == [('"coastal radar"', 3)]
    assert texts(small, "harbour coastal ra", PHRASE) == []
    assert texts(small, 'harbour "coastal ra', PHRASE) == [('harbour "coastal radar"', 1)]


def test_of_the_spellings_of_a_phrase_the_most_frequent_one_is_listed(disk_engine_factory: EngineFactory) -> None:
    def listed(defense: int, defence: int) -> list[tuple[str, int]]:
        phrases = ["air defense"] * defense + ["Air defence"] * defence + ["air devices"] * 2
        paragraphs = [f"The {phrase}, {place}." for place, phrase in enumerate(phrases)]
        return texts(disk_engine_factory((make_document("spellings.md", paragraphs),)), "air de", PHRASE)

    assert listed(defense=4, defence=2) == [('"air defense"', 6), ('"air devices"', 2)]
    assert listed(defense=2, defence=4) == [('"air defence"', 6), ('"air devices"', 2)]


def test_titles_hold_the_words(small: SearchEngine) -> None:
    assert texts(small, "coast rad", TITLE) == [('title:"Radar on the coast"', 4)]
    assert texts(small, "title:mat", TITLE) == [('title:"Other matters"', 2)]


def test_a_title_that_no_query_can_hold_is_left_out(small: SearchEngine) -> None:
    assert small.search(SearchRequest(syntax.parse("title:steeples"))).total == 1
    assert texts(small, "title:steep", TITLE) == []


def test_a_word_that_no_query_can_hold_is_left_out(small: SearchEngine) -> None:
    assert small.search(SearchRequest(syntax.parse("xylo*"))).total == 1
    assert texts(small, "xyl", WORD) == []
    assert texts(small, "xylo", PHRASE) == []


def test_names_are_values_with_the_words(small: SearchEngine) -> None:
    assert texts(small, "ilsa re", NAME) == [('author:"Ilsa Renn"', 4)]
    assert texts(small, "zak", NAME) == [('author:"Łukasz Žák"', 4)]
    assert texts(small, "harbour ostr", NAME) == [('harbour source:"Ostrel Daily"', 2)]
    assert texts(small, 'radar author:"il', NAME) == [('radar author:"Ilsa Renn"', 3)]
    assert texts(small, "coast gua", NAME) == [('tag:"coast guard"', 3)]


def test_typing_errors_are_forgiven_where_few_words_begin_so(small: SearchEngine) -> None:
    assert texts(small, "intorv", WORD) == []
    assert texts(small, "interv", WORD) == [("interceptor", 1), ("interest", 1)]
    assert texts(small, "interkeptr", WORD) == [("interceptor", 1)]
    assert texts(small, "coastel rad", WORD) == [("coastal radar", 3)]
    assert texts(small, "rxd", WORD) == []


@pytest.mark.parametrize("typed", ["", " ", "—", "radar)", 'harbour "radar"', "rad*", "published:20", "nothing:", "radar^2"])
def test_what_cannot_go_on_has_no_suggestions(small: SearchEngine, typed: str) -> None:
    assert [each for each in small.suggest(typed) if each.kind is not NAME] == []


@pytest.mark.parametrize("typed", ["net wom?n", "net rad*2", "radar^2", "radar~2"])
def test_a_pattern_or_a_number_behind_a_word_does_not_go_on(disk_engine_factory: EngineFactory, typed: str) -> None:
    paragraphs = ["The radar of Wom: a net of 2025.", "A rad net of 2025."]
    engine = disk_engine_factory((make_document("a.md", paragraphs, title="Notes"),))
    assert engine.suggest(typed) == ()


def test_a_text_over_a_bound_is_refused(small: SearchEngine) -> None:
    with pytest.raises(QueryError):
        small.suggest("radar " * 100)


def test_the_first_letter_is_taken_as_typed(small: SearchEngine) -> None:
    assert texts(small, "oinest", WORD) == []


@given(
    words=st.lists(
        st.tuples(st.sampled_from((*WORDS, *AUTHORS, *filter(None, SOURCES), "titel", "absent")), _SPACES), max_size=3
    ),
    last=st.sampled_from((*WORDS, *AUTHORS)),
    length=st.integers(1, 8),
)
def test_a_suggestion_finds_what_it_counts(engine: SearchEngine, words: list[tuple[str, str]], last: str, length: int) -> None:
    typed = "".join(part for pair in words for part in pair) + last[:length]
    found = engine.suggest(typed)
    assert len(found) <= MAX_SUGGESTIONS
    assert found == engine.suggest(typed)
    assert [each.count for each in found] == sorted((each.count for each in found), reverse=True)
    assert len({each.text.casefold() for each in found}) == len(found)
    for each in found:
        assert isinstance(each, Suggestion)
        assert engine.search(SearchRequest(syntax.parse(each.text), hints=False)).total == each.count > 0
