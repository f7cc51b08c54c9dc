"""The parameters of a search: from a URL to a SearchRequest, and exactly back.

`PARAMETERS` is the one table: URLs, the command line's options, the docs and the error messages derive from it.
`parse(write(request))` holds the same request again, and `write` leaves out whatever is as it would be anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from urllib.parse import quote_plus

from indexer.errors import ParameterError
from indexer.fields import FACETS, FIELD_BY_NAME
from indexer.search import syntax
from indexer.search.query import EMPTY_QUERY, ParsedQuery
from indexer.search.request import (
    MAX_DEPTH,
    MAX_FACET_SIZE,
    MAX_PAGE_SIZE,
    Filter,
    Interval,
    Match,
    SearchRequest,
    Snippet,
    Sort,
)
from webapp.arguments import ON, Arguments, Parameter, shown

MAX_CONTEXT = 10
# Every link of a page repeats every filter of its search.
MAX_FILTER_VALUES = 100

_DEFAULT = SearchRequest()
_NO_FACETS = "none"
_COMPARED_LENGTH = 60
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNQUOTED = re.compile(r"[A-Za-z0-9_.~-]*")  # what `quote_plus` leaves as it is


@dataclass(frozen=True, slots=True)
class ParsedParams:
    """A search as a URL asks for it; unknown: the names that mean nothing, in order."""

    request: SearchRequest
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetParams:
    """A facet as a URL asks for it: a search, and what its values begin with, or ""."""

    request: SearchRequest
    prefix: str = ""
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentParams:
    """What a URL asks of a document: a query whose matches to mark, and how many neighbours of a paragraph on each side."""

    query: ParsedQuery = EMPTY_QUERY
    match: Match = Match.ALL
    context: int = 0
    unknown: tuple[str, ...] = ()


def _choice(name: str, text: str, choices: type[StrEnum]) -> Parameter:
    names = tuple(choice.value for choice in choices)
    return Parameter(name, text, f"one of {', '.join(names)}", choices=names)


def _filters() -> Iterable[Parameter]:
    for name in FACETS:
        label = FIELD_BY_NAME[name].label.lower()
        takes = f"a whole {label}, exactly as stated"
        yield Parameter(name, f"Only paragraphs with this {label}; several are alternatives.", takes, repeatable=True)
        yield Parameter(f"exclude_{name}", f"No paragraphs with this {label}.", takes, repeatable=True)


_A_DATE = "a date such as 2025, 2025-05 or 2025-05-19"
_Q = Parameter("q", "What to look for; without it, every paragraph.", "a query, as /help describes it")
_MATCH = _choice("match", "Whether all the words must be there, or any of them.", Match)

PARAMETERS: tuple[Parameter, ...] = (
    _Q,
    Parameter("page", "Which page of the hits.", "a whole number from 1"),
    Parameter("page_size", "How many hits a page has.", f"a whole number from 1 to {MAX_PAGE_SIZE}"),
    _choice("sort", "The order of the hits: relevance with a query, else newest.", Sort),
    _MATCH,
    *_filters(),
    Parameter("published_from", "Only what was published then or later.", _A_DATE),
    Parameter("published_to", "Only what was published then or earlier.", _A_DATE),
    Parameter(
        "facets",
        "Which facets to count; all of them unless told.",
        f"{_NO_FACETS}, or names with commas between: {', '.join(_DEFAULT.facets)}",
    ),
    Parameter("facet_size", "How many values a facet lists.", f"a whole number from 1 to {MAX_FACET_SIZE}"),
    _choice("interval", "The width of the histogram's buckets; chosen by the span of the hits unless told.", Interval),
    _choice("snippet", "Whether a hit shows its whole paragraph, or the best passage of a long one.", Snippet),
    Parameter("explain", "Say of each hit what counted in its score.", ON, choices=(ON,)),
)
FACET_PARAMETERS: tuple[Parameter, ...] = (
    *PARAMETERS,
    Parameter(
        "prefix", "List only values in which a word begins so.", "the beginning of a word, or words of which the last goes on"
    ),
)
SUGGEST_PARAMETERS: tuple[Parameter, ...] = (Parameter("q", "What has been typed so far.", "a query, perhaps not finished"),)
DOCUMENT_PARAMETERS: tuple[Parameter, ...] = (_Q, _MATCH)
PARAGRAPH_PARAMETERS: tuple[Parameter, ...] = (
    *DOCUMENT_PARAMETERS,
    Parameter("context", "How many paragraphs before and after to add.", f"a whole number from 0 to {MAX_CONTEXT}"),
)


def parse(pairs: Iterable[tuple[str, str]]) -> ParsedParams:
    """Read a search. Raises ParameterError, naming the parameter and what it takes; QueryError for a query over a bound."""
    arguments = Arguments(pairs, PARAMETERS)
    return ParsedParams(_request(arguments), arguments.unknown)


def parse_facet(pairs: Iterable[tuple[str, str]]) -> FacetParams:
    """Read what is asked of a facet. Raises as `parse` does."""
    arguments = Arguments(pairs, FACET_PARAMETERS)
    return FacetParams(_request(arguments), (arguments.one("prefix") or "").strip(), arguments.unknown)


def parse_suggest(pairs: Iterable[tuple[str, str]]) -> str:
    """Read what has been typed, white space at its end and all. Raises ParameterError, for an unknown parameter as well."""
    arguments = Arguments(pairs, SUGGEST_PARAMETERS)
    refuse_unknown(arguments.unknown, SUGGEST_PARAMETERS)
    return arguments.one("q") or ""


def _request(arguments: Arguments) -> SearchRequest:
    query, match = _query(arguments)
    page, page_size = _page(arguments)
    sort = arguments.choice("sort", Sort)
    published_from, published_to = _published(arguments)
    return SearchRequest(
        query=query,
        match=match,
        page=page,
        page_size=page_size,
        sort=None if sort is Sort.RELEVANCE else sort,
        filters=_read_filters(arguments),
        published_from=published_from,
        published_to=published_to,
        facets=_facets(arguments),
        facet_size=arguments.number("facet_size", _DEFAULT.facet_size, most=MAX_FACET_SIZE),
        interval=arguments.choice("interval", Interval),
        snippet=arguments.choice("snippet", Snippet) or _DEFAULT.snippet,
        explain=arguments.flag("explain"),
    )


def parse_document(pairs: Iterable[tuple[str, str]], table: Sequence[Parameter] = DOCUMENT_PARAMETERS) -> DocumentParams:
    """Read what is asked of a document, or with PARAGRAPH_PARAMETERS of a paragraph. Raises as `parse` does."""
    arguments = Arguments(pairs, table)
    query, match = _query(arguments)
    return DocumentParams(query, match, arguments.number("context", 0, least=0, most=MAX_CONTEXT), arguments.unknown)


def write(request: SearchRequest) -> tuple[tuple[str, str], ...]:
    """The parameters that give this request, in the order of the table; what is as it would be anyway is left out."""
    return tuple(
        (name, value) for name, values in _values(request).items() if values != _DEFAULT_VALUES[name] for value in values
    )


class QueryString:
    """What `write` gives, as a URL has it; and at little cost what it gives of requests that differ in a few parameters."""

    def __init__(self, request: SearchRequest) -> None:
        self._written = {name: _written(name, values) for name, values in _values(request).items()}

    def __str__(self) -> str:
        return self.changed()

    def changed(self, **values: tuple[str, ...]) -> str:
        """What it is with other values of these parameters; () or the default leaves one out."""
        changed = {name: _written(name, given) for name, given in values.items()}
        return "&".join(filter(None, {**self._written, **changed}.values()))


def query_string(request: SearchRequest) -> str:
    """The query string of one request."""
    return str(QueryString(request))


def encodable(text: str) -> str:
    """A text with U+FFFD for each lone surrogate: what stands for a byte of an argument or a file that is no text."""
    return _SURROGATE.sub("\ufffd", text)


def refuse_unknown(unknown: Sequence[str], table: Sequence[Parameter] = PARAMETERS) -> None:
    """Raise ParameterError for the first unknown name, with the nearest known one."""
    if unknown:
        name = unknown[0]
        near = nearest(name, table)
        known = ", ".join(parameter.name for parameter in table)
        advice = f"Did you mean {near}?" if near else f"This address takes {known or 'no parameters'}."
        raise ParameterError(name, f"Unknown parameter {shown(name)}. {advice}")


def nearest(name: str, table: Sequence[Parameter] = PARAMETERS) -> str | None:
    """The known name that was most likely meant."""
    names = [parameter.name for parameter in table]
    close = get_close_matches(name[:_COMPARED_LENGTH].lower().replace("-", "_"), names, n=1)
    return close[0] if close else None


def is_tracking(name: str) -> bool:
    """Whether a parameter was added to a link by whoever counts clicks; it concerns nobody."""
    return name.startswith("utm_") or name == "fbclid"


def _query(arguments: Arguments) -> tuple[ParsedQuery, Match]:
    """The query, read as `match` says."""
    match = arguments.choice("match", Match) or _DEFAULT.match
    source = arguments.one("q")
    return (EMPTY_QUERY if source is None else syntax.parse(source, match)), match


def _page(arguments: Arguments) -> tuple[int, int]:
    page = arguments.number("page", _DEFAULT.page)
    page_size = arguments.number("page_size", _DEFAULT.page_size, most=MAX_PAGE_SIZE)
    if page * page_size > MAX_DEPTH:
        last = MAX_DEPTH // page_size
        raise ParameterError(
            "page", f"page * page_size is at most {MAX_DEPTH:,}: with {page_size} a page, page takes 1 to {last:,}."
        )
    return page, page_size


def _published(arguments: Arguments) -> tuple[str | None, str | None]:
    start = arguments.date("published_from")
    end = arguments.date("published_to")
    if start and end and start[1].first > end[1].last:
        raise ParameterError(
            "published_from", f"published_from ({start[0]}) takes a date no later than published_to ({end[0]})."
        )
    return start and start[0], end and end[0]


def _read_filters(arguments: Arguments) -> tuple[Filter, ...]:
    filters = (Filter(name, arguments.all(name), arguments.all(f"exclude_{name}")) for name in FACETS)
    stated = tuple(each for each in filters if each.included or each.excluded)
    total = sum(len(each.included) + len(each.excluded) for each in stated)
    if total > MAX_FILTER_VALUES:
        counts = {name: len(arguments.all(name)) for field in FACETS for name in (field, f"exclude_{field}")}
        longest = max(counts, key=counts.__getitem__)
        raise ParameterError(
            longest,
            f"{longest} has {counts[longest]:,} of {total:,} filter values; at most {MAX_FILTER_VALUES} are allowed in all.",
        )
    return stated


def _facets(arguments: Arguments) -> tuple[str, ...]:
    value = arguments.one("facets")
    if value is None:
        return _DEFAULT.facets
    names = {name.strip() for name in value.split(",")} - {""}
    if names == {_NO_FACETS}:
        return ()
    if not names or not names.issubset(_DEFAULT.facets):
        raise arguments.refusal("facets", value)
    return tuple(name for name in _DEFAULT.facets if name in names)


def _values(request: SearchRequest) -> Mapping[str, tuple[str, ...]]:
    """The values of every parameter in the order of the table, as a URL would have them if it left nothing out."""
    values: dict[str, tuple[str, ...]] = {
        "q": (request.query.source,) if request.query.source.strip() else (),
        "page": (str(request.page),),
        "page_size": (str(request.page_size),),
        "sort": () if request.sort in (None, Sort.RELEVANCE) else (str(request.sort),),
        "match": (request.match.value,),
        **_NO_FILTERS,
        "published_from": (request.published_from,) if request.published_from else (),
        "published_to": (request.published_to,) if request.published_to else (),
        "facets": (",".join(request.facets) or _NO_FACETS,),
        "facet_size": (str(request.facet_size),),
        "interval": (request.interval.value,) if request.interval else (),
        "snippet": (request.snippet.value,),
        "explain": (ON,) if request.explain else (),
    }
    for each in request.filters:
        values[each.field] = each.included
        values[f"exclude_{each.field}"] = each.excluded
    return values


_NO_FILTERS: dict[str, tuple[str, ...]] = {name: () for field in FACETS for name in (field, f"exclude_{field}")}
_DEFAULT_VALUES = _values(_DEFAULT)


def _written(name: str, values: tuple[str, ...]) -> str:
    """A parameter as a URL has it; "" where it is as it would be anyway."""
    if not values or values == _DEFAULT_VALUES[name]:
        return ""
    if len(values) == 1:  # nearly always
        return f"{name}={_quoted(values[0])}"
    return "&".join([f"{name}={_quoted(value)}" for value in values])


def _quoted(value: str) -> str:
    return value if _UNQUOTED.fullmatch(value) else quote_plus(encodable(value))
