"""What an engine answers: text and spans, never markup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from indexer.model import DocumentMetadata, Paragraph
from indexer.search.request import Interval

Span: TypeAlias = tuple[int, int]
"""Start and end of a match in code points, end-exclusive."""

MAX_TITLES = 3
MAX_SUGGESTIONS = 10


@dataclass(frozen=True, slots=True)
class TermScore:
    """What a word, phrase, pattern or clause of the query adds to a score by standing in one field.

    term: as one would type it, without field and weight. frequency: how often it stands in that field of that record.
    """

    term: str
    field: str
    frequency: int
    score: float


@dataclass(frozen=True, slots=True)
class FeatureScore:
    """What else adds to a score, by the name of the engine's feature."""

    feature: str
    score: float


ScorePart: TypeAlias = TermScore | FeatureScore


@dataclass(frozen=True, slots=True)
class Hit:
    """A paragraph that matches.

    `spans` are offsets into its text, `title_spans` into its document's title; both sorted and disjoint.
    explain: where it was asked for, parts of the score, each rounded to 1e-6, that add up to it; none where nothing is scored.
    """

    paragraph: Paragraph
    document: DocumentMetadata
    score: float | None = None
    spans: tuple[Span, ...] = ()
    title_spans: tuple[Span, ...] = ()
    explain: tuple[ScorePart, ...] = ()


class FacetState(StrEnum):
    """What the request says of a facet's value."""

    NONE = "none"
    INCLUDED = "included"
    EXCLUDED = "excluded"


class FacetValue(NamedTuple):
    """A value and the number of matching records that have it."""

    value: str
    count: int  # type: ignore[assignment]  # not that of tuples
    state: FacetState = FacetState.NONE


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of a field under the request, less the field's own filter.

    values: by count, then value; included and excluded ones always, on top of `facet_size`.
    distinct: how many values have a count above 0. missing: matching records without any value.
    """

    values: tuple[FacetValue, ...]
    distinct: int
    missing: int


class Bucket(NamedTuple):
    """A stretch of days (ISO dates, both ends included) and the number of matching records in it."""

    first: str
    last: str
    count: int  # type: ignore[assignment]  # not that of tuples


@dataclass(frozen=True, slots=True)
class Histogram:
    """Matching records by date, less the request's own range.

    coarser: records whose date is wider than the interval; missing: undated ones.
    """

    buckets: tuple[Bucket, ...]
    interval: Interval
    coarser: int
    missing: int


@dataclass(frozen=True, slots=True)
class TitleHit:
    """A document whose title has what the query looks for in the text; spans: offsets into the title."""

    document: DocumentMetadata
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class DidYouMean:
    """A query that may have been meant, and how many records it finds under the same filters."""

    query: str
    total: int


@dataclass(frozen=True, slots=True)
class SearchResponse:
    """The answer to a SearchRequest. total: matching records, exact. documents: how many documents they stand in.

    facets: those asked for, in the order of the field table. histogram: where `published` was asked for.
    titles: on page 1, MAX_TITLES at most. did_you_mean: only where it finds more than the query itself, unrelaxed.
    """

    total: int
    documents: int
    hits: tuple[Hit, ...]
    generation: str
    facets: Mapping[str, Facet]
    histogram: Histogram | None = None
    relaxed: bool = False
    warnings: tuple[str, ...] = ()
    titles: tuple[TitleHit, ...] = ()
    did_you_mean: DidYouMean | None = None


class SuggestionKind(StrEnum):
    """What a suggestion completes to: a word, a phrase of the corpus, a document's title, or a name in its metadata."""

    WORD = "word"
    PHRASE = "phrase"
    TITLE = "title"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A query that what was typed may become. count: how many records a search for it finds."""

    text: str
    kind: SuggestionKind
    count: int


@dataclass(frozen=True, slots=True)
class DocumentResponse:
    """A document, or a run of its paragraphs in order, with the spans of a query."""

    document: DocumentMetadata
    hits: tuple[Hit, ...]
    generation: str


@dataclass(frozen=True, slots=True)
class Generation:
    """A state of an index. built: ISO 8601 with zone."""

    name: str
    built: str


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What is in an index. bytes: by part; built: ISO 8601 with zone; roots: the paths given to the build.

    kept: the generations that one can go back to, the newest first.
    """

    generation: str
    documents: int
    paragraphs: int
    fields: tuple[str, ...]
    bytes: Mapping[str, int]
    built: str
    roots: tuple[str, ...]
    kept: tuple[Generation, ...] = ()
