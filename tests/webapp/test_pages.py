from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NoReturn
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from indexer.config import Settings
from indexer.errors import IndexCorrupt, NoIndex, QueryError
from indexer.search.engine import Capabilities
from indexer.search.request import Filter, SearchRequest
from indexer.search.response import SearchResponse
from tests.oracle import OracleEngine
from tests.records import make_document
from tests.webapp.collection import HOSTILE, collection
from tests.webapp.markup import Page
from webapp import create_app, examples, params
from webapp.start import OVERVIEW, RECENT

RESULTS = "/?q=air+defence"
READER = "/documents/courier:three-layers.md"
ADDRESSES = (
    "/",
    "/?foo=1&utm_source=x",
    "/?page=1",
    "/?page=2&page_size=3",
    "/?page=999",
    RESULTS,
    f"{RESULTS}&match=any&sort=oldest",
    f"{RESULTS}&source=The+Velmara+Courier&exclude_tag=coast&published_from=2024&published_to=2025-05",
    f"{RESULTS}&facets=none&facet_size=2",
    f"{RESULTS}&facets=source&tag=budget&interval=day",
    "/?source=Nobody&kind=nonsense",
    "/?q=zzz",
    "/?q=velmara+zzz+karsk",
    "/?q=velmara+zzz+karsk&tag=coast&exclude_source=Harbour+Wire",
    "/?q=%22defence+air%22",
    "/?q=-",
    "/?q=%22open+radar",
    READER,
    f"{READER}?q=air+defence&source=The+Velmara+Courier&page=2",
    f"{READER}?q=title%3Avelmara&foo=1",
    "/documents/2024-11-09-bulletin.txt?q=radars",
    "/documents/bulletin:questions.html",
    "/documents/plain.txt",
    "/documents/hostile.jsonl:1?q=air",
    "/help",
)


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """A reader of the collection."""
    return _client(OracleEngine(collection()))


def _client(engine: OracleEngine) -> FlaskClient:
    app = create_app(Settings(index_dir=Path("nowhere")), engine)
    app.config["TESTING"] = True
    return app.test_client()


def _page(client: FlaskClient, address: str, status: int = 200) -> Page:
    response = client.get(address)
    assert response.status_code == status, response.text
    assert response.mimetype == "text/html"
    page = Page(response.text)
    assert page.faults == []
    return page


def _controls(page: Page) -> list[tuple[str, str]]:
    """What the one form would send, buttons left out."""
    sent: list[tuple[str, str]] = []
    select = ""
    inside = False
    for tag, attributes in page.elements:
        if tag == "form":
            inside = attributes.get("id") == "s"
        name, value = attributes.get("name") or "", attributes.get("value") or ""
        if tag == "select" and attributes.get("form") == "s":
            select = name
        elif tag == "option" and "selected" in attributes:
            sent.append((select, value))
        elif tag == "input" and (attributes.get("form") == "s" or (inside and attributes.get("type") != "checkbox")):
            if attributes.get("type") == "checkbox" and "checked" not in attributes:
                continue
            if name != "back":
                sent.append((name, value))
    return sent


def _unordered(request: SearchRequest) -> SearchRequest:
    """The request with the values of each filter in one order; which came first means nothing."""
    filters = (Filter(one.field, tuple(sorted(one.included)), tuple(sorted(one.excluded))) for one in request.filters)
    return replace(request, filters=tuple(filters))


