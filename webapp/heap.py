"""What the C library does with memory that is free again, where it is glibc; elsewhere nothing is done."""

from __future__ import annotations

import ctypes
import gc
import platform

_M_ARENA_MAX = -8  # as <malloc.h> has it


def share_arena() -> None:
    """Have all threads take memory from one place. To be called before they begin.

    By itself glibc gives each thread a place of its own, and each keeps what its largest request needed: a hundred megabytes
    over eight threads. They run in turn, so that one is enough.
    """
    library = _glibc()
    if library is not None:
        library.mallopt(_M_ARENA_MAX, 1)


def settle() -> None:
    """Say that what is loaded now stays, and let go of what does not.

    Looked through again and again by the collector of garbage, it would stop every request for 30 ms each time.
    """
    gc.collect()
    gc.freeze()
    trim()


def trim() -> None:
    """Give memory that is free back to the system."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None
