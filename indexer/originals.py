"""The file that a document was read from, given out only as it was then."""

from __future__ import annotations

import hashlib
import os
import stat
from io import BufferedReader
from pathlib import Path

from indexer.errors import OriginalChanged
from indexer.file_records import Provenance

# A pipe that took the file's place must not be waited for.
_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_AGAIN = "Run `loccit update`, and ask again."


def open_original(provenance: Provenance) -> BufferedReader:
    """A document's file, open at its beginning; all of it was compared with what the index recorded.

    Raises OriginalChanged where there is no such file below the root any more, or its content is another.
    """
    if not provenance.sha256:
        raise OriginalChanged(f"The index does not know the content of the file that it read. {_AGAIN}")
    stream = _open(provenance)
    try:
        if hashlib.file_digest(stream, "sha256").hexdigest() != provenance.sha256:
            raise OriginalChanged(f"The file has changed since it was indexed. {_AGAIN}")
        stream.seek(0)
    except OSError as error:
        stream.close()
        raise OriginalChanged(f"The file cannot be read any more: {error.strerror}. {_AGAIN}") from error
    except BaseException:
        stream.close()
        raise
    return stream


def _open(provenance: Provenance) -> BufferedReader:
    try:
        root, path = provenance.root.resolve(strict=True), provenance.path.resolve(strict=True)
        if not path.is_relative_to(root):
            raise OriginalChanged(f"The file stands outside the indexed folders now. {_AGAIN}")
        return _regular(path, provenance.size)
    except (OSError, RuntimeError) as error:  # a loop of links is a RuntimeError for older versions of Python
        reason = error.strerror if isinstance(error, OSError) else "a link in a loop"
        raise OriginalChanged(f"The file is not there any more: {reason}. {_AGAIN}") from error


def _regular(path: Path, size: int) -> BufferedReader:
    descriptor = os.open(path, _FLAGS)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_size != size:
        os.close(descriptor)
        raise OriginalChanged(f"The file has changed since it was indexed. {_AGAIN}")
    return os.fdopen(descriptor, "rb")
