"""A build: files into a whole new index, made aside and swapped in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Protocol

from indexer.config import Settings
from indexer.errors import NothingToIndex, UsageError
from indexer.fingerprint import reading_fingerprint
from indexer.intake import Intake
from indexer.reading import Reading, started
from indexer.report import Report, Skip, shown_path
from indexer.search.engine import open_writer
from indexer.walk import File, Walk


@dataclass(frozen=True, slots=True)
class Extent:
    """How much there is to read, in files and in bytes."""

    files: int
    size: int


class Progress(Protocol):
    """Is told how a build goes."""

    def begin(self, extent: Extent) -> None:
        """The files are counted; reading begins."""
        ...

    def read(self, report: Report, size: int) -> None:
        """One more document was indexed or skipped; size: the bytes of the files that are finished."""
        ...

    def write(self) -> None:
        """Everything is read; the index is being written, verified and swapped in."""
        ...


def rebuild(
    settings: Settings,
    paths: Sequence[Path],
    progress: Progress,
    *,
    allow_empty: bool = False,
    report: Report | None = None,
    reading: Reading | None = None,
) -> Report:
    """Build a whole new index of what lies under the paths, and swap it in.

    report: filled as the build goes, so that it also tells of a build that failed. reading: has processes already, for whoever
    builds often. Until the swap, and after any error or
    interrupt, the index stays as it was. Raises UsageError for a path that is not there, IndexLocked while another process
    writes, and NothingToIndex where there is no document, unless `allow_empty`.
    """
    report = Report() if report is None else report
    _check_paths(paths)
    with open_writer(settings, [str(path.absolute()) for path in paths], reading=reading_fingerprint(settings)) as writer:
        progress.begin(_measure(settings, paths))
        intake = Intake(writer, report)
        with started(settings, reading) as reading:
            skipped: dict[File | None, list[Skip]] = {}
            for file, found in reading.read(_files(settings, paths, report, skipped)):
                for skip in skipped.pop(file, ()):
                    report.skip(skip)
                intake.take(file, found)
                progress.read(report, reading.size_read)
            intake.end()
            for skip in chain.from_iterable(skipped.values()):
                report.skip(skip)
        if not report.indexed and not allow_empty:
            shown = ", ".join(shown_path(path) for path in paths) or "the empty list of paths"
            raise NothingToIndex(f"No indexable document in {shown}. The index was left as it was; --allow-empty empties it.")
        progress.write()
        writer.commit()
    return report


def _check_paths(paths: Sequence[Path]) -> None:
    """Raise UsageError for a path that is not there."""
    for path in paths:
        try:
            path.stat()
        except OSError as error:
            raise UsageError(
                f"Nothing to index at {shown_path(path)}: {error.strerror}. Name what to index: loccit rebuild PATH"
            ) from error


def _files(settings: Settings, paths: Sequence[Path], report: Report, skipped: dict[File | None, list[Skip]]) -> Iterator[File]:
    """The files to read, which are asked for some time ahead; skipped: is given what the walk skips before each of them."""
    skips: list[Skip] = []
    for found in Walk(paths, settings.index_dir, report.passed_over):
        if isinstance(found, File):
            skipped[found], skips = skips, []
            yield found
        else:
            skips.append(found)
    skipped[None] = skips


def _measure(settings: Settings, paths: Sequence[Path]) -> Extent:
    sizes = (found.size for found in Walk(paths, settings.index_dir, Counter()) if isinstance(found, File))
    files = size = 0
    for one in sizes:
        files += 1
        size += one
    return Extent(files, size)
