"""However the documents are spread over segments, the answers are the same, scores included; and numba and numpy agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import NotFound, QueryError
from indexer.search.embedded import EmbeddedEngine
from indexer.search.engine import Capabilities
from indexer.search.query import Any, ParsedQuery, Phrase, Word
from indexer.search.request import SearchRequest, Sort
from indexer.search.response import SearchResponse
from tests.engines.library import make_library
from tests.engines.strategies import libraries, queries, requests
from tests.records import Indexed, make_document
from tests.search.embedded.folders import make_index, make_segments, segment_files

CAPABILITIES = Capabilities()
LIBRARY = make_library()


def in_segments(index_dir: Path, documents: Sequence[Indexed], segments: int) -> Path:
    """An index of so many segments, or of as many as there are documents."""
    size = max(-(-len(documents) // segments), 1)
    return make_segments(index_dir, [documents[start : start + size] for start in range(0, max(len(documents), 1), size)])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, kernels: str) -> EmbeddedEngine:
    """The library in one segment."""
    return EmbeddedEngine(make_index(tmp_path_factory.mktemp("whole") / "index_data", LIBRARY), kernels)


@pytest.fixture(scope="module", params=[2, 5, 16])
def parts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, kernels: str) -> EmbeddedEngine:
    """The library in several segments."""
    folder = in_segments(tmp_path_factory.mktemp("parts") / "index_data", LIBRARY, request.param)
    assert len(segment_files(folder)) == request.param
    return EmbeddedEngine(folder, kernels)


@st.composite
def scored_requests(draw: st.DrawFn) -> SearchRequest:
    """Any request, many of them in order of relevance."""
    request = draw(requests(CAPABILITIES))
    query = draw(queries(CAPABILITIES))
    return replace(
        request,
        query=ParsedQuery(query.source, query.tree, query.relaxed, scored=draw(st.booleans())),
        sort=draw(st.sampled_from((None, Sort.RELEVANCE, *Sort))),
        page=draw(st.sampled_from((1, 1, 2))),
    )


def answer(engine: EmbeddedEngine, request: SearchRequest) -> tuple[SearchResponse, list[float | None]]:
    """What an engine answers, the generation's name aside, and the scores apart."""
    response = engine.search(request)
    scores = [hit.score for hit in response.hits]
    return replace(response, generation="", hits=tuple(replace(hit, score=None) for hit in response.hits)), scores


def assert_same(one: EmbeddedEngine, other: EmbeddedEngine, request: SearchRequest) -> None:
    """Both answer the same, or refuse the query with the same words."""
    try:
        expected, expected_scores = answer(one, request)
    except QueryError as error:
        with pytest.raises(QueryError, match=f"^{error}$"):
            other.search(request)
        return
    found, scores = answer(other, request)
    assert found == expected
    assert scores == pytest.approx(expected_scores, abs=1e-9)


@settings(max_examples=20)
@given(request=scored_requests())
def test_segments_do_not_show(whole: EmbeddedEngine, parts: EmbeddedEngine, request: SearchRequest) -> None:
    assert_same(whole, parts, request)


@settings(max_examples=40)
@given(documents=libraries(), request=scored_requests(), segments=st.integers(2, 5))
def test_segments_of_any_small_index_do_not_show(
    tmp_path_factory: pytest.TempPathFactory, documents: tuple[Indexed, ...], request: SearchRequest, segments: int
) -> None:
    base = tmp_path_factory.mktemp("small")
    one = EmbeddedEngine(in_segments(base / "one", documents, 1), "numpy")
    several = EmbeddedEngine(in_segments(base / "several", documents, segments), "numpy")
    assert_same(one, several, request)


@given(request=scored_requests())
def test_the_kernels_give_the_same_answers(
    engines_by_kernels: tuple[EmbeddedEngine, EmbeddedEngine], request: SearchRequest
) -> None:
    assert_same(*engines_by_kernels, request)


@pytest.fixture(scope="module")
def engines_by_kernels(tmp_path_factory: pytest.TempPathFactory) -> tuple[EmbeddedEngine, EmbeddedEngine]:
    """The library in two segments, once for each implementation of the kernels."""
    pytest.importorskip("numba")
    folder = in_segments(tmp_path_factory.mktemp("kernels") / "index_data", LIBRARY, 2)
    return EmbeddedEngine(folder, "numpy"), EmbeddedEngine(folder, "numba")


def test_documents_are_found_in_any_segment(whole: EmbeddedEngine, parts: EmbeddedEngine) -> None:
    query = ParsedQuery(tree=Any((Word("missile"), Phrase("air defense", slop=2), Word("renn", field="author"))))
    for document, paragraphs in LIBRARY:
        found = parts.document(document.id, query)
        assert replace(found, generation="") == replace(whole.document(document.id, query), generation="")
        assert found.document == document
        assert tuple(hit.paragraph for hit in found.hits) == paragraphs
    for absent in ("", "a", "~", "zzz", "\ud800"):
        with pytest.raises(NotFound):
            parts.document(absent)


def test_the_newest_documents_and_the_counts_are_the_same(whole: EmbeddedEngine, parts: EmbeddedEngine) -> None:
    for limit in (1, 5, 100):
        assert parts.recent(limit) == whole.recent(limit)
    one, several = whole.status(), parts.status()
    assert (one.documents, one.paragraphs) == (several.documents, several.paragraphs)
    assert one.documents == len(LIBRARY)
    assert one.paragraphs == sum(len(document.paragraphs) for document in LIBRARY)
    assert whole.check() == parts.check() == ()


def test_sizes_are_those_of_the_files(parts: EmbeddedEngine, whole: EmbeddedEngine, tmp_path: Path) -> None:
    folder = in_segments(tmp_path / "index_data", LIBRARY, 3)
    engine = EmbeddedEngine(folder, "numpy")
    files = [*segment_files(folder), folder / "manifest.json"]
    assert sum(engine.status().bytes.values()) == sum(path.stat().st_size for path in files)
    assert min(engine.status().bytes.values()) > 0
    assert set(engine.status().bytes) == set(whole.status().bytes) == set(parts.status().bytes)


def test_documents_without_paragraphs_or_words(tmp_path: Path, kernels: str) -> None:
    documents = (
        make_document("empty.md", []),
        make_document("marks.md", ["…", "—"], title="…"),
        make_document("words.md", ["One harbor."]),
        make_document("z.md", []),
    )
    for name, segments in (("one", 1), ("several", 4)):
        engine = EmbeddedEngine(in_segments(tmp_path / name, documents, segments), kernels)
        assert engine.check() == ()
        assert engine.search(SearchRequest()).total == 3
        assert engine.search(SearchRequest()).documents == 2
        assert [hit.paragraph.text for hit in engine.document("marks.md").hits] == ["…", "—"]
        assert engine.document("empty.md").hits == engine.document("z.md").hits == ()
        assert engine.status().documents == 4
        assert [facet.missing for facet in engine.search(SearchRequest(facets=("source", "tag"))).facets.values()] == [3, 3]
        newest = [document.id for document in engine.recent(10)]
        assert len(newest) == len(set(newest))
        assert set(newest) >= {"marks.md", "words.md"}