class TestEveryPage:
    @pytest.mark.parametrize("address", ADDRESSES)
    def test_is_sound(self, client: FlaskClient, address: str) -> None:
        page = _page(client, address)
        tags = [tag for tag, _ in page.elements]
        assert tags.count("h1") == tags.count("main") == tags[: tags.index("body")].count("title") == 1
        assert ("html", "en") in [(tag, attributes.get("lang")) for tag, attributes in page.elements]
        labelled = {attributes.get("for") for tag, attributes in page.elements if tag == "label"}
        boxes = [attributes for tag, attributes in page.elements if tag == "input" and attributes.get("type") == "search"]
        assert boxes and all(box["id"] in labelled for box in boxes)

    @pytest.mark.parametrize("address", [address for address in ADDRESSES if address.startswith("/?") or address == "/"])
    def test_links_to_searches_parse_back(self, client: FlaskClient, address: str) -> None:
        searches = [link for link in _page(client, address).links if link.startswith("/?")]
        for link in searches:
            parsed = params.parse(parse_qsl(urlsplit(link).query, keep_blank_values=True))
            assert parsed.unknown == ()
            written = params.query_string(parsed.request)
            assert urlsplit(link).query == (written or "page=1")

    @pytest.mark.parametrize("address", [RESULTS, f"{READER}?q=air+defence", "/", "/?page=1"])
    def test_links_answer(self, client: FlaskClient, address: str) -> None:
        for link in set(_page(client, address).links):
            if link.startswith("/"):
                with client.get(link) as response:
                    assert response.status_code == 200, link

    @given(query=st.text(max_size=60), source=st.text(max_size=20))
    def test_survives_any_query_and_value(self, client: FlaskClient, query: str, source: str) -> None:
        sent = urlencode([("q", query), ("source", source)], errors="replace")
        response = client.get(f"/?{sent}")
        assert response.status_code == 200
        assert Page(response.text).faults == []

    @given(
        pairs=st.lists(
            st.tuples(st.sampled_from(["page", "sort", "published_from", "facets", "x"]), st.text(max_size=8)), max_size=3
        )
    )
    def test_survives_any_parameter(self, client: FlaskClient, pairs: list[tuple[str, str]]) -> None:
        response = client.get(f"/?{urlencode(pairs, errors='replace')}")
        assert response.status_code in (200, 400)
        assert Page(response.text).faults == []


class TestHostileText:
    @pytest.mark.parametrize(
        "address", ["/?q=air", "/documents/hostile.jsonl:1?q=air", f"/?{urlencode({'q': HOSTILE})}", "/?page=1&page_size=100"]
    )
    def test_is_text(self, client: FlaskClient, address: str) -> None:
        page = _page(client, address)
        assert "img" not in {tag for tag, _ in page.elements}
        assert "<script>alert('x')" in page.text

    def test_only_web_addresses_are_linked(self, client: FlaskClient) -> None:
        page = _page(client, "/documents/hostile.jsonl:1")
        assert "javascript:alert(1)" in page.text
        assert not any("javascript" in link for link in page.links)

    def test_an_odd_language_is_no_attribute(self, client: FlaskClient) -> None:
        languages = {attributes.get("lang") for _, attributes in _page(client, "/documents/hostile.jsonl:1").elements}
        assert languages <= {None, "", "en"}


class TestResults:
    def test_a_hit_has_its_place(self, client: FlaskClient) -> None:
        page = _page(client, RESULTS)
        assert "8 paragraphs in 5 documents" in page.text
        assert "¶ 9 of 15" in page.text
        assert f"{READER}?q=air+defence#p9" in page.links
        assert page.text.count("Velmara orders three layers of air defence") >= 4

    def test_marks_what_the_query_matches(self, client: FlaskClient) -> None:
        html = client.get(RESULTS).text
        assert "layered <mark>air</mark> <mark>defence</mark>, the government" in html

    def test_texts_say_their_language_and_direction(self, client: FlaskClient) -> None:
        html = client.get("/?page=1&page_size=100").text
        assert '<p class="text" lang="uk" dir="ltr">' in html
        assert '<p class="text" lang="ar" dir="rtl">' in html
        assert '<p class="text" lang="ar" dir="ltr">Summary' in html
        assert '<p class="text" lang="" dir="auto">Somebody' in html

    def test_has_a_twin_in_json(self, client: FlaskClient) -> None:
        address = f"{RESULTS}&source=Harbour+Wire"
        (twin,) = {link for link in _page(client, address).links if link.startswith("/api/search")}
        assert client.get(twin).get_json()["total"]["value"] == 1
        assert urlsplit(twin).query == urlsplit(address).query

    def test_context_and_citations(self, client: FlaskClient) -> None:
        page = _page(client, RESULTS)
        assert "¶ 8 The argument about crews ¶ 9 the paragraph above ¶ 10 Training begins" in page.text
        place = "http://127.0.0.1:8000/documents/courier:three-layers.md#p9"
        assert f"2025-03-02, ¶ 9. https://courier.velmara.example/2025/03/02/three-layers ({place}, read" in page.text

    def test_a_hit_and_its_citation_name_the_page(self, client: FlaskClient) -> None:
        page = _page(client, "/?q=abroad+fifty")
        assert "2024-11-09 p. 2 sixty soldiers" in page.text
        assert "2024-11-09, p. 2, ¶ 3. http" in page.text

    def test_table_rows_are_tables(self, client: FlaskClient) -> None:
        html = client.get("/?q=launchers").text
        assert '<th scope="col">First delivery</th>' in html
        assert "<td>air defence <mark>launchers</mark></td>" in html

    def test_everything_is_listed_newest_first(self, client: FlaskClient) -> None:
        page = _page(client, "/?page=1")
        assert "87 paragraphs in 36 documents" in page.text
        assert page.text.index("2025-12-15") < page.text.index("2025-12-12")

    def test_pages(self, client: FlaskClient) -> None:
        page = _page(client, "/?q=radars&page=2")
        assert {"/?q=radars", "/?q=radars&page=3", "/?q=radars&page=4"} <= set(page.links)
        current = [attributes["href"] for tag, attributes in page.elements if attributes.get("aria-current") == "page"]
        assert current == ["/?q=radars&page=2"]

    def test_a_page_past_the_end_leads_back(self, client: FlaskClient) -> None:
        page = _page(client, "/?q=radars&page=99")
        assert "There is no page 99" in page.text
        assert "/?q=radars&page=4" in page.links

    def test_unknown_parameters_are_named(self, client: FlaskClient) -> None:
        text = _page(client, "/?q=radars&soruce=x&utm_source=y&fbclid=z").text
        assert "“soruce” is not a parameter of a search. Did you mean source?" in text
        assert "utm_source" not in text and "fbclid" not in text


