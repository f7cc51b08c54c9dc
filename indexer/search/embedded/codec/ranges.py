"""Ranges of numbers: many of them in a row, and the bounds that part an array into them."""

from __future__ import annotations

import numpy as np

from indexer.search.embedded.codec.arrays import Array


def ranges(begins: Array, ends: Array) -> Array:
    """The numbers from each begin to each end (exclusive), one range after the other."""
    each = ends - begins
    stops = np.cumsum(each)
    numbers: Array = np.arange(int(stops[-1]) if len(stops) else 0) + np.repeat(begins - (stops - each), each)
    return numbers


def bounds_hold(bounds: Array, count: int, end: int) -> bool:
    """Whether bounds of so many ranges begin at 0, never fall, and end there."""
    return (
        len(bounds) == count + 1 > 0
        and int(bounds[0]) == 0
        and int(bounds[-1]) == end
        and bool(np.all(bounds[1:] >= bounds[:-1]))
    )
