"""Windows equal the enumeration of all choices, and never take long."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import QueryError
from indexer.search.embedded import EmbeddedEngine, postings
from indexer.search.embedded.windows import Place, window_members, window_starts
from indexer.search.query import ParsedQuery, Phrase
from indexer.search.request import SearchRequest
from tests.records import make_document
from tests.search.embedded.folders import make_index

AT_ONCE = 2.0
"""Seconds; far more than is needed, and far less than any search that grows faster than the text."""


def fitting(slots: Sequence[Sequence[Place]], slop: int) -> list[tuple[Place, ...]]:
    """Every choice of one place for each slot, at positions of their own, with few enough others among them."""
    found = []
    for choice in product(*slots):
        covered = [place for position, length in choice for place in range(position, position + length)]
        if len(set(covered)) == len(covered) and max(covered) - min(covered) + 1 - len(covered) <= slop:
            found.append(choice)
    return found


def assert_enumerated(slots: list[list[Place]], slop: int) -> None:
    """Starts and members are those of the choices that fit."""
    choices = fitting(slots, slop)
    assert window_starts(slots, slop) == {min(choice)[0] for choice in choices}
    assert window_members(slots, slop) == {place for choice in choices for place in choice}


_places = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 3)), min_size=0, max_size=5, unique=True)
_plain = st.lists(st.tuples(st.integers(0, 12), st.just(1)), min_size=0, max_size=5, unique=True)


@settings(max_examples=300)
@given(slots=st.lists(_places, min_size=1, max_size=4), slop=st.integers(0, 8))
def test_windows_over_places_of_any_length(slots: list[list[Place]], slop: int) -> None:
    assert_enumerated([sorted(slot) for slot in slots], slop)


@settings(max_examples=300)
@given(
    texts=st.lists(
        st.lists(_places, min_size=2, max_size=2) | st.lists(_plain, min_size=2, max_size=2), min_size=1, max_size=3
    ),
    slop=st.integers(0, 8),
)
def test_windows_in_several_texts_are_those_of_each(texts: list[list[list[Place]]], slop: int) -> None:
    slots: list[list[Place]] = [[], []]
    wanted = set()
    for number, in_text in enumerate(texts):
        moved = [sorted((position + (number << 16), covered) for position, covered in slot) for slot in in_text]
        wanted |= {place for choice in fitting(moved, slop) for place in choice}
        for slot, places in zip(slots, moved, strict=True):
            slot += places
    assert window_members(slots, slop, text_bits=16) == wanted


def test_each_text_has_a_bound_of_its_own() -> None:
    text = [[(position, 2) for position in range(40)]] * 5
    several = [[(position + (number << 16), covered) for number in range(300) for position, covered in slot] for slot in text]
    with pytest.raises(QueryError):
        window_members(several, 0)
    assert len(window_members(several, 0, text_bits=16)) == 300 * len(window_members(text, 0)) > 0


@settings(max_examples=300)
@given(
    positions=st.lists(st.integers(0, 2), min_size=1, max_size=12),
    chosen=st.lists(st.integers(0, 2), min_size=1, max_size=4),
    slop=st.integers(0, 6),
)
def test_windows_over_words_that_repeat(positions: list[int], chosen: list[int], slop: int) -> None:
    words: list[list[Place]] = [[(place, 1) for place, word in enumerate(positions) if word == number] for number in range(3)]
    assert_enumerated([words[number] for number in chosen], slop)


@settings(max_examples=300)
@given(slots=st.lists(_plain, min_size=1, max_size=4), order=st.permutations(range(5)), slop=st.integers(0, 6))
def test_windows_do_not_depend_on_how_places_are_listed(slots: list[list[Place]], order: list[int], slop: int) -> None:
    listed = [[slot[place] for place in order if place < len(slot)] for slot in slots]
    assert_enumerated(listed, slop)


def test_windows_by_example() -> None:
    near: list[list[Place]] = [[(0, 1), (9, 1)], [(3, 1), (7, 1)]]
    assert window_starts(near, 0) == set()
    assert window_starts(near, 1) == {7}
    assert window_starts(near, 2) == {0, 7}
    assert window_members(near, 1) == {(7, 1), (9, 1)}
    assert window_starts([[(4, 1), (6, 1)], [(4, 1), (6, 1)]], 1) == {4}
    assert window_starts([[(4, 1)], [(4, 1)]], 10) == set()
    assert window_starts([[(2, 2)], [(3, 1), (4, 1)]], 0) == {2}
    assert window_starts([[(2, 2)], [(3, 1)]], 5) == set()
    assert window_starts([[], [(1, 1)]], 5) == set()


def test_what_repeats_too_often_is_refused_soon() -> None:
    # One word more than there are places for it, all of two positions: nothing fits, in a great many ways.
    slots: list[list[Place]] = [[(place, 2) for place in range(0, 18, 2)]] * 10
    begin = time.process_time()
    with pytest.raises(QueryError, match="repeat too often"):
        window_members(slots, 20)
    assert time.process_time() - begin < 2 * AT_ONCE


_LONG = {
    "one word": "harbor " * 5_000,
    "one hyphenated word": "harbor-harbor " * 2_500,
    "words and their joined parts": "harbor-tide harbor tide harbortide " * 1_000,
}
_PHRASES = ("harbor harbor", "harbor harbor harbor harbor", "harbor-harbor harbor", "harbor-tide tide harbor")


@pytest.fixture(scope="module")
def long_texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, EmbeddedEngine]:
    """An index of each long text."""
    engines = {}
    for name, text in _LONG.items():
        folder: Path = make_index(tmp_path_factory.mktemp("long") / "index_data", [make_document("long.md", [text])])
        engines[name] = EmbeddedEngine(folder, "numpy")
        engines[name].search(SearchRequest(facets=()))
    return engines


@pytest.mark.parametrize("slop", [None, 0, 50])
@pytest.mark.parametrize("phrase", _PHRASES)
@pytest.mark.parametrize("name", _LONG)
def test_long_texts_of_few_words_are_answered_at_once(
    long_texts: dict[str, EmbeddedEngine], name: str, phrase: str, slop: int | None
) -> None:
    begin = time.process_time()
    found = long_texts[name].search(SearchRequest(ParsedQuery(tree=Phrase(phrase, slop=slop), scored=True), facets=()))
    assert time.process_time() - begin < AT_ONCE
    if found.total:
        assert len(found.hits[0].spans) > 1_000
    else:
        assert (name, phrase) not in {("one word", "harbor harbor"), ("one hyphenated word", "harbor-harbor harbor")}


def test_words_that_stand_far_apart_are_not_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kernels: str) -> None:
    between = "and so on " * 10
    texts = ["harbor-tide gates", f"harbor-tide {between} gates", f"gates {between} harbortide", "gates of the harbor tide"] * 5
    engine = EmbeddedEngine(make_index(tmp_path / "index_data", [make_document("a.md", texts)]), kernels)
    compared: list[int] = []

    def counted(slots: Sequence[Sequence[Place]], slop: int) -> set[int]:
        compared.append(slop)
        return window_starts(slots, slop)

    monkeypatch.setattr(postings, "window_starts", counted)
    found = engine.search(SearchRequest(ParsedQuery(tree=Phrase("gates harbor-tide", slop=5), scored=False), facets=()))
    assert (found.total, len(compared)) == (10, 10)
