"""URLs and requests: exact inverses, and a refusal that helps for everything else."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indexer.errors import ParameterError, QueryError
from indexer.fields import FACETS, HISTOGRAM
from indexer.search import syntax
from indexer.search.query import EMPTY_QUERY, ParsedQuery
from indexer.search.request import Filter, Interval, Match, SearchRequest, Snippet, Sort
from webapp import params

Pairs = list[tuple[str, str]]

ALL_FACETS = (*FACETS, HISTOGRAM)
NAMES = [parameter.name for parameter in params.PARAMETERS]

_pieces = st.sampled_from(
    ("radar", "Ostrel's", "=ports", '"air defence"', "OR", "-night", "title:", "(", ")", '"', "*", "~2", "^2", "&a=b")
)
_sources = st.lists(_pieces, max_size=6).map(" ".join) | st.text(max_size=20)
_values = st.text(min_size=1, max_size=8).filter(str.strip) | st.sampled_from(
    ("Ostrel Daily", "a, b", "x&y=z", "50% + #1", "none")
)
_dates = st.sampled_from((None, "1946", "2025", "2025-05", "2025-05-19"))


def read(source: str, match: Match) -> ParsedQuery:
    """A query as a URL gives it."""
    if not source.strip():
        return EMPTY_QUERY
    try:
        return syntax.parse(source, match)
    except QueryError:
        assume(False)
        raise


@st.composite
def requests(draw: st.DrawFn) -> SearchRequest:
    """Any request that a URL can ask for."""
    match = draw(st.sampled_from(Match))
    page_size = draw(st.integers(1, 100))
    first, last = draw(_dates), draw(_dates)
    assume(first is None or last is None or first[:4] < last[:4] or (first, last) == ("2025", "2025-05"))
    filters = []
    for field in FACETS:
        included, excluded = draw(st.tuples(*[st.lists(_values, unique=True, max_size=2).map(tuple)] * 2))
        if included or excluded:
            filters.append(Filter(field, included, excluded))
    chosen = draw(st.sets(st.sampled_from(ALL_FACETS)))
    return SearchRequest(
        query=read(draw(_sources), match),
        match=match,
        page=draw(st.integers(1, 10_000 // page_size)),
        page_size=page_size,
        sort=draw(st.sampled_from((None, Sort.NEWEST, Sort.OLDEST, Sort.DOCUMENT))),
        filters=tuple(filters),
        published_from=first,
        published_to=last,
        facets=tuple(name for name in ALL_FACETS if name in chosen),
        facet_size=draw(st.integers(1, 1000)),
        interval=draw(st.none() | st.sampled_from(Interval)),
        snippet=draw(st.sampled_from(Snippet)),
        explain=draw(st.booleans()),
    )


@given(requests())
def test_parsing_undoes_writing(asked: SearchRequest) -> None:
    assert params.parse(params.write(asked)) == params.ParsedParams(asked)
    as_typed = parse_qsl(params.query_string(asked), keep_blank_values=True)
    assert params.parse(as_typed).request == asked


@given(requests(), requests())
def test_a_query_string_can_be_changed_into_any_other(asked: SearchRequest, other: SearchRequest) -> None:
    assert params.query_string(asked) == urlencode([(name, params.encodable(value)) for name, value in params.write(asked)])
    values: dict[str, tuple[str, ...]] = dict.fromkeys(NAMES, ())
    for name, value in params.write(other):
        values[name] += (value,)
    assert params.QueryString(asked).changed(**values) == params.query_string(other)
    assert params.QueryString(asked).changed() == params.query_string(asked)


_numbers = st.sampled_from(("1", "2", "007", " 3 ", "100", "101", "0", "-1", "abc", "1e3", "٣", ""))
_any_value = {
    "q": _sources,
    "page": _numbers,
    "page_size": _numbers,
    "facet_size": _numbers,
    "sort": st.sampled_from(("", "relevance", "newest", "Newest", "score")),
    "match": st.sampled_from(("", "all", "any", "some")),
    "interval": st.sampled_from(("", "day", "week")),
    "facets": st.sampled_from(("", "none", "kind,source", "source , source", "published", "sorce", ",", ",".join(ALL_FACETS))),
    "published_from": st.sampled_from(("", "2024", "2025-05", "2025-02-30", "May")),
    "published_to": st.sampled_from(("", "2025", "2023-05-01", "2025-05-19T10:00")),
}
_pair = st.sampled_from([*NAMES, "utm_source", "pgae"]).flatmap(
    lambda name: st.tuples(st.just(name), _any_value.get(name, st.sampled_from(("", " ", "a", "b", "a b"))))
)


@given(st.lists(_pair, max_size=8))
def test_writing_is_canonical(pairs: Pairs) -> None:
    try:
        request = params.parse(pairs).request
    except ParameterError as error:
        assert error.parameter in NAMES
        assert error.parameter in str(error) or isinstance(error, QueryError)
        return
    written = params.write(request)
    assert params.parse(written) == params.ParsedParams(request)
    assert [name for name in NAMES if name in dict(written)] == list(dict(written))
    assert all(value.strip() for _, value in written)
    assert params.write(params.parse([*pairs, *pairs]).request) == written


def test_a_askedwithout_anything_is_written_without_anything() -> None:
    assert params.write(SearchRequest()) == ()
    assert params.parse([]) == params.ParsedParams(SearchRequest())


def test_what_is_as_it_would_be_anyway_is_left_out() -> None:
    spelled_out = {
        "page": "1",
        "page_size": "10",
        "match": "all",
        "sort": "relevance",
        "facets": ",".join(ALL_FACETS),
        "facet_size": "10",
    }
    assert params.write(params.parse(spelled_out.items()).request) == ()


def test_the_order_of_the_table_is_the_order_of_the_url() -> None:
    pairs = [("interval", "day"), ("exclude_source", "B"), ("source", "C"), ("source", "A"), ("page", "2"), ("q", "radar")]
    request = params.parse(pairs).request
    assert params.query_string(request) == "q=radar&page=2&source=C&source=A&exclude_source=B&interval=day"


def test_the_table_holds_every_parameter_once() -> None:
    filters = [name for facet in FACETS for name in (facet, f"exclude_{facet}")]
    before, after = (
        ["q", "page", "page_size", "sort", "match"],
        ["published_from", "published_to", "facets", "facet_size", "interval", "snippet", "explain"],
    )
    assert [*before, *filters, *after] == NAMES
    assert [parameter.name for parameter in params.PARAMETERS if parameter.repeatable] == filters


def test_empty_parameters_are_ignored() -> None:
    pairs = [(name, blank) for name in (*NAMES, "anything") for blank in ("", " \t")]
    assert params.parse(pairs) == params.ParsedParams(SearchRequest())


def test_filters_are_read_field_by_field() -> None:
    pairs = [("tag", "ports"), ("exclude_source", "B"), ("source", "A"), ("source", "A"), ("tag", " ports")]
    assert params.parse(pairs).request.filters == (Filter("source", ("A",), ("B",)), Filter("tag", ("ports", " ports")))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("none", ()),
        ("tag", ("tag",)),
        ("published, source,source,", ("source", "published")),
        (",".join(reversed(ALL_FACETS)), ALL_FACETS),
    ],
)
def test_facets(value: str, expected: tuple[str, ...]) -> None:
    assert params.parse([("facets", value)]).request.facets == expected


@pytest.mark.parametrize(
    ("name", "value", "takes"),
    [
        ("page", "0", "a whole number from 1"),
        ("page", "abc", "a whole number from 1"),
        ("page", "-1", "a whole number from 1"),
        ("page", "1.0", "a whole number from 1"),
        ("page", "1_0", "a whole number from 1"),
        ("page", "٣", "a whole number from 1"),
        ("page", "9" * 5000, "a whole number from 1"),
        ("page_size", "0", "a whole number from 1 to 100"),
        ("page_size", "101", "a whole number from 1 to 100"),
        ("facet_size", "1001", "a whole number from 1 to 1000"),
        ("sort", "date", "one of relevance, newest, oldest, document"),
        ("match", "none", "one of all, any"),
        ("interval", "week", "one of year, month, day"),
        ("published_from", "19.5.2025", "a date such as 2025, 2025-05 or 2025-05-19"),
        ("published_from", "2025-02-29", "a date such as"),
        ("published_to", "2025-05-19T10:00", "a date such as"),
        ("published_to", "0000", "a date such as"),
        ("facets", "sauce", "none, or names with commas between: source, author"),
        ("facets", "none,source", "none, or names"),
        ("facets", ",", "none, or names"),
        ("explain", "0", "1; not '0'"),
        ("explain", "yes", "1; not 'yes'"),
    ],
)
def test_a_bad_value_is_refused_with_what_the_parameter_takes(name: str, value: str, takes: str) -> None:
    with pytest.raises(ParameterError) as caught:
        params.parse([(name, value)])
    assert caught.value.parameter == name
    assert str(caught.value).startswith(f"{name} takes {takes}")
    assert len(str(caught.value)) < 250


def test_a_scalar_may_be_repeated_but_not_contradicted() -> None:
    assert params.parse([("q", "radar"), ("q", ""), ("q", "radar")]).request.query.source == "radar"
    with pytest.raises(ParameterError, match=r"^q was given more than once: 'radar' and 'ports'\.$") as caught:
        params.parse([("q", "radar"), ("q", "ports")])
    assert caught.value.parameter == "q"


def test_filter_values_are_bounded() -> None:
    most = [("source", f"Post {number}") for number in range(60)] + [("exclude_tag", f"tag {number}") for number in range(40)]
    assert len(params.parse([*most, *most]).request.filters) == 2
    with pytest.raises(
        ParameterError, match=r"^source has 60 of 101 filter values; at most 100 are allowed in all\.$"
    ) as caught:
        params.parse([*most, ("kind", "code")])
    assert caught.value.parameter == "source"


def test_a_lone_surrogate_is_no_fault() -> None:
    request = SearchRequest(query=syntax.parse("radar \udcff", Match.ALL), filters=(Filter("tag", ("\ud800",)),))
    assert params.query_string(request) == "q=radar+%EF%BF%BD&tag=%EF%BF%BD"


def test_pages_end_at_the_ten_thousandth_hit() -> None:
    assert params.parse([("page", "100"), ("page_size", "100")]).request.page == 100
    with pytest.raises(ParameterError, match="with 100 a page, page takes 1 to 100") as caught:
        params.parse([("page", "101"), ("page_size", "100")])
    assert caught.value.parameter == "page"
    with pytest.raises(ParameterError, match="with 10 a page, page takes 1 to 1,000"):
        params.parse([("page", "1001")])


@pytest.mark.parametrize(
    ("first", "last"), [("2025-05", "2025"), ("2025", "2025-05"), ("2025", "2025"), ("2024-12-31", "2025")]
)
def test_ranges_that_hold_a_day(first: str, last: str) -> None:
    request = params.parse([("published_from", first), ("published_to", f" {last} ")]).request
    assert (request.published_from, request.published_to) == (first, last)


@pytest.mark.parametrize(("first", "last"), [("2025", "2024"), ("2025-05-20", "2025-05-19"), ("2025-06", "2025-05-31")])
def test_a_range_that_ends_before_it_starts_is_refused(first: str, last: str) -> None:
    with pytest.raises(ParameterError, match=rf"published_from \({first}\) .* no later than published_to \({last}\)") as caught:
        params.parse([("published_from", first), ("published_to", last)])
    assert caught.value.parameter == "published_from"


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("pagesize", "page_size"),
        ("page-size", "page_size"),
        ("Sort", "sort"),
        ("sources", "source"),
        ("exclude_sorce", "exclude_source"),
        ("published_form", "published_from"),
        ("zzz", None),
        ("x" * 100_000, None),
    ],
)
def test_an_unknown_name_is_told_its_nearest(name: str, near: str | None) -> None:
    parsed = params.parse([(name, "1"), ("q", "radar"), (name, "2")])
    assert parsed.unknown == (name,)
    assert parsed.request.query.source == "radar"
    assert params.nearest(name) == near
    advice = f"Did you mean {near}?" if near else "This address takes q, page, page_size"
    with pytest.raises(ParameterError) as caught:
        params.refuse_unknown(parsed.unknown)
    assert caught.value.parameter == name
    assert advice in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(("name", "expected"), [("utm_source", True), ("fbclid", True), ("utm", False), ("q", False)])
def test_click_counters_are_recognised(name: str, expected: bool) -> None:
    assert params.is_tracking(name) is expected


def test_a_paragraph_takes_context_and_a_document_does_not() -> None:
    pairs = [("q", "radar"), ("match", "any"), ("context", "10")]
    asked = params.parse_document(pairs, params.PARAGRAPH_PARAMETERS)
    assert (asked.query.source, asked.match, asked.context, asked.unknown) == ("radar", Match.ANY, 10, ())
    assert params.parse_document(pairs).unknown == ("context",)
    for value in ("11", "-1", "one"):
        with pytest.raises(ParameterError, match=r"^context takes a whole number from 0 to 10;"):
            params.parse_document([("context", value)], params.PARAGRAPH_PARAMETERS)
