"""The second look: sentences of bare words, windows that are smaller than the answer, and segments."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from random import Random

import pytest

from indexer.search import syntax
from indexer.search.embedded import EmbeddedEngine
from indexer.search.embedded.ranking import Ranking
from indexer.search.query import Node
from indexer.search.request import Match, SearchRequest
from tests.engines.library import WORDS
from tests.matching import language_of, without_stop_words
from tests.records import Indexed, make_document
from tests.search.embedded import second_look
from tests.search.embedded.bm25f import Record, Reference
from tests.search.embedded.second_look import SecondLook
from tests.search.embedded.test_segments import in_segments

_FEATURES = ("parts", "document", "proximity", "likeness")
_NOUNS = ("harbour", "ferry", "lighthouse", "council", "orchard", "radio", "captain", "strike")


@pytest.fixture(scope="module")
def library() -> tuple[Indexed, ...]:
    """More records than are looked at again."""
    random = Random(11)
    return tuple(
        make_document(f"{number}.md", [" ".join(random.choices((*WORDS, *_NOUNS), k=random.randint(5, 25))) for _ in range(4)])
        for number in range(30)
    )


def _answer(engine: EmbeddedEngine, query: str, page: int = 1, size: int = 100) -> list[tuple[str, int, float]]:
    request = SearchRequest(syntax.parse(query, Match.ANY), match=Match.ANY, page=page, page_size=size, facets=())
    return [(hit.document.id, hit.paragraph.ordinal, hit.score or 0.0) for hit in engine.search(request).hits]


def tree_of(query: str, record: Record) -> Node:
    """What a query is in a record's language."""
    return without_stop_words(syntax.parse(query, Match.ANY).tree, language_of(*record))


def queries(count: int) -> list[str]:
    """So many queries of two to nine words."""
    random = Random(3)
    return [" ".join(random.sample((*WORDS, *_NOUNS), random.randint(2, 9))) for _ in range(count)]


def test_scores_are_those_of_the_formula(library: tuple[Indexed, ...], tmp_path: Path, kernels: str) -> None:
    segments = 1 if kernels == "numpy" else 3
    engine, reference = EmbeddedEngine(in_segments(tmp_path / "index_data", library, segments), kernels), Reference(library)
    records = {(each.id, one.ordinal): (each, one) for each, paragraphs in library for one in paragraphs}
    longer = counted = 0
    for query in queries(6):
        answer = [place for page in (1, 2) for place in _answer(engine, query, page)]
        found = [records[document_id, ordinal] for document_id, ordinal, _ in answer]
        parts = SecondLook(reference, partial(tree_of, query), found).parts()
        for document_id, ordinal, score in answer:
            assert score == pytest.approx(sum(parts[document_id, ordinal].values()), rel=1e-6, abs=1e-6), query
        longer += len(answer) > second_look.WINDOW
        counted += sum(1 for each in parts.values() if each.get("likeness"))
    assert longer
    assert counted


def test_pages_are_parts_of_one_order(library: tuple[Indexed, ...], tmp_path: Path, kernels: str) -> None:
    engine = EmbeddedEngine(in_segments(tmp_path / "index_data", library, 2), kernels)
    for query in queries(6):
        whole = _answer(engine, query)
        assert [place for page in range(1, 11) for place in _answer(engine, query, page, 10)] == whole
        assert [score for *_, score in whole] == sorted((score for *_, score in whole), reverse=True)


def test_each_feature_counts_and_can_be_switched_off(library: tuple[Indexed, ...], tmp_path: Path, kernels: str) -> None:
    folder = in_segments(tmp_path / "index_data", library, 1)
    whole = EmbeddedEngine(folder, kernels)
    for feature in _FEATURES:
        less = EmbeddedEngine(folder, kernels, ranking=Ranking().without(feature))
        assert any(_answer(whole, query) != _answer(less, query) for query in queries(12)), feature
        for query in queries(3):
            scores = {place[:2]: place[2] for place in _answer(whole, query)}
            assert all(score <= scores.get((name, ordinal), score) + 1e-6 for name, ordinal, score in _answer(less, query)[:40])


def test_one_word_is_not_looked_at_again(library: tuple[Indexed, ...], tmp_path: Path, kernels: str) -> None:
    folder = in_segments(tmp_path / "index_data", library, 1)
    plain = EmbeddedEngine(folder, kernels, ranking=Ranking().of_words)
    assert _answer(EmbeddedEngine(folder, kernels), "air-defense") == _answer(plain, "air-defense")
