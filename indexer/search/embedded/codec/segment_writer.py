"""Documents and their records, gathered in arrays and written as one segment file."""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np

from indexer.fields import FIELD_BY_NAME
from indexer.model import DocumentMetadata, Paragraph
from indexer.published import parse_published
from indexer.search.analysis import split_words, stem
from indexer.search.embedded.codec.arrays import Array, ArraysWriter, smallest
from indexer.search.embedded.codec.columns import COLUMNS, ColumnBuilder
from indexer.search.embedded.codec.inversion import Inverter

# What a word costs at the peak of the sorting, measured; and how long words are taken to be where few of them are very long.
_BYTES_PER_WORD = 64
_BYTES_BETWEEN_WORDS = 8


class SegmentWriter:
    """Gathers whole documents; `write` makes the file. Nothing is written before."""

    def __init__(self) -> None:
        self._ids: list[bytes] = []
        self._stored: list[bytes] = []
        self._bounds = array("I", [0])
        self._days: list[tuple[int, int]] = []
        self._texts: list[bytes] = []
        self._bytes = 0
        self._parts = array("I")
        self._columns = {name: ColumnBuilder(FIELD_BY_NAME[name]) for name in COLUMNS}
        self._text = Inverter(stem)

    @property
    def documents(self) -> int:
        """How many documents are held."""
        return len(self._ids)

    @property
    def records(self) -> int:
        """How many records are held."""
        return len(self._texts)

    @property
    def size(self) -> int:
        """About how many bytes the documents held take at the peak of writing."""
        return _BYTES_PER_WORD * max(len(self._text), self._bytes // _BYTES_BETWEEN_WORDS) + 2 * self._bytes

    def add(self, document: DocumentMetadata, paragraphs: Sequence[Paragraph]) -> None:
        """Add a document whole. Raises ValueError, and adds nothing, where a string is not Unicode text."""
        document_id = document.id.encode()
        stored = json.dumps(_stored(document), ensure_ascii=False, allow_nan=False).encode()
        texts = [paragraph.text.encode() for paragraph in paragraphs]
        for paragraph in paragraphs:
            (paragraph.section or "").encode()
        days = parse_published(document.published) if document.published is not None else None
        self._bytes += len(stored) + sum(map(len, texts))
        self._ids.append(document_id)
        self._stored.append(stored)
        self._texts += texts
        self._bounds.append(len(self._texts))
        self._days.append((days.first, days.last) if days else (0, 0))
        for name, column in self._columns.items():
            if FIELD_BY_NAME[name].per_document:
                column.add(_values(getattr(document, name)))
        for paragraph in paragraphs:
            self._text.add(split_words(paragraph.text))
            self._columns["section"].add(_values(paragraph.section))
            self._columns["kind"].add((paragraph.kind,))
            self._parts.extend((paragraph.part.number, paragraph.part.of) if paragraph.part else (0, 0))

    def write(self, path: Path) -> None:
        """Write the segment file and see it to the disk."""
        with ArraysWriter(path) as writer:
            writer.attributes["documents"] = self.documents
            writer.attributes["records"] = self.records
            bounds = np.array(self._bounds, dtype=np.uint32)
            writer.add_strings("document.id", self._ids)
            writer.add_strings("document.stored", self._stored)
            write_order(writer, self._ids, bounds)
            write_published(writer, self._days)
            writer.add_strings("record.text", self._texts)
            writer.add("record.parts", smallest(np.array(self._parts, dtype=np.uint32)))
            for column in self._columns.values():
                column.write(writer)
            self._text.write(writer, "text")


def write_order(writer: ArraysWriter, ids: Sequence[bytes], bounds: Array) -> None:
    """Which records a document has, the documents in order of id, the document of each record, and its place in that order."""
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.uint32)
    lengths = np.diff(bounds)
    before = np.zeros(len(ids), dtype=np.uint32)
    before[order] = np.cumsum(lengths[order]) - lengths[order]
    documents = np.repeat(np.arange(len(ids), dtype=np.uint32), lengths)
    numbers = np.arange(len(documents), dtype=np.uint32)
    writer.add("document.bounds", bounds)
    writer.add("document.order", order)
    writer.add("record.document", documents)
    writer.add("record.rank", before[documents] + (numbers - bounds[documents]))


def write_published(writer: ArraysWriter, days: Sequence[tuple[int, int]]) -> None:
    """The distinct stated intervals in order, and which each document has: 0 for none, else its place + 1."""
    stated = sorted(set(days) - {(0, 0)})
    place = {interval: number for number, interval in enumerate(stated, 1)}
    writer.add("published.first", np.array([first for first, _ in stated], dtype=np.int32))
    writer.add("published.last", np.array([last for _, last in stated], dtype=np.int32))
    writer.add("published.ordinals", smallest(np.array([place.get(interval, 0) for interval in days], dtype=np.uint32)))


def _values(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """A field's value as a tuple of distinct values in order."""
    if value is None or value == "":
        return ()
    return (value,) if isinstance(value, str) else tuple(dict.fromkeys(value))


def _stored(document: DocumentMetadata) -> dict[str, object]:
    """A document's metadata as its segment keeps it."""
    return {field.name: getattr(document, field.name) for field in fields(document) if field.name not in ("id", "paragraphs")}
