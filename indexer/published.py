"""Dates as documents state them: a year, a month, a day, or a day with a time.

A stated date means the interval of days it names: `2025-05` is the 31 days of May. Days are proleptic Gregorian
ordinals (`datetime.date.toordinal`), so that intervals can live in integer arrays.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

Precision = Literal["year", "month", "day"]

_STATED = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s?(?:Z|[+-]\d{2}:?\d{2})?)?)?)?")


@dataclass(frozen=True, slots=True)
class DayRange:
    """The days that a stated date names, both ends included, as ordinals."""

    first: int
    last: int
    precision: Precision

    def overlaps(self, first: int | None, last: int | None) -> bool:
        """Whether any day of this range lies between two days; None leaves an end open."""
        return (first is None or self.last >= first) and (last is None or self.first <= last)


def parse_published(stated: str) -> DayRange | None:
    """Read `1946`, `2025-05`, `2025-05-19` or `2025-05-19T08:30:00+03:00`; None if it is no such date.

    A time is accepted and ignored: the day is the writer's own, never converted.
    """
    match = _STATED.fullmatch(stated.strip())
    if match is None or not match.group(0).isascii():
        return None
    year, month, day = match.groups()
    try:
        if day is not None:
            ordinal = date(int(year), int(month), int(day)).toordinal()
            return DayRange(ordinal, ordinal, "day")
        if month is not None:
            first = date(int(year), int(month), 1)
            length = calendar.monthrange(first.year, first.month)[1]
            return DayRange(first.toordinal(), first.toordinal() + length - 1, "month")
        return DayRange(date(int(year), 1, 1).toordinal(), date(int(year), 12, 31).toordinal(), "year")
    except ValueError:
        return None
