"""The loops of bulk writing: the compiled ones give what the plain ones give."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import CannotCompile
from indexer.search.analysis import split_pieces
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.followers import ANY, NOTHING
from indexer.search.embedded.codec.loops import BulkLoops, PlainLoops, load_bulk_loops
from indexer.search.embedded.codec.reading import Reading, Tokens

MANY = 1_000_000_000

texts = st.lists(st.text("aB1 .’-/é", max_size=20).map(str.encode), max_size=8)


@pytest.fixture(scope="module")
def compiled() -> BulkLoops:
    """The loops for many words."""
    pytest.importorskip("numba")
    from indexer.search.embedded.codec.compiled_loops import CompiledLoops

    return CompiledLoops()


def _assert_same(one: object, other: object, names: Sequence[str]) -> None:
    for name in names:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def _tokens(draw: st.DrawFn, pieces: int, terms: int) -> Tokens:
    """So many pieces of up to three tokens, or of none; some at the same position, some behind a gap."""
    counts = draw(st.lists(st.integers(0, 3 if terms else 0), min_size=pieces, max_size=pieces))
    flat = st.lists(st.integers(0, max(terms - 1, 0)), min_size=sum(counts), max_size=sum(counts))
    steps = [draw(st.lists(st.integers(0, 2), min_size=count, max_size=count)) for count in counts]
    places = [list(itertools.accumulate(each)) for each in steps]
    advances = [each[-1] + draw(st.integers(1, 2)) if each else 0 for each in places]
    arrays = [np.cumsum([0, *counts]), draw(flat), draw(flat), list(itertools.chain(*places)), advances]
    return Tokens(*(np.array(each, dtype=np.uint32) for each in arrays))


@st.composite
def readings(draw: st.DrawFn) -> tuple[Reading, Tokens, int]:
    """Something read, its tokens, and how many terms there are; each is the term of one token at least."""
    reading = PlainLoops().read(draw(texts))
    tokens = _tokens(draw, len(reading.pieces), 4)
    used, terms = np.unique(tokens.terms, return_inverse=True)
    ranked = Tokens(tokens.starts, terms.astype(np.uint32), tokens.variants, tokens.places, tokens.advances)
    return reading, ranked, len(used)


def test_few_words_are_not_worth_compiled_loops() -> None:
    assert isinstance(load_bulk_loops(1_000), PlainLoops)


def test_many_words_are_worth_compiled_loops_where_there_are_any(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    assert not isinstance(load_bulk_loops(MANY), PlainLoops)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert isinstance(load_bulk_loops(MANY), PlainLoops)


def test_plain_loops_do_what_cannot_be_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    tried: list[str] = []

    def failing(name: str) -> Callable[..., None]:
        def fail(*_: object) -> None:
            tried.append(name)
            raise CannotCompile("numba cannot compile a.b")

        return fail

    for name in ("_read", "_place", "_move"):
        monkeypatch.setattr(f"indexer.search.embedded.codec.compiled_loops.{name}", failing(name))
    loops, plain = load_bulk_loops(MANY), PlainLoops()
    reading = loops.read([b"a b a"])
    _assert_same(reading, plain.read([b"a b a"]), ["pieces", "codes", "counts"])
    tokens = Tokens(*(np.array(each, dtype=np.uint32) for each in ([0, 1, 2], [0, 1], [0, 0], [0, 0], [1, 1])))
    names, marks = ["bounds", "units", "positions", "variants", "followers", "lengths"], np.array([7, 9], dtype=np.uint8)
    _assert_same(loops.place(reading, tokens, marks), plain.place(reading, tokens, marks), names)
    out = np.zeros(3, dtype=np.uint32)
    loops.move(np.arange(3), np.array([0, 1, 3]), np.array([2, 0]), out)
    assert out.tolist() == [1, 2, 0]
    assert tried == ["_read", "_place", "_move"]


def test_plain_loops_do_it_where_numba_cannot_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    monkeypatch.delitem(sys.modules, "indexer.search.embedded.codec.compiled_loops", raising=False)
    monkeypatch.setitem(sys.modules, "indexer.search.embedded.kernels.numba_compile", None)
    assert isinstance(load_bulk_loops(MANY), PlainLoops)


@given(texts)
def test_what_is_read_are_the_pieces_of_the_texts(read: list[bytes]) -> None:
    reading = PlainLoops().read(read)
    pieces = [split_pieces(text) for text in read]
    assert [reading.pieces[code] for code in reading.codes] == [piece for each in pieces for piece in each]
    assert reading.counts.tolist() == [len(each) for each in pieces]
    assert len(set(reading.pieces)) == len(reading.pieces)


@settings(max_examples=300)
@given(read=texts)
def test_compiled_loops_read_the_same(compiled: BulkLoops, read: list[bytes]) -> None:
    one, other = PlainLoops().read(read), compiled.read(read)
    assert one.pieces == other.pieces
    _assert_same(one, other, ("codes", "counts"))


def test_compiled_loops_read_more_pieces_than_their_table_has_room_for_at_first(compiled: BulkLoops) -> None:
    read = [
        " ".join(str(number % 150_000) for number in range(start, start + 1_000)).encode() for start in range(0, 200_000, 1_000)
    ]
    one, other = PlainLoops().read(read), compiled.read(read)
    assert one.pieces == other.pieces
    assert len(one.pieces) == 150_000
    _assert_same(one, other, ("codes", "counts"))


@settings(max_examples=300)
@given(read=readings())
def test_tokens_are_put_in_order_of_term_unit_and_position(compiled: BulkLoops, read: tuple[Reading, Tokens, int]) -> None:
    reading, tokens, terms = read
    expected: list[list[tuple[int, int, int]]] = [[] for _ in range(terms)]
    marks = (np.arange(terms) % 3 + 1).astype(np.uint8)
    standing: dict[tuple[int, int], list[int]] = {}
    at, lengths = 0, []
    for unit, count in enumerate(reading.counts.tolist()):
        position = 0
        for piece in reading.codes[at : at + count].tolist():
            for token in range(int(tokens.starts[piece]), int(tokens.starts[piece + 1])):
                place = position + int(tokens.places[token])
                expected[int(tokens.terms[token])].append((unit, place, int(tokens.variants[token])))
                standing.setdefault((unit, place), []).append(int(tokens.terms[token]))
            position += int(tokens.advances[piece])
        at += count
        lengths.append(position)

    def follower(unit: int, place: int) -> int:
        following = standing.get((unit, place + 1), [])
        if max(len(standing[unit, place]), len(following)) > 1:
            return ANY
        return int(marks[following[0]]) if following else NOTHING

    for loops in (PlainLoops(), compiled):
        placed = loops.place(reading, tokens, marks)
        assert placed.bounds.tolist() == np.cumsum([0, *map(len, expected)]).tolist()
        found = zip(placed.units.tolist(), placed.positions.tolist(), placed.variants.tolist(), strict=True)
        assert list(found) == [token for each in expected for token in each]
        assert placed.followers.tolist() == [follower(unit, place) for each in expected for unit, place, _ in each]
        assert placed.lengths.tolist() == lengths


@given(st.lists(st.lists(st.integers(0, 255), max_size=3), max_size=6), st.randoms())
def test_runs_are_moved_whole(compiled: BulkLoops, runs: list[list[int]], random: Random) -> None:
    order = list(range(len(runs)))
    random.shuffle(order)
    bounds = np.cumsum([0, *map(len, runs)])
    targets = np.zeros(len(runs), dtype=np.int64)
    end = 0
    for run in order:
        targets[run] = end
        end += len(runs[run])
    entries: Array = np.array([entry for run in runs for entry in run], dtype=np.uint8)
    for loops in (PlainLoops(), compiled):
        out = np.zeros(end, dtype=np.uint32)
        loops.move(entries, bounds, targets, out)
        assert out.tolist() == [entry for run in order for entry in runs[run]]
