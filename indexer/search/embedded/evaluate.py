"""A query tree over one segment: the records that match, and the matches of each node that scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import TypeAlias

import numpy as np

from indexer.fields import FIELDS
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.columns import PROSE
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.forms import Expansion, bound_forms, form_table
from indexer.search.embedded.judged import ByLanguage, StopList, Tree
from indexer.search.embedded.kernels import Kernels
from indexer.search.embedded.kernels.term import NO_MATCHES, Matches, stretches_of
from indexer.search.embedded.postings import Lookup
from indexer.search.embedded.slots import Equivalents, Slot, no_equivalents, node_slots
from indexer.search.query import All, Any, Fuzzy, Node, Phrase, Published, Wildcard, Word
from indexer.search.stopwords import stop_list_of

Leaf: TypeAlias = Word | Phrase | Wildcard | Fuzzy

# Among the titles of more records one is likely to have the signs of a phrase, though not the phrase.
_FEW = 256
_IN_A_ROW = np.zeros((1, 0), dtype=np.uint32)

RANKING_FIELDS: tuple[str, ...] = tuple(field.name for field in FIELDS if field.weight)


def scored_nodes(node: Node, weight: float = 1.0) -> list[tuple[Leaf | Published, float]]:
    """The nodes of a tree that add to the score, each with its weight times those of the groups around it."""
    if isinstance(node, (All, Any)):
        return [scored for child in node.children for scored in scored_nodes(child, weight * node.weight)]
    return [(node, weight * node.weight)]


def fields_of(node: Leaf) -> tuple[str, ...]:
    """The fields in which a node's words count for the score; none for names, which only restrict."""
    if node.field is None:
        return RANKING_FIELDS
    return (node.field,) if node.field in RANKING_FIELDS else ()


