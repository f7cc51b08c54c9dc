"""How far the reading of a job has come, as the process that reads it tells; and where to go on when it is lost."""

from __future__ import annotations

from dataclasses import dataclass, field

from indexer.extract.parts import BEGINNING, Position
from indexer.extract.parts import Path as PartPath
from indexer.reading.frames import Kind, decode_beginning, encode_found
from indexer.reading.job import Event
from indexer.reading.worker import Task
from indexer.report import Skip
from indexer.walk import File


@dataclass(slots=True)
class _Part:
    """A part that is under way. given: how many findings of its own; parts: how many within it have begun."""

    number: int
    given: int
    shown: str
    parts: int = 0


@dataclass(slots=True)
class Track:
    """The files of a job that are not read to their ends, and where in the first of them reading is."""

    files: tuple[File, ...]
    _open: list[_Part] = field(default_factory=list)
    _parts: int = 0
    """How many parts of the file itself have begun: it is one."""
    _start: Position = BEGINNING
    _refused: frozenset[PartPath] = frozenset()

    @property
    def place(self) -> object:
        """Equal only where reading has come no further."""
        return len(self.files), self._position()

    def task(self) -> Task:
        """What a new process has to read."""
        self._start = self._position()
        self._open.clear()
        return Task(self.files, self._start, self._refused)

    def take(self, kind: Kind, content: bytes) -> Event | None:
        """Follow a frame. Gives it back where it is for who asked."""
        match kind:
            case Kind.BEGIN:
                number, given, shown = decode_beginning(content)
                if self._open:
                    self._open[-1].parts = number + 1
                else:
                    self._parts = number + 1
                self._open.append(_Part(number, given, shown))
                return None
            case Kind.END:
                self._open.pop()
                return None
            case Kind.FOUND if self._open:
                self._open[-1].given += 1
            case Kind.FILE:
                self._next_file()
        return kind, content

    def give_up(self, reason: str, hint: str) -> list[Event]:
        """Leave out the part that is under way. What is told of it."""
        file = self.files[0]
        if not self._open:
            is_read = self._position().is_behind((0,)) or (0,) in self._refused
            self._next_file()
            return [*([] if is_read else [_told(file.shown, reason, hint)]), (Kind.FILE, b"")]
        part = self._open[-1]
        self._refused |= {tuple(each.number for each in self._open)}
        if part.given or part.parts:
            reason += "; what stands before that in it is kept, the rest is left out"
        return [_told(part.shown, reason, hint)]

    def _position(self) -> Position:
        """Where reading is, or, if it has not come so far again, where it was when its process was lost."""
        here = [(part.number, part.given) for part in self._open]
        here.append((self._open[-1].parts if self._open else self._parts, 0))
        return max(Position(tuple(here)), self._start, key=lambda position: position.open)

    def _next_file(self) -> None:
        self.files = self.files[1:]
        self._open.clear()
        self._parts = 0
        self._start = BEGINNING
        self._refused = frozenset()


def _told(shown: str, reason: str, hint: str) -> Event:
    return Kind.FOUND, encode_found(Skip(shown, reason, hint))
