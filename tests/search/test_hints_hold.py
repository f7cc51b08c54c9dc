"""What comes on top of an answer never costs the answer, and does not depend on segments."""

from __future__ import annotations

import pytest

from indexer.errors import ParameterError
from indexer.fields import HISTOGRAM
from indexer.search.request import Interval, SearchRequest
from indexer.search.syntax import parse
from indexer.search.warm import warm
from tests.conftest import EngineFactory, make_document


def test_an_index_of_many_years_is_prepared(disk_engine_factory: EngineFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    dates = ("1900-01-01", "2020-01-01")
    engine = disk_engine_factory([make_document(f"{date}.txt", ["The harbour of Ostrel."], published=date) for date in dates])
    with pytest.raises(ParameterError, match="interval"):
        engine.search(SearchRequest(facets=(HISTOGRAM,), interval=Interval.DAY))
    asked: list[str] = []
    monkeypatch.setattr(engine, "facet", lambda _request, field, _prefix: asked.append(field))
    warm(engine)
    assert asked == ["source", "author", "tag"]  # what comes last


def test_a_title_of_very_many_words_costs_no_phrase(disk_engine_factory: EngineFactory) -> None:
    engine = disk_engine_factory(
        [make_document("long.html", ["The quay."], title="w q " * 70_000), make_document("a.txt", ["A w q stands here."])]
    )
    assert engine.search(SearchRequest(query=parse('"w q"'))).total == 1


def test_the_newest_of_equally_long_titles_are_suggested(disk_engine_factory: EngineFactory) -> None:
    years = {"aa": "1990", "bb": "1991", "zz": "2020"}
    engine = disk_engine_factory(
        [make_document(f"{name}.txt", ["Nobody."], title=f"minister {name}", published=year) for name, year in years.items()]
    )
    titles = [one.text for one in engine.suggest("minister") if one.text.startswith("title:")]
    assert sorted(titles) == ['title:"minister bb"', 'title:"minister zz"']


def test_excluded_groups_are_not_put_right(disk_engine_factory: EngineFactory) -> None:
    notes = ["The minister met the government.", "The minister slept.", "The minister came back.", "Other people came."]
    engine = disk_engine_factory([make_document("a.txt", notes)])
    meant = engine.search(SearchRequest(query=parse("ministr -(goverment people)"))).did_you_mean
    assert meant is not None and meant.query == "minister -(goverment people)"
