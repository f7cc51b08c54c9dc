"""A build: files into a whole new index, made aside and swapped in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from indexer.config import Settings
from indexer.errors import NothingToIndex, UsageError
from indexer.pipeline import Found, Pipeline, Record, Stamp
from indexer.report import PassedOver, Report, Skip, shown_path
from indexer.search.engine import IndexWriter, open_writer
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
    with open_writer(settings, [str(path.absolute()) for path in paths]) as writer:
        progress.begin(_measure(settings, paths))
        pipeline = Pipeline(settings.limits)
        intake = Intake(writer, report)
        size = 0
        for found in Walk(paths, settings.index_dir, report.passed_over):
            if isinstance(found, Skip):
                report.skip(found)
                continue
            for each in pipeline.read(found):
                if not isinstance(each, Stamp):
                    intake.take(found, each)
                    progress.read(report, size)
            size += found.size
        if not report.indexed and not allow_empty:
            shown = ", ".join(shown_path(path) for path in paths) or "the empty list of paths"
            raise NothingToIndex(f"No indexable document in {shown}. The index was left as it was; --allow-empty empties it.")
        progress.write()
        writer.commit()
    return report


@dataclass(frozen=True, slots=True)
class Intake:
    """Puts documents into the index and keeps count. Of several with one id the first that the index takes is in it."""

    writer: IndexWriter
    report: Report
    _taken: dict[str, str] = field(default_factory=dict, init=False)
    """Where each document stands that is in the index, by id."""

    def take(self, file: File, found: Found) -> None:
        """One more finding in a file."""
        match found:
            case Record():
                self._add(file, found)
            case Skip():
                self.report.skip(found)
            case PassedOver():
                self.report.passed_over[found.why] += 1

    def _add(self, file: File, record: Record) -> None:
        document_id = record.document.id
        first = self._taken.get(document_id)
        if first is not None:
            hint = "Give each record an id of its own." if first.startswith(file.shown) else "Rename one of the files."
            self.report.skip(Skip(record.shown, f"its id {document_id} is taken by {first}", hint))
            return
        try:
            self.writer.add(record.document, record.paragraphs)
        except (ValueError, OverflowError) as error:
            self.report.skip(Skip(record.shown, f"cannot be indexed: {error}"))
            return
        self._taken[document_id] = record.shown
        self.report.indexed += 1
        self.report.paragraphs += len(record.paragraphs)
        self.report.characters += sum(len(paragraph.text) for paragraph in record.paragraphs)
        self.report.characters_left_out += record.left_out


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
