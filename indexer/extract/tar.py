"""Tar archives; a compressed one is a compressed file first, and then this."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import IO

from indexer.errors import ExtractionError
from indexer.extract.archive import LINK, NO_FILE, Member, inner_files
from indexer.extract.content import Content, Packed
from indexer.extract.source import Extracted, Format, Head, SourceFile
from indexer.report import PassedOver

_MARK = slice(257, 262)
_ERRORS = (tarfile.TarError, EOFError, ValueError, OverflowError)


@dataclass(frozen=True, slots=True)
class _Section:
    """The bytes of a member as they stand in the archive, which is open."""

    archive: tarfile.TarFile
    entry: tarfile.TarInfo

    @property
    def is_seekable(self) -> bool:
        return True

    def open(self) -> io.BufferedReader:
        return io.BufferedReader(_Whole(*_opened(self.archive, self.entry)))


class _Whole(io.RawIOBase):
    """A member's stream, which says so where the archive ends before it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # what BufferedReader hands over
        try:
            chunk = self._stream.read(len(buffer))
        except _ERRORS as error:
            raise _cut() from error
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)


def read(file: SourceFile) -> Iterator[Extracted | SourceFile]:
    """The files in an archive in the order of their paths; where it is broken, those before that place."""
    broken: list[ExtractionError] = []
    with file.settled(broken) as settled, settled.open() as stream:
        try:
            archive = tarfile.open(fileobj=stream, mode="r:", encoding="utf-8")  # noqa: SIM115  # closed below
        except _ERRORS as error:
            raise ExtractionError("a broken tar archive", "Fetch or copy it again.") from error
        with archive:
            entries, cut = _entries(archive, stream, file.limits.max_members)
            yield from inner_files(file, (Member(entry.name, _content(file, archive, entry)) for entry in entries))
    if broken or cut is not None:
        yield file.skip(broken[0] if broken else cut or _cut())


def _entries(archive: tarfile.TarFile, stream: IO[bytes], most: int) -> tuple[list[tarfile.TarInfo], ExtractionError | None]:
    """The entries but for folders, and what is wrong behind them."""
    entries: list[tarfile.TarInfo] = []
    while True:
        try:
            entry = archive.next()
        except _ERRORS:
            return entries, _cut()
        if entry is None:
            break
        archive.members.clear()  # type: ignore[attr-defined]  # it would keep them all
        if not entry.isdir():
            entries.append(entry)
        if len(entries) > most:
            reason = f"holds more than {most:,} files: the rest is left out"
            return entries[:most], ExtractionError(reason, "Unpack it yourself, or raise the setting max_members.")
    stream.seek(archive.offset)
    return entries, _cut() if stream.read(tarfile.BLOCKSIZE).strip(b"\0") else None


def _content(file: SourceFile, archive: tarfile.TarFile, entry: tarfile.TarInfo) -> Content | ExtractionError | PassedOver:
    if entry.issym() or entry.islnk():
        return PassedOver(LINK)
    if not entry.isreg():
        return PassedOver(NO_FILE)
    if entry.issparse():  # its holes take no room in the archive, and are unpacked
        return Packed(partial(_opened, archive, entry), file.allowance, entry.size)
    return _Section(archive, entry)


def _opened(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> tuple[io.BufferedReader]:
    stream = archive.extractfile(entry)
    assert isinstance(stream, io.BufferedReader)  # as it is for a regular file
    return (stream,)


def _cut() -> ExtractionError:
    return ExtractionError("the archive breaks off or is broken; what lies behind is left out", "Fetch or copy it again.")


def _recognizes(head: Head) -> bool:
    return head.start[_MARK] == b"ustar"


FORMAT = Format("tar", (".tar",), read, _recognizes)
