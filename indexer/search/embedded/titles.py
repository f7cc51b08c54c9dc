"""Documents whose title has what a query looks for in the text: the few best, whatever their paragraphs say."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from indexer.errors import QueryError
from indexer.search import syntax
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.evaluate import Evaluation
from indexer.search.embedded.filtered import Filtered
from indexer.search.embedded.judged import StopList, Tree, Widening, without_stop_words
from indexer.search.query import All, Any, Fuzzy, Node, Phrase, Wildcard, Word
from indexer.search.request import Match, SearchRequest
from indexer.search.response import MAX_TITLES

_UNDATED = -1


class Titled(NamedTuple):
    """A document whose title matches: what it is ranked by, its segment's place, and its first record that the query wants."""

    length: int
    day: int
    document_id: str
    segment: int
    record: int


def title_tree(request: SearchRequest, stop_lists: Sequence[StopList], widen: Widening) -> Tree | None:
    """What a title must have: all that the query wants of the text, `match=any` or not. None where that is nothing.

    widen: as an engine widens every query.
    """
    query = request.query
    tree = syntax.parse(query.source).tree if request.match is Match.ANY and query.source else query.tree
    towards = _of_title(widen(tree))
    return without_stop_words(towards, stop_lists) if _asks_title(towards) else None


def best_titles(tree: Tree, evaluations: Sequence[Evaluation], request: SearchRequest) -> list[Titled]:
    """The documents that pass the filters and match: those with the shortest title first, then the newest, then by id."""
    found: list[Titled] = []
    try:
        for number, evaluation in enumerate(evaluations):
            records, documents = _documents(tree, evaluation)
            best = shortest(evaluation.segment, _passing(evaluation, records, documents, request))
            found += [titled(evaluation.segment, number, document, records) for document in best]
    except QueryError:  # a pattern that stands for too many words of titles
        return []
    return sorted(found, key=lambda one: (one.length, -one.day, one.document_id))[:MAX_TITLES]


def _of_title(node: Node) -> Node:
    """The same, looked for in the title instead of the text."""
    if isinstance(node, All):
        return replace(node, children=tuple(map(_of_title, node.children)), excluded=tuple(map(_of_title, node.excluded)))
    if isinstance(node, Any):
        return replace(node, children=tuple(map(_of_title, node.children)))
    if isinstance(node, Word | Phrase | Wildcard | Fuzzy) and node.field in (None, "text"):
        return replace(node, field="title")
    return node


def _asks_title(node: Node) -> bool:
    if isinstance(node, All | Any):
        return any(map(_asks_title, node.children))
    return isinstance(node, Word | Phrase | Wildcard | Fuzzy) and node.field == "title"


def _documents(node: Tree, evaluation: Evaluation) -> tuple[Array | None, Array]:
    """The live records that match, and their documents. Where only titles are asked about, no record is looked at: None."""
    documents = _by_title(node, evaluation)
    if documents is None:
        records = evaluation.records(node)
        return records, evaluation.kernels.owners_of(records, evaluation.segment.record_document)
    live = evaluation.segment.live_by_document
    return None, documents if live is None else documents[live[documents]]


def _by_title(node: Tree, evaluation: Evaluation) -> Array | None:
    """The documents whose titles match, deleted ones included; None where that is not for titles to say."""
    if isinstance(node, Word | Phrase | Wildcard | Fuzzy):
        return evaluation.matches(node, "title").units if node.field == "title" else None
    if not isinstance(node, All) or node.excluded or not node.children:
        return None
    each = [_by_title(child, evaluation) for child in node.children]
    held = [documents for documents in each if documents is not None]
    return functools.reduce(evaluation.kernels.intersection, sorted(held, key=len)) if len(held) == len(each) else None


def _passing(evaluation: Evaluation, records: Array | None, documents: Array, request: SearchRequest) -> Array:
    """Those that have a record which passes every filter, of those that match where that is not for titles to say."""
    bounds = evaluation.segment.bounds
    documents = documents[bounds[documents] < bounds[documents + 1]]
    if not request.filtered or not len(documents):
        return documents
    records = evaluation.kernels.expand(documents, bounds) if records is None else records
    return Filtered(evaluation.segment, records, request, evaluation.kernels).documents()


def shortest(segment: Segment, documents: Array) -> list[int]:
    """The best of these documents: those with the shortest title first, then the newest, then by id."""
    lengths = segment.postings("title").lengths[documents]
    if len(documents) > MAX_TITLES:
        kept = lengths <= np.partition(lengths, MAX_TITLES - 1)[MAX_TITLES - 1]
        documents, lengths = documents[kept], lengths[kept]
    order = np.lexsort((segment.ranks[documents], -_first_days(segment, documents), lengths))
    best: list[int] = documents[order[:MAX_TITLES]].tolist()
    return best


def _first_days(segment: Segment, documents: Array) -> Array:
    return np.concatenate([[_UNDATED], segment.intervals[0]]).astype(np.int64)[segment.published[documents]]


def titled(segment: Segment, number: int, document: int, records: Array | None) -> Titled:
    """A document of the segment of that number, as titles are ordered; records: those that pass, None for all."""
    first = int(segment.bounds[document])
    length = int(segment.postings("title").lengths[document])
    day = int(_first_days(segment, np.array([document]))[0])
    record = first if records is None else int(records[np.searchsorted(records, first)])
    return Titled(length, day, segment.document_id(document), number, record)
