"""Frozen objects made by the hundred: an answer holds a page of hits, the values of every facet, and buckets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, make_dataclass
from itertools import repeat
from typing import Any, TypeVar

_Kind = TypeVar("_Kind")
_Tuple = TypeVar("_Tuple", bound=tuple[object, ...])


def constructor(kind: type[_Kind]) -> Callable[..., _Kind]:
    """A constructor of a frozen dataclass with slots, without defaults; it takes the values of all fields in order.

    A frozen object sets each field through `object.__setattr__`, which takes three to five times as long as setting it. So one
    of a class with the same fields that is not frozen is made first, and is one of `kind` before anybody sees it.
    As dataclasses do it, the function is written for the fields: so it takes three quarters of the time of one for any.
    """
    frozen: Any = kind
    names = [field.name for field in fields(frozen)]
    lines = [
        f"def make({', '.join(names)}):",
        "    _made = _new(_twin)",
        *(f"    _made.{name} = {name}" for name in names),
        "    _made.__class__ = _kind",
        "    return _made",
    ]
    twin = make_dataclass(kind.__name__, names, slots=True)
    written: dict[str, Callable[..., _Kind]] = {}
    exec("\n".join(lines), {"_new": object.__new__, "_twin": twin, "_kind": kind}, written)
    return written["make"]


def named_tuples(kind: type[_Tuple], *values: Iterable[object]) -> tuple[_Tuple, ...]:
    """Many named tuples: of the values of each field for all of them, field by field, until the first of these ends.

    A named tuple's own constructor is a function of Python's, and takes twice as long as that of tuples.
    """
    return tuple(map(tuple.__new__, repeat(kind), zip(*values, strict=False)))
