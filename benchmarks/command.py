"""What each measurement does as a command: it says where it runs, measures, and prints its goals; a failure is a sentence."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Sequence

from benchmarks.corpora import CorpusError
from benchmarks.goals import Goal, goals_table
from benchmarks.machine import header
from benchmarks.peers.comparison import WrongTotals
from benchmarks.peers.indexes import BuildFailed
from benchmarks.server import ServerError
from indexer.errors import LoccitError

FAILURES = (CorpusError, BuildFailed, WrongTotals, ServerError, LoccitError, subprocess.CalledProcessError)


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
