"""Running commands, in this process or in one of their own, without the settings of whoever runs the tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from click.testing import CliRunner, Result

_TOP = Path(__file__).parent.parent


def run(group: click.Group, *arguments: str) -> Result:
    """Run a command line in this process; the result holds its exit code, stdout and stderr."""
    unset = {name: None for name in os.environ if name.startswith("LOCCIT_")}
    return CliRunner(env=unset).invoke(group, arguments)


def spawn(
    module: str, *arguments: str, cwd: Path, stdout: int = subprocess.PIPE, stderr: int = subprocess.PIPE
) -> subprocess.Popen[str]:
    """Start `python -m <module>` in a folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOCCIT_")}
    environment |= {"PYTHONPATH": str(_TOP), "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", module, *arguments]
    with heeding_ctrl_c():
        return subprocess.Popen(command, cwd=cwd, env=environment, stdout=stdout, stderr=stderr, encoding="utf-8")


@contextmanager
def heeding_ctrl_c() -> Iterator[None]:
    """Processes started here heed Ctrl-C. Whoever runs the tests in the background ignores it, and they would inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
