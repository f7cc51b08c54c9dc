"""The goals of speed, and whether a comparison meets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.drawing import DESCRIPTIONS
from benchmarks.goals import Goal, at_least, in_every_class, in_every_class_at_least
from benchmarks.peers.engines import ENGINES
from benchmarks.peers.indexes import Build
from benchmarks.peers.report import ratio, typical
from benchmarks.peers.rounds import Courses
from benchmarks.peers.totals import ALLOWED, GROUPS, apart_in_groups

_SLOW = 0.01
_GROUP_NAMES = ("terms", "OR", "AND", "phrases")


def beside_tantivy(courses: Courses) -> list[Goal]:
    """Loccit's time as a part of tantivy-py's, what numpy takes beside numba, and the ranking beside plain BM25."""
    goals = [
        in_every_class(
            "with facets at most a third of tantivy-py's time in every class (half is the least)",
            _ratios(courses, "loccit", "tantivy", (True,)),
            1 / 3,
            1 / 2,
        ),
        in_every_class(
            "without facets at most 0.7 of tantivy-py's time in every class (1.0 is the least)",
            _ratios(courses, "loccit", "tantivy", (False,)),
            0.7,
            1.0,
        ),
        in_every_class(
            "numpy takes at most 5 times as long as numba in every class",
            _ratios(courses, "loccit-numpy", "loccit", (True, False)),
            5.0,
        ),
        in_every_class(
            "the ranking takes at most 1.5 times as long as plain BM25 by the same engine in every class",
            _ratios(courses, "loccit", "loccit-bm25", (True, False)),
            1.5,
        ),
    ]
    return [goal for goal in goals if goal is not None]


def beside_fts5(courses: Courses) -> list[Goal]:
    """How many times longer SQLite FTS5 takes with facets, in the classes that it is slow in."""
    slow = _where_slow(courses, "fts5")
    stated = "with facets at least 50 times faster than SQLite FTS5, where that takes over 10 ms"
    goal = in_every_class_at_least(stated, _ratios(slow, "fts5", "loccit", (True,)), 50.0)
    return [] if goal is None else [goal]


def beside_whoosh(courses: Courses) -> list[Goal]:
    """How many times longer stock Whoosh takes with facets: everywhere, and in the classes that it is slow in."""
    stated = "with facets at least 100 times faster than stock Whoosh"
    slow = _where_slow(courses, "whoosh")
    goals = [
        in_every_class_at_least(stated, _ratios(courses, "whoosh", "loccit", (True,)), 100.0),
        in_every_class_at_least(f"{stated}, where that takes over 10 ms", _ratios(slow, "whoosh", "loccit", (True,)), 100.0),
    ]
    return [goal for goal in goals if goal is not None]


def of_totals(courses: Courses, other: str) -> list[Goal]:
    """Whether the sums of totals are near another engine's, for terms, OR, AND and phrases."""
    stated = f"sums of totals within {ALLOWED:.0%} of {ENGINES[other].label}'s for terms, OR, AND and phrases"
    apart = apart_in_groups(courses, other)
    named = {name: 100 * apart[group] for name, group in zip(_GROUP_NAMES, GROUPS, strict=True) if group in apart}
    goal = in_every_class(f"{stated} (difference in %)", named, 100 * ALLOWED)
    return [] if goal is None else [goal]


def of_indexing(made: Sequence[Build]) -> list[Goal]:
    """Whether Loccit indexes as fast as tantivy-py with as many threads as it has processes, for each number of them."""
    goals = []
    for ours in made:
        theirs = next((build for build in made if build.engine == "tantivy" and build.threads == ours.threads), None)
        if ours.engine == "loccit" and theirs is not None:
            stated = f"indexing at least as fast as tantivy-py (threads: {ours.threads}, our processes: {ours.threads})"
            evidence = (
                f"{ours.rate:,.0f} records/s to {theirs.rate:,.0f}; "
                f"in a second of processor time {ours.rate_per_core:,.0f} to {theirs.rate_per_core:,.0f}"
            )
            goals.append(at_least(stated, ours.rate / theirs.rate, 1.0, evidence))
    return goals


def _where_slow(courses: Courses, engine: str) -> Courses:
    return {place: prepared for place, prepared in courses.items() if engine in prepared and typical(prepared[engine]) > _SLOW}


def _ratios(courses: Courses, one: str, other: str, variants: Sequence[bool]) -> Mapping[str, float]:
    """By class; where both variants are asked for, the larger of both."""
    found: dict[str, float] = {}
    for (name, facets), prepared in courses.items():
        value = ratio(prepared, one, other)
        if facets in variants and value is not None:
            found[DESCRIPTIONS[name]] = max(value, found.get(DESCRIPTIONS[name], value))
    return found
