"""Watching: what changes is soon in the index, what is half written is waited for, and what goes wrong ends nothing."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from indexer import watch
from indexer.build import rebuild
from indexer.changes import Scope
from indexer.config import Settings
from indexer.errors import Fault, IndexLocked, UsageError
from indexer.progress import Silence
from indexer.search.engine import IndexWriter, open_engine, open_writer
from indexer.update import update
from indexer.watch import Watch
from tests.command_line import spawn

_PATIENCE = 30.0


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Watching with less patience, so that tests are quick."""
    for name, seconds in {"SETTLE": 0.2, "_TICK": 0.05, "_RETRY": 0.1}.items():
        monkeypatch.setattr(watch, name, seconds)


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.txt").write_text("The council met.")
    return folder


@pytest.fixture
def settings(tmp_path: Path, documents: Path) -> Settings:
    return Settings(index_dir=documents / "index_data", documents=(documents, tmp_path / "documents" / "a.txt"), processes=1)


class _Watched:
    """A watch under way, what it told, and how many updates it made."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.told: list[str] = []
        self.updates = 0
        self.failure: Exception | None = None

    def update(self, scope: Scope) -> int:
        if self.failure is not None:
            raise self.failure
        report = update(self.settings, Silence(), scope)
        self.updates += 1
        return report.deferred

    def ids(self) -> set[str]:
        with closing(open_engine(self.settings)) as engine:
            return {document.id for document in engine.recent(100)}

    def text(self, document_id: str) -> str:
        with closing(open_engine(self.settings)) as engine:
            return engine.document(document_id).hits[0].paragraph.text


@contextmanager
def _watching(settings: Settings) -> Iterator[_Watched]:
    watched, stop = _Watched(settings), threading.Event()
    thread = threading.Thread(target=Watch(settings, watched.update, watched.told.append, stop).run)
    thread.start()
    try:
        _wait_for(lambda: watched.updates > 0)
        yield watched
    finally:
        stop.set()
        thread.join(_PATIENCE)
    assert not thread.is_alive()


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_changes_are_taken_up_and_the_index_folder_wakes_nobody(settings: Settings, documents: Path) -> None:
    rebuild(settings, [documents], Silence())
    with _watching(settings) as watched:
        (documents / "b.txt").write_text("A new note.")
        _wait_for(lambda: watched.ids() == {"a.txt", "b.txt"})
        (documents / "a.txt").rename(documents / "c.txt")
        _wait_for(lambda: watched.ids() == {"b.txt", "c.txt"})
        (documents / ".hidden").mkdir()
        time.sleep(0.5)
        updates = watched.updates
        (settings.index_dir / "README.md").write_text("The index.")
        (documents / ".hidden" / "d.txt").write_text("Hidden.")
        time.sleep(0.6)
        assert watched.updates == updates
    assert watched.told == []


def test_a_file_is_read_when_it_is_written(settings: Settings, documents: Path) -> None:
    rebuild(settings, [documents], Silence())
    with _watching(settings) as watched, (documents / "b.txt").open("w") as stream:
        for number in range(8):
            stream.write(f"Line {number}. ")
            stream.flush()
            assert "b.txt" not in watched.ids()
            time.sleep(0.05)
        stream.write("The end.")
        stream.close()
        _wait_for(lambda: "b.txt" in watched.ids())
        assert watched.text("b.txt").endswith("The end.")


def test_a_burst_is_taken_in_together(settings: Settings, documents: Path) -> None:
    rebuild(settings, [documents], Silence())
    with _watching(settings) as watched:
        before = watched.updates
        for number in range(50):
            (documents / f"{number}.txt").write_text(f"Note {number}.")
        _wait_for(lambda: len(watched.ids()) == 51)
        assert watched.updates - before < 10


def test_a_root_may_go_and_come_back(tmp_path: Path, settings: Settings, documents: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "z.txt").write_text("Elsewhere.")
    rebuild(settings, [documents, other], Silence())
    with _watching(settings) as watched:
        other.rename(tmp_path / "away")
        _wait_for(lambda: any("other is not there" in sentence for sentence in watched.told))
        (documents / "b.txt").write_text("A new note.")
        _wait_for(lambda: watched.ids() == {"a.txt", "b.txt", "z.txt"})
        other.mkdir()
        (other / "y.txt").write_text("Elsewhere, anew.")
        _wait_for(lambda: watched.ids() == {"a.txt", "b.txt", "y.txt"})
    assert len(watched.told) == 1


def test_what_goes_wrong_is_told_once_and_tried_again(settings: Settings, documents: Path) -> None:
    rebuild(settings, [documents], Silence())
    with _watching(settings) as watched:
        watched.failure = Fault("The disk is full")
        (documents / "b.txt").write_text("A new note.")
        _wait_for(lambda: watched.told == ["Error: The disk is full"])
        watched.failure = None
        (documents / "b.txt").write_text("A newer note.")
        _wait_for(lambda: "b.txt" in watched.ids())
        writers: list[IndexWriter] = []

        def writes() -> bool:
            with suppress(IndexLocked):
                writers.append(open_writer(settings, []))
            return bool(writers)

        _wait_for(writes)
        with writers[0]:
            (documents / "c.txt").write_text("Another note.")
            _wait_for(lambda: len(watched.told) == 2)
        assert watched.told[1].startswith("Another process is writing")
        _wait_for(lambda: "c.txt" in watched.ids())
    assert len(watched.told) == 2


def test_what_goes_wrong_at_first_ends_it(settings: Settings, documents: Path) -> None:
    nothing = Settings(index_dir=settings.index_dir, documents=(documents / "absent",))
    with pytest.raises(UsageError):
        Watch(nothing, _Watched(nothing).update, str, threading.Event()).run()
    rebuild(settings, [documents], Silence())
    watched = _Watched(settings)
    watched.failure = Fault("The disk is full")
    with pytest.raises(Fault):
        Watch(settings, watched.update, watched.told.append, threading.Event()).run()


def test_the_command_ends_quietly_with_ctrl_c(tmp_path: Path, documents: Path) -> None:
    (tmp_path / "loccit.toml").write_text('documents = ["documents"]\n')
    (documents / "logo.png").write_bytes(b"\x89PNG\r\n")
    with spawn("indexer", "watch", cwd=tmp_path) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline().startswith("Indexed 1 document")
        (documents / "b.txt").write_text("A new note.")
        assert process.stdout.readline().startswith("Indexed 1 document, 1 paragraph in ")
        manifest = json.loads((tmp_path / "index_data" / "manifest.json").read_text())
        assert manifest["file_records"]["documents"] == 2
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=_PATIENCE)
    assert (process.returncode, output) == (130, "")
    assert errors.count("Skipped documents/logo.png") + errors.count(f"Skipped {documents}{os.sep}logo.png") == 1
    assert "Traceback" not in errors and "Interrupted" not in errors
