"""Which records a query finds: each row of the query language by example, then random queries against brute force."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import QueryError
from indexer.model import Kind
from indexer.search.engine import Capabilities, SearchEngine
from indexer.search.query import EVERYTHING, NOTHING, All, Any, Fuzzy, Node, ParsedQuery, Phrase, Published, Wildcard, Word
from indexer.search.request import MAX_PAGE_SIZE, Filter, SearchRequest, Sort
from indexer.search.variants import spellings
from tests.conftest import EngineFactory
from tests.engines.abilities import can_answer
from tests.engines.pages import all_pages
from tests.engines.strategies import libraries, requests, trees
from tests.oracle import OracleEngine
from tests.records import Indexed, make_document, make_paragraph

DOCUMENTS = (
    make_document(
        "a.md",
        [
            "The missiles of Ukraine’s air defense were ready.",
            "An F-16 defended the U.S. base.",
            make_paragraph("Air-defence networks", Kind.HEADING),
            make_paragraph("Zoë flew the F16 over a quiet harbor.", section="Air-defence networks"),
        ],
        title="Patriots over Ostrel",
        source="The Ostrel Daily",
        author=("Ilsa Renn", "Teo Maric"),
        published="2025-05-19",
        tag=("air-defense", "Harbors"),
    ),
    make_document(
        "b.md",
        [
            "A missile is no air force, and defense is no art.",
            "Zoe asked: who pays? F 16, they said.",
            "The defense of the air.",
        ],
        title="Who pays",
        author=("Renn Maric",),
        published="2025",
    ),
    make_document("c.md", ["To be or not to be.", "Interceptors intercept; an interception is 1,000 times harder."]),
)

CASES: list[tuple[str, Node, list[str]]] = [
    ("any form", Word("missile"), ["a1", "b1"]),
    ("any form of any form", Word("Missiles"), ["a1", "b1"]),
    ("this form", Word("missiles", exact=True), ["a1"]),
    ("this form, case and possessive folded", Word("UKRAINE", exact=True), ["a1"]),
    ("straight apostrophe for a curly one", Word("Ukraine's"), ["a1"]),
    ("accents folded", Word("zoe", exact=True), ["a4", "b2"]),
    ("accents folded in the query", Word("ZOË"), ["a4", "b2"]),
    ("dots between letters", Word("US"), ["a2"]),
    ("separators of numbers", Word("1000"), ["c2"]),
    ("hyphenated: parts or joined", Word("F-16"), ["a2", "a4", "b2"]),
    ("joined", Word("f16"), ["a2", "a4"]),
    ("a part", Word("16"), ["a2", "b2"]),
    ("hyphenated: parts in any form, in order", Word("air-defences"), ["a1", "a3"]),
    ("hyphenated in this form", Word("air-defence", exact=True), ["a3"]),
    ("not the parts in another order", Word("16-F"), []),
    ("either spelling", Word("air-defense"), ["a1", "a3"]),
    ("phrase", Phrase("air defenses"), ["a1", "a3"]),
    ("phrase in this form", Phrase("air defenses", exact=True), []),
    ("phrase with a stop word drops nothing", Phrase("defense of the air"), ["b3"]),
    ("phrase of stop words", Phrase("or not to be"), ["c1"]),
    ("phrase with a hyphenated word", Phrase("an F-16 defends"), ["a2"]),
    ("phrase with a joined word in the query", Phrase("an F16 defends"), ["a2"]),
    ("phrase with the parts in the query", Phrase("an F 16 defends"), ["a2"]),
    ("phrase beyond the end", Phrase("the air force"), []),
    ("phrase of one word", Phrase("harbors"), ["a4"]),
    ("group", All((Word("air", bare=True), Word("defense", bare=True))), ["a1", "a3", "b1", "b3"]),
    ("stop word in a group", All((Word("the", bare=True), Word("harbor", bare=True))), ["a4"]),
    ("stop word that is absent", All((Word("below", bare=True), Word("harbor", bare=True))), ["a4"]),
    ("stop word in OR", Any((Word("the", bare=True), Word("harbor", bare=True))), ["a4"]),
    ("only stop words", All((Word("the", bare=True), Word("of", bare=True))), ["a1", "b3"]),
    ("one stop word", Word("to", bare=True), ["c1"]),
    ("stop word that is not bare", All((Word("the", exact=True), Word("defense", bare=True))), ["a1", "b3"]),
    ("or", Any((Word("harbor"), Word("interceptor"), Word("absent"))), ["a4", "c2"]),
    ("exclusion", All((Word("air"),), (Word("missile"),)), ["a3", "b3"]),
    ("exclusion alone", All((), (Word("the"),)), ["a3", "b1", "b2", "c1", "c2"]),
    ("exclusion of a group", All((Word("air"),), (All((Word("missile"), Word("ukraine"))),)), ["a3", "b1", "b3"]),
    ("nested", All((Any((Word("air"), Word("f16"))), Any((Word("missile"), Word("zoe"))))), ["a1", "a4", "b1"]),
    ("exclusion inside an or", Any((All((Word("air"),), (Word("missile"),)), Word("harbor"))), ["a3", "a4", "b3"]),
    ("everything", EVERYTHING, ["a1", "a2", "a3", "a4", "b1", "b2", "b3", "c1", "c2"]),
    ("nothing", NOTHING, []),
    ("absent", Word("absent"), []),
    ("title in any form", Word("patriot", field="title"), ["a1", "a2", "a3", "a4"]),
    ("title in this form", Word("patriot", exact=True, field="title"), []),
    ("a word of the title is not in the text", Word("patriot"), []),
    ("section", Word("network", field="section"), ["a4"]),
    ("source, folded", Word("ostrel", field="source"), ["a1", "a2", "a3", "a4"]),
    ("source, not stemmed", Word("ostrels", field="source"), []),
    ("author", Word("maric", field="author"), ["a1", "a2", "a3", "a4", "b1", "b2", "b3"]),
    ("author, quoted", Phrase("renn maric", field="author"), ["b1", "b2", "b3"]),
    ("not across values", Phrase("renn teo", field="author"), []),
    ("tag, hyphenated", Word("air-defense", field="tag"), ["a1", "a2", "a3", "a4"]),
    ("tag, not stemmed", Word("harbor", field="tag"), []),
    ("kind", Word("heading", field="kind"), ["a3"]),
    ("published, open at the start", Published(None, date(2024, 12, 31).toordinal()), []),
    (
        "published, a day within a year",
        Published(date(2025, 6, 1).toordinal(), date(2025, 6, 1).toordinal()),
        ["b1", "b2", "b3"],
    ),
    ("published, open at the end", Published(date(2025, 5, 19).toordinal(), None), ["a1", "a2", "a3", "a4", "b1", "b2", "b3"]),
]

PATTERN_CASES: list[tuple[str, Node, list[str]]] = [
    ("near, any order", Phrase("defense air", slop=2), ["a1", "a3", "b1", "b3"]),
    ("near, at most so many others", Phrase("defense air", slop=1), ["a1", "a3"]),
    ("near, nothing between", Phrase("defenses air", slop=0), ["a1", "a3"]),
    ("near, the same word twice", Phrase("be be", slop=3), ["c1"]),
    ("near, the same word twice, too far", Phrase("be be", slop=2), []),
    ("wildcard at the end", Wildcard("interc*"), ["c2"]),
    ("wildcard matches forms, not stems", Wildcard("interceptors?"), []),
    ("wildcard for one character", Wildcard("?ir"), ["a1", "a3", "b1", "b3"]),
    ("wildcard at the start", Wildcard("*art"), ["b1"]),
    ("wildcard over a joined word", Wildcard("f1*"), ["a2", "a4"]),
    ("wildcard in a hyphenated word: parts or joined", Wildcard("air-def*"), ["a1", "a3"]),
    ("wildcard in a hyphenated word: joined", Wildcard("f-1*"), ["a2", "a4", "b2"]),
    ("wildcard, folded", Wildcard("ZO?"), ["a4", "b2"]),
    ("wildcard in a field", Wildcard("ost*", field="source"), ["a1", "a2", "a3", "a4"]),
    ("fuzzy, short: one edit", Fuzzy("zoa"), ["a4", "b2"]),
    ("fuzzy, short: not two", Fuzzy("zaa"), []),
    ("fuzzy, long: two edits", Fuzzy("harvors"), ["a4"]),
    ("fuzzy, a swap is one edit", Fuzzy("missiel", distance=1), ["b1"]),
    ("fuzzy, as far as asked", Fuzzy("misile", distance=1), ["b1"]),
    ("fuzzy, a hyphenated word is its parts joined", Fuzzy("F-17"), ["a2", "a4"]),
    ("fuzzy in a field", Fuzzy("patriotts", field="title"), ["a1", "a2", "a3", "a4"]),
]


def find(engine: SearchEngine, tree: Node) -> list[str]:
    """The records that an engine finds: the document's id less its suffix, and the ordinal."""
    request = SearchRequest(ParsedQuery(tree=tree, scored=True), page_size=MAX_PAGE_SIZE, sort=Sort.DOCUMENT, facets=())
    hits = [hit for response in all_pages(engine, request) for hit in response.hits]
    return [f"{hit.document.id.removesuffix('.md')}{hit.paragraph.ordinal}" for hit in hits]


