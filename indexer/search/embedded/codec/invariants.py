"""What must hold between the arrays of a segment, whatever their checksums say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from itertools import pairwise

import numpy as np

from indexer.errors import IndexCorrupt
from indexer.model import Kind
from indexer.search.embedded.codec.arrays import Array, Strings
from indexer.search.embedded.codec.columns import COLUMNS
from indexer.search.embedded.codec.segment import Postings, Segment


def broken_invariants(segment: Segment) -> list[str]:
    """A sentence for each thing that does not hold."""
    problems = []
    for what, holds in _invariants(segment):
        try:
            held = holds()
        except (IndexCorrupt, IndexError, KeyError, ValueError, TypeError, OverflowError) as error:
            problems.append(f"{segment.file.path}: {what} cannot be looked at: {error}")
            continue
        if not held:
            problems.append(f"{segment.file.path}: {what} are not as they should be")
    return problems


def _invariants(segment: Segment) -> Iterator[tuple[str, Callable[[], bool]]]:
    yield "types of the arrays", partial(_types_hold, segment)
    yield "documents and records", partial(_documents_hold, segment)
    yield "dates", partial(_dates_hold, segment)
    yield "metadata", lambda: all(segment.document(number).id for number in range(segment.documents))
    yield "texts", partial(_texts_hold, segment)
    yield "words of text", partial(_words_hold, segment, "text")
    for field in COLUMNS:
        yield f"values of {field}", partial(_column_holds, segment, field)
        yield f"words of {field}", partial(_words_hold, segment, field)


def _types_hold(segment: Segment) -> bool:
    """Whether all are unsigned but days; only offsets of strings may take eight bytes."""
    types = {name: segment.file[name].dtype for name in segment.file.sizes()}
    signed = {name for name, dtype in types.items() if dtype.kind == "i"}
    return (
        signed == {"published.first", "published.last"}
        and all(dtype.kind == "u" for name, dtype in types.items() if name not in signed)
        and all(dtype.itemsize < 8 or name.endswith(".offsets") for name, dtype in types.items())
    )


def _documents_hold(segment: Segment) -> bool:
    bounds, order = segment.file["document.bounds"], segment.file["document.order"]
    if not _bounds_hold(bounds, segment.documents, segment.records):
        return False
    numbers = np.arange(segment.documents)
    ids = [segment.document_id(number) for number in order.tolist()]
    first_in_order = np.zeros(segment.documents, dtype=np.int64)
    lengths: Array = np.diff(bounds.astype(np.int64))
    first_in_order[order] = np.cumsum(lengths[order]) - lengths[order]
    ranks = np.repeat(first_in_order - bounds[:-1], lengths) + np.arange(segment.records)
    return (
        np.array_equal(np.sort(order), numbers)
        and all(before.encode() < after.encode() for before, after in pairwise(ids))
        and np.array_equal(segment.record_document, np.repeat(numbers, lengths))
        and np.array_equal(segment.record_rank, ranks)
        and len(segment.file["record.parts"]) == 2 * segment.records
    )


def _texts_hold(segment: Segment) -> bool:
    text, offsets = segment.file["record.text"], segment.file["record.text.offsets"]
    # No text may begin in the middle of a character: at a byte of the form 10xxxxxx.
    begins = text[offsets[:-1][offsets[:-1] < len(text)].astype(np.int64)]
    return (
        _bounds_hold(offsets, segment.records, len(text))
        and not bool(np.any(begins & 0xC0 == 0x80))
        and text.tobytes().decode() is not None
        and bool(np.all(segment.column("kind").ordinals > 0))
        and {value.decode() for value in segment.column("kind").values} <= set(Kind)
    )


def _dates_hold(segment: Segment) -> bool:
    first, last = segment.intervals
    return (
        len(first) == len(last)
        and bool(np.all(first > 0))
        and bool(np.all(first <= last))
        and int(last.max(initial=0)) <= date.max.toordinal()
        and len(segment.published) == segment.documents
        and int(segment.published.max(initial=0)) <= len(first)
    )


def _column_holds(segment: Segment, field: str) -> bool:
    column = segment.column(field)
    owners = segment.documents if column.per_document else segment.records
    if column.starts is not None:
        placed = _bounds_hold(column.starts, owners, len(column.ordinals)) and bool(np.all(column.ordinals > 0))
    else:
        placed = len(column.ordinals) == owners
    return placed and int(column.ordinals.max(initial=0)) <= len(column.values) and _sorted(column.values)


def _words_hold(segment: Segment, field: str) -> bool:
    postings = segment.postings(field)
    units = segment.records if field == "text" else len(segment.column(field).values)
    terms = len(postings.terms)
    # What is counted out below may not be more than there is.
    if not _bounds_hold(postings.bounds, terms, len(postings.ids)) or len(postings.freqs) != len(postings.ids):
        return False
    each: Array = np.diff(postings.bounds.astype(np.int64))
    places = np.repeat(np.arange(terms), each)
    same_term = places[1:] == places[:-1]
    by_term = np.bincount(places, weights=postings.freqs, minlength=terms)
    return (
        _sorted(postings.terms)
        and bool(np.all(each > 0))
        and _bounds_hold(postings.position_bounds, terms, len(postings.positions))
        and int(postings.ids.max(initial=0)) < max(units, 1)
        and bool(np.all((postings.ids[1:] > postings.ids[:-1]) | ~same_term))
        and bool(np.all(postings.freqs > 0))
        and np.array_equal(by_term, np.diff(postings.position_bounds.astype(np.int64)))
        and len(postings.lengths) == units
        and (not postings.stemmed or _forms_hold(postings))
    )


def _forms_hold(postings: Postings) -> bool:
    return (
        _sorted(postings.forms)
        and len(postings.form_terms) == len(postings.form_variants) == len(postings.forms)
        and int(postings.form_terms.max(initial=0)) < max(len(postings.terms), 1)
        and len(postings.variants) == len(postings.positions)
    )


def _bounds_hold(bounds: Array, count: int, end: int) -> bool:
    """Whether bounds of so many things begin at 0, never fall, and end there."""
    return (
        len(bounds) == count + 1 and int(bounds[0]) == 0 and int(bounds[-1]) == end and bool(np.all(bounds[1:] >= bounds[:-1]))
    )


def _sorted(strings: Strings) -> bool:
    """Whether strings are distinct, in code-point order, and UTF-8."""
    listed = list(strings)
    return all(one.decode() is not None for one in listed) and all(a < b for a, b in pairwise(listed))
