"""Metadata: what is stated under which key, where it came from, and what is left for `extra`."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import ExtractionError
from indexer.extract.metadata import MAX_DERIVED_TITLE, Stated, describe, title_of
from indexer.model import Block, DocumentMetadata, Json, Kind, Origin

TEXT = (Block(Kind.PARAGRAPH, "The talks ended late. Nobody was pleased."),)


def described(values: Mapping[str, Json], file_name: str | None = "a.md", strict: bool = False) -> DocumentMetadata:
    return describe("a", "markdown", TEXT, Stated(values, Origin.FRONT_MATTER, strict), file_name)


def test_every_field_is_read_and_knows_where_it_came_from() -> None:
    metadata = described(
        {
            "Title": " Radars  for\nVelmara ",
            "SOURCE": "The Courier",
            "authors": ["Mira Tal", "Jon Rask", "Mira Tal"],
            "date": "2025-05-19",
            "language": "en",
            "url": "https://courier.example/a",
            "tags": "radar, coast, ,radar",
            "edition": 3,
        }
    )
    assert (metadata.title, metadata.title_derived) == ("Radars for Velmara", False)
    assert metadata.source == "The Courier"
    assert metadata.author == ("Mira Tal", "Jon Rask")
    assert metadata.published == "2025-05-19"
    assert metadata.language == "en"
    assert metadata.url == "https://courier.example/a"
    assert metadata.tag == ("radar", "coast")
    assert metadata.extra == {"edition": 3}
    names = {"title", "source", "author", "published", "language", "url", "tag"}
    assert metadata.origins == dict.fromkeys(names, Origin.FRONT_MATTER)


def test_the_field_s_own_key_wins_over_the_other_one() -> None:
    metadata = described({"date": "2024", "published": "2025", "authors": ["A"], "author": "B"})
    assert (metadata.published, metadata.author) == ("2025", ("B",))
    assert metadata.extra == {"date": "2024", "authors": ["A"]}


@pytest.mark.parametrize("nothing", [None, "", "  \n", []])
def test_empty_values_are_none(nothing: Json) -> None:
    metadata = described({"title": nothing, "source": nothing, "author": nothing, "date": nothing, "tags": nothing})
    assert (metadata.source, metadata.author, metadata.published, metadata.tag) == (None, (), None, ())
    assert metadata.title_derived
    assert metadata.extra == {}
    assert metadata.origins == {"title": Origin.TEXT}


@pytest.mark.parametrize(
    ("values", "published", "extra"),
    [
        ({"date": "19 May 2025"}, "2025-05-19", {"date": "19 May 2025"}),
        ({"published": "yesterday"}, None, {"published": "yesterday"}),
        ({"date": 1946}, "1946", {}),
        ({"date": "2025-05-19T08:30:00+03:00"}, "2025-05-19T08:30:00+03:00", {}),
    ],
)
def test_dates_keep_what_was_written(values: dict[str, Json], published: str | None, extra: dict[str, Json]) -> None:
    metadata = described(values)
    assert metadata.published == published
    assert metadata.extra == extra
    assert metadata.origins.get("published") == (Origin.FRONT_MATTER if published else None)


def test_a_date_in_the_file_s_name_counts_where_none_is_stated() -> None:
    metadata = described({}, "2025-05-19-talks.md")
    assert metadata.published == "2025-05-19"
    assert metadata.origins["published"] is Origin.FILE_NAME
    assert described({"date": "1946"}, "2025-05-19-talks.md").published == "1946"
    assert described({}, None).published is None


@pytest.mark.parametrize(
    ("stated", "language", "extra"),
    [("en-GB", "en", {"language": "en-GB"}), ("UK", "uk", {"language": "UK"}), ("de", "de", {}), ("English", "English", {})],
)
def test_languages_are_codes_without_a_region(stated: str, language: str, extra: dict[str, Json]) -> None:
    metadata = described({"language": stated})
    assert (metadata.language, metadata.extra) == (language, extra)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "courier.example/a", "https://a b", 'https://a"><b>'])
def test_only_addresses_on_the_web_are_urls(url: str) -> None:
    metadata = described({"url": url})
    assert metadata.url is None
    assert metadata.extra == {"url": url}
    assert "url" not in metadata.origins


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("title", ["a"]),
        ("source", {"name": "a"}),
        ("author", {"name": "a"}),
        ("tags", [["a"]]),
        ("date", True),
        ("language", []),
    ],
)
def test_wrong_types_go_to_extra_or_are_refused_by_name(key: str, value: Json) -> None:
    if value != []:
        assert described({key: value}).extra == {key: value}
        with pytest.raises(ExtractionError, match=f'"{key}" is not text'):
            described({key: value}, strict=True)
    assert described({key: None}, strict=True).extra == {}


@pytest.mark.parametrize(
    ("blocks", "title", "derived"),
    [
        ([Block(Kind.PARAGRAPH, "First."), Block(Kind.HEADING, "The  title", 1)], "The title", False),
        ([Block(Kind.HEADING, "A section", 2), Block(Kind.PARAGRAPH, "Text.")], "A section", True),
        ([Block(Kind.CODE, "x = 1"), Block(Kind.PARAGRAPH, "He ran. She sat.")], "He ran.", True),
        ([Block(Kind.CODE, "x = 1")], "x = 1", True),
        (
            [Block(Kind.PARAGRAPH, "Dr. A. Renn of the U.S. navy spoke. Then she left.")],
            "Dr. A. Renn of the U.S. navy spoke.",
            True,
        ),
        ([Block(Kind.PARAGRAPH, "word " * 40)], ("word " * 24).strip(), True),
        ([Block(Kind.PARAGRAPH, "w" * 130)], "w" * 120, True),
        ([Block(Kind.PARAGRAPH, f"{'w' * 120} and more")], "w" * 120, True),
    ],
)
def test_titles_from_the_text(blocks: list[Block], title: str, derived: bool) -> None:
    assert title_of(blocks) == (title, derived)


@given(st.lists(st.text(max_size=200), min_size=1, max_size=4))
def test_a_derived_title_is_short_and_begins_the_text(texts: list[str]) -> None:
    title, _ = title_of([Block(Kind.PARAGRAPH, text) for text in texts])
    assert len(title) <= MAX_DERIVED_TITLE
    assert "\n" not in title
    assert title == title.strip()
