"""Whether the totals are right: Loccit's equal brute force, the others' are near."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from benchmarks.corpora import Corpus
from benchmarks.peers.indexes import Shelf
from benchmarks.peers.rounds import Courses
from benchmarks.question import Question, write_questions
from benchmarks.scan import totals
from indexer.native import source_of
from indexer.search import analysis, folding, stemming, stopwords, ukrainian, unspaced

ALLOWED = 0.03
GROUPS = (("rare", "mid", "common"), ("or2", "or5"), ("and2",), ("phrase2", "phrase3"))
"""Terms, OR, AND and phrases: of each the sums of all totals must be near."""
ANALYSIS = (analysis, folding, stemming, stopwords, ukrainian, unspaced)
"""The modules that decide what a scan of all records finds."""

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
    for module in ANALYSIS:
        digest.update(source_of(Path(str(module.__file__))).read_bytes())
    path = shelf.path(f"totals-{digest.hexdigest()[:12]}.json")
    if path.exists():
        kept: dict[str, list[int]] = json.loads(path.read_text(encoding="utf-8"))
        return kept
    counted = iter(_scan(shelf.corpus, [question for drawn in questions.values() for question in drawn]))
    found = {name: [next(counted) for _ in drawn] for name, drawn in questions.items()}
    path.write_text(json.dumps(found), encoding="utf-8")
    return found


def _scan(corpus: Corpus, questions: Sequence[Question]) -> list[int]:
    """The totals of a whole corpus, its documents shared among as many processes as there are cores."""
    parts = os.cpu_count() or 1
    with ProcessPoolExecutor(parts, multiprocessing.get_context("spawn")) as pool:
        shares = [pool.submit(_scan_part, corpus, questions, first, parts) for first in range(parts)]
        return [sum(counts) for counts in zip(*(share.result() for share in shares), strict=True)]


def _scan_part(corpus: Corpus, questions: Sequence[Question], first: int, step: int) -> list[int]:
    return totals(questions, islice(corpus.documents(), first, None, step))


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
    for name, (ours, theirs) in _both(courses, other).items():
        apart, place = max((abs(one - two), place) for place, (one, two) in enumerate(zip(ours, theirs, strict=True)))
        most = f"{questions[name][place].shown()}: {ours[place]:,}, {theirs[place]:,}" if apart else ""
        found[name] = Difference(name, sum(ours), sum(theirs), most)
    far = {name for group, share in apart_in_groups(courses, other).items() if share > ALLOWED for name in group}
    return [replace(each, near=each.name not in far) for each in found.values()]


def apart_in_groups(courses: Courses, other: str) -> dict[tuple[str, ...], float]:
    """For each group of which something was asked: how far the sums of both engines are apart, as a share of the other's."""
    totals_of = _both(courses, other)
    shares: dict[tuple[str, ...], float] = {}
    for group in GROUPS:
        held = [totals_of[name] for name in group if name in totals_of]
        ours, theirs = (sum(sum(totals[side]) for totals in held) for side in (0, 1))
        if held:
            shares[group] = abs(ours - theirs) / max(theirs, 1)
    return shares


def _both(courses: Courses, other: str) -> dict[str, tuple[Sequence[int], Sequence[int]]]:
    """By class, Loccit's totals and another engine's."""
    return {
        name: (prepared["loccit"].totals, prepared[other].totals)
        for (name, _), prepared in courses.items()
        if "loccit" in prepared and other in prepared
    }
