"""Expansion: the forms that wildcards and fuzzy words stand for, against the plainest ways to tell."""

from __future__ import annotations

import fnmatch
import time
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.errors import QueryError
from indexer.search.analysis import tokenize
from indexer.search.embedded import EmbeddedEngine
from indexer.search.query import All, Any, Fuzzy, Node, ParsedQuery, Wildcard
from indexer.search.request import SearchRequest
from tests import matching
from tests.engines.pages import all_pages
from tests.records import make_document
from tests.search.embedded.folders import make_index, make_segments

AT_ONCE = 2.0
MOST_FORMS = 5_000


def _vocabulary() -> list[str]:
    """All the words of up to three letters, some longer ones, and some that are folded, joined or numbers."""
    random = Random(9)
    short = ["".join(letters) for size in (1, 2, 3) for letters in product("abcд", repeat=size)]
    longer = ["".join(random.choices("abcд", k=random.randint(4, 9))) for _ in range(150)]
    special = (
        "F-16 F16 air-defense airdefense Zoë café naïve co-op-shop coop 1,000 1000 1.5 U.S. o’neill 𐍈𐍉 x_y Straße ʼn ﬁn".split()
    )
    return sorted({*short, *longer, *special, "harbor", "harbors", "harbour", "a" * 60})


WORDS = _vocabulary()
FORMS = {word: {token.form for token in tokenize(word)} for word in WORDS}

_letters = st.text("abcд", min_size=1, max_size=9)
_patterns = st.text("abcд?*", min_size=1, max_size=6) | st.text("acefhirs1?*.[]^$+(){}|\\", min_size=1, max_size=6)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, kernels: str) -> EmbeddedEngine:
    """Each word of the vocabulary is a record, its title and its author."""
    documents = [make_document(f"{number}.md", [word], title=word, author=(word,)) for number, word in enumerate(WORDS)]
    folder = tmp_path_factory.mktemp("forms") / "index_data"
    return EmbeddedEngine(make_segments(folder, [documents[::2], documents[1::2]]), kernels)


def _found(engine: EmbeddedEngine, node: Node) -> list[str]:
    answers = all_pages(engine, SearchRequest(ParsedQuery(tree=node, scored=True), page_size=100, facets=()))
    return sorted(hit.paragraph.text for answer in answers for hit in answer.hits)


def _holding(accepted: Iterable[str]) -> list[str]:
    """The words with a form that is accepted."""
    forms = set(accepted)
    return [word for word in WORDS if not forms.isdisjoint(FORMS[word])]


def _all_forms() -> set[str]:
    return set().union(*FORMS.values())


_fields = st.sampled_from((None, None, "title", "author"))


@settings(max_examples=60)
@given(word=_letters | st.sampled_from(WORDS), distance=st.sampled_from((None, 0, 1, 2, 3)), field=_fields)
@example("harbro", 1, None)
@example("ca", 2, None)
@example("aridefense", 1, None)
@example("a" * 59, 1, "title")
def test_fuzzy_words_stand_for_the_forms_within_the_distance(
    engine: EmbeddedEngine, word: str, distance: int | None, field: str | None
) -> None:
    wanted = tokenize(word)[-1].form
    most = distance if distance is not None else 1 if len(wanted) <= 5 else 2
    expected = _holding(form for form in _all_forms() if matching.edits(wanted, form) <= most)
    assert _found(engine, Fuzzy(word, distance=distance, field=field)) == expected


@settings(max_examples=80)
@given(pattern=_patterns, field=_fields)
@example("*", None)
@example("?", "author")
@example("**", None)
@example("h*rbo*?", None)
@example("*д*", "title")
@example("f1?", None)
@example("co?psh*", None)
def test_patterns_match_as_the_shell_does(engine: EmbeddedEngine, pattern: str, field: str | None) -> None:
    shell = pattern.replace("[", "[[]").replace(".", "")
    expected = _holding(form for form in _all_forms() if fnmatch.fnmatchcase(form, shell))
    assert _found(engine, Wildcard(pattern, field=field)) == expected


@given(pattern=st.sampled_from(("har*", "?oё", "F1?", "*д?", "a*")), word=st.sampled_from(("harbr", "zeo", "f61")))
def test_marks_are_the_words_that_are_stood_for(engine: EmbeddedEngine, pattern: str, word: str) -> None:
    for node in (Wildcard(pattern), Fuzzy(word, distance=1), Any((Wildcard(pattern), Fuzzy(word, distance=1)))):
        answer = engine.search(SearchRequest(ParsedQuery(tree=node, scored=True), page_size=100, facets=()))
        for hit in answer.hits:
            found = matching.match(node, hit.document, hit.paragraph)
            assert found is not None
            assert hit.spans == matching.merge(found.text)


def test_hyphenated_patterns_are_their_parts_in_order_or_joined(engine: EmbeddedEngine) -> None:
    assert _found(engine, Wildcard("air-def*")) == ["air-defense", "airdefense"]
    assert _found(engine, Wildcard("F-1?")) == ["F-16", "F16"]
    assert _found(engine, Wildcard("op-sh*")) == ["co-op-shop"]
    assert _found(engine, Wildcard("shop-co*")) == []
    assert _found(engine, Fuzzy("air-defnse")) == ["air-defense", "airdefense"]


def _total(engine: EmbeddedEngine, *nodes: Node) -> int:
    return engine.search(SearchRequest(ParsedQuery(tree=Any(nodes), scored=True), facets=())).total


@pytest.mark.parametrize("segments", [1, 2])
def test_a_pattern_stands_for_so_many_words_and_no_more(tmp_path: Path, segments: int) -> None:
    words = [f"ab{number:05}" for number in range(MOST_FORMS)]
    half = len(words) // 2
    documents = [make_document("a.md", [" ".join(words[:half])]), make_document("b.md", [" ".join(words[half:])])]
    groups = [documents] if segments == 1 else [[one] for one in documents]
    engine = EmbeddedEngine(make_segments(tmp_path / "full", groups), "numpy")
    assert _total(engine, Wildcard("ab*")) == 2
    assert _total(engine, Wildcard("ab*"), Wildcard("*0")) == 2
    over = [*groups, [make_document("c.md", ["abc"])]]
    engine = EmbeddedEngine(make_segments(tmp_path / "over", over), "numpy")
    for node in (Wildcard("ab*"), Wildcard("?b*", field="text"), All((Wildcard("absent*"), Wildcard("ab*")))):
        with pytest.raises(QueryError, match=r"b\* stands for more than 5,000 words\. Add a letter\."):
            _total(engine, node)
    assert _total(engine, Wildcard("ab0*")) == 2
    assert _total(engine, Wildcard("abc*"), Fuzzy("abc")) == 1


def test_patterns_of_many_stars_are_answered_at_once(tmp_path: Path) -> None:
    engine = EmbeddedEngine(make_index(tmp_path / "index_data", [make_document("a.md", ["a" * 36 + "c harbor"])]), "numpy")
    for stars in (8, 100):
        begin = time.process_time()
        assert _total(engine, Wildcard("*a" * stars + "*b")) == 0
        assert _total(engine, Wildcard("*a" * min(stars, 36) + "*c")) == 1
        assert time.process_time() - begin < AT_ONCE


def test_expansions_of_an_empty_index_are_empty(tmp_path: Path, kernels: str) -> None:
    engine = EmbeddedEngine(make_index(tmp_path / "index_data", []), kernels)
    assert _total(engine, Wildcard("a*b"), Fuzzy("harbor"), Wildcard("*x", field="author"), Fuzzy("air", field="title")) == 0
