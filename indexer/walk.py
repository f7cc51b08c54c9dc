"""Paths to files: folders read recursively, in an order that depends on names alone."""

from __future__ import annotations

import errno
import os
import stat
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.model import document_id
from indexer.report import Skip, passed_over_by_name, shown_path

INDEX_FOLDER = "index folder"
VIRTUAL_ENVIRONMENT = "virtual environment"
LINK_OUT = "link out of the root"
LINK_LOOP = "link in a loop"
LINK_BELOW_LINK = "link below a link"
NO_FILE = "device, pipe or socket"


@dataclass(frozen=True, slots=True)
class File:
    """A regular file below a root, as it was when it was found.

    location: its path; relative: that below the root, `/` between parts, or its name, if it is a root itself; size: bytes;
    inode and device: which file it is, whatever its path may lead to later; root: the number of its root; below: its path
    below that, "" for the root itself.
    """

    location: str
    relative: str
    size: int
    mtime_ns: int
    inode: int
    device: int
    root: int
    below: str

    @classmethod
    def found(cls, path: Path | str, status: os.stat_result, root: int, below: str) -> File:
        """The file that a path leads to."""
        relative = below or Path(os.path.normpath(path)).name
        location = str(path).removeprefix(f".{os.sep}")
        return cls(location, relative, status.st_size, status.st_mtime_ns, status.st_ino, status.st_dev, root, below)

    @property
    def path(self) -> Path:
        """Where it is."""
        return Path(self.location)

    @property
    def id(self) -> str:
        """The id of the file's document."""
        return document_id(self.relative)

    @property
    def shown(self) -> str:
        """The path as shown to people."""
        return shown_path(self.location)


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder under way: where it is, its path below the root (ending in `/`), and the folders that led to it.

    number: of its root; ancestors: real paths, its own included; linked: whether a link to a folder was followed on the way.
    """

    number: int
    path: str
    real: str
    relative: str
    ancestors: frozenset[str]
    linked: bool


class _Within:
    """Paths below a root, and what leads to them."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = frozenset(paths)
        self._above = frozenset(above for path in paths for above in parents(path))

    def __bool__(self) -> bool:
        return bool(self._paths)

    def leads_to(self, path: str) -> bool:
        """Whether a path is one of these, or lies below or above one; that of a folder may end in `/`."""
        path = path.rstrip("/")
        return path in self._paths or path in self._above or any(above in self._paths for above in parents(path))


