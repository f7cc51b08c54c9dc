"""Several words that count as one word find it, in every engine, and it finds them."""

from __future__ import annotations

import itertools
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.config import Settings
from indexer.search.engine import SearchEngine, open_engine
from indexer.search.request import SearchRequest
from indexer.search.syntax import parse
from tests.conftest import ENGINES, index_settings, make_document, write_index
from tests.oracle import OracleEngine

_SEVERAL, _ONE = "harbour watch office", "hwo"
_WORDS = [*_SEVERAL.split(), _ONE, "report"]
_DRAWN = random.Random(5)
SHELF = [
    make_document(f"{number:03}.txt", [" ".join(_DRAWN.choices(_WORDS, k=_DRAWN.randint(1, 6))).capitalize() + "."])
    for number in range(300)
]


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SearchEngine:
    """An engine that knows the synonym, over texts of its words in every order."""
    folder = tmp_path_factory.mktemp("synonyms")
    return open_engine(with_synonyms(index_settings(folder / "index_data", request.param), folder))


def with_synonyms(settings: Settings, folder: Path) -> Settings:
    """Settings with a file of synonyms, and the shelf indexed."""
    path = folder / "synonyms.txt"
    path.write_text("HWO, Harbour Watch Office\n", encoding="utf-8")
    write_index(settings, SHELF)
    return replace(settings, synonyms=path)


def found(engine: SearchEngine, query: str) -> dict[str, set[tuple[int, int]]]:
    """What is marked in each document that is found."""
    hits = engine.search(SearchRequest(query=parse(query), facets=(), page_size=len(SHELF))).hits
    return {hit.document.id: set(hit.spans) for hit in hits}


def together(queries: list[str]) -> dict[str, set[tuple[int, int]]]:
    """What any of some queries finds and marks by brute force, without synonyms."""
    union: dict[str, set[tuple[int, int]]] = {}
    for query in queries:
        for document, spans in found(OracleEngine(SHELF), query).items():
            union.setdefault(document, set()).update(spans)
    return union


def parts(words: list[str]) -> list[str]:
    """Typed words, those that count as one together."""
    return re.findall(rf"{_SEVERAL}|\w+", " ".join(words))


@settings(max_examples=40)
@given(st.lists(st.sampled_from([_SEVERAL, *_WORDS]), min_size=1, max_size=4))
def test_in_phrases(engine: SearchEngine, words: list[str]) -> None:
    ways = [(_ONE, _SEVERAL) if part in (_ONE, _SEVERAL) else (part,) for part in parts(words)]
    expected = together([f'"{" ".join(way)}"' for way in itertools.product(*ways)])
    assert found(engine, f'"{" ".join(words)}"') == expected


@settings(max_examples=40)
@given(st.lists(st.sampled_from([_SEVERAL, *_WORDS]), min_size=1, max_size=4))
def test_among_bare_words(engine: SearchEngine, words: list[str]) -> None:
    """What is typed as several words is found wherever these are."""
    others = {_ONE: f'({_ONE} OR "{_SEVERAL}")', _SEVERAL: f'(({_SEVERAL}) OR {_ONE} OR "{_SEVERAL}")'}
    expected = together([" ".join(others.get(part, part) for part in parts(words))])
    assert found(engine, " ".join(words)) == expected


def test_what_is_exact_keeps_to_its_words(engine: SearchEngine) -> None:
    for query in (f'="{_SEVERAL}"', f'"{_SEVERAL}"~1', f"={_ONE}"):
        assert found(engine, query) == together([query])


def test_hints_know_it_too(new_index: Settings, tmp_path: Path) -> None:
    """A title that has the one word is named for the several, and what is proposed finds what is said."""
    shelf = [
        make_document("a.txt", ["Nothing else."], title="HWO"),
        make_document("b.txt", ["The HWO spoke.", "Watch the harbour.", "An office."]),
    ]
    settings = with_synonyms(new_index, tmp_path)
    write_index(settings, shelf)
    engine = open_engine(settings)
    response = engine.search(SearchRequest(query=parse(_SEVERAL), facets=()))
    assert [title.document.id for title in response.titles] == ["a.txt"]
    assert response.total == 1
    meant = engine.search(SearchRequest(query=parse("harbour wach office"), facets=())).did_you_mean
    assert meant is not None
    assert (meant.query, meant.total) == ("harbour watch office", 1)
