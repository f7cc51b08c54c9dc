"""Writers that are killed at random moments, again and again, while somebody reads: the old index or the new, never another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random

from hypothesis import settings

from indexer.build import rebuild
from indexer.config import Settings
from indexer.progress import Silence
from indexer.search.embedded import EmbeddedEngine
from indexer.search.embedded.manifest import read_manifest
from indexer.search.query import ParsedQuery, Wildcard
from indexer.search.request import SearchRequest
from indexer.update import update
from tests.search.embedded.conftest import Rebuilder, Tally

ALL = SearchRequest(page_size=100)
HARBOR = SearchRequest(ParsedQuery(tree=Wildcard("harbo*"), scored=True), page_size=100)
_FILES = 40
_LONGEST_MS = 250


def _put(documents: Path, state: int) -> None:
    """Files of one of two states: some are there in one alone, some differ."""
    for number in range(_FILES):
        path = documents / f"{number}.txt"
        if number % 4 == 1 and state == 0:
            path.unlink(missing_ok=True)
        else:
            path.write_text(
                f"Note {number}: a harbor.\n\n" + ("The coast held.\n\nAgain.\n" if state and number % 4 == 2 else "")
            )


def _totals(index: Path) -> tuple[int, int]:
    engine = EmbeddedEngine(index, "numpy")
    return engine.search(ALL).total, engine.search(HARBOR).total


@contextmanager
def _reading(index: Path, known: set[tuple[int, int]], tally: Tally) -> Iterator[None]:
    """Readers ask all the while, and get nothing but what is known."""
    stop = threading.Event()

    def read(_number: int) -> int:
        engine, asked = EmbeddedEngine(index, "numpy"), 0
        while not stop.wait(0.005):
            assert engine.search(ALL).total in {total for total, _ in known}
            assert engine.search(HARBOR).total in {total for _, total in known}
            asked += 2
        return asked

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read, number) for number in range(2)]
        try:
            yield
        finally:
            stop.set()
        tally["searches while writers were killed"] += sum(reader.result() for reader in readers)


def test_readers_see_nothing_of_writers_that_are_killed(tmp_path: Path, rebuilder: Rebuilder, tally: Tally) -> None:
    soak = not settings().derandomize
    random = Random() if soak else Random(7)
    documents, index = tmp_path / "documents", tmp_path / "index_data"
    documents.mkdir()
    known = []
    for state in (1, 0):
        _put(documents, state)
        rebuild(Settings(index_dir=index, processes=1), [documents], Silence())
        known.append(_totals(index))
    assert len(set(known)) == 2
    killed = 0
    with _reading(index, set(known), tally):
        while killed < (200 if soak else 8):
            _put(documents, killed % 2)
            write = random.choice(("files", "files", "files anew"))
            answer = rebuilder(index, "late", random.randrange(_LONGEST_MS), write)
            assert "signal" in answer or answer["errors"] == []
            killed += "signal" in answer
            engine = EmbeddedEngine(index, "numpy")
            assert engine.check() == ()
            assert _totals(index) in known
    tally["writers killed at random moments"] += killed
    assert not soak or tally["searches while writers were killed"] >= 1_000
    _put(documents, 1)
    update(Settings(index_dir=index, processes=1), Silence())
    engine = EmbeddedEngine(index, "numpy")
    assert (engine.check(), engine.leftovers(), _totals(index)) == ((), (), known[0])
    assert read_manifest(index).file_records is not None
