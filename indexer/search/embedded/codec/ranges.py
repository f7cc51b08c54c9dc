"""Ranges of numbers: many of them in a row."""

from __future__ import annotations

import numpy as np

from indexer.search.embedded.codec.arrays import Array


def ranges(begins: Array, ends: Array) -> Array:
    """The numbers from each begin to each end (exclusive), one range after the other."""
    each = ends - begins
    stops = np.cumsum(each)
    numbers: Array = np.arange(int(stops[-1]) if len(stops) else 0) + np.repeat(begins - (stops - each), each)
    return numbers
