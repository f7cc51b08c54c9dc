"""Writes a whole new generation beside the old one, verifies it and publishes it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from indexer.errors import IndexCorrupt, IndexLocked, LoccitError, NoIndex
from indexer.model import DocumentMetadata, Paragraph
from indexer.search.embedded.codec.invariants import broken_invariants
from indexer.search.embedded.codec.merge import merge_segments
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.codec.segment_writer import SegmentWriter
from indexer.search.embedded.manifest import (
    MANIFEST,
    Manifest,
    SegmentEntry,
    file_checksum,
    read_manifest,
    sync_folder,
    write_manifest,
)
from indexer.search.embedded.whoosh_index import LOCK, ArrayIndex

SUFFIX = ".arrays"
_OURS = re.compile(r"\d+-[0-9a-f]{8}-\d+\.arrays")


class EmbeddedWriter:
    """The IndexWriter of the embedded engine. One writer at a time: it holds Whoosh's lock from beginning to end.

    memory: megabytes that documents may take before they are written aside.
    """

    def __init__(self, index_dir: Path, roots: Sequence[str], memory: int = 512) -> None:
        self._index_dir = index_dir
        self._memory = memory * 1_000_000
        self._roots = tuple(roots)
        index_dir.mkdir(parents=True, exist_ok=True)
        self._lock = ArrayIndex(index_dir).lock(LOCK)
        if not self._lock.acquire():
            raise IndexLocked(f"Another process is writing the index in {index_dir}. Wait for it to end.")
        self._open = True
        self._number = self._last_number() + 1
        self._name = f"{self._number}-{secrets.token_hex(4)}"
        self._segment = SegmentWriter()
        self._entries: list[SegmentEntry] = []
        self._ids: set[str] = set()
        self._files_written = 0

    def add(self, document: DocumentMetadata, paragraphs: Sequence[Paragraph]) -> None:
        """Add a document whole. Raises ValueError for an id that was added before, or text that is not Unicode."""
        if document.id in self._ids:
            raise ValueError(f"document id {document.id} was added before")
        self._segment.add(document, paragraphs)
        self._ids.add(document.id)
        if self._segment.size >= self._memory:
            self._flush()

    def commit(self) -> str:
        """Write what is left, verify all of it, publish, and remove what the new manifest does not name."""
        if self._segment.documents or not self._entries:
            self._flush()
        if len(self._entries) > 1:
            self._merge()
        for entry in self._entries:
            _verify(self._index_dir / entry.file, entry)
        sync_folder(self._index_dir)
        built = datetime.now(UTC).isoformat(timespec="seconds")
        write_manifest(self._index_dir, Manifest(self._number, self._name, built, self._roots, tuple(self._entries)))
        self._finish({entry.file for entry in self._entries})
        return self._name

    def abort(self) -> None:
        """Drop what was written."""
        try:
            keep = {entry.file for entry in read_manifest(self._index_dir).segments}
        except NoIndex:
            keep = set()
        except LoccitError:
            # A damaged or foreign manifest names files that are not ours to judge: only what this writer wrote goes.
            keep = {path.name for path in self._files()} - {entry.file for entry in self._entries}
        self._finish(keep)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        if self._open:
            self.abort()

    def _flush(self) -> None:
        """Write what is held as a segment of its own: memory stays bounded, and `commit` makes one of all."""
        path = self._new_path()
        self._segment.write(path)
        self._entries.append(_entry(path, self._segment.documents, self._segment.records))
        self._segment = SegmentWriter()

    def _merge(self) -> None:
        for entry in self._entries:
            _verify(self._index_dir / entry.file, entry)
        path = self._new_path()
        merge_segments([self._index_dir / entry.file for entry in self._entries], path)
        documents = sum(entry.documents for entry in self._entries)
        records = sum(entry.records for entry in self._entries)
        self._entries = [_entry(path, documents, records)]

    def _new_path(self) -> Path:
        self._files_written += 1
        return self._index_dir / f"{self._name}-{self._files_written}{SUFFIX}"

    def _last_number(self) -> int:
        try:
            return read_manifest(self._index_dir).number
        except LoccitError:
            return 0

    def _files(self) -> list[Path]:
        return [path for path in self._index_dir.iterdir() if _OURS.fullmatch(path.name)]

    def _finish(self, keep: set[str]) -> None:
        self._open = False
        for path in self._files():
            if path.name not in keep:
                path.unlink(missing_ok=True)
        (self._index_dir / f"{MANIFEST}.new").unlink(missing_ok=True)
        self._lock.release()


def _entry(path: Path, documents: int, records: int) -> SegmentEntry:
    return SegmentEntry(path.name, path.stat().st_size, file_checksum(path), documents, records)


def _verify(path: Path, entry: SegmentEntry) -> None:
    """Read a written segment back. Raises IndexCorrupt where it is not what was meant."""
    segment = Segment(path)
    problems = segment.file.check() or broken_invariants(segment)
    if problems or (segment.documents, segment.records) != (entry.documents, entry.records):
        raise IndexCorrupt(f"The new index could not be verified; the old one stays. {' '.join(problems)}")
