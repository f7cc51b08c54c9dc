"""Writing a file of named arrays, once and in order: see `arrays`."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from indexer.model import Json
from indexer.search.embedded.codec.arrays import ALIGNMENT, DTYPES, FOOTER, FORMAT_VERSION, MAGIC, Array, bytes_of, smallest


class ArraysWriter:
    """Writes arrays one after the other; `close` adds the header and fsyncs.

    As a context manager it closes, or removes the file on error.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("xb")
        self._file.write(MAGIC)
        self._arrays: dict[str, Json] = {}
        self.attributes: dict[str, Json] = {}

    def add(self, name: str, array: Array) -> None:
        """Write one array of one dimension under a new name."""
        self.add_pieces(name, array.dtype, (array,))

    def add_pieces(self, name: str, dtype: np.dtype[Any], pieces: Iterable[Array]) -> None:
        """Write an array that comes in pieces, one after the other."""
        stored = dtype.newbyteorder("<").str
        if stored not in DTYPES or name in self._arrays:
            raise ValueError(f"{name}: cannot store {stored} under this name")
        self._file.write(b"\0" * (-self._file.tell() % ALIGNMENT))
        offset, length, checksum = self._file.tell(), 0, 0
        for piece in pieces:
            if piece.ndim != 1:
                raise ValueError(f"{name}: cannot store {piece.ndim} dimensions")
            content = bytes_of(np.ascontiguousarray(piece, dtype=stored))
            checksum = zlib.crc32(content, checksum)
            length += len(piece)
            self._file.write(content)
        self._arrays[name] = {"dtype": stored, "length": length, "offset": offset, "crc32": checksum}

    def add_strings(self, name: str, strings: Sequence[bytes]) -> None:
        """Write byte strings as one blob and its offsets: `name` and `name.offsets`, one offset more than strings."""
        offsets = np.zeros(len(strings) + 1, dtype=np.uint64)
        np.cumsum(np.fromiter(map(len, strings), dtype=np.uint64, count=len(strings)), out=offsets[1:])
        self.add(name, np.frombuffer(b"".join(strings), dtype=np.uint8))
        self.add(f"{name}.offsets", smallest(offsets))

    def close(self) -> None:
        """Add header and footer, and see the file to the disk."""
        header = json.dumps({"version": FORMAT_VERSION, "attributes": self.attributes, "arrays": self._arrays}).encode()
        self._file.write(b"\0" * (-self._file.tell() % ALIGNMENT))
        place = self._file.tell()
        self._file.write(header)
        self._file.write(FOOTER.pack(place, len(header), zlib.crc32(header), FORMAT_VERSION, MAGIC))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        try:
            if error is None:
                self.close()
        finally:
            if not self._file.closed:
                # What is still buffered may not fit on the disk: then closing fails too.
                self._path.unlink(missing_ok=True)
                self._file.close()
