"""An engine is warmed up by a process that loads what another has compiled."""

from __future__ import annotations

import errno
import io
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue

import pytest

from indexer.config import Settings
from indexer.errors import NotCompiled
from indexer.processes import Child
from indexer.search.compiling import warm_up, work
from indexer.search.engine import SearchEngine, compiling_refused, falling_back, open_engine, uncompiled
from indexer.search.request import SearchRequest
from indexer.search.syntax import parse
from tests.conftest import write_index
from tests.oracle import OracleEngine
from tests.records import make_document

_FOLDER = "indexer.search.embedded.kernels.numba_compile._settings.CACHE_DIR"
_LOOP = """
from indexer.search.embedded.kernels.numba_compile import compiled

@compiled
def doubled(number):
    return 2 * number
"""


class Beside:
    """What warming an engine up did: `warm` finds that a loop is not compiled until the other process has ended."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answers: io.RawIOBase | None = None) -> None:
        self.children: list[Child] = []
        self.answers = answers
        self.warmed = 0
        monkeypatch.setattr("indexer.search.compiling.Child", self._start)
        monkeypatch.setattr("indexer.search.compiling.warm", self._warm)

    def _start(self, module: str, *, quiet: bool) -> Child:
        child = Child(module, quiet=quiet)
        if self.answers is not None:
            child.answers.close()
            child.answers = io.BufferedReader(self.answers)
        self.children.append(child)
        return child

    def _warm(self, _engine: SearchEngine) -> None:
        if not self.children:
            raise NotCompiled(kept=True)
        assert self.children[0].has_ended()
        self.warmed += 1


class Killed(io.RawIOBase):
    """The process was ended by the system before it answered."""

    def __init__(self, beside: Beside) -> None:
        self._beside = beside

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: object) -> int:
        self._beside.children[0].kill()
        return 0


class Interrupted(io.RawIOBase):
    """Ctrl-C comes while the answer of a process is waited for."""

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: object) -> int:
        raise KeyboardInterrupt


def test_a_process_beside_this_one_compiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(index_dir=tmp_path / "index", kernels="numpy")
    write_index(settings, [make_document("a.txt", ["The harbour of Ostrel."])])
    beside = Beside(monkeypatch)
    warm_up(settings, OracleEngine([]))
    assert (beside.warmed, [child.wait() for child in beside.children]) == (1, [0])
    assert capfd.readouterr() == ("", "")


def test_it_warms_up_an_engine_of_its_own_before_its_answers_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(index_dir=tmp_path / "index", kernels="numpy")
    write_index(settings, [make_document("a.txt", ["The harbour of Ostrel."])])
    answers, tasks = io.BytesIO(), SimpleQueue[Settings | None]()
    for task in (settings, None):
        tasks.put(task)
    warmed: list[tuple[int, bool]] = []
    monkeypatch.setattr("indexer.search.compiling.outgoing_answers", lambda: answers)
    monkeypatch.setattr("indexer.search.compiling.incoming_tasks", lambda: tasks)
    monkeypatch.setattr(
        "indexer.search.compiling.warm", lambda engine: warmed.append((engine.status().paragraphs, answers.closed))
    )
    work()
    assert warmed == [(1, False)]
    assert answers.closed
    assert tasks.empty()


def test_where_it_fails_this_one_compiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    beside = Beside(monkeypatch)
    warm_up(Settings(index_dir=tmp_path / "nothing", kernels="numpy"), OracleEngine([]))
    assert (beside.warmed, [child.wait() for child in beside.children]) == (1, [0])
    assert capfd.readouterr() == ("", "")


def test_where_it_cannot_be_started_this_one_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused: list[str] = []
    warmed: list[SearchEngine] = []

    def refuse(module: str, **_: bool) -> Child:
        refused.append(module)
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    def warm(engine: SearchEngine) -> None:
        if not refused:
            raise NotCompiled(kept=True)
        warmed.append(engine)

    monkeypatch.setattr("indexer.search.compiling.Child", refuse)
    monkeypatch.setattr("indexer.search.compiling.warm", warm)
    engine = OracleEngine([])
    warm_up(Settings(index_dir=tmp_path), engine)
    assert (len(refused), warmed) == (1, [engine])


def test_where_it_is_killed_this_one_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = Beside(monkeypatch)
    beside.answers = Killed(beside)
    warm_up(Settings(index_dir=tmp_path), OracleEngine([]))
    assert beside.warmed == 1
    assert beside.children[0].wait() < 0


def test_ctrl_c_ends_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = Beside(monkeypatch, Interrupted())
    with pytest.raises(KeyboardInterrupt):
        warm_up(Settings(index_dir=tmp_path), OracleEngine([]))
    assert beside.warmed == 0
    assert beside.children[0].wait() < 0


def test_nothing_is_started_where_all_is_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warmed: list[SearchEngine] = []
    beside = Beside(monkeypatch)
    monkeypatch.setattr("indexer.search.compiling.warm", warmed.append)
    engine = OracleEngine([])
    warm_up(Settings(index_dir=tmp_path), engine)
    assert (warmed, beside.children) == ([engine], [])


def test_what_needs_no_compiling_answers_from_what_is_open(tmp_path: Path) -> None:
    settings = Settings(index_dir=tmp_path / "index")
    write_index(settings, [make_document("a.txt", ["The harbour of Ostrel."])])
    engine = open_engine(settings)
    before = engine.search(SearchRequest(parse("harbour")))
    plain = uncompiled(engine)
    assert vars(plain)["_kernels"].name == "numpy"
    assert vars(plain)["_opened"][1] is vars(engine)["_opened"][1]
    engine.close()
    assert plain.search(SearchRequest(parse("harbour"))) == before
    write_index(settings, [make_document("a.txt", ["The harbour of Ostrel.", "A harbour."])])
    assert [each.search(SearchRequest(parse("harbour"))).total for each in (engine, plain)] == [2, 2]
    assert uncompiled(oracle := OracleEngine([])) is oracle


def test_where_a_loop_is_missing_an_engine_may_fall_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(index_dir=tmp_path / "index")
    write_index(settings, [make_document("a.txt", ["The harbour of Ostrel.", "A harbour."])])
    request = SearchRequest(parse("harbour"))
    with closing(open_engine(settings)) as engine:
        before = engine.search(request)
        kernels = vars(engine)["_kernels"]
        if kernels.name == "numpy":
            pytest.skip("numba is not installed")

        def refuse(*_: object) -> None:
            raise NotCompiled(kept=True)

        monkeypatch.setattr(type(kernels), "rank", refuse)
        with pytest.raises(NotCompiled):
            engine.search(request)
        assert falling_back(engine).search(request) == before
    assert falling_back(oracle := OracleEngine([])) is oracle


def test_what_is_on_the_disk_is_loaded_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    monkeypatch.setattr(_FOLDER, str(tmp_path / "kept"))
    source = tmp_path / "loop.py"
    source.write_text(_LOOP)

    def loop() -> dict[str, object]:
        names: dict[str, object] = {"__name__": "loop"}
        exec(compile(_LOOP, str(source), "exec"), names)
        return names

    first, again = loop()["doubled"], loop()["doubled"]
    assert callable(first) and callable(again)
    with compiling_refused(), pytest.raises(NotCompiled) as refused:
        first(21)
    assert refused.value.kept
    assert first(21) == 42
    with compiling_refused():
        assert again(21) == 42
        with pytest.raises(NotCompiled):
            again(2.5)
    assert again(2.5) == 5


def test_what_cannot_be_kept_is_refused_as_well() -> None:
    numba = pytest.importorskip("numba")
    with compiling_refused(), pytest.raises(NotCompiled) as refused:
        numba.njit(lambda number: 2 * number)(21)
    assert not refused.value.kept


def test_what_cannot_be_kept_this_one_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warmed: list[SearchEngine] = []

    def warm(engine: SearchEngine) -> None:
        warmed.append(engine)
        if len(warmed) == 1:
            raise NotCompiled(kept=False)

    beside = Beside(monkeypatch)
    monkeypatch.setattr("indexer.search.compiling.warm", warm)
    engine = OracleEngine([])
    warm_up(Settings(index_dir=tmp_path), engine)
    assert (warmed, beside.children) == ([engine] * 2, [])
