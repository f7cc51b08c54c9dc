"""Whether the totals are right: Loccit's equal brute force, the others' are near."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.peers.indexes import Shelf
from benchmarks.peers.rounds import Courses
from benchmarks.question import Question, write_questions
from benchmarks.scan import totals
from indexer.search import analysis, stopwords

ALLOWED = 0.03
GROUPS = (("rare", "mid", "common"), ("or2", "or5"), ("and2",), ("phrase2", "phrase3"))
"""Terms, OR, AND and phrases: of each the sums of all totals must be near."""

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """The sums of a class's totals in two engines. most: the question they differ most about, with both totals, or "".

    near: whether the sums of its whole group are as near as they must be.
    """

    name: str
    ours: int
    theirs: int
    most: str
    near: bool = True


def true_totals(shelf: Shelf, questions: Mapping[str, Sequence[Question]]) -> dict[str, list[int]]:
    """By class, how many records answer each question, by a scan of all records; kept in the scratch folder.

    What is kept belongs to these questions and this analysis.
    """
    digest = hashlib.sha256(write_questions(questions).encode())
    for module in (analysis, stopwords):
        digest.update(Path(str(module.__file__)).read_bytes())
    path = shelf.path(f"totals-{digest.hexdigest()[:12]}.json")
    if path.exists():
        kept: dict[str, list[int]] = json.loads(path.read_text(encoding="utf-8"))
        return kept
    flat = [question for drawn in questions.values() for question in drawn]
    counted = iter(totals(flat, shelf.corpus.documents()))
    found = {name: [next(counted) for _ in drawn] for name, drawn in questions.items()}
    path.write_text(json.dumps(found), encoding="utf-8")
    return found


def mistakes(courses: Courses, questions: Mapping[str, Sequence[Question]], true: Mapping[str, Sequence[int]]) -> list[str]:
    """A line for each of the first questions whose total is not that of the scan, and how many there are."""
    wrong = [
        f"{name}: {question.shown()}: {found:,}, the scan {wanted:,}"
        for (name, _), prepared in courses.items()
        if "loccit" in prepared
        for question, found, wanted in zip(questions[name], prepared["loccit"].totals, true[name], strict=False)
        if found != wanted
    ]
    return [*wrong[:_SHOWN], f"{len(wrong)} wrong totals"] if wrong else []


def differences(courses: Courses, questions: Mapping[str, Sequence[Question]], other: str) -> list[Difference]:
    """Loccit's totals and another engine's, class by class."""
    found: dict[str, Difference] = {}
    for (name, _), prepared in courses.items():
        if other in prepared and "loccit" in prepared:
            ours, theirs = prepared["loccit"].totals, prepared[other].totals
            apart, place = max((abs(one - two), place) for place, (one, two) in enumerate(zip(ours, theirs, strict=True)))
            most = f"{questions[name][place].shown()}: {ours[place]:,}, {theirs[place]:,}" if apart else ""
            found[name] = Difference(name, sum(ours), sum(theirs), most)
    far = {name for group in GROUPS for name in group if _far([found[each] for each in group if each in found])}
    return [replace(each, near=each.name not in far) for each in found.values()]


def _far(group: Sequence[Difference]) -> bool:
    ours, theirs = sum(each.ours for each in group), sum(each.theirs for each in group)
    return abs(ours - theirs) > ALLOWED * theirs
