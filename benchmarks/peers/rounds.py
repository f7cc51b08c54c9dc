"""Rounds of timing: every engine answers every question in every round, class by class, in alternating order."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from benchmarks.measures import Clock, quiet_collector
from benchmarks.peers.contender import Ask, Contender
from benchmarks.question import Question

Place: TypeAlias = tuple[str, bool]
"""A class of questions, and whether facets are counted."""


@dataclass(slots=True)
class Course:
    """What one engine did with one class. totals: by question; rounds: of each its seconds by question."""

    engine: str
    asks: list[Ask]
    totals: list[int] = field(default_factory=list)
    rounds: list[list[float]] = field(default_factory=list)


Courses: TypeAlias = Mapping[Place, Mapping[str, Course]]


def prepare(
    contenders: Mapping[str, Contender], questions: Mapping[str, Sequence[Question]], variants: Sequence[bool]
) -> dict[Place, dict[str, Course]]:
    """Every question made ready for every engine that has something like it."""
    courses: dict[Place, dict[str, Course]] = {}
    for name, drawn in questions.items():
        for facets in variants:
            prepared = courses[name, facets] = {}
            for engine, contender in contenders.items():
                asks = [contender.prepare(question, facets) for question in drawn]
                ready = [ask for ask in asks if ask is not None]
                if ready and len(ready) == len(asks):
                    prepared[engine] = Course(engine, ready)
    return courses


def warm(courses: Courses) -> None:
    """Ask everything once, and keep the totals."""
    for prepared in courses.values():
        for course in prepared.values():
            course.totals = [ask().total for ask in course.asks]


def run(courses: Courses, rounds: int, clock: Clock) -> Iterator[int]:
    """Time the rounds; gives the number of each when it is done."""
    for number in range(rounds):
        for prepared in courses.values():
            for course in _alternating(list(prepared.values()), number):
                with quiet_collector():
                    course.rounds.append(_time(course.asks, clock))
        yield number + 1


@contextmanager
def on_one_core() -> Iterator[None]:
    """Keep this thread, and those it starts, on one core until the block ends, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _alternating(courses: list[Course], number: int) -> list[Course]:
    """Each round another engine begins, and the others follow forwards and backwards in turn."""
    if not courses:
        return []
    start = number // 2 % len(courses)
    turned = courses[start:] + courses[:start]
    return turned[::-1] if number % 2 else turned


def _time(asks: Sequence[Ask], clock: Clock) -> list[float]:
    times = []
    for ask in asks:
        started = clock()
        ask()
        times.append(clock() - started)
    return times