@pytest.fixture(scope="module")
def small(engine_factory: EngineFactory) -> SearchEngine:
    return engine_factory(DOCUMENTS)


@pytest.mark.parametrize(("node", "found"), [pytest.param(node, found, id=name) for name, node, found in CASES])
def test_finds(small: SearchEngine, node: Node, found: list[str]) -> None:
    assert find(small, node) == found


@pytest.mark.parametrize(("node", "found"), [pytest.param(node, found, id=name) for name, node, found in PATTERN_CASES])
def test_finds_or_says_that_it_cannot(small: SearchEngine, node: Node, found: list[str]) -> None:
    if can_answer(small, node):
        assert find(small, node) == found
    else:
        with pytest.raises(QueryError):
            find(small, node)


def test_relaxes_only_what_finds_nothing(small: SearchEngine) -> None:
    harbor, absent = Word("harbor", bare=True), Word("absent", bare=True)
    request = SearchRequest(ParsedQuery(tree=All((harbor, absent)), relaxed=Any((harbor, absent)), scored=True))
    relaxed = small.search(request)
    assert (relaxed.relaxed, relaxed.total, len(relaxed.warnings)) == (True, 1, 1)
    strict = small.search(SearchRequest(ParsedQuery(tree=harbor, relaxed=Word("missile"), scored=True)))
    assert (strict.relaxed, strict.total, strict.warnings) == (False, 1, ())


