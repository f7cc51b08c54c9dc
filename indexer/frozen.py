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
    """
    twin = _twin(kind)

    def make(*values: object) -> _Kind:
        made = twin(*values)
        made.__class__ = kind
        frozen: _Kind = made
        return frozen

    return make


def named_tuples(kind: type[_Tuple], *values: Iterable[object]) -> tuple[_Tuple, ...]:
    """Many named tuples: of the values of each field for all of them, field by field, until the first of these ends.

    A named tuple's own constructor is a function of Python's, and takes twice as long as that of tuples.
    """
    return tuple(map(tuple.__new__, repeat(kind), zip(*values, strict=False)))


def _twin(kind: type) -> Callable[..., Any]:
    """A class with the same fields that is not frozen."""
    return make_dataclass(kind.__name__, [field.name for field in fields(kind)], slots=True)
