"""Updates as files change: bursts are waited for, files under way left until they are written, roots may come and go."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

import watchfiles

from indexer.changes import Scope
from indexer.config import Settings
from indexer.errors import IndexLocked, LoccitError, NoIndex, RootMissing
from indexer.report import passed_over_by_name, shown_path
from indexer.search.engine import open_engine
from indexer.walk import is_below

SETTLE = 1.0
"""Seconds that a file must not have been written in before it is read."""
_TICK = 0.5
_RETRY = 2.0

Identity: TypeAlias = tuple[int, int]
"""Device and inode: a root that was removed and made again is another one."""


class Updater(Protocol):
    """Makes one update."""

    def __call__(self, scope: Scope) -> int:
        """Bring what the scope looks at up to date; gives the number of files that were left for later."""
        ...


@dataclass(frozen=True, slots=True)
class Watch:
    """Watches the roots of an index until `stop` is set. update: makes one; tell: says a sentence to people."""

    settings: Settings
    update: Updater
    tell: Callable[[str], object]
    stop: threading.Event

    def run(self) -> None:
        """Update first, and then whenever something has changed; changes are gathered while an update is under way.

        What goes wrong with the first update is raised, unless another process writes; later it is told, and tried again at
        the next change.
        """
        state = _State(self.tell)
        if self._roots() is None:
            self.update(Scope())
            state.updated = True
        while not self.stop.is_set():
            roots = self._roots() or []
            present = _present(roots)
            state.say_gone([root for root in roots if root not in present])
            if present:
                self._watch(present, state, complete=len(present) == len(roots))
            else:
                self.stop.wait(_TICK)

    def _watch(self, present: dict[Path, Identity], state: _State, complete: bool) -> None:
        """Update whenever something changes below these roots, until one comes, goes or is another."""
        looks = self._looks(tuple(present))
        try:
            # Gathering begins with the first look, so that nothing is missed between the walk of an update and the next one.
            next(looks, None)
        except FileNotFoundError:
            return
        state.due_in(0.0)
        scope = Scope(() if complete else tuple(present), settle=SETTLE)
        for changed in looks:
            if changed:
                state.due_in(SETTLE)
            if state.is_due:
                self._update(scope, state)
            if _present(self._roots() or []) != present:
                return

    def _looks(self, roots: Sequence[Path]) -> Iterator[bool]:
        """Every so often, whether something has changed below some roots."""
        index_dir = os.path.realpath(self.settings.index_dir)
        tops = {str(root) for root in roots} | {os.path.realpath(root) for root in roots}

        def matters(_change: watchfiles.Change, path: str) -> bool:
            return not is_below(os.path.realpath(path), index_dir) and not any(_is_hidden(path, top) for top in tops)

        changes = watchfiles.watch(
            *roots,
            watch_filter=matters,
            rust_timeout=int(_TICK * 1000),
            yield_on_timeout=True,
            stop_event=self.stop,
            ignore_permission_denied=True,
        )
        return (bool(changed) for changed in changes)

    def _update(self, scope: Scope, state: _State) -> None:
        began = time.monotonic()
        try:
            deferred = self.update(scope)
        except (IndexLocked, RootMissing) as error:
            state.done(began)
            state.say(str(error))
            state.due_in(_RETRY)
        except (LoccitError, OSError) as error:
            if not state.updated:
                raise
            state.done(began)
            state.say(f"Error: {error}")
        else:
            state.updated = True
            state.done(began)
            state.say("")
            if deferred:
                state.due_in(SETTLE)

    def _roots(self) -> list[Path] | None:
        """The roots of the index; None where there is none."""
        try:
            with closing(open_engine(self.settings)) as engine:
                return [Path(root) for root in engine.status().roots]
        except NoIndex:
            return None


class _State:
    """When the next update is due, and what was told last."""

    def __init__(self, tell: Callable[[str], object]) -> None:
        self.updated = False
        self._tell = tell
        self._told = ""
        self._gone: list[Path] = []
        self._due: float | None = None
        self._not_before = 0.0

    @property
    def is_due(self) -> bool:
        """Whether it is time for an update."""
        return self._due is not None and time.monotonic() >= max(self._due, self._not_before)

    def due_in(self, seconds: float) -> None:
        """An update is due then, if not before."""
        due = time.monotonic() + seconds
        self._due = due if self._due is None else min(self._due, due)

    def done(self, began: float) -> None:
        """An update is done; the next may begin after as long a pause, so that others get at the processor too."""
        now = time.monotonic()
        self._due, self._not_before = None, 2 * now - began

    def say(self, sentence: str) -> None:
        """Tell people, once for as long as it stays so; "" where all is well."""
        if sentence and sentence != self._told:
            self._tell(sentence)
        self._told = sentence

    def say_gone(self, roots: list[Path]) -> None:
        """Tell people of roots that are not there."""
        if roots != self._gone:
            self._gone = roots
            for root in roots:
                self._tell(f"The root {shown_path(root)} is not there. What it held stays in the index until it is back.")


def _present(roots: Sequence[Path]) -> dict[Path, Identity]:
    """The roots that are there."""
    present = {}
    for root in roots:
        with suppress(OSError):
            status = root.stat()
            present[root] = status.st_dev, status.st_ino
    return present


def _is_hidden(path: str, top: str) -> bool:
    """Whether a path lies below a root where nothing is read."""
    return is_below(path, top) and any(map(passed_over_by_name, Path(path[len(top) :]).parts[1:]))
