"""A build: files into a whole new index, made aside and swapped in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from indexer.config import Settings
from indexer.errors import NothingToIndex, UsageError
from indexer.fingerprint import reading_fingerprint
from indexer.intake import Intake
from indexer.pipeline import Pipeline, Stamp
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
    settings: Settings, paths: Sequence[Path], progress: Progress, *, allow_empty: bool = False, report: Report | None = None
) -> Report:
    """Build a whole new index of what lies under the paths, and swap it in.

    report: filled as the build goes, so that it also tells of a build that failed. Until the swap, and after any error or
    interrupt, the index stays as it was. Raises UsageError for a path that is not there, IndexLocked while another process
    writes, and NothingToIndex where there is no document, unless `allow_empty`.
    """
    report = Report() if report is None else report
    _check_paths(paths)
    with open_writer(settings, [str(path.absolute()) for path in paths], reading=reading_fingerprint(settings)) as writer:
        progress.begin(_measure(settings, paths))
        pipeline = Pipeline(settings.limits)
        intake = Intake(writer, report)
        size = 0
        for found in Walk(paths, settings.index_dir, report.passed_over):
            if isinstance(found, Skip):
                report.skip(found)
                continue
            for each in pipeline.read(found):
                intake.take(found, each)
                if not isinstance(each, Stamp):
                    progress.read(report, size)
            size += found.size
        intake.end()
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


def _measure(settings: Settings, paths: Sequence[Path]) -> Extent:
    sizes = (found.size for found in Walk(paths, settings.index_dir, Counter()) if isinstance(found, File))
    files = size = 0
    for one in sizes:
        files += 1
        size += one
    return Extent(files, size)
