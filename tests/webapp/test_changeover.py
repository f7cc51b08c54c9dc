"""A server answers while its loops are compiled, and goes over to them when they are."""

from __future__ import annotations

import errno
import json
import re
import shutil
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from indexer.config import Settings
from indexer.errors import NotCompiled
from indexer.search.compiling import Compiling, Ended
from indexer.search.engine import SearchEngine
from indexer.search.request import SearchRequest
from indexer.search.response import IndexStatus, SearchResponse
from tests.command_line import run, spawn
from tests.oracle import OracleEngine
from tests.webapp.conftest import make_shelf
from webapp import changeover, context, create_app
from webapp.changeover import BEGUN, DONE, Changeover
from webapp.cli import loccit

_SECONDS = 60


class Beside:
    """A process that compiles, as it is started, waited for and killed. ended: how it ends; forever: whether it goes on."""

    def __init__(self, ended: Ended = Ended(0), *, forever: bool = False) -> None:  # noqa: B008
        self.started = 0
        self._ended = ended
        self._killed = threading.Event()
        if not forever:
            self._killed.set()

    def __call__(self, _settings: Settings) -> Beside:
        self.started += 1
        return self

    def wait(self) -> Ended:
        assert self._killed.wait(_SECONDS)
        return self._ended

    def kill(self) -> None:
        self._ended = Ended(-9)
        self._killed.set()


