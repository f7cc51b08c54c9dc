"""What has changed below the roots of an index since it was made: every file in its order, and whether it is to be read."""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import NamedTuple

from indexer.errors import ExtractionError, RootMissing, UsageError
from indexer.file_records import FileRecords, FileStamp
from indexer.intake import Place
from indexer.pipeline import opened
from indexer.report import Report, Skip, shown_path
from indexer.walk import File, Walk, parents

_SECOND = 1_000_000_000
# A file may change twice within a tick of its file system's clock: then its time says nothing.
_TOO_CLOSE = 2 * _SECOND


@dataclass(frozen=True, slots=True)
class Scope:
    """What an update looks at. paths: only what lies under these; none for everything.

    rehash: whether files whose stamps are as recorded are read all the same. settle: a file that was written less than so many
    seconds ago is left for later, as it may not be complete.
    """

    paths: tuple[Path, ...] = ()
    rehash: bool = False
    settle: float = 0.0


class Change(Enum):
    """How a file stands to what was recorded of it."""

    NONE = auto()
    STAMP = auto()
    """Its content is what it was."""
    CONTENT = auto()


class Candidate(NamedTuple):
    """A file in its place. number: under which it was recorded, if it was; file: None where it stays as it was recorded.

    stamp: its new one, where that alone has changed.
    """

    place: Place
    number: int | None
    file: File | None
    change: Change = Change.NONE
    stamp: FileStamp | None = None


class Changes:
    """The files below the roots of an index, as they are now and as they were recorded."""

    def __init__(
        self, roots: Sequence[Path], index_dir: Path, before: FileRecords, scope: Scope, report: Report, *, same_reading: bool
    ) -> None:
        """roots: as the index names them. same_reading: whether files are still read as they were then.

        Raises UsageError for a path that lies under no root or nowhere, and RootMissing for a root that is gone.
        """
        self._before = before
        self._scope = scope
        self._report = report
        self._same_reading = same_reading
        self._now_ns = time.time_ns()
        self._index_dir = index_dir
        self._roots = [_near(root) for root in roots]
        self._folders = ["" if root == Path() else f"{root}{os.sep}" for root in self._roots]
        self._recorded = {place: number for number, place in enumerate(before.paths())}
        self._trusted = before.trusted(_TOO_CLOSE)
        self._within = self._narrowed(roots, scope.paths)
        for number, root in enumerate(self._roots):
            if self._within.get(number) != ():
                _check_root(root)

    def __iter__(self) -> Iterator[Candidate]:
        """Every file in the order of a rebuild. What is passed over, and what cannot be looked at, is reported."""
        found: dict[tuple[int, str], File] = {}
        for each in Walk(self._roots, self._index_dir, self._report.passed_over, self._within):
            if isinstance(each, Skip):
                self._report.skip(each)
            else:
                found[each.root, each.below] = each
        stay = [place for place in self._recorded if place not in found and not self._is_looked_at(*place)]
        # A walk's order is that of the paths.
        for root, below in sorted([*found, *stay]) if stay else found:
            candidate = self._candidate(root, below, found.get((root, below)))
            if candidate is not None:
                yield candidate

    def find_again(self, place: Place) -> File | None:
        """The file at a place that was not looked at, as it is now; None where it is gone."""
        within: dict[int, tuple[str, ...]] = dict.fromkeys(range(len(self._roots)), ())
        if place.below:
            within[place.root] = (place.below,)
        else:
            del within[place.root]
        walk = Walk(self._roots, self._index_dir, Counter(), within)
        return next((each for each in walk if isinstance(each, File) and each.below == place.below), None)

    def _candidate(self, root: int, below: str, file: File | None) -> Candidate | None:
        """What is to be done with a file; None for a new one that is left for later."""
        place, number = Place(root, below, self._location(root, below)), self._recorded.get((root, below))
        if file is None:
            return Candidate(place, number, None)
        if 0 <= self._now_ns - file.mtime_ns < self._scope.settle * _SECOND:
            self._report.deferred += 1
            return None if number is None else Candidate(place, number, None)
        if number is None or not self._same_reading:
            return Candidate(place, number, file, Change.CONTENT)
        if not self._scope.rehash and (file.size, file.mtime_ns, file.inode) == self._trusted[number]:
            return Candidate(place, number, file)
        was = self._before.stamp(number)
        if was.sha256 and file.size == was.size and _sha256(file) == was.sha256:
            stamp = FileStamp(file.size, file.mtime_ns, file.inode, self._now_ns, was.sha256)
            return Candidate(place, number, file, Change.STAMP, stamp)
        return Candidate(place, number, file, Change.CONTENT)

    def _location(self, root: int, below: str) -> str:
        return self._folders[root] + below if below else str(self._roots[root])

    def _is_looked_at(self, root: int, below: str) -> bool:
        within = self._within.get(root)
        return within is None or below in within or any(above in within for above in parents(below))

    def _narrowed(self, roots: Sequence[Path], paths: Sequence[Path]) -> dict[int, tuple[str, ...]]:
        """For each root of which not everything is looked at, the paths below it that are."""
        if not paths:
            return {}
        within: dict[int, set[str]] = {number: set() for number in range(len(roots))}
        for path in paths:
            below = {number: found for number, root in enumerate(roots) if (found := _below(path, root)) is not None}
            if not below:
                shown = ", ".join(map(shown_path, roots))
                raise UsageError(f"{shown_path(path)} lies under no root of the index. Its roots are {shown}.")
            if not os.path.lexists(path) and not any(self._was_there(*each) for each in below.items()):
                raise UsageError(f"Nothing to index at {shown_path(path)}: it is neither there nor in the index.")
            for number, found in below.items():
                within[number].add(found)
        return {number: tuple(sorted(found)) for number, found in within.items() if "" not in found}

    def _was_there(self, root: int, below: str) -> bool:
        """Whether a path, or anything below it, was recorded."""
        return any(number == root and (path == below or below in parents(path)) for number, path in self._recorded)


def _below(path: Path, root: Path) -> str | None:
    """A path below a root, "" for the root itself; None where it lies elsewhere, links followed or not."""
    named = os.path.normpath(Path.cwd() / path), os.path.normpath(root)
    for whole, top in (named, (os.path.realpath(path), os.path.realpath(root))):
        if whole == top:
            return ""
        if whole.startswith(f"{top.rstrip(os.sep)}{os.sep}"):
            return os.path.relpath(whole, top).replace(os.sep, "/")
    return None


def _near(root: Path) -> Path:
    """A root as people would name it from the working directory."""
    with suppress(ValueError, OSError):
        return root.relative_to(Path.cwd())
    return root


def _check_root(root: Path) -> None:
    """Raise RootMissing where a root is gone, or cannot be looked into."""
    try:
        if root.is_dir():
            os.scandir(root).close()
        else:
            root.stat()
    except OSError as error:
        raise RootMissing(
            f"The root {shown_path(root)} of the index is gone: {error.strerror}. The index was left as it was. "
            "Bring it back, or build an index without it: loccit rebuild PATH"
        ) from error


def _sha256(file: File) -> bytes:
    """The sha256 of a file's content; b"" where it cannot be read."""
    try:
        with opened(file) as content:
            return hashlib.file_digest(content, "sha256").digest()  # type: ignore[arg-type]
    except (OSError, ExtractionError):
        return b""
