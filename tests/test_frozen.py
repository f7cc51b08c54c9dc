"""Frozen objects made faster are the same objects."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass
from typing import NamedTuple

import pytest

from indexer.frozen import constructor, named_tuples


@dataclass(frozen=True, slots=True)
class Buoy:
    """A mark at sea."""

    name: str
    depth: float = 0.0


class Light(NamedTuple):
    """Another."""

    name: str
    seconds: int


def test_is_what_the_class_makes() -> None:
    made = constructor(Buoy)("Ostrel 4", 11.5)
    assert type(made) is Buoy
    assert made == Buoy("Ostrel 4", 11.5)
    assert hash(made) == hash(Buoy("Ostrel 4", 11.5))
    assert repr(made) == repr(Buoy("Ostrel 4", 11.5))


def test_is_frozen() -> None:
    made = constructor(Buoy)("Ostrel 4", 11.5)
    with pytest.raises(FrozenInstanceError):
        made.name = "Ostrel 5"  # type: ignore[misc]


def test_takes_every_value() -> None:
    with pytest.raises(TypeError):
        constructor(Buoy)("Ostrel 4")


def test_many_are_what_the_class_makes() -> None:
    made = named_tuples(Light, ["Ostrel", "Renn"], iter([12, 0]))
    assert made == (Light("Ostrel", 12), Light("Renn", 0))
    assert [type(light) for light in made] == [Light, Light]
    assert named_tuples(Light, [], []) == ()


def test_there_are_as_many_as_the_fewest_values() -> None:
    assert named_tuples(Light, ["Ostrel", "Renn"], [12]) == (Light("Ostrel", 12),)
