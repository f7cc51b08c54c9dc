"""A segment, read: typed views of its arrays. Record and document numbers are local to the segment, from 0."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from indexer.errors import IndexCorrupt
from indexer.fields import FIELD_BY_NAME, FieldKind
from indexer.model import DocumentMetadata, Kind, Origin, Paragraph, Part
from indexer.search.embedded.codec.arrays import Array, ArraysFile, Strings
from indexer.search.embedded.codec.columns import Column
from indexer.search.embedded.codec.inversion import JOINED


class Postings:
    """A field's dictionary and postings, over its units: records for `text`, distinct values for the others."""

    def __init__(self, file: ArraysFile, field: str) -> None:
        self.terms: Strings = file.strings(f"{field}.terms")
        self.bounds = file[f"{field}.bounds"]
        self.ids = file[f"{field}.ids"]
        self.freqs = file[f"{field}.freqs"]
        self.position_bounds = file[f"{field}.position_bounds"]
        self.positions = file[f"{field}.positions"]
        self.lengths = file[f"{field}.lengths"]
        self.stemmed = FIELD_BY_NAME[field].kind is FieldKind.TEXT
        if self.stemmed:
            self.forms = file.strings(f"{field}.forms")
            self.form_terms = file[f"{field}.form_terms"]
            self.form_variants = file[f"{field}.form_variants"]
            self.variants = file[f"{field}.variants"]
        else:
            self.forms = self.terms
        self.form_table: Any = None
        """What `forms.form_table` makes of the forms at its first use."""

    def spellings(self, dictionary: Strings, word: str) -> list[tuple[int, int]]:
        """The entries of a dictionary that are a word, alone or as joined parts of a hyphenated one: (place, positions)."""
        wanted = word.encode()
        joined = wanted + JOINED.encode()
        found = []
        for place in range(dictionary.bisect(wanted), len(dictionary)):
            entry: bytes = dictionary[place]
            if entry == wanted:
                found.append((place, 1))
            elif entry.startswith(joined):
                found.append((place, int(entry[len(joined) :])))
            else:
                break
        return found

    def range(self, term: int) -> tuple[int, int]:
        """Where a term's postings begin and end."""
        return int(self.bounds[term]), int(self.bounds[term + 1])

    def position_range(self, term: int) -> tuple[int, int]:
        """Where a term's positions begin and end."""
        return int(self.position_bounds[term]), int(self.position_bounds[term + 1])


