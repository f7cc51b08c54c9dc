"""Compare Loccit with its peers: `python -m benchmarks.peers DATA_FOLDER`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from math import ceil
from pathlib import Path

from benchmarks.command import run
from benchmarks.corpora import SCALE_RECORDS, scale_corpus
from benchmarks.drawing import CLASSES, SEED
from benchmarks.goals import Goal
from benchmarks.machine import header
from benchmarks.measures import CLOCKS
from benchmarks.peers import bandwidth, goals, kept, report
from benchmarks.peers.comparison import Plan, build_all, compare, questions_of
from benchmarks.peers.engines import ENGINES
from benchmarks.peers.indexes import Build, Shelf

PACKAGES = ("tantivy", "Whoosh")

_SIDE_BY_SIDE = ("loccit", "loccit-numpy", "loccit-bm25", "tantivy", "fts5")
_USING_CORES = ("loccit", "tantivy")
_TENTH = 10


def main(arguments: Sequence[str]) -> int:
    """Build what is missing, check the totals, time, and print the tables."""
    return run(_options(arguments), PACKAGES, measure)


def measure(options: argparse.Namespace) -> list[Goal]:
    """Print the tables; gives the goals. Raises CorpusError, BuildFailed, WrongTotals."""
    options.scratch.mkdir(parents=True, exist_ok=True)
    reached, made = _compare_scale(options)
    if "whoosh" in options.engines:
        goals_of_whoosh, made_for_whoosh = _compare_whoosh(options)
        reached += goals_of_whoosh
        made += made_for_whoosh
    print(report.builds(made, options.markdown) + "\n")
    return reached


def common_options(parser: argparse.ArgumentParser) -> None:
    """The options that every comparison takes."""
    parser.add_argument("folder", type=Path, metavar="DATA_FOLDER", help="the folder of the .jsonl.gz corpora")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--questions", type=int, default=50, help="of each class")
    parser.add_argument("--classes", nargs="+", default=list(CLASSES), choices=list(CLASSES), metavar="CLASS")
    parser.add_argument("--clock", choices=list(CLOCKS), default="wall", help="cpu: what other programs do does not count")
    parser.add_argument("--scratch", type=Path, default=Path(tempfile.gettempdir()) / "loccit-benchmarks")
    parser.add_argument("--rebuild", nargs="*", choices=list(ENGINES), metavar="ENGINE", help="build again (all, or these)")
    parser.add_argument("--markdown", action="store_true", help="tables for docs/performance.md")


def engines_to_rebuild(options: argparse.Namespace) -> list[str]:
    """The engines whose indexes are made anew."""
    return list(ENGINES) if options.rebuild == [] else options.rebuild or []


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    common_options(made)
    made.add_argument("--records", type=int, help="about so many records instead of all 710,849")
    made.add_argument("--engines", nargs="+", default=list(ENGINES), choices=list(ENGINES), metavar="ENGINE")
    made.add_argument("--engine-only", action="store_true", help="Loccit alone")
    made.add_argument("--facets", choices=["both", "with", "without"], default="both")
    made.add_argument("--whoosh-questions", type=int, default=5, help="of each class, on a tenth of the records")
    made.add_argument("--whoosh-rounds", type=int, default=2)
    made.add_argument("--save", type=Path, metavar="FILE", help="keep Loccit's times")
    made.add_argument("--against", type=Path, metavar="FILE", help="compare Loccit's times with those kept")
    return made


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    options = parser().parse_args(arguments)
    if options.engine_only:
        options.engines = ["loccit"]
    return options


def _plan(options: argparse.Namespace, engines: Sequence[str], rounds: int) -> Plan:
    variants = {"both": (True, False), "with": (True,), "without": (False,)}[options.facets]
    return Plan(engines, variants, rounds, options.clock, engines_to_rebuild(options))


def _compare_scale(options: argparse.Namespace) -> tuple[list[Goal], list[Build]]:
    """Loccit beside tantivy-py and SQLite FTS5 on all the records that are asked for."""
    shelf = Shelf.of(options.scratch, scale_corpus(options.folder, options.records))
    plan = _plan(options, [name for name in _SIDE_BY_SIDE if name in options.engines], options.rounds)
    made = build_all(shelf, plan)
    made += _with_all_cores(shelf, plan)
    questions = questions_of(shelf, options.classes, options.questions)
    courses = compare(shelf, questions, plan)
    print(f"{made[0].records:,} records, {plan.rounds} rounds, seed {SEED}, {plan.clock} time\n")
    for facets in plan.variants:
        print(report.speeds(courses, facets, options.markdown) + "\n")
        print(report.slowest(courses, questions, facets, "tantivy", options.markdown) + "\n")
    for other in ("tantivy", "fts5"):
        if {"loccit", other} <= set(plan.engines):
            print(report.sums(courses, questions, other, options.markdown) + "\n")
    if "loccit" in plan.engines:
        speed = bandwidth.read_bandwidth()
        found = bandwidth.distances(courses, questions, shelf.folder(ENGINES["loccit"]), speed)
        print(bandwidth.distance_table(found, speed, options.markdown) + "\n")
    if options.against:
        print(kept.against(courses, made[0].records, options.against) + "\n")
    if options.save:
        kept.save(courses, header(PACKAGES), made[0].records, options.save)
    beside = [*goals.beside_tantivy(courses), *goals.beside_fts5(courses), *goals.of_totals(courses, "tantivy")]
    return [*beside, *goals.of_indexing(made)], made


def _with_all_cores(shelf: Shelf, plan: Plan) -> list[Build]:
    """How fast the engines that can use all cores index with as many processes or threads; their indexes are not kept."""
    cores = os.cpu_count() or 1
    engines = [name for name in _USING_CORES if name in plan.engines and cores > 1]
    return [shelf.rate_only(ENGINES[name], cores, name in plan.again) for name in engines]


def _compare_whoosh(options: argparse.Namespace) -> tuple[list[Goal], list[Build]]:
    """Stock Whoosh beside Loccit on a tenth of the records, with fewer questions."""
    tenth = ceil((options.records or SCALE_RECORDS) / _TENTH)
    shelf = Shelf.of(options.scratch, scale_corpus(options.folder, tenth))
    plan = _plan(options, ["loccit", "whoosh"], options.whoosh_rounds)
    made = build_all(shelf, plan)
    questions = questions_of(shelf, options.classes, options.whoosh_questions)
    courses = compare(shelf, questions, plan)
    print(f"{made[0].records:,} records, {options.whoosh_questions} questions of each class, {plan.rounds} rounds\n")
    for facets in plan.variants:
        print(report.speeds(courses, facets, options.markdown) + "\n")
    print(report.sums(courses, questions, "whoosh", options.markdown) + "\n")
    return goals.beside_whoosh(courses), made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
