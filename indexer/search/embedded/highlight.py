"""Where a query's words stand in the paragraphs of a page and in their titles, from the texts themselves.

A node that does not match the record marks nothing, nor does an excluded one; a phrase marks only the words of a phrase match.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from indexer.fields import FIELD_BY_NAME
from indexer.model import DocumentMetadata, Paragraph
from indexer.published import parse_published
from indexer.search.embedded.sifted import Sieve, SiftedText, Wanted, sift
from indexer.search.embedded.stretches import Accepted
from indexer.search.query import All, Any, Node, Published
from indexer.search.response import Span


@dataclass(frozen=True, eq=False, slots=True)
class _Group:
    """A group of the query: whether it needs all of its parts, and what it excludes."""

    every: bool
    parts: tuple[_Part, ...]
    excluded: tuple[_Part, ...] = ()


Record: TypeAlias = tuple[Paragraph, DocumentMetadata]
Marks: TypeAlias = tuple[tuple[Span, ...], tuple[Span, ...]]
"""The spans in a paragraph's text and in its document's title."""

_Part: TypeAlias = Wanted | Published | _Group
_Marked: TypeAlias = list[Span] | None
"""What is marked in one field of a record; None where the record does not match."""


class Highlighter:
    """One query, ready to mark any number of records."""

    def __init__(self, tree: Node, accepted: Accepted) -> None:
        """accepted: the forms that the patterns of the query stand for, of all that any marked text may hold."""
        self._query = _part(tree)
        wanted = list(_wanted(self._query))
        self._titled = any(each.field == "title" for each in wanted)
        self._sieves = {stemmed: Sieve(wanted, stemmed, accepted) for stemmed in {each.stemmed for each in wanted}}

    def mark(self, records: Sequence[Record]) -> list[Marks]:
        """The spans in each record's text and title; both empty where the query does not match it."""
        page = _Page(records, self._sieves)
        texts = [merge_spans(spans) if spans else () for spans in page.marks(self._query, "text")]
        if not self._titled:
            return [(spans, ()) for spans in texts]
        titles = [merge_spans(spans) if spans else () for spans in page.marks(self._query, "title")]
        return list(zip(texts, titles, strict=True))


def _part(node: Node) -> _Part:
    """A node of the query and those within it, ready to be looked for."""
    if isinstance(node, All):
        return _Group(True, tuple(map(_part, node.children)), tuple(map(_part, node.excluded)))
    if isinstance(node, Any):
        return _Group(False, tuple(map(_part, node.children)))
    return node if isinstance(node, Published) else Wanted.of(node)


def _wanted(part: _Part) -> Iterator[Wanted]:
    """The words, phrases and patterns of a part, excluded ones included."""
    if isinstance(part, _Group):
        for inner in (*part.parts, *part.excluded):
            yield from _wanted(inner)
    elif isinstance(part, Wanted):
        yield part


def merge_spans(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Sorted and disjoint; overlapping spans become one, touching ones stay apart."""
    merged: list[Span] = []
    reached = 0
    for span in sorted(spans):
        if span[0] < reached:
            reached = max(span[1], reached)
            merged[-1] = (merged[-1][0], reached)
        else:
            merged.append(span)
            reached = span[1]
    return tuple(merged)


class _Page:
    """Some records, looked at part by part of the query; each of their fields is sifted once."""

    def __init__(self, records: Sequence[Record], sieves: Mapping[bool, Sieve]) -> None:
        self._records = records
        self._sieves = sieves
        self._sifted: dict[str, list[list[SiftedText]]] = {}

    def marks(self, part: _Part, field: str) -> list[_Marked]:
        """What a part of the query marks in a field of each record."""
        if isinstance(part, Wanted):
            found = [[span for text in texts for span in text.find(part)] for texts in self._texts(part)]
            return [spans or None for spans in found] if part.field == field else [[] if spans else None for spans in found]
        if isinstance(part, Published):
            return [[] if _overlaps(part, document) else None for _, document in self._records]
        combined = _all_of if part.every else _any_of
        marked = [combined(each) for each in self._by_record(part.parts, field)]
        if not part.excluded:
            return marked
        excluded = [_any_of(each) is not None for each in self._by_record(part.excluded, field)]
        return [None if out else spans for spans, out in zip(marked, excluded, strict=True)]

    def _by_record(self, parts: Sequence[_Part], field: str) -> Iterable[Sequence[_Marked]]:
        """What several parts mark, record by record."""
        if not parts:
            return [()] * len(self._records)
        return zip(*(self.marks(part, field) for part in parts), strict=True)

    def _texts(self, wanted: Wanted) -> list[list[SiftedText]]:
        """The values of a field in each record."""
        name = wanted.field
        sifted = self._sifted.get(name)
        if sifted is None:
            owners = [document if FIELD_BY_NAME[name].per_document else paragraph for paragraph, document in self._records]
            held = [getattr(owner, name) for owner in owners]
            values = [(value,) if isinstance(value, str) else value or () for value in held]
            texts = iter(sift([text for each in values for text in each], self._sieves[wanted.stemmed]))
            sifted = self._sifted[name] = [list(islice(texts, len(each))) for each in values]
        return sifted


def _all_of(parts: Sequence[_Marked]) -> _Marked:
    """What parts mark together, where each matches."""
    together: list[Span] = []
    for spans in parts:
        if spans is None:
            return None
        together += spans
    return together


def _any_of(parts: Sequence[_Marked]) -> _Marked:
    """What those parts mark that match, where one does."""
    matching = [spans for spans in parts if spans is not None]
    return [span for spans in matching for span in spans] if matching else None


def _overlaps(published: Published, document: DocumentMetadata) -> bool:
    days = parse_published(document.published) if document.published else None
    return days is not None and days.overlaps(published.first, published.last)
