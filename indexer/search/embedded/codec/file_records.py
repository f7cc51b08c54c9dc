"""The file of file records: columns over files, and over what stood in them; see docs/format.md."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from indexer.errors import IndexCorrupt
from indexer.file_records import DIGEST_BYTES, Entry, Fate, FileRecord, FileStamp, Provenance
from indexer.search.embedded.codec.arrays import UNSIGNED, Array, ArraysFile, bounds_hold, smallest
from indexer.search.embedded.codec.arrays_writer import ArraysWriter
from indexer.search.embedded.codec.ranges import ranges

_SHA_BYTES = 32
_UNKNOWN = bytes(_SHA_BYTES)
_FILE_NUMBERS = ("root", "size", "inode", "format")
_FILE_TIMES = ("modified", "recorded")
_ENTRY_NUMBERS = ("fate", "paragraphs", "note")
_FATES = tuple(Fate)
# A file may have been changed before 1970.
_OTHER_TYPES = {"file.size": UNSIGNED, "file.inode": UNSIGNED, "file.modified": {"<i8"}, "file.recorded": {"<i8"}}


class FileRecordsFile:
    """File records, mapped. Raises IndexCorrupt where they are not what `FileRecordsWriter` writes."""

    def __init__(self, path: Path) -> None:
        self.file = ArraysFile(path)
        self.file.require_types(_OTHER_TYPES)
        try:
            self.reading = str(self.file.attributes["reading"])
            self._roots = [str(root) for root in self.file.attributes["roots"]]
        except (KeyError, TypeError) as error:
            raise IndexCorrupt(f"{path} does not say what it was read from") from error

    def __len__(self) -> int:
        return len(self.file["file.root"])

    def __getitem__(self, number: int) -> FileRecord:
        numbers = self._numbers
        reader = self.readers[numbers["format"][number]]
        return FileRecord(numbers["root"][number], self._paths[number], self.stamp(number), *reader, self.entries(number))

    def paths(self) -> list[tuple[int, str]]:
        """The number of each file's root, and its path below that."""
        return list(zip(self._numbers["root"], self._paths, strict=True))

    def trusted(self, least_ns: int) -> list[tuple[int, int, int] | None]:
        """The size, time of change and inode of each file; None where they say nothing of its content."""
        known = self.file["file.sha256"].reshape(-1, _SHA_BYTES).any(axis=1)
        late = self.file["file.recorded"] - self.file["file.modified"] >= least_ns
        size, modified, inode, _recorded = self._stamps
        stamps: list[tuple[int, int, int] | None] = list(zip(size, modified, inode, strict=True))
        for number in np.flatnonzero(~(known & late)).tolist():
            stamps[number] = None
        return stamps

    def stamp(self, number: int) -> FileStamp:
        """What a file was when it was read."""
        size, modified, inode, recorded = self._stamps
        return FileStamp(size[number], modified[number], inode[number], recorded[number], self._sha256(number))

    def entries(self, number: int) -> list[Entry]:
        """What stood in a file, in order."""
        return [self._entry(entry) for entry in range(self._bounds[number], self._bounds[number + 1])]

    def find(self, document_id: str) -> Entry | None:
        """The entry of an indexed document."""
        entry = self._find(document_id)
        return None if entry is None else self._entry(entry)

    def provenance(self, document_id: str) -> Provenance | None:
        """Where an indexed document came from."""
        entry = self._find(document_id)
        if entry is None:
            return None
        number = int(np.searchsorted(self.file["file.bounds"], entry, side="right")) - 1
        path = self._path(number)
        root = Path(self._roots[int(self.file["file.root"][number])])
        name, version = self.readers[int(self.file["file.format"][number])]
        size, modified = int(self.file["file.size"][number]), int(self.file["file.modified"][number])
        return Provenance(root, root / path if path else root, size, modified, self._sha256(number).hex(), name, version)

    def problems(self) -> list[str]:
        """A sentence for each thing that is not as it should be."""
        try:
            sound = self.file.check()
            held = not sound and self._holds()
        except (IndexCorrupt, IndexError, KeyError, ValueError, TypeError, OverflowError) as error:
            return [f"{self.file.path}: file records cannot be looked at: {error}"]
        return sound or ([] if held else [f"{self.file.path}: file records are not as they should be"])

    def indexed(self) -> list[str]:
        """The ids of the documents that are in the index, in order."""
        return [self._ids[entry] for entry in np.flatnonzero(self.file["entry.fate"] == Fate.INDEXED).tolist()]

    @cached_property
    def _paths(self) -> list[str]:
        return [_decoded(path) for path in self.file.strings("file.path")]

    @cached_property
    def readers(self) -> list[tuple[str, str]]:
        """The formats and versions that files were read with."""
        names, versions = self.file.strings("reader.format"), self.file.strings("reader.version")
        return [(name.decode(), version.decode()) for name, version in zip(names, versions, strict=True)]

    @cached_property
    def notes(self) -> list[tuple[str, str]]:
        """The distinct reasons and hints of what is not indexed."""
        columns = (map(_decoded, self.file.strings(f"note.{part}")) for part in ("reason", "hint"))
        return list(zip(*columns, strict=True))

    @cached_property
    def _numbers(self) -> dict[str, list[int]]:
        """The numbers of files and entries as Python's own, which are faster one by one."""
        files = {name: self.file[f"file.{name}"].tolist() for name in (*_FILE_NUMBERS, *_FILE_TIMES)}
        return files | {name: self.file[f"entry.{name}"].tolist() for name in _ENTRY_NUMBERS}

    @cached_property
    def _stamps(self) -> tuple[list[int], ...]:
        return tuple(self._numbers[name] for name in ("size", "modified", "inode", "recorded"))

    @cached_property
    def _hashes(self) -> bytes:
        return self.file["file.sha256"].tobytes()

    @cached_property
    def _bounds(self) -> list[int]:
        bounds: list[int] = self.file["file.bounds"].tolist()
        return bounds

    @cached_property
    def _ids(self) -> list[str]:
        return [document_id.decode() for document_id in self.file.strings("entry.id")]

    @cached_property
    def _entry_places(self) -> list[str]:
        return [_decoded(place) for place in self.file.strings("entry.place")]

    @cached_property
    def _digests(self) -> bytes:
        return self.file["entry.digest"].tobytes()

    def _sha256(self, number: int) -> bytes:
        found = self._hashes[number * _SHA_BYTES : (number + 1) * _SHA_BYTES]
        return b"" if found == _UNKNOWN else found

    def _entry(self, entry: int) -> Entry:
        numbers, note = self._numbers, self._numbers["note"][entry]
        fate, paragraphs = _FATES[numbers["fate"][entry]], numbers["paragraphs"][entry]
        digest = self._digests[entry * DIGEST_BYTES : (entry + 1) * DIGEST_BYTES]
        return Entry(fate, self._ids[entry], digest, paragraphs, self._entry_places[entry], *self.notes[note])

    def _path(self, number: int) -> str:
        return _decoded(self.file.strings("file.path")[number])

    def _find(self, document_id: str) -> int | None:
        """The entry of an indexed document, searched in the order of the ids' checksums."""
        try:
            wanted = document_id.encode()
        except UnicodeEncodeError:
            return None
        ids, order = self.file.strings("entry.id"), self.file["document.order"]
        key = zlib.crc32(wanted)
        low, high = 0, len(order)
        while low < high:
            middle = (low + high) // 2
            if zlib.crc32(ids[int(order[middle])]) < key:
                low = middle + 1
            else:
                high = middle
        for place in range(low, len(order)):
            found = ids[int(order[place])]
            if found == wanted:
                return int(order[place])
            if zlib.crc32(found) != key:
                break
        return None

    def _holds(self) -> bool:
        file = self.file
        count, entries = len(self), len(file["entry.fate"])
        bounds, ids = file["file.bounds"].astype(np.int64), file.strings("entry.id")
        strings = ("file.path", "entry.id", "entry.place", "reader.format", "reader.version", "note.reason", "note.hint")
        offsets = {name: file[f"{name}.offsets"].astype(np.int64) for name in strings}
        return (
            all(bounds_hold(each, len(each) - 1, len(file[name])) for name, each in offsets.items())
            and all(len(file[f"file.{name}"]) == count for name in (*_FILE_NUMBERS, *_FILE_TIMES))
            and all(len(file[f"entry.{name}"]) == entries for name in _ENTRY_NUMBERS)
            and (len(file.strings("file.path")), len(ids), len(file.strings("entry.place"))) == (count, entries, entries)
            and (len(file["file.sha256"]), len(file["entry.digest"])) == (count * _SHA_BYTES, entries * DIGEST_BYTES)
            and bounds_hold(bounds, count, entries)
            and _below(file["file.root"], len(self._roots))
            and _below(file["file.format"], len(self.readers))
            and _below(file["entry.fate"], len(_FATES))
            and _below(file["entry.note"], len(self.notes))
            and _are_texts(file["entry.id"], offsets["entry.id"])
            and self._is_ordered(list(ids))
        )

    def _is_ordered(self, ids: Sequence[bytes]) -> bool:
        """Whether each document is indexed once, and can be looked up."""
        fates = self.file["entry.fate"]
        indexed = np.flatnonzero(fates == Fate.INDEXED).tolist()
        once = len({ids[entry] for entry in indexed}) == len(indexed)
        return once and np.array_equal(self.file["document.order"], _order(fates, ids))


