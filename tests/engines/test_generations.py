"""Writing and reading side by side: nothing is seen before it is published, and nothing published is lost."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from indexer.config import Settings
from indexer.errors import IndexLocked, NoIndex
from indexer.search.engine import SearchEngine, open_engine, open_writer
from indexer.search.query import ParsedQuery, Word
from indexer.search.request import SearchRequest
from tests.conftest import write_index
from tests.engines.library import make_library
from tests.records import Indexed, make_document

AIR = SearchRequest(ParsedQuery(tree=Word("air"), scored=True))
FIRST = (make_document("a.md", ["air"]), make_document("b.md", ["air", "sea"]))
SECOND = (make_document("c.md", ["air", "air", "sea"]),)


def _ids(engine: SearchEngine) -> list[str]:
    return [hit.document.id for hit in engine.search(replace(AIR, page_size=100)).hits]


@pytest.mark.parametrize("present", [True, False], ids=["empty folder", "no folder"])
def test_an_absent_index_is_said_to_be_absent(new_index: Settings, present: bool) -> None:
    if present:
        new_index.index_dir.mkdir()
    engine = open_engine(new_index)
    for ask in (
        lambda: engine.search(AIR),
        lambda: engine.document("a.md"),
        lambda: engine.recent(3),
        engine.status,
        engine.check,
    ):
        with pytest.raises(NoIndex, match="loccit rebuild"):
            ask()


def test_an_index_is_taken_up_as_soon_as_there_is_one(new_index: Settings) -> None:
    engine = open_engine(new_index)
    with pytest.raises(NoIndex):
        engine.search(AIR)
    generation = write_index(new_index, FIRST)
    response = engine.search(AIR)
    assert (response.total, response.generation) == (2, generation)
    engine.close()


def test_readers_see_nothing_before_commit_and_everything_after(new_index: Settings) -> None:
    first = write_index(new_index, FIRST)
    engine = open_engine(new_index)
    before = engine.search(AIR)
    with open_writer(new_index, ["elsewhere"]) as writer:
        writer.add(*SECOND[0])
        assert engine.search(AIR) == before
        assert open_engine(new_index).search(AIR) == before
        second = writer.commit()
    assert second != first == before.generation
    assert (_ids(engine), engine.search(AIR).generation) == (["c.md", "c.md"], second)
    assert (engine.status().roots, engine.status().documents) == (("elsewhere",), 1)
    assert engine.check() == ()
    engine.close()


@pytest.mark.parametrize("ending", ["abort", "leave", "fail"])
def test_a_writer_that_does_not_commit_leaves_everything_as_it_was(new_index: Settings, ending: str) -> None:
    write_index(new_index, FIRST)
    engine = open_engine(new_index)
    before = engine.search(AIR)
    files = _files(new_index.index_dir)
    if ending == "fail":
        with pytest.raises(ZeroDivisionError), open_writer(new_index, []) as writer:
            writer.add(*SECOND[0])
            raise ZeroDivisionError
    else:
        with open_writer(new_index, []) as writer:
            writer.add(*SECOND[0])
            if ending == "abort":
                writer.abort()
    assert engine.search(AIR) == open_engine(new_index).search(AIR) == before
    assert engine.check() == ()
    assert _files(new_index.index_dir) == files
    write_index(new_index, SECOND)
    assert _ids(engine) == ["c.md", "c.md"]
    engine.close()


def test_a_first_writer_that_does_not_commit_leaves_no_index(new_index: Settings) -> None:
    with open_writer(new_index, []) as writer:
        writer.add(*FIRST[0])
    with pytest.raises(NoIndex):
        open_engine(new_index).search(AIR)


def test_two_writers_at_once_are_refused(new_index: Settings) -> None:
    with open_writer(new_index, []) as writer:
        with pytest.raises(IndexLocked):
            open_writer(new_index, [])
        writer.add(*FIRST[0])
        writer.commit()
    assert open_engine(new_index).search(AIR).total == 1
    with open_writer(new_index, []) as writer:
        writer.abort()
    write_index(new_index, FIRST)


def test_another_process_that_writes_locks_the_index_until_it_ends(new_index: Settings) -> None:
    script = (
        "import sys; from pathlib import Path; from indexer.config import Settings;"
        "from indexer.search.engine import open_writer;"
        f"writer = open_writer(Settings(index_dir=Path(sys.argv[1]), engine={new_index.engine!r}), []);"
        "sys.stdout.write('writing\\n'); sys.stdout.flush(); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(new_index.index_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        with pytest.raises(IndexLocked):
            open_writer(new_index, [])
        process.kill()
    write_index(new_index, FIRST)
    assert open_engine(new_index).search(AIR).total == 2


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(make_document("a.md", ["air again"]), id="an id that is there"),
        pytest.param(make_document("bad.md", ["air", "air \ud800"]), id="text that is not Unicode"),
        pytest.param(make_document("bad.md", ["air"], title="air \udfff"), id="a title that is not Unicode"),
        pytest.param(make_document("bad.md", ["air"], tag=("x\ud800",)), id="a tag that is not Unicode"),
    ],
)
def test_a_bad_document_costs_itself_only(new_index: Settings, bad: Indexed) -> None:
    with open_writer(new_index, []) as writer:
        writer.add(*FIRST[0])
        with pytest.raises(ValueError, match=r"\w"):
            writer.add(*bad)
        writer.add(*FIRST[1])
        writer.commit()
    engine = open_engine(new_index)
    assert (_ids(engine), engine.check()) == (["a.md", "b.md"], ())
    engine.close()


def test_requests_go_on_while_generations_are_published(new_index: Settings) -> None:
    write_index(new_index, FIRST)
    engine = open_engine(new_index)
    done = Event()
    known = {("a.md", "b.md"), ("c.md", "c.md")}

    def ask() -> set[tuple[str, ...]]:
        seen: set[tuple[str, ...]] = set()
        while not done.is_set():
            response = engine.search(AIR)
            seen.add(tuple(hit.document.id for hit in response.hits))
            assert response.total == len(response.hits)
        return seen

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(ask) for _ in range(3)]
        try:
            for documents in (SECOND, FIRST, SECOND, FIRST, SECOND):
                write_index(new_index, documents)
        finally:
            done.set()
        for reader in readers:
            assert reader.result() <= known
    assert _ids(engine) == ["c.md", "c.md"]
    engine.close()


def test_an_answer_outlives_its_generation(new_index: Settings) -> None:
    write_index(new_index, make_library())
    engine = open_engine(new_index)
    before = engine.search(AIR)
    expected = repr(before)
    write_index(new_index, SECOND)
    assert engine.search(AIR).total == 2
    assert repr(before) == expected
    engine.close()


def test_old_generations_do_not_pile_up(new_index: Settings) -> None:
    write_index(new_index, FIRST)
    count = len(_files(new_index.index_dir))
    for _ in range(4):
        write_index(new_index, FIRST)
    assert len(_files(new_index.index_dir)) <= 2 * count


def test_a_closed_engine_leaves_the_index_to_others_and_may_be_closed_again(new_index: Settings) -> None:
    write_index(new_index, FIRST)
    open_engine(new_index).close()
    engine = open_engine(new_index)
    assert _ids(engine) == ["a.md", "b.md"]
    engine.close()
    engine.close()


def _files(folder: Path) -> list[str]:
    """The files of an index but for its lock."""
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and "lock" not in path.name.lower()
    )