class TestForm:
    @pytest.mark.parametrize(
        "address",
        [
            RESULTS,
            "/?q=air&match=any&sort=oldest&page_size=5&facet_size=2&interval=year",
            "/?q=radars&source=Northern+Gazette+1&source=Harbour+Wire&exclude_tag=coast&exclude_kind=heading",
            "/?published_from=2024-01-01&published_to=2025-12-31&source=Nobody",
            "/?q=air&facets=none&source=Harbour+Wire&published_from=2024",
            "/?q=air&facets=tag,published&section=Money+and+dates&tag=budget",
        ],
    )
    def test_sends_the_same_search_again(self, client: FlaskClient, address: str) -> None:
        asked = params.parse(parse_qsl(urlsplit(address).query)).request
        sent = params.parse(_controls(_page(client, address))).request
        assert _unordered(sent) == _unordered(asked)

    def test_a_page_number_is_not_sent_again(self, client: FlaskClient) -> None:
        assert "page" not in dict(_controls(_page(client, "/?q=radars&page=2")))

    def test_partial_dates_become_the_days_they_mean(self, client: FlaskClient) -> None:
        sent = dict(_controls(_page(client, "/?q=air&published_from=2024&published_to=2025-02")))
        assert (sent["published_from"], sent["published_to"]) == ("2024-01-01", "2025-02-28")

    def test_chosen_values_stand_first_and_stay(self, client: FlaskClient) -> None:
        html = client.get("/?q=air&source=Harbour+Wire&exclude_source=Nobody&facet_size=1").text
        included, excluded = (
            html.index('name="source" value="Harbour Wire" checked'),
            html.index('name="exclude_source" value="Nobody" checked'),
        )
        assert included < excluded < html.index('name="source" value="The Velmara Courier"')

    def test_minus_excludes(self, client: FlaskClient) -> None:
        page = _page(client, RESULTS)
        minus = [
            attributes for tag, attributes in page.elements if tag == "button" and attributes.get("name") == "exclude_source"
        ]
        assert "The Velmara Courier" in [attributes["value"] for attributes in minus]
        assert {attributes.get("form") for attributes in minus} == {"s"}

    def test_chips_take_their_filter_away(self, client: FlaskClient) -> None:
        page = _page(client, "/?q=air&source=Harbour+Wire&exclude_tag=coast&published_from=2024")
        chips = [attributes["href"] for tag, attributes in page.elements if "chip" in (attributes.get("class") or "").split()]
        assert [link for link in chips if link] == [
            "/?q=air&source=Harbour+Wire&exclude_tag=coast",
            "/?q=air&exclude_tag=coast&published_from=2024",
            "/?q=air&source=Harbour+Wire&published_from=2024",
        ]

    def test_a_page_of_many_filters_stays_light(self, client: FlaskClient) -> None:
        values = [("source", f"Northern Gazette {number}") for number in range(params.MAX_FILTER_VALUES)]
        assert len(client.get(f"/?{urlencode(values)}").text) < 2_000_000
        page = _page(client, f"/?{urlencode([*values, ('tag', 'coast')])}", 400)
        assert "source has 100 of 101 filter values; at most 100 are allowed in all." in page.text

    def test_more_values_on_demand(self, client: FlaskClient) -> None:
        assert "/?q=radars&facet_size=100#f-source" in _page(client, "/?q=radars").links
        page = _page(client, "/?q=radars&facet_size=100")
        assert "/?q=radars#f-source" in page.links
        assert "Show 4 more" not in page.text


