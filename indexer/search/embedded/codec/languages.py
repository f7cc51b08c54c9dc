"""The languages of a segment: those that its documents have, and those of records that are in another than their document."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from indexer.search.embedded.codec.arrays import Array, ArraysFile, Strings, smallest
from indexer.search.embedded.codec.arrays_writer import ArraysWriter
from indexer.search.embedded.codec.columns import Column
from indexer.search.stemming import stemmer_of


class Languages:
    """own: of each record, 0 where it is in its document's language, else its language's place in `names` + 1.

    documents: of each record.
    """

    def __init__(self, file: ArraysFile, by_document: Column, documents: Array) -> None:
        self._by_document = by_document
        self._documents = documents
        self.names: Strings = file.strings("record.languages")
        own = file["record.language"]
        self.own = own if len(own) else np.zeros(len(self._documents), dtype=np.uint8)

    @cached_property
    def all(self) -> tuple[str | None, ...]:
        """None, and the languages of documents and of records, by the numbers that `by_record` gives."""
        return (None, *(name.decode() for name in (*self._by_document.values, *self.names)))

    @cached_property
    def used(self) -> tuple[str | None, ...]:
        """The languages of records and titles; None only where some document's language is unknown."""
        known = len(self._by_document.ordinals) > 0 and bool(np.all(self._by_document.ordinals > 0))
        return self.all[1:] if known else self.all

    @cached_property
    def stemmers(self) -> tuple[str, ...]:
        """The stemmers of records and titles, each once."""
        return tuple(sorted(set(map(stemmer_of, self.used))))

    @cached_property
    def by_record(self) -> Array:
        """The language of each record, as its number in `all`."""
        of_documents = self._by_document.ordinals[self._documents]
        own = self.own + np.uint32(len(self._by_document.values))
        return smallest(np.where(self.own > 0, own, of_documents))


def write_languages(writer: ArraysWriter, names: Sequence[bytes], own: Array) -> None:
    """Write the records' own languages: sorted names; of each record 0 or a name's place + 1, nothing if all are 0."""
    writer.add_strings("record.languages", names)
    writer.add("record.language", smallest(own if len(names) else own[:0]))
