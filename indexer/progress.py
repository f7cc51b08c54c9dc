"""How a build shows that it goes on: a bar on a terminal, plain lines elsewhere, nothing where quiet was asked for."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from indexer.build import Extent, Progress
from indexer.command_group import complain
from indexer.report import Report

_SECONDS_BETWEEN_LINES = 5.0


@contextmanager
def show_progress(quiet: bool) -> Iterator[Progress]:
    """The progress of a build on stderr, in the way that suits what stderr is."""
    if quiet:
        yield Silence()
    elif sys.stderr.isatty():
        with Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[documents]:,} documents, {task.fields[rate]:.0f}/s"),
            TimeRemainingColumn(compact=True),
            console=Console(stderr=True),
            transient=True,
        ) as bar:
            yield TerminalProgress(bar)
    else:
        yield PlainProgress(time.monotonic)


class Silence:
    """Progress that nobody looks at."""

    def begin(self, extent: Extent) -> None: ...

    def read(self, report: Report, size: int) -> None: ...

    def write(self) -> None: ...


class TerminalProgress:
    """A bar that fills with the bytes read."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._task = bar.add_task("Counting files", total=None, documents=0, rate=0.0)
        self._start = time.monotonic()

    def begin(self, extent: Extent) -> None:
        self._start = time.monotonic()
        self._bar.reset(self._task, description="Reading", total=max(extent.size, 1))

    def read(self, report: Report, size: int) -> None:
        rate = report.seen / max(time.monotonic() - self._start, 0.001)
        self._bar.update(self._task, completed=size, documents=report.seen, rate=rate)

    def write(self) -> None:
        self._bar.update(self._task, description="Writing the index")


class PlainProgress:
    """A line at the start and the end of reading, and every few seconds between. clock: seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._start = self._told = clock()
        self._size = 0

    def begin(self, extent: Extent) -> None:
        self._start = self._told = self._clock()
        self._size = extent.size
        files = "1 file" if extent.files == 1 else f"{extent.files:,} files"
        complain(f"Reading {files}, {shown_size(extent.size)}")

    def read(self, report: Report, size: int) -> None:
        now = self._clock()
        if now - self._told < _SECONDS_BETWEEN_LINES:
            return
        self._told = now
        elapsed = now - self._start
        left = f", about {elapsed * max(self._size - size, 0) / size:.0f} s left" if size else ""
        complain(f"{report.seen:,} documents, {report.seen / elapsed:.0f}/s{left}")

    def write(self) -> None:
        complain("Writing the index")


def shown_size(size: int) -> str:
    """A number of bytes as people read it."""
    amount = float(size)
    for unit in ("bytes", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"
