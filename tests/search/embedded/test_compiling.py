"""What is compiled is kept for just the code that it was compiled from."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import indexer
from indexer.errors import CannotCompile
from indexer.search.embedded.kernels import compiling_refused

pytest.importorskip("numba")

_TOP = Path(indexer.__file__).parent.parent
_MODULE = """
from indexer.search.embedded.kernels.numba_compile import compiled
from indexer.search.embedded.codec.step import STEP

@compiled
def stepped(place):
    return place + STEP
"""


def _stepped(top: Path) -> str:
    """What the loop answers, in a process of its own."""
    line = "from indexer.search.embedded.kernels.numba_steps import stepped; print(stepped(1))"
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    command = [sys.executable, "-c", line]
    done = subprocess.run(
        command, cwd=top, env={**environment, "PYTHONPATH": str(top)}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_constant_of_another_file_is_not_kept(tmp_path: Path) -> None:
    shutil.copytree(Path(indexer.__file__).parent, tmp_path / "indexer", ignore=shutil.ignore_patterns("__pycache__"))
    embedded = tmp_path / "indexer" / "search" / "embedded"
    (embedded / "kernels" / "numba_steps.py").write_text(_MODULE)
    (embedded / "codec" / "step.py").write_text("STEP = 16\n")
    assert _stepped(tmp_path) == "17"
    kept = list(embedded.rglob("*.nbi"))
    assert _stepped(tmp_path) == "17"
    assert kept and list(embedded.rglob("*.nbi")) == kept
    (embedded / "codec" / "step.py").write_text("STEP = 320\n")
    assert _stepped(tmp_path) == "321"


_KEEPING = """
import sys, time
from numba.core.caching import IndexDataCacheFile
from indexer.search.embedded.kernels.numba_compile import compiled

@compiled
def doubled(value):
    return value + value

# Both have looked what is kept before either writes, and who looked first writes last.
load, write = IndexDataCacheFile._load_index, IndexDataCacheFile._save_data
def load_slowly(index):
    loaded = load(index)
    time.sleep(2 if doubled.stats.cache_misses else 0)
    return loaded
def write_slowly(*given):
    time.sleep(1 if sys.argv[1] == "late" else 0)
    write(*given)
IndexDataCacheFile._load_index, IndexDataCacheFile._save_data = load_slowly, write_slowly
if sys.argv[1] == "late":
    print(doubled(1))
elif sys.argv[1] == "soon":
    print(doubled(1.5))
else:
    print(doubled(1), doubled(1.5))
"""


def test_processes_that_keep_a_loop_for_different_types_at_once_keep_both(tmp_path: Path) -> None:
    script = tmp_path / "keeping.py"
    script.write_text(_KEEPING)
    environment = {**os.environ, "PYTHONPATH": str(_TOP), "NUMBA_CACHE_DIR": str(tmp_path / "kept")}

    def start(how: str) -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, str(script), how], env=environment, stdout=subprocess.PIPE, text=True)

    with start("late") as late, start("soon") as soon:
        assert (late.communicate(timeout=120)[0], soon.communicate(timeout=120)[0]) == ("2\n", "3.0\n")
    kept = sorted((tmp_path / "kept").rglob("*.nbc"))
    assert len(kept) == 2
    with start("both") as both:
        assert both.communicate(timeout=120)[0] == "2 3.0\n"
    assert sorted((tmp_path / "kept").rglob("*.nbc")) == kept


def _loop(path: Path, source: str) -> Callable[..., object]:
    """The function `loop` of a file, as a process that has just begun has it."""
    path.write_text(source)
    names: dict[str, object] = {"__name__": "some.module"}
    exec(compile(source, str(path), "exec"), names)
    loop = names["loop"]
    assert callable(loop)
    return loop


_IMPORT = "from indexer.search.embedded.kernels.numba_compile import compiled\n"
_OF_TWO_TYPES = f"""{_IMPORT}
@compiled
def loop(numbers):
    some = 0
    if len(numbers):
        some = numbers
    return some
"""
_DOUBLED = f"""{_IMPORT}
@compiled
def loop(number):
    return 2 * number
"""


def test_a_loop_that_numba_fails_on_is_told_in_a_line(tmp_path: Path) -> None:
    loop = _loop(tmp_path / "loop.py", _OF_TWO_TYPES)
    with pytest.raises(CannotCompile) as failed:
        loop(np.zeros(3))
    assert failed.value.reason.startswith("numba cannot compile module.loop (TypingError: Cannot unify ")
    assert "\n" not in failed.value.reason


def test_what_a_compiled_loop_raises_is_its_own(tmp_path: Path) -> None:
    loop = _loop(tmp_path / "loop.py", _DOUBLED.replace("2 * number", "number[9]"))
    for _ in range(2):
        with pytest.raises(IndexError):
            loop(np.zeros(3))


@pytest.mark.parametrize("damage", ["empty", "cut", "replaced"])
@pytest.mark.parametrize("suffix", ["nbi", "nbc"])
def test_what_is_kept_but_damaged_is_compiled_anew(
    suffix: str, damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.search.embedded.kernels.numba_compile._settings.CACHE_DIR", str(tmp_path / "kept"))
    assert _loop(tmp_path / "loop.py", _DOUBLED)(21) == 42
    (kept,) = (tmp_path / "kept").rglob(f"*.{suffix}")
    content = kept.read_bytes()
    kept.write_bytes({"empty": b"", "cut": content[: len(content) // 2], "replaced": b"\0" * len(content)}[damage])
    assert _loop(tmp_path / "loop.py", _DOUBLED)(21) == 42
    with compiling_refused():
        assert _loop(tmp_path / "loop.py", _DOUBLED)(21) == 42


def test_no_query_waits_for_a_loop_once_an_engine_is_warm(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.search.embedded.loaded_loops", str(tmp_path / "index")]
    done = subprocess.run(command, cwd=_TOP, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    count, *late = done.stdout.splitlines()
    assert int(count) > 20
    assert not late, "Let `warm` ask what loads these"
