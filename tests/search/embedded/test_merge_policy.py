"""Which segments an update makes one of: their number is bounded, and so is what a small update costs."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.search.embedded.merge_policy import MOST_SEGMENTS, Extent, segments_to_merge

_extents = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(lambda counts: Extent(max(counts), min(counts))), max_size=30
)


def _whole(*sizes: int) -> list[Extent]:
    return [Extent(size, size) for size in sizes]


@given(extents=_extents)
def test_few_segments_are_left_and_none_is_mostly_dead(extents: list[Extent]) -> None:
    chosen = segments_to_merge(extents)
    assert chosen == sorted(set(chosen))
    assert len(extents) - len(chosen) + bool(chosen) <= MOST_SEGMENTS
    assert all(3 * extent.live >= 2 * extent.records for number, extent in enumerate(extents) if number not in chosen)
    assert len(chosen) != 1 or extents[chosen[0]].wasteful


@pytest.mark.parametrize(
    ("extents", "chosen"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param(_whole(50_000, 1, 1, 1, 1, 1), [], id="as many as there may be"),
        pytest.param(_whole(50_000, 1, 1, 1, 1, 1, 1), [1, 2, 3, 4, 5, 6], id="one more: the small ones"),
        pytest.param(_whole(50_000, 400, 7, 1, 1, 1, 1), [2, 3, 4, 5, 6], id="not what is much larger"),
        pytest.param(_whole(7, 1, 400, 1, 50_000, 20, 1), [0, 1, 3, 5, 6], id="in any order"),
        pytest.param(_whole(*(4**power for power in range(7))), [0, 1], id="two at least"),
        pytest.param(_whole(1000, 200, 100, 90, 10, 10, 10), list(range(7)), id="all, once they weigh as much"),
        pytest.param(_whole(*(10,) * 16), list(range(16)), id="as many as it takes, and what is no larger"),
        pytest.param(_whole(*(9**power for power in range(9))), [0, 1, 2, 3], id="no more than it takes"),
        pytest.param([Extent(900, 600), Extent(9, 9)], [], id="a third deleted"),
        pytest.param([Extent(900, 599), Extent(9, 9)], [0], id="more than a third deleted"),
        pytest.param([Extent(900, 599), Extent(9, 9), Extent(1, 0)], [0, 2], id="two of them"),
        pytest.param([Extent(0, 0)], [], id="documents without records"),
    ],
)
def test_segments_are_chosen_by_size(extents: list[Extent], chosen: list[int]) -> None:
    assert segments_to_merge(extents) == chosen


@pytest.mark.parametrize("size", [1, 5, 40])
def test_small_updates_never_rewrite_the_large_segment_and_move_each_record_a_few_times(size: int) -> None:
    segments = [50_000]
    moved = 0
    random = Random(3)
    for _ in range(10_000 // size):
        segments.append(random.randint(1, 2 * size - 1))
        chosen = segments_to_merge(_whole(*segments))
        assert 0 not in chosen
        merged = sum(segments[number] for number in chosen)
        moved += merged
        segments = [each for number, each in enumerate(segments) if number not in chosen] + ([merged] if chosen else [])
        assert len(segments) <= MOST_SEGMENTS
    assert moved / (sum(segments) - 50_000) < 13
