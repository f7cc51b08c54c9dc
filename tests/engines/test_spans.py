"""Spans: which words of a record a query marks, by example and against brute force."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.search.engine import SearchEngine
from indexer.search.query import All, Any, Fuzzy, Node, ParsedQuery, Phrase, Published, Wildcard, Word
from indexer.search.request import SearchRequest
from indexer.search.response import Hit
from tests.conftest import EngineFactory
from tests.engines.abilities import can_answer
from tests.engines.strategies import queries, requests
from tests.oracle import OracleEngine
from tests.records import make_document, make_paragraph

TEXT = "𐍈 The air-defense of Ukraine’s coast: air defended, air, defense. An F-16, F16 or F 16 — “missiles”, the U.S. said."

CASES: list[tuple[str, Node, list[str]]] = [
    ("every occurrence", Word("air"), ["air", "air", "air"]),
    ("any form", Word("missile"), ["missiles"]),
    ("less the possessive", Word("ukraine"), ["Ukraine"]),
    ("dots between letters", Word("us"), ["U.S"]),
    ("hyphenated: joined and parts", Word("F-16"), ["F-16", "F16", "F", "16"]),
    ("the joined word", Word("f16"), ["F-16", "F16"]),
    ("a part of a hyphenated word", Word("16"), ["16", "16"]),
    ("only the words of a phrase match", Phrase("air defends"), ["air", "defended"]),
    ("a phrase over a hyphenated word", Phrase("the air defense"), ["The", "air", "defense"]),
    ("a phrase with a hyphenated word", Phrase("the air-defense of"), ["The", "air-defense", "of"]),
    ("two phrases that overlap", All((Phrase("coast air"), Phrase("air defended"))), ["coast", "air", "defended"]),
    ("stop words are not marked", All((Word("the", bare=True), Word("coast", bare=True))), ["coast"]),
    ("only stop words are", All((Word("the", bare=True), Word("of", bare=True))), ["The", "of", "the"]),
    ("exclusions mark nothing", All((Word("coast"),), (Word("absent"),)), ["coast"]),
    ("exclusions inside mark nothing", All((), (All((Word("coast"),), (Word("missile"),)),)), []),
    ("satisfied branches", Any((Word("coast"), All((Word("missile"), Word("absent"))))), ["coast"]),
    ("titles mark the title", Word("coast", field="title"), []),
    ("sections mark nothing", Word("coast", field="section"), []),
    ("names mark nothing", Word("coast", field="source"), []),
    ("dates mark nothing", Published(None, None), []),
]

PATTERN_CASES: list[tuple[str, Node, list[str]]] = [
    ("slop", Phrase("defense air", slop=0), ["air", "defense", "air", "defense"]),
    ("wildcard", Wildcard("def*"), ["defense", "defended", "defense"]),
    ("wildcard over a joined word", Wildcard("aird*"), ["air-defense"]),
    ("fuzzy", Fuzzy("misile", distance=2), ["missiles"]),
]


def _marked(hit: Hit) -> list[str]:
    return [hit.paragraph.text[start:end] for start, end in hit.spans]


@pytest.fixture(scope="module")
def small(engine_factory: EngineFactory) -> SearchEngine:
    own = make_document(
        "a.md",
        [make_paragraph(TEXT, section="The coast"), "A quiet town."],
        title="Coasts — the coast’s air-defense",
        source="Coast Wire",
        published="2025",
    )
    return engine_factory([own])


def _only_hit(engine: SearchEngine, node: Node) -> Hit:
    hits = engine.search(SearchRequest(ParsedQuery(tree=node, scored=True))).hits
    return next(hit for hit in hits if hit.paragraph.ordinal == 1)


@pytest.mark.parametrize(("node", "marked"), [pytest.param(node, marked, id=name) for name, node, marked in CASES])
def test_marks(small: SearchEngine, node: Node, marked: list[str]) -> None:
    assert _marked(_only_hit(small, node)) == marked


@pytest.mark.parametrize(("node", "marked"), [pytest.param(node, marked, id=name) for name, node, marked in PATTERN_CASES])
def test_marks_patterns(small: SearchEngine, node: Node, marked: list[str]) -> None:
    if not can_answer(small, node):
        pytest.skip("the engine does not answer such queries")
    assert _marked(_only_hit(small, node)) == marked


def test_the_title_is_marked_only_by_title_clauses(small: SearchEngine) -> None:
    hit = _only_hit(small, All((Word("coast", field="title"), Word("air"), Phrase("air defense", field="title"))))
    marked = [hit.document.title[start:end] for start, end in hit.title_spans]
    assert marked == ["Coasts", "coast", "air", "defense"]
    assert _marked(hit) == ["air", "air", "air"]
    assert _only_hit(small, Word("coast")).title_spans == ()


def test_spans_that_overlap_are_one(small: SearchEngine) -> None:
    hit = _only_hit(
        small, All((Word("air"), Word("air-defense", field="title"), Word("air-defense"), Word("air", field="title")))
    )
    assert _marked(hit) == ["air-defense", "air", "air", "defense"]
    assert [hit.document.title[start:end] for start, end in hit.title_spans] == ["air-defense"]


@given(example=st.data())
def test_spans_are_those_of_brute_force(engine: SearchEngine, oracle: OracleEngine, example: st.DataObject) -> None:
    request = example.draw(requests(engine.capabilities))
    assert [_marks(hit) for hit in engine.search(request).hits] == [_marks(hit) for hit in oracle.search(request).hits]


@given(example=st.data())
def test_spans_are_sorted_disjoint_and_inside(engine: SearchEngine, example: st.DataObject) -> None:
    for hit in engine.search(SearchRequest(example.draw(queries(engine.capabilities)), page_size=100)).hits:
        for spans, text in ((hit.spans, hit.paragraph.text), (hit.title_spans, hit.document.title)):
            edges = [edge for span in spans for edge in span]
            assert edges == sorted(edges)
            assert all(0 <= start < end <= len(text) for start, end in spans)


@given(example=st.data())
def test_a_document_is_marked_as_its_hits_are(engine: SearchEngine, example: st.DataObject) -> None:
    query = example.draw(queries(engine.capabilities))
    hits = {(hit.document.id, hit.paragraph.ordinal): hit for hit in engine.search(SearchRequest(query, page_size=100)).hits}
    for document_id in sorted({document_id for document_id, _ in hits})[:2]:
        for shown in engine.document(document_id, query).hits:
            hit = hits.get((document_id, shown.paragraph.ordinal))
            if hit is not None:
                assert _marks(shown) == _marks(hit)


def _marks(hit: Hit) -> tuple[str, int, object, object]:
    return hit.document.id, hit.paragraph.ordinal, hit.spans, hit.title_spans
