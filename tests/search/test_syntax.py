"""The query language: its contract case by case, its bounds, and what holds for any input whatever."""

from __future__ import annotations

from collections.abc import Iterator
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import QueryError
from indexer.fields import FIELD_BY_NAME
from indexer.search.analysis import tokenize
from indexer.search.query import EVERYTHING, NOTHING, All, Any, Node, ParsedQuery, Phrase, Wildcard, Word
from indexer.search.quotations import pair_quotations
from indexer.search.request import MAX_PAGE_SIZE, Match, SearchRequest
from indexer.search.syntax import MAX_CHARACTERS, MAX_NESTING, MAX_TERMS, parse
from indexer.search.variants import spellings
from tests.oracle import OracleEngine
from tests.query_cases import CASES, RECORDS, QueryCase, notation

FRAGMENTS = (
    *(
        "(",
        ")",
        '"',
        "“",
        "”",
        "„",
        "«",
        "»",
        "‹",
        "›",
        "'",
        "’",
        "-",
        "--",
        "=",
        "~",
        "~2",
        "~99999999999",
        "^",
        "^2",
        "^1e999",
    ),
    *("[", "]", " TO ", "[2025 TO ", "published:", "2025-05", "title:", "source:", "nothing:", "http://", ":", "*", "?", "**"),
    *(" ", "\t", "\n", "\u00a0", "\x00", "\x1f", "\ud800", "\udfff", "\u00ad", "\u0301", "ﾞ", "😀", "½", "İ", "!"),
    *(" OR ", " AND ", " NOT ", "OR", "NOT", "or", "the", "umerov", "F-16", "U.S.", "1,000", "interc", "x", "’s", "9" * 400),
)
# Characters that the language gives no meaning, among letters of several scripts.
PLAIN = st.text(st.sampled_from("aBéłßжїक्न日19 ,.;/’'_@\u00ad\u0301"), max_size=60)
QUERIES = st.one_of(
    st.text(max_size=60),
    st.text(st.characters(), max_size=60),
    st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join),
    st.lists(st.sampled_from(FRAGMENTS), max_size=30).map(" ".join),
)


def parse_or_refuse(query: str, match: Match = Match.ALL) -> ParsedQuery | None:
    """The query, read; None where it is over a bound."""
    try:
        return parse(query, match)
    except QueryError as error:
        assert "at most" in str(error)
        return None


def walk(node: Node, excluded: bool = False) -> Iterator[tuple[Node, bool]]:
    """Every node of a tree, and whether an exclusion holds it."""
    yield node, excluded
    if isinstance(node, All | Any):
        for child in node.children:
            yield from walk(child, excluded)
    if isinstance(node, All):
        for child in node.excluded:
            yield from walk(child, True)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_parser_gives_the_tree_of_the_case(case: QueryCase) -> None:
    parsed = parse(case.query, case.match)
    assert notation(parsed.tree) == case.tree
    assert parsed.source == case.query
    if case.warning is None:
        assert parsed.warnings == ()
    else:
        assert any(case.warning in warning for warning in parsed.warnings), parsed.warnings
    if case.relaxed is not None:
        assert parsed.relaxed is not None
        assert notation(parsed.relaxed) == case.relaxed


def test_the_cases_use_every_record_and_tell_queries_apart() -> None:
    documents = {int(record.metadata.id) for record in RECORDS}
    named = {number for case in CASES for number in case.matching}
    assert named == documents
    assert len({(case.query, case.match) for case in CASES}) == len(CASES)
    assert all(tuple(sorted(case.matching)) == case.matching for case in CASES)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("x" * 10_000, "The query has 10,000 characters; at most 1,000 are allowed."),
        (" " * 1_001, "The query has 1,001 characters; at most 1,000 are allowed."),
        ("a " * 65, "The query has 65 terms; at most 64 are allowed."),
        ('"' + "a " * 65 + '"', "The query has 65 terms; at most 64 are allowed."),
        ("a-" * 64 + "a", "The query has 65 terms; at most 64 are allowed."),
        ("-a OR " * 65 + "b", "The query has 66 terms; at most 64 are allowed."),
        ("[2025 TO] " * 65, "The query has 65 terms; at most 64 are allowed."),
        ("title:" + "a/" * 65, "The query has 65 terms; at most 64 are allowed."),
        ("(" * 500 + "a" + ")" * 499, "The query has 500 levels of parentheses; at most 20 are allowed."),
        ("(" * 1_000, "The query has 1,000 levels of parentheses; at most 20 are allowed."),
        (")" * 30 + "(" * 21, "The query has 21 levels of parentheses; at most 20 are allowed."),
        ("-(" * 21 + "a" + ")" * 21, "The query has 21 levels of parentheses; at most 20 are allowed."),
    ],
)
def test_a_query_over_a_bound_is_refused_by_name(query: str, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert str(caught.value) == message
    assert caught.value.parameter == "q"


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("x" * MAX_CHARACTERS, "x" * MAX_CHARACTERS),
        ("a " * MAX_TERMS, f"all({', '.join('a' * MAX_TERMS)})"),
        ("(" * MAX_NESTING + "a b" + ")" * MAX_NESTING, "all(a, b)"),
        ("()" * 499 + "a", "a"),
        (")" * 999 + "a", "a"),
        ("()" * 30 + ")" * 30 + "(" * MAX_NESTING + "a", "a"),
        ('"' + "(" * 900 + 'a"', '"' + "(" * 900 + 'a"'),
        ("😀" * 999 + "a", "a"),
    ],
)
def test_a_query_at_a_bound_is_read(query: str, tree: str) -> None:
    assert notation(parse(query).tree) == tree


