"""The manifest: a JSON file that names the files of a generation, replaced atomically. What it does not name is not read."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from io import BufferedWriter
from pathlib import Path
from typing import Any, TypeAlias

from indexer.errors import IndexCorrupt, IndexNotReadable, IndexVersionError, NoIndex, unreadable
from indexer.search.embedded.codec.arrays import FORMAT_VERSION
from indexer.search.embedded.codec.regular import kind_of, open_regular, require_regular

MANIFEST = "manifest.json"
ASIDE = f"{MANIFEST}.new"
"""Where a manifest is written before it takes its name."""
SEGMENT_SUFFIX = ".arrays"
DELETIONS_SUFFIX = ".deletions"
FILE_RECORDS_SUFFIX = ".files"
Stamp: TypeAlias = tuple[int, int, int]
"""When a manifest was published, its inode and its size: another one for each generation."""

_ANOTHER = "name another: --index-dir"
_FILE_STEM = re.compile(r"[0-9A-Za-z-]+")
_NAME = re.compile(r"[0-9]+-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class DeletionsEntry:
    """The file of a segment's deletions as the manifest states it, and how much they delete."""

    file: str
    size: int
    sha256: str
    documents: int
    records: int


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """A segment's file as the manifest states it, deleted documents included. sha256: of the whole file, in hex."""

    file: str
    size: int
    sha256: str
    documents: int
    records: int
    deletions: DeletionsEntry | None = None

    @property
    def live_documents(self) -> int:
        """How many documents are not deleted."""
        return self.documents - (self.deletions.documents if self.deletions else 0)

    @property
    def live_records(self) -> int:
        """How many records are not deleted."""
        return self.records - (self.deletions.records if self.deletions else 0)


@dataclass(frozen=True, slots=True)
class FileRecordsEntry:
    """The file that says what the generation was made from: of how many files it tells, and how many documents they gave it."""

    file: str
    size: int
    sha256: str
    files: int
    documents: int


_SUFFIXES: Mapping[type, str] = {
    SegmentEntry: SEGMENT_SUFFIX,
    DeletionsEntry: DELETIONS_SUFFIX,
    FileRecordsEntry: FILE_RECORDS_SUFFIX,
}


@dataclass(frozen=True, slots=True)
class Manifest:
    """A generation. number counts up; name is unique; built: ISO 8601 with zone; roots: the paths given to the build."""

    number: int
    name: str
    built: str
    roots: tuple[str, ...]
    segments: tuple[SegmentEntry, ...]
    file_records: FileRecordsEntry | None = None

    @property
    def documents(self) -> int:
        """How many live documents the segments hold."""
        return sum(entry.live_documents for entry in self.segments)

    @property
    def records(self) -> int:
        """How many live records the segments hold."""
        return sum(entry.live_records for entry in self.segments)

    def files(self) -> Iterator[SegmentEntry | DeletionsEntry | FileRecordsEntry]:
        """The entries of all files that are named."""
        for entry in self.segments:
            yield entry
            if entry.deletions is not None:
                yield entry.deletions
        if self.file_records is not None:
            yield self.file_records