class TestNothingFound:
    def test_says_what_was_searched(self, client: FlaskClient) -> None:
        text = _page(client, "/?q=zzz").text
        assert "No paragraph matches “zzz”" in text
        assert "All 87 paragraphs of 36 documents were searched." in text

    def test_filters_that_could_go_are_counted(self, client: FlaskClient) -> None:
        page = _page(client, "/?q=radars&source=The+Velmara+Courier&tag=budget&published_from=2026")
        assert "Without any filter 31" in page.text
        assert "/?q=radars" in page.links

    def test_any_of_the_words_is_offered(self, client: FlaskClient) -> None:
        page = _page(client, "/?q=course+soldiers&source=Harbour+Wire")
        assert "Any of the words 1" in page.text
        assert "/?q=course+soldiers&match=any&source=Harbour+Wire" in page.links

    def test_a_phrase_is_loosened(self, client: FlaskClient) -> None:
        page = _page(client, "/?q=%22defence+air%22")
        assert "Without quotation marks: defence air 8" in page.text

    @pytest.mark.parametrize("marks", ["“”", "„“", "«»", "‹›"])
    def test_a_phrase_in_any_marks_is_loosened(self, client: FlaskClient, marks: str) -> None:
        page = _page(client, f"/?{urlencode({'q': f'{marks[0]}defence air{marks[1]}'})}")
        assert "Without quotation marks: defence air 8" in page.text

    def test_a_way_out_over_a_bound_is_left_out(self, client: FlaskClient) -> None:
        page = _page(client, "/?q=%22" + "(" * 40 + "+zzz%22")
        assert "No paragraph matches" in page.text
        assert "Without quotation marks" not in page.text

    def test_a_way_out_that_the_engine_refuses_is_left_out(self) -> None:
        page = _page(_client(_Timid(collection())), "/?q=velmara+karsk&source=Nobody&tag=nothing")
        assert "Without source: Nobody" not in page.text
        assert "Without any filter" not in page.text

    def test_a_widened_search_says_so(self, client: FlaskClient) -> None:
        page = _page(client, "/?q=velmara+zzz+karsk")
        assert "A wider search than yours" in page.text
        assert "zzz is in no paragraph 0" in page.text
        assert "/?q=karsk" in page.links

    def test_an_empty_index_says_so(self) -> None:
        client = _client(OracleEngine([]))
        assert "loccit rebuild FOLDER" in _page(client, "/").text
        assert "There is no document in the index yet." in _page(client, "/?q=radar").text
        _page(client, "/?page=1")


