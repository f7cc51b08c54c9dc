"""What pages and API show beside the hits: facets searched, documents by title, what may have been meant, passages."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from indexer.config import Settings
from indexer.search.passage import PASSAGE_LENGTH, best_passage
from indexer.search.request import SearchRequest
from indexer.search.response import DidYouMean, SearchResponse
from tests.oracle import OracleEngine
from tests.records import make_document
from tests.webapp.conftest import get
from tests.webapp.markup import Page
from webapp import create_app

SOURCES = [f"{place} {paper}" for place in ("Ostrel", "Karsk", "Sarn", "Ömer") for paper in ("Wire", "Daily", "Herald")]
LONG = "Nothing was said of the harbour. " * 20 + "Ilsa Renn said that the radar mast stands. " + "The coast was quiet. " * 20


@pytest.fixture(scope="module")
def shelf() -> FlaskClient:
    """Twelve documents of as many sources, one of them long."""
    documents = [make_document(f"{n}.md", ["A radar."], title=f"Radar {n}", source=name) for n, name in enumerate(SOURCES)]
    documents.append(make_document("long.md", [LONG, "Short radar."], title="A long one"))
    app = create_app(Settings(), OracleEngine(documents))
    app.config["TESTING"] = True
    return app.test_client()


def page(client: FlaskClient, address: str) -> Page:
    """A sound page."""
    response = client.get(address)
    assert response.status_code == 200
    found = Page(response.text)
    assert found.faults == []
    return found


def boxes(found: Page, name: str) -> list[str]:
    """The values of a facet that a page offers."""
    return [
        a.get("value") or "" for tag, a in found.elements if tag == "input" and a.get("name") == name and a.get("form") == "s"
    ]


def test_a_facet_is_searched(shelf: FlaskClient) -> None:
    body = get(shelf, "/api/facets/source?q=radar&prefix=om&facet_size=2")
    assert body == {
        "values": [{"value": name, "count": 1, "state": "none"} for name in ("Ömer Daily", "Ömer Herald")],
        "distinct": 3,
        "missing": 2,
    }
    assert get(shelf, "/api/facets/source?q=radar") == get(shelf, "/api/search?q=radar")["facets"]["source"]


def test_what_is_typed_is_completed(shelf: FlaskClient) -> None:
    body = get(shelf, "/api/suggest?q=the+ra")
    assert body == {"suggestions": [{"text": "the radar", "kind": "word", "count": 14}]}
    assert get(shelf, "/api/suggest") == {"suggestions": []}
    assert get(shelf, "/api/suggest?q=a&match=any", 400)["parameter"] == "match"


def test_an_unknown_facet_is_not_found(shelf: FlaskClient) -> None:
    for name in ("nothing", "published", "text"):
        assert "The facets are source" in get(shelf, f"/api/facets/{name}", 404)["detail"]
        assert shelf.get(f"/facets/{name}").status_code == 404


def test_a_facet_takes_the_parameters_of_a_search_and_a_prefix_alone(shelf: FlaskClient) -> None:
    assert get(shelf, "/api/facets/source?prefx=o", 400)["detail"].endswith("Did you mean prefix?")
    assert get(shelf, "/api/facets/source?page=x", 400)["parameter"] == "page"
    assert get(shelf, "/api/search?prefix=o", 400)["parameter"] == "prefix"


def test_a_facet_with_more_values_than_it_shows_has_a_box(shelf: FlaskClient) -> None:
    forms = [a for tag, a in page(shelf, "/?q=radar").elements if tag == "form"]
    assert [form["action"] for form in forms if form.get("class") == "facet-find"] == ["/facets/source"]


def test_the_page_of_a_facet_shows_all_values_and_keeps_the_search(shelf: FlaskClient) -> None:
    assert len(boxes(page(shelf, "/facets/source?q=radar"), "source")) == len(SOURCES)
    found = page(shelf, "/facets/source?q=radar&prefix=KAR&sort=oldest&exclude_source=Sarn+Wire")
    assert boxes(found, "source") == ["Karsk Daily", "Karsk Herald", "Karsk Wire"]
    assert boxes(found, "exclude_source") == ["Sarn Wire"]
    assert ("sort", "oldest") in [(a.get("name"), a.get("value")) for _, a in found.elements]
    assert "3 values with a word that begins with “KAR”" in found.text
    assert "facet_size" not in shelf.get("/facets/source?q=radar").text
    assert "There is no such" not in page(shelf, "/facets/source?prefix=nothing").text


def test_documents_by_title_stand_above_the_hits(shelf: FlaskClient) -> None:
    found = page(shelf, "/?q=long+one")
    assert "/documents/long.md?q=long+one" in found.links
    (title,) = get(shelf, "/api/search?q=long+one")["titles"]
    assert title["links"] == {"html": "/documents/long.md?q=long+one", "api": "/api/documents/long.md"}
    assert get(shelf, "/api/search?q=radar&page=2&page_size=1")["titles"] == []


def test_what_may_have_been_meant_is_a_link(shelf: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = OracleEngine.search

    def search(engine: OracleEngine, request: SearchRequest) -> SearchResponse:
        return replace(plain(engine, request), did_you_mean=DidYouMean("radar <mast>", 2))

    monkeypatch.setattr(OracleEngine, "search", search)
    found = page(shelf, "/?q=rader+%3Cmast%3E&source=Sarn+Wire")
    assert "Did you mean radar <mast>? That finds 2 paragraphs." in found.text
    assert "/?q=radar+%3Cmast%3E&source=Sarn+Wire" in found.links
    assert get(shelf, "/api/search?q=rader")["did_you_mean"] == {"query": "radar <mast>", "total": 2}


def test_a_passage_is_the_best_of_a_long_text(shelf: FlaskClient) -> None:
    hits = get(shelf, "/api/search?q=radar&snippet=passage&sort=document&page_size=20")["hits"]
    long, short = hits[-2:]
    begin, end = long["passage"]
    assert long["text"][begin:end].startswith("Ilsa Renn said that the radar")
    assert html.unescape(re.sub("</?mark>", "", long["html"])) == long["text"][begin:end]
    assert (long["html"].count("<mark>"), len(long["spans"])) == (1, 1)
    assert (short["passage"], short["html"]) == ([0, 12], "Short <mark>radar</mark>.")
    assert "passage" not in get(shelf, "/api/search?q=radar")["hits"][0]
    shown = page(shelf, "/?q=mast&snippet=passage").text
    assert "… Ilsa Renn said" in shown
    assert LONG not in shown


WORDS = st.text("abß漢字 .,'’-\u0301\n", max_size=30)


@given(pieces=st.lists(WORDS, max_size=40), marked=st.sets(st.integers(0, 600), max_size=12), length=st.integers(20, 60))
def test_a_passage_is_short_and_parts_no_word(pieces: list[str], marked: set[int], length: int) -> None:
    text = "".join(pieces)
    spans = [word.span() for word in re.finditer(r"\w+", text) if word.start() in marked and len(word.group()) <= 20]
    begin, end = best_passage(text, spans, length)
    assert 0 <= begin <= end <= len(text)
    assert end - begin <= length
    if len(text) <= length:
        assert (begin, end) == (0, len(text))
    elif spans:
        assert any(begin <= start and stop <= end for start, stop in spans)
    for word in re.finditer(r"[abß]{1,20}(?![\w'’.,\u0301-])", text):
        assert not any(word.start() < place < word.end() for place in (begin, end))


def test_a_passage_prefers_different_words_close_together() -> None:
    text = "radar " * 40 + "and then " * 30 + "the radar mast stood. " + "So it was. " * 40
    spans = [word.span() for word in re.finditer("radar|mast", text)]
    begin, end = best_passage(text, spans)
    assert "radar mast stood" in text[begin:end]
    assert end - begin > PASSAGE_LENGTH * 0.9
