"""How the loops are compiled: without the interpreter's lock, cached on the disk, and with their places checked.

What a damaged file could make them read is so an IndexError, not foreign memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numba import config, njit
from numba.core import event
from numba.core.caching import FunctionCache
from whoosh.util.filelock import FileLock

from indexer.errors import CannotCompile, LoccitError, NotCompiled

_KERNELS = Path(__file__).parent
_settings: Any = config
# What numba says before it says why, and how much of that a line has room for.
_PREAMBLE = "Failed in "
_LONGEST = 200
ZERO: Any = np.int64(0)
"""What a loop begins to count with where it calls another with the count: for Python's 0 that would be compiled once more."""

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function, check_places: bool = True, makes_arrays: bool = False) -> _Function:
    """Compiled at the first call for its types, without the interpreter's lock, and kept on the disk.

    That is in NUMBA_CACHE_DIR if it is set, else beside the code, else in the user's cache; where none of them can be written
    to, each process compiles anew. Raises CannotCompile when it is called for types that numba fails on.
    makes_arrays: whether it makes any, gives any back, or calls a loop that does; without it, an array given back would be
    freed while it is in use, and one that a loop gives it never.
    """
    if not _settings.CACHE_DIR:
        _settings.CACHE_DIR = str(_beside_the_code())
    # Numbers are divided as numpy does it: a check for zeros would keep loops from running on vectors. References
    # to arrays are counted where there is a need alone: else at each call, and wherever a loop branches.
    options: Any = {"nogil": True, "boundscheck": check_places, "error_model": "numpy", "_nrt": makes_arrays}
    loop: Any = njit(**options)(function)
    with suppress(RuntimeError):  # no folder for the cache
        loop._cache = _SharedCache(function)  # type: ignore[no-untyped-call]
    loop._compile_for_args = _told(function, loop._compile_for_args)
    return cast(_Function, loop)


def _told(function: Callable[..., Any], compile_for: Callable[..., Any]) -> Callable[..., Any]:
    """What compiles a function for the arguments of a call; its failure is told as ours. What is compiled already passes by."""

    def compiling(*arguments: Any, **named: Any) -> Any:
        try:
            return compile_for(*arguments, **named)
        except LoccitError:
            raise
        except Exception as error:
            loop = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
            raise CannotCompile(f"numba cannot compile {loop} ({_in_a_line(error)})") from error

    return compiling


def _in_a_line(error: Exception) -> str:
    lines = (line.strip() for line in str(error).splitlines())
    reason = next((line for line in lines if line and not line.startswith(_PREAMBLE)), "")
    return f"{type(error).__name__}: {reason[:_LONGEST]}"


class _SharedCache(FunctionCache):
    """What is kept of a loop on the disk, by several processes at a time.

    They take turns: numba alone gives what two of them keep at once the same file, and from then on one may be called for the
    other.
    """

    def load_overload(self, sig: object, target_context: object) -> object:
        """What is kept for some types. What cannot be read, as after a power failure, is compiled anew."""
        with suppress(Exception):
            return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        return None

    def save_overload(self, sig: object, data: object) -> None:
        """Keep what was compiled for some types. Where that fails, as on a full disk, other processes compile anew."""
        turn = FileLock(str(Path(self.cache_path) / ".lock"))
        with suppress(OSError):
            self._impl.locator.ensure_cache_path()
            turn.acquire(blocking=True)
            try:
                self._save(sig, data)
            finally:
                turn.release()

    def _save(self, sig: object, data: object) -> None:
        try:
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]
        except OSError:
            raise
        except Exception:  # the list of what is kept cannot be read
            self.flush()  # type: ignore[no-untyped-call]
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]


@cache
def _beside_the_code() -> Path:
    """A folder for what is compiled from just this code.

    numba alone looks at a function's own file, and would go on with what another file defined before: a constant, a function
    that was called.
    """
    sources = hashlib.sha256()
    for folder in (_KERNELS, _KERNELS.parent / "codec"):
        for path in sorted(folder.glob("*.py")):
            sources.update(path.read_bytes())
    return _KERNELS / "__pycache__" / sources.hexdigest()[:16]


def compiled_unchecked(function: _Function) -> _Function:
    """The same for loops that no file leads astray: no value of an array is a place in another, or the arrays are our own."""
    return compiled(function, check_places=False)


def compiled_making(function: _Function) -> _Function:
    """The same for loops that make arrays, give any back, or call one that does: who holds them is counted."""
    return compiled(function, makes_arrays=True)


def compiled_making_unchecked(function: _Function) -> _Function:
    """Both."""
    return compiled(function, check_places=False, makes_arrays=True)


@contextmanager
def refused() -> Iterator[None]:
    """Within it, in every thread, NotCompiled is raised instead of compiling a loop; what is kept on the disk is loaded."""
    with event.install_listener("numba:compile", _Refusing()):
        yield


class _Refusing(event.Listener):
    """Is told when something is about to be compiled."""

    def on_start(self, about: Any) -> None:
        raise NotCompiled(kept=about.data["dispatcher"].stats.cache_path is not None)

    def on_end(self, about: Any) -> None:
        """It was refused."""
