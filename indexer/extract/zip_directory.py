"""The list of what stands in a ZIP file, read without trusting it."""

from __future__ import annotations

import struct
import zipfile
from typing import IO

from indexer.errors import ExtractionError
from indexer.extract.content import megabytes

MAX_DIRECTORY = 32_000_000  # bytes; some hundred thousand members. The list is held in memory whole
SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
ERRORS = (zipfile.BadZipFile, RuntimeError, struct.error, ValueError, OverflowError, LookupError, EOFError)
"""What zipfile raises for a broken file, besides OSError."""

_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_LOCATOR = struct.Struct("<4sLQL")
_LOCATOR_MARK = b"PK\x06\x07"
_LARGE_END = struct.Struct("<4sQ2H2L4Q")
_MAX_COMMENT = 0xFFFF


def opened_zip(stream: IO[bytes]) -> zipfile.ZipFile:
    """A ZIP file with its list of members read; stream: seekable. Raises ExtractionError where that cannot be done."""
    size = _directory_size(stream)
    if size > MAX_DIRECTORY:
        raise ExtractionError(f"its list of members is larger than {megabytes(MAX_DIRECTORY)}", "Split the archive.")
    try:
        return zipfile.ZipFile(stream)
    except (*ERRORS, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ExtractionError("a broken ZIP archive", "Fetch or copy it again.") from error


def _directory_size(stream: IO[bytes]) -> int:
    """The bytes that the list of members is stated to take, 0 where nothing is stated; at most those of the file."""
    length = stream.seek(0, 2)
    start = max(length - _END.size - _MAX_COMMENT, 0)
    stream.seek(start)
    tail = stream.read()
    at = tail.rfind(_END_MARK)
    if at < 0 or at + _END.size > len(tail):
        return 0
    size: int = _END.unpack_from(tail, at)[5]
    if at >= _LOCATOR.size and tail[at - _LOCATOR.size :].startswith(_LOCATOR_MARK):
        stream.seek(max(start + at - _LOCATOR.size - _LARGE_END.size, 0))
        large = stream.read(_LARGE_END.size)
        if len(large) == _LARGE_END.size:
            size = max(size, _LARGE_END.unpack(large)[8])
    return min(size, length)
