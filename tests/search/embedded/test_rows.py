"""Rows: what was put side by side comes back, from columns of any width."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.search.embedded.codec.rows import Rows

_numbers = st.one_of(*(st.integers(0, (1 << bits) - 1) for bits in (1, 8, 16, 32, 64)))
_tables = st.integers(1, 5).flatmap(lambda width: st.lists(st.tuples(*[_numbers] * width), min_size=1, max_size=20))


@given(rows=_tables)
def test_rows_come_back(rows: list[tuple[int, ...]]) -> None:
    bounds, *columns = (np.array(column, dtype=np.uint64) for column in zip(*rows, strict=True))
    read = Rows(bounds, [column[:-1] for column in columns])
    expected = [(*row, after[0]) for row, after in pairwise(rows)]
    assert [read[number] for number in range(len(expected))] == expected
    for number in (len(expected), len(expected) + 1, 1 << 40):
        with pytest.raises(IndexError, match=f"{len(expected)} rows"):
            read[number]


def test_rows_are_as_long_as_the_largest_numbers_need() -> None:
    for top, width in ((255, 1), (256, 2), (1 << 16, 4), (1 << 32, 8)):
        numbers = np.array([0, top], dtype=np.uint64)
        assert Rows(np.zeros(3, dtype=np.uint64), [numbers, numbers]).width == 1 + 2 * width


@pytest.mark.parametrize("lengths", [(1, 2), (3, 2), (2, 0)])
def test_columns_of_other_lengths_are_refused(lengths: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="lengths"):
        Rows(np.arange(3), [np.zeros(length, dtype=np.uint8) for length in lengths])
