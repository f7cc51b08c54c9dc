"""What a process that reads documents tells the one that asked for them: frames of a kind, a length and that many bytes."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable, Iterator
from enum import IntEnum
from io import BytesIO
from operator import attrgetter
from typing import Any, BinaryIO

from indexer.model import DocumentMetadata, Paragraph
from indexer.pipeline import Found, Record

_HEADER = struct.Struct("<BI")
_BEGINNING = struct.Struct("<II")
_PLACE = struct.Struct("<Q")


class Kind(IntEnum):
    """What a frame tells."""

    READY = 0
    """The process can be given tasks."""
    BEGIN = 1
    """A part begins: its number, how many of its own findings are left out, what the report calls it."""
    FOUND = 2
    """Something was found in the part that began last and has not ended."""
    END = 3
    """The part ends."""
    PLACE = 4
    """So many bytes of the file are read, more or less."""
    FILE = 5
    """The file is read to its end."""
    TIRED = 6
    """The process holds much memory after this file; it ends, and another one should take its place."""
    FAULT = 7
    """Nothing can be read here any more, and why; the process ends."""


def write_frame(stream: BinaryIO, kind: Kind, content: bytes = b"") -> None:
    """Write a frame at once: whatever becomes of this process, it will be read."""
    stream.write(_HEADER.pack(kind, len(content)) + content)
    stream.flush()


class FrameReader:
    """Frames out of bytes that come in any pieces."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> Iterator[tuple[Kind, bytes]]:
        """The frames that a piece completes."""
        held = self._rest + piece
        at = 0
        while at + _HEADER.size <= len(held):
            kind, length = _HEADER.unpack_from(held, at)
            end = at + _HEADER.size + length
            if end > len(held):
                break
            yield Kind(kind), held[at + _HEADER.size : end]
            at = end
        self._rest = held[at:]


def encode_beginning(number: int, given: int, shown: str) -> bytes:
    """The content of a BEGIN."""
    return _BEGINNING.pack(number, given) + shown.encode()


def decode_beginning(content: bytes) -> tuple[int, int, str]:
    """The same, read."""
    number, given = _BEGINNING.unpack_from(content)
    return number, given, content[_BEGINNING.size :].decode()


def encode_place(place: int) -> bytes:
    """The content of a PLACE."""
    return _PLACE.pack(place)


def decode_place(content: bytes) -> int:
    """The same, read."""
    place: int = _PLACE.unpack(content)[0]
    return place


def encode_found(found: Found) -> bytes:
    """The content of a FOUND."""
    stream = BytesIO()
    pickler = pickle.Pickler(stream, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _REDUCERS
    pickler.dump(found)
    return stream.getvalue()


def decode_found(content: bytes) -> Found:
    """The same, read."""
    found: Found = pickle.loads(content)
    return found


def _reducer(kind: type) -> Callable[[Any], tuple[type, tuple[Any, ...]]]:
    """How pickle takes a dataclass apart: by its fields, twice as fast as by its state."""
    fields = attrgetter(*kind.__match_args__)  # type: ignore[attr-defined]  # every dataclass has them
    return lambda each: (kind, fields(each))


_REDUCERS: dict[type, Callable[[Any], Any]] = {kind: _reducer(kind) for kind in (Record, DocumentMetadata, Paragraph)}
