"""Many threads ask one engine: each answer is the one that its generation gives, whole."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from random import Random

import pytest

from indexer.errors import NotFound
from indexer.search.embedded import EmbeddedEngine, EmbeddedWriter
from indexer.search.query import EVERYTHING, All, Any, Fuzzy, ParsedQuery, Phrase, Published, Wildcard, Word
from indexer.search.request import Filter, SearchRequest, Sort
from indexer.search.response import SearchResponse
from tests.engines.library import make_library
from tests.records import Indexed, make_document
from tests.search.embedded.folders import make_index

THREADS = 8
QUERIES = 100
GENERATIONS = 6

LIBRARIES: tuple[tuple[Indexed, ...], ...] = (
    make_library(1)[:20],
    make_library(2)[:9],
    (make_document("one.md", ["A missile over the air of Ostrel."], title="Air"),),
)

_TREES = (
    Word("missile"),
    Word("F-16"),
    Phrase("air defense"),
    Phrase("the us", slop=3),
    Wildcard("*fense"),
    Fuzzy("misile"),
    All((Word("air"),), (Word("the"),)),
    Any((Word("zoe"), Word("renn", field="author"), Word("missile", field="title"), Published(None, 739_000))),
)
REQUESTS = (
    SearchRequest(page_size=20),
    SearchRequest(ParsedQuery(tree=EVERYTHING), sort=Sort.OLDEST, filters=(Filter("tag", ("energy",)),), facets=("tag",)),
    *(SearchRequest(ParsedQuery(tree=tree, scored=True), page_size=5, facets=("source", "published")) for tree in _TREES),
)


def _nameless(response: SearchResponse) -> SearchResponse:
    return replace(response, generation="")


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory, kernels: str) -> list[list[SearchResponse]]:
    """What each library answers to each request, asked one after the other."""
    given = []
    for number, library in enumerate(LIBRARIES):
        engine = EmbeddedEngine(make_index(tmp_path_factory.mktemp(f"alone{number}") / "index_data", library), kernels)
        given.append([_nameless(engine.search(request)) for request in REQUESTS])
    return given


def test_threads_get_the_answers_of_one(tmp_path: Path, kernels: str, answers: list[list[SearchResponse]]) -> None:
    engine = EmbeddedEngine(make_index(tmp_path / "index_data", LIBRARIES[0]), kernels)
    start = threading.Barrier(THREADS)

    def ask(seed: int) -> int:
        start.wait()
        for number in _numbers(seed, QUERIES):
            assert _nameless(engine.search(REQUESTS[number])) == answers[0][number]
        return QUERIES

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(ask, range(THREADS))) == THREADS * QUERIES


def test_every_answer_is_of_one_generation_while_others_are_published(
    tmp_path: Path, kernels: str, answers: list[list[SearchResponse]]
) -> None:
    folder = tmp_path / "index_data"
    published: dict[str, int] = {_publish(folder, 0): 0}
    engine = EmbeddedEngine(folder, kernels)
    stop = threading.Event()
    start = threading.Barrier(THREADS + 1)

    def ask(seed: int) -> list[tuple[int, SearchResponse]]:
        start.wait()
        seen = []
        for number in _numbers(seed, 10_000):
            seen.append((number, engine.search(REQUESTS[number])))
            if stop.is_set():
                break
        return seen

    with ThreadPoolExecutor(THREADS) as pool:
        asked = [pool.submit(ask, seed) for seed in range(THREADS)]
        start.wait()
        try:
            for _, number in zip(range(GENERATIONS), cycle((1, 2, 0)), strict=False):
                published[_publish(folder, number)] = number
        finally:
            stop.set()
        seen = [pair for future in asked for pair in future.result()]
    assert {response.generation for _, response in seen} <= set(published)
    assert len({response.generation for _, response in seen}) > 1
    for number, response in seen:
        assert _nameless(response) == answers[published[response.generation]][number]
    last = engine.search(REQUESTS[0])
    assert _nameless(last) == answers[published[last.generation]][0]
    assert last.generation == list(published)[-1]
    assert engine.check() == ()


def test_documents_are_shown_whole_while_generations_are_published(tmp_path: Path, kernels: str) -> None:
    folder = tmp_path / "index_data"
    documents = {size: make_document("a.md", [f"{size} air"] * size) for size in (1, 7)}
    make_index(folder, [documents[1]])
    engine = EmbeddedEngine(folder, kernels)
    stop = threading.Event()

    def read(_seed: int) -> set[int]:
        sizes = set()
        while not stop.is_set():
            shown = engine.document("a.md", ParsedQuery(tree=Word("air")))
            sizes.add(len(shown.hits))
            assert shown.document.paragraphs == len(shown.hits)
            assert {hit.paragraph.text for hit in shown.hits} == {f"{len(shown.hits)} air"}
            assert all(len(hit.spans) == 1 for hit in shown.hits)
            with pytest.raises(NotFound):
                engine.document("absent.md")
            assert len(engine.recent(3)) == engine.status().documents == 1
        return sizes

    with ThreadPoolExecutor(4) as pool:
        reading = [pool.submit(read, seed) for seed in range(4)]
        try:
            for _ in range(GENERATIONS):
                make_index(folder, [documents[7]])
                make_index(folder, [documents[1]])
        finally:
            stop.set()
        assert {size for future in reading for size in future.result()} <= {1, 7}


def test_closing_while_others_read_does_no_harm(tmp_path: Path, kernels: str, answers: list[list[SearchResponse]]) -> None:
    engine = EmbeddedEngine(make_index(tmp_path / "index_data", LIBRARIES[1]), kernels)

    def ask(seed: int) -> None:
        for number in _numbers(seed, 20):
            assert _nameless(engine.search(REQUESTS[number])) == answers[1][number]
            engine.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, range(4)))


def _numbers(seed: int, count: int) -> Iterator[int]:
    random = Random(seed)
    return (random.randrange(len(REQUESTS)) for _ in range(count))


def _publish(folder: Path, number: int) -> str:
    with EmbeddedWriter(folder, []) as writer:
        for document in LIBRARIES[number]:
            writer.add(document.metadata, document.paragraphs)
        return writer.commit()
