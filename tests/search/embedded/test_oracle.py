"""Thousands of random queries, over indexes that the real writer made by updates, answered as brute force answers them.

Records, totals, facets, spans and order are those of the oracle; scores are those of the formula, computed one record at a
time; numpy and numba give the same. How much was compared is printed at the end of the run.
"""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random

import pytest
from hypothesis import settings

from indexer.search.embedded import EmbeddedEngine, EmbeddedWriter
from indexer.search.embedded.manifest import Manifest, read_manifest
from indexer.search.query import Node
from indexer.search.request import SearchRequest, Sort
from indexer.search.response import SearchResponse
from tests.engines.library import IDS, make_library
from tests.engines.test_explain import units
from tests.matching import language_of, without_stop_words
from tests.oracle import OracleEngine, without_generation
from tests.records import Indexed
from tests.search.embedded.bm25f import Record, Reference
from tests.search.embedded.conftest import Tally
from tests.search.embedded.random_requests import RandomRequests
from tests.search.embedded.second_look import SecondLook

_INDEXES = 3
_TREES = 7 * settings().max_examples // _INDEXES
_MOST_RECORDS = 3


@dataclass(frozen=True, repr=False)
class Updated:
    """An index that was updated: what is in it, and who answers from it."""

    manifest: Manifest
    oracle: OracleEngine
    reference: Reference
    engines: tuple[EmbeddedEngine, ...]


class _Updates:
    """Makes an index of so many segments; of each, documents are deleted or replaced by the updates after it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._random = Random(seed)
        self._live: dict[str, Indexed] = {}
        self._segment_of: dict[str, int] = {}
        self._records: Counter[int] = Counter()
        self._deleted: Counter[int] = Counter()

    def make(self, segments: int) -> Updated:
        ids = self._random.sample(IDS, len(IDS))
        for number in range(segments):
            self._update(number, ids[number::segments])
        self._update(segments, [])
        manifest = read_manifest(self._folder)
        assert len(manifest.segments) == segments
        documents = tuple(self._live.values())
        engines = tuple(EmbeddedEngine(self._folder, kernels) for kernels in ("numpy", "numba"))
        return Updated(manifest, OracleEngine(documents), Reference(documents), engines)

    def _update(self, number: int, fresh: list[str]) -> None:
        doomed = self._doomed()
        replaced = self._random.sample(doomed, len(doomed) // 2) if fresh else []
        library = {document.metadata.id: document for document in make_library(self._random.randrange(10**6))}
        with EmbeddedWriter(self._folder, ["seeds"], update=number > 0) as writer:
            for document_id in doomed:
                assert writer.delete(document_id)
                del self._live[document_id]
            for document_id in (*fresh, *replaced):
                paragraphs = library[document_id].paragraphs[: self._random.randint(1, _MOST_RECORDS)]
                metadata = replace(library[document_id].metadata, paragraphs=len(paragraphs))
                writer.add(metadata, paragraphs)
                self._live[document_id] = Indexed(metadata, paragraphs)
                self._segment_of[document_id] = number
                self._records[number] += len(paragraphs)
            writer.commit()

    def _doomed(self) -> list[str]:
        """Some documents; never so many of a segment that it would be written anew."""
        doomed = []
        for document_id in self._random.sample(sorted(self._live), len(self._live) // 3):
            segment, records = self._segment_of[document_id], len(self._live[document_id].paragraphs)
            if 3 * (self._deleted[segment] + records) <= self._records[segment]:
                self._deleted[segment] += records
                doomed.append(document_id)
        return doomed


@pytest.fixture(scope="module", params=[1, 2, 3, 4, 5], ids=lambda segments: f"{segments} segments")
def indexes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, tally: Tally) -> tuple[Updated, ...]:
    """A few indexes of one number of segments, all with deletions."""
    pytest.importorskip("numba")
    made = tuple(
        _Updates(tmp_path_factory.mktemp("updated") / "index_data", seed).make(request.param) for seed in range(_INDEXES)
    )
    for index in made:
        deleted = [entry.deletions.documents for entry in index.manifest.segments if entry.deletions is not None]
        assert deleted
        assert all(engine.check() == () for engine in index.engines)
        tally["indexes"] += 1
        tally["deleted documents"] += sum(deleted)
    return made


@pytest.mark.parametrize("number", range(_INDEXES))
def test_answers_are_those_of_brute_force(indexes: tuple[Updated, ...], tally: Tally, number: int) -> None:
    index = indexes[number]
    seed = "" if settings().derandomize else secrets.token_hex(8)
    random = RandomRequests(f"{seed} {len(index.manifest.segments)} {number}")
    for _ in range(_TREES):
        request = random.request()
        total = assert_answered(index, request)
        tally["random trees"] += 1
        tally["records found"] += total


def assert_answered(index: Updated, request: SearchRequest) -> int:
    """Both implementations of the kernels answer as brute force does; gives the total."""
    expected = index.oracle.search(request)
    answers = [engine.search(replace(request, explain=True)) for engine in index.engines]
    for answer in answers:
        assert without_generation(answer) == _ordered(expected, answer, request), request
    tree = request.query.relaxed if expected.relaxed and request.query.relaxed else request.query.tree
    records = [(hit.document, hit.paragraph) for hit in expected.hits]
    tree_of = partial(_tree_of, tree)
    scores = SecondLook(index.reference, tree_of, records).scores() if request.order is Sort.RELEVANCE else {}
    for hit, other in zip(*(answer.hits for answer in answers), strict=True):
        record = hit.document, hit.paragraph
        place = hit.document.id, hit.paragraph.ordinal
        score = scores[place] if scores else index.reference.score(tree_of(record), record)
        assert hit.score == pytest.approx(score, rel=1e-6, abs=1e-6), request
        assert other.score == pytest.approx(hit.score, abs=1e-9), request
        assert units(hit) == round((hit.score or 0.0) * 1e6), request
        assert units(other) == round((other.score or 0.0) * 1e6), request
    return expected.total


def _tree_of(tree: Node, record: Record) -> Node:
    """What a query is in a record's language."""
    return without_stop_words(tree, language_of(*record))


def _ordered(expected: SearchResponse, answer: SearchResponse, request: SearchRequest) -> SearchResponse:
    """What the oracle gives, which does not rank: by relevance, in the order of an answer's scores."""
    assert expected.total <= request.page_size
    if request.order is not Sort.RELEVANCE:
        return without_generation(expected)
    scores = {(hit.document.id, hit.paragraph.ordinal): hit.score or 0.0 for hit in answer.hits}
    hits = sorted(expected.hits, key=lambda hit: (-scores.get(place := (hit.document.id, hit.paragraph.ordinal), 0.0), place))
    return without_generation(replace(expected, hits=tuple(hits)))