class TestReader:
    def test_every_paragraph_has_its_anchor(self, client: FlaskClient) -> None:
        page = _page(client, READER)
        ids = [attributes["id"] for _, attributes in page.elements if (attributes.get("id") or "").startswith("p")]
        assert ids == [f"p{ordinal}" for ordinal in range(1, 16)]
        assert {f"#{one}" for one in ids} <= set(page.links)

    def test_hits_are_marked_counted_and_joined(self, client: FlaskClient) -> None:
        page = _page(client, f"{READER}?q=air+defence&page=2")
        assert "4 hits for air defence" in page.text
        assert "The argument about crews 1 hit " in page.text
        assert "Previous hit, ¶ 2 Next hit, ¶ 13" in page.text
        assert "/?q=air+defence&page=2" in page.links
        assert f"/api{READER}?q=air+defence" in page.links

    def test_kinds_are_elements(self, client: FlaskClient) -> None:
        html = client.get(READER).text + client.get("/documents/2024-11-09-bulletin.txt").text
        for markup in ("<h2 ", "<blockquote ", "<table ", "<li>two radars", "<pre class"):
            assert markup in html
        assert "status = relay(air_defence)\n    if status: hold()" in html

    def test_metadata_says_where_it_came_from(self, client: FlaskClient) -> None:
        text = _page(client, "/documents/2024-11-09-bulletin.txt").text
        assert "Published 2024-11-09 (from the file name)" in text
        assert "the first sentence, as the document states none" in text
        assert "Part 2 of 3 of a long paragraph" in text

    def test_pages_of_a_document_are_shown_where_they_begin(self, client: FlaskClient) -> None:
        text = _page(client, "/documents/2024-11-09-bulletin.txt").text
        assert "¶ 3 p. 2" in text
        assert "2024-11-09, p. 2, ¶ 3. http" in text
        assert "¶ 5 p. 2" not in text
        assert "p. " not in _page(client, READER).text

    def test_unknown_metadata_is_shown(self, client: FlaskClient) -> None:
        text = _page(client, READER).text
        assert "edition Sunday pages 1, 4" in text

    def test_a_long_document_stays_light(self) -> None:
        client = _client(OracleEngine([make_document("long.txt", [f"Sentence {number}." for number in range(2_000)])]))
        page = _page(client, "/documents/long.txt?q=1999")
        assert page.text.count("¶ 2000. http") == 1
        assert page.text.count("BibTeX") == 2

    def test_unknown_document(self, client: FlaskClient) -> None:
        page = _page(client, "/documents/nothing.txt?q=radar", 404)
        assert "404" in page.text
        assert ("q", "radar") in _controls(page)


