"""The indexes of a comparison: each built once, in a process of its own, and kept in a scratch folder."""

from __future__ import annotations

import gc
import json
import multiprocessing
import resource
import shutil
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.corpora import Corpus
from benchmarks.memory import watch
from benchmarks.peers.contender import Contender, EngineKind
from benchmarks.peers.engines import ENGINES
from indexer.errors import LoccitError

_WATCH_INTERVAL = 0.2


class BuildFailed(Exception):
    """An index could not be built; the builder has said why."""


@dataclass(frozen=True, slots=True)
class Build:
    """How an index was built. seconds: from the first record in memory to the index on disk; processes: at most, at once.

    threads: or processes, as the engine was told, where it takes a number. size and text_size: bytes of the index and of
    the text of the records.
    """

    engine: str
    version: str
    records: int
    seconds: float
    cpu_seconds: float
    processes: int
    threads: int
    size: int
    text_size: int
    date: str

    @property
    def rate(self) -> float:
        """Records in a second."""
        return self.records / self.seconds

    @property
    def rate_per_core(self) -> float:
        """Records in a second of processor time."""
        return self.records / self.cpu_seconds


@dataclass(frozen=True, slots=True)
class Shelf:
    """The scratch folder's indexes of one corpus."""

    scratch: Path
    corpus: Corpus
    key: str

    @classmethod
    def of(cls, scratch: Path, corpus: Corpus) -> Shelf:
        """The place of a corpus in a scratch folder."""
        return cls(scratch, corpus, corpus.key())

    def index(self, kind: EngineKind, again: bool = False, threads: int = 1) -> Build:
        """The engine's index: the one that is there, or a new one if there is none that can be read or `again` says so.

        With several threads only the figures are looked for: such an index is not kept.
        """
        stated = self._stated(kind, threads)
        folder = self.folder(kind, threads)
        if not again and stated.exists() and (threads > 1 or (folder.exists() and _opens(kind, folder))):
            return Build(**json.loads(stated.read_text(encoding="utf-8")))
        self._remove(kind, threads)
        folder.mkdir(parents=True)
        made = _build_apart(kind, self.corpus, folder, threads)
        stated.write_text(json.dumps(asdict(made), indent=1), encoding="utf-8")
        return made

    def rate_only(self, kind: EngineKind, threads: int, again: bool = False) -> Build:
        """How fast an engine indexes with so many threads; the index itself is thrown away."""
        made = self.index(kind, again, threads)
        shutil.rmtree(self.folder(kind, threads), ignore_errors=True)
        return made

    def open(self, kind: EngineKind) -> Contender:
        """Open an engine's index, which `index` has made."""
        return kind.open(self.folder(kind, 1))

    def path(self, name: str) -> Path:
        """Where something else about this corpus is kept."""
        return self.scratch / f"{self.key}-{name}"

    def folder(self, kind: EngineKind, threads: int = 1) -> Path:
        """Where an engine's index is."""
        return self.path(self._name(kind, kind.edition() if kind.edition else kind.version(), threads))

    def _name(self, kind: EngineKind, edition: str, threads: int) -> str:
        return f"{kind.index or kind.name}-{edition}-{threads}"

    def _remove(self, kind: EngineKind, threads: int) -> None:
        """Remove the engine's index, and those of its other editions."""
        name = self.path(self._name(kind, "*", threads)).name
        for folder in self.scratch.glob(name):
            shutil.rmtree(folder)
        for stated in self.scratch.glob(f"{name}.json"):
            stated.unlink()

    def _stated(self, kind: EngineKind, threads: int) -> Path:
        folder = self.folder(kind, threads)
        return folder.with_name(f"{folder.name}.json")


def _opens(kind: EngineKind, folder: Path) -> bool:
    """Whether an index can be read; one of ours may be of another format than this program's."""
    try:
        kind.open(folder).close()
    except LoccitError:
        return False
    return True


def _build_apart(kind: EngineKind, corpus: Corpus, folder: Path, threads: int) -> Build:
    """Build in a new process, whose memory and threads are gone with it."""
    report = folder.with_name(f"{folder.name}.json")
    builder = multiprocessing.get_context("spawn").Process(target=_build, args=(kind.name, corpus, folder, threads, report))
    builder.start()
    assert builder.pid is not None
    with watch(builder.pid, _WATCH_INTERVAL) as peak:
        builder.join()
    if builder.exitcode:
        raise BuildFailed(f"{kind.label} could not build its index in {folder}.")
    figures = json.loads(report.read_text(encoding="utf-8"))
    return Build(**{**figures, "processes": peak.processes})


def _build(name: str, corpus: Corpus, folder: Path, threads: int, report: Path) -> None:
    kind = ENGINES[name]
    documents = list(corpus.documents())
    # What is read is garbage of no engine.
    gc.collect()
    gc.freeze()
    cpu = _cpu_seconds()
    started = time.perf_counter()
    kind.build(folder, documents, threads)
    seconds = time.perf_counter() - started
    made = Build(
        engine=kind.name,
        version=kind.version(),
        records=sum(len(paragraphs) for _, paragraphs in documents),
        seconds=seconds,
        cpu_seconds=_cpu_seconds() - cpu,
        processes=1,
        threads=threads,
        size=sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
        text_size=sum(len(paragraph.text.encode()) for _, paragraphs in documents for paragraph in paragraphs),
        date=datetime.now(UTC).isoformat(timespec="minutes"),
    )
    report.write_text(json.dumps(asdict(made)), encoding="utf-8")


def _cpu_seconds() -> float:
    """Of this process, its threads, and its children that have ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
