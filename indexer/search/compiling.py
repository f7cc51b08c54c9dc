"""Warming an engine up whose loops may not be compiled yet: a process beside this one compiles them, and keeps them on disk.

What compiles holds 200 MB more for good. A process that is there to stay only loads what was compiled.
"""

from __future__ import annotations

import json
import logging
import traceback
from contextlib import closing, suppress
from dataclasses import dataclass, replace

from indexer.config import Settings
from indexer.errors import CannotCompile, LoccitError, NotCompiled
from indexer.processes import Child, incoming_tasks, outgoing_answers
from indexer.search.engine import SearchEngine, compiling_refused, falling_back, open_engine
from indexer.search.request import SearchRequest
from indexer.search.response import SearchResponse
from indexer.search.warm import warm

SLOWER = "Searches stay slower"
NOT_KEPT = "what is compiled could be kept nowhere. Let NUMBA_CACHE_DIR name a folder that can be written to."
NOT_THERE = "what was compiled is not on the disk. Is it full?"
UNCOMPILABLE = "{}, so that numpy goes on. Please report it, with what --verbose shows."

_KERNELS = {"auto": "numba"}
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """How the other process ended.

    code: its exit code, a negative signal where one ended it. fault: what failed in it, in a line, or "". uncompilable:
    whether that is a loop that cannot be compiled, whoever tries.
    """

    code: int
    fault: str = ""
    uncompilable: bool = False


class Compiling:
    """The other process, from its start on. Raises OSError where the system has no room for it."""

    def __init__(self, settings: Settings) -> None:
        self._child = Child(__name__, quiet=True)
        with suppress(BrokenPipeError):
            self._child.send(settings)

    def wait(self) -> Ended:
        """Wait until all is compiled, or it failed. Ctrl-C meanwhile ends both."""
        try:
            answer = self._child.answers.read()
        except BaseException:
            self.kill()
            raise
        finally:
            self._child.end()
        code = self._child.wait()
        try:
            fault, uncompilable, trace = json.loads(answer)
        except ValueError:  # it had nothing to tell, or was ended
            return Ended(code)
        _logger.debug("In the process that compiles:\n%s", trace)
        return Ended(code, fault, uncompilable)

    def kill(self) -> None:
        """End it at once; who waits for it goes on."""
        self._child.kill()


def work() -> None:
    """Be the other process: what it takes to warm an engine up is on the disk when the answers end.

    Where the settings leave the choice, it is to be numba here, or a loop that cannot be compiled would not be noticed.
    """
    answers, tasks = outgoing_answers(), incoming_tasks()
    settings = tasks.get()
    with answers:
        try:
            with closing(open_engine(replace(settings, kernels=_KERNELS.get(settings.kernels, settings.kernels)))) as engine:
                warm(engine)
        except Exception as error:
            told = [_in_a_line(error), isinstance(error, CannotCompile), traceback.format_exc()]
            answers.write(json.dumps(told).encode())
    tasks.get()


def _in_a_line(error: Exception) -> str:
    """A fault of the other process, as it is told in this one."""
    if isinstance(error, CannotCompile):
        return error.reason
    if isinstance(error, LoccitError):
        return str(error)
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def load(_settings: Settings, engine: SearchEngine) -> None:
    """Warm up an engine with what is compiled already. Raises NotCompiled where something is not, and as `warm` does."""
    with compiling_refused():
        warm(engine)


def warm_up(settings: Settings, engine: SearchEngine) -> None:
    """Warm up an engine of these settings, whatever has to be compiled for it, in a process that searches with it.

    Where nothing can be kept on the disk, and where the other process fails, this one compiles. Raises CannotCompile, and as
    `warm` does.
    """
    try:
        load(settings, engine)
    except NotCompiled as missing:
        if missing.kept:
            _compile_beside(settings)
        warm(engine)


def compile_ahead(settings: Settings, engine: SearchEngine) -> None:
    """Have what searches need compiled by a process that does not stay: for those to come.

    Raises NotCompiled where nothing can be kept on the disk for them, or nothing was; CannotCompile; and as `warm` does.
    """
    try:
        load(settings, engine)
    except NotCompiled as missing:
        if not missing.kept:
            raise
        if _compile_beside(settings):
            load(settings, engine)
        else:
            warm(engine)


def _compile_beside(settings: Settings) -> bool:
    """Have another process compile; whether it got to its end. Raises CannotCompile where that is what a loop is."""
    try:
        ended = Compiling(settings).wait()
    except OSError:  # the system has no room for another process
        return False
    if ended.uncompilable:
        raise CannotCompile(ended.fault)
    return not ended.code and not ended.fault


def answer(settings: Settings, request: SearchRequest) -> SearchResponse:
    """Answer a single request. Where the settings leave the choice, and a loop is not compiled yet, numpy is quicker."""
    with closing(open_engine(settings)) as engine:
        if settings.kernels != "auto":
            return engine.search(request)
        with compiling_refused():
            return falling_back(engine).search(request)
