"""Warming an engine up whose loops may not be compiled yet: a process beside this one compiles them, and keeps them on disk.

What compiles holds 200 MB more for good. A process that is there to stay only loads what was compiled.
"""

from __future__ import annotations

from contextlib import closing, suppress

from indexer.config import Settings
from indexer.errors import NotCompiled
from indexer.processes import Child, incoming_tasks, outgoing_answers
from indexer.search.engine import SearchEngine, compiling_refused, falling_back, open_engine
from indexer.search.request import SearchRequest
from indexer.search.response import SearchResponse
from indexer.search.warm import warm


class Compiling:
    """The other process, from its start on. Raises OSError where the system has no room for it."""

    def __init__(self, settings: Settings) -> None:
        self._child = Child(__name__, quiet=True)
        with suppress(BrokenPipeError):
            self._child.send(settings)

    def wait(self) -> int:
        """Wait until all is compiled, or it failed; gives its exit code, a negative signal where one ended it.

        Ctrl-C meanwhile ends both.
        """
        try:
            self._child.answers.read()
        except BaseException:
            self.kill()
            raise
        finally:
            self._child.end()
        return self._child.wait()

    def kill(self) -> None:
        """End it at once; who waits for it goes on."""
        self._child.kill()


def work() -> None:
    """Be the other process: what it takes to warm an engine up is on the disk when the answers end.

    A fault is met again by the process that waits, and told there.
    """
    answers, tasks = outgoing_answers(), incoming_tasks()
    settings = tasks.get()
    with answers, suppress(Exception), closing(open_engine(settings)) as engine:
        warm(engine)
    tasks.get()


def load(engine: SearchEngine) -> None:
    """Warm up an engine with what is compiled already. Raises NotCompiled where something is not, and as `warm` does."""
    with compiling_refused():
        warm(engine)


def warm_up(settings: Settings, engine: SearchEngine) -> None:
    """Warm up an engine of these settings, whatever has to be compiled for it. Raises as `warm` does.

    Where nothing can be kept on the disk, and where the other process fails, this one compiles.
    """
    try:
        load(engine)
    except NotCompiled as missing:
        if missing.kept:
            with suppress(OSError):  # the system has no room for another process
                Compiling(settings).wait()
        warm(engine)


def answer(settings: Settings, request: SearchRequest) -> SearchResponse:
    """Answer a single request. Where the settings leave the choice, and a loop is not compiled yet, numpy is quicker."""
    with closing(open_engine(settings)) as engine:
        if settings.kernels != "auto":
            return engine.search(request)
        with compiling_refused():
            return falling_back(engine).search(request)
