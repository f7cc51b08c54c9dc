"""Counting by document, by profile and by date: both kernels against counting one record after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import IndexCorrupt
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.owners import BLOCK, Owners
from indexer.search.embedded.codec.profiles import PROFILE, Profiles
from indexer.search.embedded.kernels import Kernels, load_kernels
from indexer.search.embedded.kernels.counted import Asked, Tally
from indexer.search.embedded.kernels.term import only_read

SOURCES, TAGS, INTERVALS = 3, 4, 5
NUMBERS = 11
"""Those of sources, of tags and of the one kind; of each, one stands for none."""


class Held(NamedTuple):
    """What a document of the example has: ordinals of a source and of tags, a stated interval, and so many records."""

    source: int
    tags: tuple[int, ...]
    interval: int
    records: int


class _Columns:
    """Stands in for the columns of a file."""

    def __init__(self, values: int, ordinals: Array, starts: Array | None, per_document: bool = True) -> None:
        self.values = [b""] * values
        self.ordinals = ordinals
        self.starts = starts
        self.per_document = per_document


held = st.builds(
    Held,
    source=st.integers(0, SOURCES),
    tags=st.lists(st.integers(1, TAGS), unique=True, max_size=3).map(tuple),
    interval=st.integers(0, INTERVALS - 1),
    records=st.integers(0, 4),
)


@pytest.fixture(scope="module", params=["numpy", "numba"])
def kernels(request: pytest.FixtureRequest) -> Kernels:
    """Each implementation."""
    if request.param == "numba":
        pytest.importorskip("numba")
    return load_kernels(request.param)


def _profiles(documents: list[Held]) -> Profiles:
    tags = np.array([tag for document in documents for tag in document.tags], dtype=np.uint16)
    starts = np.cumsum([0, *(len(document.tags) for document in documents)]).astype(np.uint32)
    counts = [document.records for document in documents]
    columns = {
        "kind": _Columns(1, np.ones(sum(counts), dtype=np.uint16), None, per_document=False),
        "source": _Columns(SOURCES, np.array([document.source for document in documents], dtype=np.uint16), None),
        "tag": _Columns(TAGS, tags, starts),
    }
    return Profiles.of(
        columns,  # type: ignore[arg-type]  # they have what is read of columns
        Owners.of(only_read(np.repeat(np.arange(len(documents), dtype=np.uint32), counts))),
        np.cumsum([0, *counts]).astype(np.uint32),
        np.array([document.interval for document in documents], dtype=np.uint16),
        INTERVALS,
    )


def _numbers(document: Held) -> Counter[int]:
    """The numbers of a document's values: sources from 0 on, tags behind them."""
    return Counter([document.source, *(SOURCES + 1 + tag for tag in document.tags or (0,))])


@given(st.lists(held, max_size=12))
def test_documents_have_one_profile_where_they_have_the_same_values(documents: list[Held]) -> None:
    profiles = _profiles(documents)
    assert profiles.fields == {"source": (0, 4), "tag": (4, 9), "kind": (9, 11)}
    values: dict[int, tuple[int, tuple[int, ...]]] = {}
    for document, profile in zip(documents, (profiles.documents.keys >> PROFILE).tolist(), strict=True):
        numbers = profiles.values[profiles.starts[profile] : profiles.starts[profile + 1]]
        assert Counter(numbers.tolist()) == _numbers(document)
        assert values.setdefault(profile, (document.source, document.tags)) == (document.source, document.tags)
    assert len(profiles) == len(values) == len({(document.source, document.tags) for document in documents})


@pytest.mark.parametrize("field", ["source", "tag", "kind"])
def test_values_that_are_none_are_refused(field: str) -> None:
    columns = {name: _Columns(1, np.ones(2, dtype=np.uint16), None) for name in ("source", "tag", "kind")}
    columns[field].ordinals[1] = 2
    two = np.arange(2, dtype=np.uint32)
    with pytest.raises(IndexCorrupt, match="values that it does not have"):
        Profiles.of(columns, Owners.of(two), np.arange(3, dtype=np.uint32), two, 2)  # type: ignore[arg-type]


def _failed(document: Held) -> set[str]:
    """The filters of the example that it fails: source 1 or 2; not tag 2, and tag 1 or 3; interval 1, 2 or 4."""
    passed = {
        "source": document.source in (1, 2),
        "tag": 2 not in document.tags and not {1, 3}.isdisjoint(document.tags),
        "published": document.interval in (1, 2, 4),
    }
    return {name for name, passes in passed.items() if not passes}


def _asked() -> Asked:
    wanting, excluding = np.zeros(NUMBERS, dtype=np.int64), np.zeros(NUMBERS, dtype=np.int64)
    wanting[[1, 2]], wanting[[5, 7]], excluding[6] = 1, 2, 2
    failing_days = np.ones(INTERVALS, dtype=bool)
    failing_days[[1, 2, 4]] = False
    return Asked(wanting, excluding, 3, failing_days)


