"""A server that answers with numpy until what makes it faster is compiled: once after an installation, for a minute or so."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from signal import Signals
from types import TracebackType
from typing import Self

from indexer.config import Settings
from indexer.errors import NotCompiled
from indexer.search.compiling import NOT_KEPT, NOT_THERE, SLOWER, UNCOMPILABLE, Compiling, Ended
from indexer.search.engine import SearchEngine, compiling_refused
from indexer.search.warm import warming
from webapp import heap

BEGUN = "Searches are slower for a minute: what makes them fast is compiled now, once after an installation."
DONE = "Compiled: searches are fast now."
_ENDED = "the process that compiles was ended{}. The next start goes on with it."
_FAULT = "the process that compiles failed, so that numpy goes on. {}"
# Seconds between two searches that load what was compiled, for requests that came meanwhile.
_RESPITE = 0.005

_logger = logging.getLogger(__name__)


class Changeover:
    """Within it, a process beside this one compiles; then an engine is loaded in a thread, and put to use.

    engine: one of these settings that nobody uses yet. use: called once with it, when it has loaded everything; never, where
    that fails. tell: given a line when it begins and when it is done; complain: a line where it fails. This process compiles
    nothing: it would hold 200 MB more for good.
    """

    def __init__(
        self,
        settings: Settings,
        engine: SearchEngine,
        use: Callable[[SearchEngine], None],
        tell: Callable[[str], None],
        complain: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._use = use
        self._tell = tell
        self._complain = complain
        self._left = threading.Event()
        self._starting = threading.Lock()
        self._compiling: Compiling | None = None
        self._thread = threading.Thread(target=self._run, name="changeover", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        with self._starting:
            self._left.set()
            if self._compiling is not None:
                self._compiling.kill()
        self._thread.join()

    def _run(self) -> None:
        try:
            failure = self._change()
        except Exception as error:  # the last gate of the thread: searches go on as they are
            _logger.debug("Fault", exc_info=True)
            failure = f"{type(error).__name__}: {error}"
        if failure and not self._left.is_set():
            self._complain(f"{SLOWER}: {failure}")

    def _change(self) -> str:
        """Compile and load until nothing is left to load; gives what failed, if anything did."""
        generation, failure = "", NOT_THERE
        while True:
            before, generation = generation, self._engine.status().generation
            try:
                loaded = self._load()
            except NotCompiled as missing:
                if not missing.kept:
                    return NOT_KEPT
                # Another generation, published meanwhile, may need what the one before did not.
                if generation == before:
                    return failure
            else:
                if loaded:
                    self._use(self._engine)
                    heap.settle()
                    self._tell(DONE)
                return ""
            if not before:
                self._tell(BEGUN)
            failure = _told(self._compile())

    def _load(self) -> bool:
        """Load what is compiled; whether that was all of it. Raises NotCompiled where a loop is missing."""
        with compiling_refused():
            return not any(self._left.wait(_RESPITE) for _ in warming(self._engine))

    def _compile(self) -> Ended:
        """Have what is missing compiled. Gives how the process that does it ended."""
        with self._starting:
            if self._left.is_set():
                return Ended(0)
            self._compiling = Compiling(self._settings)
        ended = self._compiling.wait()
        with self._starting:
            self._compiling = None
        return ended


def _told(ended: Ended) -> str:
    """Why something is not compiled yet, after a process that compiles has ended."""
    if ended.fault:
        return UNCOMPILABLE.format(ended.fault) if ended.uncompilable else _FAULT.format(ended.fault)
    if ended.code:
        return _ENDED.format(f" by {Signals(-ended.code).name}" if ended.code < 0 else "")
    return NOT_THERE
