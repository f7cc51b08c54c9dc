"""Where a query's words stand in the paragraphs of a page and in their titles, from the texts themselves.

A node that does not match the record marks nothing, nor does an excluded one; a phrase marks only the words of a phrase match.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import NamedTuple, TypeAlias

from indexer.fields import FIELD_BY_NAME
from indexer.model import DocumentMetadata, Paragraph
from indexer.published import parse_published
from indexer.search.embedded.evaluate import Leaf
from indexer.search.embedded.judged import ByLanguage, StopList, Tree
from indexer.search.embedded.kernels import Kernels
from indexer.search.embedded.sifted import STEMMED, Keys, Sieve, SiftedTexts, Wanted
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
_Marked: TypeAlias = dict[int, list[Span]]
"""What is marked in one field of the records that match, by their places on the page."""


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
        self._stemmed, self._unstemmed = Keys(), Keys()
        self._sieves: dict[str | None, Sieve] = {}
        """Stemmer, or None for what is not stemmed -> the sieve of the query; made at the first use."""
        self._titled = False
        self._query = self._part(tree)
        self._accepted = accepted
        self._kernels = kernels

    def _part(self, node: Node) -> _Part:
        """A node of the query and those within it, ready to be looked for."""
        if isinstance(node, All):
            return _Group(True, tuple(map(self._part, node.children)), tuple(map(self._part, node.excluded)))
        if isinstance(node, Any):
            return _Group(False, tuple(map(self._part, node.children)))
        if isinstance(node, Published):
            return node
        field = node.field or "text"
        self._titled |= field == "title"
        return Wanted.of(node, self._slots(node), field, self._stemmed if field in STEMMED else self._unstemmed)

    def mark(self, records: Sequence[Record]) -> list[Marks]:
        """The spans in each record's text and title; both empty where the query does not match it."""
        if self._judged is not None:
            return self._mark_by_language(records, self._judged)
        if not records:
            return []
        page = _Page(records, self.sift)
        texts = merge_spans(page.marks(self._query, "text"), len(records))
        if not self._titled:
            return [(spans, ()) for spans in texts]
        return list(zip(texts, merge_spans(page.marks(self._query, "title"), len(records)), strict=True))

    def sift(self, texts: Sequence[str], owners: Sequence[int], stemmer: str | None) -> SiftedTexts:
        """Texts with one stemmer, None for what is not stemmed, through the sieve of the query."""
        sieve = self._sieves.get(stemmer)
        if sieve is None:
            keys = self._unstemmed if stemmer is None else self._stemmed
            sieve = self._sieves[stemmer] = Sieve(keys, stemmer, self._accepted)
        return SiftedTexts(texts, owners, sieve, self._kernels)

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


class _Page:
    """Some records, looked at part by part of the query; each of their fields is sifted once."""

    def __init__(
        self, records: Sequence[Record], sift: Callable[[Sequence[str], Sequence[int], str | None], SiftedTexts]
    ) -> None:
        self._records = records
        self._sift = sift
        self._sifted: dict[str, list[SiftedTexts]] = {}

    def marks(self, part: _Part, field: str) -> _Marked:
        """What a part of the query marks in a field of the records."""
        if isinstance(part, Wanted):
            found = self._spans(part)
            return found if part.field == field else {place: [] for place in found}
        if isinstance(part, Published):
            return {place: [] for place, (_, document) in enumerate(self._records) if _overlaps(part, document)}
        marked = self._all_of(part.parts, field) if part.every else self._any_of(part.parts, field)
        if part.excluded:
            for place in self._any_of(part.excluded, field):
                marked.pop(place, None)
        return marked

    def _all_of(self, parts: Sequence[_Part], field: str) -> _Marked:
        """What parts mark together, where each matches."""
        marked: _Marked = {place: [] for place in range(len(self._records))}
        for part in parts:
            found = self.marks(part, field)
            marked = {place: spans + found[place] for place, spans in marked.items() if place in found}
        return marked

    def _any_of(self, parts: Sequence[_Part], field: str) -> _Marked:
        """What those parts mark that match, where one does."""
        marked: defaultdict[int, list[Span]] = defaultdict(list)
        for part in parts:
            for place, spans in self.marks(part, field).items():
                marked[place] += spans
        return marked

    def _spans(self, wanted: Wanted) -> _Marked:
        """What a word, phrase or pattern marks."""
        field = wanted.field
        if field not in self._sifted:
            texts, owners = self._values(field)
            self._sifted[field] = (
                self._by_stemmer(field, texts, owners) if field in STEMMED else [self._sift(texts, owners, None)]
            )
        found: defaultdict[int, list[Span]] = defaultdict(list)
        for sifted in self._sifted[field]:
            sifted.add_spans(wanted, found)
        return found

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

    def _by_stemmer(self, field: str, texts: Sequence[str], owners: Sequence[int]) -> list[SiftedTexts]:
        """The values of a stemmed field, those together that have one stemmer."""
        if FIELD_BY_NAME[field].per_document:
            languages = [document.language for _, document in self._records]
        else:
            languages = [paragraph.language or document.language for paragraph, document in self._records]
        if languages.count(languages[0]) == len(languages):
            return [self._sift(texts, owners, stemmer_of(languages[0]))]
        stemmers = {language: stemmer_of(language) for language in set(languages)}
        distinct = set(stemmers.values())
        if len(distinct) == 1:
            return [self._sift(texts, owners, stemmer) for stemmer in distinct]
        sifted = []
        for stemmer in distinct:
            chosen = [number for number, owner in enumerate(owners) if stemmers[languages[owner]] == stemmer]
            sifted.append(self._sift([texts[number] for number in chosen], [owners[number] for number in chosen], stemmer))
        return sifted


def merge_spans(marked: Mapping[int, Sequence[Span]], count: int) -> list[tuple[Span, ...]]:
    """Those of each of so many texts, sorted and disjoint; overlapping spans become one, touching ones stay apart."""
    merged = []
    for text in range(count):
        spans = marked.get(text, ())
        reached = 0
        for start, end in spans:
            if start < reached:
                spans = _disjoint(spans)
                break
            reached = end
        merged.append(tuple(spans))
    return merged


def _disjoint(spans: Iterable[Span]) -> list[Span]:
    disjoint: list[Span] = []
    reached = 0
    for span in sorted(spans):
        if span[0] < reached:
            reached = max(span[1], reached)
            disjoint[-1] = (disjoint[-1][0], reached)
        else:
            disjoint.append(span)
            reached = span[1]
    return disjoint


def _overlaps(published: Published, document: DocumentMetadata) -> bool:
    days = parse_published(document.published) if document.published else None
    return days is not None and days.overlaps(published.first, published.last)
