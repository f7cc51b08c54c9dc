"""The addresses that pages link to. Every one of them parses back to the request it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from indexer.config import Settings
from indexer.fields import FIELDS
from indexer.search.request import Filter, SearchRequest
from webapp.params import query_string

# A search for everything says so: without any parameter, `/` is the start page.
_EVERYTHING = "page=1"


def server_url(settings: Settings) -> str:
    """What permalinks begin with; never what a request calls the server, which is whatever its sender likes."""
    return settings.public_url or listening_url(settings.host, settings.port)


def listening_url(host: str, port: int) -> str:
    """The URL of a server on this machine; one that listens everywhere is here too."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def search_url(request: SearchRequest) -> str:
    """The results page of a request."""
    return f"/?{query_string(request) or _EVERYTHING}"


def api_url(request: SearchRequest) -> str:
    """The same results as JSON."""
    written = query_string(request)
    return f"/api/search?{written}" if written else "/api/search"


def document_url(document_id: str, request: SearchRequest | None = None, ordinal: int | None = None) -> str:
    """The reader, at a paragraph; the request is what its page marks and leads back to."""
    written = query_string(request) if request is not None else ""
    path = f"/documents/{quote(document_id, safe=':')}"
    return path + (f"?{written}" if written else "") + (f"#p{ordinal}" if ordinal is not None else "")


def with_filter(request: SearchRequest, field: str, value: str) -> SearchRequest:
    """The request, from its first page, with one more value included, which then is not excluded."""
    current = _filter(request, field)
    return _with(request, Filter(field, (*_without(current.included, value), value), _without(current.excluded, value)))


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


def _filter(request: SearchRequest, field: str) -> Filter:
    return next((one for one in request.filters if one.field == field), Filter(field))


def _with(request: SearchRequest, changed: Filter) -> SearchRequest:
    by_field = {one.field: one for one in (*request.filters, changed)}
    filters = (by_field[field.name] for field in FIELDS if field.name in by_field)
    return replace(request, page=1, filters=tuple(one for one in filters if one.included or one.excluded))


def _without(values: Sequence[str], value: str) -> tuple[str, ...]:
    return tuple(one for one in values if one != value)
