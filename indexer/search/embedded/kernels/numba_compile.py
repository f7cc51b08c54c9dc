"""How the loops are compiled: without the interpreter's lock, cached on the disk, and with their places checked.

What a damaged file could make them read is so an IndexError, not foreign memory.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function, check_places: bool = True) -> _Function:
    """Compiled at the first call for its types, without the interpreter's lock, and kept on the disk.

    That is in NUMBA_CACHE_DIR if it is set, else beside the code, else in the user's cache; where none of them can be written
    to, each process compiles anew.
    """
    compile_it = partial(njit, nogil=True, boundscheck=check_places)
    try:
        return cast(_Function, compile_it(cache=True)(function))
    except RuntimeError:  # no folder for the cache
        return cast(_Function, compile_it()(function))


def compiled_unchecked(function: _Function) -> _Function:
    """The same where no value of an array is a place in another: such loops are several times faster with vectors."""
    return compiled(function, check_places=False)
