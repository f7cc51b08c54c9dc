"""Peak memory of a command: Pss_Anon + Pss_Shmem of its whole process tree, so mapped files aside.

python -m benchmarks.memory -- COMMAND…
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_INTERVAL = 0.05
_COUNTED = ("Pss_Anon:", "Pss_Shmem:")
# Python's own watch over what its worker processes share; it does none of the work.
_TRACKER = b"multiprocessing.resource_tracker"


@dataclass(slots=True)
class Peak:
    """The most that was seen at any moment. bytes: Pss_Anon + Pss_Shmem; processes: how many shared the work."""

    bytes: int = 0
    processes: int = 0
    samples: int = 0

    @property
    def megabytes(self) -> float:
        """In millions of bytes."""
        return self.bytes / 1e6


@contextmanager
def watch(root: int, interval: float = _INTERVAL) -> Iterator[Peak]:
    """Sample a process and its descendants until the block ends. root: its process id; interval: seconds."""
    peak = Peak()
    ended = threading.Event()

    def sample() -> None:
        while not ended.is_set():
            tree = processes(root)
            peak.bytes = max(peak.bytes, sum(map(memory_of, tree)))
            peak.processes = max(peak.processes, len(tree))
            peak.samples += 1
            ended.wait(interval)

    watcher = threading.Thread(target=sample, name="memory watcher")
    watcher.start()
    try:
        yield peak
    finally:
        ended.set()
        watcher.join()


def processes(root: int) -> list[int]:
    """The ids of a process and its living descendants."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (parent := _parent(entry)) is not None:
            children.setdefault(parent, []).append(int(entry.name))
    tree = [root] if (_PROC / str(root)).exists() else []
    for process in tree:
        tree += [child for child in children.get(process, []) if not _is_tracker(child)]
    return tree


def memory_of(process: int) -> int:
    """Pss_Anon + Pss_Shmem of a process in bytes; 0 of one that has ended."""
    try:
        lines = (_PROC / str(process) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(_COUNTED))


def peak_of(command: Sequence[str], interval: float = _INTERVAL) -> Peak:
    """Run a command to its end. Raises CalledProcessError where it fails. interval: seconds between looks."""
    with subprocess.Popen(command) as running, watch(running.pid, interval) as peak:
        code = running.wait()
    if code:
        raise subprocess.CalledProcessError(code, command)
    return peak


def _parent(entry: Path) -> int | None:
    try:
        stat = (entry / "stat").read_bytes()
    except OSError:
        return None
    # The second field is a name in parentheses and may hold anything.
    return int(stat.rpartition(b")")[2].split()[1])


def _is_tracker(process: int) -> bool:
    try:
        return _TRACKER in (_PROC / str(process) / "cmdline").read_bytes()
    except OSError:
        return False


def main(arguments: Sequence[str]) -> int:
    """Run the command after `--`, print its peak, and end as it ended."""
    command = list(arguments[1:] if arguments[:1] == ["--"] else arguments)
    if not command:
        print("Usage: python -m benchmarks.memory -- COMMAND…", file=sys.stderr)
        return 2
    started = time.perf_counter()
    try:
        peak = peak_of(command)
    except subprocess.CalledProcessError as error:
        print(f"The command ended with {error.returncode}.", file=sys.stderr)
        return error.returncode
    seconds = time.perf_counter() - started
    print(
        f"Peak Pss_Anon + Pss_Shmem {peak.megabytes:,.1f} MB, {peak.processes} processes at most, "
        f"{peak.samples} samples in {seconds:.1f} s",
        file=sys.stderr,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
