"""The far end of reading in processes: takes files, reads them within limits, and tells at once whatever it comes by."""

from __future__ import annotations

import logging
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO

from indexer.errors import Fault
from indexer.extract.parts import BEGINNING, Parts, Position
from indexer.extract.parts import Path as PartPath
from indexer.limits import Limits
from indexer.pipeline import Found, Pipeline, Stamp
from indexer.processes import incoming_tasks, outgoing_answers, resident_bytes
from indexer.reading.frames import Kind, encode_beginning, encode_found, encode_place, write_frame
from indexer.walk import File

_SECONDS_BETWEEN_PLACES = 0.1
_ENOUGH_HELD = 0.5  # of the memory allowed; with more, the next document might suffer for the last


@dataclass(frozen=True, slots=True)
class Charge:
    """What a process is told before anything else. verbose: whether it shows faults with their tracebacks."""

    limits: Limits
    verbose: bool


@dataclass(frozen=True, slots=True)
class Task:
    """Files to read one after the other, the first of them from a position on, without some of its parts."""

    files: tuple[File, ...]
    start: Position = BEGINNING
    refused: frozenset[PartPath] = frozenset()


def work() -> None:
    """Be such a process: read until there are no more tasks."""
    answers, tasks = outgoing_answers(), incoming_tasks()
    if hasattr(os, "register_at_fork"):
        # A copy of this process that some reader made must not go on with the work.
        os.register_at_fork(after_in_child=lambda: os._exit(1))
    charge: Charge = tasks.get()
    if charge.verbose:
        logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
        logging.getLogger("indexer").setLevel(logging.DEBUG)
    else:
        logging.getLogger().addHandler(logging.NullHandler())
    allowed = charge.limits.max_memory * 1_000_000
    held = _held_bytes()
    _limit_memory(held + allowed)
    write_frame(answers, Kind.READY)
    try:
        _answer(tasks, answers, charge.limits, held + allowed * _ENOUGH_HELD)
    except Fault as fault:
        write_frame(answers, Kind.FAULT, str(fault).encode())


def _answer(tasks: SimpleQueue[Task], answers: BinaryIO, limits: Limits, most_held: float) -> None:
    """Read until there are no more tasks, or more memory is held than that. Raises Fault where nothing can be read any more."""
    while True:
        task = tasks.get()
        teller = _Teller(answers)
        start, refused = task.start, task.refused
        for file in task.files:
            parts = Parts(limits, start, refused, teller)
            for found in Pipeline(limits).read(file, parts):
                teller.tell(found, parts)
            write_frame(answers, Kind.FILE)
            if _held_bytes() > most_held:
                write_frame(answers, Kind.TIRED)
                return
            start, refused = BEGINNING, frozenset()


class _Teller:
    """Tells the process that asked, and watches the parts for it."""

    def __init__(self, answers: BinaryIO) -> None:
        self._answers = answers
        self._told_place = time.monotonic()

    def begin(self, number: int, given: int, shown: str) -> None:
        """A part begins."""
        write_frame(self._answers, Kind.BEGIN, encode_beginning(number, given, shown))

    def end(self) -> None:
        """The part under way ends."""
        write_frame(self._answers, Kind.END)

    def tell(self, found: Found, parts: Parts) -> None:
        """Something was found."""
        write_frame(self._answers, Kind.FOUND, encode_found(found))
        now = time.monotonic()
        if now - self._told_place > _SECONDS_BETWEEN_PLACES and not isinstance(found, Stamp):
            self._told_place = now
            write_frame(self._answers, Kind.PLACE, encode_place(parts.place()))


def _held_bytes() -> int:
    """How much memory this process has asked for."""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    except FileNotFoundError:
        return resident_bytes(os.getpid())


def _limit_memory(count: int) -> None:
    """Have the system refuse memory beyond so many bytes. Where it does not know how, the process that asked looks after it."""
    if sys.platform == "linux":
        import resource  # not there on Windows

        _soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        if hard == resource.RLIM_INFINITY or count < hard:
            resource.setrlimit(resource.RLIMIT_DATA, (count, hard))
