"""The best of many records, most of which are never scored: they are those that are first where all are."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.kernels import load_kernels, numpy_ranking
from indexer.search.embedded.kernels.term import CLASSES, WINDOW, Matches, Records, Term, Terms, length_classes, only_read

K1 = 1.2
# Only read, as all lists that are ranked: each other combination would be compiled.
NO_MATCHES = Matches(only_read(np.zeros(0, dtype=np.uint32)), only_read(np.zeros(0, dtype=np.uint16)))


def _weights(lengths: Array, weight: float) -> Array:
    return weight / (0.25 + 0.75 * lengths / 20)


def _records(random: Random, size: int, alike: bool) -> Records:
    """Records in documents, some of them in sections. alike: all as long as each other, so that many scores are equal."""
    longest = 1 if alike else random.choice((3, 60, 9_000))
    lengths = np.array([1 + int(longest * random.random() ** 3) for _ in range(size)], dtype=np.uint16)
    bounds = [0]
    while bounds[-1] < size:
        bounds.append(min(bounds[-1] + random.choice((1, 1, 5, 40, 3_000)), size))
    documents = np.repeat(np.arange(len(bounds) - 1, dtype=np.uint32), np.diff(bounds))
    ranks = np.array(random.sample(range(len(bounds) - 1), len(bounds) - 1), dtype=np.uint32)
    weights = _weights(np.arange(longest + 2), 1.0)
    classes, of_classes = length_classes(lengths, weights)
    told = Records(
        lengths=lengths,
        weights=weights,
        length_classes=classes,
        class_weights=of_classes,
        documents=documents,
        bounds=np.array(bounds, dtype=np.uint32),
        ranks=ranks,
        norms=np.ones(len(ranks)),
        title_weights=np.array([random.choice((0.3, 0.7, 2.0)) for _ in ranks]),
        sections=np.array([random.choice((0, 0, 1, 2, 3)) for _ in range(size)], dtype=np.uint16),
        section_weights=np.array([0.2, 1.0, 3.0]),
    )
    return Records(*map(only_read, told))


def _matches(random: Random, units: int, share: float) -> Matches:
    """A share of the units, and how often each has a word: seldom more often than there are classes for."""
    some = np.flatnonzero(np.array([random.random() < share for _ in range(units)])).astype(np.uint32)
    freqs = [random.choice((1, 1, 1, 2, 3, 14, 15, 16, 700)) if random.random() < 0.3 else 1 for _ in some]
    return Matches(some, np.array(freqs, dtype=np.uint16))


def _term(random: Random, within: Records) -> Term:
    """A word that is in hardly any record, or in nearly all; in titles, now and then in all of them, and in sections."""
    text = _matches(random, len(within.lengths), random.choice((0.0, 0.0005, 0.02, 0.3, 0.97)))
    factor = random.choice((0.0, 0.4, 3.0, 3.0, 900.0))
    if random.random() < 0.1:
        return Term(text, NO_MATCHES, NO_MATCHES, factor, True)
    title = _matches(random, len(within.ranks), random.choice((0.0, 0.0, 0.1, 1.0)))
    section = _matches(random, len(within.section_weights), random.choice((0.0, 0.0, 0.4)))
    return Term(text, title, section, factor, False)


def _assert_first(records: Array, rows: Array | None, terms: Terms) -> None:
    """Both kernels give the first of the whole list, which each makes by scoring all."""
    for name in ("numpy", "numba"):
        kernels = load_kernels(name)
        everything, scores = kernels.rank(records, rows, terms, K1, len(records))
        for count in (1, 10, 50, 128):
            best, of_best = kernels.rank(records, rows, terms, K1, count)
            assert best.tolist() == everything[:count].tolist(), (name, count)
            assert of_best.tolist() == pytest.approx(scores[:count].tolist(), abs=1.5e-6)


@settings(max_examples=8)
@example(seed=1, size=WINDOW, terms=3, alike=False)
@example(seed=2, size=2 * WINDOW + 1, terms=2, alike=True)
@example(seed=103686, size=3_000, terms=1, alike=False)
@example(seed=56, size=3_000, terms=1, alike=False)
@given(
    seed=st.integers(0, 10**6),
    size=st.sampled_from((1, 60, 400, 3_000, WINDOW + 1, 2 * WINDOW)),
    terms=st.integers(1, 5),
    alike=st.booleans(),
)
def test_the_best_are_the_first_of_all(seed: int, size: int, terms: int, alike: bool) -> None:
    pytest.importorskip("numba")
    random = Random(seed)
    within = _records(random, size, alike)
    each = [_term(random, within) for _ in range(terms)]
    told = Terms.of(each, NO_MATCHES[:2], NO_MATCHES[:2], NO_MATCHES[:2], within)
    numpy = load_kernels("numpy")
    some = numpy.union([term.text.units for term in each], size)
    passing = np.array([record for record in range(size) if random.random() < 0.3], dtype=np.uint32)
    for records in (some, numpy.intersection(some, passing), np.arange(size, dtype=np.uint32)):
        _assert_first(records, None, told)
    if not any(term.constant for term in each):
        records, rows = numpy.all_of(told.text[0], told.spans[:, 0], told.spans[:, 1])
        _assert_first(records, rows, told)
        kept = np.array([random.random() < 0.5 for _ in records], dtype=bool)
        _assert_first(records[kept], np.ascontiguousarray(rows[:, : len(records)][:, kept]), told)
    if terms == 1 and not each[0].constant:
        _assert_first(each[0].text.units, np.empty((1, 0), dtype=np.uint32), told)


@pytest.mark.parametrize("seed", range(24))
def test_many_windows_of_numpy_give_the_best_of_all(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random, loops = Random(seed), load_kernels("numpy")
    within = _records(random, 3_000, alike=seed % 3 == 0)
    each = [_term(random, within) for _ in range(1 + seed % 5)]
    told = Terms.of(each, NO_MATCHES[:2], NO_MATCHES[:2], NO_MATCHES[:2], within)
    for records in (np.arange(3_000, dtype=np.uint32), np.array(sorted(random.sample(range(3_000), 900)), dtype=np.uint32)):
        # All of them in one window are scored one by one.
        everything, scores = loops.rank(records, None, told, K1, len(records))
        for size in (100, 512, 2_999):
            monkeypatch.setattr(numpy_ranking, "_WINDOW", size)
            for count in (1, 10, 50, 400, len(records)):
                best, of_best = loops.rank(records, None, told, K1, count)
                assert best.tolist() == everything[:count].tolist()
                assert of_best.tolist() == scores[:count].tolist()
        monkeypatch.undo()


def test_weights_that_half_the_digits_do_not_hold(kernels: str) -> None:
    random, loops = Random(4), load_kernels(kernels)
    within = _records(random, 3_000, alike=False)
    some, titles = _matches(random, 3_000, 0.5), _matches(random, len(within.ranks), 0.3)
    each = [Term(some, titles, NO_MATCHES, 1e60, False), Term(_matches(random, 3_000, 0.9), NO_MATCHES, NO_MATCHES, 1.0, False)]
    told = Terms.of(each, NO_MATCHES[:2], NO_MATCHES[:2], NO_MATCHES[:2], within)
    records = loops.union([term.text.units for term in each], 3_000)
    best, scores = loops.rank(records, None, told, K1, 10)
    assert best.tolist() == loops.rank(records, None, told, K1, len(records))[0][:10].tolist()
    assert min(scores) > 1e59


def test_scores_that_are_equal_once_they_are_rounded(kernels: str) -> None:
    random, loops = Random(6), load_kernels(kernels)
    within = _records(random, 3_000, alike=False)
    term = Term(_matches(random, 3_000, 0.97), NO_MATCHES, NO_MATCHES, 3e-6, False)
    told = Terms.of([term], NO_MATCHES[:2], NO_MATCHES[:2], NO_MATCHES[:2], within)
    everything, scores = loops.rank(term.text.units, None, told, K1, len(term.text.units))
    assert set(scores.tolist()) <= {0.0, 1e-6, 2e-6, 3e-6}
    for count in (1, 10, 100):
        assert loops.rank(term.text.units, None, told, K1, count)[0].tolist() == everything[:count].tolist()


def test_scores_that_half_the_digits_do_not_tell_apart(kernels: str) -> None:
    random, size, factors = Random(5), 3_000, (30_000.0, 50_000.0)
    told, units = _records(random, size, alike=False), np.arange(size, dtype=np.uint32)
    freqs = [np.array([random.randint(1, 3) for _ in units], dtype=np.uint16) for _ in factors]
    of_lengths = told.weights[told.lengths]
    # Each record is a document, whose title adds so much that the scores of all are nearly the same.
    wanted = 79_000 * (1 + 1e-8 * np.array(random.sample(range(size), size)))
    least, most = np.zeros(size), np.full(size, 1e3)
    for _ in range(100):
        titles = (least + most) / 2
        tfs = [freq * of_lengths + titles for freq in freqs]
        below = sum(factor * tf / (K1 + tf) for factor, tf in zip(factors, tfs, strict=True)) < wanted
        least, most = np.where(below, titles, least), np.where(below, most, titles)
    within = told._replace(
        documents=only_read(units),
        bounds=only_read(np.arange(size + 1, dtype=np.uint32)),
        ranks=only_read(units[::-1]),
        norms=only_read(np.ones(size)),
        title_weights=only_read(least),
    )
    in_titles = Matches(units, np.ones(size, dtype=np.uint16))
    each = [
        Term(Matches(units, freq), in_titles, NO_MATCHES, factor, False) for freq, factor in zip(freqs, factors, strict=True)
    ]
    best, _ = load_kernels(kernels).rank(
        units, None, Terms.of(each, NO_MATCHES[:2], NO_MATCHES[:2], NO_MATCHES[:2], within), K1, 10
    )
    assert best.tolist() == np.argsort(-wanted)[:10].tolist()


@given(lengths=st.lists(st.integers(0, 20_000), min_size=1, max_size=50))
def test_no_length_counts_more_than_its_class(lengths: list[int]) -> None:
    weights = _weights(np.arange(max(lengths) + 1), 1.0)
    classes, of_classes = length_classes(np.array(lengths, dtype=np.uint16), weights)
    assert len(of_classes) == CLASSES
    assert len(classes) == WINDOW
    for length, of_class in zip(lengths, classes.tolist(), strict=False):
        assert weights[length] <= of_classes[of_class] * (1 + 1e-6) <= weights[length] * 5


def test_records_that_there_are_not_are_an_index_error() -> None:
    pytest.importorskip("numba")
    random = Random(3)
    within = _records(random, 500, alike=False)
    beyond = Matches(np.arange(2 * WINDOW, 2 * WINDOW + 300, dtype=np.uint32), np.ones(300, dtype=np.uint16))
    term = Term(beyond, NO_MATCHES, NO_MATCHES, 1.0, False)
    told = Terms.of([term], NO_MATCHES[:2], NO_MATCHES[:2], NO_MATCHES[:2], within)
    for rows in (None, np.empty((1, 0), dtype=np.uint32)):
        with pytest.raises(IndexError):
            load_kernels("numba").rank(beyond.units, rows, told, K1, 10)
