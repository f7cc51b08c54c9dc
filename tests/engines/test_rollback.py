"""Generations that are kept, and the way back to them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexer.config import Settings
from indexer.errors import IndexLocked, NoGeneration, NoIndex
from indexer.search.engine import open_engine, open_writer, rollback
from indexer.search.request import SearchRequest, Sort
from tests.conftest import write_index
from tests.records import make_document

ALL = SearchRequest(page_size=100, sort=Sort.DOCUMENT)
STATES = tuple((make_document("a.md", [f"State {number}."]),) for number in range(4))


def _generation(settings: Settings) -> tuple[str, str]:
    """What is published: its name, and the text of its paragraph."""
    engine = open_engine(settings)
    response = engine.search(ALL)
    assert engine.check() == ()
    assert engine.leftovers() == ()
    engine.close()
    return response.generation, response.hits[0].paragraph.text


def test_a_rollback_returns_to_the_generation_before(new_index: Settings) -> None:
    first, second = (write_index(new_index, state) for state in STATES[:2])
    engine = open_engine(new_index)
    assert engine.search(ALL).generation == second
    assert [kept.name for kept in engine.status().kept] == [first]
    built = engine.status().kept[0].built
    generation = rollback(new_index)
    assert (generation.name, generation.built) == (first, built)
    assert engine.search(ALL).generation == first, "a reader takes it up"
    assert _generation(new_index) == (first, "State 0.")
    assert engine.status().kept == ()
    with pytest.raises(NoGeneration, match=rf"No generation before {first} is kept in .*keep_generations"):
        rollback(new_index)
    engine.close()


def test_as_many_generations_are_kept_as_the_setting_says(new_index: Settings) -> None:
    keeping = replace(new_index, keep_generations=2)
    names = [write_index(keeping, state) for state in STATES]
    assert [kept.name for kept in open_engine(keeping).status().kept] == [names[2], names[1]]
    assert [rollback(keeping).name, rollback(keeping).name] == [names[2], names[1]]
    assert _generation(keeping) == (names[1], "State 1.")
    with pytest.raises(NoGeneration):
        rollback(keeping)
    alone = replace(new_index, keep_generations=0)
    write_index(alone, STATES[3])
    assert open_engine(alone).status().kept == ()
    with pytest.raises(NoGeneration):
        rollback(alone)


def test_writing_goes_on_from_where_one_went_back_to(new_index: Settings) -> None:
    first, _ = (write_index(new_index, state) for state in STATES[:2])
    rollback(new_index)
    with open_writer(new_index, ["seeds"], update=True) as writer:
        writer.add(*make_document("b.md", ["Another."]))
        third = writer.commit()
    engine = open_engine(new_index)
    assert (engine.status().documents, engine.status().generation) == (2, third)
    assert [kept.name for kept in engine.status().kept] == [first]
    assert rollback(new_index).name == first
    assert _generation(new_index) == (first, "State 0.")


def test_generations_share_what_an_update_leaves(new_index: Settings) -> None:
    keeping = replace(new_index, keep_generations=5)
    names = [write_index(keeping, STATES[0])]
    for number in range(4):
        with open_writer(keeping, ["seeds"], update=True) as writer:
            writer.delete("a.md")
            writer.add(*make_document("a.md", [f"Again {number}."]))
            names.append(writer.commit())
    for name in reversed(names[:-1]):
        assert rollback(keeping).name == name
        assert _generation(keeping)[0] == name
    assert _generation(keeping)[1] == "State 0."


def test_there_is_no_way_back_from_nothing(new_index: Settings) -> None:
    with pytest.raises(NoIndex):
        rollback(new_index)
    new_index.index_dir.mkdir()
    with pytest.raises(NoIndex):
        rollback(new_index)


def test_nobody_goes_back_while_somebody_writes(new_index: Settings) -> None:
    for state in STATES[:2]:
        write_index(new_index, state)
    with open_writer(new_index, []), pytest.raises(IndexLocked):
        rollback(new_index)
    rollback(new_index)