def read_stamp(path: Path) -> Stamp:
    """The stamp of a manifest.

    Raises NoIndex where there is none, IndexCorrupt where it is no file, what `unreadable` says where it cannot be looked at.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise _refused(path, error) from error
    require_regular(path, found)
    return found.st_mtime_ns, found.st_ino, found.st_size


def _refused(path: Path, error: OSError) -> NoIndex | IndexNotReadable | IndexCorrupt:
    """What it means that the system refuses a manifest."""
    reason = hindrance(path.parent)
    if reason or isinstance(error, FileNotFoundError | NotADirectoryError):
        return NoIndex(path.parent, reason)
    return unreadable(path, error)


def hindrance(index_dir: Path) -> str:
    """Why there can be no index in a folder as it is, in a clause, and what to do; "" where one can be made."""
    for folder in (index_dir, *index_dir.parents):
        shown = "it" if folder == index_dir else f"{folder}"
        try:
            folder.lstat()
        except PermissionError:
            return ""
        except OSError:  # it is not there, or what it should lie in is no folder
            continue
        try:
            found = folder.stat()
        except PermissionError:
            return ""
        except OSError:  # it leads nowhere, or in a circle
            with suppress(OSError):
                return f"{shown} is a link to {folder.readlink()}, which is not there. Make that folder, or {_ANOTHER}"
            return ""
        return "" if stat.S_ISDIR(found.st_mode) else f"{shown} is {kind_of(found)}, not a folder. Remove it, or {_ANOTHER}"
    return ""


def read_manifest(index_dir: Path, file: str = MANIFEST) -> Manifest:
    """The manifest of a folder, or one that is kept there.

    Raises NoIndex, IndexVersionError, IndexNotReadable, IndexCorrupt.
    """
    path = index_dir / file
    try:
        with open_regular(path) as stream:
            content = stream.read()
    except OSError as error:
        raise _refused(path, error) from error
    try:
        stated = json.loads(content)
        version = stated["format"]
        if version != FORMAT_VERSION:
            raise IndexVersionError(
                f"The index in {index_dir} has format {version}; this program reads {FORMAT_VERSION}. Run: loccit rebuild"
            )
        del stated["format"], stated["checksum"]
        entries = tuple(map(_segment_entry, stated.pop("segments")))
        records = stated.pop("file_records")
        records = None if records is None else FileRecordsEntry(**records)
        manifest = Manifest(segments=entries, file_records=records, roots=tuple(stated.pop("roots")), **stated)
        intact = content == _written(manifest)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise IndexCorrupt(f"{path} is damaged") from error
    if not intact or not _typed(manifest):
        raise IndexCorrupt(f"{path} does not match its own checksum")
    _check_files(path, manifest)
    return manifest


def write_manifest(index_dir: Path, manifest: Manifest, file: str = MANIFEST) -> None:
    """Publish a generation: written aside, fsynced, renamed over the old one, and the folder fsynced.

    file: what it is called; a generation that is kept has a name of its own.
    """
    aside = index_dir / ASIDE
    with _created(aside) as stream:
        stream.write(_written(manifest))
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(index_dir / file)
    sync_folder(index_dir)


def _created(path: Path) -> BufferedWriter:
    """A new file in place of what a run that was cut short has left, or anybody else: a pipe, or a link to another file."""
    try:
        return path.open("xb")
    except FileExistsError:
        path.unlink()
        return path.open("xb")


def sync_folder(folder: Path) -> None:
    """See the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_checksum(path: Path) -> str:
    """The sha256 of a file, in hex."""
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _written(manifest: Manifest) -> bytes:
    """The manifest as the file holds it, to the byte."""
    stated = {"format": FORMAT_VERSION, **asdict(manifest)}
    checksum = hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()
    return json.dumps({**stated, "checksum": checksum}, indent=1).encode()


def _segment_entry(stated: dict[str, Any]) -> SegmentEntry:
    deletions = stated.pop("deletions")
    return SegmentEntry(**stated, deletions=None if deletions is None else DeletionsEntry(**deletions))


def _check_files(path: Path, manifest: Manifest) -> None:
    """Raise IndexCorrupt where a manifest names no segment, a file outside the folder, or one twice."""
    if not _NAME.fullmatch(manifest.name):
        raise IndexCorrupt(f"{path} names a generation as none is named: {manifest.name!r}")
    names = [entry.file for entry in manifest.files()]
    for entry in manifest.files():
        suffix = _SUFFIXES[type(entry)]
        if not entry.file.endswith(suffix) or not _FILE_STEM.fullmatch(entry.file.removesuffix(suffix)):
            raise IndexCorrupt(f"{path} names a file outside the index folder: {entry.file}")
    if not manifest.segments or len(set(names)) != len(names):
        raise IndexCorrupt(f"{path} names no segment, or a file twice")


def _typed(manifest: Manifest) -> bool:
    """Whether every value is of its type."""
    texts = [manifest.name, manifest.built, *manifest.roots]
    numbers = [manifest.number]
    for entry in manifest.files():
        texts += [entry.file, entry.sha256]
        numbers += [entry.size, entry.documents]
        numbers.append(entry.files if isinstance(entry, FileRecordsEntry) else entry.records)
    return all(isinstance(text, str) for text in texts) and all(type(n) is int and n >= 0 for n in numbers)
