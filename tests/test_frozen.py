"""Frozen objects made faster are the same objects."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass

import pytest

from indexer.frozen import constructor, constructor_of_many


@dataclass(frozen=True, slots=True)
class Buoy:
    """A mark at sea."""

    name: str
    depth: float = 0.0


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
    made = constructor_of_many(Buoy)(["Ostrel 4", "Ostrel 5"], iter([11.5, 0.0]))
    assert made == (Buoy("Ostrel 4", 11.5), Buoy("Ostrel 5"))
    assert [type(buoy) for buoy in made] == [Buoy, Buoy]
    with pytest.raises(FrozenInstanceError):
        made[0].name = "Ostrel 6"  # type: ignore[misc]
    assert constructor_of_many(Buoy)([], []) == ()


def test_many_take_every_value() -> None:
    with pytest.raises(TypeError):
        constructor_of_many(Buoy)(["Ostrel 4"])
