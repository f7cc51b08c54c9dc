"""The same questions on a tenth, on half and on all of the records: `python -m benchmarks.growth DATA_FOLDER`.

What a question costs should grow no faster than what it matches.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.command import run
from benchmarks.corpora import SCALE_RECORDS, scale_corpus
from benchmarks.drawing import DESCRIPTIONS, SEED
from benchmarks.goals import Goal, in_every_class
from benchmarks.measures import by_question, milliseconds
from benchmarks.peers import report
from benchmarks.peers.__main__ import PACKAGES, common_options, engines_to_rebuild
from benchmarks.peers.comparison import Plan, build_all, checked, questions_of, time_all
from benchmarks.peers.indexes import Shelf
from benchmarks.peers.rounds import Courses
from benchmarks.table import render

SIZES = (71_085, 355_424, SCALE_RECORDS)

_ENGINES = ("loccit", "tantivy")


@dataclass(frozen=True, slots=True)
class Growth:
    """Of one class, for each size in turn: the matches of all its questions together, and their seconds."""

    name: str
    facets: bool
    questions: int
    matches: Sequence[int]
    seconds: Sequence[float]

    @property
    def of_matches(self) -> float:
        """From the smallest size to the largest; 1 where there are matches in neither."""
        return max(self.matches[-1], 1) / max(self.matches[0], 1)

    @property
    def of_seconds(self) -> float:
        """The same of the time."""
        return self.seconds[-1] / self.seconds[0]


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    return run(parser().parse_args(arguments), PACKAGES, measure)


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    common_options(made)
    made.add_argument("--sizes", nargs="+", type=int, default=list(SIZES), metavar="RECORDS", help="about so many, ascending")
    made.add_argument("--engines", nargs="+", default=list(_ENGINES), choices=list(_ENGINES), metavar="ENGINE")
    return made


def measure(options: argparse.Namespace) -> list[Goal]:
    """Print the tables of every size and the growth; gives the goal. Raises CorpusError, BuildFailed, WrongTotals."""
    options.scratch.mkdir(parents=True, exist_ok=True)
    plan = Plan(options.engines, (True, False), options.rounds, options.clock, engines_to_rebuild(options))
    shelves = [Shelf.of(options.scratch, scale_corpus(options.folder, size)) for size in options.sizes]
    records = [build_all(shelf, plan)[0].records for shelf in shelves]
    # Drawn from the most records: a part of them holds its share of the matches, and what was drawn there is in no way chosen.
    questions = questions_of(shelves[-1], options.classes, options.questions)
    with ExitStack() as opened:
        several = [opened.enter_context(checked(shelf, questions, plan)) for shelf in shelves]
        time_all(several, plan)
    print(f"{options.questions} questions of each class, the same at every size, {plan.rounds} rounds, seed {SEED}\n")
    for courses, count in zip(several, records, strict=True):
        print(f"{count:,} records\n")
        for facets in plan.variants:
            print(report.speeds(courses, facets, options.markdown) + "\n")
    found = growths(several)
    for facets in plan.variants:
        print(growth_table([each for each in found if each.facets is facets], records, options.markdown) + "\n")
    return goals(found)


def growths(several: Sequence[Courses]) -> list[Growth]:
    """What Loccit's classes match and cost at each size."""
    found = []
    for name, facets in several[0]:
        timed = [courses[name, facets]["loccit"] for courses in several]
        matches = [sum(course.totals) for course in timed]
        seconds = [sum(by_question(course.rounds)) for course in timed]
        found.append(Growth(name, facets, len(timed[0].totals), matches, seconds))
    return found


def growth_table(found: Sequence[Growth], records: Sequence[int], markdown: bool) -> str:
    """A row for each class: the times of a question, and how often the matches and the time of the smallest size fit."""
    titles = [
        "with facets" if found[0].facets else "without facets",
        *(f"ms at {count:,}" for count in records),
        *(f"ns a match at {count:,}" for count in records),
        "matches grow",
        "time grows",
    ]
    rows = []
    for each in found:
        per_match = [1e9 * seconds / max(matches, 1) for seconds, matches in zip(each.seconds, each.matches, strict=True)]
        rows.append(
            [
                DESCRIPTIONS[each.name],
                *(milliseconds(seconds / each.questions) for seconds in each.seconds),
                *(f"{value:,.0f}" for value in per_match),
                f"{each.of_matches:.2f}x",
                f"{each.of_seconds:.2f}x",
            ]
        )
    return render(titles, rows, markdown)


def goals(found: Sequence[Growth]) -> list[Goal]:
    """Whether the time of each class grows no faster than its matches."""
    ratios: dict[str, float] = {}
    for each in found:
        ratio = each.of_seconds / each.of_matches
        ratios[DESCRIPTIONS[each.name]] = max(ratio, ratios.get(DESCRIPTIONS[each.name], 0.0))
    goal = in_every_class("time grows no faster than the matches (growth of time : growth of matches)", ratios, 1.0)
    return [] if goal is None else [goal]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
