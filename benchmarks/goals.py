"""Goals, and whether what was measured meets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from benchmarks.table import render


class Verdict(StrEnum):
    """How a goal stands."""

    MET = "met"
    LEAST = "the least is met"
    MISSED = "NOT MET"


@dataclass(frozen=True, slots=True)
class Goal:
    """What was to be reached, whether it is, and the figures that say so."""

    stated: str
    verdict: Verdict
    evidence: str


def at_most(stated: str, value: float, limit: float, evidence: str, least: float | None = None) -> Goal:
    """A figure that must not exceed a limit. least: what it must not exceed in any case."""
    return Goal(stated, _verdict(value, limit, least), evidence)


def at_least(stated: str, value: float, limit: float, evidence: str) -> Goal:
    """A figure that must reach a limit."""
    return Goal(stated, Verdict.MET if value >= limit else Verdict.MISSED, evidence)


def in_every_class(stated: str, values: Mapping[str, float], limit: float, least: float | None = None) -> Goal | None:
    """A goal that each class's figure must not exceed; None where nothing was measured."""
    if not values:
        return None
    over = {name: value for name, value in values.items() if value > limit}
    shown = ", ".join(f"{name} {_short(value)}" for name, value in sorted(over.items(), key=lambda each: -each[1]))
    evidence = f"{_short(min(values.values()))} to {_short(max(values.values()))}" + (f"; above: {shown}" if over else "")
    return Goal(stated, _verdict(max(values.values()), limit, least), evidence)


def in_every_class_at_least(stated: str, values: Mapping[str, float], limit: float) -> Goal | None:
    """A goal that each class's figure must reach; None where nothing was measured."""
    if not values:
        return None
    under = {name: value for name, value in values.items() if value < limit}
    shown = ", ".join(f"{name} {_short(value)}" for name, value in sorted(under.items(), key=lambda each: each[1]))
    evidence = f"{_short(min(values.values()))} to {_short(max(values.values()))}" + (f"; below: {shown}" if under else "")
    return Goal(stated, Verdict.MISSED if under else Verdict.MET, evidence)


def goals_table(goals: Sequence[Goal], markdown: bool) -> str:
    """A row for each goal."""
    return render(["goal", "stands", "measured"], [[each.stated, each.verdict, each.evidence] for each in goals], markdown, 3)


def _verdict(value: float, limit: float, least: float | None) -> Verdict:
    if value <= limit:
        return Verdict.MET
    return Verdict.LEAST if least is not None and value <= least else Verdict.MISSED


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