class FileRecordsWriter:
    """Gathers the records of a generation's files, in order, and writes them. before: those of the generation before."""

    def __init__(self, before: FileRecordsFile | None = None) -> None:
        self._before = before
        self._kept = 0 if before is None else len(before)
        self._rows = array("q")
        """For each file its number: among those kept from before, then among those that are new."""
        self._numbers = {name: array("Q") for name in (*_FILE_NUMBERS, *_ENTRY_NUMBERS)}
        self._times = {name: array("q") for name in _FILE_TIMES}
        self._counts = array("q")
        self._paths: list[bytes] = []
        self._ids: list[bytes] = []
        self._places: list[bytes] = []
        self._hashes = bytearray()
        self._digests = bytearray()
        self._readers = _Distinct([] if before is None else before.readers)
        self._notes = _Distinct([] if before is None else before.notes)

    def __len__(self) -> int:
        return len(self._rows)

    def keep(self, number: int) -> None:
        """One more file: as it was recorded before."""
        self._rows.append(number)

    def add(self, record: FileRecord) -> None:
        """One more file, and what stood in it. Raises ValueError where a hash is not as long as it should be."""
        stamp, sha256 = record.stamp, record.stamp.sha256 or _UNKNOWN
        if len(sha256) != _SHA_BYTES or any(len(entry.digest) != DIGEST_BYTES for entry in record.entries):
            raise ValueError(f"{record.path}: a hash is too short or too long")
        self._rows.append(self._kept + len(self._paths))
        reader = self._readers.place((record.format, record.version))
        for name, number in zip(_FILE_NUMBERS, (record.root, stamp.size, stamp.inode, reader), strict=True):
            self._numbers[name].append(number)
        self._times["modified"].append(stamp.mtime_ns)
        self._times["recorded"].append(stamp.recorded_ns)
        self._counts.append(len(record.entries))
        self._paths.append(_encoded(record.path))
        self._hashes += sha256
        for entry in record.entries:
            note = self._notes.place(entry[-2:])
            for name, number in zip(_ENTRY_NUMBERS, (entry.fate, entry.paragraphs, note), strict=True):
                self._numbers[name].append(number)
            self._ids.append(entry.id.encode())
            self._places.append(_encoded(entry.place))
            self._digests += entry.digest

    def write(self, path: Path, roots: Sequence[str], reading: str) -> int:
        """Write the file and see it to the disk; how many documents these files gave the index."""
        rows = np.array(self._rows, dtype=np.int64)
        counts = self._column(lambda file: np.diff(file["file.bounds"].astype(np.int64)), self._counts)
        ends = np.cumsum(counts)
        entries = ranges((ends - counts)[rows], ends[rows])
        numbers = {name: self._of(f"file.{name}", self._numbers[name])[rows] for name in _FILE_NUMBERS}
        numbers |= {name: self._of(f"entry.{name}", self._numbers[name])[entries] for name in _ENTRY_NUMBERS}
        readers, numbers["format"] = self._readers.used(numbers["format"])
        notes, numbers["note"] = self._notes.used(numbers["note"])
        ids = self._strings("entry.id", self._ids, entries)
        order = _order(numbers["fate"], ids)
        with ArraysWriter(path) as writer:
            writer.attributes |= {"reading": reading, "roots": list(roots)}
            for name in _FILE_NUMBERS:
                writer.add(f"file.{name}", smallest(numbers[name]))
            for name, times in self._times.items():
                writer.add(f"file.{name}", self._of(f"file.{name}", times)[rows])
            writer.add_strings("file.path", self._strings("file.path", self._paths, rows))
            writer.add("file.sha256", self._hashed("file.sha256", self._hashes, _SHA_BYTES)[rows].reshape(-1))
            writer.add("file.bounds", smallest(np.concatenate(([0], np.cumsum(counts[rows]))).astype(np.uint64)))
            for name in _ENTRY_NUMBERS:
                writer.add(f"entry.{name}", smallest(numbers[name]))
            writer.add_strings("entry.id", ids)
            writer.add_strings("entry.place", self._strings("entry.place", self._places, entries))
            writer.add("entry.digest", self._hashed("entry.digest", self._digests, DIGEST_BYTES)[entries].reshape(-1))
            writer.add("document.order", order)
            for column, part in enumerate(("format", "version")):
                writer.add_strings(f"reader.{part}", [_encoded(reader[column]) for reader in readers])
            for column, part in enumerate(("reason", "hint")):
                writer.add_strings(f"note.{part}", [_encoded(note[column]) for note in notes])
        return len(order)

    def _of(self, name: str, new: array[int]) -> Array:
        return self._column(lambda file: file[name], new)

    def _column(self, kept: Callable[[ArraysFile], Array], new: array[int]) -> Array:
        """A column over all that was before, and all that is new."""
        fresh = np.array(new, dtype=np.int64 if new.typecode == "q" else np.uint64)
        return fresh if self._before is None else np.concatenate((kept(self._before.file).astype(fresh.dtype), fresh))

    def _hashed(self, name: str, new: bytearray, width: int) -> Array:
        fresh = np.frombuffer(bytes(new), dtype=np.uint8)
        every = fresh if self._before is None else np.concatenate((self._before.file[name], fresh))
        return every.reshape(-1, width)

    def _strings(self, name: str, new: list[bytes], places: Array) -> list[bytes]:
        every = new if self._before is None else [*self._before.file.strings(name), *new]
        return [every[place] for place in places.tolist()]


