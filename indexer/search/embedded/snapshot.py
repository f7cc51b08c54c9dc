"""A generation held open: its manifest, its segments, and what is counted over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from indexer.errors import IndexCorrupt
from indexer.fields import FIELD_BY_NAME, HISTOGRAM
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.columns import Column
from indexer.search.embedded.codec.deletions import Deletions
from indexer.search.embedded.codec.file_records import FileRecordsFile
from indexer.search.embedded.codec.invariants import broken_invariants, repeated_ids, unrecorded_documents
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.histogram import Calendar
from indexer.search.embedded.judged import StopList, stop_lists_of
from indexer.search.embedded.kernels.counted import Summary
from indexer.search.embedded.manifest import Manifest, SegmentEntry
from indexer.search.embedded.scoring import Statistics

# So many values of a field are kept decoded.
_FEW_VALUES = 10_000


@dataclass(frozen=True)
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

    @cached_property
    def labels(self) -> list[str] | None:
        """All values by ordinal, where they are few."""
        return ["", *map(bytes.decode, self.values)] if len(self.values) <= _FEW_VALUES else None

    def value(self, ordinal: int) -> str:
        """The value of an ordinal."""
        return self.values[ordinal - 1].decode()

    def united(self, counted: Sequence[Array]) -> Array:
        """Counts by ordinal, one array for each segment, as one."""
        if len(counted) == 1:
            return counted[0]
        counts = np.zeros(len(self) + 1, dtype=np.int64)
        for places, counts_here in zip(self.places, counted, strict=True):
            counts[places] += counts_here
        return counts

    def place(self, value: str) -> int:
        """The ordinal of a value, 0 where no record has it."""
        if self._ordinals is not None:
            return self._ordinals.get(value, 0)
        for column, places in zip(self.columns, self.places, strict=True):
            local = column.place(value)
            if local:
                return int(places[local])
        return 0

    @cached_property
    def _ordinals(self) -> dict[str, int] | None:
        """All values' ordinals, where they are few."""
        return None if self.labels is None else {label: ordinal for ordinal, label in enumerate(self.labels) if ordinal}


class Numbering(NamedTuple):
    """The values of some facet fields over all segments, numbered field after field; the first number of each stands for none.

    stretches: [field] = where the field's counts begin and end. of_records: those of the fields that are no document's.
    labels: all values by number, where they are few. dated: whether counts by date are asked for, too.
    """

    fields: tuple[str, ...]
    values: tuple[MergedValues, ...]
    stretches: Array
    of_records: tuple[str, ...]
    labels: list[str] | None
    dated: bool

    @classmethod
    def of(
        cls, fields: tuple[str, ...], values: tuple[MergedValues, ...], stretches: Sequence[tuple[int, int]], dated: bool
    ) -> Numbering:
        """The numbering of these fields."""
        labels = None
        if sum(map(len, values)) <= _FEW_VALUES:
            labels = [label for each in values for label in each.labels or ()]
        of_records = tuple(field for field in fields if not FIELD_BY_NAME[field].per_document)
        return cls(fields, values, np.array(stretches, dtype=np.int64).reshape(-1, 2), of_records, labels, dated)

    def named(self, summary: Summary) -> Iterable[str]:
        """The values of the largest counts."""
        if self.labels is not None:
            return map(self.labels.__getitem__, summary.places)
        named: list[str] = []
        shift = 0
        for values, begin, end in zip(self.values, [0, *summary.ends], summary.ends, strict=False):
            named += [values.value(place - shift) for place in summary.places[begin:end]]
            shift += len(values) + 1
        return named


def open_segment(index_dir: Path, entry: SegmentEntry) -> Segment:
    """A segment as the manifest states it, and its deletions. Raises IndexCorrupt where the files are not those."""
    path, deleted = index_dir / entry.file, None
    if entry.deletions is not None:
        deletions = Deletions(index_dir / entry.deletions.file, entry.file)
        if deletions.file.size != entry.deletions.size:
            raise _other_file(deletions.file.path)
        deleted = deletions.documents
    segment = Segment(path, deleted)
    counts = segment.file.size, segment.documents, segment.records
    live = segment.documents - (0 if deleted is None else len(deleted)), len(segment.live_records)
    if counts != (entry.size, entry.documents, entry.records) or live != (entry.live_documents, entry.live_records):
        raise _other_file(path)
    return segment


def open_file_records(index_dir: Path, manifest: Manifest) -> FileRecordsFile | None:
    """What a generation was made from; None where that was not recorded. Raises IndexCorrupt where it is another file."""
    entry = manifest.file_records
    if entry is None:
        return None
    records = FileRecordsFile(index_dir / entry.file)
    if (records.file.size, len(records)) != (entry.size, entry.files):
        raise _other_file(records.file.path)
    return records


def _other_file(path: Path) -> IndexCorrupt:
    return IndexCorrupt(f"{path} is not the file that the manifest names")


class Snapshot:
    """What a request is answered from, from its beginning to its end, whatever is published meanwhile."""

    def __init__(self, index_dir: Path, manifest: Manifest) -> None:
        self.manifest = manifest
        self.segments = [open_segment(index_dir, entry) for entry in manifest.segments]
        # Opened at once, while the files are sure to be there.
        self.file_records = open_file_records(index_dir, manifest)
        self._values: dict[str, MergedValues] = {}
        self._numberings: dict[tuple[str, ...], Numbering] = {}

    @cached_property
    def statistics(self) -> Statistics:
        """Counts over the live records of all segments."""
        return Statistics.of(self.segments)

    @cached_property
    def calendar(self) -> Calendar:
        """The stated dates of all segments."""
        return Calendar([segment.intervals for segment in self.segments])

    @cached_property
    def stop_lists(self) -> tuple[StopList, ...]:
        """The stop lists of the records, each once."""
        return stop_lists_of(self.segments)

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

    def numbering(self, facets: tuple[str, ...]) -> Numbering:
        """How the counts of the facets that a request names stand in a row; kept for the next that names the same."""
        return self._numberings.get(facets) or self._number(facets)

    def _number(self, facets: tuple[str, ...]) -> Numbering:
        """Of a single segment as its profiles number all fields, of several these fields alone."""
        fields = tuple(field for field in facets if field != HISTOGRAM)
        values = tuple(map(self.values, fields))
        if len(self.segments) == 1:
            stretches = [self.segments[0].profiles.fields[field] for field in fields]
        else:
            stretches = list(pairwise(accumulate([len(each) + 1 for each in values], initial=0)))
        numbering = self._numberings[facets] = Numbering.of(fields, values, stretches, len(fields) < len(facets))
        return numbering


def broken_parts(snapshot: Snapshot) -> list[str]:
    """A sentence for each array that is damaged, or disagrees with others."""
    segments, records = snapshot.segments, snapshot.file_records
    problems = [each for segment in segments for each in segment.file.check() or broken_invariants(segment)]
    problems += [] if records is None else records.problems()
    return problems or [*repeated_ids(segments), *unrecorded_documents(segments, records)]
