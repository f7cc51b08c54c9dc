"""A search engine over a list in memory: slow, plain, and right by the contract. Everything but scores.

The contract suite compares engines with it; tests of pages and of the API may use it as their engine.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from indexer.errors import NotFound
from indexer.fields import FACETS, FIELDS, HISTOGRAM
from indexer.model import DocumentMetadata, Paragraph
from indexer.published import DayRange, parse_published
from indexer.search.analysis import tokenize
from indexer.search.engine import Capabilities
from indexer.search.folding import fold
from indexer.search.query import EMPTY_QUERY, Node, ParsedQuery
from indexer.search.request import Filter, Interval, Match, SearchRequest, Sort
from indexer.search.response import (
    MAX_SUGGESTIONS,
    MAX_TITLES,
    Bucket,
    DocumentResponse,
    Facet,
    FacetState,
    FacetValue,
    Histogram,
    Hit,
    IndexStatus,
    SearchResponse,
    Suggestion,
    SuggestionKind,
    TitleHit,
)
from indexer.search.syntax import parse
from tests.hints import asks_title, begins, in_title, title_words
from tests.matching import Equivalents, Marks, language_of, match, merge, no_equivalents, values, without_stop_words

_GENERATION = "oracle"
_RELAXED = "No paragraph has all these words; these have any of them."


class Found(NamedTuple):
    """A record that the query matches."""

    document: DocumentMetadata
    paragraph: Paragraph
    marks: Marks


class OracleEngine:
    """The SearchEngine protocol by brute force. Scores are None, and relevance is the order of documents."""

    def __init__(
        self,
        documents: Iterable[tuple[DocumentMetadata, tuple[Paragraph, ...]]] = (),
        equivalents: Equivalents = no_equivalents,
    ) -> None:
        self._equivalents = equivalents
        self._documents = {metadata.id: (metadata, paragraphs) for metadata, paragraphs in documents}

    @property
    def capabilities(self) -> Capabilities:
        """All of the query language."""
        return Capabilities()

    def search(self, request: SearchRequest) -> SearchResponse:
        """Answer a request by looking at every record."""
        tree, relaxed = self._tree(request.query)
        found = self._match(tree)
        hits = [one for one in found if _passes_filters(one, request) and _passes_range(one, request)]
        hits.sort(key=_order(request.order))
        start = (request.page - 1) * request.page_size
        return SearchResponse(
            total=len(hits),
            documents=len({one.document.id for one in hits}),
            hits=tuple(_hit(one) for one in hits[start : start + request.page_size]),
            generation=_GENERATION,
            facets={name: _facet(name, found, request) for name in FACETS if name in request.facets},
            histogram=_histogram(found, request) if HISTOGRAM in request.facets else None,
            relaxed=relaxed,
            warnings=(*request.query.warnings, _RELAXED) if relaxed else request.query.warnings,
            titles=self._titles(request) if request.hints and request.page == 1 else (),
        )

    def facet(self, request: SearchRequest, field: str, prefix: str = "") -> Facet:
        """A facet of the answer, and in it the values with a word that begins so."""
        tree, _ = self._tree(request.query)
        return _facet(field, self._match(tree), request, prefix)

    def suggest(self, text: str) -> tuple[Suggestion, ...]:
        """The last word, completed by every word of a text that begins so."""
        head, space, prefix = text.rpartition(" ")
        words = {token.form for _, one in self._records() for token in tokenize(one.text)} if prefix else set()
        counts = {word: self._count(f"{head}{space}{word}") for word in words if word.startswith(fold(prefix))}
        found = [Suggestion(f"{head}{space}{word}", SuggestionKind.WORD, count) for word, count in counts.items() if count]
        return tuple(sorted(found, key=lambda each: (-each.count, each.text))[:MAX_SUGGESTIONS])

    def _count(self, source: str) -> int:
        return len(self._match(parse(source).tree))

    def document(
        self, document_id: str, query: ParsedQuery | None = None, first: int = 1, last: int | None = None
    ) -> DocumentResponse:
        """A document and a run of its paragraphs, with the query's spans."""
        if document_id not in self._documents:
            raise NotFound(f"No document {document_id}.")
        metadata, paragraphs = self._documents[document_id]
        tree, _ = self._tree(query or EMPTY_QUERY)
        hits = [
            _hit(Found(metadata, paragraph, self._marks(tree, metadata, paragraph) or Marks()))
            for paragraph in paragraphs
            if first <= paragraph.ordinal and (last is None or paragraph.ordinal <= last)
        ]
        return DocumentResponse(metadata, tuple(hits), _GENERATION)

    def neighbours(self, hits: Sequence[Hit]) -> tuple[tuple[Paragraph, ...], ...]:
        """For each hit the paragraph before it, its own and the one after it; none where it stands alone."""
        found = []
        for hit in hits:
            _, paragraphs = self._documents.get(hit.document.id, (hit.document, ()))
            ordinal = hit.paragraph.ordinal
            around = tuple(one for one in paragraphs if abs(one.ordinal - ordinal) <= 1)
            found.append(around if len(paragraphs) > 1 and ordinal <= len(paragraphs) else ())
        return tuple(found)

    def recent(self, limit: int) -> tuple[DocumentMetadata, ...]:
        """The newest documents, undated ones last."""
        documents = sorted((metadata for metadata, _ in self._documents.values()), key=lambda metadata: metadata.id)
        return tuple(sorted(documents, key=lambda metadata: -_first_day(metadata, 0))[:limit])

    def status(self) -> IndexStatus:
        """What is in the list."""
        return IndexStatus(
            generation=_GENERATION,
            documents=len(self._documents),
            paragraphs=sum(len(paragraphs) for _, paragraphs in self._documents.values()),
            fields=tuple(field.name for field in FIELDS),
            bytes={},
            built="2025-06-01T12:00:00+00:00",
            roots=("seeds",),
        )

    def check(self) -> tuple[str, ...]:
        """Nothing can be wrong."""
        return ()

    def provenance(self, document_id: str) -> None:
        """Nobody knows where the documents came from."""
        if document_id not in self._documents:
            raise NotFound(f"No document {document_id}.")

    def leftovers(self) -> tuple[str, ...]:
        """There are no files."""
        return ()

    def close(self) -> None:
        """Nothing is open."""

    def _records(self) -> list[tuple[DocumentMetadata, Paragraph]]:
        return [(metadata, one) for metadata, paragraphs in self._documents.values() for one in paragraphs]

    def _match(self, tree: Node) -> list[Found]:
        matched = ((metadata, one, self._marks(tree, metadata, one)) for metadata, one in self._records())
        return [Found(metadata, one, marks) for metadata, one, marks in matched if marks is not None]

    def _titles(self, request: SearchRequest) -> tuple[TitleHit, ...]:
        """The documents whose title has the words: the shortest title first, then the newest, then by id."""
        query = request.query
        tree = parse(query.source).tree if request.match is Match.ANY and query.source else query.tree
        towards = in_title(tree)
        if not asks_title(towards):
            return ()
        found: dict[str, Found] = {}
        for one in self._match(towards):
            if _passes_filters(one, request) and _passes_range(one, request):
                found.setdefault(one.document.id, one)
        best = sorted(
            found.values(),
            key=lambda one: (len(title_words(one.document)), -_first_day(one.document, 0), one.document.id),
        )
        # What is marked is that of the first paragraph that matches, whether it passes the filters or not.
        first = {one.document.id: one for one in reversed(self._match(towards))}
        return tuple(TitleHit(one.document, merge(first[one.document.id].marks.title)) for one in best[:MAX_TITLES])

    def _tree(self, query: ParsedQuery) -> tuple[Node, bool]:
        """The tree that holds, and whether it is the relaxed one."""
        if query.relaxed is None or self._match(query.tree):
            return query.tree, False
        return query.relaxed, True

    def _marks(self, tree: Node, metadata: DocumentMetadata, paragraph: Paragraph) -> Marks | None:
        """What a record's match marks; stop words are those of its language."""
        tree = without_stop_words(tree, language_of(metadata, paragraph))
        return match(tree, metadata, paragraph, self._equivalents)


