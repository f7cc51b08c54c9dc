"""Deletions: which documents of a segment are gone, in a file of their own. A segment's file never changes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexer.errors import IndexCorrupt
from indexer.search.embedded.codec.arrays import Array, ArraysFile, smallest
from indexer.search.embedded.codec.arrays_writer import ArraysWriter

_DOCUMENTS = "documents"
_SEGMENT = "segment"


class Deletions:
    """The deletions of a segment, read. documents: the numbers of those that are gone, ascending.

    segment: the name of the segment's file. Raises IndexCorrupt where the file is not what `write_deletions` writes for it.
    """

    def __init__(self, path: Path, segment: str) -> None:
        self.file = ArraysFile(path)
        self.file.require_types({})
        self.documents: Array = self.file[_DOCUMENTS]
        if self.file.attributes.get(_SEGMENT) != segment:
            raise IndexCorrupt(f"{path} does not hold the deletions of {segment}")
        if bool(np.any(self.documents[1:] <= self.documents[:-1])):
            raise IndexCorrupt(f"{path} does not hold the numbers of documents in order")


def write_deletions(path: Path, segment: str, documents: Sequence[int]) -> None:
    """Write the numbers of a segment's deleted documents, ascending, and see the file to the disk."""
    with ArraysWriter(path) as writer:
        writer.attributes[_SEGMENT] = segment
        writer.add(_DOCUMENTS, smallest(np.array(documents, dtype=np.uint32)))
