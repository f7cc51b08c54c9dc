"""Documents and their records, gathered in arrays and written as one segment file."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexer.fields import FIELD_BY_NAME
from indexer.model import DocumentMetadata, Paragraph
from indexer.published import parse_published
from indexer.search.embedded.codec.arrays import Array, smallest
from indexer.search.embedded.codec.arrays_writer import ArraysWriter
from indexer.search.embedded.codec.columns import COLUMNS, ColumnBuilder
from indexer.search.embedded.codec.inversion import Stemmers, write_inverted
from indexer.search.embedded.codec.languages import write_languages
from indexer.search.embedded.codec.metadata import SHORT_OWN, encode_metadata
from indexer.search.embedded.codec.texts import trained_dictionary, write_texts
from indexer.search.stemming import stemmer_of

# What a word costs at the peak of the sorting, measured; and how long words are taken to be where few of them are very long.
_BYTES_PER_WORD = 64
_BYTES_BETWEEN_WORDS = 8


class SegmentWriter:
    """Gathers whole documents; `write` makes the file. Nothing is written before.

    dictionary: that of the texts of other segments which this one will be merged with; see `write_texts`.
    """

    def __init__(self, dictionary: bytes | None = None) -> None:
        self._dictionary = dictionary
        self._trained: bytes | None = None
        self._ids: list[bytes] = []
        self._own: list[bytes] = []
        self._shared: dict[bytes, int] = {}
        self._sharing = array("I")
        self._bounds = array("I", [0])
        self._days: list[tuple[int, int]] = []
        self._texts: list[bytes] = []
        self._bytes = 0
        self._parts = array("I")
        self._pages = array("I")
        self._own_languages: list[str | None] = []
        self._stemmers: list[str] = []
        self._title_stemmers: list[str] = []
        self._columns = {name: ColumnBuilder(FIELD_BY_NAME[name]) for name in COLUMNS}
        self._titles: list[bytes] = []
        self._words = 0

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
        return _BYTES_PER_WORD * max(self._words, self._bytes // _BYTES_BETWEEN_WORDS) + 2 * self._bytes

    def add(self, document: DocumentMetadata, paragraphs: Sequence[Paragraph]) -> None:
        """Add a document whole. Raises ValueError, and adds nothing, where a string is not Unicode text."""
        document_id = document.id.encode()
        own, shared = encode_metadata(document)
        texts = [paragraph.text.encode() for paragraph in paragraphs]
        for paragraph in paragraphs:
            ((paragraph.section or "") + (paragraph.language or "")).encode()
        days = parse_published(document.published) if document.published is not None else None
        title = document.title.encode()
        self._bytes += len(own) + len(shared) * (shared not in self._shared) + sum(map(len, texts))
        self._words += sum(text.count(b" ") + 1 for text in texts)
        self._ids.append(document_id)
        self._own.append(own)
        self._sharing.append(self._shared.setdefault(shared, len(self._shared)))
        self._titles.append(title)
        self._title_stemmers.append(stemmer_of(document.language))
        self._own_languages += [paragraph.language for paragraph in paragraphs]
        self._stemmers += [stemmer_of(paragraph.language or document.language) for paragraph in paragraphs]
        self._texts += texts
        self._bounds.append(len(self._texts))
        self._days.append((days.first, days.last) if days else (0, 0))
        for name, column in self._columns.items():
            if FIELD_BY_NAME[name].per_document:
                column.add(_values(getattr(document, name)))
        for paragraph in paragraphs:
            self._columns["section"].add(_values(paragraph.section))
            self._columns["kind"].add((paragraph.kind,))
            self._parts.extend((paragraph.part.number, paragraph.part.of) if paragraph.part else (0, 0))
            self._pages.append(paragraph.page_number or 0)

    def text_dictionary(self) -> bytes | None:
        """A dictionary for the texts of segments that this one will be merged with; None where there is too little text."""
        if self._dictionary is None:
            self._trained = trained_dictionary(self._texts)
        return self._dictionary or self._trained

    def write(self, path: Path) -> None:
        """Write the segment file and see it to the disk."""
        with ArraysWriter(path) as writer:
            writer.attributes["documents"] = self.documents
            writer.attributes["records"] = self.records
            bounds = np.array(self._bounds, dtype=np.uint32)
            writer.add_strings("document.id", self._ids)
            write_texts(writer, "document.own", self._own, SHORT_OWN)
            places = np.empty(len(self._shared), dtype=np.uint32)
            ordered = sorted(self._shared)
            places[[self._shared[one] for one in ordered]] = np.arange(len(ordered), dtype=np.uint32)
            write_shared(writer, ordered, places[np.array(self._sharing, dtype=np.uint32)])
            write_order(writer, self._ids, bounds)
            write_published(writer, self._days)
            write_texts(writer, "record.text", self._texts, offered=self._dictionary, own=self._trained)
            write_parts(writer, np.array(self._parts, dtype=np.uint32))
            write_pages(writer, np.array(self._pages, dtype=np.uint32))
            self._write_languages(writer)
            stemmers = Stemmers.of(self._stemmers)
            for column in self._columns.values():
                column.write(writer, stemmers)
            write_inverted(writer, "text", self._texts, stemmers)
            write_inverted(writer, "title", self._titles, Stemmers.of(self._title_stemmers))

    def _write_languages(self, writer: ArraysWriter) -> None:
        names = sorted({language for language in self._own_languages if language is not None}, key=str.encode)
        place = {name: number for number, name in enumerate(names, 1)}
        own = np.array([place[name] if name is not None else 0 for name in self._own_languages], dtype=np.uint32)
        write_languages(writer, [name.encode() for name in names], own)


def write_order(writer: ArraysWriter, ids: Sequence[bytes], bounds: Array) -> None:
    """Which records a document has, and the documents in order of id."""
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.uint32)
    writer.add("document.bounds", bounds)
    writer.add("document.order", order)


def write_shared(writer: ArraysWriter, shared: Sequence[bytes], sharing: Array) -> None:
    """What documents share of their metadata, the distinct ones in order, and which of these each document has."""
    write_texts(writer, "document.shared", shared)
    writer.add("document.sharing", smallest(sharing))


def write_parts(writer: ArraysWriter, parts: Array) -> None:
    """Which records are parts of a paragraph, and of how many. parts: two numbers for each record, 0 0 for a whole one."""
    numbers = parts.reshape(-1, 2)
    parted = np.flatnonzero(numbers[:, 1])
    writer.add("record.parted", parted.astype(np.uint32))
    writer.add("record.parts", smallest(numbers[parted].ravel()))


def write_pages(writer: ArraysWriter, pages: Array) -> None:
    """The page that each record begins on, 0 for none; nothing at all where no record has one."""
    writer.add("record.pages", smallest(pages if pages.any() else pages[:0]))


def write_published(writer: ArraysWriter, days: Sequence[tuple[int, int]]) -> None:
    """The distinct stated intervals in order, and which each document has: 0 for none, else its place + 1."""
    stated = sorted(set(days) - {(0, 0)})
    place = {interval: number for number, interval in enumerate(stated, 1)}
    writer.add("published.first", np.array([first for first, _ in stated], dtype=np.int32))
    writer.add("published.last", np.array([last for _, last in stated], dtype=np.int32))
    ordinals = np.array([place.get(interval, 0) for interval in days], dtype=np.uint32)
    writer.add("published.ordinals", smallest(ordinals, least=2))


def _values(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """A field's value as a tuple of distinct values in order."""
    if value is None or value == "":
        return ()
    return (value,) if isinstance(value, str) else tuple(dict.fromkeys(value))
