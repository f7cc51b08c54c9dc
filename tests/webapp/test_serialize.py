"""Answers as JSON, key by key."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from indexer.model import DocumentMetadata, Kind, Origin, Paragraph, Part
from indexer.search import syntax
from indexer.search.query import EMPTY_QUERY
from indexer.search.request import Filter, Interval, Match, SearchRequest
from indexer.search.response import (
    Bucket,
    DidYouMean,
    DocumentResponse,
    Facet,
    FacetState,
    FacetValue,
    Histogram,
    Hit,
    SearchResponse,
    TitleHit,
)
from webapp import serialize

DOCUMENT = DocumentMetadata(
    id="news.jsonl:2019-0",
    title="Radar for Ostrel",
    source="Ostrel Daily",
    author=("Teo Maric", "Ilsa Ström"),
    published="2025-05-19",
    language="en",
    url="https://example.org/1",
    format="jsonl",
    tag=("ports",),
    extra={"edition": 3, "desk": ["night", None]},
    origins={"title": Origin.RECORD, "source": Origin.TEXT},
    paragraphs=9,
)
TEXT = "A radar & a mast."
HIT = Hit(
    Paragraph(2, Kind.LIST_ITEM, TEXT, "Ports", Part(2, 3), page_number=4),
    DOCUMENT,
    score=7.12345678,
    spans=((2, 7),),
    title_spans=((0, 5),),
)
RESPONSE = SearchResponse(
    total=21,
    documents=4,
    hits=(HIT,),
    generation="g-7",
    facets={"source": Facet((FacetValue("Ostrel Daily", 3, FacetState.INCLUDED), FacetValue("Coast Wire", 1)), 2, 5)},
    histogram=Histogram((Bucket("2025-05-01", "2025-05-31", 3),), Interval.MONTH, coarser=1, missing=2),
    relaxed=True,
    warnings=("No paragraph has all these words.",),
    titles=(TitleHit(replace(DOCUMENT, id="a b.md", title="Radar"), ((0, 5),)),),
    did_you_mean=DidYouMean("radars", 9),
)
REQUEST = SearchRequest(
    query=syntax.parse("radar mast", Match.ALL),
    page=2,
    filters=(Filter("source", ("Ostrel Daily",)),),
    facets=("source", "published"),
)
DOCUMENT_BODY = {
    "id": "news.jsonl:2019-0",
    "title": "Radar for Ostrel",
    "title_derived": False,
    "title_spans": [[0, 5]],
    "source": "Ostrel Daily",
    "author": ["Teo Maric", "Ilsa Ström"],
    "published": "2025-05-19",
    "language": "en",
    "url": "https://example.org/1",
    "format": "jsonl",
    "tag": ["ports"],
    "extra": {"edition": 3, "desk": ["night", None]},
}
BODY = {
    "total": {"value": 21, "relation": "eq"},
    "took_ms": 0.988,
    "page": 2,
    "page_size": 10,
    "next": "/api/search?q=radar+mast&page=3&source=Ostrel+Daily&facets=source%2Cpublished",
    "previous": "/api/search?q=radar+mast&source=Ostrel+Daily&facets=source%2Cpublished",
    "generation": "g-7",
    "warnings": ["No paragraph has all these words."],
    "relaxed": True,
    "did_you_mean": {"query": "radars", "total": 9},
    "titles": [
        {
            "id": "a b.md",
            "title": "Radar",
            "title_spans": [[0, 5]],
            "links": {"html": "/documents/a%20b.md?q=radar+mast", "api": "/api/documents/a%20b.md"},
        }
    ],
    "hits": [
        {
            "id": "news.jsonl:2019-0#p2",
            "ordinal": 2,
            "paragraphs": 9,
            "part": {"number": 2, "of": 3},
            "kind": "list_item",
            "section": "Ports",
            "page_number": 4,
            "score": 7.123457,
            "text": TEXT,
            "spans": [[2, 7]],
            "html": "A <mark>radar</mark> &amp; a mast.",
            "document": DOCUMENT_BODY,
            "links": {
                "html": "/documents/news.jsonl:2019-0?q=radar+mast#p2",
                "api": "/api/documents/news.jsonl:2019-0/paragraphs/2",
            },
        }
    ],
    "facets": {
        "source": {
            "values": [
                {"value": "Ostrel Daily", "count": 3, "state": "included"},
                {"value": "Coast Wire", "count": 1, "state": "none"},
            ],
            "distinct": 2,
            "missing": 5,
        },
        "published": {
            "buckets": [{"from": "2025-05-01", "to": "2025-05-31", "count": 3}],
            "interval": "month",
            "coarser": 1,
            "missing": 2,
        },
    },
}


def written(body: Any) -> str:
    """As text, in which the order of keys counts."""
    return json.dumps(body, indent=1)


def test_a_search_is_written_as_promised_in_this_order() -> None:
    assert written(serialize.search(REQUEST, RESPONSE, took_ms=0.98765)) == written(BODY)


def test_without_a_time_the_key_is_left_out() -> None:
    assert written(serialize.search(REQUEST, RESPONSE)) == written({key: BODY[key] for key in BODY if key != "took_ms"})


def test_what_is_absent_is_null_or_empty() -> None:
    bare = Hit(
        Paragraph(1, Kind.PARAGRAPH, TEXT), DocumentMetadata(id="a.txt", title="A radar", title_derived=True, paragraphs=1)
    )
    body: Any = serialize.search(SearchRequest(), SearchResponse(1, 1, (bare,), "g", {}))
    assert (body["next"], body["previous"], body["warnings"], body["relaxed"], body["facets"]) == (None, None, [], False, {})
    (hit,) = body["hits"]
    assert (hit["part"], hit["section"], hit["page_number"], hit["score"], hit["spans"]) == (None, None, None, None, [])
    document = hit["document"]
    assert [name for name in document if document[name] is None] == ["source", "published", "language", "url"]
    assert (document["title_spans"], document["author"], document["tag"], document["extra"]) == ([], [], [], {})
    assert hit["links"]["html"] == "/documents/a.txt#p1"


@pytest.mark.parametrize(
    ("page", "page_size", "total", "following", "previous"),
    [
        (1, 10, 0, None, None),
        (1, 10, 10, None, None),
        (1, 10, 11, 2, None),
        (2, 10, 11, None, 1),
        (2, 5, 11, 3, 1),
        (9, 10, 11, None, 2),
        (9, 10, 0, None, 1),
        (1000, 10, 50_000, None, 999),
        (999, 10, 50_000, 1000, 998),
        (3, 3000, 50_000, None, 2),
    ],
)
def test_next_and_previous(page: int, page_size: int, total: int, following: int | None, previous: int | None) -> None:
    request = SearchRequest(page=page, page_size=page_size, match=Match.ANY)
    body = serialize.search(request, SearchResponse(total, 1, (), "g", {}))
    size = "" if page_size == 10 else f"page_size={page_size}&"

    def url(number: int | None) -> str | None:
        if number is None:
            return None
        return f"/api/search?{'' if number == 1 else f'page={number}&'}{size}match=any"

    assert (body["next"], body["previous"]) == (url(following), url(previous))


@pytest.mark.parametrize(
    ("document_id", "segment"),
    [
        ("a-b_c.d~0a1b2c.md", "a-b_c.d~0a1b2c.md"),
        ("zip:inner:a.txt", "zip:inner:a.txt"),
        ("звіт.md", "%D0%B7%D0%B2%D1%96%D1%82.md"),
        ("a/b?c#d%e", "a%2Fb%3Fc%23d%25e"),
    ],
)
def test_an_id_is_one_segment_of_a_url(document_id: str, segment: str) -> None:
    hit = Hit(Paragraph(3, Kind.PARAGRAPH, TEXT), DocumentMetadata(id=document_id, title="A radar", paragraphs=3))
    request = SearchRequest(query=syntax.parse("radar & mast", Match.ANY), match=Match.ANY, page_size=5)
    body: Any = serialize.search(request, SearchResponse(1, 1, (hit,), "g", {}))
    assert body["hits"][0]["links"] == {
        "html": f"/documents/{segment}?q=radar+%26+mast&match=any#p3",
        "api": f"/api/documents/{segment}/paragraphs/3",
    }


def run_of(ordinals: Sequence[int]) -> DocumentResponse:
    hits = [Hit(Paragraph(ordinal, Kind.PARAGRAPH, TEXT), DOCUMENT) for ordinal in ordinals]
    return DocumentResponse(DOCUMENT, tuple(HIT if hit.paragraph.ordinal == 2 else hit for hit in hits), "g-7")


def paragraph_body(ordinal: int) -> dict[str, Any]:
    return {
        "id": f"news.jsonl:2019-0#p{ordinal}",
        "ordinal": ordinal,
        "kind": "list_item" if ordinal == 2 else "paragraph",
        "section": "Ports" if ordinal == 2 else None,
        "page_number": 4 if ordinal == 2 else None,
        "part": {"number": 2, "of": 3} if ordinal == 2 else None,
        "text": TEXT,
        "spans": [[2, 7]] if ordinal == 2 else [],
        "html": "A <mark>radar</mark> &amp; a mast." if ordinal == 2 else "A radar &amp; a mast.",
    }


def test_a_document_says_where_its_metadata_came_from() -> None:
    query = syntax.parse("radar", Match.ALL)
    assert written(serialize.document(run_of((1, 2)), query, Match.ALL)) == written(
        {
            "generation": "g-7",
            "warnings": list(query.warnings),
            "document": {**DOCUMENT_BODY, "origins": {"title": "record", "source": "text"}},
            "paragraphs": [paragraph_body(1), paragraph_body(2)],
            "links": {"html": "/documents/news.jsonl:2019-0?q=radar", "api": "/api/documents/news.jsonl:2019-0"},
        }
    )


def test_a_paragraph_stands_between_its_neighbours() -> None:
    assert written(serialize.paragraph(run_of((1, 2, 3, 4)), 3, EMPTY_QUERY, Match.ALL)) == written(
        {
            "generation": "g-7",
            "warnings": [],
            "document": {**DOCUMENT_BODY, "origins": {"title": "record", "source": "text"}},
            "paragraph": paragraph_body(3),
            "before": [paragraph_body(1), paragraph_body(2)],
            "after": [paragraph_body(4)],
            "links": {"html": "/documents/news.jsonl:2019-0#p3", "api": "/api/documents/news.jsonl:2019-0/paragraphs/3"},
        }
    )
