"""Orders: the first records of a page from the matches of all segments. Ties end with document id, then ordinal."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from indexer.frozen import named_tuples
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.kernels import Kernels
from indexer.search.request import Sort
from indexer.search.response import ScorePart


class Ranked(NamedTuple):
    """A record in its place: the segment's number, the record's number in it, and its score (None where nothing is scored).

    explain: the parts of the score, where they were asked for.
    """

    segment: int
    record: int
    score: float | None
    explain: tuple[ScorePart, ...] = ()


_Run: TypeAlias = Iterator[tuple[float, str, Ranked]]
"""The matches of one segment in order, each after what it is compared by."""


def by_score(segments: Sequence[Segment], scored: Sequence[tuple[Array, Array]], first: int, count: int) -> list[Ranked]:
    """The records from place `first` (from 0) on, at most `count`. scored: the best of each segment in order, with scores."""
    if len(scored) == 1:
        records, scores = scored[0]
        numbers, values = records[first : first + count].tolist(), scores[first : first + count].tolist()
        return list(named_tuples(Ranked, itertools.repeat(0), numbers, values, itertools.repeat(())))
    return _merged([_scored_run(*each) for each in zip(itertools.count(), segments, scored, strict=False)], first, count)


def by_document(
    segments: Sequence[Segment],
    found: Sequence[tuple[Array, Array]],
    order: Sort,
    first: int,
    count: int,
    kernels: Kernels,
) -> list[Ranked]:
    """The same by date or id, which the records of a document share. found: matching records and their documents by segment."""
    runs = []
    for number, (segment, (records, documents)) in enumerate(zip(segments, found, strict=True)):
        keys = _keys(segment, documents, order)
        places = kernels.best(keys, documents, segment.ranks, first + count).tolist()
        runs.append(_run(number, segment, records, [(float(keys[place]), int(documents[place])) for place in places]))
    return _merged(runs, first, count)


def _merged(runs: Sequence[_Run], first: int, count: int) -> list[Ranked]:
    # Of equal records those of one document stand in order already: they are never in two segments.
    together = runs[0] if len(runs) == 1 else heapq.merge(*runs, key=lambda entry: entry[:2])
    return [ranked for *_, ranked in itertools.islice(together, first, first + count)]


def _scored_run(number: int, segment: Segment, scored: tuple[Array, Array]) -> _Run:
    for record, score in zip(scored[0].tolist(), scored[1].tolist(), strict=True):
        yield -score, segment.document_id(int(segment.record_document[record])), Ranked(number, record, score)


def _run(number: int, segment: Segment, records: Array, documents: Sequence[tuple[float, int]]) -> _Run:
    """The matching records of these documents, which come with their keys."""
    for key, document in documents:
        begin, end = np.searchsorted(records, segment.bounds[document : document + 2])
        document_id = segment.document_id(document)
        for record in records[begin:end].tolist():
            yield -key, document_id, Ranked(number, record, None)


def _keys(segment: Segment, documents: Array, order: Sort) -> Array:
    """What is sorted by, the largest first."""
    if order is Sort.DOCUMENT:
        return np.zeros(len(documents))
    days = np.concatenate([[0], segment.intervals[0]]).astype(np.float64)
    if order is Sort.OLDEST:
        days[1:] = -days[1:]
        days[0] = -np.inf
    keys: Array = days[segment.published[documents]]
    return keys
