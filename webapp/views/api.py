"""The JSON API."""

from __future__ import annotations

from collections.abc import Iterable
from time import perf_counter

from flask import Blueprint, Response, request

from indexer.errors import NotFound
from webapp import params, serialize
from webapp.context import current
from webapp.facets import facet_name
from webapp.reply import reply

blueprint = Blueprint("api", __name__, url_prefix="/api")


@blueprint.get("/search")
def search() -> Response:
    """Hits and facets. `took_ms` runs from the parsed request to the finished answer before it is encoded."""
    parsed = params.parse(_pairs())
    params.refuse_unknown(parsed.unknown)
    started = perf_counter()
    response = current().engine.search(parsed.request)
    body = serialize.search(parsed.request, response, took_ms=0.0)
    body["took_ms"] = round((perf_counter() - started) * 1000, 3)
    return reply(body)


@blueprint.get("/suggest")
def suggest() -> Response:
    """What a query may become that is being typed."""
    return reply(serialize.suggestions(current().engine.suggest(params.parse_suggest(_pairs()))))


@blueprint.get("/facets/<field>")
def facet(field: str) -> Response:
    """The values of a facet under a search, or those that begin with a prefix."""
    asked = params.parse_facet(_pairs())
    params.refuse_unknown(asked.unknown, params.FACET_PARAMETERS)
    return reply(serialize.facet(current().engine.facet(asked.request, facet_name(field), asked.prefix)))


@blueprint.get("/documents/<document_id>")
def document(document_id: str) -> Response:
    """A document with all its paragraphs."""
    asked = params.parse_document(_pairs())
    params.refuse_unknown(asked.unknown, params.DOCUMENT_PARAMETERS)
    response = current().engine.document(document_id, asked.query)
    return reply(serialize.document(response, asked.query, asked.match))


@blueprint.get("/documents/<document_id>/paragraphs/<int:ordinal>")
def paragraph(document_id: str, ordinal: int) -> Response:
    """A paragraph, with its neighbours if `context` asks for them."""
    asked = params.parse_document(_pairs(), params.PARAGRAPH_PARAMETERS)
    params.refuse_unknown(asked.unknown, params.PARAGRAPH_PARAMETERS)
    first, last = max(1, ordinal - asked.context), ordinal + asked.context
    response = current().engine.document(document_id, asked.query, first, last)
    if all(hit.paragraph.ordinal != ordinal for hit in response.hits):
        count = response.document.paragraphs
        raise NotFound(f"No paragraph {ordinal} in document {document_id}. Its paragraphs are 1 to {count}.")
    return reply(serialize.paragraph(response, ordinal, asked.query, asked.match))


@blueprint.get("/fields")
def fields() -> Response:
    """The field table."""
    params.refuse_unknown([name for name, value in _pairs() if value.strip()], ())
    return reply(serialize.fields())


def _pairs() -> Iterable[tuple[str, str]]:
    return request.args.items(multi=True)
