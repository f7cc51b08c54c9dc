"""Processes that write segments: each takes a gathered segment after the other and makes its file.

A worker is a new interpreter, started by its command line: so it owes nothing to the threads of the process that starts it, and
runs nothing of that process's main module. It reads tasks from its standard input and ends at once when that ends, which it
does with the process that started it, however that ends.
"""

from __future__ import annotations

import json
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import traceback
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from indexer.errors import Fault
from indexer.search.embedded.codec.segment_writer import SegmentWriter

_START = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from indexer.search.embedded.workers import work
work()
"""


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
        command = [sys.executable, "-c", _START, json.dumps(sys.path)]
        # A group of its own: Ctrl-C on the terminal is for the process that started it, which then kills it.
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=None if os.name == "nt" else 0
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._tasks, self._answers = self._process.stdin, self._process.stdout

    def write(self, segment: SegmentWriter, path: Path) -> None:
        """Have a segment written. Raises what went wrong there, and Fault if the worker ended."""
        try:
            pickle.dump((segment, path), self._tasks, pickle.HIGHEST_PROTOCOL)
            self._tasks.flush()
            error = pickle.load(self._answers)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError) as cut:
            raise Fault(
                f"A process that was writing the index {_ended(self._process.wait())}; the old index stays. "
                "If memory ran out, lower the setting memory or processes."
            ) from cut
        if error is not None:
            raise error

    def end(self) -> None:
        """Let it end, as it does when there are no more tasks."""
        with suppress(BrokenPipeError):
            self._tasks.close()
        self._process.wait()
        self._answers.close()

    def kill(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()


def _ended(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"


def work() -> None:
    """Be a worker: write segments until there are no more."""
    tasks: queue.SimpleQueue[tuple[SegmentWriter, Path]] = queue.SimpleQueue()
    # What anything here may print is no answer.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    threading.Thread(target=_receive, args=(sys.stdin.buffer, tasks), daemon=True).start()
    while True:
        segment, path = tasks.get()
        pickle.dump(_error_of(segment, path), answers)
        answers.flush()


def _receive(incoming: BinaryIO, tasks: queue.SimpleQueue[tuple[SegmentWriter, Path]]) -> None:
    """Pass tasks on; at their end, end the process in the midst of whatever it is doing."""
    try:
        while True:
            tasks.put(pickle.load(incoming))
    finally:
        # Whoever gave the tasks may have been killed in the midst of one.
        os._exit(0)


def _error_of(segment: SegmentWriter, path: Path) -> Exception | None:
    """Write a segment. What goes wrong is for the process that asked for it."""
    try:
        segment.write(path)
    except Exception as error:
        error.add_note(f"In a process that writes segments:\n{traceback.format_exc()}")
        return error
    return None
