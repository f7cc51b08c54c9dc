"""The tables of a comparison, and what is kept of it for the next."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks.drawing import DESCRIPTIONS
from benchmarks.measures import by_question, median_ratio, milliseconds, percentile
from benchmarks.peers.engines import ENGINES
from benchmarks.peers.indexes import Build
from benchmarks.peers.rounds import Course, Courses
from benchmarks.peers.totals import differences
from benchmarks.question import Question
from benchmarks.table import render

_NOTHING = "-"
_LONGEST = 36


def speeds(courses: Courses, questions: Mapping[str, Sequence[Question]], facets: bool, against: str, markdown: bool) -> str:
    """A row for each class: medians of each engine in ms, ratios to the engine `against`, the worst and p99 of Loccit."""
    chosen = {name: prepared for (name, with_facets), prepared in courses.items() if with_facets is facets and prepared}
    engines = [engine for engine in ENGINES if any(engine in prepared for prepared in chosen.values())]
    ratios = [engine for engine in engines if engine != against] if against in engines else []
    labels = {engine: ENGINES[engine].label for engine in engines}
    titles = [
        "with facets" if facets else "without facets",
        "matches",
        *(f"{labels[engine]} ms" for engine in engines),
        *(f"{labels[engine]} : {labels[against]}" for engine in ratios),
        *(f"{labels[engine]} p99" for engine in engines),
        "Loccit's worst",
    ]
    rows = []
    for name, prepared in chosen.items():
        base = prepared.get(against)
        rows.append(
            [
                DESCRIPTIONS[name],
                f"{median(next(iter(prepared.values())).totals):,.0f}",
                *(_median(prepared.get(engine)) for engine in engines),
                *(_ratio(prepared.get(engine), base) for engine in ratios),
                *(_p99(prepared.get(engine)) for engine in engines),
                _worst(prepared.get("loccit"), questions[name]),
            ]
        )
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
            f"{build.records / build.cpu_seconds:,.0f}",
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


def save(courses: Courses, header: Sequence[str], records: int, path: Path) -> None:
    """Keep Loccit's times."""
    kept = {
        "header": list(header),
        "records": records,
        "classes": [
            {"class": name, "facets": facets, "rounds": prepared["loccit"].rounds}
            for (name, facets), prepared in courses.items()
            if "loccit" in prepared
        ],
    }
    path.write_text(json.dumps(kept), encoding="utf-8")


def against(courses: Courses, records: int, path: Path) -> str:
    """Loccit's medians beside those that were kept; the ratio is that of the medians, question by question."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    rows = list(_compared({(each["class"], each["facets"]): each["rounds"] for each in kept["classes"]}, courses))
    note = "" if kept["records"] == records else f"\nNot comparable: {kept['records']:,} records then, {records:,} now."
    return render(["class", "facets", "then ms", "now ms", "now : then", "worst question"], rows) + note


def _compared(then: Mapping[tuple[str, bool], Sequence[Sequence[float]]], courses: Courses) -> Iterator[list[str]]:
    for (name, facets), prepared in courses.items():
        if "loccit" not in prepared or (name, facets) not in then:
            continue
        before, now = by_question(then[name, facets]), by_question(prepared["loccit"].rounds)
        ratios = [one / other for one, other in zip(now, before, strict=False)]
        yield [
            DESCRIPTIONS[name],
            "yes" if facets else "no",
            milliseconds(median(before)),
            milliseconds(median(now)),
            f"{median(ratios):.2f}",
            f"{max(ratios):.2f}",
        ]


def _median(course: Course | None) -> str:
    return milliseconds(median(time for times in course.rounds for time in times)) if course else _NOTHING


def _p99(course: Course | None) -> str:
    return milliseconds(percentile([time for times in course.rounds for time in times], 0.99)) if course else _NOTHING


def _ratio(course: Course | None, base: Course | None) -> str:
    return f"{median_ratio(course.rounds, base.rounds):.2f}" if course and base else _NOTHING


def _worst(course: Course | None, questions: Sequence[Question]) -> str:
    if course is None:
        return _NOTHING
    times = by_question(course.rounds)
    place = times.index(max(times))
    return f"{milliseconds(times[place])} {_cut(questions[place].shown())}"


def _cut(shown: str) -> str:
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def _apart(ours: int, theirs: int) -> str:
    return f"{(ours - theirs) / theirs:+.1%}" if theirs else _NOTHING
