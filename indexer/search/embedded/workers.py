"""Processes that write segments: each takes a gathered segment after the other and makes its file."""

from __future__ import annotations

import pickle
import queue
import signal
import traceback
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from indexer.errors import Fault
from indexer.processes import Child, incoming_tasks, outgoing_answers
from indexer.search.embedded.codec.segment_writer import SegmentWriter


class WorkerPool:
    """So many workers. What goes wrong in one is raised by the next call of `write` or `finish`; then `kill` is due."""

    def __init__(self, processes: int) -> None:
        self._workers = [_Worker() for _ in range(processes)]
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(processes, "segment writer")
        self._written: set[Future[None]] = set()

    def write(self, segment: SegmentWriter, path: Path) -> None:
        """Have a segment written by the next worker that is free; waits for it to be free."""
        if len(self._written) == len(self._workers):
            self._collect(FIRST_COMPLETED)
        self._written.add(self._threads.submit(self._write, segment, path))

    def finish(self) -> None:
        """Wait until everything is written, and end the workers."""
        self._collect(ALL_COMPLETED)
        self._threads.shutdown()
        for worker in self._workers:
            worker.end()

    def kill(self) -> None:
        """End the workers, whatever they are doing."""
        for worker in self._workers:
            worker.kill()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._workers:
            worker.end()

    def _collect(self, until: str) -> None:
        done, self._written = wait(self._written, return_when=until)
        for each in done:
            each.result()

    def _write(self, segment: SegmentWriter, path: Path) -> None:
        worker = self._idle.get()
        try:
            worker.write(segment, path)
        finally:
            self._idle.put(worker)


class _Worker:
    """The near end of a worker."""

    def __init__(self) -> None:
        self._child = Child(__name__)

    def write(self, segment: SegmentWriter, path: Path) -> None:
        """Have a segment written. Raises what went wrong there, and Fault if the worker ended."""
        try:
            self._child.send((segment, path))
            error = pickle.load(self._child.answers)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError) as cut:
            raise Fault(
                f"A process that was writing the index {_ended(self._child.wait())}; the old index stays. "
                "If memory ran out, lower the setting memory or processes."
            ) from cut
        if error is not None:
            raise error

    def end(self) -> None:
        """Let it end, as it does when there are no more tasks."""
        self._child.end()

    def kill(self) -> None:
        """End it, whatever it is doing."""
        self._child.kill()


def _ended(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"


def work() -> None:
    """Be a worker: write segments until there are no more."""
    answers, tasks = outgoing_answers(), incoming_tasks()
    while True:
        segment, path = tasks.get()
        pickle.dump(_error_of(segment, path), answers)
        answers.flush()


def _error_of(segment: SegmentWriter, path: Path) -> Exception | None:
    """Write a segment. What goes wrong is for the process that asked for it."""
    try:
        segment.write(path)
    except Exception as error:
        error.add_note(f"In a process that writes segments:\n{traceback.format_exc()}")
        return error
    return None
