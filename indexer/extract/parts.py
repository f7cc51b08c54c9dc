"""The parts of a file as they are read: lines, messages, members, and what stands in these again.

A part is the least that is given up when something goes wrong in it. Parts are numbered from 0 in the order in which they are
read, each within the part that it stands in; the file itself is part 0 of nothing. So a file whose reading was cut short can be
read on from where it was, by anybody who knows the numbers.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, TypeVar

from indexer.errors import ExtractionError, Fault
from indexer.limits import Limits
from indexer.model import Document
from indexer.report import PassedOver, Skip

Path: TypeAlias = tuple[int, ...]
Found: TypeAlias = Document | Skip | PassedOver

_Finding = TypeVar("_Finding")

_logger = logging.getLogger(__name__)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class Position:
    """Where reading is; what stands before that is done. The default is the beginning.

    open: for each open part, from the outermost, its number and how many findings of its own it has given.
    """

    open: tuple[tuple[int, int], ...] = ()

    def is_behind(self, path: Path) -> bool:
        """Whether a part is done."""
        return path < self._path[: len(path)]

    def given(self, path: Path) -> int:
        """How many findings of its own a part has given that is not done."""
        return self.open[len(path) - 1][1] if path == self._path[: len(path)] else 0

    @property
    def _path(self) -> Path:
        return tuple(number for number, _given in self.open)


BEGINNING = Position()


class Watcher(Protocol):
    """Is told which part is under way."""

    def begin(self, number: int, given: int, shown: str) -> None:
        """A part of the one under way begins behind so many of its own findings."""
        ...

    def end(self) -> None:
        """The part under way is done."""
        ...


class Unwatched:
    """Nobody looks."""

    def begin(self, number: int, given: int, shown: str) -> None: ...

    def end(self) -> None: ...


@dataclass(slots=True)
class _Part:
    """A part that is open, and how many parts of its own have begun."""

    path: Path
    shown: str = ""
    parts: int = 0


@dataclass(slots=True)
class Parts:
    """Reads the parts of one file from a position on, but for those that are refused."""

    limits: Limits
    start: Position = BEGINNING
    refused: frozenset[Path] = frozenset()
    watcher: Watcher = field(default_factory=Unwatched)
    place: Callable[[], int] = lambda: 0
    """How many bytes of the file are read, more or less."""
    format: tuple[str, int] = ("", 0)
    """Name and version of the file's own format, once it is seen."""
    _open: list[_Part] = field(default_factory=lambda: [_Part(())], init=False)
    _passed_on: bool = field(default=False, init=False)
    """Whether the finding on its way out comes from a part further in, which has counted it."""

    @property
    def shown(self) -> str:
        """What the report calls the part that is under way."""
        return self._open[-1].shown

    def read(self, shown: str, read: Callable[[], Iterator[Found]]) -> Iterator[Found]:
        """What the next part gives: of the file, or of the part in whose reading this is called.

        read: called only if the part is to be read. shown: what the report calls the part. An error in it is a Skip of it.
        """
        above = self._open[-1]
        part = _Part((*above.path, above.parts), shown)
        above.parts += 1
        if self.start.is_behind(part.path) or part.path in self.refused:
            return
        given = self.start.given(part.path)
        self.watcher.begin(part.path[-1], given, shown)
        self._open.append(part)
        try:
            yield from self._new(guarded(shown, read, self.limits), given)
        finally:
            self._open.pop()
            self.watcher.end()

    def _new(self, found: Iterator[Found], given: int) -> Iterator[Found]:
        """What is found, less as many findings of the part itself as were given before."""
        for each in found:
            if not self._passed_on and given:
                given -= 1
                continue
            self._passed_on = True
            yield each
            self._passed_on = False


def guarded(shown: str, read: Callable[[], Iterator[_Finding]], limits: Limits) -> Iterator[_Finding | Skip]:
    """What a reader gives, and a Skip for the error that ends it, whatever it is. Raises Fault where a disk is full."""
    try:
        yield from read()
    except Fault:
        raise
    except ExtractionError as error:
        yield Skip(shown, error.reason, error.hint)
    except OSError as error:
        yield unreadable(shown, error)
    except MemoryError:
        yield Skip(shown, *limits.exceeded_memory)
    except Exception as error:  # a reader that fails in a new way must not cost the rest
        _logger.debug("Fault while reading %s", shown, exc_info=True)
        reason = f"cannot be read: unexpected {type(error).__name__}"
        yield Skip(shown, reason, "Please report it with the file; --verbose shows where it happened.")


def unreadable(shown: str, error: OSError) -> Skip:
    """What the report says of what the system will not let us read. Raises Fault where that is no fault of the file's."""
    if error.errno in _NO_ROOM:
        # Every other document would be left out for the same reason.
        raise Fault(f"No room for a temporary file while {shown} was read: {error.strerror}; the old index stays.") from error
    return Skip(shown, f"cannot be read: {error.strerror or error}", "Check that the file is there and that you may read it.")
