"""How many records queries find, one after the other over the same segments: what they share is looked up once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from indexer.errors import QueryError
from indexer.search import syntax
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.evaluate import Evaluation
from indexer.search.embedded.filtered import Filtered
from indexer.search.embedded.judged import Tree, Widening, stop_lists_of, without_stop_words
from indexer.search.query import All, Any, Node
from indexer.search.request import SearchRequest


class Counting:
    """Counts for as long as one request lasts. request: whose filters and `match` hold; widen: as every query is widened."""

    def __init__(self, evaluations: Sequence[Evaluation], request: SearchRequest, widen: Widening) -> None:
        self.evaluations = evaluations
        self._stop_lists = stop_lists_of([evaluation.segment for evaluation in evaluations])
        self._request = request
        self._widen = widen
        # What is equal is the same: an evaluation knows a node again by its identity.
        self._nodes: dict[Node, Node] = {}
        self._judged: dict[Node, Tree] = {}

    def records(self, tree: Node) -> list[Array]:
        """The live records of each segment that match a tree, whatever the filters say."""
        judged = self._judged.get(tree)
        if judged is None:
            judged = self._judged[tree] = without_stop_words(self._same_nodes(self._widen(tree)), self._stop_lists)
        return [evaluation.records(judged) for evaluation in self.evaluations]

    def _same_nodes(self, node: Node) -> Node:
        """The node, made of those that are known."""
        known = self._nodes.get(node)
        if known is None:
            if isinstance(node, All | Any):
                node = replace(node, children=tuple(map(self._same_nodes, node.children)))
            known = self._nodes[node] = node
        return known

    def same(self, source: str, other: str) -> bool:
        """Whether two queries find the same records."""
        found = (self.records(syntax.parse(each).tree) for each in (source, other))
        return all(itertools.starmap(np.array_equal, zip(*found, strict=True)))

    def of(self, source: str, tree: Node | None = None) -> int:
        """How many records a query finds, unrelaxed; 0 for one over a bound. tree: what it is read as, where that is known."""
        try:
            found = self.records(syntax.parse(source, self._request.match).tree if tree is None else tree)
        except QueryError:
            return 0
        if not self._request.filtered:
            return sum(map(len, found))
        return sum(
            len(Filtered(evaluation.segment, records, self._request, evaluation.kernels).records())
            for evaluation, records in zip(self.evaluations, found, strict=True)
        )
