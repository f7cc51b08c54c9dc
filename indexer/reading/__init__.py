"""Files to records in processes that can be killed: whatever hangs, crashes or swells costs the least part of a file.

What comes out is in the order of the files, whichever is read first, and is what `Pipeline` gives of each. How much is read
ahead is bounded, in files and in bytes.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from indexer.config import Settings
from indexer.pipeline import Found
from indexer.processes import cores
from indexer.reading.frames import Kind, decode_found, decode_place
from indexer.reading.job import Job
from indexer.reading.reader import Reader
from indexer.walk import File

WORKER = "indexer.reading.worker"

# Files that are given to a process at once, so that small ones do not wait for each other's answers.
_JOB_FILES = 16
_JOB_BYTES = 1 << 18
# A process more is started where work waits so long: starting one takes about as long.
_SECONDS_OF_WAITING = 0.4


class Reading:
    """Reads files with as many processes as the settings allow and the work is worth; they are kept until the end.

    worker: the module that they run. What is read with one `Reading` is read by one thread.
    """

    def __init__(self, settings: Settings, worker: str = WORKER) -> None:
        self._limits = settings.limits
        self._worker = worker
        self._most = settings.processes or cores()
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._readers: list[Reader] = []
        self._waiting: deque[Job] = deque()
        self._finished = 0
        self._place = 0

    @property
    def size_read(self) -> int:
        """How many bytes of the files are read: all of those that are finished, and of the one under way about so many."""
        return self._finished + self._place

    def read(self, files: Iterable[File]) -> Generator[tuple[File, Found], None, None]:
        """What is found in each file, as `Pipeline.read` gives it; for a file that cost a process, what could be saved.

        Raises Fault where no process can be started. Closed early, it leaves what is read ahead.
        """
        batches = _batches(iter(files))
        waiting = self._waiting
        self._finished = self._place = 0
        try:
            while True:
                while len(waiting) < 2 * self._most and (batch := next(batches, None)):
                    job = Job(batch, time.monotonic())
                    waiting.append(job)
                    self._jobs.put(job)
                if not waiting:
                    return
                yield from self._take(waiting[0])
                waiting.popleft()
        finally:
            self._leave()

    def close(self) -> None:
        """End all processes, whatever they are doing."""
        for reader in self._readers:
            reader.close()
            self._jobs.put(None)
        self._leave()
        for reader in self._readers:
            reader.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    def _leave(self) -> None:
        """Have nobody work on what nobody will take."""
        for job in self._waiting:
            job.close()
        self._waiting.clear()

    def _take(self, job: Job) -> Iterator[tuple[File, Found]]:
        """What is found in the files of a job, as it comes."""
        number = 0
        while number < len(job.files):
            self._start_readers()
            for kind, content in job.get(_SECONDS_OF_WAITING):
                if kind is Kind.FOUND:
                    yield job.files[number], decode_found(content)
                elif kind is Kind.PLACE:
                    self._place = decode_place(content)
                else:
                    self._finished += job.files[number].size
                    self._place = 0
                    number += 1

    def _start_readers(self) -> None:
        """See to it that work does not wait long while there may be more processes."""
        queued = min((job.queued for job in self._waiting if not job.begun), default=None)
        if queued is None or len(self._readers) == self._most:
            return
        # A process that is just starting is about to take some of it.
        since = max((queued, *(reader.ready for reader in self._readers)))
        if not self._readers or time.monotonic() - since > _SECONDS_OF_WAITING:
            self._readers.append(Reader(self._worker, self._limits, self._jobs))


def started(settings: Settings, reading: Reading | None) -> AbstractContextManager[Reading]:
    """A reading that lasts as long as it is needed, or longer, where there is one already."""
    return Reading(settings) if reading is None else nullcontext(reading)


def _batches(files: Iterator[File]) -> Iterator[tuple[File, ...]]:
    """Files in order, small ones together."""
    batch: list[File] = []
    size = 0
    for file in files:
        if batch and (len(batch) == _JOB_FILES or size + file.size > _JOB_BYTES):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(file)
        size += file.size
    if batch:
        yield tuple(batch)
