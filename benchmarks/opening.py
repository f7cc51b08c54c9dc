"""What it costs to begin: loading the kernels, opening an index and the first searches, each time in a new process.

Run by itself, `python -m benchmarks.opening INDEX KERNELS QUERY` prints the seconds of each step as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

from benchmarks.goals import Goal, at_most
from benchmarks.measures import milliseconds
from benchmarks.server import ask_all, search_paths, serve
from benchmarks.table import render
from indexer.config import Settings
from indexer.search.embedded.kernels import load_kernels
from indexer.search.engine import open_engine
from webapp import params

_TIMES = 5
_CACHE = "NUMBA_CACHE_DIR"
_KERNELS = "LOCCIT_KERNELS"
_LIMIT = 0.05


@dataclass(frozen=True, slots=True)
class Opening:
    """Seconds of each step in a process whose modules are loaded."""

    kernels: float
    opening: float
    first: float
    second: float


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds from the start of `loccit serve` until it listened, and of the first two answers."""

    listening: float
    first: float
    second: float


def open_once(index_dir: Path, kernels: str, query: str) -> Opening:
    """Load the kernels, open the index, search twice with all facets; in this process."""
    request = params.parse([("q", query)]).request
    moments = [time.perf_counter()]
    load_kernels(kernels)
    moments.append(time.perf_counter())
    with closing(open_engine(Settings(index_dir=index_dir, kernels=kernels))) as engine:
        engine.status()
        moments.append(time.perf_counter())
        for _ in range(2):
            engine.search(request)
            moments.append(time.perf_counter())
    return Opening(*(later - sooner for sooner, later in pairwise(moments)))


def measure(index_dir: Path, kernels: str, query: str, times: int = _TIMES) -> Opening:
    """The medians over several new processes."""
    command = [sys.executable, "-m", "benchmarks.opening", str(index_dir), kernels, query]
    stated = [subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout for _ in range(times)]
    found = [Opening(**json.loads(each)) for each in stated]
    return Opening(*(median(steps) for steps in zip(*(asdict(each).values() for each in found), strict=True)))


def openings_table(found: Mapping[str, Opening], markdown: bool) -> str:
    """A row for each choice of kernels."""
    rows = [[name, *map(milliseconds, asdict(each).values())] for name, each in found.items()]
    titles = ["in a new process", "loading the kernels ms", "opening ms", "first search ms", "the same again ms"]
    return render(titles, rows, markdown)


def goals(found: Mapping[str, Opening]) -> list[Goal]:
    """Opening an index must be quick, with any kernels."""
    slowest = max(found, key=lambda name: found[name].opening)
    evidence = f"{milliseconds(found[slowest].opening)} ms with {slowest}"
    return [at_most(f"opening within {_LIMIT * 1000:.0f} ms", found[slowest].opening, _LIMIT, evidence)]


def starts(index_dir: Path, query: str) -> dict[str, Start]:
    """Start the server on numpy, right after installation (nothing compiled yet), and from then on.

    After installation twice: left to itself, and so that it listens when it has compiled.
    """
    with (
        tempfile.TemporaryDirectory(prefix="loccit-compiled-") as first,
        tempfile.TemporaryDirectory(prefix="loccit-") as second,
    ):
        return {
            "numpy": _start(index_dir, query, {_KERNELS: "numpy"}),
            "auto, nothing compiled yet": _start(index_dir, query, {_KERNELS: "auto", _CACHE: first}),
            "numba, nothing compiled yet": _start(index_dir, query, {_KERNELS: "numba", _CACHE: second}),
            "auto, compiled before": _start(index_dir, query, {_KERNELS: "auto", _CACHE: second}),
        }


def starts_table(found: Mapping[str, Start], markdown: bool) -> str:
    """A row for each way of starting."""
    rows = [[name, *map(milliseconds, asdict(each).values())] for name, each in found.items()]
    return render(["starting the server", "listens after ms", "first answer ms", "the same again ms"], rows, markdown)


def _start(index_dir: Path, query: str, variables: Mapping[str, str]) -> Start:
    with serve(index_dir, variables) as server:
        path = search_paths([[("q", query)]], page=False)
        return Start(server.seconds, *ask_all(server, path * 2))


def main(arguments: Sequence[str]) -> int:
    """Open once, and print the seconds."""
    index_dir, kernels, query = arguments
    print(json.dumps(asdict(open_once(Path(index_dir), kernels, query))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
