"""The API over HTTP, on a small library."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from indexer.config import Settings
from indexer.fields import FACETS, FIELDS, HISTOGRAM
from indexer.search.request import SearchRequest
from indexer.search.response import SearchResponse
from tests.oracle import OracleEngine
from tests.webapp.conftest import get, make_shelf
from webapp import create_app, params, serialize

HARBOUR = "/api/documents/harbour.md"


def ids(client: FlaskClient, url: str) -> list[str]:
    """The records of an answer."""
    return [hit["id"] for hit in get(client, url)["hits"]]


def test_a_search_finds_the_paragraph_and_says_where(client: FlaskClient) -> None:
    body = get(client, "/api/search?q=%3Dradar+harbour&source=Ostrel+Daily")
    assert body["total"] == {"value": 2, "relation": "eq"}
    assert [hit["id"] for hit in body["hits"]] == ["harbour.md#p1", "harbour.md#p2"]
    hit = body["hits"][1]
    assert hit["html"] == "Velmara buys a <mark>radar</mark> for the <mark>harbour</mark> of Ostrel."
    assert [hit["text"][start:end] for start, end in hit["spans"]] == ["radar", "harbour"]
    assert hit["document"]["author"] == ["Teo Maric", "Łukasz Žák"]
    assert hit["links"]["html"] == "/documents/harbour.md?q=%3Dradar+harbour#p2"
    assert list(body["facets"]) == [*FACETS, HISTOGRAM]
    assert body["took_ms"] > 0


def test_the_body_is_what_the_command_line_prints_and_the_time_besides(client: FlaskClient, engine: OracleEngine) -> None:
    body = get(client, "/api/search?q=radar&page_size=2")
    asked = params.parse([("q", "radar"), ("page_size", "2")]).request
    assert {key: value for key, value in body.items() if key != "took_ms"} == serialize.search(asked, engine.search(asked))


def test_markup_in_a_text_is_text(client: FlaskClient) -> None:
    response = client.get("/api/search?q=radar&source=Coast+Wire")
    assert response.mimetype == "application/json"
    assert response.get_json()["hits"][0]["html"] == "A &lt;script&gt;<mark>radar</mark>&lt;/script&gt; in a text stays a text."


def test_json_is_readable_utf_8(client: FlaskClient) -> None:
    assert "Łukasz Žák" in client.get("/api/search?q=harbour").data.decode("utf-8")


def test_the_links_lead_to_what_they_name(client: FlaskClient) -> None:
    for hit in get(client, "/api/search?q=ports&page_size=100")["hits"]:
        body = get(client, hit["links"]["api"])
        assert body["paragraph"]["id"] == hit["id"]
        assert body["paragraph"]["text"] == hit["text"]


def test_next_leads_through_everything(client: FlaskClient) -> None:
    url, seen = "/api/search?page_size=3&sort=document", []
    while url:
        body = get(client, url)
        seen += [hit["id"] for hit in body["hits"]]
        url = body["next"]
    assert seen == ids(client, "/api/search?page_size=100&sort=document")
    assert len(seen) == 7


def test_a_page_past_the_end_has_no_hits(client: FlaskClient) -> None:
    body = get(client, "/api/search?page=50")
    assert (body["hits"], body["total"]["value"], body["next"], body["previous"]) == ([], 7, None, "/api/search")


def test_no_query_is_everything_newest_first(client: FlaskClient) -> None:
    body = get(client, "/api/search")
    assert [hit["document"]["id"] for hit in body["hits"]][::4] == ["harbour.md", "wire:número~1a2b3c.txt"]
    assert body["hits"][-1]["document"]["id"] == "notes.txt"
    assert {hit["score"] for hit in body["hits"]} == {None}


def test_empty_form_fields_are_no_fields(client: FlaskClient) -> None:
    blank = "&".join(f"{parameter.name}=" for parameter in params.PARAMETERS)
    full, plain = get(client, f"/api/search?{blank}&other="), get(client, "/api/search")
    assert {**full, "took_ms": 0} == {**plain, "took_ms": 0}


def test_an_unknown_facet_value_is_listed_with_nothing(client: FlaskClient) -> None:
    body = get(client, "/api/search?q=radar&source=Nobody&facet_size=1")
    assert (body["total"]["value"], body["hits"]) == (0, [])
    assert {"value": "Nobody", "count": 0, "state": "included"} in body["facets"]["source"]["values"]
    assert len(body["facets"]["source"]["values"]) == 2
    excluded = get(client, "/api/search?q=radar&exclude_source=Nobody")
    assert excluded["total"]["value"] == 5
    assert {"value": "Nobody", "count": 0, "state": "excluded"} in excluded["facets"]["source"]["values"]


def test_facets_that_were_asked_for(client: FlaskClient) -> None:
    assert get(client, "/api/search?facets=none")["facets"] == {}
    assert list(get(client, "/api/search?facets=published,tag")["facets"]) == ["tag", "published"]


_VALUES = {
    "q": "harbour",
    "page": "2",
    "page_size": "3",
    "sort": "oldest",
    "match": "any",
    "published_from": "2025",
    "published_to": "2024",
    "facets": "none",
    "facet_size": "1",
    "interval": "year",
    "snippet": "passage",
    "explain": "1",
    **{f"{prefix}{name}": "Nobody" for name in FACETS for prefix in ("", "exclude_")},
}


@pytest.mark.parametrize("name", [parameter.name for parameter in params.PARAMETERS])
def test_every_parameter_makes_a_difference(client: FlaskClient, name: str) -> None:
    asked = {} if name == "q" else {"q": "radar ports" if name == "match" else "radar"}
    without, with_it = (
        {**client.get("/api/search", query_string=query).get_json(), "took_ms": 0}
        for query in (asked, {**asked, name: _VALUES[name]})
    )
    assert "hits" in with_it
    assert with_it != without


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("page=0", "page"),
        ("page=abc", "page"),
        ("page=1001", "page"),
        ("page_size=101", "page_size"),
        ("sort=best", "sort"),
        ("facets=everything", "facets"),
        ("published_from=2025-06&published_to=2025-05", "published_from"),
        ("published_to=soon", "published_to"),
        ("q=a&q=b", "q"),
        (f"q={'a' * 10_000}", "q"),
        (f"q={'(' * 1000}a{')' * 1000}", "q"),
        ("utm_source=mail", "utm_source"),
        ("pagesize=5", "pagesize"),
    ],
)
def test_a_bad_search_is_a_400_that_names_the_parameter(client: FlaskClient, query: str, parameter: str) -> None:
    response = client.get(f"/api/search?{query}")
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    problem = response.get_json(force=True)
    assert list(problem) == ["type", "title", "status", "detail", "parameter"]
    assert (problem["type"], problem["title"], problem["status"]) == ("about:blank", "Bad Request", 400)
    assert problem["parameter"] == parameter
    assert 10 < len(problem["detail"]) < 600


def test_the_nearest_known_parameter_is_named(client: FlaskClient) -> None:
    detail = get(client, "/api/search?pagesize=5", 400)["detail"]
    assert detail == "Unknown parameter 'pagesize'. Did you mean page_size?"


@pytest.mark.parametrize("query", ['"air radar', "(radar", "radar)", '"', "“radar", "title:", "AND OR NOT"])
def test_what_is_unbalanced_is_searched_with_a_warning(client: FlaskClient, query: str) -> None:
    response = client.get("/api/search", query_string={"q": query})
    assert response.status_code == 200
    assert response.get_json()["warnings"]


def test_a_document_with_its_paragraphs(client: FlaskClient) -> None:
    body = get(client, HARBOUR)
    assert list(body) == ["generation", "warnings", "document", "paragraphs", "links"]
    assert body["document"]["origins"] == {"title": "front matter", "published": "file name"}
    assert [each["ordinal"] for each in body["paragraphs"]] == [1, 2, 3, 4]
    assert [each["kind"] for each in body["paragraphs"]] == ["heading", "paragraph", "paragraph", "list_item"]
    assert all(each["spans"] == [] for each in body["paragraphs"])


def test_a_query_marks_a_document(client: FlaskClient) -> None:
    body = get(client, f"{HARBOUR}?q=radar")
    assert [len(each["spans"]) for each in body["paragraphs"]] == [1, 1, 1, 0]
    assert body["paragraphs"][2]["html"].startswith("The <mark>radar</mark>&#39;s range is 40 km &amp; more;")
    assert body["links"]["html"] == "/documents/harbour.md?q=radar"


@pytest.mark.parametrize(("match", "marks"), [("all", [0, 2, 0, 0]), ("any", [1, 2, 1, 0])])
def test_match_reaches_the_document(client: FlaskClient, match: str, marks: list[int]) -> None:
    body = get(client, f"{HARBOUR}?q=radar+velmara&match={match}")
    assert [len(each["spans"]) for each in body["paragraphs"]] == marks


def test_an_id_of_any_letters(client: FlaskClient) -> None:
    body = get(client, "/api/documents/wire:n%C3%BAmero~1a2b3c.txt")
    assert body["document"]["id"] == "wire:número~1a2b3c.txt"
    assert body["links"]["api"] == "/api/documents/wire:n%C3%BAmero~1a2b3c.txt"


@pytest.mark.parametrize(
    ("ordinal", "context", "before", "after"),
    [
        (1, "", [], []),
        (2, "?context=1", [1], [3]),
        (1, "?context=10", [], [2, 3, 4]),
        (4, "?context=2", [2, 3], []),
        (3, "?context=0", [], []),
    ],
)
def test_a_paragraph_with_neighbours(
    client: FlaskClient, ordinal: int, context: str, before: list[int], after: list[int]
) -> None:
    body = get(client, f"{HARBOUR}/paragraphs/{ordinal}{context}")
    assert body["paragraph"]["ordinal"] == ordinal
    assert [each["ordinal"] for each in body["before"]] == before
    assert [each["ordinal"] for each in body["after"]] == after


def test_a_query_marks_a_paragraph(client: FlaskClient) -> None:
    body = get(client, f"{HARBOUR}/paragraphs/2?q=radar&context=1")
    assert "<mark>radar</mark>" in body["paragraph"]["html"]
    assert "<mark>radar</mark>" in body["after"][0]["html"]
    assert body["links"] == {"html": "/documents/harbour.md?q=radar#p2", "api": f"{HARBOUR}/paragraphs/2"}


@pytest.mark.parametrize(
    ("url", "status", "detail"),
    [
        ("/api/documents/nowhere.md", 404, "nowhere.md"),
        (f"{HARBOUR}/paragraphs/5", 404, "No paragraph 5 in document harbour.md. Its paragraphs are 1 to 4."),
        (f"{HARBOUR}/paragraphs/0", 404, "No paragraph 0"),
        (f"{HARBOUR}/paragraphs/0?context=3", 404, "No paragraph 0"),
        (f"{HARBOUR}/paragraphs/one", 404, "nothing at this address"),
        (f"{HARBOUR}/paragraphs/1?context=11", 400, "context takes a whole number from 0 to 10; not '11'."),
        (f"{HARBOUR}/paragraphs/1?contxt=1", 400, "Did you mean context?"),
        (f"{HARBOUR}?context=1", 400, "This address takes q, match."),
        (f"{HARBOUR}?match=some", 400, "match takes one of all, any; not 'some'."),
        ("/api/fields?x=1", 400, "This address takes no parameters."),
        ("/api/nothing", 404, "nothing at this address"),
        ("/api", 404, "nothing at this address"),
    ],
)
def test_what_is_not_there_is_told(client: FlaskClient, url: str, status: int, detail: str) -> None:
    problem = get(client, url, status)
    assert problem["status"] == status
    assert detail in problem["detail"]


def test_the_fields(client: FlaskClient) -> None:
    fields = get(client, "/api/fields")["fields"]
    assert [field["name"] for field in fields] == [field.name for field in FIELDS]
    assert {field["name"] for field in fields if field["facet"]} == {*FACETS, HISTOGRAM}
    assert fields[3] == {"name": "author", "label": "Author", "kind": "keyword", "facet": True, "multi": True}


def test_health_and_readiness(client: FlaskClient) -> None:
    assert get(client, "/healthz") == {"status": "ok"}
    assert get(client, "/readyz") == {"status": "ready", "generation": "oracle"}


@pytest.mark.parametrize("url", ["/api/search?q=radar", HARBOUR, "/api/fields", "/healthz", "/readyz"])
def test_head_is_get_without_a_body(client: FlaskClient, url: str) -> None:
    head = client.head(url)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Type"] == client.get(url).headers["Content-Type"]
    refused = client.post(url, data={"q": "radar"})
    assert refused.status_code == 405
    assert refused.get_json(force=True)["title"] == "Method Not Allowed"
    assert {"GET", "HEAD"} <= {method.strip() for method in refused.headers["Allow"].split(",")}


def test_the_time_covers_search_and_marking() -> None:
    class Slow(OracleEngine):
        def search(self, request: SearchRequest) -> SearchResponse:
            time.sleep(0.02)
            return replace(super().search(request), generation="slow")

    body = get(create_app(Settings(), Slow(make_shelf())).test_client(), "/api/search")
    assert body["generation"] == "slow"
    assert body["took_ms"] >= 20