@pytest.mark.parametrize(
    "query", ["x" * 10_000, "(" * 1_000, ")" * 1_000, "()" * 500, '"' * 999, "“„" * 500, "[" * 1_000, "-" * 1_000]
)
def test_hostile_queries_are_answered_at_once(query: str) -> None:
    start = process_time()
    parse_or_refuse(query)
    assert process_time() - start < 0.1


@given(QUERIES, st.sampled_from(Match))
def test_nothing_but_a_query_error_is_raised(query: str, match: Match) -> None:
    parsed = parse_or_refuse(query, match)
    if parsed is None:
        return
    assert parsed == parse(query, match)
    assert parsed.source == query
    for warning in parsed.warnings:
        assert warning.endswith(".")
        assert warning.encode().decode() == warning
    assert len(set(parsed.warnings)) == len(parsed.warnings)


@given(QUERIES)
def test_every_node_keeps_the_promises_of_its_type(query: str) -> None:
    parsed = parse_or_refuse(query)
    if parsed is None:
        return
    for node, excluded in walk(parsed.tree):
        assert 0 < node.weight < float("inf")
        if isinstance(node, Word):
            assert len([token for token in tokenize(node.text) if token.length > 1]) <= 1
            assert node.bare == (not excluded and not node.exact and node.field is None)
        elif isinstance(node, Phrase):
            assert tokenize(node.text)
        elif isinstance(node, Wildcard):
            assert sum(character.isalnum() for character in node.pattern) >= 2
        elif isinstance(node, All | Any):
            assert node in (EVERYTHING, NOTHING) or len(node.children) > 1 or (isinstance(node, All) and node.excluded)
        assert getattr(node, "field", None) in (None, *FIELD_BY_NAME)


@given(QUERIES)
def test_what_has_words_is_never_read_as_nothing_without_a_warning(query: str) -> None:
    parsed = parse_or_refuse(query)
    if parsed is not None and parsed.tree == EVERYTHING:
        assert not query.strip()
    if parsed is not None and parsed.tree == NOTHING:
        assert parsed.warnings
        assert not parsed.scored


@given(PLAIN)
def test_plain_text_is_its_words(text: str) -> None:
    parsed = parse(text)
    words = [node for node, _ in walk(parsed.tree) if isinstance(node, Word)]
    assert [token.form for word in words for token in tokenize(word.text)] == [token.form for token in tokenize(text)]


@given(PLAIN, st.sampled_from(("“{}", "({}", "{})", '{}"', "OR {}", "{} AND")))
def test_what_does_not_parse_is_its_words_and_a_warning(text: str, broken: str) -> None:
    parsed = parse(broken.format(text))
    if tokenize(text):
        assert parsed.tree == parse(text).tree
        assert parsed.warnings


@pytest.mark.parametrize(
    ("query", "relaxed"),
    [
        ("a b", "any(a, b)"),
        ("a b^2 -c", "all(any(a, b^2), not:c)"),
        ('a b "c d" title:e =f', 'all(any(a, b), "c d", title:e, =f)'),
        ("a b c OR d (e f)", "all(any(a, b), any(c, d), all(e, f))"),
        ("a OR NOT b c", "all(any(a, c), not:b)"),
        ("a", None),
        ('a "b"', None),
        ("a b*c d~", None),
        ("a OR b", None),
        ("(a) b c", "all(any(b, c), a)"),
        ("(a) b", None),
        ("(a b)", None),
        ("a (b c)", None),
        ("-a -b", None),
        ("", None),
    ],
)
def test_two_bare_words_in_the_top_group_relax(query: str, relaxed: str | None) -> None:
    parsed = parse(query)
    assert (None if parsed.relaxed is None else notation(parsed.relaxed)) == relaxed
    any_word = parse(query, Match.ANY)
    assert any_word.relaxed is None
    assert any_word.tree == (parsed.relaxed or parsed.tree)


@pytest.mark.parametrize(
    ("query", "scored"),
    [
        ("a", True),
        ("-a", False),
        ("", False),
        ("!!!", False),
        ("-a -(b c) NOT d", False),
        ("(-a)", False),
        ("-(-a)", False),
        ("a -b", True),
        ("a OR (-b)", True),
        ("source:UN", True),
        ("published:2025", True),
        ("-published:2025", False),
    ],
)
def test_exclusions_alone_are_not_scored(query: str, scored: bool) -> None:
    assert parse(query).scored is scored


def test_words_of_an_exclusion_are_not_bare() -> None:
    words = [node for node, _ in walk(parse('a -(the (b OR "c") d/e) f').tree) if isinstance(node, Word)]
    assert {word.text: word.bare for word in words} == {"a": True, "f": True, "the": False, "b": False, "d": False, "e": False}


def test_operators_alone_have_one_warning() -> None:
    assert parse("(OR AND").warnings == ("“(OR AND” joins no words; it is searched as plain words.",)


def test_quotation_marks_without_partners_are_found_in_linear_time() -> None:
    start = process_time()
    assert pair_quotations("«„" * 50_000) == (" " * 100_000, {})
    assert process_time() - start < 1


def test_a_warning_quotes_what_can_be_printed() -> None:
    (warning,) = parse("published:\x07\udcff" + "x" * 200).warnings
    assert warning.startswith(f"“published:\ufffd\ufffd{'x' * 47}…” states no date")


@pytest.fixture(scope="module")
def oracle() -> OracleEngine:
    """The records of the cases under brute force."""
    return OracleEngine(RECORDS, spellings().of)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_records_of_the_case_answer(case: QueryCase, oracle: OracleEngine) -> None:
    response = oracle.search(SearchRequest(parse(case.query, case.match), case.match, page_size=MAX_PAGE_SIZE))
    assert sorted(int(hit.document.id) for hit in response.hits) == list(case.matching)
    assert response.relaxed is (case.relaxed is not None)
