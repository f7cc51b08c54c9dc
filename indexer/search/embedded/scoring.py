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
from indexer.search.embedded.codec.columns import PROSE
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.evaluate import RANKING_FIELDS, Evaluation, Leaf, fields_of, scored_nodes
from indexer.search.embedded.judged import ByLanguage, Tree
from indexer.search.embedded.kernels.term import Records, Term
from indexer.search.embedded.postings import NO_MATCHES, Matches
from indexer.search.query import Node, Phrase, Published

K1 = 1.2
B = {"text": 0.75, "title": 0.5, "section": 0.5}
_NO_TITLES = np.zeros(0, dtype=np.uint32)
_NO_PARTS = np.zeros(0)
_NO_TERM = Term(NO_MATCHES.units, NO_MATCHES.freqs, -1, 0.0, True, _NO_TITLES, _NO_PARTS, None)


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


def rank(
    tree: Tree,
    evaluations: Sequence[Evaluation],
    passing: Sequence[Array],
    rows: Sequence[Array | None],
    statistics: Statistics,
    count: int,
) -> list[tuple[Array, Array]]:
    """The `count` best of the passing records of each segment in order, and their scores, rounded to 1e-6.

    rows: see Evaluation.rows, of the passing records.
    """
    if not isinstance(tree, ByLanguage):
        return _rank(tree, evaluations, passing, rows, statistics, count)
    parts = []
    for lists, each in tree.trees:
        own = [evaluation.judged_by(lists, records) for evaluation, records in zip(evaluations, passing, strict=True)]
        parts.append(_rank(each, evaluations, own, [None] * len(own), statistics, count))
    return [_together(evaluation.segment, ranked, count) for evaluation, *ranked in zip(evaluations, *parts, strict=True)]


def _together(segment: Segment, ranked: Sequence[tuple[Array, Array]], count: int) -> tuple[Array, Array]:
    """The best of several lists of records of a segment, each with their scores."""
    records, scores = (np.concatenate(arrays) for arrays in zip(*ranked, strict=True))
    order = np.lexsort((records, segment.ranks[segment.record_document[records]], -scores))[:count]
    return records[order], scores[order]


def _rank(
    tree: Node,
    evaluations: Sequence[Evaluation],
    passing: Sequence[Array],
    rows: Sequence[Array | None],
    statistics: Statistics,
    count: int,
) -> list[tuple[Array, Array]]:
    """The same where the query is one in all languages."""
    nodes = _factors(tree, evaluations, statistics) if evaluations else []
    ranked = []
    for evaluation, records, aligned in zip(evaluations, passing, rows, strict=True):
        terms = [_term(node, factor, evaluation, statistics) for node, factor in nodes] or [_NO_TERM]
        ranked.append(evaluation.kernels.rank(records, aligned, terms, _within(evaluation.segment, statistics), K1, count))
    return ranked


def _factors(tree: Node, evaluations: Sequence[Evaluation], statistics: Statistics) -> list[tuple[Leaf | Published, float]]:
    """The nodes that score, and what their scores are multiplied with."""
    return [
        (node, weight * _idf(node, evaluations, statistics) * (K1 + 1) if _is_leaf(node) else weight)
        for node, weight in scored_nodes(tree)
    ]


def _within(segment: Segment, statistics: Statistics) -> Records:
    postings = segment.postings("text")
    return Records(
        ids=postings.ids,
        freqs=postings.freqs,
        lengths=postings.lengths,
        weights=statistics.text_weights,
        documents=segment.record_document,
        bounds=segment.bounds,
        sections=segment.column("section").unit_ordinals,
        ranks=segment.ranks,
    )


def _is_leaf(node: Leaf | Published) -> TypeGuard[Leaf]:
    """Whether a node's words are scored, not only their presence."""
    return not isinstance(node, Published) and bool(fields_of(node))


def _term(node: Leaf | Published, factor: float, evaluation: Evaluation, statistics: Statistics) -> Term:
    """What a node counts in the records of a segment."""
    segment = evaluation.segment
    if not _is_leaf(node):
        held = evaluation.records(node)
        return Term(held, np.zeros(len(held), dtype=np.uint8), -1, factor, True, _NO_TITLES, _NO_PARTS, None)
    fields = fields_of(node)
    text = evaluation.matches(node, "text") if "text" in fields else NO_MATCHES
    titles, title_parts, section_parts = _NO_TITLES, _NO_PARTS, None
    if "title" in fields and len((found := evaluation.matches(node, "title")).units):
        titles, title_parts = found.units, _parts("title", found, segment, statistics)
    if "section" in fields and len((found := evaluation.matches(node, "section")).units):
        section_parts = np.zeros(segment.units("section") + 1)
        section_parts[found.units.astype(np.int64) + 1] = _parts("section", found, segment, statistics)
    return Term(text.units, text.freqs, text.first, factor, False, titles, title_parts, section_parts)


def _parts(field: str, matches: Matches, segment: Segment, statistics: Statistics) -> Array:
    """What the frequencies in the units of a field count."""
    parts: Array = matches.freqs * statistics.norms(field, segment.postings(field).lengths[matches.units])
    return parts


def _idf(node: Leaf, evaluations: Sequence[Evaluation], statistics: Statistics) -> float:
    field = node.field or "text"
    if isinstance(node, Phrase):
        having = [sum(each.count_slot(slot, field) for each in evaluations) for slot in evaluations[0].slots(node)]
    else:
        having = [sum(len(each.records_with(field, each.matches(node, field).units)) for each in evaluations)]
    return sum(math.log(1 + (statistics.records - n + 0.5) / (n + 0.5)) for n in having)


def _total_length(segment: Segment, field: str) -> int:
    """The words of a field over the live records."""
    lengths = segment.postings(field).lengths
    if field == "text":
        return int(lengths[segment.live_records].sum(dtype=np.int64))
    if field in PROSE:
        records = np.bincount(segment.record_document[segment.live_records], minlength=segment.documents)
        return int((lengths * records).sum())
    by_ordinal = np.concatenate([[0], lengths]).astype(np.int64)
    return int(by_ordinal[segment.column(field).unit_ordinals[segment.live_records]].sum())