class Evaluation:
    """One query over one segment; what was found for a node is kept while the query lasts."""

    def __init__(self, segment: Segment, kernels: Kernels, equivalents: Equivalents = no_equivalents) -> None:
        self.segment = segment
        self._equivalents = equivalents
        self.kernels = kernels
        # Nodes are told apart by identity, which costs less than equality; so each that is known here is held here.
        self._known: dict[int, Tree] = {}
        self._matches: dict[tuple[int, str], Matches] = {}
        self._records: dict[int, Array] = {}
        self._rows: dict[int, Array] = {}
        self._lookups: dict[str, Lookup] = {}
        self._slots: dict[int, tuple[Slot, ...]] = {}

    def records(self, node: Tree) -> Array:
        """The live records that match a node, ascending."""
        found = self._evaluate(node)
        live = self.segment.live
        return found if live is None else found[live[found]]

    def judged_by(self, stop_lists: Set[StopList], records: Array) -> Array:
        """Those of the records whose stop words are on one of these lists."""
        languages = self.segment.languages
        chosen = np.array([stop_list_of(language) in stop_lists for language in languages.all])
        judged: Array = records[chosen[languages.by_record[records]]]
        return judged

    def rows(self, node: Tree, places: Array | None) -> Array | None:
        """Where a tree is words that must all be there: their postings in its records, [word, i]; else None.

        places: of those of its records that are asked about, among all of them. Where they are all of a single word's (None),
        there is no column: its postings are theirs in a row.
        """
        if self.segment.live is not None:
            return None
        if isinstance(node, (Word, Phrase, Wildcard, Fuzzy)) and node.field is None:
            if places is None:
                return _IN_A_ROW
            return (places + max(self.matches(node, "text").first, 0)).astype(np.uint32)[None]
        rows = self._rows.get(id(node))
        return rows if rows is None or places is None else rows.take(places, axis=1)

    def _words(self, nodes: Sequence[Node]) -> list[Matches] | None:
        """The matches of words, if all nodes are words of the text."""
        words = [self.matches(node, "text") for node in nodes if isinstance(node, Word) and node.field is None]
        return words if words and len(words) == len(nodes) else None

    def matches(self, node: Leaf, field: str) -> Matches:
        """The units of a field that match a leaf, deleted ones included."""
        key = id(node), field
        found = self._matches.get(key)
        if found is None:
            self._known[id(node)] = node
            found = self._matches[key] = self._match(node, field)
        return found

    def may_be_titled(self, node: Leaf, records: Array) -> bool:
        """Whether a leaf may match the title of any of some records; where it may not, that is certain.

        It is told of phrases alone, and of few records: what else takes less time to be looked up in all titles.
        """
        slots = self.slots(node)
        if len(slots) < 2 or len(records) > _FEW:
            return True
        forms = [form for slot in slots if (form := slot.form) is not None]
        titles = self.segment.postings("title")
        return len(forms) < len(slots) or self.kernels.any_signed(
            records, self.segment.owners, titles.signs, titles.signs_with(forms)
        )

    def starts(self, nodes: Sequence[Leaf], records: Array) -> tuple[Array, Array]:
        """Where each leaf begins in the text of these records (ascending): sorted keys leaf after leaf, and their bounds."""
        return self._lookup("text").starts([self.slots(node) for node in nodes], records)

    def slot(self, slot: Slot, field: str) -> Matches:
        """The units of a field that hold one slot, deleted ones included."""
        return self._lookup(field).slot(slot)

    def count_slots(self, slots: Sequence[Slot], field: str) -> list[int]:
        """How many live records hold each slot of a phrase."""
        lookup = self._lookup(field)
        if field == "text" and self.segment.live is None:
            return [lookup.count(slot) for slot in slots]
        return [len(self.records_with(field, lookup.slot(slot).units)) for slot in slots]

    def expanded(self) -> Iterator[tuple[Expansion, set[str]]]:
        """The forms that each pattern stood for, so far, in each field."""
        for field, lookup in list(self._lookups.items()):
            if lookup.expanded:
                table = form_table(self.segment.postings(field))
                for expansion, words in lookup.expanded.items():
                    yield expansion, set(table.words(words))

    def records_with(self, field: str, units: Array) -> Array:
        """The live records with one of these units of a field, ascending."""
        if field == "text":
            found = units
        elif field in PROSE:
            found = self._records_of(units)
        else:
            column = self.segment.column(field)
            owners = np.flatnonzero(column.owners_with_units(units))
            found = self._records_of(owners) if column.per_document else owners.astype(np.uint32)
        live = self.segment.live
        return found if live is None else found[live[found]]

    def _records_of(self, documents: Array) -> Array:
        return self.kernels.expand(documents.astype(np.uint32, copy=False), self.segment.bounds)

    def _lookup(self, field: str) -> Lookup:
        lookup = self._lookups.get(field)
        if lookup is None:
            lookup = self._lookups[field] = Lookup(self.segment.postings(field), self.kernels)
        return lookup

    def slots(self, node: Leaf) -> tuple[Slot, ...]:
        """The slots of a leaf."""
        slots = self._slots.get(id(node))
        if slots is None:
            self._known[id(node)] = node
            slots = self._slots[id(node)] = node_slots(node, self._equivalents)
        return slots

    def _match(self, node: Leaf, field: str) -> Matches:
        lookup = self._lookup(field)
        slots = self.slots(node)
        if not slots or lookup.empty:
            return NO_MATCHES
        if isinstance(node, Phrase) and node.slop is not None and len(slots) > 1:
            return lookup.windows(slots, node.slop)
        return lookup.slot(slots[0]) if len(slots) == 1 else lookup.phrase(slots)

    def _evaluate(self, node: Tree) -> Array:
        found = self._records.get(id(node))
        if found is None:
            self._known[id(node)] = node
            if isinstance(node, All):
                found = self._all(node)
            elif isinstance(node, Any):
                found = self.kernels.union([self._evaluate(child) for child in node.children], self.segment.records)
            elif isinstance(node, ByLanguage):
                parts = [self.judged_by(lists, self._evaluate(tree)) for lists, tree in node.trees]
                found = self.kernels.union(parts, self.segment.records)
            elif isinstance(node, Published):
                mask = overlapping(self.segment, node.first, node.last)
                found = self._records_of(np.flatnonzero(mask[self.segment.published]))
            else:
                field = node.field or "text"
                units = self.matches(node, field).units
                found = units if field == "text" else self.records_with(field, units)
            self._records[id(node)] = found
        return found

    def _all(self, node: All) -> Array:
        words = None if node.excluded else self._words(node.children)
        if words is not None:
            postings = self.segment.postings("text")
            ids, _, begins, ends = stretches_of(words, (postings.ids, postings.freqs))
            records, self._rows[id(node)] = self.kernels.all_of(ids, begins, ends)
            return records
        children = sorted((self._evaluate(child) for child in node.children), key=len)
        found: Array = children[0] if children else self.segment.live_records
        for child in children[1:]:
            found = self.kernels.intersection(found, child)
        for excluded in node.excluded:
            found = self.kernels.difference(found, self._evaluate(excluded))
        return found


def overlapping(segment: Segment, first: int | None, last: int | None) -> Array:
    """Which stated intervals overlap some days, as a mask by ordinal; None leaves an end open."""
    firsts, lasts = segment.intervals
    chosen = np.ones(len(firsts) + 1, dtype=bool)
    chosen[0] = False
    if first is not None:
        chosen[1:] &= lasts >= first
    if last is not None:
        chosen[1:] &= firsts <= last
    return chosen


def accepted_forms(evaluations: Sequence[Evaluation]) -> dict[Expansion, set[str]]:
    """The forms that each pattern stood for in the whole index. Raises QueryError where they are too many."""
    accepted: dict[Expansion, set[str]] = {}
    for evaluation in evaluations:
        for expansion, forms in evaluation.expanded():
            accepted[expansion] = accepted.get(expansion, set()) | forms
    for expansion, forms in accepted.items():
        bound_forms(expansion, len(forms))
    return accepted