class _Distinct:
    """Distinct tuples of strings, in the order in which they came."""

    def __init__(self, known: Sequence[tuple[str, ...]]) -> None:
        self._every = list(known)
        self._places = {each: place for place, each in enumerate(known)}

    def place(self, each: tuple[str, ...]) -> int:
        """The place of a tuple, which is added where it is new."""
        place = self._places.setdefault(each, len(self._every))
        if place == len(self._every):
            self._every.append(each)
        return place

    def used(self, places: Array) -> tuple[list[tuple[str, ...]], Array]:
        """Those that some place names, and the places among them."""
        used, among = np.unique(places, return_inverse=True)
        return [self._every[place] for place in used.tolist()], among.astype(np.uint64)


def _order(fates: Array, ids: Sequence[bytes]) -> Array:
    """The entries of indexed documents in the order of their ids' checksums, equal ones as they stand."""
    indexed = np.flatnonzero(fates == Fate.INDEXED)
    keys = np.fromiter((zlib.crc32(ids[entry]) for entry in indexed.tolist()), dtype=np.uint32, count=len(indexed))
    return indexed[np.argsort(keys, kind="stable")].astype(np.uint32)


def _are_texts(blob: Array, offsets: Array) -> bool:
    """Whether byte strings are UTF-8, each for itself. Raises ValueError where all together are none."""
    str(blob.data, "utf-8")
    # None begins within a character.
    begins: Array = blob[offsets[:-1][offsets[:-1] < len(blob)]]
    return not bool(np.any((begins & 0xC0) == 0x80))


def _below(numbers: Array, bound: int) -> bool:
    return int(numbers.max(initial=0)) < max(bound, 1)


def _encoded(text: str) -> bytes:
    """UTF-8; bytes of a path that are none stay as they are, and other lone surrogates as they may."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")
