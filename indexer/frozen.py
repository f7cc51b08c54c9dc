"""Frozen objects made by the hundred: an answer holds a page of hits and the values of every facet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, make_dataclass
from typing import Any, TypeVar

_Kind = TypeVar("_Kind")


def constructor(kind: type[_Kind]) -> Callable[..., _Kind]:
    """A constructor of a frozen dataclass with slots, without defaults; it takes the values of all fields in order.

    A frozen object sets each field through `object.__setattr__`, which takes three to five times as long as setting it. So one
    of a class with the same fields that is not frozen is made first, and is one of `kind` before anybody sees it.
    """
    twin: Callable[..., Any] = make_dataclass(kind.__name__, [field.name for field in fields(kind)], slots=True)  # type: ignore[arg-type]

    def make(*values: object) -> _Kind:
        made = twin(*values)
        made.__class__ = kind
        frozen: _Kind = made
        return frozen

    return make
