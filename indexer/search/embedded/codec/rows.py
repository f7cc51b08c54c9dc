"""Numbers that are read together, side by side: one line of memory instead of one for each array."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

from indexer.search.embedded.codec.arrays import Array, smallest

_CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}


class Rows:
    """Rows of numbers, each in as few bytes as hold all of its column. Threads share them.

    bounds: where each row's own stretch of something begins, and one place more. columns: a number for each row.
    """

    def __init__(self, bounds: Array, columns: Sequence[Array]) -> None:
        """Raises ValueError where there are not as many numbers as rows."""
        self._count = len(bounds) - 1
        if any(len(each) != self._count for each in columns):
            raise ValueError("columns of different lengths")
        arrays = [smallest(each) for each in (bounds, *columns)]
        table = np.zeros(len(bounds), dtype=[(str(place), each.dtype) for place, each in enumerate(arrays)])
        for place, each in enumerate(arrays):
            table[str(place)][: len(each)] = each
        codes = [_CODES[each.itemsize] for each in arrays]
        # A stretch ends where that of the next row begins.
        self._unpack = struct.Struct("".join(["<", *codes, codes[0]])).unpack_from
        self._bytes = table.view(np.uint8).data
        self.width = table.itemsize
        """Of one row, in bytes."""

    def __getitem__(self, number: int) -> tuple[int, ...]:
        """Of a row: where its stretch begins, each of the columns, and where the stretch ends.

        Raises IndexError where there is no such row.
        """
        try:
            return self._unpack(self._bytes, self.width * number)
        except struct.error as error:
            raise IndexError(f"there are {self._count} rows") from error
