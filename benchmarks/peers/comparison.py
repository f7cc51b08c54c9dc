"""A comparison: indexes made, totals checked against a scan, and rounds timed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

from benchmarks.drawing import CLASSES, SEED, draw, survey
from benchmarks.measures import CLOCKS
from benchmarks.peers import rounds, totals
from benchmarks.peers.engines import ENGINES
from benchmarks.peers.indexes import Build, Shelf
from benchmarks.peers.rounds import Courses
from benchmarks.question import Question, read_questions, write_questions

Questions = Mapping[str, Sequence[Question]]


class WrongTotals(Exception):
    """Loccit's totals are not those of a scan of the records: no time is worth anything."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a comparison does. variants: with facets, without, or both; clock: one of CLOCKS; again: engines to build anew."""

    engines: Sequence[str]
    variants: Sequence[bool]
    rounds: int
    clock: str
    again: Sequence[str] = ()


def build_all(shelf: Shelf, plan: Plan) -> list[Build]:
    """The engines' indexes, one for engines that share theirs."""
    names = dict.fromkeys(ENGINES[name].index or name for name in plan.engines)
    return [shelf.index(ENGINES[name], name in plan.again) for name in names]


def questions_of(shelf: Shelf, classes: Sequence[str], count: int) -> dict[str, list[Question]]:
    """The questions of these classes; drawn once for a corpus and a number, and kept."""
    path = shelf.path(f"questions-{SEED}-{count}.json")
    if not path.exists():
        path.write_text(write_questions(draw(survey(shelf.corpus.documents()), CLASSES, count)), encoding="utf-8")
    drawn = read_questions(path.read_text(encoding="utf-8"))
    return {name: drawn[name] for name in classes}


@contextmanager
def checked(shelf: Shelf, questions: Questions, plan: Plan) -> Iterator[Courses]:
    """The engines opened and everything asked once. Raises WrongTotals where Loccit's totals are not the scan's."""
    true = totals.true_totals(shelf, questions)
    with ExitStack() as opened:
        contenders = {name: opened.enter_context(closing(shelf.open(ENGINES[name]))) for name in plan.engines}
        courses = rounds.prepare(contenders, questions, plan.variants)
        rounds.warm(courses)
        mistakes = totals.mistakes(courses, questions, true)
        if mistakes:
            raise WrongTotals("\n".join(mistakes) + "\nIs the index of another analysis? Build it again: --rebuild loccit")
        yield courses


def time_all(several: Sequence[Courses], plan: Plan) -> None:
    """Time the rounds on one core; several comparisons take turns, round by round."""
    with rounds.on_one_core():
        running = [rounds.run(courses, plan.rounds, CLOCKS[plan.clock]) for courses in several]
        for numbers in zip(*running, strict=True):
            print(f"Round {numbers[0]} of {plan.rounds}", file=sys.stderr)


def compare(shelf: Shelf, questions: Questions, plan: Plan) -> Courses:
    """Check and time one corpus. Raises WrongTotals."""
    with checked(shelf, questions, plan) as courses:
        time_all([courses], plan)
    return courses
