"""Writes a generation beside the old one, whole or as a change of it, verifies it and publishes it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from indexer.errors import Fault, IndexCorrupt, LoccitError, NoIndex
from indexer.file_records import FileRecord, FileRecords
from indexer.model import DocumentMetadata, Paragraph
from indexer.search.embedded.bulk import BulkWriter, Written
from indexer.search.embedded.codec.deletions import Deletions, write_deletions
from indexer.search.embedded.codec.file_records import FileRecordsFile, FileRecordsWriter
from indexer.search.embedded.codec.invariants import broken_invariants, looked_into
from indexer.search.embedded.codec.merge import merge_segments
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.generations import broken_files, clean, kept_generations, publish
from indexer.search.embedded.lock import WriteLock
from indexer.search.embedded.manifest import (
    DELETIONS_SUFFIX,
    FILE_RECORDS_SUFFIX,
    SEGMENT_SUFFIX,
    DeletionsEntry,
    FileRecordsEntry,
    Manifest,
    SegmentEntry,
    file_checksum,
    read_manifest,
    sync_folder,
    write_manifest,
)
from indexer.search.embedded.merge_policy import Extent, segments_to_merge
from indexer.search.embedded.predecessor import Kept, Predecessor
from indexer.search.embedded.snapshot import open_file_records


class EmbeddedWriter:
    """The IndexWriter of the embedded engine. One writer at a time: it holds Whoosh's lock from beginning to end.

    roots: None for those of the generation before. memory: megabytes that documents may take before they are written aside.
    processes: see `BulkWriter`. update: begin from the published generation, if there is one; else from nothing. keep: how many
    generations before the new one are kept. reading: what reading the documents depends on, kept with the records of their
    files.
    """

    def __init__(
        self,
        index_dir: Path,
        roots: Sequence[str] | None,
        memory: int = 512,
        processes: int = 1,
        *,
        update: bool = False,
        keep: int = 0,
        reading: str = "",
    ) -> None:
        self._index_dir = index_dir
        self._keep = keep
        self._update = update
        self.reading = reading
        self._lock = WriteLock(index_dir)
        try:
            self._before = self._published(needed=update)
            self._roots = self._roots_of(roots)
            changed = self._before if update else None
            self._predecessor = Predecessor(index_dir, changed.segments if changed else ())
            self._files = _file_records(index_dir, changed)
            numbers = (manifest.number for manifest in (self._before, *kept_generations(index_dir)) if manifest)
            self._number = max(numbers, default=0) + 1
        except BaseException:
            self._lock.release()
            raise
        self._open = True
        self._name = f"{self._number}-{secrets.token_hex(4)}"
        self._bulk = BulkWriter(self._new_path, memory * 1_000_000, processes)
        self._ids: set[str] = set()
        self._records = FileRecordsWriter(self._files)
        self._files_written = 0

    @property
    def roots(self) -> tuple[str, ...]:
        """The paths that the generation is made from."""
        return self._roots

    @property
    def files(self) -> FileRecords | None:
        """What the generation before was made from: see IndexWriter."""
        return self._files

    def record(self, file: FileRecord) -> None:
        """One more file: see IndexWriter."""
        self._records.add(file)

    def keep_record(self, number: int) -> None:
        """One more file as it was recorded before: see IndexWriter."""
        self._records.keep(number)

    def delete(self, document_id: str) -> bool:
        """Delete a document of the generation before. Raises ValueError for one that was added here."""
        if document_id in self._ids:
            raise ValueError(f"document id {document_id} was added just before: it cannot be deleted in the same update")
        return self._predecessor.delete(document_id)

    def add(self, document: DocumentMetadata, paragraphs: Sequence[Paragraph]) -> None:
        """Add a document whole. Raises ValueError for an id that is there, or text that is not Unicode."""
        if document.id in self._ids:
            raise ValueError(f"document id {document.id} was added before")
        if self._predecessor.holds(document.id):
            raise ValueError(f"document id {document.id} is in the index already; to replace it, delete it first")
        with self._told():
            self._bulk.add(document, paragraphs)
        self._ids.add(document.id)

    def commit(self) -> str:
        """Write what is left, verify all that is new, publish, and remove what no generation names that is kept."""
        with self._told():
            entries = tuple(self._entries())
            records = self._record_entry()
            sync_folder(self._index_dir)
            built = datetime.now(UTC).isoformat(timespec="seconds")
            manifest = Manifest(self._number, self._name, built, self._roots, entries, records)
            publish(self._index_dir, manifest, self._kept())
        with self._ending():
            clean(self._index_dir, self._keep, self._name)
        return self._name

    def refresh(self) -> None:
        """Publish new file records for the same generation: see IndexWriter."""
        if self._before is None:
            raise ValueError("there is no generation whose file records could be refreshed")
        with self._told():
            records = self._record_entry()
            sync_folder(self._index_dir)
            write_manifest(self._index_dir, replace(self._before, file_records=records))
        self.abort()

    def abort(self) -> None:
        """Drop what was written."""
        with self._ending():
            self._bulk.abort()
            clean(self._index_dir, self._keep, self._name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        if self._open:
            self.abort()

    def _roots_of(self, roots: Sequence[str] | None) -> tuple[str, ...]:
        if roots is not None:
            return tuple(roots)
        if self._before is None:
            raise NoIndex(self._index_dir)
        return self._before.roots

    def _published(self, needed: bool) -> Manifest | None:
        """The manifest of the folder, None where there is none. needed: raise what is wrong with it."""
        try:
            return read_manifest(self._index_dir)
        except NoIndex:
            return None
        except LoccitError:
            if needed:
                raise
            return None

    def _kept(self) -> Manifest | None:
        """The generation before, where it is to be kept and nothing of it is damaged: an update has looked at its files."""
        if not self._keep or self._before is None or (not self._update and broken_files(self._index_dir, self._before)):
            return None
        return self._before

    def _entries(self) -> Iterator[SegmentEntry]:
        """Write the segments and the deletions of the new generation, some of the segments made one; at least one is left."""
        kept = list(self._predecessor.kept())
        segments = [each.segment for each in kept]
        if self._ids or not kept:
            segments.append(Segment(self._merged(self._bulk.finish()).path))
        chosen = segments_to_merge([Extent(segment.records, len(segment.live_records)) for segment in segments])
        for number, segment in enumerate(segments):
            if number not in chosen:
                yield self._kept_entry(kept[number]) if number < len(kept) else self._new_entry(segment)
        if chosen:
            yield self._new_entry(self._merge([segments[number] for number in chosen]))

    def _kept_entry(self, kept: Kept) -> SegmentEntry:
        """The entry of a segment that stays; where documents of it were deleted, with deletions that are written here."""
        entry, segment = kept.entry, kept.segment
        if not kept.deleted:
            return entry
        path = self._new_path(DELETIONS_SUFFIX)
        write_deletions(path, entry.file, kept.deleted)
        written = Deletions(path, entry.file)
        if not np.array_equal(written.documents, kept.deleted):
            raise _not_verified([f"{path} does not hold what was deleted."])
        records = segment.records - len(segment.live_records)
        deletions = DeletionsEntry(path.name, written.file.size, file_checksum(path), len(kept.deleted), records)
        return replace(entry, deletions=deletions)

    def _new_entry(self, segment: Segment) -> SegmentEntry:
        """The entry of a segment that was written here, read back from the disk. Raises IndexCorrupt where it is damaged."""
        path = segment.file.path
        if problems := segment.file.check() or broken_invariants(segment):
            raise _not_verified(problems)
        return SegmentEntry(path.name, segment.file.size, file_checksum(path), segment.documents, segment.records)

    def _record_entry(self) -> FileRecordsEntry | None:
        """Write what the generation is made from, and read it back; None where that is not recorded."""
        if not len(self._records) and not self.reading:
            return None
        path = self._new_path(FILE_RECORDS_SUFFIX)
        documents = self._records.write(path, self._roots, self.reading)
        written = FileRecordsFile(path)
        if problems := written.problems():
            raise _not_verified(problems)
        return FileRecordsEntry(path.name, written.file.size, file_checksum(path), len(written), documents)

    def _merged(self, written: Sequence[Written]) -> Written:
        """All that bulk writing made, as one. Raises IndexCorrupt where a part is not what was written."""
        for part in written:
            segment = Segment(part.path)
            if (segment.documents, segment.records) != (part.documents, part.records):
                raise _not_verified([f"{part.path} does not hold what was written."])
        if len(written) == 1:
            return written[0]
        merged = self._merge([Segment(part.path) for part in written])
        return Written(merged.file.path, merged.documents, merged.records)

    def _merge(self, segments: Sequence[Segment]) -> Segment:
        """One segment of several. Damage would otherwise get checksums that are right: it is looked for before.

        What has such checksums already is found where it cannot be merged, and by reading back what was.
        """
        if problems := [problem for segment in segments for problem in segment.file.check()]:
            raise _not_verified(problems)
        path = self._new_path()
        with looked_into(segments):
            merge_segments(segments, path)
        return Segment(path)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Says what it means for the index when the disk is full, or fails."""
        try:
            yield
        except OSError as error:
            what = f"The index in {self._index_dir} cannot be written: {error.strerror or error}"
            raise Fault(f"{what}; {self._state()}.") from error

    def _state(self) -> str:
        with suppress(LoccitError):
            published = read_manifest(self._index_dir).name == self._name
            return "the new one is in use, but may not survive a power failure" if published else "the old index stays"
        return "what was there stays"

    def _new_path(self, suffix: str = SEGMENT_SUFFIX) -> Path:
        self._files_written += 1
        return self._index_dir / f"{self._name}-{self._files_written}{suffix}"

    @contextmanager
    def _ending(self) -> Iterator[None]:
        """Lets the next writer in at the end, whatever happens."""
        self._open = False
        self._predecessor, self._files, self._records = Predecessor(self._index_dir, ()), None, FileRecordsWriter()
        try:
            yield
        finally:
            self._lock.release()


def _file_records(index_dir: Path, manifest: Manifest | None) -> FileRecordsFile | None:
    """What a generation was made from, verified; None where that was not recorded. Raises IndexCorrupt, IndexVersionError."""
    try:
        records = open_file_records(index_dir, manifest) if manifest is not None else None
    except FileNotFoundError as error:
        raise IndexCorrupt(f"{error.filename} is missing") from error
    if records is not None and (problems := records.problems()):
        raise IndexCorrupt(problems[0])
    return records


def _not_verified(problems: Sequence[str]) -> IndexCorrupt:
    return IndexCorrupt(f"The new index could not be verified; the old one stays. {' '.join(problems)}")
