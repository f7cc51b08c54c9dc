"""All measurements of the scale corpus in one run: `python -m benchmarks DATA_FOLDER`.

The peers side by side, growth, and size, memory, opening and serving; at the end every goal and how it stands.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

from benchmarks import growth, main_job, scale
from benchmarks.command import FAILURES
from benchmarks.goals import Goal, goals_table
from benchmarks.machine import header
from benchmarks.peers import __main__ as peers

_TENTH, _HALF = 10, 2


def main(arguments: Sequence[str]) -> int:
    """Measure everything and print it; where a part fails, the goals of those before it."""
    options = _parser().parse_args(arguments)
    print("\n".join(header((*peers.PACKAGES, *scale.PACKAGES[1:]))) + "\n")
    reached: list[Goal] = []
    failed = False
    try:
        for goals in _parts(options):
            reached += goals
    except FAILURES as error:
        print(error, file=sys.stderr)
        failed = True
    print(_heading("Goals", options) + goals_table(reached, options.markdown))
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    peers.common_options(made)
    made.add_argument("--records", type=int, help="about so many records instead of all 710,849, for a try")
    return made


def _parts(options: argparse.Namespace) -> Iterator[list[Goal]]:
    """Run each part with what this command was told, and its own defaults for the rest; gives its goals."""
    few = [str(options.folder), *(["--markdown"] if options.markdown else []), "--rounds", str(options.rounds)]
    few += ["--questions", str(options.questions)]
    shared = [*few, "--scratch", str(options.scratch), "--clock", options.clock, "--classes", *options.classes]
    again = [] if options.rebuild is None else ["--rebuild", *options.rebuild]
    records = [] if options.records is None else ["--records", str(options.records)]
    sizes = [] if options.records is None else ["--sizes", *(str(options.records // part) for part in (_TENTH, _HALF, 1))]
    print(_heading("Peers", options), end="")
    yield peers.measure(peers.parser().parse_args([*shared, *again, *records]))
    print(_heading("Growth", options), end="")
    yield growth.measure(growth.parser().parse_args([*shared, *sizes]))
    print(_heading("Size, memory and serving", options), end="")
    yield scale.measure(scale.parser().parse_args([*few, *records]))
    print(_heading("The main job", options), end="")
    reached = main_job.measure(main_job.parser().parse_args(few))
    yield [replace(goal, stated=f"main job: {goal.stated}") for goal in reached]


def _heading(name: str, options: argparse.Namespace) -> str:
    return f"## {name}\n\n" if options.markdown else f"{name}\n{'=' * len(name)}\n\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