def _hit(found: Found) -> Hit:
    return Hit(found.paragraph, found.document, None, merge(found.marks.text), merge(found.marks.title))


def _days(document: DocumentMetadata) -> DayRange | None:
    return parse_published(document.published) if document.published else None


def _first_day(document: DocumentMetadata, undated: int) -> int:
    days = _days(document)
    return days.first if days else undated


def _order(sort: Sort) -> Callable[[Found], tuple[int, str, int]]:
    """The key of an order; ties end with document id, then ordinal."""

    def key(one: Found) -> tuple[int, str, int]:
        day = 0
        if sort is Sort.NEWEST:
            day = -_first_day(one.document, 0)
        elif sort is Sort.OLDEST:
            day = _first_day(one.document, date.max.toordinal() + 1)
        return day, one.document.id, one.paragraph.ordinal

    return key


def _passes_filters(one: Found, request: SearchRequest, but: str | None = None) -> bool:
    """Whether the record passes every filter, or every filter `but` that of one field."""
    return all(_passes(one, chosen) for chosen in request.filters if chosen.field != but)


def _passes(one: Found, chosen: Filter) -> bool:
    own = set(values(chosen.field, one.document, one.paragraph))
    return (not chosen.included or not own.isdisjoint(chosen.included)) and own.isdisjoint(chosen.excluded)


