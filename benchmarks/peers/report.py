"""The tables of a comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from benchmarks.drawing import DESCRIPTIONS
from benchmarks.measures import by_question, median_ratio, milliseconds, percentile
from benchmarks.peers.engines import ENGINES
from benchmarks.peers.indexes import Build
from benchmarks.peers.rounds import Course, Courses
from benchmarks.peers.totals import differences
from benchmarks.question import Question
from benchmarks.table import render

RATIOS = (
    ("loccit", "tantivy"),
    ("loccit-numpy", "loccit"),
    ("loccit", "loccit-bm25"),
    ("fts5", "loccit"),
    ("whoosh", "loccit"),
)
"""Whose time is given as a part or multiple of whose."""

_NOTHING = "-"
_LONGEST = 36


def speeds(courses: Courses, facets: bool, markdown: bool) -> str:
    """A row for each class: medians of each engine in ms, and the ratios of interest."""
    chosen, engines = _chosen(courses, facets)
    pairs = [pair for pair in RATIOS if set(pair) <= set(engines)]
    titles = [
        _title(facets),
        "matches",
        *(f"{ENGINES[engine].label} ms" for engine in engines),
        *(f"{ENGINES[one].label} : {ENGINES[other].label}" for one, other in pairs),
    ]
    rows = []
    for name, prepared in chosen.items():
        ratios = [ratio(prepared, *pair) for pair in pairs]
        rows.append(
            [
                DESCRIPTIONS[name],
                f"{median(next(iter(prepared.values())).totals):,.0f}",
                *(_median(prepared.get(engine)) for engine in engines),
                *(_NOTHING if value is None else f"{value:.2f}" for value in ratios),
            ]
        )
    return render(titles, rows, markdown)


def slowest(courses: Courses, questions: Mapping[str, Sequence[Question]], facets: bool, beside: str, markdown: bool) -> str:
    """A row for each class: p99 of each engine in ms, Loccit's slowest question, and its slowest beside another engine."""
    chosen, engines = _chosen(courses, facets)
    titles = [_title(facets), *(f"{ENGINES[engine].label} p99" for engine in engines), "Loccit's slowest, ms"]
    if beside in engines:
        titles.append(f"largest Loccit : {ENGINES[beside].label}")
    rows = []
    for name, prepared in chosen.items():
        row = [DESCRIPTIONS[name], *(_p99(prepared.get(engine)) for engine in engines)]
        row.append(_worst(prepared.get("loccit"), questions[name]))
        if beside in engines:
            row.append(_worst_beside(prepared.get("loccit"), prepared.get(beside), questions[name]))
        rows.append(row)
    return render(titles, rows, markdown)


def builds(made: Sequence[Build], markdown: bool) -> str:
    """A row for each index that was built."""
    titles = [
        "indexing",
        "records",
        "threads",
        "processes",
        "seconds",
        "cores used",
        "records/s",
        "per core",
        "MB",
        "of the text",
    ]
    rows = [
        [
            f"{ENGINES[build.engine].label} {build.version}",
            f"{build.records:,}",
            f"{build.threads}",
            f"{build.processes}",
            f"{build.seconds:.1f}",
            f"{build.cpu_seconds / build.seconds:.1f}",
            f"{build.rate:,.0f}",
            f"{build.rate_per_core:,.0f}",
            f"{build.size / 1e6:,.1f}",
            f"{build.size / build.text_size:.2f}",
        ]
        for build in made
    ]
    return render(titles, rows, markdown)


def sums(courses: Courses, questions: Mapping[str, Sequence[Question]], other: str, markdown: bool) -> str:
    """A row for each class: the sums of the totals, and how far they are apart."""
    rows = [
        [
            DESCRIPTIONS[each.name],
            f"{each.ours:,}",
            f"{each.theirs:,}",
            _apart(each.ours, each.theirs),
            "" if each.near else "more than 3%",
            _cut(each.most),
        ]
        for each in differences(courses, questions, other)
    ]
    return render(
        ["sums of totals", "Loccit", ENGINES[other].label, "difference", "with its like", "most about"], rows, markdown
    )


def ratio(prepared: Mapping[str, Course], one: str, other: str) -> float | None:
    """The median over the rounds of the ratio of two engines' medians; None where either did not take part."""
    if one in prepared and other in prepared:
        return median_ratio(prepared[one].rounds, prepared[other].rounds)
    return None


def typical(course: Course) -> float:
    """The median of all times, in seconds."""
    return median(time for times in course.rounds for time in times)


def _chosen(courses: Courses, facets: bool) -> tuple[dict[str, Mapping[str, Course]], list[str]]:
    """The classes with facets or without, and the engines that took part in any of them."""
    chosen = {name: prepared for (name, with_facets), prepared in courses.items() if with_facets is facets and prepared}
    return chosen, [engine for engine in ENGINES if any(engine in prepared for prepared in chosen.values())]


def _title(facets: bool) -> str:
    return "with facets" if facets else "without facets"


def _median(course: Course | None) -> str:
    return milliseconds(typical(course)) if course else _NOTHING


def _p99(course: Course | None) -> str:
    return milliseconds(percentile([time for times in course.rounds for time in times], 0.99)) if course else _NOTHING


def _worst(course: Course | None, questions: Sequence[Question]) -> str:
    if course is None:
        return _NOTHING
    times = by_question(course.rounds)
    place = times.index(max(times))
    return f"{milliseconds(times[place])} {_cut(questions[place].shown())}"


def _worst_beside(ours: Course | None, theirs: Course | None, questions: Sequence[Question]) -> str:
    if ours is None or theirs is None:
        return _NOTHING
    ratios = [one / other for one, other in zip(by_question(ours.rounds), by_question(theirs.rounds), strict=True)]
    place = ratios.index(max(ratios))
    return f"{ratios[place]:.2f} {_cut(questions[place].shown())}"


def _cut(shown: str) -> str:
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def _apart(ours: int, theirs: int) -> str:
    return f"{(ours - theirs) / theirs:+.1%}" if theirs else _NOTHING
