"""A generation held open: its manifest, its segments, and what is counted over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from indexer.errors import IndexCorrupt
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.columns import Column
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.manifest import Manifest
from indexer.search.embedded.scoring import Statistics


@dataclass(frozen=True, slots=True)
class MergedValues:
    """A field's distinct values over all segments, in code-point order; ordinals begin at 1, 0 stands for none.

    places: for each segment, its own ordinals -> these.
    """

    columns: Sequence[Column]
    values: Sequence[bytes]
    places: Sequence[Array]

    @classmethod
    def of(cls, columns: Sequence[Column]) -> MergedValues:
        """Merge the columns of a field."""
        if len(columns) == 1:
            return cls(columns, columns[0].values, [np.arange(len(columns[0].values) + 1)])
        values = sorted({value for column in columns for value in column.values})
        place = {value: number for number, value in enumerate(values, 1)}
        places = [np.array([0, *(place[value] for value in column.values)], dtype=np.int64) for column in columns]
        return cls(columns, values, places)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, ordinal: int) -> str:
        return self.values[ordinal - 1].decode()

    def place(self, value: str) -> int:
        """The ordinal of a value, 0 where no record has it."""
        for column, places in zip(self.columns, self.places, strict=True):
            local = column.place(value)
            if local:
                return int(places[local])
        return 0


class Snapshot:
    """What a request is answered from, from its beginning to its end, whatever is published meanwhile."""

    def __init__(self, index_dir: Path, manifest: Manifest) -> None:
        self.manifest = manifest
        self.segments = [Segment(index_dir / entry.file) for entry in manifest.segments]
        self._values: dict[str, MergedValues] = {}
        for segment, entry in zip(self.segments, manifest.segments, strict=True):
            if (segment.file.size, segment.documents, segment.records) != (entry.size, entry.documents, entry.records):
                raise IndexCorrupt(f"{segment.file.path} is not the file that the manifest names. Run: loccit rebuild")

    @cached_property
    def statistics(self) -> Statistics:
        """Counts over the live records of all segments."""
        return Statistics.of(self.segments)

    @property
    def generation(self) -> str:
        """The name of the generation."""
        return self.manifest.name

    @cached_property
    def records(self) -> int:
        """How many live records there are."""
        return sum(len(segment.live_records) for segment in self.segments)

    def values(self, field: str) -> MergedValues:
        """A field's values over all segments."""
        merged = self._values.get(field)
        if merged is None:
            merged = self._values[field] = MergedValues.of([segment.column(field) for segment in self.segments])
        return merged
