"""What is asked of an engine: one frozen object, whatever it came from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from indexer.fields import FACETS, HISTOGRAM
from indexer.search.query import EMPTY_QUERY, ParsedQuery

MAX_PAGE_SIZE = 100
MAX_DEPTH = 10_000
MAX_FACET_SIZE = 1_000


class Sort(StrEnum):
    """The orders of an answer; ties end with document id (code points), then ordinal, and undated records come last."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"
    DOCUMENT = "document"


class Match(StrEnum):
    """Whether all the bare words of a group must be there, or any."""

    ALL = "all"
    ANY = "any"


class Interval(StrEnum):
    """The width of a histogram's buckets."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"


class Snippet(StrEnum):
    """How much of a hit's text is shown: all of it, or the best passage."""

    FULL = "full"
    PASSAGE = "passage"


@dataclass(frozen=True, slots=True)
class Filter:
    """Whole values of one facet field: any of `included` (if there are any), and none of `excluded`."""

    field: str
    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search. `page * page_size` is at most MAX_DEPTH.

    filters: one for each field that has any, in the order of the field table.
    published_from, published_to: partial dates as typed, inclusive; a record's interval must overlap.
    facets: names of facet fields and `published`, in the order of the field table.
    interval: None chooses by the span of the matches.
    explain: whether each hit says what counted in its score.
    hints: whether the answer looks for titles and for what may have been meant; whoever only counts does without.
    """

    query: ParsedQuery = EMPTY_QUERY
    match: Match = Match.ALL
    page: int = 1
    page_size: int = 10
    sort: Sort | None = None
    filters: tuple[Filter, ...] = ()
    published_from: str | None = None
    published_to: str | None = None
    facets: tuple[str, ...] = (*FACETS, HISTOGRAM)
    facet_size: int = 10
    interval: Interval | None = None
    snippet: Snippet = Snippet.FULL
    explain: bool = False
    hints: bool = True

    @property
    def order(self) -> Sort:
        """The order that holds: relevance where something is scored, newest first otherwise."""
        if self.sort is None or self.sort is Sort.RELEVANCE:
            return Sort.RELEVANCE if self.query.scored else Sort.NEWEST
        return self.sort

    @property
    def filtered(self) -> bool:
        """Whether anything but the query narrows the answer."""
        return bool(self.filters or self.published_from or self.published_to)