class Walk:
    """The files below some roots: root by root, each in code-point order of the paths below it.

    Hidden entries, the index folder, `.git`, `node_modules` and virtual environments are passed over and counted; so are
    devices, pipes and sockets (never opened), links out of their root, and links in a loop. A link to a folder is not
    followed below another one: chains of them could lead through the same files without end. A root that was named is read
    even if it is hidden, a link or a virtual environment.
    """

    def __init__(
        self,
        roots: Sequence[Path],
        index_dir: Path,
        passed_over: Counter[str],
        within: Mapping[int, Sequence[str]] | None = None,
    ) -> None:
        """within: for roots of which not everything is looked at, by their numbers, the paths below them that are."""
        self._roots = roots
        self._within = {number: _Within(paths) for number, paths in (within or {}).items()}
        self._index_dir = os.path.realpath(index_dir)
        self._passed_over = passed_over

    def __iter__(self) -> Iterator[File | Skip]:
        """The files, and a Skip for each folder or link that cannot be read."""
        for number, root in enumerate(self._roots):
            if number not in self._within or self._within[number]:
                yield from self._root(number, root)

    def _root(self, number: int, root: Path) -> Iterator[File | Skip]:
        real = os.path.realpath(root)
        if self._in_index(real):
            self._passed_over[INDEX_FOLDER] += 1
            return
        try:
            status = root.stat()
        except OSError as error:
            yield _unreadable(str(root), error)
            return
        if stat.S_ISREG(status.st_mode):
            yield File.found(root, status, number, "")
        elif stat.S_ISDIR(status.st_mode):
            yield from self._below(_Folder(number, str(root), real, "", frozenset((real,)), linked=False))
        else:
            self._passed_over[NO_FILE] += 1

    def _below(self, root: _Folder) -> Iterator[File | Skip]:
        """Depth first over a stack of its own, so that no depth of folders is too deep."""
        stack = [self._entries(root, root)]
        while stack:
            for entry in stack[-1]:
                if isinstance(entry, _Folder):
                    stack.append(self._entries(root, entry))
                    break
                yield entry
            else:
                stack.pop()

    def _entries(self, root: _Folder, folder: _Folder) -> Iterator[File | Skip | _Folder]:
        try:
            with os.scandir(folder.path) as scan:
                # A folder sorts with its slash, as the paths below it do.
                entries = sorted(((_sort_name(entry), entry) for entry in scan), key=lambda pair: pair[0])
        except OSError as error:
            yield _unreadable(folder.path, error)
            return
        if folder is not root and any(name == "pyvenv.cfg" for name, _entry in entries):
            self._passed_over[VIRTUAL_ENVIRONMENT] += 1
            return
        within = self._within.get(folder.number)
        for name, entry in entries:
            if within is not None and not within.leads_to(folder.relative + name):
                continue
            try:
                found = self._look_at(root, folder, entry)
            except OSError as error:
                found = _unreadable(entry.path, error)
            if isinstance(found, str):
                self._passed_over[found] += 1
            else:
                yield found

    def _look_at(self, root: _Folder, folder: _Folder, entry: os.DirEntry[str]) -> File | Skip | _Folder | str:
        """What stands behind an entry, or why it is passed over. Raises OSError where that cannot be read."""
        named = passed_over_by_name(entry.name)
        if named is not None:
            return named
        is_link = entry.is_symlink()
        if is_link and _is_loop(entry.path):
            return LINK_LOOP
        # A file by its own name lies in the index folder only where its folder does.
        if is_link or entry.is_dir():
            real = os.path.realpath(entry.path) if is_link else _join(folder.real, entry.name)
            if is_link and not is_below(real, root.real):
                return LINK_OUT
            if self._in_index(real):
                return INDEX_FOLDER
        if entry.is_dir():
            if real in folder.ancestors:
                return LINK_LOOP
            if is_link and folder.linked:
                return LINK_BELOW_LINK
            relative = f"{folder.relative}{entry.name}/"
            return _Folder(folder.number, entry.path, real, relative, folder.ancestors | {real}, folder.linked or is_link)
        if is_link and not os.path.lexists(real):
            return Skip(shown_path(entry.path), "a link to nothing")
        status = entry.stat()
        if not stat.S_ISREG(status.st_mode):
            return NO_FILE
        return File.found(entry.path, status, folder.number, folder.relative + entry.name)

    def _in_index(self, real: str) -> bool:
        return is_below(real, self._index_dir)


def parents(path: str) -> Iterator[str]:
    """The folders that a path below a root leads through."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _sort_name(entry: os.DirEntry[str]) -> str:
    try:
        return f"{entry.name}/" if entry.is_dir() else entry.name
    except OSError:
        return entry.name


def _is_loop(link: str) -> bool:
    """Whether a link leads only to links, round and round."""
    try:
        Path(link).stat()
    except OSError as error:
        return error.errno == errno.ELOOP
    return False


def _join(folder: str, name: str) -> str:
    return f"{folder.rstrip(os.sep)}{os.sep}{name}"


def is_below(real: str, folder: str) -> bool:
    """Whether a real path is a folder's or lies below it."""
    return real == folder or real.startswith(_join(folder, ""))


def _unreadable(path: str, error: OSError) -> Skip:
    reason = f"cannot be read: {error.strerror or error}"
    return Skip(shown_path(path), reason, "Check that it is there and that you may read it.")
