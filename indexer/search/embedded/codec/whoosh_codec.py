"""A segment file as Whoosh's Codec interface sees it, so that Whoosh's own readers and Searcher work on it.

Whoosh's documents are our records. Loccit itself never searches this way: `evaluate` reads the arrays (docs/decisions).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from whoosh.codec import base
from whoosh.matching import ListMatcher
from whoosh.reading import TermInfo, TermNotFound

from indexer.fields import FIELDS, FieldKind
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.columns import PROSE
from indexer.search.embedded.codec.segment import Segment

INDEXED = tuple(sorted(field.name for field in FIELDS if field.kind is not FieldKind.DATE))


class ArraySegment(base.Segment):  # type: ignore[misc]
    """A segment as Whoosh's TOC lists it."""

    def __init__(self, path: Path, segment: Segment) -> None:
        super().__init__("loccit")
        self.segid = path.stem
        self.segment = segment

    def codec(self) -> ArrayCodec:
        """The codec that reads it."""
        return ArrayCodec()

    def doc_count_all(self) -> int:
        """Records, deleted ones included."""
        return self.segment.records

    def deleted_count(self) -> int:
        """Deleted records."""
        return self.segment.records - len(self.segment.live_records)

    def deleted_docs(self) -> Iterator[int]:
        """The numbers of deleted records."""
        live = self.segment.live
        return iter([] if live is None else np.flatnonzero(~live).tolist())

    def is_deleted(self, docnum: int) -> bool:
        """Whether a record is deleted."""
        return self.segment.live is not None and not self.segment.live[docnum]

    def should_assemble(self) -> bool:
        """Never packed into a compound file: it is mapped as it is."""
        return False


class ArrayCodec(base.Codec):  # type: ignore[misc]
    """Reads segment files for Whoosh. They are written in bulk by `SegmentWriter`, not posting by posting."""

    def terms_reader(self, _storage: object, segment: ArraySegment) -> ArrayTermsReader:
        """The dictionaries and postings of a segment."""
        return ArrayTermsReader(segment.segment)

    def per_document_reader(self, _storage: object, segment: ArraySegment) -> ArrayPerDocumentReader:
        """Stored fields and lengths of a segment."""
        return ArrayPerDocumentReader(segment)

    def per_document_writer(self, _storage: object, _segment: object) -> NoReturn:
        """Refused."""
        raise NotImplementedError("segments are written by SegmentWriter")

    def field_writer(self, _storage: object, _segment: object) -> NoReturn:
        """Refused."""
        raise NotImplementedError("segments are written by SegmentWriter")


class ArrayTermsReader(base.TermsReader):  # type: ignore[misc]
    """The dictionaries in order of field and term; postings by record."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._find(*term) >= 0

    def indexed_field_names(self) -> list[str]:
        """The fields with a dictionary."""
        return list(INDEXED)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """Every (field, term)."""
        for field in INDEXED:
            for term in self._segment.postings(field).terms:
                yield field, term

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        """Every (field, term) from a term of a field on."""
        for field in INDEXED[INDEXED.index(fieldname) :] if fieldname in INDEXED else ():
            terms = self._segment.postings(field).terms
            for place in range(terms.bisect(prefix) if field == fieldname else 0, len(terms)):
                yield field, terms[place]

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """Every (field, term) with its statistics."""
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """The same from a term of a field on."""
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        """The statistics of a term. Raises TermNotFound."""
        records, freqs, _ = self._postings(fieldname, text)
        return TermInfo(
            weight=float(freqs.sum()),
            df=len(records),
            minlength=1,
            maxlength=1,
            maxweight=float(freqs.max(initial=0)),
            minid=int(records[0]) if len(records) else None,
            maxid=int(records[-1]) if len(records) else 0,
        )

    def frequency(self, fieldname: str, text: bytes) -> float:
        """Occurrences of a term; 0 where it does not stand in the dictionary."""
        return float(self._postings(fieldname, text)[1].sum()) if (fieldname, text) in self else 0.0

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """Records with a term; 0 where it does not stand in the dictionary."""
        return len(self._postings(fieldname, text)[0]) if (fieldname, text) in self else 0

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> ListMatcher:
        """A matcher over a term's records, with positions where the field's format has them. Raises TermNotFound."""
        records, freqs, units = self._postings(fieldname, text)
        postings = self._segment.postings(fieldname)
        term = self._find(fieldname, text)
        begin, end = postings.range(term)
        first, _ = postings.position_range(term)
        ends = first + np.cumsum(postings.freqs[begin:end], dtype=np.int64)
        by_unit = {
            unit: postings.positions[last - freq : last].tolist()
            for unit, freq, last in zip(
                postings.ids[begin:end].tolist(), postings.freqs[begin:end].tolist(), ends.tolist(), strict=True
            )
        }
        values = None
        if format_ is not None and format_.supports("positions"):
            values = [format_.encode(by_unit[unit]) for unit in units.tolist()]
        return ListMatcher(
            records.tolist(),
            weights=[float(freq) for freq in freqs.tolist()],
            values=values,
            format=format_,
            scorer=scorer,
            term=(fieldname, text),
            terminfo=self.term_info(fieldname, text),
        )

    def _find(self, fieldname: str, text: bytes) -> int:
        return self._segment.postings(fieldname).terms.find(text) if fieldname in INDEXED else -1

    def _postings(self, fieldname: str, text: bytes) -> tuple[Array, Array, Array]:
        """A term's records, frequencies, and the (first) unit through which each record has it."""
        term = self._find(fieldname, text)
        if term < 0:
            raise TermNotFound(f"No term {fieldname}:{text!r}")
        postings = self._segment.postings(fieldname)
        begin, end = postings.range(term)
        units, freqs = postings.ids[begin:end], postings.freqs[begin:end].astype(np.uint32)
        if fieldname == "text":
            return units, freqs, units
        by_ordinal = np.zeros(self._segment.units(fieldname) + 1, dtype=np.uint32)
        by_ordinal[units.astype(np.int64) + 1] = freqs
        ordinals, owners = values_by_record(self._segment, fieldname)
        held = np.flatnonzero(by_ordinal[ordinals])
        records, first, places = np.unique(owners[held], return_index=True, return_inverse=True)
        total = np.bincount(places, weights=by_ordinal[ordinals[held]], minlength=len(records)).astype(np.uint32)
        return records, total, ordinals[held[first]].astype(np.int64) - 1


