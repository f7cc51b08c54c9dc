"""The files of an index are opened only where they are files: a pipe would be waited for, and a device read for ever."""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

from indexer.errors import IndexCorrupt

# Without O_NONBLOCK a pipe is waited for before anybody can see that it is one.
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY
# What systems say of sockets.
_UNOPENED = {errno.ENXIO, errno.EOPNOTSUPP}
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFLNK: "a link",
    stat.S_IFREG: "a file",
}


def open_regular(path: Path) -> BufferedReader:
    """A file of the index, open for reading. Raises IndexCorrupt where it is none, and OSError as the system does."""
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        if error.errno in _UNOPENED:
            require_regular(path, path.stat())
        raise
    try:
        require_regular(path, os.fstat(descriptor))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def require_regular(path: Path, found: os.stat_result) -> None:
    """Raise IndexCorrupt for what is no file."""
    if not stat.S_ISREG(found.st_mode):
        raise IndexCorrupt(f"{path} is {kind_of(found)}, not a file")


def kind_of(found: os.stat_result) -> str:
    """What something is, in words: a folder, a pipe, …"""
    return _KINDS.get(stat.S_IFMT(found.st_mode), "something else")
