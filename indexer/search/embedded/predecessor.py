"""The generation that an update begins from: its segments, and which of their documents the update deletes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.errors import IndexCorrupt
from indexer.search.embedded.codec.invariants import looked_into
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.manifest import SegmentEntry
from indexer.search.embedded.snapshot import open_segment


@dataclass(frozen=True, slots=True)
class Kept:
    """A segment of which documents are left. deleted: the numbers of those that are not, ascending, if any went just now."""

    entry: SegmentEntry
    segment: Segment
    deleted: tuple[int, ...] = ()


class Predecessor:
    """The segments of a generation, less what is deleted here. Nothing of it is changed on the disk."""

    def __init__(self, index_dir: Path, entries: Sequence[SegmentEntry]) -> None:
        """Raises IndexCorrupt, IndexVersionError."""
        try:
            self._segments = [(entry, open_segment(index_dir, entry)) for entry in entries]
        except FileNotFoundError as error:
            raise IndexCorrupt(f"{error.filename} is missing") from error
        self._deleted: list[set[int]] = [set() for _ in entries]

    def holds(self, document_id: str) -> bool:
        """Whether there is a document of that id that is not deleted. Raises IndexCorrupt, as `delete` does."""
        return self._find(document_id) is not None

    def delete(self, document_id: str) -> bool:
        """Delete a document; whether there was one."""
        found = self._find(document_id)
        if found is not None:
            number, document = found
            self._deleted[number].add(document)
        return found is not None

    def kept(self) -> Iterator[Kept]:
        """The segments that have documents left, in order."""
        for (entry, segment), deleted in zip(self._segments, self._deleted, strict=True):
            if len(deleted) == entry.live_documents:
                continue
            if not deleted:
                yield Kept(entry, segment)
                continue
            before = segment.live_by_document
            together = sorted(deleted if before is None else deleted.union(np.flatnonzero(~before).tolist()))
            yield Kept(entry, Segment(segment.file.path, np.array(together, dtype=np.uint32)), tuple(together))

    def _find(self, document_id: str) -> tuple[int, int] | None:
        for number, (_, segment) in enumerate(self._segments):
            with looked_into([segment]):
                document = segment.find_document(document_id)
            if document is not None and document not in self._deleted[number]:
                return number, document
        return None
