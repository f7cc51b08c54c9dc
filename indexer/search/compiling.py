"""Warming an engine up whose loops may not be compiled yet: a process beside this one compiles them, and keeps them on disk.

What compiles holds 200 MB more for good. A process that is there to stay only loads what was compiled.
"""

from __future__ import annotations

from contextlib import closing, suppress

from indexer.config import Settings
from indexer.errors import NotCompiled
from indexer.processes import Child, incoming_tasks, outgoing_answers
from indexer.search.engine import SearchEngine, compiling_refused, open_engine
from indexer.search.warm import warm


def warm_up(settings: Settings, engine: SearchEngine) -> None:
    """Warm up an engine of these settings. Raises as `warm` does.

    Where nothing can be kept on the disk, and where the other process fails, this one compiles.
    """
    try:
        with compiling_refused():
            warm(engine)
    except NotCompiled:
        _compile_beside(settings)
        warm(engine)


def work() -> None:
    """Be the other process: what it takes to warm an engine up is on the disk when the answers end.

    A fault is met again by the process that waits, and told there.
    """
    answers, tasks = outgoing_answers(), incoming_tasks()
    settings = tasks.get()
    with answers, suppress(Exception), closing(open_engine(settings)) as engine:
        warm(engine)
    tasks.get()


def _compile_beside(settings: Settings) -> None:
    """Have it done, and wait for it; Ctrl-C ends both."""
    try:
        child = Child(__name__, quiet=True)
    except OSError:  # the system has no room for another process
        return
    try:
        with suppress(BrokenPipeError):
            child.send(settings)
        child.answers.read()
    except BaseException:
        child.kill()
        raise
    finally:
        child.end()
