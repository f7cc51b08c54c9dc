"""A file that documents are read from, and the pieces that every reader shares."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeAlias

from indexer.cleaning import clean
from indexer.errors import ExtractionError
from indexer.extract.content import Allowance, Content, Packed, megabytes, set_aside
from indexer.extract.parts import Parts
from indexer.limits import Limits
from indexer.model import Block, Document, inner_id
from indexer.report import PassedOver, Skip, shown_path

HEAD_BYTES = 1 << 14


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to extract from: one that a user named, or one inside another.

    id: its document id; shown: its path for people, `a.zip → inner/b.txt`; name: its own name, with suffix; allowance,
    parts: of the outermost file; depth: how many files it stands in.
    """

    content: Content
    id: str
    shown: str
    name: str
    limits: Limits
    allowance: Allowance
    parts: Parts
    depth: int = 0

    def open(self) -> io.BufferedReader:
        """A stream from the beginning; of what is packed in another file only forwards. Raises ExtractionError or OSError."""
        return self.content.open()

    def start(self) -> bytes:
        """The first `HEAD_BYTES`, or all if it is shorter."""
        with self.content.peek() if isinstance(self.content, Packed) else self.content.open() as stream:
            return stream.read(HEAD_BYTES)

    def read(self) -> bytes:
        """The whole file. Raises ExtractionError where it is empty or larger than `max_file_bytes`, without reading it all."""
        most = self.limits.max_file_bytes
        size = self.content.size if isinstance(self.content, Packed) else None
        raw = b""
        if size is None or size <= most:
            with self.content.open() as stream:
                raw = stream.read(most + 1)
        if len(raw) > most or (size is not None and size > most):
            raise ExtractionError(f"larger than {megabytes(most)}", "Split the file, or raise the setting max_file_bytes.")
        if not raw.strip():
            raise ExtractionError("empty")
        return raw

    @contextmanager
    def settled(self, broken: list[ExtractionError] | None = None) -> Iterator[SourceFile]:
        """The same file with content that can be read in any order: what is packed is unpacked and set aside.

        broken: as for `set_aside`.
        """
        if self.content.is_seekable:
            yield self
            return
        with self.open() as packed, set_aside(packed, broken) as content:
            yield replace(self, content=content)

    def inner(self, content: Content, path: str, name: str = "") -> SourceFile:
        """The file that stands inside this one under a path or a number of its own. name: if not the path's last part."""
        name = name or path.rpartition("/")[2]
        shown = f"{self.shown} → {shown_path(path)}"
        return replace(self, content=content, id=inner_id(self.id, path), shown=shown, name=name, depth=self.depth + 1)

    def skip(self, error: ExtractionError, whole: bool = True) -> Skip:
        """What the report says of an error in this file; whole: whether it costs the document."""
        return Skip(self.shown, error.reason, error.hint, whole)

    def skip_pieces(self, errors: Sequence[ExtractionError]) -> Iterator[Skip]:
        """What the report says of pieces that cannot be read, of a document that is indexed without them; of each kind once."""
        yield from dict.fromkeys(self.skip(error, whole=False) for error in errors)


@dataclass(frozen=True, slots=True)
class Head:
    """What the format of a file is seen from. start: its first `HEAD_BYTES`; members: the names inside, if it is a ZIP file.

    text: the start as text, without byte order mark and white space before it; what is no UTF-8 in it does not matter.
    """

    start: bytes
    text: str
    members: frozenset[str] = frozenset()


Extracted: TypeAlias = Document | Skip | PassedOver
Reader: TypeAlias = Callable[[SourceFile], Iterator[Extracted | SourceFile]]


def _never(_head: Head) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file.

    suffixes: in lower case, with the dot. read: gives documents, and the files inside a file, which are then read as any other;
    raises ExtractionError or OSError for a bad file. recognizes: whether the content can be of no other format, whatever the
    name. is_text: whether any text under one of its suffixes is taken to be of it. version: raised whenever documents of this
    kind would be read differently than before.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Reader
    recognizes: Callable[[Head], bool] = _never
    is_text: bool = False
    version: int = 1


def filled(blocks: Sequence[Block], hint: str = "", lost: Sequence[ExtractionError] = ()) -> tuple[Block, ...]:
    """The blocks that hold any text. Raises ExtractionError where none does: the first of what was lost, or with the hint."""
    found = tuple(block for block in blocks if clean(block.text))
    if not found:
        raise next(iter(lost), ExtractionError("no text", hint))
    return found
