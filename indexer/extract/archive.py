"""What every archive shares: its members in order, those left out, and those that are refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from indexer.errors import ExtractionError
from indexer.extract.content import Content
from indexer.extract.source import SourceFile
from indexer.report import HIDDEN, PassedOver, Skip, passed_over_by_name, shown_path

LINK = "link in an archive"
NO_FILE = "device, pipe or socket"

_MACOS = "__MACOSX"  # attributes of files, as a Mac adds them
_MAX_PATH = 4_096
_ABSOLUTE = re.compile(r"/|[A-Za-z]:[/\\]")


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an archive that is no folder. path: as it is stored; content: or why there is none to read."""

    path: str
    content: Content | ExtractionError | PassedOver


def inner_files(file: SourceFile, members: Iterable[Member]) -> Iterator[SourceFile | Skip | PassedOver]:
    """The files in an archive in code-point order of their paths; what the walk of a folder leaves out is left out here too.

    A path that leads out of the archive is refused: nobody could say where such a file belongs.
    """
    placed: list[tuple[str, Member]] = []
    refused = False
    for member in members:
        try:
            placed.append((_path(member.path), member))
        except ExtractionError as error:
            refused = True
            yield _refused(file, member.path, error)
    if not placed and not refused:
        raise ExtractionError("an empty archive")
    placed.sort(key=lambda pair: pair[0])
    left_out: set[str] = set()
    for path, member in placed:
        passed_over = _passed_over(path)
        if passed_over is not None:
            folder, why = passed_over
            if folder not in left_out:
                left_out.add(folder)
                yield PassedOver(why)
        elif isinstance(member.content, PassedOver):
            yield member.content
        elif isinstance(member.content, ExtractionError):
            yield _refused(file, path, member.content)
        else:
            yield file.inner(member.content, path)


def _path(stored: str) -> str:
    """A member's path from the top of the archive, without `.` and doubled slashes."""
    if len(stored) > _MAX_PATH:
        raise ExtractionError("its path is too long", "Pack it anew.")
    parts = [part for part in stored.split("/") if part not in ("", ".")]
    if not parts or ".." in parts or _ABSOLUTE.match(stored):
        raise ExtractionError("its path leads out of the archive", "Pack it anew, with paths below one folder.")
    return "/".join(parts)


def _passed_over(path: str) -> tuple[str, str] | None:
    """The outermost part of a path that is left out, and why."""
    end = 0
    for part in path.split("/"):
        end += len(part) + 1
        why = HIDDEN if part == _MACOS else passed_over_by_name(part)
        if why is not None:
            return path[:end], why
    return None


def _refused(file: SourceFile, path: str, error: ExtractionError) -> Skip:
    return Skip(f"{file.shown} → {shown_path(path[:_MAX_PATH])}", error.reason, error.hint)
