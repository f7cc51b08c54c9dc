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
from typing import NamedTuple, TypeAlias, TypeGuard

import numpy as np

from indexer.fields import FIELD_BY_NAME
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.columns import PROSE
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.evaluate import RANKING_FIELDS, Evaluation, Leaf, fields_of, scored_nodes
from indexer.search.embedded.kernels.term import NO_MATCHES, Matches, Postings, Records, Term, Terms, length_classes, only_read
from indexer.search.embedded.ranking import K1, B, Ranking
from indexer.search.query import Node, Phrase, Published

Scored: TypeAlias = tuple[Array, Array]
"""Records of a segment in order, and their scores, rounded to 1e-6."""

_DEFAULT = Ranking()
_NO_TERM = Term(NO_MATCHES, NO_MATCHES, NO_MATCHES, 0.0, True)


class Counted(NamedTuple):
    """What is counted in a segment, whatever the query: the postings of each field that ranks, and the records."""

    text: Postings
    titles: Postings
    sections: Postings
    within: Records


@dataclass(frozen=True)
class Statistics:
    """Counts over the live records of all segments: how many, and the mean length of each ranking field.

    mean_document: the mean number of words in the texts of a document that has any records.
    """

    segments: Sequence[Segment]
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
            segments,
            records,
            {field: total / records if records else 0.0 for field, total in totals.items()},
            max((segment.longest for segment in segments), default=0),
            totals["text"] / documents if documents else 0.0,
        )

    @cached_property
    def text_weights(self) -> Array:
        """What a frequency in the text counts, by the length of the text."""
        return only_read(self.norms("text", np.arange(self.longest + 1)))

    @cached_property
    def counted(self) -> list[Counted]:
        """What is counted in each segment."""
        return [self._counted(segment) for segment in self.segments]

    def _counted(self, segment: Segment) -> Counted:
        text, title, section = (segment.postings(field) for field in RANKING_FIELDS)
        classes, class_weights = length_classes(text.lengths, self.text_weights)
        within = Records(
            lengths=text.lengths,
            weights=self.text_weights,
            length_classes=classes,
            class_weights=class_weights,
            documents=only_read(segment.record_document),
            bounds=segment.bounds,
            ranks=only_read(segment.ranks),
            norms=only_read(1 - B["text"] + B["text"] / (self.mean_document or 1.0) * segment.document_lengths),
            title_weights=only_read(self.norms("title", title.lengths)),
            sections=only_read(segment.column("section").unit_ordinals),
            section_weights=only_read(self.norms("section", section.lengths)),
        )
        return Counted((text.ids, text.freqs), (title.ids, title.freqs), (section.ids, section.freqs), within)

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
        self._terms: list[Terms] = []
        self.nodes = [(node, self._factor(node, weight)) for node, weight in scored_nodes(tree)] if evaluations else []

    def rank(self, passing: Sequence[Array], rows: Sequence[Array | None], count: int) -> list[Scored]:
        """The `count` best of the passing records of each segment in order.

        rows: see Evaluation.rows, of the passing records.
        """
        self._terms = [
            Terms.of(
                [self._term(node, factor, evaluation, counted, records) for node, factor in self.nodes] or [_NO_TERM], *counted
            )
            for evaluation, counted, records in zip(self.evaluations, self.statistics.counted, passing, strict=True)
        ]
        return [
            evaluation.kernels.rank(records, aligned, terms, K1, count)
            for evaluation, records, aligned, terms in zip(self.evaluations, passing, rows, self._terms, strict=True)
        ]

    def terms(self, number: int) -> Terms:
        """What the nodes count in the records that were ranked in the segment of that number."""
        return self._terms[number]

    def _term(self, node: Leaf | Published, factor: float, evaluation: Evaluation, counted: Counted, records: Array) -> Term:
        """What a node counts in the passing records."""
        if not is_leaf(node):
            held = evaluation.records(node)
            return Term(Matches(held, np.zeros(len(held), dtype=np.uint8)), NO_MATCHES, NO_MATCHES, factor, True)
        fields = self.fields(node)
        text = evaluation.matches(node, "text") if "text" in fields else NO_MATCHES
        title = NO_MATCHES
        if "title" in fields and evaluation.may_be_titled(node, records):
            title = evaluation.matches(node, "title")
        # Many indexes have no sections at all: then nothing is asked of them.
        section = evaluation.matches(node, "section") if "section" in fields and len(counted.sections[0]) else NO_MATCHES
        return Term(text, title, section, factor, False)

    def fields(self, node: Leaf) -> tuple[str, ...]:
        """Where a node's words count."""
        return self.ranking.fields if node.field is None else fields_of(node)

    def having(self, node: Leaf) -> int:
        """How many live records have a word in their text, or in the field that it is asked of."""
        return sum([len(evaluation.records(node)) for evaluation in self.evaluations])

    def idf(self, having: int) -> float:
        """What a word counts that so many live records have."""
        return math.log(1 + (self.statistics.records - having + 0.5) / (having + 0.5))

    def _factor(self, node: Leaf | Published, weight: float) -> float:
        if not is_leaf(node):
            return weight
        idf = sum(map(self.idf, self._slots_having(node))) if isinstance(node, Phrase) else self.idf(self.having(node))
        return weight * idf * (K1 + 1)

    def _slots_having(self, phrase: Phrase) -> list[int]:
        """How many live records have each word of a phrase."""
        field, evaluations = phrase.field or "text", self.evaluations
        slots = evaluations[0].slots(phrase)
        return list(map(sum, zip(*[each.count_slots(slots, field) for each in evaluations], strict=True)))


def is_leaf(node: Leaf | Published) -> TypeGuard[Leaf]:
    """Whether a node's words are scored, not only their presence."""
    return not isinstance(node, Published) and (node.field is None or node.field in RANKING_FIELDS)


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
