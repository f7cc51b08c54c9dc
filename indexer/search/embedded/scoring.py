"""BM25F: how much the words of a query count in a record, over text, title and section.

For each positive word (or phrase, or expansion) t of the query, wherever in the tree it stands:

    tf  = sum over fields f of  weight_f * frequency_f / (1 - b_f + b_f * length_f / average length of f)
    score += weight_t * idf_t * tf * (k1 + 1) / (k1 + tf)
    idf = ln(1 + (N - n + 0.5) / (n + 0.5)),  n = live records whose text (for a clause: whose field) has t, N = live records

A phrase's idf is the sum of its words', and its frequency that of the whole phrase. A clause on names or dates adds its weight.
(Robertson, Zaragoza, Taylor: Simple BM25 extension to multiple weighted fields, 2004; idf as in Lucene, never negative.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeGuard

import numpy as np

from indexer.fields import FIELD_BY_NAME
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.evaluate import RANKING_FIELDS, Evaluation, Leaf, fields_of, scored_nodes
from indexer.search.embedded.kernels.term import Term
from indexer.search.embedded.postings import NO_MATCHES
from indexer.search.embedded.slots import node_slots
from indexer.search.query import Node, Phrase, Published

K1 = 1.2
# Scores are added up for all records where more than one in so many matches.
_SPARSE = 16
B = {"text": 0.75, "title": 0.5, "section": 0.5}


@dataclass(frozen=True)
class Statistics:
    """Counts over the live records of all segments: how many, and the mean length of each ranking field."""

    records: int
    mean_lengths: dict[str, float]
    longest: int

    @classmethod
    def of(cls, segments: Sequence[Segment]) -> Statistics:
        """Count the segments."""
        records = sum(len(segment.live_records) for segment in segments)
        totals = {field: sum(_total_length(segment, field) for segment in segments) for field in RANKING_FIELDS}
        return cls(
            records,
            {field: total / records if records else 0.0 for field, total in totals.items()},
            max((segment.longest for segment in segments), default=0),
        )

    @cached_property
    def text_weights(self) -> Array:
        """What a frequency in the text counts, by the length of the text."""
        return self.norms("text", np.arange(self.longest + 1))

    def norms(self, field: str, lengths: Array) -> Array:
        """What a frequency counts at these lengths of a field: weight / (1 - b + b * length / mean length)."""
        mean = self.mean_lengths[field] or 1.0
        norms: Array = FIELD_BY_NAME[field].weight / (1 - B[field] + B[field] * lengths / mean)
        return norms


def score(tree: Node, evaluations: Sequence[Evaluation], found: Sequence[Array], statistics: Statistics) -> list[Array]:
    """The scores of the found records of each segment, rounded to 1e-6."""
    nodes = [
        (node, weight * _idf(node, evaluations, statistics) * (K1 + 1) if _is_leaf(node) else weight)
        for node, weight in scored_nodes(tree)
    ]
    return [
        _score_segment(nodes, evaluation, records, statistics) for evaluation, records in zip(evaluations, found, strict=True)
    ]


def _score_segment(
    nodes: Sequence[tuple[Leaf | Published, float]], evaluation: Evaluation, records: Array, statistics: Statistics
) -> Array:
    """The scores of records of one segment: added up for all its records where that touches less than looking each up."""
    kernels = evaluation.kernels
    everywhere = len(nodes) > 1 and len(records) * _SPARSE > evaluation.segment.records
    total = np.zeros(evaluation.segment.records if everywhere else len(records))
    for node, factor in nodes:
        if isinstance(node, Published) or not fields_of(node):
            held = evaluation.records(node)
            if not everywhere:
                held = np.searchsorted(records, kernels.intersection(records, held))
            total[held] += factor
            continue
        term = _term(node, evaluation, statistics)
        if everywhere:
            kernels.add_scores_to_all(total, term, factor, K1)
        else:
            kernels.add_scores(total, records, term, factor, K1)
    return kernels.rounded(total, records if everywhere else None)


def _is_leaf(node: Leaf | Published) -> TypeGuard[Leaf]:
    """Whether a node's words are scored, not only their presence."""
    return not isinstance(node, Published) and bool(fields_of(node))


def _term(node: Leaf, evaluation: Evaluation, statistics: Statistics) -> Term:
    """What a node counts in the records of a segment."""
    segment = evaluation.segment
    text = evaluation.matches(node, "text") if "text" in fields_of(node) else NO_MATCHES
    parts: dict[bool, Array] = {}
    for field in fields_of(node):
        matches = evaluation.matches(node, field) if field != "text" else NO_MATCHES
        if len(matches.units):
            column = segment.column(field)
            by_ordinal = np.zeros(len(column.values) + 1)
            norms = statistics.norms(field, segment.postings(field).lengths[matches.units])
            by_ordinal[matches.units.astype(np.int64) + 1] = matches.freqs * norms
            parts[column.per_document] = by_ordinal[column.ordinals] if column.per_document else by_ordinal
    return Term(
        units=text.units,
        freqs=text.freqs,
        lengths=segment.postings("text").lengths,
        weights=statistics.text_weights,
        by_document=parts.get(True),
        by_section=parts.get(False),
        documents=segment.record_document,
        bounds=segment.bounds,
        sections=segment.column("section").ordinals,
    )


def _idf(node: Leaf, evaluations: Sequence[Evaluation], statistics: Statistics) -> float:
    field = node.field or "text"
    if isinstance(node, Phrase):
        having = [sum(each.count_slot(slot, field) for each in evaluations) for slot in node_slots(node)]
    else:
        having = [sum(len(each.records_with(field, each.matches(node, field).units)) for each in evaluations)]
    return sum(math.log(1 + (statistics.records - n + 0.5) / (n + 0.5)) for n in having)


def _total_length(segment: Segment, field: str) -> int:
    """The words of a field over the live records."""
    lengths = segment.postings(field).lengths
    if field == "text":
        return int(lengths[segment.live_records].sum(dtype=np.int64))
    column = segment.column(field)
    by_ordinal = np.concatenate([[0], lengths]).astype(np.int64)
    if column.per_document:
        records = np.bincount(segment.record_document[segment.live_records], minlength=segment.documents)
        return int((by_ordinal[column.ordinals] * records).sum())
    return int(by_ordinal[column.ordinals[segment.live_records]].sum())
