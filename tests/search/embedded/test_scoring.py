"""Scores equal the formula, computed one record at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.search.embedded import EmbeddedEngine
from indexer.search.query import All, Any, Fuzzy, Node, ParsedQuery, Phrase, Published, Wildcard, Word
from indexer.search.request import SearchRequest
from indexer.search.response import Hit
from tests.engines.library import WORDS, make_library
from tests.engines.pages import all_pages
from tests.records import make_document, make_paragraph
from tests.search.embedded.bm25f import Reference
from tests.search.embedded.folders import make_index
from tests.search.embedded.test_segments import in_segments

LIBRARY = make_library()

_weights = st.sampled_from((1.0, 1.0, 2.0, 0.5, 10.0, 0.0))
_fields = st.sampled_from((None, None, None, "text", "title", "section", "author", "tag", "source"))
_word = st.sampled_from((*WORDS, "renn", "ostrel", "news", "absent"))
_text = st.lists(_word, min_size=1, max_size=3).map(" ".join)
_leaves: st.SearchStrategy[Node] = st.one_of(
    st.builds(Word, _word, exact=st.booleans(), field=_fields, weight=_weights),
    st.builds(Word, _word, weight=_weights),
    st.builds(Phrase, _text, exact=st.booleans(), field=_fields, weight=_weights),
    st.builds(Phrase, _text, slop=st.integers(0, 4), exact=st.booleans(), field=_fields, weight=_weights),
    st.builds(Wildcard, st.sampled_from(("miss*", "*fense", "air-def*", "f?6", "1*", "none*")), field=_fields, weight=_weights),
    st.builds(Fuzzy, st.sampled_from(("misile", "defnese", "ari", "air-defnse")), field=_fields, weight=_weights),
    st.builds(Published, first=st.none() | st.just(date(2025, 5, 1).toordinal()), last=st.none(), weight=_weights),
)


def _groups(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    children = st.lists(nodes, min_size=1, max_size=3).map(tuple)
    return st.builds(Any, children, weight=_weights) | st.builds(
        All, children, excluded=st.lists(nodes, max_size=1).map(tuple), weight=_weights
    )


trees = st.recursive(_leaves, _groups, max_leaves=6)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, kernels: str) -> EmbeddedEngine:
    """The library: in one segment for one implementation of the kernels, in several for the other."""
    segments = 1 if kernels == "numpy" else 4
    return EmbeddedEngine(in_segments(tmp_path_factory.mktemp("scored") / "index_data", LIBRARY, segments), kernels)


@pytest.fixture(scope="module")
def reference() -> Reference:
    """The formula over the library."""
    return Reference(LIBRARY)


def _hits(engine: EmbeddedEngine, tree: Node) -> list[Hit]:
    request = SearchRequest(ParsedQuery(tree=tree, scored=True), page_size=100, facets=())
    answers = all_pages(engine, request)
    hits = [hit for answer in answers for hit in answer.hits]
    assert len(hits) == answers[0].total
    return hits


def _scores(engine: EmbeddedEngine, tree: Node) -> dict[tuple[str, int], float]:
    return {(hit.document.id, hit.paragraph.ordinal): hit.score or 0.0 for hit in _hits(engine, tree)}


@given(tree=trees)
def test_scores_are_those_of_the_formula(engine: EmbeddedEngine, reference: Reference, tree: Node) -> None:
    for hit in _hits(engine, tree):
        assert hit.score == pytest.approx(reference.score(tree, (hit.document, hit.paragraph)), rel=1e-6, abs=1e-6)


@settings(max_examples=20)
@given(leaf=_leaves, weight=st.sampled_from((0.25, 2.0, 3.0)))
def test_a_weight_multiplies_wherever_it_stands(engine: EmbeddedEngine, leaf: Node, weight: float) -> None:
    plain = _scores(engine, leaf)
    for tree in (
        replace(leaf, weight=leaf.weight * weight),
        All((leaf,), weight=weight),
        Any((All((Any((leaf,)),), weight=weight),)),
        All((Any((leaf,), weight=weight**2),), weight=1 / weight),
    ):
        weighted = _scores(engine, tree)
        assert weighted == pytest.approx({record: score * weight for record, score in plain.items()}, abs=4e-6)


@settings(max_examples=30)
@given(first=_leaves, second=_leaves)
def test_scores_of_parts_add_up(engine: EmbeddedEngine, first: Node, second: Node) -> None:
    one, other = _scores(engine, first), _scores(engine, second)
    together = _scores(engine, Any((first, second)))
    assert together.keys() == one.keys() | other.keys()
    for record, score in _scores(engine, All((first, second))).items():
        assert score == pytest.approx(one[record] + other[record], abs=2e-6)
        assert together[record] == score


def test_the_formula_by_hand(tmp_path_factory: pytest.TempPathFactory, kernels: str) -> None:
    documents = (
        make_document("a.md", [make_paragraph("renn renn harbor tide", section="Renn speaks")], title="Renn"),
        make_document("b.md", ["wind", "sea and wind"], title="Weather today"),
        make_document("c.md", ["renn harbor"], title="Sea", author=("Ilsa Renn",)),
    )
    engine = EmbeddedEngine(make_index(tmp_path_factory.mktemp("hand") / "index_data", documents), kernels)
    # Lengths: text 4, 1, 3, 2 (mean 2.5); title 1, 2, 2, 1 (mean 1.5); section 2, 0, 0, 0 (mean 0.5).
    idf = log(1 + (4 - 2 + 0.5) / (2 + 0.5))
    tf_a = 2 / (0.25 + 0.75 * 4 / 2.5) + 2 / (0.5 + 0.5 * 1 / 1.5) + 0.5 / (0.5 + 0.5 * 2 / 0.5)
    tf_c = 1 / (0.25 + 0.75 * 2 / 2.5)
    assert _scores(engine, Word("Renn")) == pytest.approx(
        {("a.md", 1): idf * tf_a * 2.2 / (1.2 + tf_a), ("c.md", 1): idf * tf_c * 2.2 / (1.2 + tf_c)}, abs=1e-6
    )
    tf = 1 / (0.25 + 0.75 * 4 / 2.5)
    both = _scores(engine, Phrase("renn harbor"))
    assert both["a.md", 1] == pytest.approx(2 * idf * tf * 2.2 / (1.2 + tf), abs=1e-6)
    of_author = _scores(engine, All((Word("renn"), Word("renn", field="author", weight=3.0))))
    assert of_author == pytest.approx({("c.md", 1): idf * tf_c * 2.2 / (1.2 + tf_c) + 3}, abs=1e-6)
    title = 2 / (0.5 + 0.5 * 1 / 1.5)
    of_title = log(1 + (4 - 1 + 0.5) / (1 + 0.5)) * title * 2.2 / (1.2 + title)
    assert _scores(engine, Word("renn", field="title")) == pytest.approx({("a.md", 1): of_title}, abs=1e-6)


def test_a_word_in_every_record_still_counts(tmp_path_factory: pytest.TempPathFactory, kernels: str) -> None:
    documents = [make_document(f"{number}.md", ["air " * number], title="") for number in range(1, 5)]
    engine = EmbeddedEngine(make_index(tmp_path_factory.mktemp("every") / "index_data", documents), kernels)
    scores = _scores(engine, Word("air"))
    assert len(scores) == 4
    assert min(scores.values()) > 0
