"""The links of a results page: each is the search that it says, in the one way in which that search is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from indexer.fields import FACETS
from indexer.search.request import Filter, SearchRequest
from tests.webapp.test_params import requests
from webapp import links, params


def _asked(url: str) -> SearchRequest:
    return params.parse(parse_qsl(urlsplit(url).query, keep_blank_values=True)).request


@given(requests(), st.integers(1, 100))
def test_a_page(request: SearchRequest, number: int) -> None:
    assert links.SearchLinks(request).page(number) == links.search_url(replace(request, page=number))


@given(requests(), st.dates(), st.dates())
def test_a_stretch_of_days(request: SearchRequest, first: date, last: date) -> None:
    within = replace(request, published_from=first.isoformat(), published_to=last.isoformat(), page=1)
    assert links.SearchLinks(request).within(first.isoformat(), last.isoformat()) == links.search_url(within)


@given(requests(), st.sampled_from((1, 10, 100)), st.booleans())
def test_the_same_page_otherwise(request: SearchRequest, facet_size: int, explain: bool) -> None:
    of = links.SearchLinks(request)
    assert of.sized(facet_size) == links.search_url(replace(request, facet_size=facet_size))
    assert of.explained(explain) == links.search_url(replace(request, explain=explain))
    assert of.unfiltered() == links.search_url(links.without_filters(request))
    assert of.api() == links.api_url(request)


@given(requests(), st.sampled_from(FACETS), st.sampled_from(("Ostrel Daily", "x&y=z", "50% + #1", "Łukasz")))
def test_a_value_more(request: SearchRequest, field: str, value: str) -> None:
    url = links.SearchLinks(request).filtered(field, value)
    asked = _asked(url)
    assert url == links.search_url(asked)
    before = next((one for one in request.filters if one.field == field), Filter(field))
    after = next(one for one in asked.filters if one.field == field)
    assert after.included == (*(one for one in before.included if one != value), value)
    assert after.excluded == tuple(one for one in before.excluded if one != value)
    others = tuple(one for one in request.filters if one.field != field)
    assert replace(asked, filters=tuple(one for one in asked.filters if one.field != field)) == replace(
        request, filters=others, page=1
    )


@given(requests(), st.integers(1, 9))
def test_a_place_in_a_document(request: SearchRequest, ordinal: int) -> None:
    url = links.SearchLinks(request).document("wire:número.txt", ordinal)
    assert url == links.document_url("wire:número.txt", request, ordinal)
    assert _asked(url) == request
    assert url.endswith(f"#p{ordinal}")


def test_a_search_for_everything_is_not_the_start_page() -> None:
    assert links.SearchLinks(SearchRequest(page=3)).page(1) == links.search_url(SearchRequest()) == "/?page=1"
