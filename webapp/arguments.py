"""What a URL says, read by a table of parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from indexer.errors import ParameterError
from indexer.published import DayRange, parse_published
from webapp.labels import shortened

ON = "1"
"""What a parameter takes that is off unless told."""

_WHOLE_NUMBER = re.compile(r"0*(\d{1,9})", re.ASCII)
_PARTIAL_DATE = re.compile(r"\d{4}(-\d{2}){0,2}", re.ASCII)

_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. takes: what its value may be, as a phrase that fits after "takes"; choices: where they are few."""

    name: str
    help: str
    takes: str
    repeatable: bool = False
    choices: tuple[str, ...] = ()

    @property
    def is_flag(self) -> bool:
        """Whether all that it can be told is to be on."""
        return self.choices == (ON,)


class Arguments:
    """The values that a URL gives to the parameters of a table, empty ones left out."""

    def __init__(self, pairs: Iterable[tuple[str, str]], table: Sequence[Parameter]) -> None:
        self._table = {parameter.name: parameter for parameter in table}
        self._values: dict[str, list[str]] = {}
        unknown: dict[str, None] = {}
        for name, value in pairs:
            if not value.strip():
                continue
            if name in self._table:
                self._values.setdefault(name, []).append(value)
            else:
                unknown[name] = None
        self.unknown = tuple(unknown)

    def all(self, name: str) -> tuple[str, ...]:
        """The values of a repeatable parameter, each once, in order."""
        return tuple(dict.fromkeys(self._values.get(name, ())))

    def one(self, name: str) -> str | None:
        """The value of a parameter that has one; the same again is no contradiction."""
        values = self.all(name)
        if len(values) > 1:
            raise ParameterError(name, f"{name} was given more than once: {shown(values[0])} and {shown(values[1])}.")
        return values[0] if values else None

    def number(self, name: str, default: int, least: int = 1, most: int | None = None) -> int:
        """A whole number between bounds, both included."""
        value = self.one(name)
        if value is None:
            return default
        digits = _WHOLE_NUMBER.fullmatch(value.strip())
        number = int(digits.group(1)) if digits else -1
        if number < least or (most is not None and number > most):
            raise self.refusal(name, value)
        return number

    def choice(self, name: str, choices: type[_Choice]) -> _Choice | None:
        """One of a few names."""
        value = self.one(name)
        if value is None:
            return None
        try:
            return choices(value.strip())
        except ValueError:
            raise self.refusal(name, value) from None

    def flag(self, name: str) -> bool:
        """Whether what is off unless told is switched on."""
        value = self.one(name)
        if value is not None and value.strip() != ON:
            raise self.refusal(name, value)
        return value is not None

    def date(self, name: str) -> tuple[str, DayRange] | None:
        """A partial date as typed, and the days that it names."""
        value = self.one(name)
        if value is None:
            return None
        days = parse_published(value) if _PARTIAL_DATE.fullmatch(value.strip()) else None
        if days is None:
            raise self.refusal(name, value)
        return value.strip(), days

    def refusal(self, name: str, value: str) -> ParameterError:
        """What to say of a bad value."""
        return ParameterError(name, f"{name} takes {self._table[name].takes}; not {shown(value)}.")


def shown(value: str) -> str:
    """A value as a message quotes it."""
    return repr(shortened(value))
