"""Loccit's times kept in a file, and a later run compared with them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks.drawing import DESCRIPTIONS
from benchmarks.measures import by_question, milliseconds
from benchmarks.peers.rounds import Courses
from benchmarks.table import render


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
