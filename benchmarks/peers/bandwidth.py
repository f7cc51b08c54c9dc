"""How far the OR classes are from what memory allows: the bytes of their postings over the machine's bandwidth."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.drawing import DESCRIPTIONS
from benchmarks.measures import by_question, milliseconds
from benchmarks.peers.rounds import Courses
from benchmarks.question import Question
from benchmarks.table import render
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.manifest import read_manifest
from indexer.search.stemming import stem

CLASSES = ("or2", "or5")

_BYTES = 512 * 1024 * 1024
_TRIES = 7


@dataclass(frozen=True, slots=True)
class Distance:
    """A class beside its lower bound. postings: of its questions, each posting once; bytes: theirs; seconds: the medians.

    times: how often the lower bound fits into the time, at the median question.
    """

    name: str
    facets: bool
    postings: float
    bytes: float
    bound: float
    seconds: float
    times: float


def read_bandwidth(size: int = _BYTES) -> float:
    """Bytes that one core reads in a second, far beyond its caches: the best of several passes over one large array."""
    numbers = np.ones(size // 8, dtype=np.int64)
    readers: tuple[Callable[[], object], ...] = (numbers.sum, numbers.view(np.float64).sum, numbers.view(np.uint8).max)
    return max(size / _seconds(reader) for reader in readers for _ in range(_TRIES))


def postings_read(index_dir: Path, questions: Sequence[Question]) -> list[tuple[int, int]]:
    """For each question the postings of its words in the text of all records, and their bytes: an id and a frequency each.

    Every engine that counts exactly has to read the ids, and the frequencies in order to rank; what else it reads comes on top.
    """
    segments = [Segment(index_dir / entry.file) for entry in read_manifest(index_dir).segments]
    return [_read(segments, question) for question in questions]


def distances(
    courses: Courses, questions: Mapping[str, Sequence[Question]], index_dir: Path, bandwidth: float
) -> list[Distance]:
    """Loccit's times of these classes beside the time that reading their postings once takes."""
    found = []
    for (name, facets), prepared in courses.items():
        if name in CLASSES and "loccit" in prepared:
            read = postings_read(index_dir, questions[name])
            times = by_question(prepared["loccit"].rounds)
            bounds = [size / bandwidth for _, size in read]
            found.append(
                Distance(
                    name,
                    facets,
                    median(count for count, _ in read),
                    median(size for _, size in read),
                    median(bounds),
                    median(times),
                    median(seconds / bound for seconds, bound in zip(times, bounds, strict=True)),
                )
            )
    return found


def distance_table(found: Sequence[Distance], bandwidth: float, markdown: bool) -> str:
    """A row for each class, with facets and without."""
    rows = [
        [
            DESCRIPTIONS[each.name],
            "yes" if each.facets else "no",
            f"{each.postings:,.0f}",
            f"{each.bytes / 1e6:.2f}",
            f"{each.bound * 1e6:.1f}",
            milliseconds(each.seconds),
            f"{each.times:.1f}",
        ]
        for each in found
    ]
    titles = ["distance to the memory", "facets", "postings", "MB", "lower bound µs", "Loccit ms", "times the bound"]
    stated = f"One core reads {bandwidth / 1e9:.1f} GB/s from memory. Lower bound: every posting's id and frequency read once."
    return f"{render(titles, rows, markdown)}\n\n{stated}"


def _read(segments: Sequence[Segment], question: Question) -> tuple[int, int]:
    count = size = 0
    for segment in segments:
        postings = segment.postings("text")
        for word in dict.fromkeys(map(stem, question.words)):
            for place, _, _ in postings.spellings(postings.terms, word):
                begin, end = postings.range(place)
                count += end - begin
                size += (end - begin) * (postings.ids.itemsize + postings.freqs.itemsize)
    return count, size


def _seconds(reader: Callable[[], object]) -> float:
    started = time.perf_counter()
    reader()
    return time.perf_counter() - started
