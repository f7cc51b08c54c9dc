"""Puts what is found in files into an index, file by file in their order, keeps count, and records what stood where."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from indexer.file_records import Entry, Fate, FileRecord, FileRecords, FileStamp, content_digest
from indexer.pipeline import Found, Record, Stamp
from indexer.report import PassedOver, Report, Skip, shown_path
from indexer.search.engine import IndexWriter
from indexer.walk import File


class Place(NamedTuple):
    """Where a file stands: the number of its root, its path below that ("" for a root that is a file), and as that is named."""

    root: int
    below: str
    location: str

    @property
    def shown(self) -> str:
        """The path as shown to people."""
        return shown_path(self.location)


@dataclass(slots=True)
class _Open:
    """A file under way, what stood in it so far, and its stamp, once that is known."""

    file: File
    place: Place
    entries: list[Entry] = field(default_factory=list)
    stamp: Stamp | None = None


class Intake:
    """Of several documents with one id the first that the index takes is in it; the others are skipped.

    before: what the index was made from that is being changed: a document whose content it has already is left where it is.
    """

    def __init__(self, writer: IndexWriter, report: Report, before: FileRecords | None = None) -> None:
        self.changed = False
        """Whether a document was added or deleted."""
        self.recorded = False
        """Whether what is known of some file is not what it was."""
        self._writer = writer
        self._report = report
        self._before = before
        self._taken: dict[str, tuple[Place, str]] = {}
        """Where each document stands that is in the index, by id."""
        self._deleted: set[str] = set()
        self._open: _Open | None = None
        self._began_ns = time.time_ns()

    @property
    def empty(self) -> bool:
        """Whether the index has no document so far."""
        return not self._taken

    def take(self, file: File, found: Found) -> None:
        """One more finding in a file; files come one after the other."""
        if self._open is None or self._open.file is not file:
            self.end()
            self._open = _Open(file, Place(file.root, file.below, file.location))
        place, entries = self._open.place, self._open.entries
        match found:
            case Record():
                entries.append(self._add(place, found))
            case Skip():
                fate = Fate.SKIPPED if found.whole else Fate.LEFT_OUT
                entries.append(Entry(fate, place=_inside(place, found.path), reason=found.reason, hint=found.hint))
                self._report.skip(found)
            case PassedOver():
                entries.append(Entry(Fate.PASSED_OVER, reason=found.why))
                self._report.passed_over[found.why] += 1
            case Stamp():
                self._open.stamp = found

    def end(self) -> None:
        """The file under way is finished: record it."""
        if self._open is None:
            return
        file, place, stamp = self._open.file, self._open.place, self._open.stamp
        if stamp is None:
            read = FileStamp(file.size, file.mtime_ns, file.inode, self._began_ns, b"")
        else:
            read = FileStamp(stamp.size, stamp.mtime_ns, stamp.inode, self._began_ns, bytes.fromhex(stamp.sha256))
        reader = ("", "") if stamp is None else (stamp.format, str(stamp.version))
        self._record(FileRecord(place.root, place.below, read, *reader, self._open.entries))
        self._open = None

    def keep(self, place: Place, number: int, stamp: FileStamp | None = None) -> bool:
        """One more file as it was recorded before; False, and nothing done, where it must be read again.

        It must where a document is not in the index though nobody has its id any more. stamp: a newer one of the same content.
        """
        assert self._before is not None
        self.end()
        entries = self._before.entries(number)
        now = self._fates(entries)
        if now is None:
            return False
        for entry in now:
            self._count(place, entry)
        if now == entries and stamp is None:
            self._writer.keep_record(number)
        else:
            record = self._before[number]._replace(entries=now)
            self._record(record if stamp is None else record._replace(stamp=stamp))
        return True

    def remove(self, numbers: Iterable[int]) -> None:
        """Delete those documents that stood in these files before, and stand nowhere any more."""
        assert self._before is not None
        self.end()
        for number in numbers:
            for entry in self._before.entries(number):
                if entry.fate is Fate.INDEXED and entry.id not in self._taken:
                    self._delete(entry.id)
                    self._report.removed += 1

    def _record(self, record: FileRecord) -> None:
        self._writer.record(record)
        self.recorded = True

    def _fates(self, entries: Sequence[Entry]) -> list[Entry] | None:
        """What becomes of what stood in a file; None where that cannot be said without reading it."""
        fates: list[Entry] = []
        own: set[str] = set()
        for entry in entries:
            taken = entry.id in self._taken or entry.id in own
            if (entry.fate is Fate.TAKEN and not taken) or (entry.fate is Fate.INDEXED and entry.id in self._deleted):
                return None
            if entry.fate in (Fate.INDEXED, Fate.REFUSED) and taken:
                fates.append(Entry(Fate.TAKEN, entry.id, entry.digest, entry.paragraphs, entry.place))
                continue
            if entry.fate is Fate.INDEXED:
                own.add(entry.id)
            fates.append(entry)
        return fates

    def _count(self, place: Place, entry: Entry) -> None:
        """Report once more what was recorded."""
        if entry.fate is Fate.INDEXED:
            self._taken[entry.id] = (place, entry.place)
            self._report.unchanged += 1
            return
        shown = place.shown + entry.place
        match entry.fate:
            case Fate.TAKEN:
                self._report.skip(self._taken_by_another(place, entry.id, shown))
            case Fate.PASSED_OVER:
                self._report.passed_over[entry.reason] += 1
            case _:
                self._report.skip(Skip(shown, entry.reason, entry.hint, entry.fate is not Fate.LEFT_OUT))

    def _add(self, place: Place, record: Record) -> Entry:
        document_id, inside = record.document.id, _inside(place, record.shown)
        digest = content_digest(record.document, record.paragraphs)
        entry = Entry(Fate.INDEXED, document_id, digest, len(record.paragraphs), inside)
        if document_id in self._taken:
            self._report.skip(self._taken_by_another(place, document_id, record.shown))
            return entry._replace(fate=Fate.TAKEN)
        if self._holds(document_id, digest):
            self._report.unchanged += 1
        elif refusal := self._put(record):
            self._report.skip(Skip(record.shown, refusal))
            return entry._replace(fate=Fate.REFUSED, reason=refusal)
        else:
            self._report.indexed += 1
            self._report.paragraphs += len(record.paragraphs)
            self._report.characters += sum(len(paragraph.text) for paragraph in record.paragraphs)
            self._report.characters_left_out += record.left_out
        self._taken[document_id] = (place, inside)
        return entry

    def _holds(self, document_id: str, digest: bytes) -> bool:
        """Whether the index has just this content under that id already."""
        if self._before is None or document_id in self._deleted:
            return False
        entry = self._before.find(document_id)
        return entry is not None and entry.digest == digest

    def _put(self, record: Record) -> str:
        """Add a document in place of whatever has its id; why that cannot be done, or ""."""
        if self._before is not None:
            self._delete(record.document.id)
        try:
            self._writer.add(record.document, record.paragraphs)
        except (ValueError, OverflowError) as error:
            return f"cannot be indexed: {error}"
        self.changed = True
        return ""

    def _delete(self, document_id: str) -> None:
        if document_id not in self._deleted and self._writer.delete(document_id):
            self._deleted.add(document_id)
            self.changed = True

    def _taken_by_another(self, place: Place, document_id: str, shown: str) -> Skip:
        first, inside = self._taken[document_id]
        hint = "Give each record an id of its own." if first == place else "Rename one of the files."
        return Skip(shown, f"its id {document_id} is taken by {first.shown}{inside}", hint)


def _inside(place: Place, shown: str) -> str:
    """What people are told of a place inside a file, without the file's own path."""
    return shown.removeprefix(place.shown)
