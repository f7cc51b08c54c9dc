"""What each measurement does as a command: it says where it runs, measures, and prints its goals; a failure is a sentence."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.corpora import CorpusError
from benchmarks.goals import Goal, goals_table
from benchmarks.machine import header
from benchmarks.peers.comparison import WrongTotals
from benchmarks.peers.indexes import BuildFailed
from benchmarks.server import ServerError
from indexer.errors import LoccitError

FAILURES = (CorpusError, BuildFailed, WrongTotals, ServerError, LoccitError, subprocess.CalledProcessError)


def parser_of_jobs(module: str, description: str | None) -> argparse.ArgumentParser:
    """What the commands take that build, search and serve; `module` is the one's name."""
    made = argparse.ArgumentParser(prog=f"python -m benchmarks.{module}", description=description)
    made.add_argument("folder", type=Path, metavar="DATA_FOLDER", help="the folder of the .jsonl.gz corpora")
    made.add_argument("--questions", type=int, default=50, help="of each class")
    made.add_argument("--rounds", type=int, default=5)
    made.add_argument("--requests", type=int, default=800, help="over HTTP, for each line of the table")
    made.add_argument("--markdown", action="store_true", help="tables for docs/performance.md")
    return made


def run(options: argparse.Namespace, packages: Sequence[str], measure: Callable[[argparse.Namespace], list[Goal]]) -> int:
    """Measure and print; gives the exit code. packages: whose versions are told."""
    try:
        print("\n".join(header(packages)) + "\n")
        reached = measure(options)
    except FAILURES as error:
        print(error, file=sys.stderr)
        return 1
    print(goals_table(reached, options.markdown))
    return 0