class TestErrors:
    @pytest.mark.parametrize(
        ("address", "named"),
        [
            ("/?q=radar&page=abc", "page takes a whole number"),
            ("/?q=radar&page=0", "page takes a whole number"),
            ("/?q=radar&sort=best", "sort takes one of"),
            ("/?q=radar&published_from=2025&published_to=2024", "published_from"),
            ("/?q=radar&facets=colour", "facets takes"),
            (f"{READER}?q=radar&page=x", "page takes"),
        ],
    )
    def test_a_bad_value_keeps_the_form(self, client: FlaskClient, address: str, named: str) -> None:
        page = _page(client, address, 400)
        assert named in page.text
        assert ("q", "radar") in _controls(page)
        assert params.parse(_controls(page)).request.query.source == "radar"

    def test_what_was_right_stays(self, client: FlaskClient) -> None:
        sent = _controls(_page(client, "/?q=radar&source=Harbour+Wire&sort=best&page=2&foo=1", 400))
        assert sent == [("q", "radar"), ("source", "Harbour Wire")]

    def test_every_value_that_was_wrong_goes(self, client: FlaskClient) -> None:
        address = "/?q=radar&page_size=0&facet_size=0&interval=week&published_from=2025&published_to=2024&source=Harbour+Wire"
        sent = _controls(_page(client, address, 400))
        assert sent == [("q", "radar"), ("published_to", "2024"), ("source", "Harbour Wire")]
        assert params.parse(sent).request.query.source == "radar"

    @pytest.mark.parametrize("query", ["x" * 10_000, "(" * 1_000, "a " * 65])
    def test_a_query_over_a_bound_stays_in_the_box(self, client: FlaskClient, query: str) -> None:
        page = _page(client, f"/?{urlencode({'q': query})}", 400)
        assert ("q", query) in _controls(page)

    def test_unknown_address(self, client: FlaskClient) -> None:
        assert "There is nothing at this address." in _page(client, "/nowhere", 404).text

    @pytest.mark.parametrize("address", ["/", RESULTS, READER])
    def test_no_index(self, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
        page = _page(_break(monkeypatch, NoIndex(Path("index_data"))), address, 503)
        assert "No index in index_data. Run: loccit rebuild" in page.text

    def test_a_broken_index(self, monkeypatch: pytest.MonkeyPatch) -> None:
        page = _page(_break(monkeypatch, IndexCorrupt("A segment is short.")), RESULTS, 503)
        assert "A segment is short." in page.text and "loccit rebuild" in page.text


def _break(monkeypatch: pytest.MonkeyPatch, error: Exception) -> FlaskClient:
    """A reader of an index that cannot be read."""

    def fail(*_args: object, **_kwargs: object) -> NoReturn:
        raise error

    for method in ("search", "document", "recent", "status"):
        monkeypatch.setattr(OracleEngine, method, fail)
    return _client(OracleEngine([]))


class TestStart:
    def test_says_what_is_there(self, client: FlaskClient) -> None:
        page = _page(client, "/")
        assert "87 paragraphs 36 documents" in page.text
        assert "Report 23 from the coast" in page.text
        assert "/?source=The+Velmara+Courier" in page.links

    def test_every_query_to_try_finds_something(self, client: FlaskClient) -> None:
        links = [link for link in _page(client, "/").links if link.startswith("/?q=")]
        assert links
        assert 'tag:"coast"' in _page(client, "/").text

    @pytest.mark.parametrize("tag", ["very " * 65 + "long", "x" * 1_001])
    def test_a_tag_over_the_bounds_of_a_query_is_not_tried(self, tag: str) -> None:
        page = _page(_client(OracleEngine([make_document("a.txt", ["One note."], source="Harbour Wire", tag=(tag,))])), "/")
        assert 'source:"Harbour Wire"' in page.text
        assert "everything under one tag" not in page.text

    def test_nothing_is_tried_once_there_is_enough(self) -> None:
        asked: list[str] = []

        def count(request: SearchRequest) -> int:
            asked.append(request.query.source)
            return 1

        engine = OracleEngine(collection())
        shown = examples.trials(engine.search(OVERVIEW), engine.recent(RECENT), count)
        assert asked == [trial.query for trial in shown]
        assert len(shown) == 5


class TestHelp:
    def test_examples_are_links(self, client: FlaskClient) -> None:
        page = _page(client, "/help")
        for query in (
            "missile defense",
            "=missiles",
            '"air defense network"',
            "radar -drone",
            "interc*",
            "zelensky~",
            "patriot^2 radar",
        ):
            assert f"/?{urlencode({'q': query})}" in page.links

    def test_what_the_engine_cannot_do_is_not_taught(self) -> None:
        text = _page(_client(_Plain([])), "/help").text
        assert "interc*" not in text and "zelensky~" not in text and '"air defense"~5' not in text
        assert "=missiles" in text

    def test_no_example_is_misread(self, client: FlaskClient) -> None:
        for link in _page(client, "/help").links:
            if link.startswith("/?q="):
                assert params.parse(parse_qsl(urlsplit(link).query)).request.query.warnings == ()


class _Timid(OracleEngine):
    """An engine to which every search without a source is over a bound."""

    def search(self, request: SearchRequest) -> SearchResponse:
        if all(one.field != "source" for one in request.filters):
            raise QueryError("The query finds too much.")
        return super().search(request)


class _Plain(OracleEngine):
    """An engine without the costly parts of the language."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(wildcard=False, fuzzy=False, slop=False)


class TestTheme:
    def test_is_remembered(self) -> None:
        client = _client(OracleEngine(collection()))
        response = client.post("/theme", data={"theme": "dark", "back": "/?q=radars"})
        assert (response.status_code, response.headers["Location"]) == (303, "/?q=radars")
        assert 'data-theme="dark"' in client.get("/help").text
        client.post("/theme", data={"theme": "auto", "back": "/"})
        assert "data-theme" not in client.get("/help").text

    @pytest.mark.parametrize(
        "back", ["https://example.org/", "//example.org", "/\\example.org", "/a\r\nX: y", "javascript:x", "", "x"]
    )
    def test_never_leads_elsewhere(self, client: FlaskClient, back: str) -> None:
        assert client.post("/theme", data={"theme": "light", "back": back}).headers["Location"] == "/"

    def test_an_unknown_theme_is_refused(self, client: FlaskClient) -> None:
        assert client.post("/theme", data={"theme": "pink"}).status_code == 400

    def test_an_odd_cookie_is_ignored(self) -> None:
        client = _client(OracleEngine([]))
        client.set_cookie("theme", '"><script>')
        assert "data-theme" not in client.get("/help").text

    def test_goes_back_to_the_page(self, client: FlaskClient) -> None:
        page = _page(client, RESULTS)
        assert [attributes["value"] for _, attributes in page.elements if attributes.get("name") == "back"] == [RESULTS]


def test_crawlers_are_kept_out(client: FlaskClient) -> None:
    response = client.get("/robots.txt")
    assert (response.mimetype, response.text) == ("text/plain", "User-agent: *\nDisallow: /\n")


@pytest.mark.parametrize("address", ["/favicon.ico", "/static/favicon.svg"])
def test_there_is_an_icon(client: FlaskClient, address: str) -> None:
    with client.get(address) as response:
        assert response.mimetype == "image/svg+xml"
