"""Every part of a score equals the formula, and rounded parts add up."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.search import syntax
from indexer.search.embedded import EmbeddedEngine
from indexer.search.embedded.explaining import rounded
from indexer.search.query import Node, ParsedQuery, Published
from indexer.search.request import Match, SearchRequest
from indexer.search.response import FeatureScore, TermScore
from tests.engines.pages import all_pages
from tests.engines.test_explain import units
from tests.records import Indexed
from tests.search.embedded.bm25f import K1, WEIGHTS, Leaf, Record, Reference, leaves
from tests.search.embedded.second_look import SecondLook
from tests.search.embedded.test_rescoring import library, queries, tree_of
from tests.search.embedded.test_scoring import engine, reference, trees
from tests.search.embedded.test_segments import in_segments

__all__ = ["engine", "library", "reference"]


@settings(max_examples=40)
@given(tree=trees)
def test_terms_count_what_the_formula_says(engine: EmbeddedEngine, reference: Reference, tree: Node) -> None:
    request = SearchRequest(ParsedQuery(tree=tree, scored=True), page_size=100, facets=(), explain=True)
    for hit in (hit for answer in all_pages(engine, request) for hit in answer.hits):
        record = hit.document, hit.paragraph
        assert units(hit) == round((hit.score or 0.0) * 1e6)
        expected = [part for leaf, weight in leaves(tree, 1.0) for part in _parts(reference, leaf, weight, record)]
        # A part that rounds to nothing is left out.
        found = [(part.field, part.frequency) for part in hit.explain if isinstance(part, TermScore)]
        assert found == [part[:2] for part in expected]
        assert [part.score for part in hit.explain] == pytest.approx([score for *_, score in expected], rel=1e-6, abs=1e-6)


def _parts(reference: Reference, leaf: Leaf | Published, weight: float, record: Record) -> list[tuple[str, int, float]]:
    """What a leaf counts in each field of a record: field, frequency, score."""
    score = weight * reference.score(leaf, record) / (leaf.weight or 1.0)
    if not score:
        return []
    if isinstance(leaf, Published):
        return [("published", 1, score)]
    if leaf.field is not None and leaf.field not in WEIGHTS:
        return [(leaf.field, reference.frequency(leaf, leaf.field, record), score)]
    fields = WEIGHTS if leaf.field is None else (leaf.field,)
    found = {field: reference.frequency(leaf, field, record) for field in fields}
    tf = reference.tf(leaf, record)
    factor = weight * reference.idf(leaf) * (K1 + 1) / (K1 + tf)
    return [
        (field, frequency, factor * WEIGHTS[field] * frequency / reference.norm(field, record))
        for field, frequency in found.items()
        if frequency
    ]


def test_features_count_what_the_formula_says(library: tuple[Indexed, ...], tmp_path: Path, kernels: str) -> None:
    segments = 1 if kernels == "numpy" else 3
    searched, reference = EmbeddedEngine(in_segments(tmp_path / "index_data", library, segments), kernels), Reference(library)
    seen: set[str] = set()
    for query in queries(4):
        request = SearchRequest(syntax.parse(query, Match.ANY), page_size=100, facets=(), hints=False, explain=True)
        hits = [hit for answer in all_pages(searched, request) for hit in answer.hits]
        expected = SecondLook(reference, partial(tree_of, query), [(hit.document, hit.paragraph) for hit in hits]).parts()
        for hit in hits:
            features = {part.feature: part.score for part in hit.explain if isinstance(part, FeatureScore)}
            words = sum(part.score for part in hit.explain if isinstance(part, TermScore))
            wanted = expected[hit.document.id, hit.paragraph.ordinal]
            assert units(hit) == round((hit.score or 0.0) * 1e6)
            assert features | {"words": words} == pytest.approx(
                {name: score for name, score in wanted.items() if name in features or name == "words"}, abs=2e-5
            )
            assert all(score < 2e-6 for name, score in wanted.items() if name not in features and name != "words")
            seen |= features.keys()
    assert seen == {"parts", "document", "proximity", "likeness"}


@given(st.lists(st.floats(0, 1e6), max_size=8))
def test_rounded_parts_add_up_and_stay_near(scores: list[float]) -> None:
    whole = round(sum(scores), 6)
    parts = rounded([FeatureScore(str(number), score) for number, score in enumerate(scores)], whole)
    assert sum(round(part.score * 1e6) for part in parts) == round(whole * 1e6)
    shown = {part.feature: part.score for part in parts if isinstance(part, FeatureScore)}
    for number, score in enumerate(scores):
        assert shown.get(str(number), 0.0) == pytest.approx(score, abs=1.1e-6)
