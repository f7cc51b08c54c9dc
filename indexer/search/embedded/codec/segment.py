"""A segment, read: typed views of its arrays. Record and document numbers are local to the segment, from 0."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import numpy as np

from indexer.errors import IndexCorrupt
from indexer.fields import FIELD_BY_NAME
from indexer.model import DocumentMetadata, Paragraph
from indexer.search.embedded.codec.arrays import Array, ArraysFile, Strings
from indexer.search.embedded.codec.columns import COLUMNS, PROSE, Column
from indexer.search.embedded.codec.languages import Languages
from indexer.search.embedded.codec.metadata import Metadata
from indexer.search.embedded.codec.owners import Owners
from indexer.search.embedded.codec.paragraphs import Paragraphs
from indexer.search.embedded.codec.postings import Postings
from indexer.search.embedded.codec.profiles import Profiles
from indexer.search.embedded.codec.texts import Texts

# Days are reckoned with.
_OTHER_TYPES = {"published.first": {"<i4"}, "published.last": {"<i4"}}


class Segment:
    """One mapped segment file and its deletions.

    deleted: the numbers of the documents that are gone. live, live_by_document: masks over records and over documents; None
    where nothing is deleted.
    """

    def __init__(self, path: Path, deleted: Array | None = None) -> None:
        self.file = ArraysFile(path)
        self.file.require_types(_OTHER_TYPES)
        try:
            self.documents = int(self.file.attributes["documents"])
            self.records = int(self.file.attributes["records"])
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise IndexCorrupt(f"{path}: the header does not say how many records there are") from error
        if len(self.bounds) != self.documents + 1 or len(self.file["record.text.lengths"]) != self.records:
            raise IndexCorrupt(f"{path}: the header and the arrays do not agree on how many records there are")
        self.live_by_document = None if deleted is None else self._without(deleted)
        self.live: Array | None = None if self.live_by_document is None else self.live_by_document[self.record_document]
        self._postings: dict[str, Postings] = {}
        self._columns: dict[str, Column] = {}

    def _without(self, deleted: Array) -> Array:
        """All documents but these, as a mask. Raises IndexCorrupt for what are no documents of this segment."""
        live = np.ones(self.documents, dtype=bool)
        if len(deleted) and int(deleted.max()) >= self.documents:
            raise IndexCorrupt(f"{self.file.path} has no such documents as are said to be deleted")
        live[deleted] = False
        return live

    def postings(self, field: str) -> Postings:
        """The postings of a field."""
        postings = self._postings.get(field)
        if postings is None:
            postings = self._postings[field] = Postings(self.file, field, self.languages.stemmers)
        return postings

    def units(self, field: str) -> int:
        """How many units a field's postings point at."""
        if field in PROSE:
            return self.documents if FIELD_BY_NAME[field].per_document else self.records
        return self.column(field).units

    def column(self, field: str) -> Column:
        """The values of a field."""
        column = self._columns.get(field)
        if column is None:
            owners = self.documents if FIELD_BY_NAME[field].per_document else self.records
            column = self._columns[field] = Column(self.file, field, owners)
        return column

    @cached_property
    def record_document(self) -> Array:
        """Record -> document. Raises IndexCorrupt where documents and records do not agree."""
        lengths: Array = np.diff(self.bounds.astype(np.int64))
        if int(self.bounds[0]) != 0 or int(self.bounds[-1]) != self.records or np.any(lengths < 0):
            raise IndexCorrupt(f"{self.file.path}: the documents do not have the records")
        documents = np.repeat(np.arange(self.documents, dtype=np.uint32), lengths)
        documents.flags.writeable = False
        return documents

    @cached_property
    def owners(self) -> Owners:
        """Record -> document, as counting looks it up."""
        return Owners.of(self.record_document)

    @cached_property
    def bounds(self) -> Array:
        """Document -> its first record; and one more."""
        return self.file["document.bounds"]

    @cached_property
    def languages(self) -> Languages:
        """The languages of documents and records."""
        return Languages(self.file, self.column("language"), self.record_document)

    @cached_property
    def ranks(self) -> Array:
        """Document -> its place in the order of ids."""
        order = self.file["document.order"]
        ranks = np.empty(len(order), dtype=np.uint32)
        ranks[order] = np.arange(len(order), dtype=np.uint32)
        return ranks

    @cached_property
    def published(self) -> Array:
        """Document -> its stated interval: 0 for none, else its place in `intervals` + 1."""
        return self.file["published.ordinals"]

    @cached_property
    def intervals(self) -> tuple[Array, Array]:
        """The distinct stated intervals in order: first and last days (ordinals)."""
        return self.file["published.first"], self.file["published.last"]

    @cached_property
    def profiles(self) -> Profiles:
        """What values the documents have."""
        columns = {name: self.column(name) for name in COLUMNS}
        return Profiles.of(columns, self.owners, self.bounds, self.published, len(self.intervals[0]) + 1)

    @cached_property
    def live_documents(self) -> Array:
        """The documents that have live records, in order."""
        held = np.diff(self.bounds) > 0
        return np.flatnonzero(held if self.live_by_document is None else held & self.live_by_document).astype(np.uint32)

    @cached_property
    def longest(self) -> int:
        """The words of the longest record. Raises IndexCorrupt for more than there are: so many numbers are made of them."""
        postings = self.postings("text")
        longest = int(postings.lengths.max(initial=0))
        if longest > len(postings.positions):
            raise IndexCorrupt(f"{self.file.path}: the lengths of records are damaged")
        return longest

    @cached_property
    def document_lengths(self) -> Array:
        """Document -> the words of its texts."""
        before = np.concatenate([[0], np.cumsum(self.postings("text").lengths, dtype=np.int64)])
        lengths: Array = np.diff(before[self.bounds])
        return lengths

    @cached_property
    def live_records(self) -> Array:
        """The numbers of the records that are not deleted, in order."""
        everything = np.arange(self.records, dtype=np.uint32)
        return everything if self.live is None else everything[self.live]

    @cached_property
    def _ids(self) -> Strings:
        return self.file.strings("document.id")

    @cached_property
    def metadata(self) -> Metadata:
        """The metadata of the documents."""
        return Metadata(self.file, self.bounds)

    @cached_property
    def texts(self) -> Texts:
        """Record -> its text, UTF-8."""
        return Texts(self.file, "record.text")

    @cached_property
    def paragraphs(self) -> Paragraphs:
        """The records."""
        documents, columns = self.record_document, (self.column("kind"), self.column("section"))
        ordinals = np.arange(1, self.records + 1, dtype=np.uint32) - self.bounds[documents]
        return Paragraphs(self.file, self.texts, *columns, self.languages, documents, ordinals)

    def document_bounds(self, document: int) -> tuple[int, int]:
        """The records of a document: first and one past the last."""
        return int(self.bounds[document]), int(self.bounds[document + 1])

    def find_document(self, document_id: str) -> int | None:
        """The number of the live document with that id, or None."""
        try:
            wanted = document_id.encode()
        except UnicodeEncodeError:  # half a character stands in no id
            return None
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
        return document if self.live_by_document is None or self.live_by_document[document] else None

    def document_of(self, record: int) -> int:
        """The number of a record's document."""
        return int(self.record_document[record])

    def document_id(self, document: int) -> str:
        """The id of a document."""
        found: bytes = self._ids[document]
        return found.decode()

    def document(self, document: int) -> DocumentMetadata:
        """A document's metadata. Raises IndexCorrupt where it is not what a writer stores."""
        return self.metadata.read(document)

    def paragraph(self, record: int) -> Paragraph:
        """A record: see `Paragraphs`."""
        return self.paragraphs.read((record,))[0]

    def read_records(self, records: Iterable[int]) -> list[tuple[Paragraph, DocumentMetadata]]:
        """Records, each with its document: a document's metadata is read once. Raises IndexCorrupt where any is damaged."""
        read, known, found = self.metadata.read, {}, []
        for document, paragraph in self.paragraphs.read_owned(records):
            if document not in known:
                known[document] = read(document)
            found.append((paragraph, known[document]))
        return found

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


def _part(array: str) -> str:
    """Which part of the index an array counts to."""
    prefix, _, name = array.partition(".")
    if prefix == "document":
        return "metadata"
    if prefix == "record":
        return "text" if name.startswith("text") else "metadata"
    if prefix == "published":
        return "dates"
    if name.startswith(("forms", "form_", "variant")):
        return "exact forms"
    if name.startswith(("position", "marks", "followers")):
        return "positions"
    return "facets" if name.startswith(("values", "ordinals", "starts")) else "postings"
