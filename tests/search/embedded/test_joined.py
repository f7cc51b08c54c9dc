"""Hyphenated words: their parts, and the parts joined, which stand with the other places of their word and apart."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.search.embedded import EmbeddedEngine
from indexer.search.embedded.codec.invariants import broken_invariants
from indexer.search.embedded.codec.postings import Postings
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.kernels import load_kernels
from indexer.search.embedded.postings import Lookup
from indexer.search.embedded.slots import node_slots
from indexer.search.embedded.vocabulary import Vocabulary
from indexer.search.query import Node, ParsedQuery, Phrase, Wildcard, Word
from indexer.search.request import SearchRequest, Sort
from tests.oracle import OracleEngine, without_generation
from tests.records import make_document
from tests.search.embedded.folders import make_index, rewrite_segment, segment_files

TEXTS = (
    *("The har-bor holds.", "The harbor bor holds, the har-bor bor.", "Harbors hold har-bor harbor.", "A har bor."),
    *("Run-s and runs: a run-s run.", "Hold-fast hold fast holdfast.", "co-op-shop and coopshop co op shop", "Tide-s tide"),
)
DOCUMENTS = tuple(make_document(f"{number}.md", [text], title=text, language="en") for number, text in enumerate(TEXTS))
WORDS = ("harbor", "har", "bor", "run", "runs", "s", "hold", "holdfast", "coopshop", "co-op", "the", "har-bor", "run-s")

PAIRED = ("harbor", "bor", "runs", "s", "hold", "tide", "co-op", "har-bor")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of texts with hyphens where nobody would write one."""
    return make_index(tmp_path_factory.mktemp("joined") / "index_data", DOCUMENTS)


def _postings(folder: Path, field: str) -> Postings:
    (path,) = segment_files(folder)
    return Segment(path).postings(field)


def _leaves() -> list[Node]:
    pairs = list(product(PAIRED, repeat=2))
    return [
        *(Word(word, exact=exact, field=field) for word in WORDS for exact in (False, True) for field in (None, "title")),
        *(Phrase(" ".join(pair), exact=exact) for pair in pairs for exact in (False, True)),
        *(Phrase(" ".join(pair), slop=slop) for pair in pairs for slop in (0, 1)),
        *(Wildcard(pattern) for pattern in ("har*", "h*r", "run?", "co-op*", "*s")),
    ]


def test_records_and_marks_are_those_of_the_texts(folder: Path, kernels: str) -> None:
    engine, oracle = EmbeddedEngine(folder, kernels), OracleEngine(DOCUMENTS)
    for leaf in _leaves():
        request = SearchRequest(ParsedQuery(tree=leaf), page_size=100, sort=Sort.DOCUMENT, facets=())
        assert without_generation(engine.search(request)) == without_generation(oracle.search(request)), leaf


@pytest.mark.parametrize(
    ("leaf", "places"),
    [
        (Word("harbor"), {0: 1, 1: 2, 2: 3}),
        (Word("runs", exact=True), {4: 3}),
        (Word("run"), {4: 6}),
        (Word("tide"), {7: 3}),
        (Phrase("harbor bor"), {1: 2}),
        (Phrase("harbor holds"), {0: 1, 2: 1}),
        (Phrase("tide tide"), {7: 1}),
        (Phrase("tides tide", exact=True), {7: 1}),
    ],
    ids=str,
)
def test_every_place_counts_once_for_each_word_that_begins_there(
    folder: Path, kernels: str, leaf: Word | Phrase, places: dict[int, int]
) -> None:
    found = Lookup(_postings(folder, "text"), load_kernels(kernels)).phrase(node_slots(leaf))
    assert dict(zip(found.units.tolist(), found.freqs.tolist(), strict=True)) == places


def test_what_holds_a_word_is_one_stretch_of_the_postings(folder: Path, kernels: str) -> None:
    found = Lookup(_postings(folder, "text"), load_kernels(kernels)).slot(node_slots(Word("harbor"))[0])
    assert found.first >= 0


def test_a_word_that_stands_in_two_pieces_only_is_not_suggested(folder: Path, kernels: str) -> None:
    (path,) = segment_files(folder)
    vocabulary = Vocabulary([Segment(path)], load_kernels(kernels))
    assert vocabulary.begun("harb", 5) == {"harbor": 3}
    assert vocabulary.begun("coop", 5) == {"coopshop": 1}
    assert vocabulary.frequency("harbors") == 3
    assert vocabulary.begun("tides", 5) == {"tides": 1}


@pytest.mark.parametrize("name", ["text.terms", "text.forms", "title.terms"])
@pytest.mark.parametrize("changed", [b"coopshoo", b"coopshop\x1fx", b"coopshop\x1f9", b"coopshop\x1f1"])
def test_joined_parts_without_an_entry_of_their_word_or_with_other_positions_are_told(
    tmp_path: Path, name: str, changed: bytes
) -> None:
    folder = make_index(tmp_path / "index_data", DOCUMENTS)

    def change(arrays: dict[str, NDArray[np.uint8]], _attributes: object) -> None:
        content = bytes(arrays[name])
        assert b"coopshop\x1f3" in content
        arrays[name] = np.frombuffer(content.replace(b"coopshop\x1f3"[: len(changed)], changed, 1), dtype=np.uint8)

    rewrite_segment(folder, change)
    (path,) = segment_files(folder)
    (problem,) = broken_invariants(Segment(path))
    assert problem.startswith(f"{path}: words of {name.partition('.')[0]} ")
