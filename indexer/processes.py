"""Processes of ours beside this one: new interpreters that take tasks from a pipe and answer through another.

They are started by their command line, so that they owe nothing to the threads of the process that starts them and run nothing
of its main module. Each ends with the process that started it, however that ends.
"""

from __future__ import annotations

import ctypes
import json
import os
import pickle
import queue
import select
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

_START = """
import json, sys
sys.path[:] = json.loads(sys.argv[2])
__import__(sys.argv[1], fromlist=["work"]).work()
"""
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux
_BUFFER = 1 << 16
_PIPE_BYTES = 1 << 20


class Child:
    """The near end of such a process. module: whose function `work` it runs; quiet: whether nobody is to see what it prints."""

    def __init__(self, module: str, *, quiet: bool = False) -> None:
        # A group of its own: Ctrl-C on the terminal is for the process that started it, which then kills it.
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START, module, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if quiet else None,
            process_group=None if os.name == "nt" else 0,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._tasks = self._process.stdin
        self.answers = self._process.stdout
        if sys.platform == "linux":
            import fcntl  # not there on Windows

            fcntl.fcntl(self.answers, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def send(self, task: object) -> None:
        """Give it a task. Raises BrokenPipeError where it has ended."""
        pickle.dump(task, self._tasks, pickle.HIGHEST_PROTOCOL)
        self._tasks.flush()

    def receive(self, seconds: float) -> bytes | None:
        """A piece of its answers; none at their end, None where none comes in so many seconds."""
        polled = select.poll()
        polled.register(self.answers, select.POLLIN)
        return os.read(self.answers.fileno(), _PIPE_BYTES) if polled.poll(seconds * 1000) else None

    def has_ended(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def wait(self) -> int:
        """Its exit code, a negative signal where one ended it, as soon as it ends."""
        return self._process.wait()

    def end(self) -> None:
        """Let it end, as it does when there are no more tasks."""
        with suppress(BrokenPipeError):
            self._tasks.close()
        self._process.wait()
        self.answers.close()

    def kill(self) -> None:
        """End it and whatever it has started, in the midst of anything."""
        with suppress(ProcessLookupError):
            if os.name == "nt":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)


def incoming_tasks() -> queue.SimpleQueue[Any]:
    """In a process that was started so: the tasks as they come; at their end the process ends, whatever it is doing."""
    if sys.platform == "linux":
        # The thread below does not get its turn while some library holds the interpreter.
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    tasks: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(sys.stdin.buffer, tasks), daemon=True).start()
    return tasks


def outgoing_answers() -> BinaryIO:
    """In a process that was started so: where its answers go. What anything may print is no answer."""
    answers = os.fdopen(os.dup(1), "wb", buffering=_BUFFER)
    os.dup2(2, 1)
    return answers


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def resident_bytes(pid: int) -> int:
    """How much memory a process holds at the moment; 0 where it has ended."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_bytes().split()[1]
    except FileNotFoundError:
        if sys.platform == "linux":
            return 0
        shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=False).stdout
        return int(shown.strip() or 0) * 1024
    except ProcessLookupError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _receive(incoming: BinaryIO, tasks: queue.SimpleQueue[Any]) -> None:
    try:
        while True:
            tasks.put(pickle.load(incoming))
    finally:
        # Whoever gave the tasks may have been killed in the midst of one.
        os._exit(0)
