"""What an index was made from: for each file its stamp, and what stood in it, so that an update need not read it again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple, Protocol

from indexer.model import DocumentMetadata, Paragraph
from indexer.report import shown_path

DIGEST_BYTES = 16
_METADATA = attrgetter(*(field.name for field in fields(DocumentMetadata)))
_BESIDES_TEXT = attrgetter(*(field.name for field in fields(Paragraph) if field.name not in ("kind", "text")))


class Fate(IntEnum):
    """What became of something that stood in a file."""

    INDEXED = 0
    TAKEN = 1
    """Its id was another document's."""
    REFUSED = 2
    """The index could not take it."""
    SKIPPED = 3
    """It could not be read."""
    PASSED_OVER = 4
    """It was left out on purpose, like a hidden member of an archive."""
    LEFT_OUT = 5
    """A piece that its document is indexed without could not be read."""


class Entry(NamedTuple):
    """Something that stood in a file. id, digest, paragraphs: a document's; the id of what could not be read is "".

    place: where it stands, as people are told, without the file's own path; reason and hint: why it is not indexed, but for an
    id that was taken.
    """

    fate: Fate
    id: str = ""
    digest: bytes = bytes(DIGEST_BYTES)
    paragraphs: int = 0
    place: str = ""
    reason: str = ""
    hint: str = ""


class FileStamp(NamedTuple):
    """What a file was when it was read. size: bytes; recorded_ns: when this was seen, before it was read.

    sha256: of its content, b"" where that is not known: then it never counts as unchanged.
    """

    size: int
    mtime_ns: int
    inode: int
    recorded_ns: int
    sha256: bytes


class FileRecord(NamedTuple):
    """A file that was read. root: the number of its root; path: below that root, "" for a root that is a file itself.

    format, version: what read it.
    """

    root: int
    path: str
    stamp: FileStamp
    format: str
    version: str
    entries: Sequence[Entry]


class FileRecords(Protocol):
    """The records of a generation's files, in the order in which they were read. reading: what reading them depended on.

    paths: of each file, the number of its root and its path below that; trusted: its size, time of change and inode, or None
    where these say nothing, as its sha256 is not known or it was recorded less than so many ns after its change; entries: what
    stood in it; find: the entry of a document that is indexed.
    """

    @property
    def reading(self) -> str: ...

    def __len__(self) -> int: ...

    def __getitem__(self, number: int) -> FileRecord: ...

    def paths(self) -> Sequence[tuple[int, str]]: ...

    def trusted(self, least_ns: int) -> Sequence[tuple[int, int, int] | None]: ...

    def stamp(self, number: int) -> FileStamp: ...

    def entries(self, number: int) -> Sequence[Entry]: ...

    def find(self, document_id: str) -> Entry | None: ...


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a document came from. root: a path given to the build; path: of the file; size in bytes; sha256: in hex, or "".

    What stands inside a file (a line, a member of an archive) has that file's. format, version: what read the file.
    """

    root: Path
    path: Path
    size: int
    mtime_ns: int
    sha256: str
    format: str
    version: str

    @property
    def shown(self) -> str:
        """The file for people: its path below the root, or its name if it is the root."""
        return shown_path(self.path.name if self.path == self.root else self.path.relative_to(self.root))


def content_digest(document: DocumentMetadata, paragraphs: Sequence[Paragraph]) -> bytes:
    """A digest of all that the index holds of a document: equal where indexing it again would change nothing."""
    texts = [paragraph.text for paragraph in paragraphs]
    kinds = [paragraph.kind.value for paragraph in paragraphs]
    content = repr((_METADATA(document), kinds, list(map(len, texts)), list(map(_BESIDES_TEXT, paragraphs)))) + "".join(texts)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()[:DIGEST_BYTES]
