"""What a query marks in a record: the cases that are easy to get wrong, and random ones against brute force."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.search.embedded import EmbeddedEngine
from indexer.search.embedded.highlight import merge_spans
from indexer.search.engine import Capabilities
from indexer.search.query import All, Any, Fuzzy, Node, ParsedQuery, Phrase, Published, Wildcard, Word
from indexer.search.response import Hit, Span
from tests import matching
from tests.engines.library import make_library
from tests.engines.strategies import trees
from tests.records import Indexed, make_document, make_paragraph
from tests.search.embedded.folders import make_index

LIBRARY = make_library()
KNOWN = make_document(
    "a.md",
    [],
    title="Ostrel’s air-defense, Ostrel’s air",
    source="Ostrel Daily",
    author=("Ilsa Renn", "Teo Maric"),
    published="2025-05",
    tag=("air-defense",),
).metadata
YES, NO = Word("net"), Word("absent")


WORDS: list[tuple[str, Node, str, list[str]]] = [
    ("a possessive is left out", Word("ostrel"), "Ostrel’s, Ostrel's and OSTREL`s", ["Ostrel", "Ostrel", "OSTREL"]),
    ("an apostrophe inside is not", Word("o'neill"), "O’Neill’s net", ["O’Neill"]),
    ("a possessive with dots", Word("us"), "the U.S.’s net and U.S. nets", ["U.S", "U.S"]),
    ("the end of a possessive in a hyphenated word", Word("air-defense"), "the air-defense’s net", ["air-defense"]),
    ("accents as they stand", Word("zoe"), "Zoe\u0308 and Zoë", ["Zoe\u0308", "Zoë"]),
    ("letters that fold into two", Word("strasse"), "Straße, STRASSE", ["Straße", "STRASSE"]),
    ("letters outside the basic plane", Word("net"), "\U00010348\U0001f310 net \U0001f310net", ["net", "net"]),
    ("soft hyphens", Word("network"), "net\u00adwork", ["net\u00adwork"]),
    ("separators of numbers", Word("1000"), "1,000 or 1000 or 1 000", ["1,000", "1000"]),
    ("touching words stay apart", Any((Word("air"), Word("net"))), "air/net", ["air", "net"]),
    ("a word and a phrase over it", All((Word("air"), Phrase("air net"))), "air air net", ["air", "air", "net"]),
    ("the parts of a hyphenated word", Word("defense"), "air-defense", ["defense"]),
    ("both parts, each by itself", Any((Word("air"), Word("defense"))), "air-defense", ["air", "defense"]),
    ("the whole of it over its parts", Any((Word("air"), Word("air-defense"))), "air-defense air", ["air-defense", "air"]),
    ("the joined word marks the whole", Word("airdefense"), "air-defense airdefense", ["air-defense", "airdefense"]),
    ("parts that stand apart", Word("air-defense"), "air defense, air. Defense", ["air", "defense", "air", "Defense"]),
    ("not in another order", Word("air-defense"), "defense air defense", ["air", "defense"]),
    ("three parts, two of them hyphenated", Word("co-op-shop"), "co-op shop", ["co", "op", "shop"]),
    ("an exact form only", Word("nets", exact=True), "net nets Nets’", ["nets", "Nets"]),
]

PHRASES: list[tuple[str, Node, str, list[str]]] = [
    ("only words of a match", Phrase("air net"), "air, the air net, net", ["air", "net"]),
    ("matches that overlap", Phrase("air air"), "air air air", ["air", "air", "air"]),
    ("over a hyphen", Phrase("the air defense net"), "the air-defense net", ["the", "air", "defense", "net"]),
    ("with a hyphen", Phrase("the air-defense net"), "the air-defense net", ["the", "air-defense", "net"]),
    ("with a hyphen over words", Phrase("the air-defense net"), "the air defense net air", ["the", "air", "defense", "net"]),
    ("into a hyphenated word", Phrase("the air"), "the air-defense", ["the", "air"]),
    ("out of a hyphenated word", Phrase("defense net"), "air-defense net", ["defense", "net"]),
    ("a part joined counts as one word", Phrase("f16 net"), "F-16 net, F16 net", ["F-16", "net", "F16", "net"]),
    ("in exact forms", Phrase("air nets", exact=True), "air net, air nets", ["air", "nets"]),
    ("near: only words of a window", Phrase("air net", slop=1), "net one two air three net", ["air", "net"]),
    ("near: in any order", Phrase("air net", slop=0), "net air net", ["net", "air", "net"]),
    ("near: a word twice", Phrase("air air net", slop=1), "air net air one two air", ["air", "net", "air"]),
    ("near: not one word for two", Phrase("air air", slop=5), "air net", []),
    ("near: not a part and the whole of one word", Phrase("air air-defense", slop=5), "air-defense", []),
    ("near: a part and another whole", Phrase("air air-defense", slop=1), "air-defense of air", ["air-defense", "air"]),
    ("a phrase of one word", Phrase("nets"), "a net", ["net"]),
]

BRANCHES: list[tuple[str, Node, str, list[str]]] = [
    ("a group that is not satisfied marks nothing", Any((YES, All((Word("air"), NO)))), "air net", ["net"]),
    ("nor does one that holds what it excludes", Any((YES, All((Word("air"),), (Word("sea"),)))), "air sea net", ["net"]),
    ("the record must match as a whole", All((YES, NO)), "net", []),
    ("exclusions that hold mark nothing", All((YES,), (NO,)), "net absence", ["net"]),
    ("exclusions within exclusions", All((YES,), (All((Word("air"),), (YES,)),)), "air net", ["net"]),
    (
        "dates that do not match",
        Any((All((Published(date(2024, 1, 1).toordinal(), date(2024, 1, 2).toordinal()), YES)),)),
        "net",
        [],
    ),
    ("dates that do", All((Published(date(2025, 5, 31).toordinal(), None), YES)), "net", ["net"]),
    ("names restrict and mark nothing", All((Word("renn", field="author"), YES)), "renn net", ["net"]),
    ("names that are not there", All((Word("maric renn", field="author"), YES)), "net", []),
    ("words of two values are not a phrase", All((Phrase("renn teo", field="author"), YES)), "net", []),
    ("a section is not the text", All((Word("coast", field="section"), YES)), "coast net", ["net"]),
    ("a title is not the text", All((Word("ostrel", field="title"), YES)), "ostrel net", ["net"]),
    ("the text by its name", Word("net", field="text"), "net", ["net"]),
    ("nothing at all", Any(()), "net", []),
    ("everything", All(()), "net", []),
    ("the same node twice", Any((YES, YES, All((YES,)))), "net", ["net"]),
    ("patterns", Any((Wildcard("n?t*"), Fuzzy("iar"))), "nets net knit air", ["nets", "net", "air"]),
    ("a pattern over a joined word", Wildcard("aird*"), "air-defense air defense", ["air-defense"]),
    ("a pattern in the parts of a word", Wildcard("air-def*"), "air-defense, air defects", ["air-defense", "air", "defects"]),
    ("a fuzzy name", All((Fuzzy("ren", field="author"), YES)), "ren net", ["net"]),
]


CASES = (*WORDS, *PHRASES, *BRANCHES)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedEngine:
    """The text of each case as a document, named by the case; all have the same metadata."""
    documents = [
        Indexed(replace(KNOWN, id=name), make_document(name, [make_paragraph(text, section="Coasts")]).paragraphs)
        for name, _, text, _ in CASES
    ]
    return EmbeddedEngine(make_index(tmp_path_factory.mktemp("highlight") / "index_data", documents), "numpy")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedEngine:
    """The library."""
    return EmbeddedEngine(make_index(tmp_path_factory.mktemp("library") / "index_data", LIBRARY), "numpy")


def _shown(engine: EmbeddedEngine, name: str, tree: Node) -> Hit:
    (hit,) = engine.document(name, ParsedQuery(tree=tree, scored=True)).hits
    return hit


@pytest.mark.parametrize(("name", "tree", "expected"), [(name, tree, marks) for name, tree, _, marks in CASES])
def test_marks(engine: EmbeddedEngine, name: str, tree: Node, expected: list[str]) -> None:
    hit = _shown(engine, name, tree)
    assert [hit.paragraph.text[start:end] for start, end in hit.spans] == expected


def test_title_clauses_mark_the_title(engine: EmbeddedEngine) -> None:
    def marked(tree: Node) -> list[str]:
        hit = _shown(engine, "everything", tree)
        return [hit.document.title[start:end] for start, end in hit.title_spans]

    assert marked(Word("ostrel", field="title")) == ["Ostrel", "Ostrel"]
    assert marked(Phrase("air net", field="title")) == []
    assert marked(Phrase("defense ostrel", field="title")) == ["defense", "Ostrel"]
    assert marked(Any((Word("air", field="title"), Word("air-defense", field="title")))) == ["air-defense", "air"]
    assert marked(All((Word("air", field="title"), NO))) == []
    assert marked(Word("ostrel", field="source")) == []
    assert marked(Any((Word("net"), All((Word("ostrel", field="title"), NO))))) == []


@given(
    spans=st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6)).map(lambda span: (span[0], span[0] + span[1])), max_size=8)
)
def test_spans_that_overlap_become_one_and_those_that_touch_do_not(spans: list[Span]) -> None:
    merged = merge_spans({0: spans}, 1)[0]
    assert list(merged) == sorted(merged)
    assert all(before[1] <= after[0] for before, after in pairwise(merged))
    covered = {place for start, end in spans for place in range(start, end)}
    assert {place for start, end in merged for place in range(start, end)} == covered
    # Between two neighbouring places there is a border unless some span covers both.
    inner = {place for start, end in spans for place in range(start, end - 1)}
    assert {place for start, end in merged for place in range(start, end - 1)} == inner
    assert merge_spans({1: merged}, 3) == [(), merged, ()]


@settings(max_examples=150)
@given(tree=trees(Capabilities()), document=st.sampled_from(LIBRARY))
def test_marks_are_those_of_brute_force(library: EmbeddedEngine, tree: Node, document: Indexed) -> None:
    for hit in library.document(document.metadata.id, ParsedQuery(tree=tree)).hits:
        kept = matching.without_stop_words(tree, hit.paragraph.language or hit.document.language)
        expected = matching.match(kept, hit.document, hit.paragraph) or matching.Marks()
        assert (hit.spans, hit.title_spans) == (matching.merge(expected.text), matching.merge(expected.title))
