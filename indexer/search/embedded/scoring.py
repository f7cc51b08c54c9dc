"""BM25F: how much the words of a query count in a record, over text, title and section.

For each positive word (or phrase, or expansion) t of the query, wherever in the tree it stands:

    tf  = sum over fields f of  weight_f * frequency_f / (1 - b_f + b_f * length_f / average length of f)
    score += weight_t * idf_t * tf * (k1 + 1) / (k1 + tf)
    idf = ln(1 + (N - n + 0.5) / (n + 0.5)),  n = live records whose text (for a clause: whose field) has t, N = live records

A phrase's idf is the sum of its words', and its frequency that of the whole phrase. A clause on names or dates adds its weight.
What else speaks for the best of these records is in `rescoring`.
(Robertson, Zaragoza, Taylor: Simple BM25 extension to multiple weighted fields, 2004; idf as in Lucene, never negative.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias, TypeGuard

import numpy as np

from indexer.fields import FIELD_BY_NAME
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.columns import PROSE
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.evaluate import RANKING_FIELDS, Evaluation, Leaf, fields_of, scored_nodes
from indexer.search.embedded.kernels.term import Records, Term, Terms
from indexer.search.embedded.postings import NO_MATCHES, Matches
from indexer.search.embedded.ranking import K1, B, Ranking
from indexer.search.query import Node, Phrase, Published

Scored: TypeAlias = tuple[Array, Array]
"""Records of a segment in order, and their scores, rounded to 1e-6."""

_NO_TITLES = np.zeros(0, dtype=np.uint32)
_NO_PARTS = np.zeros(0)
_DEFAULT = Ranking()
_NO_TERM = Term(NO_MATCHES.units, NO_MATCHES.freqs, -1, 0.0, True, _NO_TITLES, _NO_PARTS, None)


@dataclass(frozen=True)
class Statistics:
    """Counts over the live records of all segments: how many, and the mean length of each ranking field.

    mean_document: the mean number of words in the texts of a document that has any records.
    """

    records: int
    mean_lengths: dict[str, float]
    longest: int
    mean_document: float

    @classmethod
    def of(cls, segments: Sequence[Segment]) -> Statistics:
        """Count the segments."""
        records = sum(len(segment.live_records) for segment in segments)
        totals = {field: sum(_total_length(segment, field) for segment in segments) for field in RANKING_FIELDS}
        documents = sum(map(_live_documents, segments))
        return cls(
            records,
            {field: total / records if records else 0.0 for field, total in totals.items()},
            max((segment.longest for segment in segments), default=0),
            totals["text"] / documents if documents else 0.0,
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


class Scoring:
    """How the words of a query count, over all segments; and the records that they put first.

    nodes: the nodes that score, and what their parts are multiplied with: weight * idf * (k1 + 1) for words.
    """

    def __init__(
        self, tree: Node, evaluations: Sequence[Evaluation], statistics: Statistics, ranking: Ranking = _DEFAULT
    ) -> None:
        self.evaluations = evaluations
        self.statistics = statistics
        self.ranking = ranking
        self._terms: dict[Evaluation, Terms] = {}
        self.nodes = [(node, self._factor(node, weight)) for node, weight in scored_nodes(tree)] if evaluations else []

    def rank(self, passing: Sequence[Array], rows: Sequence[Array | None], count: int) -> list[Scored]:
        """The `count` best of the passing records of each segment in order.

        rows: see Evaluation.rows, of the passing records.
        """
        ranked = []
        for evaluation, records, aligned in zip(self.evaluations, passing, rows, strict=True):
            ranked.append(evaluation.kernels.rank(records, aligned, self.terms(evaluation), K1, count))
        return ranked

    def terms(self, evaluation: Evaluation) -> Terms:
        """What the nodes count in the records of a segment."""
        terms = self._terms.get(evaluation)
        if terms is None:
            each = [self._term(node, factor, evaluation) for node, factor in self.nodes] or [_NO_TERM]
            terms = self._terms[evaluation] = Terms(each, _within(evaluation.segment, self.statistics))
        return terms

    def _term(self, node: Leaf | Published, factor: float, evaluation: Evaluation) -> Term:
        segment = evaluation.segment
        if not is_leaf(node):
            held = evaluation.records(node)
            return Term(held, np.zeros(len(held), dtype=np.uint8), -1, factor, True, _NO_TITLES, _NO_PARTS, None)
        fields = self.fields(node)
        text = evaluation.matches(node, "text") if "text" in fields else NO_MATCHES
        titles, title_parts, section_parts = _NO_TITLES, _NO_PARTS, None
        if "title" in fields and len((found := evaluation.matches(node, "title")).units):
            titles, title_parts = found.units, self._parts("title", found, segment)
        if "section" in fields and len((found := evaluation.matches(node, "section")).units):
            section_parts = np.zeros(segment.units("section") + 1)
            section_parts[found.units.astype(np.int64) + 1] = self._parts("section", found, segment)
        return Term(text.units, text.freqs, text.first, factor, False, titles, title_parts, section_parts)

    def fields(self, node: Leaf) -> tuple[str, ...]:
        """Where a node's words count."""
        return tuple(field for field in fields_of(node) if node.field is not None or field in self.ranking.fields)

    def having(self, node: Leaf) -> int:
        """How many live records have a word in their text, or in the field that it is asked of."""
        field = node.field or "text"
        return sum(len(each.records_with(field, each.matches(node, field).units)) for each in self.evaluations)

    def idf(self, having: int) -> float:
        """What a word counts that so many live records have."""
        return math.log(1 + (self.statistics.records - having + 0.5) / (having + 0.5))

    def _factor(self, node: Leaf | Published, weight: float) -> float:
        return weight * self._node_idf(node) * (K1 + 1) if is_leaf(node) else weight

    def _node_idf(self, node: Leaf) -> float:
        field, evaluations = node.field or "text", self.evaluations
        if isinstance(node, Phrase):
            having = [sum(each.count_slot(slot, field) for each in evaluations) for slot in evaluations[0].slots(node)]
        else:
            having = [self.having(node)]
        return sum(map(self.idf, having))

    def _parts(self, field: str, matches: Matches, segment: Segment) -> Array:
        """What the frequencies in the units of a field count."""
        parts: Array = matches.freqs * self.statistics.norms(field, segment.postings(field).lengths[matches.units])
        return parts


def _within(segment: Segment, statistics: Statistics) -> Records:
    """What the kernels read of a segment."""
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


def is_leaf(node: Leaf | Published) -> TypeGuard[Leaf]:
    """Whether a node's words are scored, not only their presence."""
    return not isinstance(node, Published) and bool(fields_of(node))


def _live_documents(segment: Segment) -> int:
    """How many documents have live records."""
    return len(np.unique(segment.record_document[segment.live_records]))


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
