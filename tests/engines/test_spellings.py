"""Spellings of one word count as one, in every engine; so do a user's synonyms."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.config import Settings
from indexer.errors import UsageError
from indexer.search.engine import SearchEngine, open_engine
from indexer.search.request import SearchRequest
from indexer.search.syntax import parse
from tests.conftest import EngineFactory, make_document, write_index

SHELF = [
    make_document(
        "courier.txt",
        [
            "The air defence of Ostrel was modernised.",
            "Its air defense has been modernized twice.",
            "Defensive works stand beside the harbour.",
            "Kiev is how older maps write Kyiv.",
            "The centre of the harbor, eleven metres deep.",
        ],
        title="Armour for Ostrel",
    ),
    make_document(
        "gazette.txt",
        ["Nobody came.", "The Velmara Defence Agency met the Agency of Velmara."],
        title="Armor",
        source="Kiev Gazette",
    ),
]


@pytest.fixture(scope="module")
def engine(engine_factory: EngineFactory) -> SearchEngine:
    """An engine over the shelf."""
    return engine_factory(SHELF)


def found(engine: SearchEngine, query: str) -> dict[str, list[str]]:
    """What is marked in the hits of a query, by paragraph."""
    hits = engine.search(SearchRequest(query=parse(query), facets=())).hits
    texts = {f"{hit.document.id[0]}{hit.paragraph.ordinal}": (hit.paragraph.text, hit.spans) for hit in hits}
    return {place: [text[start:end] for start, end in spans] for place, (text, spans) in sorted(texts.items())}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("modernise", {"c1": ["modernised"], "c2": ["modernized"]}),
        ("modernize", {"c1": ["modernised"], "c2": ["modernized"]}),
        ("=modernised", {"c1": ["modernised"]}),
        ("kyiv", {"c4": ["Kiev", "Kyiv"]}),
        ('"air defence"', {"c1": ["air", "defence"], "c2": ["air", "defense"]}),
        ('="air defense"', {"c2": ["air", "defense"]}),
        ('"modernised defense"~5', {"c1": ["defence", "modernised"], "c2": ["defense", "modernized"]}),
        ("harbor", {"c3": ["harbour"], "c5": ["harbor"]}),
        ("harbor -center", {"c3": ["harbour"]}),
        ("defenc*", {"c1": ["defence"], "g2": ["Defence"]}),
        ("meter", {"c5": ["metres"]}),
        ("source:kyiv", {"g1": [], "g2": []}),
        ('source:"kyiv gazette" defense', {"g2": ["Defence"]}),
    ],
)
def test_a_word_is_found_in_every_spelling(engine: SearchEngine, query: str, expected: dict[str, list[str]]) -> None:
    assert found(engine, query) == expected


def test_titles_too(engine: SearchEngine) -> None:
    assert len(found(engine, "title:armour")) == 7


def test_synonyms_are_read_from_a_file(new_index: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_index(new_index, SHELF)
    path = tmp_path / "synonyms.txt"
    path.write_text("VDA, Velmara Defence Agency\nharbour, Ostrel\nlonely\n", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        engine = open_engine(replace(new_index, synonyms=path))
    assert found(engine, "vda") == {"g2": ["Velmara", "Defence", "Agency"]}
    assert list(found(engine, "ostrel")) == ["c1", "c3", "c5"]
    assert list(found(engine, "=ostrel")) == ["c1"]
    assert list(found(engine, "harbours")) == ["c1", "c3", "c5"]
    assert caplog.messages == [f"{path}:3 is left out: it names one word only: write two or more, with commas between."]


def test_a_file_that_is_named_must_be_there(new_index: Settings, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        open_engine(replace(new_index, synonyms=tmp_path / "absent.txt"))