def values_by_record(segment: Segment, field: str) -> tuple[Array, Array]:
    """The ordinals of a field's units record by record, and the record of each; a title is its document's own value."""
    records = np.arange(segment.records, dtype=np.uint32)
    if field in PROSE:
        return segment.record_document + np.uint32(1), records
    column = segment.column(field)
    if not column.per_document:
        return column.unit_ordinals, records
    if column.starts is None:
        return column.ordinals[segment.record_document], records
    begin = column.starts[segment.record_document].astype(np.int64)
    each = column.starts[segment.record_document + np.uint32(1)] - begin
    ends = np.cumsum(each)
    places = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(begin - (ends - each), each)
    return column.ordinals[places], np.repeat(records, each)


class ArrayPerDocumentReader(base.PerDocumentReader):  # type: ignore[misc]
    """Stored fields and lengths by record."""

    def __init__(self, segment: ArraySegment) -> None:
        self._listed = segment
        self._segment = segment.segment

    def doc_count(self) -> int:
        """Live records."""
        return self._listed.doc_count()  # type: ignore[no-any-return]

    def doc_count_all(self) -> int:
        """Records, deleted ones included."""
        return self._listed.doc_count_all()

    def has_deletions(self) -> bool:
        """Whether any record is deleted."""
        return self._segment.live is not None

    def is_deleted(self, docnum: int) -> bool:
        """Whether a record is deleted."""
        return self._listed.is_deleted(docnum)

    def deleted_docs(self) -> Iterator[int]:
        """The numbers of deleted records."""
        return self._listed.deleted_docs()

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """The words of a field of a record."""
        return int(self._lengths(fieldname)[docnum]) if fieldname in INDEXED else default

    def field_length(self, fieldname: str) -> int:
        """The words of a field over all records."""
        return int(self._lengths(fieldname).sum(dtype=np.int64)) if fieldname in INDEXED else 0

    def min_field_length(self, fieldname: str) -> int:
        """The words of the shortest value of a field."""
        return int(self._lengths(fieldname).min(initial=1 << 31)) if fieldname in INDEXED else 0

    def max_field_length(self, fieldname: str) -> int:
        """The words of the longest value of a field."""
        return int(self._lengths(fieldname).max(initial=0)) if fieldname in INDEXED else 0

    def stored_fields(self, docnum: int) -> dict[str, object]:
        """A record's fields."""
        document = self._segment.document(int(self._segment.record_document[docnum]))
        paragraph = self._segment.paragraph(docnum)
        return {field.name: getattr(document if field.per_document else paragraph, field.name) for field in FIELDS}

    def _lengths(self, fieldname: str) -> Array:
        lengths = self._segment.postings(fieldname).lengths
        if fieldname == "text":
            return lengths
        by_ordinal = np.concatenate([[0], lengths])
        ordinals, owners = values_by_record(self._segment, fieldname)
        summed: Array = np.bincount(owners, weights=by_ordinal[ordinals], minlength=self._segment.records).astype(np.int64)
        return summed
