"""The lock of the process that writes an index: Whoosh's file lock, in whose file stands who holds it, and since when."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from indexer.errors import IndexCorrupt, IndexLocked, IndexNotWritable
from indexer.search.embedded.codec.regular import kind_of, open_regular
from indexer.search.embedded.manifest import ASIDE, MANIFEST, hindrance
from indexer.search.embedded.whoosh_index import LOCK, ArrayIndex

# A number and a time.
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that wrote its name into the lock last. since: ISO 8601 with zone."""

    pid: int
    since: str

    @property
    def runs(self) -> bool:
        """Whether there is such a process."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except OSError:  # somebody else's
            return True
        return True


class WriteLock:
    """Held from its making until `release`; the system lets go of it when its process ends, however that ends."""

    def __init__(self, index_dir: Path) -> None:
        """The folder is made where there is none.

        Raises IndexLocked, which names the process that writes, and IndexNotWritable.
        """
        self._lock = ArrayIndex(index_dir).lock(LOCK)
        try:
            if reason := hindrance(index_dir):
                raise IndexNotWritable(index_dir, reason, "")
            index_dir.mkdir(parents=True, exist_ok=True)
            _require_places(index_dir)
            acquired = self._lock.acquire()
        except OSError as error:
            raise IndexNotWritable(index_dir, error.strerror or str(error)) from error
        if not acquired:
            holder = read_holder(index_dir)
            who = f": process {holder.pid}, since {holder.since}" if holder else ""
            raise IndexLocked(f"Another process is writing the index in {index_dir}{who}. Wait for it to end.")
        self._write(f"{os.getpid()} {datetime.now(UTC).isoformat(timespec='seconds')}\n")

    def release(self) -> None:
        """Let the next one in."""
        self._write("")
        self._lock.release()

    def _write(self, content: str) -> None:
        """Say who holds the lock. It holds without that, on a full disk too."""
        with suppress(OSError):
            os.ftruncate(self._lock.fd, 0)
            os.pwrite(self._lock.fd, content.encode(), 0)


def read_holder(index_dir: Path) -> Holder | None:
    """Who wrote into the lock and has not let go of it properly; None where nobody has."""
    try:
        with open_regular(index_dir / LOCK) as file:
            pid, _, since = file.read(_LONGEST).decode().strip().partition(" ")
        return Holder(int(pid), datetime.fromisoformat(since).isoformat()) if int(pid) > 0 else None
    except (OSError, IndexCorrupt, ValueError, OverflowError):
        return None


def _require_places(index_dir: Path) -> None:
    """Raise IndexNotWritable where something is in the way of what writers make.

    To open a pipe is to wait, and through a link the lock would empty another file. A new manifest takes the place of all but a
    folder.
    """
    for name in (LOCK, MANIFEST, ASIDE):
        with suppress(FileNotFoundError):
            found = (index_dir / name).lstat()
            if stat.S_ISDIR(found.st_mode) or (name == LOCK and not stat.S_ISREG(found.st_mode)):
                raise IndexNotWritable(index_dir, f"{name} in it is {kind_of(found)}, not a file", "Remove that, and try again")
