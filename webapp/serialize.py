"""Answers as JSON, key by key as the API promises. `search` is also what `loccit search --json` prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from indexer.fields import FIELDS, HISTOGRAM
from indexer.model import DocumentMetadata, Json, Paragraph, paragraph_id
from indexer.search.passage import best_passage
from indexer.search.query import ParsedQuery
from indexer.search.request import MAX_DEPTH, Match, SearchRequest, Snippet
from indexer.search.response import (
    DocumentResponse,
    Facet,
    FeatureScore,
    Histogram,
    Hit,
    ScorePart,
    SearchResponse,
    Span,
    Suggestion,
    TitleHit,
)
from webapp import links, params
from webapp.snippets import mark, mark_part

Body = dict[str, Json]


def search(request: SearchRequest, response: SearchResponse, took_ms: float | None = None) -> Body:
    """The body of `/api/search`; without `took_ms` the key is left out."""
    marks = _marks(request.query, request.match)
    return {
        "total": {"value": response.total, "relation": "eq"},
        **({} if took_ms is None else {"took_ms": round(took_ms, 3)}),
        "page": request.page,
        "page_size": request.page_size,
        "next": _next(request, response.total),
        "previous": _previous(request, response.total),
        "generation": response.generation,
        "warnings": list(response.warnings),
        "relaxed": response.relaxed,
        "did_you_mean": _did_you_mean(response),
        "titles": [_title(title, marks) for title in response.titles],
        "hits": [_hit(hit, marks, request) for hit in response.hits],
        "facets": _facets(response),
    }


def facet(found: Facet) -> Body:
    """The body of `/api/facets/<field>`, and of a facet in an answer."""
    return {
        "values": [{"value": each.value, "count": each.count, "state": each.state.value} for each in found.values],
        "distinct": found.distinct,
        "missing": found.missing,
    }


def suggestions(found: Sequence[Suggestion]) -> Body:
    """The body of `/api/suggest`."""
    return {"suggestions": [{"text": each.text, "kind": each.kind.value, "count": each.count} for each in found]}


def document(response: DocumentResponse, query: ParsedQuery, match: Match) -> Body:
    """The body of `/api/documents/<id>`."""
    return {
        "generation": response.generation,
        "warnings": list(query.warnings),
        "document": _described(response),
        "paragraphs": [_paragraph(hit) for hit in response.hits],
        "links": {
            "html": _with_query(links.document_url(response.document.id), _marks(query, match)),
            "api": f"/api{links.document_url(response.document.id)}",
        },
    }


def paragraph(response: DocumentResponse, ordinal: int, query: ParsedQuery, match: Match) -> Body:
    """The body of `/api/documents/<id>/paragraphs/<n>`: the paragraph, and its neighbours as far as the response holds them."""
    hits = response.hits
    return {
        "generation": response.generation,
        "warnings": list(query.warnings),
        "document": _described(response),
        "paragraph": next(_paragraph(hit) for hit in hits if hit.paragraph.ordinal == ordinal),
        "before": [_paragraph(hit) for hit in hits if hit.paragraph.ordinal < ordinal],
        "after": [_paragraph(hit) for hit in hits if hit.paragraph.ordinal > ordinal],
        "links": _links(response.document.id, ordinal, _marks(query, match)),
    }


def fields() -> Body:
    """The body of `/api/fields`: the field table."""
    return {
        "fields": [
            {
                "name": field.name,
                "label": field.label,
                "kind": field.kind.value,
                "facet": field.facet or field.name == HISTOGRAM,
                "multi": field.multi,
            }
            for field in FIELDS
        ]
    }


def _did_you_mean(response: SearchResponse) -> Json:
    meant = response.did_you_mean
    return None if meant is None else {"query": meant.query, "total": meant.total}


def _title(title: TitleHit, marks: str) -> Body:
    path = links.document_url(title.document.id)
    return {
        "id": title.document.id,
        "title": title.document.title,
        "title_spans": _spans(title.spans),
        "links": {"html": _with_query(path, marks), "api": f"/api{path}"},
    }


def _hit(hit: Hit, marks: str, request: SearchRequest) -> Body:
    return {
        "id": paragraph_id(hit.document.id, hit.paragraph.ordinal),
        "ordinal": hit.paragraph.ordinal,
        "paragraphs": hit.document.paragraphs,
        "part": _part(hit.paragraph),
        "kind": hit.paragraph.kind.value,
        "section": hit.paragraph.section,
        "page_number": hit.paragraph.page_number,
        "score": None if hit.score is None else round(hit.score, 6),
        **({"explain": [_part_of_score(part) for part in hit.explain]} if request.explain else {}),
        **_marked(hit, request.snippet),
        "document": _document(hit.document, hit.title_spans),
        "links": _links(hit.document.id, hit.paragraph.ordinal, marks),
    }


def _part_of_score(part: ScorePart) -> Body:
    if isinstance(part, FeatureScore):
        return {"feature": part.feature, "score": part.score}
    return {"term": part.term, "field": part.field, "frequency": part.frequency, "score": part.score}


def _paragraph(hit: Hit) -> Body:
    return {
        "id": paragraph_id(hit.document.id, hit.paragraph.ordinal),
        "ordinal": hit.paragraph.ordinal,
        "kind": hit.paragraph.kind.value,
        "section": hit.paragraph.section,
        "page_number": hit.paragraph.page_number,
        "part": _part(hit.paragraph),
        **_marked(hit),
    }


def _marked(hit: Hit, snippet: Snippet = Snippet.FULL) -> Body:
    text, spans = hit.paragraph.text, _spans(hit.spans)
    if snippet is Snippet.FULL:
        return {"text": text, "spans": spans, "html": str(mark(text, hit.spans))}
    begin, end = best_passage(text, hit.spans)
    return {"text": text, "spans": spans, "html": str(mark_part(text, hit.spans, begin, end)), "passage": [begin, end]}


def _part(paragraph: Paragraph) -> Json:
    return None if paragraph.part is None else {"number": paragraph.part.number, "of": paragraph.part.of}


def _spans(spans: Sequence[Span]) -> list[Json]:
    return [[start, end] for start, end in spans]


def _document(document: DocumentMetadata, title_spans: Sequence[Span]) -> Body:
    return {
        "id": document.id,
        "title": document.title,
        "title_derived": document.title_derived,
        "title_spans": _spans(title_spans),
        "source": document.source,
        "author": list(document.author),
        "published": document.published,
        "language": document.language,
        "url": document.url,
        "format": document.format,
        "tag": list(document.tag),
        "extra": dict(document.extra),
    }


def _described(response: DocumentResponse) -> Body:
    """A document with where each piece of its metadata came from."""
    title_spans = next((hit.title_spans for hit in response.hits if hit.title_spans), ())
    origins: Body = {name: origin.value for name, origin in response.document.origins.items()}
    return {**_document(response.document, title_spans), "origins": origins}


def _facets(response: SearchResponse) -> Body:
    facets: Body = {name: facet(found) for name, found in response.facets.items()}
    if response.histogram is not None:
        facets[HISTOGRAM] = _histogram(response.histogram)
    return facets


def _histogram(histogram: Histogram) -> Body:
    return {
        "buckets": [{"from": bucket.first, "to": bucket.last, "count": bucket.count} for bucket in histogram.buckets],
        "interval": histogram.interval.value,
        "coarser": histogram.coarser,
        "missing": histogram.missing,
    }


def _links(document_id: str, ordinal: int, marks: str) -> Body:
    path = links.document_url(document_id)
    return {"html": f"{_with_query(path, marks)}#p{ordinal}", "api": f"/api{path}/paragraphs/{ordinal}"}


def _next(request: SearchRequest, total: int) -> str | None:
    reached = request.page * request.page_size
    if reached >= total or reached + request.page_size > MAX_DEPTH:
        return None
    return links.api_url(replace(request, page=request.page + 1))


def _previous(request: SearchRequest, total: int) -> str | None:
    """The page before; from past the end, the last one that has hits."""
    if request.page == 1:
        return None
    last = max(1, -(-total // request.page_size))
    return links.api_url(replace(request, page=min(request.page - 1, last)))


def _marks(query: ParsedQuery, match: Match) -> str:
    """The parameters that mark the query's matches in a document."""
    return params.query_string(SearchRequest(query=query, match=match))


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