class Segment:
    """One mapped segment file and its deletions (`live` is None where there are none)."""

    def __init__(self, path: Path, live: Array | None = None) -> None:
        self.file = ArraysFile(path)
        self.live = live
        try:
            self.documents = int(self.file.attributes["documents"])
            self.records = int(self.file.attributes["records"])
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise IndexCorrupt(f"{path}: the header does not say how many records there are") from error
        if len(self.file["document.bounds"]) != self.documents + 1 or len(self.file["record.document"]) != self.records:
            raise IndexCorrupt(f"{path}: the header and the arrays do not agree on how many records there are")
        self._postings: dict[str, Postings] = {}
        self._columns: dict[str, Column] = {}

    def postings(self, field: str) -> Postings:
        """The postings of a field."""
        postings = self._postings.get(field)
        if postings is None:
            postings = self._postings[field] = Postings(self.file, field)
        return postings

    def column(self, field: str) -> Column:
        """The values of a field."""
        column = self._columns.get(field)
        if column is None:
            column = self._columns[field] = Column(self.file, field)
        return column

    @cached_property
    def record_document(self) -> Array:
        """Record -> document."""
        return self.file["record.document"]

    @cached_property
    def bounds(self) -> Array:
        """Document -> its first record; and one more."""
        return self.file["document.bounds"]

    @cached_property
    def record_rank(self) -> Array:
        """Record -> its place in the order of document ids and ordinals."""
        return self.file["record.rank"]

    @cached_property
    def published(self) -> Array:
        """Document -> its stated interval: 0 for none, else its place in `intervals` + 1."""
        return self.file["published.ordinals"]

    @cached_property
    def intervals(self) -> tuple[Array, Array]:
        """The distinct stated intervals in order: first and last days (ordinals)."""
        return self.file["published.first"], self.file["published.last"]

    @cached_property
    def longest(self) -> int:
        """The words of the longest record."""
        return int(self.postings("text").lengths.max(initial=0))

    @cached_property
    def live_records(self) -> Array:
        """The numbers of the records that are not deleted, in order."""
        everything = np.arange(self.records, dtype=np.uint32)
        return everything if self.live is None else everything[self.live]

    @cached_property
    def _ids(self) -> Strings:
        return self.file.strings("document.id")

    @cached_property
    def _stored(self) -> Strings:
        return self.file.strings("document.stored")

    @cached_property
    def _texts(self) -> Strings:
        return self.file.strings("record.text")

    def document_bounds(self, document: int) -> tuple[int, int]:
        """The records of a document: first and one past the last."""
        return int(self.bounds[document]), int(self.bounds[document + 1])

    def find_document(self, document_id: str) -> int | None:
        """The number of the live document with that id, or None."""
        wanted = document_id.encode("utf-8", "replace")
        order = self.file["document.order"]
        low, high = 0, len(order)
        while low < high:
            middle = (low + high) // 2
            if self._ids[int(order[middle])] < wanted:
                low = middle + 1
            else:
                high = middle
        if low == len(order) or self._ids[int(order[low])] != wanted:
            return None
        document = int(order[low])
        first, _ = self.document_bounds(document)
        return document if self.live is None or self.live[first] else None

    def document_id(self, document: int) -> str:
        """The id of a document."""
        found: bytes = self._ids[document]
        return found.decode()

    def document(self, document: int) -> DocumentMetadata:
        """A document's metadata. Raises IndexCorrupt where it is not what a writer stores."""
        first, end = self.document_bounds(document)
        try:
            stored = json.loads(self._stored[document])
            stored["origins"] = {name: Origin(origin) for name, origin in stored["origins"].items()}
            stored["author"], stored["tag"] = _strings(stored["author"]), _strings(stored["tag"])
            metadata = DocumentMetadata(id=self.document_id(document), **(stored | {"paragraphs": end - first}))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise IndexCorrupt(f"{self.file.path}: the metadata of document {document} is damaged") from error
        optional = (metadata.source, metadata.published, metadata.language, metadata.url)
        if not (
            isinstance(metadata.title, str)
            and isinstance(metadata.format, str)
            and isinstance(metadata.title_derived, bool)
            and isinstance(metadata.extra, dict)
            and all(value is None or isinstance(value, str) for value in optional)
        ):
            raise IndexCorrupt(f"{self.file.path}: the metadata of document {document} is of other types")
        return metadata

    def paragraph(self, record: int) -> Paragraph:
        """A record."""
        first, _ = self.document_bounds(int(self.record_document[record]))
        section = self.column("section")
        place = int(section.ordinals[record])
        kind = self.column("kind")
        part, parts = self.file["record.parts"][2 * record : 2 * record + 2].tolist()
        text: bytes = self._texts[record]
        return Paragraph(
            ordinal=record - first + 1,
            kind=Kind(kind.value(int(kind.ordinals[record]))),
            text=text.decode(),
            section=section.value(place) if place else None,
            part=Part(part, parts) if parts else None,
        )

    def sizes(self) -> dict[str, int]:
        """Bytes by part, as `status` shows them."""
        parts: dict[str, int] = {
            "text": 0,
            "metadata": 0,
            "postings": 0,
            "positions": 0,
            "exact forms": 0,
            "facets": 0,
            "dates": 0,
        }
        for name, size in self.file.sizes().items():
            parts[_part(name)] += size
        parts["headers"] = self.file.size - sum(parts.values())
        return parts


def _strings(values: object) -> tuple[str, ...]:
    """A list of strings as a tuple. Raises TypeError for anything else."""
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError("not a list of strings")
    return tuple(values)


def _part(array: str) -> str:
    """Which part of the index an array counts to."""
    prefix, _, name = array.partition(".")
    if prefix == "document":
        return "metadata"
    if prefix == "record":
        return "text" if name.startswith("text") else "metadata"
    if prefix == "published":
        return "dates"
    if name.startswith(("forms", "form_", "variants")):
        return "exact forms"
    if name.startswith("position"):
        return "positions"
    return "facets" if name.startswith(("values", "ordinals", "starts")) else "postings"