def _passes_range(one: Found, request: SearchRequest) -> bool:
    if not request.published_from and not request.published_to:
        return True
    first = parse_published(request.published_from) if request.published_from else None
    last = parse_published(request.published_to) if request.published_to else None
    days = _days(one.document)
    return days is not None and days.overlaps(first.first if first else None, last.last if last else None)


def _facet(name: str, found: list[Found], request: SearchRequest, prefix: str = "") -> Facet:
    counted = [one for one in found if _passes_filters(one, request, but=name) and _passes_range(one, request)]
    own = [values(name, one.document, one.paragraph) for one in counted]
    counts = Counter(value for one in own for value in one)
    begun = [value for value in counts if not prefix or begins(value, prefix)]
    states = dict.fromkeys(begun, FacetState.NONE)
    for chosen in request.filters:
        if chosen.field == name:
            states.update(dict.fromkeys(chosen.included, FacetState.INCLUDED))
            states.update(dict.fromkeys(chosen.excluded, FacetState.EXCLUDED))
    listed = sorted((FacetValue(value, counts[value], state) for value, state in states.items()), key=_by_count)
    offered = [value for value in listed if value.state is FacetState.NONE][: request.facet_size]
    shown = tuple(value for value in listed if value.state is not FacetState.NONE or value in offered)
    return Facet(shown, distinct=len(begun), missing=own.count(()))


def _by_count(value: FacetValue) -> tuple[int, str]:
    return -value.count, value.value


def _histogram(found: list[Found], request: SearchRequest) -> Histogram:
    counted = [_days(one.document) for one in found if _passes_filters(one, request)]
    dated = [days for days in counted if days is not None]
    interval = request.interval or _default_interval(dated)
    fine = [date.fromordinal(days.first) for days in dated if not _is_coarser(days, interval)]
    buckets: list[Bucket] = []
    if fine:
        for first, last in _stretches(min(fine), max(fine), interval):
            inside = sum(1 for day in fine if first <= day <= last)
            buckets.append(Bucket(first.isoformat(), last.isoformat(), inside))
    return Histogram(tuple(buckets), interval, coarser=len(dated) - len(fine), missing=len(counted) - len(dated))


def _default_interval(dated: list[DayRange]) -> Interval:
    """By the days, and the calendar months, from the first to the last that any record names, both included."""
    if not dated:
        return Interval.DAY
    first = date.fromordinal(min(days.first for days in dated))
    last = date.fromordinal(max(days.last for days in dated))
    if (last - first).days < 92:
        return Interval.DAY
    return Interval.MONTH if (last.year - first.year) * 12 + last.month - first.month < 120 else Interval.YEAR


def _is_coarser(days: DayRange, interval: Interval) -> bool:
    return list(Interval).index(Interval(days.precision)) < list(Interval).index(interval)


def _stretches(start: date, end: date, interval: Interval) -> list[tuple[date, date]]:
    """The whole years, months or days from the one that holds `start` to the one that holds `end`."""
    stretches = [_stretch(start, interval)]
    while stretches[-1][1] < end:
        stretches.append(_stretch(date.fromordinal(stretches[-1][1].toordinal() + 1), interval))
    return stretches


def _stretch(day: date, interval: Interval) -> tuple[date, date]:
    if interval is Interval.YEAR:
        return date(day.year, 1, 1), date(day.year, 12, 31)
    if interval is Interval.MONTH:
        return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    return day, day


def without_generation(response: SearchResponse) -> SearchResponse:
    """The response as any engine must give it: without scores, the generation's name and what may have been meant."""
    hits = tuple(replace(hit, score=None, explain=()) for hit in response.hits)
    return replace(response, generation="", hits=hits, warnings=(), did_you_mean=None)
