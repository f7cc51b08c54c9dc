"""The index folder as a Whoosh index: the manifest stands for the pickled table of contents, which is never read or written."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex
from whoosh.util.filelock import LockBase

from indexer.search.embedded.codec.whoosh_codec import ArraySegment
from indexer.search.embedded.manifest import read_manifest
from indexer.search.embedded.schema import whoosh_schema
from indexer.search.embedded.snapshot import open_segment

LOCK = "write.lock"


class ArrayIndex(FileIndex):  # type: ignore[misc]
    """Whoosh's view of a folder: schema, segments, lock, and readers and searchers over our files."""

    def __init__(self, index_dir: Path) -> None:
        # FileIndex's own constructor reads a pickled table of contents.
        self._index_dir = index_dir
        self.storage = FileStorage(str(index_dir))
        self.indexname = "loccit"
        self._schema = whoosh_schema()

    def lock(self, name: str) -> LockBase:
        """A lock file in the folder: see Whoosh's FileStorage."""
        return self.storage.lock(name)

    def writer(self, procs: int = 1, **_kwargs: object) -> NoReturn:
        """Refused: Whoosh's writer would leave a pickled table of contents."""
        raise NotImplementedError("an index is written by EmbeddedWriter")

    def latest_generation(self) -> int:
        """The number of the published generation."""
        return read_manifest(self._index_dir).number

    def _read_toc(self) -> TOC:
        manifest = read_manifest(self._index_dir)
        segments = [
            ArraySegment(self._index_dir / entry.file, open_segment(self._index_dir, entry)) for entry in manifest.segments
        ]
        return TOC(self._schema, segments, manifest.number)
