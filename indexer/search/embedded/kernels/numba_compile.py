"""How the loops are compiled: without the interpreter's lock, cached on the disk, and with their places checked.

What a damaged file could make them read is so an IndexError, not foreign memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Compiled at the first call for its types, without the interpreter's lock, and kept on the disk."""
    return cast(_Function, njit(cache=True, nogil=True, boundscheck=True)(function))
