"""The kernels at their edges: counts that two bytes do not hold, lists of every density, lists that are none."""

from __future__ import annotations

import logging
import sys
from collections import Counter
from random import Random

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.errors import UsageError
from indexer.search.embedded.codec.followers import ANY, followers_of
from indexer.search.embedded.codec.inversion import SKIP
from indexer.search.embedded.kernels import load_kernels
from indexer.search.embedded.kernels.term import Following, Occurring, only_read

MANY = 70_000


@pytest.mark.parametrize("size", [10, 1_000_000])
@pytest.mark.parametrize("lists", [2, 3])
def test_frequencies_that_add_up_to_more_than_two_bytes_hold(kernels: str, size: int, lists: int) -> None:
    ids, freqs = np.array([3, 5] * lists, dtype=np.uint32), np.array([40_000, 1] * lists, dtype=np.uint16)
    begins = np.arange(lists) * 2
    found, counts = load_kernels(kernels).merged(ids, freqs, begins, begins + 2, size)
    assert (found.tolist(), counts.tolist()) == ([3, 5], [40_000 * lists, lists])


@given(
    lists=st.lists(st.dictionaries(st.integers(0, 2**22), st.integers(1, 300), max_size=30), min_size=2, max_size=6),
    size=st.sampled_from([2**22 + 1, 2**12]),
)
def test_several_lists_are_merged_and_their_frequencies_added(kernels: str, lists: list[dict[int, int]], size: int) -> None:
    wanted: Counter[int] = Counter()
    ids: list[int] = []
    freqs: list[int] = []
    ends = [0]
    for one in lists:
        held = {number % size: freq for number, freq in sorted(one.items(), key=lambda pair: pair[0] % size)}
        wanted.update(held)
        ids += held
        freqs += held.values()
        ends.append(len(ids))
    given = np.array(ids, dtype=np.uint32), np.array(freqs, dtype=np.uint16)
    found, counts = load_kernels(kernels).merged(*given, np.array(ends[:-1]), np.array(ends[1:]), size)
    assert list(zip(found.tolist(), counts.tolist(), strict=True)) == sorted(wanted.items())


def test_forms_that_stand_more_often_than_two_bytes_hold(kernels: str) -> None:
    units, freqs = np.array([7], dtype=np.uint32), np.array([MANY], dtype=np.uint32)
    found, counts = load_kernels(kernels).chosen_forms(units, freqs, np.zeros(MANY, np.uint8), np.array([True, False]))
    assert (found.tolist(), counts.tolist()) == ([7], [MANY])


def test_phrases_and_windows_that_stand_more_often_than_two_bytes_hold(kernels: str) -> None:
    loops = load_kernels(kernels)
    ids, freqs = np.array([4, 4], dtype=np.uint32), np.array([MANY, MANY], dtype=np.uint32)
    positions = np.concatenate([np.arange(0, 2 * MANY, 2), np.arange(1, 2 * MANY, 2)]).astype(np.uint32)
    occurring = Occurring(ids, freqs, np.zeros(1, dtype=np.uint32), positions)
    bounds = np.array([0, 1, 2], dtype=np.uint32), np.array([0, MANY, 2 * MANY], dtype=np.uint32)
    following = Following(*bounds, np.array([1, 2], dtype=np.uint8), np.full(2 * MANY, ANY, dtype=np.uint8))
    found, counts = loops.phrase(occurring, following, (0, 1), ())
    assert (found.tolist(), counts.tolist()) == ([4], [MANY])
    found, counts, _ = loops.windows(occurring, ((0, 1), (1, 2)), (), 2)
    assert (found.tolist(), counts.tolist()) == ([4], [2 * MANY - 1])


