"""What an update costs: `python -m benchmarks.updating DATA_FOLDER`.

`loccit update`, in a process of its own each time, of an index of many small files: none, one and some of them changed, one
added, removed and moved.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from benchmarks.command import run
from benchmarks.corpora import Corpus, scale_corpus
from benchmarks.goals import Goal, at_most
from benchmarks.table import render

PACKAGES = ("Whoosh", "watchfiles")

_LIMIT = 3.0
_IN_A_FOLDER = 500
_CHARACTERS = 1_500
_LONG_AGO = 1_600_000_000
_SOME = 100


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds of a command: by the clock, and of the processor, its processes included."""

    wall: float
    processor: float


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    return run(parser().parse_args(arguments), PACKAGES, measure)


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.updating", description=__doc__)
    made.add_argument("folder", type=Path, metavar="DATA_FOLDER", help="the folder of the .jsonl.gz corpora")
    made.add_argument("--files", type=int, default=50_000)
    made.add_argument("--rounds", type=int, default=3)
    made.add_argument("--clock", choices=("wall", "processor"), default="wall", help="what the goal is judged by")
    made.add_argument("--markdown", action="store_true", help="a table for docs/performance.md")
    return made


def measure(options: argparse.Namespace) -> list[Goal]:
    """Print the table; gives the goal. Raises CorpusError, CalledProcessError."""
    with tempfile.TemporaryDirectory(prefix="loccit-updating-") as scratch:
        folder, index_dir = Path(scratch) / "files", Path(scratch) / "index"
        paths = write_files(scale_corpus(options.folder, None), folder, options.files)
        built = _loccit("rebuild", str(folder), index_dir=index_dir)
        changes: dict[str, Callable[[int], None]] = {
            "nothing changed": lambda _number: None,
            "1 file changed": lambda number: _change(paths[number : number + 1]),
            f"{_SOME} files changed": lambda number: _change(paths[_SOME * number : _SOME * (number + 1)]),
            "1 file added": lambda number: _change([folder / f"added-{number}.txt"]),
            "1 file removed": lambda number: paths[-1 - number].unlink(),
            "1 file moved": lambda number: _move(paths[_SOME + number]),
            "1 file changed, named": lambda number: _change(paths[number : number + 1]),
        }
        rows = [["rebuild", f"{built.wall:.2f}", f"{built.processor:.2f}"]]
        medians = {}
        for name, change in changes.items():
            runs = []
            for number in range(options.rounds):
                change(number)
                named = [str(paths[number])] if name.endswith("named") else []
                runs.append(_loccit("update", *named, index_dir=index_dir))
            medians[name] = Run(median(each.wall for each in runs), median(each.processor for each in runs))
            rows.append([name, f"{medians[name].wall:.2f}", f"{medians[name].processor:.2f}"])
    heads = [f"`loccit update`, {options.files:,} files", "seconds", "of the processor"]
    print(render(heads, rows, options.markdown) + "\n")
    one = medians["1 file changed"]
    stated = f"1 document changed in {options.files:,} takes at most {_LIMIT:.0f} s"
    judged = one.wall if options.clock == "wall" else one.processor
    return [at_most(stated, judged, _LIMIT, f"{one.wall:.2f} s, {one.processor:.2f} s of the processor")]


def write_files(corpus: Corpus, folder: Path, count: int) -> list[Path]:
    """Write so many text files, with the beginnings of a corpus's documents, last changed long ago."""
    texts = [str(raw["text"])[:_CHARACTERS] for raw in islice(corpus.raw(), count)]
    paths = []
    for number, text in enumerate(islice(cycle(texts), count)):
        path = folder / f"{number // _IN_A_FOLDER:04}" / f"{number:06}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Number {number}.\n\n{text}", encoding="utf-8")
        os.utime(path, (_LONG_AGO, _LONG_AGO))
        paths.append(path)
    return paths


def _change(paths: Sequence[Path]) -> None:
    for path in paths:
        with path.open("a", encoding="utf-8") as stream:
            stream.write(f"\n\nChanged at {time.time_ns()}.\n")


def _move(path: Path) -> None:
    path.rename(path.with_name(f"moved-{path.name}"))


def _loccit(command: str, *arguments: str, index_dir: Path) -> Run:
    """Run a command and wait for it."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    line = [sys.executable, "-m", "webapp", command, *arguments, "--index-dir", str(index_dir), "--quiet"]
    subprocess.run(line, check=True)
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Run(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
