"""The documents that come with the project: they show every format, kind and facet, and nothing in them is filler."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import TypeAlias

import pytest

from indexer.config import Settings
from indexer.fields import FACETS
from indexer.model import DocumentMetadata, Kind, Origin, Paragraph
from indexer.pipeline import Pipeline, Record, Stamp
from indexer.published import parse_published
from indexer.search.analysis import tokenize
from indexer.walk import File, Walk

Seed: TypeAlias = tuple[DocumentMetadata, tuple[Paragraph, ...]]

SEEDS = Path(__file__).parents[1] / "seeds"
RUN = 8
STATEMENT = "“We counted every reload on the quay"
TELLERS = {"velmara:herald-harbour-shield.html", "velmara:wire-exercise-ends.html"}
# What stands between quotation marks, for each pair that the seeds use; the German closing mark opens in English.
QUOTED = re.compile(r"“([^”]*)”|„([^“]*)“|«([^»]*)»|\"([^\"]*)\"")


@pytest.fixture(scope="module")
def seeds() -> list[Seed]:
    """Every document of the folder with its paragraphs, in the order of a rebuild."""
    passed_over: Counter[str] = Counter()
    found: list[Seed] = []
    for file in Walk([SEEDS], SEEDS.parent / "index_data", passed_over):
        assert isinstance(file, File), file
        *records, stamp = Pipeline(Settings().limits).read(file)
        assert isinstance(stamp, Stamp)
        for record in records:
            assert isinstance(record, Record), record
            found.append((record.document, record.paragraphs))
    assert not passed_over
    return found


def test_there_is_enough_to_search(seeds: list[Seed]) -> None:
    assert len(seeds) >= 20
    assert sum(len(made) for _, made in seeds) >= 250


def test_every_format_and_kind_is_there(seeds: list[Seed]) -> None:
    assert {metadata.format for metadata, _ in seeds} == {"text", "markdown", "html", "jsonl"}
    assert {paragraph.kind for _, made in seeds for paragraph in made} == set(Kind)


@pytest.mark.parametrize(
    ("document", "count", "first"),
    [
        ("umerov-raytheon.md", 9, "Ukraine’s defense minister, Rustem Umerov, sat down on May 19"),
        ("background:nasams.txt", 10, "NASAMS began with a simple thought:"),
        ("background:s-300.txt", 10, "S-300 is less a weapon than a family name."),
        (
            "background:2023-09-12-gepard.txt",
            9,
            "The Gepard is a tank that never hunts tanks. On the hull of the Leopard 1",
        ),
    ],
    ids=["retelling", "blank lines between", "one a line", "hard-wrapped"],
)
def test_paragraphs_are_the_writer_s(seeds: list[Seed], document: str, count: int, first: str) -> None:
    [made] = [made for metadata, made in seeds if metadata.id == document]
    assert [paragraph.kind for paragraph in made] == [Kind.PARAGRAPH] * count
    assert made[0].text.startswith(first)
    assert not any("\n" in paragraph.text for paragraph in made)


@pytest.mark.parametrize("facet", FACETS)
def test_every_facet_is_worth_a_click(seeds: list[Seed], facet: str) -> None:
    values: set[str] = set()
    for metadata, made in seeds:
        if facet in ("section", "kind"):
            values.update(str(getattr(paragraph, facet)) for paragraph in made if getattr(paragraph, facet))
        else:
            stated = getattr(metadata, facet)
            values.update((stated,) if isinstance(stated, str) else stated or ())
    assert len(values) >= {"source": 8, "author": 8, "language": 4, "section": 20, "tag": 15}.get(facet, 4)


def test_a_date_may_stand_in_the_file_name(seeds: list[Seed]) -> None:
    [metadata] = [metadata for metadata, _ in seeds if metadata.id == "background:2023-09-12-gepard.txt"]
    assert (metadata.published, metadata.origins["published"]) == ("2023-09-12", Origin.FILE_NAME)


def test_dates_are_a_day_a_month_a_year_and_none(seeds: list[Seed]) -> None:
    precisions: Counter[str] = Counter()
    for metadata, _ in seeds:
        days = parse_published(metadata.published) if metadata.published is not None else None
        assert (days is None) == (metadata.published is None), metadata.published
        precisions[days.precision if days else "none"] += 1
    assert precisions["year"] == precisions["month"] == 1
    assert precisions["none"] >= 1
    assert precisions["day"] >= 15


def test_the_retelling_has_its_metadata(seeds: list[Seed]) -> None:
    [metadata] = [metadata for metadata, _ in seeds if metadata.id == "umerov-raytheon.md"]
    assert metadata.title == "Umerov and Raytheon discuss more Patriots for Ukraine"
    assert metadata.published == "2025-05-19"
    assert metadata.source == "Loccit news digest"
    assert "Patriot" in metadata.tag


def test_navigation_and_footers_are_left_out(seeds: list[Seed]) -> None:
    pages = [paragraph.text for metadata, made in seeds if metadata.format == "html" for paragraph in made]
    for leftover in ("Impressum", "Get these notes", "Calendar of meetings", "Fish Market 3", "Archive search", "Solid motors"):
        assert not any(leftover in text for text in pages)


def test_fiction_is_tagged_and_says_so(seeds: list[Seed]) -> None:
    fiction = [(metadata, made) for metadata, made in seeds if "fictional" in metadata.tag]
    assert [metadata.id for metadata, _ in fiction] == [m.id for m, _ in seeds if m.id.startswith("velmara:")]
    assert any("are invented" in paragraph.text for paragraph in fiction[0][1][:3])


def test_only_invented_people_are_quoted(seeds: list[Seed]) -> None:
    quoted = {
        metadata.id
        for metadata, made in seeds
        for paragraph in made
        for match in QUOTED.finditer(paragraph.text)
        if len(tokenize("".join(filter(None, match.groups())))) >= 5
    }
    assert len(quoted) >= 8
    assert not [document for document in quoted if not document.startswith("velmara:")]


def test_no_run_of_words_returns_but_for_the_repeated_statement(seeds: list[Seed]) -> None:
    places: defaultdict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for metadata, made in seeds:
        for paragraph in made:
            forms = [token.form for token in tokenize(paragraph.text) if token.length == 1]
            for start in range(len(forms) - RUN + 1):
                places[tuple(forms[start : start + RUN])].append((metadata.id, paragraph.text))
    repeated = [found for found in places.values() if len(found) > 1]
    assert repeated
    for found in repeated:
        assert sorted(document for document, _ in found) == sorted(TELLERS), found
        assert len({text for _, text in found}) == 1
        assert found[0][1].startswith(STATEMENT)


def test_the_repeated_statement_stands_in_two_documents(seeds: list[Seed]) -> None:
    told = [(m.id, m.source, p.text) for m, made in seeds for p in made if p.text.startswith(STATEMENT)]
    assert len(told) == 2
    assert {document for document, _, _ in told} == TELLERS
    assert {source for _, source, _ in told} == {"Sarn Herald", "Harbour Wire"}
    assert 30 <= len(tokenize(told[0][2])) <= 60
