"""Which segments an update makes one of, so that there are never many and none is mostly dead.

- There are at most 6: each makes every search a little slower. Where there is one more, the smallest are merged, two at least,
  and then each that is at most three times as large as those before it together. So the large segment of an index is left
  alone until what came after it has grown to a third of it; and of 10,000 updates of one record each, a record is moved in 12.
- A segment of whose records more than a third are deleted is written anew: two are moved for each one that was deleted.

So what an update costs is in proportion to what was changed since the segments that it rewrites were written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_SEGMENTS = 6
_LARGER = 3


@dataclass(frozen=True, slots=True)
class Extent:
    """How many records a segment has, and how many of them are live."""

    records: int
    live: int

    @property
    def wasteful(self) -> bool:
        """Whether more than a third of the records are deleted."""
        return 3 * (self.records - self.live) > self.records


def segments_to_merge(extents: Sequence[Extent]) -> list[int]:
    """The numbers of the segments to make one of, ascending; one alone is to be written anew, none stays as it is."""
    chosen = {number for number, extent in enumerate(extents) if extent.wasteful}
    if _left(extents, chosen) > MOST_SEGMENTS:
        others = sorted(set(range(len(extents))) - chosen, key=lambda number: extents[number].live)
        taken = sum(extents[number].live for number in chosen)
        for number in others:
            if _left(extents, chosen) <= MOST_SEGMENTS and extents[number].live > _LARGER * taken:
                break
            chosen.add(number)
            taken += extents[number].live
    return sorted(chosen)


def _left(extents: Sequence[Extent], chosen: set[int]) -> int:
    """How many segments there are when the chosen ones are one."""
    return len(extents) - max(len(chosen) - 1, 0)
