"""An engine is warmed up by a process that loads what another has compiled."""

from __future__ import annotations

import errno
import io
import json
import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue

import pytest

from indexer.config import Settings
from indexer.errors import CannotCompile, IndexCorrupt, NotCompiled
from indexer.processes import Child
from indexer.search.compiling import Compiling, Ended, compile_ahead, warm_up, work
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

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answers: io.BytesIO | io.RawIOBase | None = None) -> None:
        self.children: list[Child] = []
        self.answers = answers
        self.warmed = 0
        monkeypatch.setattr("indexer.search.compiling.Child", self._start)
        monkeypatch.setattr("indexer.search.compiling.warm", self._warm)

    def _start(self, module: str, *, quiet: bool) -> Child:
        child = Child(module, quiet=quiet)
        if self.answers is not None:
            child.answers.close()
            child.answers = self.answers if isinstance(self.answers, io.BytesIO) else io.BufferedReader(self.answers)
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


@pytest.mark.parametrize(
    ("error", "told", "uncompilable"),
    [
        (CannotCompile("numba cannot compile a.b (TypingError: c)"), "numba cannot compile a.b (TypingError: c)", True),
        (IndexCorrupt("a.arrays is damaged"), "a.arrays is damaged. Run: loccit rebuild", False),
        (IndexError("out\nof bounds"), "IndexError: out of bounds", False),
    ],
)
def test_it_tells_what_fails_in_it(error: Exception, told: str, uncompilable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.search.compiling.warm", _raising(error))
    answer = _answer_of_the_process(Settings(kernels="numpy"), monkeypatch)
    assert json.loads(answer)[:2] == [told, uncompilable]
    assert "Traceback" in json.loads(answer)[2]
    beside = Beside(monkeypatch, io.BytesIO(answer))
    assert Compiling(Settings(kernels="numpy")).wait() == Ended(0, told, uncompilable)
    assert len(beside.children) == 1


@pytest.mark.parametrize(("kernels", "used"), [("auto", "numba"), ("numpy", "numpy")])
def test_it_takes_no_numpy_for_what_cannot_be_compiled(kernels: str, used: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    names: list[str] = []
    monkeypatch.setattr("indexer.search.compiling.warm", lambda engine: names.append(engine._kernels.name))
    assert _answer_of_the_process(Settings(kernels=kernels), monkeypatch) == b""
    assert names == [used]


def _raising(error: Exception) -> Callable[[SearchEngine], None]:
    def warm(_engine: SearchEngine) -> None:
        raise error

    return warm


def _answer_of_the_process(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """What the other process would answer, if it ran here."""
    answers, tasks = Kept(), SimpleQueue[Settings | None]()
    for task in (settings, None):
        tasks.put(task)
    monkeypatch.setattr("indexer.search.compiling.outgoing_answers", lambda: answers)
    monkeypatch.setattr("indexer.search.compiling.incoming_tasks", lambda: tasks)
    work()
    return answers.content


class Kept(io.BytesIO):
    """What was written, after it is closed, too."""

    content = b""

    def close(self) -> None:
        self.content = self.content or self.getvalue()
        super().close()


@pytest.mark.parametrize("warming", [warm_up, compile_ahead])
def test_what_cannot_be_compiled_there_is_not_tried_here(
    warming: Callable[[Settings, SearchEngine], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = Beside(monkeypatch, io.BytesIO(json.dumps(["numba cannot compile a.b", True, ""]).encode()))
    with pytest.raises(CannotCompile) as failed:
        warming(Settings(index_dir=tmp_path, kernels="numpy"), OracleEngine([]))
    assert (failed.value.reason, beside.warmed) == ("numba cannot compile a.b", 0)


@pytest.mark.parametrize(("kept", "started"), [(False, 0), (True, 1)])
def test_nothing_is_compiled_in_vain_for_others(
    kept: bool, started: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What can be kept nowhere; and what was not on the disk after the other process compiled it."""
    tried: list[SearchEngine] = []

    def warm(engine: SearchEngine) -> None:
        tried.append(engine)
        raise NotCompiled(kept=kept)

    settings = Settings(index_dir=tmp_path / "index", kernels="numpy")
    write_index(settings, [make_document("a.txt", ["The harbour of Ostrel."])])
    beside = Beside(monkeypatch)
    monkeypatch.setattr("indexer.search.compiling.warm", warm)
    refused: list[None] = []
    monkeypatch.setattr("indexer.search.compiling.compiling_refused", lambda: closing(Refused(refused)))
    with pytest.raises(NotCompiled):
        compile_ahead(settings, OracleEngine([]))
    assert len(beside.children) == started
    assert len(tried) == len(refused) == 1 + started


class Refused:
    """Counts how often compiling was refused."""

    def __init__(self, refused: list[None]) -> None:
        self._refused = refused

    def close(self) -> None:
        self._refused.append(None)


def test_what_the_other_process_did_not_get_to_is_compiled_here_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = Beside(monkeypatch)
    beside.answers = Killed(beside)
    compile_ahead(Settings(index_dir=tmp_path), OracleEngine([]))
    assert beside.warmed == 1


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


def test_an_engine_that_may_choose_takes_numpy_for_what_cannot_be_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("numba")
    settings = Settings(index_dir=tmp_path / "index")
    write_index(settings, [make_document("a.txt", ["The harbour of Ostrel.", "A harbour."])])
    request = SearchRequest(parse("harbour"))
    with closing(open_engine(replace(settings, kernels="numpy"))) as engine:
        expected = engine.search(request)
    tried: list[object] = []

    def fail(*given: object) -> None:
        tried.append(given)
        raise CannotCompile("numba cannot compile a.b (TypingError: c)")

    monkeypatch.setattr("indexer.search.embedded.kernels.with_numba.NumbaKernels.rank", fail)
    with caplog.at_level(logging.WARNING), closing(open_engine(settings)) as engine:
        assert [engine.search(request) for _ in range(3)] == [expected] * 3
        write_index(settings, [make_document("a.txt", ["A harbour."])])
        assert engine.search(request).total == 1
    assert len(tried) == 1
    (said,) = caplog.messages
    assert "numba cannot compile a.b (TypingError: c)" in said
    with closing(open_engine(replace(settings, kernels="numba"))) as engine, pytest.raises(CannotCompile):
        engine.search(request)


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
