"""Signs of titles: they never say that a word does not stand where it does, and what they rule out is not looked up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.search.embedded import EmbeddedEngine
from indexer.search.embedded.codec.owners import BLOCK, Owners
from indexer.search.embedded.codec.signs import SIGNS, signs_of, signs_of_words
from indexer.search.embedded.evaluate import Evaluation
from indexer.search.embedded.kernels import load_kernels
from indexer.search.query import Phrase
from indexer.search.request import SearchRequest
from indexer.search.syntax import parse
from tests.records import make_document
from tests.search.embedded.folders import make_index

_titles = st.lists(st.sets(st.sampled_from([f"word{number}".encode() for number in range(600)]), max_size=12), max_size=8)


def _signs(titles: list[set[bytes]]) -> np.ndarray:
    terms = sorted(set().union(*titles))
    held = np.array([[term in words for words in titles] for term in terms]).reshape(len(terms), len(titles))
    bounds = np.cumsum([0, *held.sum(axis=1)]).astype(np.uint32)
    return signs_of(terms, bounds, held.nonzero()[1].astype(np.uint32), len(titles))


@given(
    titles=_titles, words=st.sets(st.sampled_from([f"word{number}".encode() for number in range(600)]), min_size=1, max_size=3)
)
def test_a_unit_has_the_signs_of_its_words_and_no_others(titles: list[set[bytes]], words: set[bytes]) -> None:
    wanted = signs_of_words([words])[0]
    bits = {hash(word) % SIGNS for word in words}
    for signs, held in zip(_signs(titles), titles, strict=True):
        assert bool((signs & wanted == wanted).all()) == bits.issubset({hash(word) % SIGNS for word in held})


@given(data=st.data(), titles=_titles.filter(bool), each=st.sampled_from([1, 3, 200]))
def test_the_kernels_ask_the_owners_of_ids(kernels: str, data: st.DataObject, titles: list[set[bytes]], each: int) -> None:
    owner = np.repeat(np.arange(len(titles), dtype=np.uint32), each)
    ids = data.draw(st.sets(st.integers(0, len(owner) - 1), max_size=5).map(sorted))
    choices = data.draw(st.lists(st.sampled_from([set(), *titles, {b"word7"}, {b"word8", b"word9"}]), min_size=1, max_size=3))
    signs, wanted = _signs(titles), signs_of_words(choices)
    expected = any(bool((signs[owner[place]] & one == one).all()) for place in ids for one in wanted)
    given = np.array(ids, dtype=np.uint32)
    assert load_kernels(kernels).any_signed(given, Owners.of(owner), signs, wanted) is expected


def test_few_ids_are_told_by_blocks(kernels: str) -> None:
    size = 1 << (BLOCK + 8)
    owner = np.arange(size, dtype=np.uint32) // 3
    # Hashes differ from process to process, and words may share a sign.
    other = next(
        word for word in (b"sea", b"tide", b"coast", b"harbour", b"port") if hash(word) % SIGNS != hash(b"air") % SIGNS
    )
    terms = [b"air", other]
    signs = signs_of(terms, np.array([0, 1, 2], dtype=np.uint32), np.array([size // 6, 0], dtype=np.uint32), size)
    loops, owners = load_kernels(kernels), Owners.of(owner)
    having = np.flatnonzero(owner == size // 6).astype(np.uint32)
    assert loops.any_signed(having[:1], owners, signs, signs_of_words([[b"air"]]))
    assert not loops.any_signed(having, owners, signs, signs_of_words([[other]]))


@pytest.fixture
def engine(tmp_path: Path, kernels: str) -> EmbeddedEngine:
    """Three documents with a phrase in the text; one has it in the title, and one's title has no word, and so no sign."""
    documents = [
        make_document("a.md", ["Tide tables of the coast."], title="Tide tables"),
        make_document("b.md", ["Tide tables again."], title="Harbour news"),
        make_document("c.md", ["Air defence, and more air defence."], title="…"),
    ]
    return EmbeddedEngine(make_index(tmp_path / "index_data", documents), kernels)


@pytest.mark.parametrize(
    ("query", "looked_up"), [('"tide tables"', True), ('"air defence"', False), ('"defence air"~3', False)]
)
def test_a_phrase_is_looked_up_in_titles_where_one_may_have_it(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch, query: str, looked_up: bool
) -> None:
    fields = []
    matches = Evaluation.matches

    def noted(self: Evaluation, node: Phrase, field: str) -> object:
        fields.append(field)
        return matches(self, node, field)

    monkeypatch.setattr(Evaluation, "matches", noted)
    answer = engine.search(SearchRequest(parse(query), facets=(), hints=False))
    assert answer.total > 0
    assert ("title" in fields) == looked_up
