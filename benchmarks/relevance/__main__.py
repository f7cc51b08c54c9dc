"""Relevance: `python -m benchmarks.relevance DATA_FOLDER`.

nDCG@10 with `match=any` on the judged collections beside a plain BM25 that must give its published figures; then every feature
of the ranking switched off, one at a time: what it gains and what it costs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.command import run
from benchmarks.corpora import CorpusError
from benchmarks.goals import Goal, at_least, at_most
from benchmarks.measures import milliseconds
from benchmarks.relevance.collection import Collection, Judged, ndcg
from benchmarks.relevance.plain import PUBLISHED, TOLERANCE, PlainBM25
from benchmarks.relevance.runs import Quality, build, quality, times
from benchmarks.table import render
from indexer.search.embedded.ranking import PLAIN, Ranking

PACKAGES = ("PyStemmer",)
FEATURES = ("title", "parts", "document", "proximity", "likeness")
GAIN, MOST_TIMES = 0.02, 1.5
CUT = 60
_TIMED = 3  # one query in so many


@dataclass(frozen=True, slots=True)
class Course:
    """A collection that was measured. plain: of the benchmark's own BM25, None where texts are cut.

    ranked, engine_plain, without: of the engine as it is, as BM25 of text and title alone, and without each feature, with the
    seconds of a query.
    """

    name: str
    queries: int
    plain: Quality | None
    ranked: tuple[Quality, float]
    engine_plain: tuple[Quality, float]
    without: dict[str, tuple[Quality, float]]


def main(arguments: Sequence[str]) -> int:
    """Measure and print; exit 1 where the plain BM25 is not what is published."""
    return run(_parser().parse_args(arguments), PACKAGES, measure)


def measure(options: argparse.Namespace) -> list[Goal]:
    """Measure the collections, print the tables, give the goals. Raises CorpusError where plain BM25 is another."""
    courses = []
    for name in options.collections:
        whole = Collection(options.folder / "relevance" / name)
        courses += [_measured(whole, options.rounds), _measured(whole.cut(CUT), options.rounds)]
    print(_quality_table(courses, options.markdown) + "\n")
    print(_feature_table(courses, options.markdown) + "\n")
    return [goal for course in courses for goal in _goals(course)]


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m benchmarks.relevance", description=__doc__)
    made.add_argument("folder", type=Path, help="the folder that holds relevance/")
    made.add_argument("--collections", nargs="+", choices=tuple(PUBLISHED), default=tuple(PUBLISHED))
    made.add_argument("--rounds", type=int, default=2, help="how often every third query is timed with every ranking")
    made.add_argument("--markdown", action="store_true")
    return made


def _measured(collection: Collection, rounds: int) -> Course:
    judged = collection.judged()
    plain = None if collection.words else _plain(collection, judged)
    rankings = [Ranking(), PLAIN, *(Ranking().without(feature) for feature in FEATURES)]
    with tempfile.TemporaryDirectory() as folder:
        index_dir = build(Path(folder) / "index_data", collection)
        taken = times(index_dir, judged[::_TIMED], rankings, rounds)
        ours, engine_plain, *others = [
            (quality(index_dir, judged, ranking, cut=collection.words is not None), seconds)
            for ranking, seconds in zip(rankings, taken, strict=True)
        ]
    return Course(collection.name, len(judged), plain, ours, engine_plain, dict(zip(FEATURES, others, strict=True)))


def _plain(collection: Collection, judged: Sequence[Judged]) -> Quality:
    """What the benchmark's own BM25 reaches."""
    engine = PlainBM25(collection.texts())
    found = Quality.of(judged, [ndcg(engine.search(each.query), each.relevant) for each in judged])
    published = PUBLISHED[collection.name]
    if abs(found.whole - published) > TOLERANCE:
        raise CorpusError(
            f"Plain BM25 reaches {found.whole:.4f} on {collection.name}, not {published} within {TOLERANCE}: "
            "these are other files, or it is no plain BM25."
        )
    return found


def _quality_table(courses: Sequence[Course], markdown: bool) -> str:
    rows = []
    for course in courses:
        ranked = [("Loccit", course.ranked[0]), ("Loccit, BM25 alone", course.engine_plain[0])]
        for name, found in [*([("plain BM25", course.plain)] if course.plain else []), *reversed(ranked)]:
            above = (
                [f"{each:+.4f}" for each in _above(found, course.plain)] if course.plain and name != "plain BM25" else [""] * 2
            )
            rows.append([course.name, str(course.queries), name, *(f"{each:.4f}" for each in _figures(found)), *above])
    titles = ["collection", "queries", "ranking", "nDCG@10", "even", "odd", "above plain", "on odd"]
    return render(titles, rows, markdown, left=3)


def _feature_table(courses: Sequence[Course], markdown: bool) -> str:
    rows = []
    for course in courses:
        (best, seconds), (_, plain_seconds) = course.ranked, course.engine_plain
        cost = [milliseconds(seconds), f"{seconds / plain_seconds:.2f}"]
        rows.append([course.name, "nothing", *(f"{each:.4f}" for each in (best.whole, best.unseen)), *cost])
        for feature, (found, taken) in course.without.items():
            gained = [f"{each:+.4f}" for each in _above(best, found)]
            rows.append([course.name, feature, *gained, milliseconds(taken), f"{taken / plain_seconds:.2f}"])
        rows.append([course.name, "all of them", *(f"{each:+.4f}" for each in _above(best, course.engine_plain[0]))])
        rows[-1] += [milliseconds(plain_seconds), "1.00"]
    titles = ["collection", "switched off", "gain", "on odd", "a query", "of BM25's time"]
    return render(titles, rows, markdown, left=2)


def _figures(found: Quality) -> tuple[float, float, float]:
    return found.whole, found.chosen_by, found.unseen


def _above(found: Quality, other: Quality) -> tuple[float, float]:
    more = found.less(other)
    return more.whole, more.unseen


def _goals(course: Course) -> list[Goal]:
    goals = []
    if course.plain:
        above, on_odd = _above(course.ranked[0], course.plain)
        goals.append(at_least(f"{course.name}: at least +{GAIN} on all queries", above, GAIN, f"{above:+.4f}"))
        goals.append(at_least(f"{course.name}: at least +{GAIN} on odd queries", on_odd, GAIN, f"{on_odd:+.4f}"))
    ratio = course.ranked[1] / course.engine_plain[1]
    return [*goals, at_most(f"{course.name}: at most {MOST_TIMES}x BM25's time", ratio, MOST_TIMES, f"{ratio:.2f}x")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
