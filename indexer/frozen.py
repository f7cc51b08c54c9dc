"""Frozen objects made by the hundred: an answer holds a page of hits and the values of every facet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, make_dataclass
from typing import Any, TypeVar

_Kind = TypeVar("_Kind")


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


def constructor_of_many(kind: type[_Kind]) -> Callable[..., tuple[_Kind, ...]]:
    """The same for many at once: it takes the values of each field for all of them, field by field."""
    twin = _twin(kind)

    def make(*values: Iterable[object]) -> tuple[_Kind, ...]:
        made = tuple(map(twin, *values))
        for one in made:
            one.__class__ = kind
        return made

    return make


def _twin(kind: type) -> Callable[..., Any]:
    """A class with the same fields that is not frozen."""
    return make_dataclass(kind.__name__, [field.name for field in fields(kind)], slots=True)
