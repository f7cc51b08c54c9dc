"""Where a query's words stand in the paragraphs of a page and in their titles, from the texts themselves.

A node that does not match the record marks nothing, nor does an excluded one; a phrase marks only the words of a phrase match.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from typing import NamedTuple, TypeAlias

from indexer.fields import FIELD_BY_NAME
from indexer.model import DocumentMetadata, Paragraph
from indexer.published import parse_published
from indexer.search.embedded.evaluate import Leaf
from indexer.search.embedded.judged import ByLanguage, StopList, Tree
from indexer.search.embedded.kernels import Kernels
from indexer.search.embedded.sifted import Keys, Sieve, SiftedTexts, Wanted
from indexer.search.embedded.slots import Slot, node_slots
from indexer.search.embedded.stretches import Accepted
from indexer.search.query import All, Any, Node, Published
from indexer.search.response import Span
from indexer.search.stemming import stemmer_of
from indexer.search.stopwords import stop_list_of


class _Group(NamedTuple):
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

    def __init__(
        self, tree: Tree, accepted: Accepted, kernels: Kernels, slots: Callable[[Leaf], Sequence[Slot]] = node_slots
    ) -> None:
        """accepted: the forms that the patterns of the query stand for, of all that any marked text may hold.

        slots: gives those of a leaf.
        """
        self._judged = None
        if isinstance(tree, ByLanguage):
            self._judged = [(lists, Highlighter(each, accepted, kernels, slots)) for lists, each in tree.trees]
            return
        self._slots = slots
        self._wanted: list[Wanted] = []
        self._keys: Keys = {}
        self._query = self._part(tree)
        self._sieves = _Sieves(self._wanted, self._keys, accepted)
        self._kernels = kernels

    def _part(self, node: Node) -> _Part:
        """A node of the query and those within it, ready to be looked for."""
        if isinstance(node, All):
            return _Group(True, tuple(map(self._part, node.children)), tuple(map(self._part, node.excluded)))
        if isinstance(node, Any):
            return _Group(False, tuple(map(self._part, node.children)))
        if isinstance(node, Published):
            return node
        wanted = Wanted.of(node, self._slots(node), self._keys)
        self._wanted.append(wanted)
        return wanted

    def mark(self, records: Sequence[Record]) -> list[Marks]:
        """The spans in each record's text and title; both empty where the query does not match it."""
        if self._judged is not None:
            return self._mark_by_language(records, self._judged)
        page = _Page(records, self._sieves, self._kernels)
        texts = [merge_spans(spans) if spans else () for spans in page.marks(self._query, "text")]
        if not any(each.field == "title" for each in self._wanted):
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

    def __init__(self, wanted: Sequence[Wanted], keys: Keys, accepted: Accepted) -> None:
        super().__init__()
        self._wanted = wanted
        self._keys = keys
        self._accepted = accepted

    def __missing__(self, stemmer: str | None) -> Sieve:
        sieve = self[stemmer] = Sieve(self._wanted, self._keys, stemmer, self._accepted)
        return sieve


def merge_spans(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Sorted and disjoint; overlapping spans become one, touching ones stay apart."""
    reached = 0
    for start, end in spans:
        if start < reached:
            break
        reached = end
    else:  # as they are, most often
        return tuple(spans)
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

    def __init__(self, records: Sequence[Record], sieves: _Sieves, kernels: Kernels) -> None:
        self._records = records
        self._sieves = sieves
        self._kernels = kernels
        self._sifted: dict[str, list[tuple[SiftedTexts, Sequence[int]]]] = {}
        """Field -> its values in all records, and the place of each one's record."""

    def marks(self, part: _Part, field: str) -> list[_Marked]:
        """What a part of the query marks in a field of each record."""
        if isinstance(part, Wanted):
            found = self._spans(part)
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

    def _spans(self, wanted: Wanted) -> list[list[Span]]:
        """What a word, phrase or pattern marks in each record."""
        sifted = self._sifted.get(wanted.field)
        if sifted is None:
            sifted = self._sifted[wanted.field] = self._sift(wanted.field, wanted.stemmed)
        found: list[list[Span]] = [[] for _ in self._records]
        for texts, owners in sifted:
            texts.add_spans(wanted, [found[owner] for owner in owners])
        return found

    def _sift(self, field: str, stemmed: bool) -> list[tuple[SiftedTexts, Sequence[int]]]:
        """The values of a field, those together that have one stemmer."""
        texts, owners = self._values(field)
        languages = self._languages(field) if stemmed else []
        stemmers: dict[str | None, str | None] = {language: stemmer_of(language) for language in set(languages)}
        distinct = set(stemmers.values()) if stemmed else {None}
        if len(distinct) == 1:
            (stemmer,) = distinct
            return [(SiftedTexts(texts, self._sieves[stemmer], self._kernels), owners)]
        sifted: list[tuple[SiftedTexts, Sequence[int]]] = []
        for stemmer in distinct:
            places = [place for place, owner in enumerate(owners) if stemmers[languages[owner]] == stemmer]
            chosen = SiftedTexts([texts[place] for place in places], self._sieves[stemmer], self._kernels)
            sifted.append((chosen, [owners[place] for place in places]))
        return sifted

    def _values(self, field: str) -> tuple[list[str], Sequence[int]]:
        """All values of a field, and the place of each one's record."""
        if field == "text":
            return [paragraph.text for paragraph, _ in self._records], range(len(self._records))
        per_document = FIELD_BY_NAME[field].per_document
        texts, owners = [], []
        for place, (paragraph, document) in enumerate(self._records):
            held = getattr(document if per_document else paragraph, field)
            for value in (held,) if isinstance(held, str) else held or ():
                texts.append(value)
                owners.append(place)
        return texts, owners

    def _languages(self, field: str) -> list[str | None]:
        """The language of a field in each record."""
        if FIELD_BY_NAME[field].per_document:
            return [document.language for _, document in self._records]
        return [paragraph.language or document.language for paragraph, document in self._records]


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