def _assert_counts(kernels: Kernels, documents: list[Held], some: Array) -> None:
    """The records of an example that are `some`, tallied and sifted as one would by hand."""
    profiles = _profiles(documents)
    owners = profiles.owners.of_record[some]
    having = [documents[owner] for owner in owners.tolist()]
    assert kernels.owners_of(some, profiles.owners.of_record).tolist() == sorted(set(owners.tolist()))
    assert kernels.count_owners(some, profiles.owners) == len(set(owners.tolist()))

    tally = kernels.tally(some, profiles)
    assert tally.documents == len(set(owners.tolist()))
    assert _by_interval(tally) == Counter(one.interval for one in having)
    assert _by_value(tally) == _expected(having, lambda _document, _field: True)

    failed = [_failed(document) for document in having]
    places = [place for place, fails in enumerate(failed) if not fails]
    for tallied in (True, False):
        sifted = kernels.sift(some, profiles, _asked(), tallied)
        assert sifted.places.tolist() == places
        assert sifted.records.tolist() == some[places].tolist()
        assert sifted.tally.documents == len(set(owners[places].tolist()))
        if tallied:
            in_reach = [one for one, fails in zip(having, failed, strict=True) if fails <= {"published"}]
            assert _by_interval(sifted.tally) == Counter(one.interval for one in in_reach)
            assert _by_value(sifted.tally) == _expected(having, lambda document, field: _failed(document) <= {field})


def _by_interval(tally: Tally) -> Counter[int]:
    assert len(tally.counts) == NUMBERS + INTERVALS
    return +Counter(dict(enumerate(tally.counts[NUMBERS:].tolist())))


def _by_value(tally: Tally) -> Counter[int]:
    return +Counter(dict(enumerate(tally.counts[:NUMBERS].tolist())))


def _expected(having: list[Held], counts: Callable[[Held, str], bool]) -> Counter[int]:
    """Records by the numbers of their values, where they count in the value's field."""
    numbers = Counter[int]()
    for document in having:
        for number in _numbers(document):
            numbers[number] += counts(document, "source" if number <= SOURCES else "tag")
    return +numbers


@given(documents=st.lists(held, max_size=12), random=st.randoms())
def test_counts_are_those_of_one_record_after_the_other(kernels: Kernels, documents: list[Held], random: Random) -> None:
    everything = sum(document.records for document in documents)
    some = sorted(random.sample(range(everything), random.randint(0, everything)))
    _assert_counts(kernels, documents, np.array(some, dtype=np.uint32))
    _assert_counts(kernels, documents, np.arange(everything, dtype=np.uint32))


@pytest.mark.parametrize("share", [0.055, 0.5, 0.95, 1.0])
@pytest.mark.parametrize("without", [20, 0])
def test_documents_go_on_from_one_window_to_the_next(kernels: Kernels, share: float, without: int) -> None:
    """Also where documents have no record, and where so few records are counted that owners are looked up in blocks."""
    random = Random(5)
    lengths = (0, 1, 2, 3, 50, 9_000)
    documents = [
        Held(random.randint(0, SOURCES), tuple(random.sample(range(1, TAGS + 1), 2)), random.randrange(INTERVALS), records)
        for records in random.choices(lengths, weights=(without, 500, 300, 300, 20, 2), k=9_000)
    ]
    everything = sum(document.records for document in documents)
    some = [record for record in range(everything) if random.random() < share]
    _assert_counts(kernels, documents, np.array(some, dtype=np.uint32))


def test_owners_in_blocks_are_the_owners() -> None:
    of_record = np.sort(np.random.default_rng(7).integers(0, 500, 2_000)).astype(np.uint32)
    owners = Owners.of(of_record)
    assert (owners.firsts[np.arange(2_000) >> BLOCK] + owners.since).tolist() == of_record.tolist()


def test_owners_too_far_from_each_other_are_in_no_block() -> None:
    assert len(Owners.of(np.array([0, 255], dtype=np.uint32)).since) == 2
    assert len(Owners.of(np.array([0, 256], dtype=np.uint32)).since) == 0


@given(
    counts=st.lists(st.integers(0, 5), min_size=2, max_size=40), cut=st.integers(1, 39), size=st.sampled_from([0, 1, 3, 200])
)
def test_the_largest_counts_of_stretches(kernels: Kernels, counts: list[int], cut: int, size: int) -> None:
    stretches = [(0, min(cut, len(counts) - 1)), (min(cut, len(counts) - 1), len(counts))]
    row, none = np.array(counts, dtype=np.int64), np.zeros(0, dtype=np.int32)
    found = kernels.summary(row, np.array(stretches), size, none, 0)
    assert (found.undated, found.coarser, found.bucket, found.by_bucket) == (0, 0, 0, [])
    assert found.firsts == [counts[begin] for begin, _ in stretches]
    above = [[place for place in range(begin + 1, end) if counts[place]] for begin, end in stretches]
    best = [sorted(places, key=lambda place: (-counts[place], place))[:size] for places in above]
    assert found.distinct == list(map(len, above))
    assert found.ends == [len(best[0]), len(best[0]) + len(best[1])]
    assert found.places == best[0] + best[1]
    assert found.counts == [counts[place] for place in found.places]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6)), max_size=10), st.sampled_from([1, 200]))
def test_counts_by_bucket(kernels: Kernels, drawn: list[tuple[int, int]], size: int) -> None:
    """The last counts of a row, five buckets wide."""
    counts = np.array([4, 1, 2, *(count for count, _ in drawn)], dtype=np.int64)
    buckets = np.array([bucket for _, bucket in drawn], dtype=np.int32)
    found = kernels.summary(counts, np.array([[1, 3]]), size, buckets, 5)
    assert found[:5] == ([1], [1], [1], [1], [2])
    sums = [sum(count for count, bucket in drawn if bucket == wanted) for wanted in range(7)]
    assert (found.undated, found.coarser) == (sums[0], sums[1])
    held = [place for place, count in enumerate(sums[2:]) if count]
    assert found.by_bucket == (sums[2 + held[0] : 2 + held[-1] + 1] if held else [])
    assert found.bucket == (held[0] if held else 0)
