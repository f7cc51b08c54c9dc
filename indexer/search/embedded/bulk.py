"""Bulk writing: documents into segment files in the order in which they come, by several processes where there are many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.model import DocumentMetadata, Paragraph
from indexer.processes import cores
from indexer.search.embedded.codec.segment_writer import SegmentWriter
from indexer.search.embedded.workers import WorkerPool

# With fewer records, starting processes takes longer than they save.
FEW_RECORDS = 5_000


@dataclass(frozen=True, slots=True)
class Written:
    """A segment file, and how much it holds."""

    path: Path
    documents: int
    records: int


class BulkWriter:
    """Gathers documents and writes them in segments, one after the other: which segment holds what depends on the input alone.

    new_path: a path for the next segment file. memory: bytes that all processes together may take. processes: how many may
    write at once; 0 for as many as there are cores. Documents are gathered in this process, and if it is one, written too.
    """

    def __init__(self, new_path: Callable[[], Path], memory: int, processes: int) -> None:
        self._new_path = new_path
        self._processes = processes or cores()
        self._limit = memory // self._processes
        self._segment = SegmentWriter()
        self._records = 0
        self._written: list[Written] = []
        self._pool: WorkerPool | None = None

    def add(self, document: DocumentMetadata, paragraphs: Sequence[Paragraph]) -> None:
        """Add a document whole. Raises ValueError, and adds nothing, where a string is not Unicode text."""
        self._segment.add(document, paragraphs)
        self._records += len(paragraphs)
        if self._segment.size >= self._limit:
            self._flush(self._segment.text_dictionary())

    def finish(self) -> list[Written]:
        """Write what is left, and give all segments in the order of the documents; at least one. Ends the processes."""
        if self._segment.documents or not self._written:
            self._flush()
        if self._pool is not None:
            self._pool.finish()
            self._pool = None
        return self._written

    def abort(self) -> None:
        """End what is under way. Files that were written, whole or in part, stay."""
        if self._pool is not None:
            self._pool.kill()
            self._pool = None

    def _flush(self, dictionary: bytes | None = None) -> None:
        """Have what is gathered written, and begin the next segment. dictionary: see SegmentWriter."""
        segment, self._segment = self._segment, SegmentWriter(dictionary)
        path = self._new_path()
        self._written.append(Written(path, segment.documents, segment.records))
        if self._pool is None and self._processes > 1 and self._records >= FEW_RECORDS:
            self._pool = WorkerPool(self._processes)
        if self._pool is None:
            segment.write(path)
        else:
            self._pool.write(segment, path)
