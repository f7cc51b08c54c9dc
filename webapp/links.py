"""The addresses that pages link to. Every one of them parses back to the request it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from urllib.parse import quote

from indexer.config import Settings
from indexer.fields import FIELDS
from indexer.search.request import Filter, SearchRequest
from webapp.arguments import ON
from webapp.params import QueryString, query_string

# A search for everything says so: without any parameter, `/` is the start page.
_EVERYTHING = "page=1"
_NO_FILTER = Filter("")


def server_url(settings: Settings) -> str:
    """What permalinks begin with; never what a request calls the server, which is whatever its sender likes."""
    return settings.public_url or listening_url(settings.host, settings.port)


def listening_url(host: str, port: int) -> str:
    """The URL of a server on this machine; one that listens everywhere is here too."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


class SearchLinks:
    """The addresses that the page of one search is full of: each differs from its own in a few parameters."""

    def __init__(self, request: SearchRequest) -> None:
        self.request = request
        self._query = QueryString(request)
        self._filters = {one.field: one for one in request.filters}

    def page(self, number: int) -> str:
        """Another page of the results."""
        return _results(self._query.changed(page=(str(number),)))

    @cached_property
    def around_days(self) -> tuple[str, str, str]:
        """What stands before, between and after the two ISO days of `within`: a histogram has a hundred of them."""
        undated = self._query.changed(published_from=("0",), published_to=("0",), page=())
        before, _, after = undated.partition("published_from=0&published_to=0")
        return f"/?{before}published_from=", "&published_to=", after

    def within(self, first: str, last: str) -> str:
        """The results from one ISO day to another, from the first page."""
        before, between, after = self.around_days
        return f"{before}{first}{between}{last}{after}"

    def sized(self, facet_size: int) -> str:
        """The same page with facets that list so many values."""
        return _results(self._query.changed(facet_size=(str(facet_size),)))

    def explained(self, explain: bool) -> str:
        """The same page, with or without what counted in each hit."""
        return _results(self._query.changed(explain=(ON,) if explain else ()))

    def unfiltered(self) -> str:
        """The query alone, from its first page."""
        nothing = {f"{kind}{one.field}": () for one in self.request.filters for kind in ("", "exclude_")}
        return _results(self._query.changed(**nothing, published_from=(), published_to=(), page=()))

    def api(self) -> str:
        """The same results as JSON."""
        return _api(str(self._query))

    def filtered(self, field: str, value: str) -> str:
        """The results, from the first page, with one more value included, which then is not excluded."""
        current = self._filters.get(field, _NO_FILTER)
        included = (*_without(current.included, value), value)
        excluded = _without(current.excluded, value)
        return _results(self._query.changed(**{field: included, f"exclude_{field}": excluded}, page=()))

    def document(self, document_id: str, ordinal: int | None = None) -> str:
        """The reader, at a paragraph if one is named; it marks what this search looks for and leads back to it."""
        return _document(document_id, str(self._query), ordinal)


def search_url(request: SearchRequest) -> str:
    """The results page of a request."""
    return _results(query_string(request))


def api_url(request: SearchRequest) -> str:
    """The same results as JSON."""
    return _api(query_string(request))


def document_url(document_id: str, request: SearchRequest | None = None, ordinal: int | None = None) -> str:
    """The reader, at a paragraph; the request is what its page marks and leads back to."""
    return _document(document_id, query_string(request) if request is not None else "", ordinal)


def without_filter(request: SearchRequest, field: str, value: str) -> SearchRequest:
    """The request, from its first page, that says nothing of this value."""
    current = _filter(request, field)
    return _with(request, Filter(field, _without(current.included, value), _without(current.excluded, value)))


def without_range(request: SearchRequest) -> SearchRequest:
    """The request, from its first page, for any date."""
    return replace(request, published_from=None, published_to=None, page=1)


def without_filters(request: SearchRequest) -> SearchRequest:
    """The query alone, from its first page."""
    return replace(without_range(request), filters=())


def _results(query: str) -> str:
    return f"/?{query or _EVERYTHING}"


def _api(query: str) -> str:
    return f"/api/search?{query}" if query else "/api/search"


def _document(document_id: str, query: str, ordinal: int | None) -> str:
    path = f"/documents/{quote(document_id, safe=':')}"
    return path + (f"?{query}" if query else "") + (f"#p{ordinal}" if ordinal is not None else "")


def _filter(request: SearchRequest, field: str) -> Filter:
    return next((one for one in request.filters if one.field == field), Filter(field))


def _with(request: SearchRequest, changed: Filter) -> SearchRequest:
    by_field = {one.field: one for one in (*request.filters, changed)}
    filters = (by_field[field.name] for field in FIELDS if field.name in by_field)
    return replace(request, page=1, filters=tuple(one for one in filters if one.included or one.excluded))


def _without(values: Sequence[str], value: str) -> tuple[str, ...]:
    return tuple([one for one in values if one != value])