@given(
    shares=st.lists(st.sampled_from([0.0, 0.0003, 0.01, 0.1, 0.5, 0.95, 1.0]), min_size=2, max_size=4),
    first=st.sampled_from([0, 4_095, 4_096]),
    seed=st.integers(0, 2**32 - 1),
)
def test_what_stands_in_all_lists_is_found_at_its_places(kernels: str, shares: list[float], first: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    lists = [(np.flatnonzero(random.random(40_000) < share) + first).astype(np.uint32) for share in shares]
    both = load_kernels(kernels).intersection(lists[0], lists[1])
    assert both.tolist() == sorted(set(lists[0].tolist()) & set(lists[1].tolist()))
    ids = np.concatenate(lists)
    ends = np.cumsum([len(one) for one in lists])
    begins = ends - [len(one) for one in lists]
    records, rows = load_kernels(kernels).all_of(ids, begins, ends)
    assert set(records.tolist()) == set.intersection(*(set(one.tolist()) for one in lists))
    assert np.array_equal(records, np.sort(records))
    for row, begin, end in zip(rows, begins.tolist(), ends.tolist(), strict=True):
        places = row[: len(records)]
        assert np.array_equal(ids[places], records)
        assert not len(places) or begin <= int(places.min()) <= int(places.max()) < end


@example([7] * 20_000, 10_000)
@given(st.lists(st.integers(0, 70_000) | st.integers(0, 12), min_size=2, max_size=60), st.integers(1, 59))
def test_lists_that_do_not_ascend_do_no_harm(kernels: str, numbers: list[int], cut: int) -> None:
    ids = np.array(numbers, dtype=np.uint32)
    cut = min(cut, len(ids) - 1)
    try:
        records, rows = load_kernels(kernels).all_of(ids, np.array([0, cut]), np.array([cut, len(ids)]))
    except IndexError:
        return
    assert len(records) <= rows.shape[1]


@given(seed=st.integers(0, 2**32 - 1), order=st.lists(st.integers(0, 2), min_size=2, max_size=4))
def test_phrases_with_joined_parts_are_choices_that_follow_each_other(kernels: str, seed: int, order: list[int]) -> None:
    random = Random(seed)
    # By unit, for each of three terms: positions, and the positions covered there: more than one by joined parts.
    choices = [(position, covered) for position in range(7) for covered in (1, 1, 2, 3)]
    units = {unit: [sorted(set(random.sample(choices, random.randint(0, 5)))) for _ in range(3)] for unit in range(0, 400, 7)}
    lists: dict[tuple[int, int], list[tuple[int, list[int]]]] = {
        (term, covered): [] for term in range(3) for covered in (0, 2, 3)
    }
    for unit, terms in sorted(units.items()):
        for term, places in enumerate(terms):
            lists[term, 0].append((unit, sorted(position for position, _ in places)))
            for covered in (2, 3):
                lists[term, covered].append((unit, sorted(position for position, length in places if length == covered)))
    occurring, following, stretches = _occurring(lists)
    numbers = {name: number for number, name in enumerate(lists)}
    joined = [
        (place, covered, *stretches[term, covered])
        for place, term in enumerate(order)
        for covered in (2, 3)
        if len(set(stretches[term, covered])) > 1
    ]
    found, counts = load_kernels(kernels).phrase(occurring, following, [numbers[term, 0] for term in order], joined)
    wanted = {}
    for unit, terms in sorted(units.items()):
        reached = {(position, position) for position, _ in terms[order[0]]}
        for term in order:
            reached = {(start, end + length) for start, end in reached for position, length in terms[term] if position == end}
        if reached:
            wanted[unit] = len(reached)
    assert dict(zip(found.tolist(), counts.tolist(), strict=True)) == wanted


@given(seed=st.integers(0, 2**32 - 1), terms=st.integers(2, 4), others=st.sampled_from((1, 10, 50)), slop=st.integers(0, 3))
def test_phrases_and_windows_are_those_of_brute_force(kernels: str, seed: int, terms: int, others: int, slop: int) -> None:
    random, loops = Random(seed), load_kernels(kernels)
    # By unit, the term at each position; below 0 are others. Where these are many, a term is followed by the next one rarely.
    texts = {unit: [random.randrange(-others, terms) for _ in range(random.choice((3, 8, 20)))] for unit in range(0, 600, 3)}
    lists = {
        (term, 0): [(unit, [place for place, each in enumerate(text) if each == term]) for unit, text in texts.items()]
        for term in range(terms)
    }
    apart = set(random.sample(sorted(texts), 20))
    lists[0, 2] = [(unit, places[:1]) for unit, places in lists[0, 0] if unit in apart]
    occurring, following, stretches = _occurring(lists)
    order = [random.randrange(terms) for _ in range(random.randint(2, terms))]
    found, counts = loops.phrase(occurring, following, order, ())
    wanted = {unit: sum(text[at : at + len(order)] == order for at in range(len(text))) for unit, text in texts.items()}
    assert dict(zip(found.tolist(), counts.tolist(), strict=True)) == {unit: count for unit, count in wanted.items() if count}
    words = random.sample(range(terms), random.randint(2, terms))
    joined = [(words.index(0), 2, *stretches[0, 2])] if 0 in words else []
    width, some = len(words) + slop, set(words)
    found, counts, left = loops.windows(occurring, [stretches[term, 0] for term in words], joined, width)
    wanted = {
        unit: sum(each in some and some <= set(text[at : at + width]) for at, each in enumerate(text))
        for unit, text in texts.items()
        if not (joined and unit in apart)
    }
    assert dict(zip(found.tolist(), counts.tolist(), strict=True)) == {unit: count for unit, count in wanted.items() if count}
    assert left.tolist() == sorted(unit for unit in apart if joined and some <= set(texts[unit]))


@given(seed=st.integers(0, 2**32 - 1), words=st.sampled_from((2, 3)), together=st.integers(0, 120))
@example(seed=1, words=2, together=0)
@example(seed=1, words=3, together=20)
@example(seed=1, words=3, together=120)
def test_places_that_few_followers_allow_are_all_that_are_looked_at(seed: int, words: int, together: int) -> None:
    pytest.importorskip("numba")
    from indexer.search.embedded.kernels import numba_followers

    random = Random(seed)
    # The terms stand in every second unit, apart from each other but in so many units.
    texts = [[random.choice((term, -1)) for term in (0, -1, 1, -1, 2, -1) * (1 + unit % 3)] * (unit % 2) for unit in range(800)]
    for unit in random.sample(range(len(texts)), together):
        texts[unit] += range(words)
    lists = {
        (term, 0): [(unit, [place for place, each in enumerate(text) if each == term]) for unit, text in enumerate(texts)]
        for term in range(words)
    }
    occurring, following, stretches = _occurring(lists)
    begins, ends = (np.array([stretches[term, 0][side] for term in range(words)]) for side in (0, 1))
    order, rarest = np.argsort(ends - begins, kind="stable"), int((ends - begins).min())
    _, _, held = numba_followers.by_followers(tuple(occurring), tuple(following), np.arange(words), begins, ends, order)
    assert held == (together if together <= rarest // numba_followers.MANY_POSTINGS else -1)
    found, _ = load_kernels("numba").phrase(occurring, following, range(words), ())
    assert found.tolist() == [unit for unit, text in enumerate(texts) if text[-words:] == list(range(words))]


def _occurring(
    lists: dict[tuple[int, int], list[tuple[int, list[int]]]],
) -> tuple[Occurring, Following, dict[tuple[int, int], tuple[int, int]]]:
    """Postings of some terms, each by its units and its positions there; and the stretch of each term.

    The terms share few marks.
    """
    ids: list[int] = []
    freqs: list[int] = []
    skips: list[int] = []
    positions: list[int] = []
    bounds, position_bounds = [0], [0]
    tokens = []
    stretches = {}
    marks = np.arange(len(lists), dtype=np.uint8) % 3 + 1
    for (name, held), mark in zip(lists.items(), marks, strict=True):
        for unit, places in held:
            if places:
                skips += [len(positions)] if len(ids) % SKIP == 0 else []
                ids.append(unit)
                freqs.append(len(places))
                tokens += [(unit, place, len(positions) + number, mark) for number, place in enumerate(places)]
                positions += places
        stretches[name] = bounds[-1], len(ids)
        bounds.append(len(ids))
        position_bounds.append(len(positions))
    followers = np.zeros(len(positions), dtype=np.uint8)
    if tokens:
        units, places, numbers, of_tokens = np.array(sorted(tokens)).T
        followers[numbers] = followers_of(units, places, of_tokens.astype(np.uint8))
    arrays = np.array(ids, np.uint32), np.array(freqs, np.uint8), np.array(skips, np.uint32), np.array(positions, np.uint16)
    following = np.array(bounds, np.uint32), np.array(position_bounds, np.uint32), marks, followers
    return Occurring(*[only_read(each) for each in arrays]), Following(*[only_read(each) for each in following]), stretches


class Failing:
    """Finds that the compiled kernels cannot be imported."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def find_spec(self, name: str, *_: object) -> None:
        if name == "indexer.search.embedded.kernels.with_numba":
            raise self._error


@pytest.mark.parametrize("error", [ImportError("Numba needs NumPy 2.3 or less"), OSError("no llvmlite"), AttributeError("x")])
def test_a_numba_that_cannot_be_loaded_is_none(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("numba")

    monkeypatch.delitem(sys.modules, "indexer.search.embedded.kernels.with_numba", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Failing(error), *sys.meta_path])
    with caplog.at_level(logging.WARNING):
        assert load_kernels("auto").name == "numpy"
    (said,) = caplog.messages
    assert str(error) in said
    with pytest.raises(UsageError, match="cannot be loaded") as refused:
        load_kernels("numba")
    assert str(error) in str(refused.value)


def test_without_numba_numpy_is_taken_and_nothing_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delitem(sys.modules, "indexer.search.embedded.kernels.with_numba", raising=False)
    error = ModuleNotFoundError("No module named 'numba'", name="numba")
    monkeypatch.setattr(sys, "meta_path", [Failing(error), *sys.meta_path])
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with caplog.at_level(logging.DEBUG):
        assert load_kernels("auto").name == "numpy"
    assert caplog.messages == []
    with pytest.raises(UsageError, match="not installed"):
        load_kernels("numba")
