"""Kernels for the tests of the embedded engine, a process that can be killed, and a count of what they tried."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Rebuilder: TypeAlias = Callable[..., dict[str, Any]]
Tally: TypeAlias = Counter[str]
"""What was tried, and how often."""

_TALLY = pytest.StashKey[Tally]()


@pytest.fixture(params=["numpy", "numba"], scope="session")
def kernels(request: pytest.FixtureRequest) -> str:
    """The name of each implementation of the kernels that is installed."""
    name: str = request.param
    if name == "numba":
        pytest.importorskip("numba")
    return name


@pytest.fixture(scope="session")
def tally(request: pytest.FixtureRequest) -> Tally:
    """What this run has tried so far; it is printed at the end."""
    return request.config.stash.setdefault(_TALLY, Counter())


@pytest.fixture(scope="module")
def rebuilder() -> Iterator[Rebuilder]:
    """Writes an index in a process of its own, which a moment may end: see `rebuilding`."""
    top = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": str(top), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "ignore", "-m", "tests.search.embedded.rebuilding"]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None

        def rebuild(index: Path, act: str = "list", at: int = 0, write: str = "rebuild") -> dict[str, Any]:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.write(json.dumps({"index": str(index), "write": write, "act": act, "at": at}) + "\n")
            process.stdin.flush()
            answer: dict[str, Any] = json.loads(process.stdout.readline())
            return answer

        yield rebuild
        process.stdin.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how much was tried."""
    counted = config.stash.get(_TALLY, Counter())
    if counted:
        listed = ", ".join(f"{count:,} {what}" for what, count in sorted(counted.items()))
        terminalreporter.write_line(f"Tried by the embedded engine's tests: {listed}.")
