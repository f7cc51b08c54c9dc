"""Where a query's words stand in the paragraphs of a page and in their titles, from the texts themselves.

A node that does not match the record marks nothing, nor does an excluded one; a phrase marks only the words of a phrase match.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from indexer.fields import FIELD_BY_NAME
from indexer.model import DocumentMetadata, Paragraph
from indexer.published import parse_published
from indexer.search.embedded.judged import ByLanguage, StopList, Tree
from indexer.search.embedded.sifted import Sieve, SiftedText, Wanted, sift
from indexer.search.embedded.slots import Equivalents, no_equivalents
from indexer.search.embedded.stretches import Accepted
from indexer.search.query import All, Any, Node, Published
from indexer.search.response import Span
from indexer.search.stemming import stemmer_of
from indexer.search.stopwords import stop_list_of


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

    def __init__(self, tree: Tree, accepted: Accepted, equivalents: Equivalents = no_equivalents) -> None:
        """accepted: the forms that the patterns of the query stand for, of all that any marked text may hold."""
        self._judged = None
        if isinstance(tree, ByLanguage):
            self._judged = [(lists, Highlighter(each, accepted, equivalents)) for lists, each in tree.trees]
            return
        self._query = _part(tree, equivalents)
        wanted = list(_wanted(self._query))
        self._titled = any(each.field == "title" for each in wanted)
        self._sieves = _Sieves(wanted, accepted)

    def mark(self, records: Sequence[Record]) -> list[Marks]:
        """The spans in each record's text and title; both empty where the query does not match it."""
        if self._judged is not None:
            return self._mark_by_language(records, self._judged)
        page = _Page(records, self._sieves)
        texts = [merge_spans(spans) if spans else () for spans in page.marks(self._query, "text")]
        if not self._titled:
            return [(spans, ()) for spans in texts]
        titles = [merge_spans(spans) if spans else () for spans in page.marks(self._query, "title")]
        return list(zip(texts, titles, strict=True))

    @staticmethod
    def _mark_by_language(records: Sequence[Record], judged: Sequence[tuple[Set[StopList], Highlighter]]) -> list[Marks]:
        """The same where the query depends on a record's language."""
        marks: list[Marks] = [((), ())] * len(records)
        own = [stop_list_of(paragraph.language or document.language) for paragraph, document in records]
        for stop_lists, highlighter in judged:
            places = [place for place, stop_list in enumerate(own) if stop_list in stop_lists]
            for place, marked in zip(places, highlighter.mark([records[place] for place in places]), strict=True):
                marks[place] = marked
        return marks


class _Sieves(dict[str | None, Sieve]):
    """Stemmer, or None for what is not stemmed -> the sieve of a query; made at the first use."""

    def __init__(self, wanted: Sequence[Wanted], accepted: Accepted) -> None:
        super().__init__()
        self._wanted = wanted
        self._accepted = accepted

    def __missing__(self, stemmer: str | None) -> Sieve:
        sieve = self[stemmer] = Sieve(self._wanted, stemmer, self._accepted)
        return sieve


def _part(node: Node, equivalents: Equivalents) -> _Part:
    """A node of the query and those within it, ready to be looked for."""
    if isinstance(node, All):
        children, excluded = (tuple(_part(one, equivalents) for one in nodes) for nodes in (node.children, node.excluded))
        return _Group(True, children, excluded)
    if isinstance(node, Any):
        return _Group(False, tuple(_part(child, equivalents) for child in node.children))
    return node if isinstance(node, Published) else Wanted.of(node, equivalents)


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

    def __init__(self, records: Sequence[Record], sieves: _Sieves) -> None:
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
            held = [getattr(document if FIELD_BY_NAME[name].per_document else one, name) for one, document in self._records]
            values = [(value,) if isinstance(value, str) else value or () for value in held]
            sifted = self._sifted[name] = [[] for _ in values]
            by_stemmer: dict[str | None, list[int]] = {}
            for place, stemmer in enumerate(self._stemmers(wanted)):
                by_stemmer.setdefault(stemmer, []).append(place)
            for stemmer, places in by_stemmer.items():
                texts = iter(sift([text for place in places for text in values[place]], self._sieves[stemmer]))
                for place in places:
                    sifted[place] = list(islice(texts, len(values[place])))
        return sifted

    def _stemmers(self, wanted: Wanted) -> Iterator[str | None]:
        """The stemmer of a field in each record."""
        per_document = FIELD_BY_NAME[wanted.field].per_document
        for paragraph, document in self._records:
            own = None if per_document else paragraph.language
            yield stemmer_of(own or document.language) if wanted.stemmed else None


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
