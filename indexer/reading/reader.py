"""One process that reads files, and the thread that looks after it: a clock, a scale, and a new process where one is lost."""

from __future__ import annotations

import logging
import math
import signal
import threading
import time
from contextlib import suppress
from queue import SimpleQueue

from indexer.errors import Fault
from indexer.limits import Limits
from indexer.processes import Child, resident_bytes
from indexer.reading.frames import FrameReader, Kind
from indexer.reading.job import Event, Job
from indexer.reading.track import Track
from indexer.reading.worker import Charge

_SECONDS_BETWEEN_LOOKS = 0.1
_SECONDS_TO_START = 120
_STARTS = 3
# What a process writes in this time is read at once: waking up for each document would keep the other threads waiting.
_SECONDS_TO_GATHER = 0.002
_FROM_OUTSIDE = (-signal.SIGKILL, -signal.SIGTERM)


class Reader:
    """Has a process read jobs from a queue until a None comes."""

    def __init__(self, worker: str, limits: Limits, jobs: SimpleQueue[Job | None]) -> None:
        self._worker = worker
        self._limits = limits
        self._jobs = jobs
        self._verbose = logging.getLogger("indexer").isEnabledFor(logging.DEBUG)
        self._closing = threading.Event()
        self.ready = math.inf
        """Since when, in monotonic seconds, it has had a process that reads."""
        self._child: Child | None = None
        self._frames = FrameReader()
        self._held = 0
        self._thread = threading.Thread(target=self._serve, name="reader", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Have the process end, whatever it is doing; `join` waits for that."""
        self._closing.set()

    def join(self) -> None:
        """Wait until the process has ended."""
        self._thread.join()

    def _serve(self) -> None:
        try:
            while (job := self._jobs.get()) is not None and not self._closing.is_set():
                job.begun = True
                try:
                    self._read(job)
                except Exception as error:  # for the thread that asked
                    self._lose()
                    job.fail(error)
        finally:
            self._lose()

    def _read(self, job: Job) -> None:
        """Read a job to its end, with as many processes as that takes."""
        track = Track(job.files)
        killed_at: object = None
        while track.files and not job.closed and not self._closing.is_set():
            child = self._child or self._start()
            try:
                self._listen(child, job, track)
            except _Lost as lost:
                came = self._lose()
                events = [event for frame in came if (event := track.take(*frame))]
                # What came on until the end was not what took too long; and whoever is killed once may not be to blame.
                innocent = (lost.by_us and came) or (lost.from_outside and killed_at != track.place)
                killed_at = track.place
                job.put(events if innocent or not track.files else [*events, *track.give_up(lost.reason, lost.hint)])

    def _listen(self, child: Child, job: Job, track: Track) -> None:
        """Pass on what a process finds, until it has read all files or needs to be replaced. Raises _Lost."""
        try:
            child.send(track.task())
        except BrokenPipeError as error:
            raise self._ended(child) from error
        heard = time.monotonic()
        while track.files and not self._closing.is_set():
            if job.closed:
                self._lose()
                return
            piece = child.receive(_SECONDS_BETWEEN_LOOKS)
            if piece is None:
                self._look_at(child, heard)
                continue
            if not piece:
                raise self._ended(child)
            events: list[Event] = []
            tired = False
            for kind, content in self._frames.feed(piece):
                if kind is Kind.FAULT:
                    raise Fault(content.decode())
                tired = tired or kind is Kind.TIRED
                event = None if kind is Kind.TIRED else track.take(kind, content)
                if event is not None:
                    events.append(event)
            job.put(events)
            if tired:
                self._lose()
                return
            heard = time.monotonic()
            self._closing.wait(_SECONDS_TO_GATHER)

    def _look_at(self, child: Child, heard: float) -> None:
        """Raise _Lost for a process that takes too long, or holds too much."""
        if child.has_ended():
            raise self._ended(child)
        if time.monotonic() - heard > self._limits.max_seconds:
            raise _Lost(*self._limits.exceeded_time, by_us=True)
        if resident_bytes(child.pid) - self._held > self._limits.max_memory * 1_000_000:
            raise _Lost(*self._limits.exceeded_memory, by_us=True)

    def _start(self) -> Child:
        """A new process that is ready. Raises Fault where none will be."""
        for _ in range(_STARTS):
            try:
                child = self._child = Child(self._worker, quiet=not self._verbose)
            except OSError as error:
                raise Fault(f"No process can be started to read documents with: {error.strerror or error}.") from error
            self._frames = FrameReader()
            if self._is_ready(child):
                self._held = resident_bytes(child.pid)
                self.ready = min(self.ready, time.monotonic())
                return child
            self._lose()
        raise Fault("No process can be started to read documents with. Run it with --verbose to see what it says.")

    def _is_ready(self, child: Child) -> bool:
        """Wait for a process to say so; False where it ends instead, or too much time passes."""
        with suppress(BrokenPipeError):
            child.send(Charge(self._limits, self._verbose))
        started = time.monotonic()
        while time.monotonic() - started < _SECONDS_TO_START and not self._closing.is_set():
            piece = child.receive(_SECONDS_BETWEEN_LOOKS)
            if piece == b"" or child.has_ended():
                return False
            if piece is not None and any(kind is Kind.READY for kind, _content in self._frames.feed(piece)):
                return True
        return False

    def _lose(self) -> list[tuple[Kind, bytes]]:
        """End the process, if there is one, and give what it has told besides."""
        child, self._child = self._child, None
        if child is None:
            return []
        child.kill()
        child.wait()
        frames: list[tuple[Kind, bytes]] = []
        while piece := child.receive(0):
            frames += self._frames.feed(piece)
        child.end()
        return frames

    def _ended(self, child: Child) -> _Lost:
        """What is said of a process that has ended by itself."""
        code = child.wait()
        if code in _FROM_OUTSIDE:
            hint = "If memory ran out, lower the setting processes or max_memory."
            return _Lost(f"the reader was killed (signal {-code})", hint, from_outside=True)
        reason = f"the reader crashed (signal {-code})" if code < 0 else f"the reader ended by itself (exit code {code})"
        return _Lost(reason, "Please report it with the file.")


class _Lost(Exception):
    """A process that reads is no more, or should be no more, and what to say of the document that it was reading.

    by_us: for a limit that it went over; from_outside: by somebody else.
    """

    def __init__(self, reason: str, hint: str, *, by_us: bool = False, from_outside: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.by_us = by_us
        self.from_outside = from_outside
