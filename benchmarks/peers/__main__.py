"""Compare Loccit with its peers: `python -m benchmarks.peers DATA_FOLDER`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from benchmarks.corpora import CorpusError, scale_corpus
from benchmarks.drawing import CLASSES, SEED, draw, survey
from benchmarks.machine import header
from benchmarks.measures import CLOCKS
from benchmarks.peers import report, rounds, totals
from benchmarks.peers.engines import ENGINES
from benchmarks.peers.indexes import Build, BuildFailed, Shelf
from benchmarks.question import Question, read_questions, write_questions

_PACKAGES = ("tantivy", "Whoosh")
_SIDE_BY_SIDE = ("loccit", "tantivy", "fts5")
_TENTH = 10


class WrongTotals(Exception):
    """Loccit's totals are not those of a scan of the records: no time is worth anything."""


def main(arguments: Sequence[str]) -> int:
    """Build what is missing, check the totals, time, and print the tables."""
    options = _options(arguments)
    try:
        _compare(options)
    except (CorpusError, BuildFailed, WrongTotals) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DATA_FOLDER", help="the folder of the .jsonl.gz corpora")
    parser.add_argument("--records", type=int, help="about so many records instead of all 710,849")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--questions", type=int, default=50, help="of each class")
    parser.add_argument("--classes", nargs="+", default=list(CLASSES), choices=list(CLASSES), metavar="CLASS")
    parser.add_argument("--engines", nargs="+", default=list(ENGINES), choices=list(ENGINES), metavar="ENGINE")
    parser.add_argument("--engine-only", action="store_true", help="Loccit alone")
    parser.add_argument("--facets", choices=["both", "with", "without"], default="both")
    parser.add_argument("--clock", choices=list(CLOCKS), default="wall", help="cpu: what other programs do does not count")
    parser.add_argument("--whoosh-questions", type=int, default=5, help="of each class, on a tenth of the records")
    parser.add_argument("--whoosh-rounds", type=int, default=2)
    parser.add_argument("--scratch", type=Path, default=Path(tempfile.gettempdir()) / "loccit-benchmarks")
    parser.add_argument("--rebuild", nargs="*", choices=list(ENGINES), metavar="ENGINE", help="build again (all, or these)")
    parser.add_argument("--markdown", action="store_true", help="tables for docs/performance.md")
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep Loccit's times")
    parser.add_argument("--against", type=Path, metavar="FILE", help="compare Loccit's times with those kept")
    options = parser.parse_args(arguments)
    if options.engine_only:
        options.engines = ["loccit"]
    options.again = list(ENGINES) if options.rebuild == [] else options.rebuild or []
    options.variants = {"both": (True, False), "with": (True,), "without": (False,)}[options.facets]
    return options


def _compare(options: argparse.Namespace) -> None:
    options.scratch.mkdir(parents=True, exist_ok=True)
    lines = header(_PACKAGES)
    shelf = Shelf.of(options.scratch, scale_corpus(options.folder, options.records))
    engines = [name for name in _SIDE_BY_SIDE if name in options.engines]
    made = [shelf.index(ENGINES[name], name in options.again) for name in engines]
    made += _with_threads(shelf, made, options)
    questions = _questions(shelf, options.classes, options.questions)
    courses = _time(shelf, engines, questions, options.rounds, options)
    print("\n".join([*lines, f"{made[0].records:,} records, {options.rounds} rounds, seed {SEED}, {options.clock} time", ""]))
    for facets in options.variants:
        print(report.speeds(courses, questions, facets, "tantivy", options.markdown) + "\n")
    for other in engines[1:]:
        print(report.sums(courses, questions, other, options.markdown) + "\n")
    if options.against:
        print(report.against(courses, made[0].records, options.against) + "\n")
    if options.save:
        report.save(courses, lines, made[0].records, options.save)
    if "whoosh" in options.engines:
        made += _compare_whoosh(shelf, options)
    print(report.builds(made, options.markdown))


def _with_threads(shelf: Shelf, made: Sequence[Build], options: argparse.Namespace) -> list[Build]:
    """tantivy's rate with as many threads as Loccit had processes at work, where that is not one."""
    ours = next((build for build in made if build.engine == "loccit"), None)
    if ours is None or "tantivy" not in options.engines or ours.processes < 2:
        return []
    workers = max(2, ours.processes - 1)
    return [shelf.rate_only(ENGINES["tantivy"], workers, "tantivy" in options.again)]


def _compare_whoosh(shelf: Shelf, options: argparse.Namespace) -> list[Build]:
    """Stock Whoosh beside Loccit on a tenth of the records, with fewer questions."""
    tenth = Shelf.of(options.scratch, replace(shelf.corpus, share=shelf.corpus.share / _TENTH))
    engines = ["loccit", "whoosh"]
    made = [tenth.index(ENGINES[name], name in options.again) for name in engines]
    questions = _questions(tenth, options.classes, options.whoosh_questions)
    courses = _time(tenth, engines, questions, options.whoosh_rounds, options)
    print(f"{made[0].records:,} records, {options.whoosh_questions} questions of each class, {options.whoosh_rounds} rounds\n")
    for facets in options.variants:
        print(report.speeds(courses, questions, facets, "loccit", options.markdown) + "\n")
    print(report.sums(courses, questions, "whoosh", options.markdown) + "\n")
    return made


def _questions(shelf: Shelf, classes: Sequence[str], count: int) -> dict[str, list[Question]]:
    """The questions of these classes; drawn once for a corpus and a number, and kept."""
    path = shelf.path(f"questions-{SEED}-{count}.json")
    if not path.exists():
        path.write_text(write_questions(draw(survey(shelf.corpus.documents()), CLASSES, count)), encoding="utf-8")
    drawn = read_questions(path.read_text(encoding="utf-8"))
    return {name: drawn[name] for name in classes}


def _time(
    shelf: Shelf, engines: Sequence[str], questions: dict[str, list[Question]], count: int, options: argparse.Namespace
) -> rounds.Courses:
    """Check the totals of all questions, then time them. Raises WrongTotals."""
    true = totals.true_totals(shelf, questions)
    with ExitStack() as opened:
        contenders = {name: opened.enter_context(closing(shelf.open(ENGINES[name]))) for name in engines}
        opened.enter_context(rounds.on_one_core())
        courses = rounds.prepare(contenders, questions, options.variants)
        rounds.warm(courses)
        mistakes = totals.mistakes(courses, questions, true)
        if mistakes:
            raise WrongTotals("\n".join(mistakes) + "\nIs the index of another analysis? Build it again: --rebuild loccit")
        for number in rounds.run(courses, count, CLOCKS[options.clock]):
            print(f"Round {number} of {count}", file=sys.stderr)
    return courses


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
