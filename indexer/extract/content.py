"""Where the bytes of a file stand: on the disk, in memory, set aside, or packed inside another file.

What is packed is only unpacked as far as somebody reads, and every byte of it is counted against one `Allowance`, which the
file that a user named shares with everything inside it.
"""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Protocol

from indexer.errors import ExtractionError
from indexer.limits import Limits

_PIECE = 1 << 16
_CHUNK = 16 * _PIECE


class Allowance:
    """What one file and all that stands inside it may still cost: bytes unpacked, and files found in it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.bytes_left = limits.max_unpacked_bytes
        self.members_left = limits.max_members

    def unpack(self, count: int) -> None:
        """Count unpacked bytes. Raises ExtractionError where they are more than are left."""
        self.bytes_left -= count
        if self.bytes_left < 0:
            raise self.exceeded()

    def exceeded(self) -> ExtractionError:
        """What is said where no more bytes may be unpacked."""
        return ExtractionError(
            f"unpacks to more than {megabytes(self._limits.max_unpacked_bytes)}, all in all",
            "Unpack it yourself, or raise the setting max_unpacked_bytes.",
        )


class Stream(Protocol):
    """What unpacks: read1 gives some bytes, at most so many, and none at the end."""

    def read1(self, size: int = ..., /) -> bytes: ...

    def close(self) -> None: ...


class Content(Protocol):
    """The bytes of a file. is_seekable: whether a stream of them can be read in any order."""

    @property
    def is_seekable(self) -> bool: ...

    def open(self) -> io.BufferedReader:
        """A new stream of them. Raises ExtractionError or OSError."""
        ...


@dataclass(frozen=True, slots=True)
class InMemory:
    """Bytes that a container had to read anyway, such as a mail's attachment."""

    raw: bytes

    @property
    def is_seekable(self) -> bool:
        return True

    def open(self) -> io.BufferedReader:
        return io.BufferedReader(io.BytesIO(self.raw))


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that somebody holds open as long as it is read: the user's, or a temporary one without a name."""

    file: IO[bytes]

    @property
    def is_seekable(self) -> bool:
        return True

    def open(self) -> io.BufferedReader:
        return io.BufferedReader(_View(self.file), _PIECE)


@dataclass(frozen=True, slots=True)
class Packed:
    """Bytes that are packed in another file.

    opener: begins to unpack, and gives the stream and those below it that are to be closed with it. size: of the unpacked
    bytes, where that is stated.
    """

    opener: Callable[[], tuple[Stream, ...]]
    allowance: Allowance
    size: int | None = None

    @property
    def is_seekable(self) -> bool:
        return False

    def open(self) -> io.BufferedReader:
        """Raises ExtractionError where so much is stated to be in it that it could never be read whole."""
        if self.size is not None and self.size > self.allowance.bytes_left:
            raise self.allowance.exceeded()
        return self._stream(self.allowance.unpack)

    def peek(self) -> io.BufferedReader:
        """A stream to read the beginning from, however large the whole is; what is read is not counted."""
        return self._stream(lambda _count: None)

    def _stream(self, count: Callable[[int], None]) -> io.BufferedReader:
        try:
            return io.BufferedReader(_Unpacking(self.opener(), count))
        except _BROKEN as error:
            raise _broken(error) from error


@contextmanager
def set_aside(packed: io.BufferedReader, broken: list[ExtractionError] | None = None) -> Iterator[Content]:
    """The rest of a stream as content to be read in any order, as long as the context lasts.

    broken: takes what is wrong with the stream, and the content is what could be read before; without it that is raised.
    """
    chunks = _chunks(packed, broken)
    first = next(chunks, b"")
    if len(first) < _CHUNK:
        chunks.close()
        yield InMemory(first)
        return
    with TemporaryFile() as file:
        file.write(first)
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        yield OpenFile(file)


def _chunks(packed: io.BufferedReader, broken: list[ExtractionError] | None) -> Generator[bytes, None, None]:
    """Chunks of `_CHUNK` bytes, the last one shorter."""
    chunk = bytearray()
    try:
        while piece := packed.read1(_PIECE):
            chunk += piece
            if len(chunk) >= _CHUNK:
                yield bytes(chunk)
                chunk.clear()
    except ExtractionError as error:
        if broken is None:
            raise
        broken.append(error)
    yield bytes(chunk)


def megabytes(count: int) -> str:
    """A number of bytes for people: `20 MB`, `1.5 MB`, `300 bytes`."""
    return f"{count / 1_000_000:.4g} MB" if count >= 100_000 else f"{count:,} bytes"


class _View(io.RawIOBase):
    """A file read from a place of its own: closing the view leaves the file open, and views do not disturb each other."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # what BufferedReader hands over
        self._file.seek(self._at)
        chunk = self._file.read(len(buffer))
        buffer[: len(chunk)] = chunk
        self._at += len(chunk)
        return len(chunk)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._file.seek(0, io.SEEK_END)}[whence]
        if base + offset < 0:
            raise OSError("a place before the beginning")
        self._at = base + offset
        return self._at


class _Unpacking(io.RawIOBase):
    """A stream of unpacked bytes that are counted; what is broken in it is an ExtractionError."""

    def __init__(self, streams: tuple[Stream, ...], count: Callable[[int], None]) -> None:
        self._stream = streams[0]
        self._streams = streams
        self._count = count

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # what BufferedReader hands over
        try:
            chunk = self._stream.read1(len(buffer))
        except _BROKEN as error:
            raise _broken(error) from error
        self._count(len(chunk))
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        if not self.closed:
            for stream in self._streams:
                with suppress(*_BROKEN):
                    stream.close()
        super().close()


_BROKEN = (
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    struct.error,
    EOFError,
    RuntimeError,
    ValueError,
    OSError,
)


def _broken(error: Exception) -> ExtractionError | OSError:
    """What is said of an error in unpacking; an error of the disk stays one."""
    if isinstance(error, RuntimeError):  # a method that zipfile does not know, or whose module this Python lacks
        return ExtractionError("packed in a way that cannot be read", "Pack it anew, as a plain ZIP or tar.gz.")
    if isinstance(error, OSError) and error.errno is not None:
        return error
    if isinstance(error, EOFError):
        return ExtractionError("it breaks off in the middle", "Fetch or copy it again.")
    return ExtractionError("what is packed in it is broken", "Fetch or copy it again.")
