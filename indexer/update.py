"""An update: what has changed below the roots of an index since it was made, put into it. It ends where a rebuild would."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

from indexer.build import Extent, Progress, rebuild
from indexer.changes import Candidate, Change, Changes, Scope
from indexer.config import Settings
from indexer.errors import NoIndex, NothingToIndex
from indexer.fingerprint import reading_fingerprint
from indexer.intake import Intake
from indexer.pipeline import Found
from indexer.reading import Reading, started
from indexer.report import Report, shown_path
from indexer.search.engine import IndexWriter, open_writer
from indexer.walk import File

EVERYTHING = Scope()


def update(
    settings: Settings,
    progress: Progress,
    scope: Scope = EVERYTHING,
    *,
    allow_empty: bool = False,
    report: Report | None = None,
    reading: Reading | None = None,
) -> Report:
    """Bring the index up to date: the same documents, ids and skips as a rebuild of its roots, reading what has changed.

    Without an index, or where it does not know its files, it is a rebuild. report, reading: as in `rebuild`. After any error or
    interrupt the index stays as it was. Raises UsageError for a path that lies under no root, RootMissing for a root that is
    gone, IndexLocked while another process writes, NothingToIndex where no document is left, unless `allow_empty`, and
    what is wrong with the index.
    """
    report = Report() if report is None else report
    try:
        with open_writer(settings, None, update=True, reading=reading_fingerprint(settings)) as writer:
            roots = tuple(map(Path, writer.roots))
            if writer.files is not None:
                _Update(settings, writer, scope, report).run(progress, allow_empty, reading)
                return report
    except NoIndex:
        roots = scope.paths or settings.documents
    return rebuild(settings, roots, progress, allow_empty=allow_empty, report=report, reading=reading)


class _Update:
    """One update under way."""

    def __init__(self, settings: Settings, writer: IndexWriter, scope: Scope, report: Report) -> None:
        assert writer.files is not None
        self._writer = writer
        self._report = report
        self._before = writer.files
        self._intake = Intake(writer, report, writer.files)
        self._settings = settings
        self._scope = scope
        same_reading = writer.files.reading == writer.reading
        roots = [Path(root) for root in writer.roots]
        self._changes = Changes(roots, settings.index_dir, writer.files, scope, report, same_reading=same_reading)

    def run(self, progress: Progress, allow_empty: bool, reading: Reading | None) -> None:
        """Take all files in, in their order, delete what is gone, and publish what has changed."""
        candidates = list(self._changes)
        changed = [each.file for each in candidates if each.change is Change.CONTENT and each.file is not None]
        progress.begin(Extent(len(changed), sum(file.size for file in changed)))
        kept: set[int] = set()
        with started(self._settings, reading) as reading, Reading(self._settings) as aside:
            # While the changed files are read ahead, those that turn out to be needed besides have processes of their own.
            besides = aside if changed else reading
            with closing(_Findings(reading.read(changed))) as findings:
                for candidate in candidates:
                    if candidate.change is Change.CONTENT:
                        self._take(findings.of(candidate.file), progress, reading)
                    elif self._keep(candidate):
                        kept.add(candidate.number or 0)
                    elif file := candidate.file or self._changes.find_again(candidate.place):
                        self._take(besides.read((file,)), progress, reading)
        gone = [number for number in range(len(self._before)) if number not in kept]
        self._intake.remove(gone)
        self._publish(progress, allow_empty, files_changed=bool(gone))

    def _keep(self, candidate: Candidate) -> bool:
        assert candidate.number is not None
        return self._intake.keep(candidate.place, candidate.number, candidate.stamp)

    def _take(self, findings: Iterable[tuple[File, Found]], progress: Progress, reading: Reading) -> None:
        for file, found in findings:
            self._intake.take(file, found)
            progress.read(self._report, reading.size_read)

    def _publish(self, progress: Progress, allow_empty: bool, files_changed: bool) -> None:
        if self._intake.empty and self._intake.changed and not allow_empty:
            shown = ", ".join(map(shown_path, self._writer.roots))
            raise NothingToIndex(
                f"No indexable document is left in {shown}. The index was left as it was; --allow-empty empties it."
            )
        if self._scope.paths or self._report.deferred:
            # What was not looked at is still as it was read before: the next update has to see that.
            self._writer.reading = self._before.reading
        if self._intake.changed:
            progress.write()
            self._writer.commit()
        elif self._intake.recorded or files_changed:
            self._writer.refresh()


class _Findings:
    """What is found in files that are read ahead, parted by file again."""

    def __init__(self, findings: Generator[tuple[File, Found], None, None]) -> None:
        self._findings = findings
        self._next: tuple[File, Found] | None = None

    def of(self, file: File | None) -> Iterator[tuple[File, Found]]:
        """What is found in one of the files; they are asked for in their order."""
        for each in self._findings if self._next is None else chain((self._next,), self._findings):
            self._next = each
            if each[0] is not file:
                return
            yield each
        self._next = None

    def close(self) -> None:
        """Nothing more is asked for."""
        self._findings.close()
