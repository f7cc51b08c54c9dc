"""What the C library is told of memory that is free, and that only glibc is told anything."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from webapp import heap


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[int, ...]]]:
    """The calls of the C library, which are not made."""
    calls: list[tuple[str, tuple[int, ...]]] = []

    class Library:
        def __init__(self, name: None) -> None:
            assert name is None

        def mallopt(self, *arguments: int) -> None:
            calls.append(("mallopt", arguments))

        def malloc_trim(self, *arguments: int) -> None:
            calls.append(("malloc_trim", arguments))

    monkeypatch.setattr("ctypes.CDLL", Library)
    return calls


@pytest.mark.parametrize(("library", "expected"), [("glibc", [("mallopt", (-8, 1)), ("malloc_trim", (0,))]), ("", [])])
def test_only_glibc_is_told(
    library: str,
    expected: list[tuple[str, tuple[int, ...]]],
    told: list[tuple[str, tuple[int, ...]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(platform, "libc_ver", lambda: (library, "2.36"))
    heap.share_arena()
    heap.trim()
    assert told == expected


# One thread beside the main one takes memory; then much of it is freed below a piece that stays.
_PROGRAM = """
import ctypes, os, threading
from pathlib import Path
from webapp import heap

library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
library.free.argtypes = [ctypes.c_void_p]
library.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
resident = lambda: int(Path("/proc/self/statm").read_text().split()[1])

heap.share_arena()
thread = threading.Thread(target=library.malloc, args=(100,))
thread.start()
thread.join()
pieces = [library.malloc(60_000) for _ in range(1_000)]
for piece in pieces:
    ctypes.memset(piece, 1, 60_000)
for piece in pieces[:-1]:
    library.free(piece)
before = resident()
heap.trim()
print("trimmed", (before - resident()) * os.sysconf("SC_PAGE_SIZE") > 40_000_000, flush=True)
library.malloc_info(0, ctypes.c_void_p.in_dll(library, "stdout"))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="nothing is told to another library")
def test_glibc_does_what_it_is_told() -> None:
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, timeout=60, check=True)
    assert "trimmed True" in done.stdout
    assert done.stdout.count("<heap nr=") == 1
