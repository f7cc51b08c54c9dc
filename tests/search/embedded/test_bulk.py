"""Bulk writing: the same index by one process and by several, and nothing left of any of them however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from zstandard import ZstdCompressionDict, train_dictionary

from indexer.errors import Fault, NoIndex
from indexer.search.embedded import EmbeddedEngine, EmbeddedWriter, bulk
from indexer.search.embedded.bulk import BulkWriter
from indexer.search.embedded.codec import texts
from indexer.search.embedded.codec.segment import Segment
from tests.command_line import heeding_ctrl_c
from tests.engines.library import make_library
from tests.records import Indexed, make_document
from tests.search.embedded.folders import SMALL, make_index, segment_files
from tests.search.embedded.test_merge import assert_same_arrays

_TOP = Path(__file__).parents[3]
# Two processes that write one large document after the other, for as long as they are let.
_BUILD = """
import sys
from pathlib import Path
from indexer.search.embedded import EmbeddedWriter
from tests.records import make_document
with EmbeddedWriter(Path(sys.argv[1]), [], memory=10, processes=2) as writer:
    for number in range(1_000_000):
        writer.add(*make_document(f"{number}.md", [f"The harbor of Ostrel, {number} {n}." for n in range(1_000)]))
        print(number, flush=True)
"""


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any record is worth several processes."""
    monkeypatch.setattr(bulk, "FEW_RECORDS", 0)


def _children(process: int) -> list[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in listed.splitlines()]
    return [int(row[0]) for row in rows if int(row[1]) == process and row[2].split()[0] != "ps"]