def test_relaxation_does_not_see_filters(small: SearchEngine) -> None:
    query = ParsedQuery(tree=Word("harbor"), relaxed=Word("missile"), scored=True)
    response = small.search(SearchRequest(query, filters=(Filter("source", excluded=("The Ostrel Daily",)),)))
    assert (response.total, response.relaxed) == (0, False)


def test_the_parsers_warnings_are_kept(small: SearchEngine) -> None:
    assert small.search(SearchRequest(ParsedQuery(warnings=("Mind the step.",)))).warnings == ("Mind the step.",)


def test_an_empty_index_answers(engine_factory: EngineFactory) -> None:
    engine = engine_factory(())
    assert find(engine, EVERYTHING) == find(engine, All((), (Word("air"),))) == find(engine, Phrase("air defense")) == []
    response = engine.search(SearchRequest())
    assert (response.total, response.documents, response.facets["source"].values) == (0, 0, ())
    assert response.histogram is not None
    assert response.histogram.buckets == ()


@given(example=st.data())
def test_total_and_records_are_those_of_brute_force(engine: SearchEngine, oracle: OracleEngine, example: st.DataObject) -> None:
    tree = example.draw(trees(engine.capabilities))
    assert find(engine, tree) == find(oracle, tree)


@given(example=st.data())
def test_filters_narrow_as_brute_force_does(engine: SearchEngine, oracle: OracleEngine, example: st.DataObject) -> None:
    request = example.draw(requests(engine.capabilities))
    answered, expected = engine.search(request), oracle.search(request)
    assert (answered.total, answered.documents, answered.relaxed) == (expected.total, expected.documents, expected.relaxed)


@given(documents=libraries(), tree=trees(Capabilities(wildcard=False, fuzzy=False, slop=False)))
def test_any_small_library(engine_factory: EngineFactory, documents: tuple[Indexed, ...], tree: Node) -> None:
    assert find(engine_factory(documents), tree) == find(OracleEngine(documents, spellings().of), tree)
