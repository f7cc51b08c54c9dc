"""Which document each record of a segment is of, written twice: as numbers, and in a quarter of the room."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.search.embedded.codec.arrays import Array

BLOCK = 6
"""Records stand together by so many of their lower bits."""
_MOST = 255


class Owners(NamedTuple):
    """of_record: record -> document.

    The same for few records, which then are rarely far from memory that was read before: firsts: block of records -> the
    document of its first. since: record -> how many documents begin after that one; empty where that is no byte.
    """

    of_record: Array
    firsts: Array
    since: Array

    @classmethod
    def of(cls, of_record: Array) -> Owners:
        """The owners of all records, which ascend."""
        firsts = of_record[:: 1 << BLOCK].copy()
        since = of_record - np.repeat(firsts, 1 << BLOCK)[: len(of_record)]
        return cls(of_record, firsts, since[: len(since) if int(since.max(initial=0)) <= _MOST else 0].astype(np.uint8))
