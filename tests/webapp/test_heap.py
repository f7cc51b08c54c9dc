"""What the C library is told of memory that is free, and that only glibc is told anything."""

from __future__ import annotations

import platform

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


def test_the_library_of_this_process_takes_it() -> None:
    heap.trim()
