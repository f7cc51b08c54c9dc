"""Files that one process reads, and what comes of them on its way to who asked."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TypeAlias

from indexer.reading.frames import Kind
from indexer.walk import File

# FOUND, PLACE or FILE, with its content.
Event: TypeAlias = tuple[Kind, bytes]

_MOST_HELD = 4_000_000


class Job:
    """A bounded way from the thread that has the files read to the one that asked. queued: when, in monotonic seconds."""

    def __init__(self, files: tuple[File, ...], queued: float) -> None:
        self.files = files
        self.queued = queued
        self.begun = False
        self._changed = threading.Condition()
        self._events: list[Event] = []
        self._held = 0
        self._error: Exception | None = None
        self._closed = False

    def put(self, events: Sequence[Event]) -> None:
        """Send events on; waits while there are many that nobody has taken."""
        with self._changed:
            self._changed.wait_for(lambda: self._held < _MOST_HELD or self._closed)
            self._events += events
            self._held += sum(len(content) for _kind, content in events)
            self._changed.notify_all()

    def fail(self, error: Exception) -> None:
        """Have the next `get` raise an error."""
        with self._changed:
            self._error = error
            self._changed.notify_all()

    @property
    def closed(self) -> bool:
        """Whether nobody will take anything any more."""
        return self._closed

    def close(self) -> None:
        """Nobody will take anything any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def get(self, seconds: float) -> list[Event]:
        """What has come, in its order; none if nothing comes in so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._events or self._error, seconds)
            if self._error is not None and not self._events:
                raise self._error
            events, self._events, self._held = self._events, [], 0
            self._changed.notify_all()
            return events
