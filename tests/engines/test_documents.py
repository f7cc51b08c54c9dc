"""Whole documents, the newest ones, and what an engine says of its index."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import NotFound
from indexer.fields import FIELDS
from indexer.model import Kind, Origin, Paragraph, Part
from indexer.search.engine import SearchEngine
from indexer.search.query import All, ParsedQuery, Word
from indexer.search.request import SearchRequest
from tests.conftest import EngineFactory
from tests.engines.library import IDS, make_library
from tests.engines.strategies import queries
from tests.oracle import OracleEngine
from tests.records import make_document, make_paragraph

RICH = make_document(
    "news.jsonl:2019-0~a1b2c3",
    [
        make_paragraph("# Harbors", Kind.HEADING),
        make_paragraph("Tabs\tand\nlines, “quotes”, 𐍈 and e\u0301.", Kind.CODE, "Harbors"),
        Paragraph(3, Kind.TABLE_ROW, "Name: Renn | Role: minister", "Harbors", Part(2, 3), page_number=1),
        Paragraph(4, Kind.BLOCKQUOTE, "…!", None, Part(1, 12), page_number=70_000),
    ],
    title="The harbors’ day: part “one”",
    title_derived=True,
    source="Ostrel Daily",
    author=("Renn, Ilsa", "Žák"),
    published="2025-05-19T08:30:00+03:00",
    language="en",
    url="https://ostrel.example/a?b=c&d=ä",
    format="jsonl",
    tag=("b", "a"),
    extra={"desk": "coast", "pages": [1, 2.5, None, True], "more": {"ä": {"x": []}}},
    origins={"title": Origin.TEXT, "published": Origin.RECORD, "language": Origin.HTML},
)
BARE = make_document("plain.txt", ["One."])
PAIR = (RICH, BARE)


@pytest.fixture(scope="module")
def small(engine_factory: EngineFactory) -> SearchEngine:
    return engine_factory(PAIR)


@pytest.mark.parametrize("stored", PAIR, ids=["rich", "bare"])
def test_a_document_comes_back_as_it_was_given(small: SearchEngine, stored: tuple[object, object]) -> None:
    metadata, paragraphs = stored
    assert hasattr(metadata, "id")
    found = small.document(metadata.id)
    assert found.document == metadata
    assert tuple(hit.paragraph for hit in found.hits) == paragraphs
    assert all((hit.document, hit.spans, hit.title_spans, hit.score) == (metadata, (), (), None) for hit in found.hits)


def test_a_hit_carries_the_document_and_the_paragraph_as_given(small: SearchEngine) -> None:
    (hit,) = small.search(SearchRequest(ParsedQuery(tree=Word("minister"), scored=True))).hits
    assert (hit.document, hit.paragraph) == (RICH.metadata, RICH.paragraphs[2])


@pytest.mark.parametrize(
    ("first", "last", "ordinals"),
    [
        (1, None, [1, 2, 3, 4]),
        (2, 3, [2, 3]),
        (2, 2, [2]),
        (3, None, [3, 4]),
        (3, 99, [3, 4]),
        (-5, 2, [1, 2]),
        (0, 1, [1]),
        (-1, 99, [1, 2, 3, 4]),
        (5, 9, []),
    ],
)
def test_a_run_of_paragraphs_is_clipped(small: SearchEngine, first: int, last: int | None, ordinals: list[int]) -> None:
    found = small.document(RICH.metadata.id, first=first, last=last)
    assert [hit.paragraph.ordinal for hit in found.hits] == ordinals
    assert found.document == RICH.metadata


@pytest.mark.parametrize("document_id", ["nowhere.md", "", "news.jsonl", "NEWS.jsonl:2019-0~a1b2c3", "plain.txt#p1", "\ud800"])
def test_an_unknown_document_is_not_found(small: SearchEngine, document_id: str) -> None:
    with pytest.raises(NotFound):
        small.document(document_id)


def test_a_paragraph_that_does_not_match_is_not_marked(small: SearchEngine) -> None:
    query = ParsedQuery(tree=All((Word("harbor", field="title"), Word("renn"), Word("role"))), scored=True)
    first, second, third, fourth = small.document(RICH.metadata.id, query).hits
    assert [hit.title_spans for hit in (first, second, fourth)] == [(), (), ()]
    assert [hit.spans for hit in (first, second, fourth)] == [(), (), ()]
    assert third.spans == ((6, 10), (13, 17))
    assert third.title_spans == ((4, 11),)


def test_a_document_is_marked_by_the_relaxed_query_where_search_relaxes(small: SearchEngine) -> None:
    query = ParsedQuery(tree=All((Word("harbor"), Word("minister"))), relaxed=Word("minister"), scored=True)
    assert [hit.spans for hit in small.document(RICH.metadata.id, query).hits] == [(), (), ((19, 27),), ()]


@given(example=st.data(), document_id=st.sampled_from(IDS), first=st.integers(-1, 7), last=st.none() | st.integers(1, 7))
def test_documents_are_those_of_brute_force(
    engine: SearchEngine, oracle: OracleEngine, example: st.DataObject, document_id: str, first: int, last: int | None
) -> None:
    query = example.draw(queries(engine.capabilities))
    found, expected = (one.document(document_id, query, first, last) for one in (engine, oracle))
    assert found.document == expected.document
    assert [(hit.paragraph, hit.spans, hit.title_spans) for hit in found.hits] == [
        (hit.paragraph, hit.spans, hit.title_spans) for hit in expected.hits
    ]


@pytest.mark.parametrize("limit", [1, 5, len(IDS), 1000])
def test_recent_documents_are_newest_first(engine: SearchEngine, oracle: OracleEngine, limit: int) -> None:
    assert engine.recent(limit) == oracle.recent(limit)


def test_undated_documents_are_the_least_recent(engine_factory: EngineFactory) -> None:
    engine = engine_factory(
        make_document(f"{name}.md", ["One."], published=published)
        for name, published in {"a": None, "b": "0001", "d": "2025", "c": "2025-01-01", "e": "2025-02", "f": "soon"}.items()
    )
    assert [document.id for document in engine.recent(10)] == ["e.md", "c.md", "d.md", "b.md", "a.md", "f.md"]


def test_status_counts_what_is_in_the_index(engine: SearchEngine) -> None:
    library = make_library()
    status = engine.status()
    assert (status.documents, status.paragraphs) == (len(library), sum(len(document.paragraphs) for document in library))
    assert set(status.fields) == {field.name for field in FIELDS}
    assert status.roots == ("seeds",)
    assert status.generation == engine.search(SearchRequest()).generation == engine.document(IDS[0]).generation
    assert all(size >= 0 for size in status.bytes.values())


def test_a_sound_index_passes_its_check(engine: SearchEngine) -> None:
    assert engine.check() == ()


def test_neighbours_stand_around_each_hit(engine_factory: EngineFactory) -> None:
    """Within the document alone; nothing is around a paragraph that stands alone."""
    documents = [make_document("three.md", ["One.", "Two.", "Three."]), make_document("alone.md", ["Two alone."])]
    engine = engine_factory(documents)
    hits = [*engine.document("three.md").hits, *engine.document("alone.md").hits]
    around = [[one.text for one in paragraphs] for paragraphs in engine.neighbours(hits)]
    assert around == [["One.", "Two."], ["One.", "Two.", "Three."], ["Two.", "Three."], []]