class Rehearsal:
    """A changeover over an engine of which nothing is compiled until the other process was started `needed` times."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, beside: Beside, needed: float = 1, *, kept: bool = True) -> None:
        self.engine = Republished()
        self.used: list[SearchEngine] = []
        self.told: list[str] = []
        self.complaints: list[str] = []
        self._needed = needed
        self._kept = kept
        self._beside = beside
        monkeypatch.setattr(changeover, "Compiling", beside)
        monkeypatch.setattr(changeover, "warming", self._warming)
        monkeypatch.setattr("webapp.heap.settle", lambda: self.told.append("settled"))

    def _warming(self, engine: SearchEngine) -> Iterator[None]:
        assert engine is self.engine
        yield
        if self._beside.started < self._needed:
            raise NotCompiled(self._kept)
        yield

    def begin(self) -> Changeover:
        return Changeover(Settings(), self.engine, self.used.append, self.told.append, self.complaints.append)

    def play(self) -> None:
        """From its beginning until nothing more happens."""
        with self.begin() as begun:
            begun._thread.join(_SECONDS)
            assert not begun._thread.is_alive()


class Republished(OracleEngine):
    """An engine over an index of which another generation may be published whenever it is looked at."""

    def __init__(self, generations: float = 1) -> None:
        super().__init__(make_shelf())
        self.generations = generations
        self._looked = 0

    def status(self) -> IndexStatus:
        self._looked += 1
        return replace(super().status(), generation=f"{min(self._looked, self.generations)}")


def test_an_engine_is_put_to_use_once_it_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    beside = Beside()
    rehearsal = Rehearsal(monkeypatch, beside)
    rehearsal.play()
    assert (beside.started, rehearsal.used) == (1, [rehearsal.engine])
    assert (rehearsal.told, rehearsal.complaints) == ([BEGUN, "settled", DONE], [])


@pytest.mark.parametrize(
    ("ended", "complaint"),
    [
        (Ended(-9), "the process that compiles was ended by SIGKILL. The next start goes on with it."),
        (Ended(1), "the process that compiles was ended. The next start goes on with it."),
        (Ended(0), "what was compiled is not on the disk. Is it full?"),
        (
            Ended(0, "numba cannot compile a.b (TypingError: c)", uncompilable=True),
            "numba cannot compile a.b (TypingError: c), so that numpy goes on. Please report it, with what --verbose shows.",
        ),
        (Ended(0, "IndexError: d"), "the process that compiles failed, so that numpy goes on. IndexError: d"),
    ],
)
def test_where_compiling_fails_searches_go_on_as_they_are(
    ended: Ended, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = Beside(ended)
    rehearsal = Rehearsal(monkeypatch, beside, needed=9)
    rehearsal.play()
    assert (beside.started, rehearsal.used) == (1, [])
    assert (rehearsal.told, rehearsal.complaints) == ([BEGUN], [f"Searches stay slower: {complaint}"])


def test_what_can_be_kept_nowhere_is_not_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    beside = Beside()
    rehearsal = Rehearsal(monkeypatch, beside, kept=False)
    rehearsal.play()
    assert (beside.started, rehearsal.used, rehearsal.told) == (0, [], [])
    (complaint,) = rehearsal.complaints
    assert "NUMBA_CACHE_DIR" in complaint


def test_where_no_process_can_be_started_searches_go_on_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    rehearsal = Rehearsal(monkeypatch, Beside())

    def refuse(_settings: Settings) -> Compiling:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(changeover, "Compiling", refuse)
    rehearsal.play()
    assert rehearsal.used == []
    (complaint,) = rehearsal.complaints
    assert complaint.startswith("Searches stay slower: BlockingIOError: ")


def test_what_another_generation_needs_is_compiled_too(monkeypatch: pytest.MonkeyPatch) -> None:
    beside = Beside()
    rehearsal = Rehearsal(monkeypatch, beside, needed=2)
    rehearsal.engine.generations = 2
    rehearsal.play()
    assert (beside.started, rehearsal.used) == (2, [rehearsal.engine])
    assert (rehearsal.told, rehearsal.complaints) == ([BEGUN, "settled", DONE], [])


def test_who_leaves_ends_the_other_process(monkeypatch: pytest.MonkeyPatch) -> None:
    beside = Beside(forever=True)
    rehearsal = Rehearsal(monkeypatch, beside)
    with rehearsal.begin() as begun:
        _wait_until(lambda: beside.started == 1)
    assert not begun._thread.is_alive()
    assert (beside.wait(), rehearsal.used) == (Ended(-9), [])
    assert (rehearsal.told, rehearsal.complaints) == ([BEGUN], [])


def test_who_leaves_waits_for_no_search_but_the_one_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    rehearsal = Rehearsal(monkeypatch, Beside())
    asked: list[int] = []

    def warming(_engine: SearchEngine) -> Iterator[None]:
        for number in range(10_000):
            asked.append(number)
            yield

    monkeypatch.setattr(changeover, "warming", warming)
    with rehearsal.begin():
        _wait_until(lambda: bool(asked))
    assert len(asked) < 10_000
    assert (rehearsal.used, rehearsal.told, rehearsal.complaints) == ([], [], [])


@pytest.mark.parametrize(("kernels", "waited", "begun_on"), [("auto", 0, "numpy"), ("numba", 1, "numba")])
def test_only_where_nothing_but_numba_is_wanted_a_server_waits(
    kernels: str, waited: int, begun_on: str, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numba = pytest.importorskip("numba")
    (tmp_path / "loccit.toml").write_text(f'kernels = "{kernels}"')
    monkeypatch.chdir(tmp_path)
    beside = Beside()
    begun: list[tuple[int, str]] = []

    class Server:
        def __init__(self, app: Flask, **_: object) -> None:
            self._app = app
            begun.append((beside.started, self._kernels()))

        def run(self) -> None:
            _wait_until(lambda: self._kernels() == "numba")
            with pytest.raises(NotCompiled) if kernels == "auto" else nullcontext():
                numba.njit(lambda number: 2 * number)(21)

        def _kernels(self) -> str:
            return str(vars(self._app.extensions["loccit"].engine)["_kernels"].name)

    def warm(_engine: SearchEngine) -> None:
        if not beside.started:
            raise NotCompiled(kept=True)

    monkeypatch.setattr("indexer.search.compiling.warm", warm)
    monkeypatch.setattr("indexer.search.compiling.Compiling", beside)
    monkeypatch.setattr(changeover, "warming", lambda _engine: iter([None]))
    monkeypatch.setattr("webapp.heap.settle", lambda: None)
    monkeypatch.setattr("webapp.cli.create_server", Server)
    assert run(loccit, "serve", "--port", "0", "--index-dir", str(library / "index_data")).exit_code == 130
    assert begun == [(waited, begun_on)]


class Waiting(OracleEngine):
    """An engine that answers a search when it is let go on."""

    def __init__(self) -> None:
        super().__init__(make_shelf())
        self.asked, self.released = threading.Event(), threading.Event()

    def search(self, request: SearchRequest) -> SearchResponse:
        self.asked.set()
        assert self.released.wait(_SECONDS)
        return super().search(request)


def test_a_search_ends_on_the_engine_that_it_began_with() -> None:
    first, second = Waiting(), Waiting()
    app = create_app(Settings(), first)
    statuses: list[int] = []

    def ask() -> None:
        statuses.append(app.test_client().get("/api/search?q=radar").status_code)

    begun = threading.Thread(target=ask)
    begun.start()
    assert first.asked.wait(_SECONDS)
    context.exchange(app, second)
    second.released.set()
    ask()
    assert second.asked.is_set()
    first.released.set()
    begun.join(_SECONDS)
    assert statuses == [200, 200]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index; what its searches need is compiled, and kept where processes keep it by themselves."""
    folder = tmp_path_factory.mktemp("library")
    (folder / "seeds").mkdir()
    (folder / "seeds" / "harbour.md").write_text("Velmara buys a radar for the harbour of Ostrel.\n\nPorts close at night.\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert run(loccit, "rebuild").exit_code == 0
    return folder


@pytest.fixture
def nothing_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which processes from now on keep what they compile."""
    pytest.importorskip("numba")
    kept = tmp_path / "kept"
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(kept))
    return kept


def _loops(kept: Path) -> set[str]:
    return {path.name for path in kept.rglob("*.nbc")}


def test_a_server_answers_before_anything_is_compiled(library: Path, nothing_compiled: Path) -> None:
    with spawn("webapp", "serve", "--port", "0", cwd=library) as process:
        try:
            found = _found(_url(process))
            compiled = len(_loops(nothing_compiled))
            children = _children(process)
        finally:
            process.send_signal(signal.SIGINT)
            _output, errors = process.communicate(timeout=_SECONDS)
    assert found == 1
    # Of a hundred.
    assert compiled < 10
    assert errors.splitlines() == ["Preparing to search", BEGUN]
    assert process.returncode == 130
    _wait_until(lambda: not any(map(_runs, children)))


def test_a_server_goes_over_when_all_is_compiled(library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numba_compile = pytest.importorskip("indexer.search.embedded.kernels.numba_compile")
    kept = tmp_path / "kept"
    shutil.copytree(numba_compile._settings.CACHE_DIR, kept)
    missing = list(kept.rglob("numba_loops.subtract-*"))
    assert missing
    for path in missing:
        path.unlink()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(kept))
    with spawn("webapp", "serve", "--port", "0", cwd=library) as process:
        try:
            url = _url(process)
            before = _answers(url)
            assert process.stderr is not None
            said = [process.stderr.readline().rstrip("\n") for _ in range(3)]
            assert _answers(url) == before
        finally:
            process.terminate()
            process.communicate(timeout=_SECONDS)
    assert said == ["Preparing to search", BEGUN, DONE]
    assert {path.name for path in missing if path.suffix == ".nbc"} <= _loops(kept)


def test_a_single_search_compiles_nothing(library: Path, nothing_compiled: Path) -> None:
    with spawn("webapp", "search", "radar", cwd=library) as process:
        output, errors = process.communicate(timeout=_SECONDS)
    assert (process.returncode, errors) == (0, "")
    assert "harbour.md#p1" in output
    assert _loops(nothing_compiled) == set()


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    found = re.match(r"Loccit is at (http://\S+) ", process.stdout.readline())
    assert found is not None
    return found[1]


def _found(url: str) -> int:
    with urllib.request.urlopen(f"{url}/api/search?q=radar", timeout=_SECONDS) as answer:
        return int(json.load(answer)["total"]["value"])


def _answers(url: str) -> list[dict[str, object]]:
    answers = []
    for query in ("radar", "harbour+OR+ports", "-radar", "%22the+harbour%22", "port*", "rader~", ""):
        with urllib.request.urlopen(f"{url}/api/search?q={query}&explain=1", timeout=_SECONDS) as answer:
            answers.append({**json.load(answer), "took_ms": None})
    return answers


def _children(process: subprocess.Popen[str]) -> list[int]:
    with suppress(FileNotFoundError):  # this system has none
        tasks = Path(f"/proc/{process.pid}/task").iterdir()
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return []


def _runs(pid: int) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
