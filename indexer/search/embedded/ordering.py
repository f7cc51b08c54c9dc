"""Orders: the first records of a page from the matches of all segments. Ties end with document id, then ordinal."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.kernels import Kernels
from indexer.search.request import Sort


class Ranked(NamedTuple):
    """A record in its place: the segment's number, the record's number in it, and its score (0 where nothing is scored)."""

    segment: int
    record: int
    score: float


def best(
    segments: Sequence[Segment],
    found: Sequence[Array],
    scores: Sequence[Array] | None,
    order: Sort,
    first: int,
    count: int,
    kernels: Kernels,
) -> list[Ranked]:
    """The records from place `first` (from 0) on, at most `count`, in this order."""
    wanted = first + count
    runs = []
    for number, (segment, records) in enumerate(zip(segments, found, strict=True)):
        keys = _keys(segment, records, scores[number] if scores is not None else None, order)
        run = []
        for place in kernels.best(keys, records, segment.record_rank, wanted).tolist():
            record = int(records[place])
            document_id = segment.document_id(int(segment.record_document[record])) if len(segments) > 1 else ""
            ranked = Ranked(number, record, float(scores[number][place]) if scores is not None else 0.0)
            run.append((-float(keys[place]), document_id, int(segment.record_rank[record]), ranked))
        runs.append(run)
    return [ranked for *_, ranked in itertools.islice(heapq.merge(*runs), first, wanted)]


def _keys(segment: Segment, records: Array, scores: Array | None, order: Sort) -> Array:
    """What is sorted by, the largest first."""
    if order is Sort.RELEVANCE and scores is not None:
        return scores
    if order is Sort.DOCUMENT:
        return np.zeros(len(records))
    days = np.concatenate([[0], segment.intervals[0]]).astype(np.float64)
    if order is Sort.OLDEST:
        days[1:] = -days[1:]
        days[0] = -np.inf
    return days[segment.published][segment.record_document[records]]