def _is_running(process: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


def _wait_until(condition: Callable[[], bool]) -> None:
    """Wait for what is to come within seconds."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def _paths(folder: Path) -> Callable[[], Path]:
    folder.mkdir()
    numbers = iter(range(1_000_000))
    return lambda: folder / f"{next(numbers):06}"


def _add(writer: BulkWriter | EmbeddedWriter, *documents: Indexed) -> None:
    for document in documents:
        writer.add(document.metadata, document.paragraphs)


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("processes", [2, 3])
def test_several_processes_write_what_one_does(tmp_path: Path, processes: int) -> None:
    library = make_library()
    before = _children(os.getpid())
    with EmbeddedWriter(tmp_path / "several", [], memory=0, processes=processes) as writer:
        _add(writer, *library)
        assert len(_children(os.getpid())) == len(before) + processes
        writer.commit()
    assert _children(os.getpid()) == before
    (one,) = segment_files(tmp_path / "several")
    (other,) = segment_files(make_index(tmp_path / "alone", library))
    assert_same_arrays(one, other)
    assert len(list((tmp_path / "several").glob("*.arrays"))) == 1


@pytest.mark.usefixtures("many")
def test_segments_hold_the_documents_in_their_order(tmp_path: Path) -> None:
    library = make_library()
    writer = BulkWriter(_paths(tmp_path / "segments"), 0, 2)
    _add(writer, *library)
    written = writer.finish()
    assert [part.path for part in written] == sorted((tmp_path / "segments").iterdir())
    assert [(part.documents, part.records) for part in written] == [(1, len(document.paragraphs)) for document in library]


def test_segments_to_be_merged_share_a_dictionary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "DICTIONARY_BYTES", 8 << 10)
    trained: list[int] = []

    def train(size: int, *sample: Any, **how: Any) -> ZstdCompressionDict:
        trained.append(size)
        return train_dictionary(size, *sample, **how)

    monkeypatch.setattr(texts, "train_dictionary", train)
    writer = BulkWriter(_paths(tmp_path / "segments"), 5_000_000, 1)
    for number in range(3_000):
        _add(writer, make_document(f"{number}.md", [" ".join(f"harbor{number * n % 191}" for n in range(70))]))
    parts = [Segment(part.path).texts for part in writer.finish()]
    assert len(trained) == len(parts) > 2
    assert len(parts[0].dictionaries) == 1
    assert all(part.dictionaries == parts[0].dictionaries for part in parts)


@pytest.mark.usefixtures("many")
def test_memory_is_shared(tmp_path: Path) -> None:
    document = make_document("a.md", ["word " * 1_000])
    segments = []
    for processes in (1, 2, 4):
        writer = BulkWriter(_paths(tmp_path / str(processes)), 10_000_000, processes)
        for _ in range(200):
            _add(writer, document)
        segments.append(len(writer.finish()))
    assert segments[0] > 1
    assert segments[1] == pytest.approx(2 * segments[0], abs=1)
    assert segments[2] == pytest.approx(4 * segments[0], abs=2)


def test_a_small_build_starts_no_process(tmp_path: Path) -> None:
    before = _children(os.getpid())
    with EmbeddedWriter(tmp_path / "index_data", [], memory=0, processes=2) as writer:
        _add(writer, *SMALL)
        assert _children(os.getpid()) == before
        writer.commit()


@pytest.mark.usefixtures("many")
def test_as_many_processes_as_cores_where_none_are_stated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "cores", lambda: 3)
    before = _children(os.getpid())
    with EmbeddedWriter(tmp_path / "index_data", [], memory=0, processes=0) as writer:
        _add(writer, *SMALL)
        assert len(_children(os.getpid())) == len(before) + 3


@pytest.mark.usefixtures("many")
def test_leaving_without_a_commit_ends_the_processes(tmp_path: Path) -> None:
    folder = make_index(tmp_path / "index_data", SMALL)
    names, before = set(folder.iterdir()), _children(os.getpid())
    with pytest.raises(KeyboardInterrupt), EmbeddedWriter(folder, [], memory=0, processes=2) as writer:
        _add(writer, *make_library())
        raise KeyboardInterrupt
    assert _children(os.getpid()) == before
    assert set(folder.iterdir()) == names


@pytest.mark.usefixtures("many")
def test_what_goes_wrong_in_a_process_goes_wrong_in_the_build(tmp_path: Path) -> None:
    writer = BulkWriter(lambda: tmp_path / "gone" / "segment", 0, 2)
    with pytest.raises(FileNotFoundError) as raised:
        _add(writer, *make_library())
    assert "In a process that writes segments" in raised.value.__notes__[0]
    writer.abort()


@pytest.mark.usefixtures("many")
def test_a_process_that_is_killed_costs_the_build_alone(tmp_path: Path) -> None:
    folder = make_index(tmp_path / "index_data", SMALL)
    generation = EmbeddedEngine(folder, "numpy").status().generation
    names, before = set(folder.iterdir()), set(_children(os.getpid()))
    with (
        pytest.raises(Fault, match=r"was ended by SIGKILL; the old index stays\. If memory ran out, lower"),
        EmbeddedWriter(folder, [], memory=0, processes=2) as writer,
    ):
        _add(writer, *SMALL)
        for process in set(_children(os.getpid())) - before:
            os.kill(process, signal.SIGKILL)
        _add(writer, *make_library())
    assert set(_children(os.getpid())) == before
    assert set(folder.iterdir()) == names
    assert EmbeddedEngine(folder, "numpy").status().generation == generation


@contextmanager
def _building(folder: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A build under way in a process of its own, and the processes that write for it."""
    command = [sys.executable, "-W", "ignore", "-c", _BUILD, str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(_TOP)}
    with heeding_ctrl_c():
        build = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
    with build:
        try:
            assert build.stdout is not None
            _wait_until(lambda: int(build.stdout.readline()) > 20)  # type: ignore[union-attr]
            yield build, _children(build.pid)
        finally:
            build.kill()


def test_ctrl_c_ends_everything_at_once(tmp_path: Path) -> None:
    with _building(tmp_path / "index_data") as (build, workers):
        assert len(workers) == 2
        os.killpg(build.pid, signal.SIGINT)
        _, complaints = build.communicate(timeout=60)
    assert build.returncode != 0
    assert not any(map(_is_running, workers))
    assert complaints.count("Traceback") == 1, complaints
    assert list((tmp_path / "index_data").glob("*.arrays")) == []


def test_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    with _building(tmp_path / "index_data") as (build, workers):
        assert len(workers) == 2
        build.kill()
        build.communicate(timeout=60)
        _wait_until(lambda: not any(map(_is_running, workers)))
    with pytest.raises(NoIndex):
        EmbeddedEngine(tmp_path / "index_data", "numpy").status()
    make_index(tmp_path / "index_data", SMALL)
    assert len(list((tmp_path / "index_data").glob("*.arrays"))) == 1
