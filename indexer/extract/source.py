"""A file that documents are read from, and the pieces that every reader shares."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

from indexer.cleaning import clean
from indexer.errors import ExtractionError
from indexer.model import Block, Document
from indexer.report import Skip


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to extract from. id: its document id; shown: its path for people; max_bytes: of the file, for JSONL of a line."""

    path: Path
    id: str
    shown: str
    max_bytes: int

    def open(self) -> BinaryIO:
        """The file, open for reading. Raises ExtractionError for what is no regular file: a pipe would wait for ever."""
        if not stat.S_ISREG(self.path.stat().st_mode):
            raise ExtractionError("not a regular file")
        return self.path.open("rb")

    def read(self) -> bytes:
        """The whole file. Raises ExtractionError where it is empty or larger than `max_bytes`, without reading it all."""
        with self.open() as stream:
            raw = stream.read(self.max_bytes + 1)
        if len(raw) > self.max_bytes:
            raise ExtractionError(
                f"larger than {megabytes(self.max_bytes)}", "Split the file, or raise the setting max_file_bytes."
            )
        if not raw.strip():
            raise ExtractionError("empty")
        return raw

    def skip(self, error: ExtractionError, line: int | None = None) -> Skip:
        """What the report says of an error in this file, or in one line of it."""
        return Skip(self.shown if line is None else f"{self.shown}:{line}", error.reason, error.hint)


Reader: TypeAlias = Callable[[SourceFile], Iterator[Document | Skip]]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file. suffixes: in lower case, with the dot; read: raises ExtractionError or OSError for a bad file."""

    name: str
    suffixes: tuple[str, ...]
    read: Reader


def filled(blocks: Sequence[Block], hint: str = "") -> tuple[Block, ...]:
    """The blocks that hold any text. Raises ExtractionError with the hint where none does."""
    found = tuple(block for block in blocks if clean(block.text))
    if not found:
        raise ExtractionError("no text", hint)
    return found


def megabytes(count: int) -> str:
    """A number of bytes for people: `20 MB`, `1.5 MB`, `300 bytes`."""
    return f"{count / 1_000_000:.4g} MB" if count >= 100_000 else f"{count:,} bytes"
