"""What must hold between the arrays of a segment, whatever their checksums say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from functools import partial
from itertools import pairwise

import numpy as np

from indexer.errors import IndexCorrupt, LoccitError
from indexer.model import Kind
from indexer.search.embedded.codec.arrays import Array, Strings, bounds_hold, smallest
from indexer.search.embedded.codec.columns import COLUMNS, PROSE, Column
from indexer.search.embedded.codec.file_records import FileRecordsFile
from indexer.search.embedded.codec.followers import ANY, NOTHING, marks_of
from indexer.search.embedded.codec.inversion import SKIP, form_variants, variant_bounds
from indexer.search.embedded.codec.keys import JOINED
from indexer.search.embedded.codec.postings import Postings
from indexer.search.embedded.codec.segment import Segment

_JOINED = JOINED.encode()
# The positions of so many postings are looked at together: what is reckoned for them takes little memory.
_TOGETHER = SKIP << 15


def broken_invariants(segment: Segment) -> list[str]:
    """A sentence for each thing that does not hold."""
    # Texts keep the interpreter busy, and words numpy, which does without it.
    with ThreadPoolExecutor(2) as threads:
        found = threads.map(lambda invariant: _problem(segment, *invariant), _invariants(segment))
        return [problem for problem in found if problem is not None]


@contextmanager
def looked_into(segments: Sequence[Segment]) -> Iterator[None]:
    """A fault within it is looked into: where one of the segments is damaged it is IndexCorrupt, else it is what it was."""
    try:
        yield
    except (LoccitError, OSError):
        raise
    except Exception as error:
        if problems := [problem for segment in segments for problem in broken_invariants(segment)]:
            raise IndexCorrupt(problems[0]) from error
        raise


def repeated_ids(segments: Sequence[Segment]) -> list[str]:
    """A sentence for each segment that has a live document which one before it has."""
    problems = []
    seen: set[str] = set()
    for segment in segments if len(segments) > 1 else ():
        ids = _live_ids(segment)
        if not ids.isdisjoint(seen):
            problems.append(f"{segment.file.path}: the document {min(ids & seen)} stands in another segment, too")
        seen |= ids
    return problems


def unrecorded_documents(segments: Sequence[Segment], records: FileRecordsFile | None) -> list[str]:
    """A sentence where the files that an index was made from did not give it just the documents that it has."""
    if records is None:
        return []
    different = set(records.indexed()) ^ set().union(*map(_live_ids, segments))
    return [f"{records.file.path}: the document {min(different)} is not both recorded and there"] if different else []


def _live_ids(segment: Segment) -> set[str]:
    """The ids of the documents that are not deleted."""
    live = segment.live_by_document
    numbers = np.arange(segment.documents) if live is None else np.flatnonzero(live)
    return {segment.document_id(number) for number in numbers.tolist()}


def _problem(segment: Segment, what: str, holds: Callable[[], bool]) -> str | None:
    try:
        held = holds()
    except (IndexCorrupt, IndexError, KeyError, ValueError, TypeError, OverflowError) as error:
        return f"{segment.file.path}: {what} cannot be looked at: {error}"
    return None if held else f"{segment.file.path}: {what} are not as they should be"


def _invariants(segment: Segment) -> Iterator[tuple[str, Callable[[], bool]]]:
    yield "documents and records", partial(_documents_hold, segment)
    yield "dates", partial(_dates_hold, segment)
    yield "metadata", partial(_metadata_hold, segment)
    yield "texts", partial(_texts_hold, segment)
    for field in PROSE:
        yield f"words of {field}", partial(_words_hold, segment, field)
    for field in COLUMNS:
        yield f"values of {field}", partial(_column_holds, segment, field)
        yield f"words of {field}", partial(_words_hold, segment, field)


def _documents_hold(segment: Segment) -> bool:
    bounds, order = segment.file["document.bounds"], segment.file["document.order"]
    if not bounds_hold(bounds, segment.documents, segment.records):
        return False
    numbers = np.arange(segment.documents)
    ids = [segment.document_id(number) for number in order.tolist()]
    return (
        np.array_equal(np.sort(order), numbers)
        and all(before.encode() < after.encode() for before, after in pairwise(ids))
        and _parts_hold(segment)
        and len(segment.file["record.pages"]) in (0, segment.records)
    )


def _parts_hold(segment: Segment) -> bool:
    parted, parts = segment.file["record.parted"], segment.file["record.parts"]
    return (
        bool(np.all(parted[1:] > parted[:-1]))
        and int(parted.max(initial=0)) < max(segment.records, 1)
        and len(parts) == 2 * len(parted)
        and bool(np.all(parts > 0))
    )


def _metadata_hold(segment: Segment) -> bool:
    metadata, numbers = segment.metadata, range(segment.documents)
    shared = list(metadata.shared)
    return (
        len(metadata.own) == len(metadata.sharing) == segment.documents
        and np.array_equal(np.unique(metadata.sharing), np.arange(len(shared)))
        and all(before < after for before, after in pairwise(shared))
        and all(segment.document(number).id for number in numbers)
    )


def _texts_hold(segment: Segment) -> bool:
    return (
        len(segment.texts) == segment.records
        and all(text.decode() is not None for text in segment.texts)
        and bool(np.all(segment.column("kind").ordinals > 0))
        and {value.decode() for value in segment.column("kind").values} <= set(Kind)
        and len(segment.languages.own) == segment.records
        and int(segment.languages.own.max(initial=0)) <= len(segment.languages.names)
        and _sorted(segment.languages.names)
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
        placed = bounds_hold(column.starts, owners, len(column.ordinals)) and bool(np.all(column.ordinals > 0))
    else:
        placed = len(column.ordinals) == owners
    return (
        placed
        and int(column.ordinals.max(initial=0)) <= len(column.values)
        and _sorted(column.values)
        and (column.unit_ordinals is column.ordinals or _units_hold(column))
    )


def _units_hold(column: Column) -> bool:
    """Whether every unit is used, by owners of one value, in the order of the values."""
    if len(column.unit_ordinals) != len(column.ordinals):
        return False
    units, first = np.unique(column.unit_ordinals, return_index=True)
    values = column.ordinals[first].astype(np.int64)
    by_unit = np.zeros(column.units + 1, dtype=np.int64)
    by_unit[units] = values
    return (
        np.array_equal(units[units > 0], np.arange(1, column.units + 1))
        and np.array_equal(by_unit[column.unit_ordinals], column.ordinals)
        and bool(np.all(np.diff(by_unit) >= 0))
        and bool(np.all(by_unit[1:] > 0))
    )


def _words_hold(segment: Segment, field: str) -> bool:
    postings = segment.postings(field)
    units = segment.units(field)
    terms = len(postings.terms)
    # What is counted out below may not be more than there is.
    if not bounds_hold(postings.bounds, terms, len(postings.ids)) or len(postings.freqs) != len(postings.ids):
        return False
    bounds = postings.bounds.astype(np.int64)
    if not bool(np.all(bounds[1:] > bounds[:-1])):
        return False
    rising = postings.ids[1:] > postings.ids[:-1]
    rising[bounds[1:-1] - 1] = True
    blocks = _sums(postings.freqs, np.arange(0, len(postings.freqs), SKIP))
    return (
        _sorted(postings.terms)
        and bounds_hold(postings.position_bounds, terms, len(postings.positions))
        and int(postings.ids.max(initial=0)) < max(units, 1)
        and bool(np.all(rising))
        and bool(np.all(postings.freqs > 0))
        and np.array_equal(_sums(postings.freqs, bounds[:-1]), np.diff(postings.position_bounds.astype(np.int64)))
        and len(postings.lengths) == units
        and int(postings.lengths.sum(dtype=np.int64)) <= len(postings.positions)
        and np.array_equal(postings.skips, np.cumsum(blocks) - blocks)
        and _positions_hold(postings)
        and _followers_hold(postings)
        and _keys_hold(postings.terms, int(postings.lengths.max(initial=0)))
        and (not postings.stemmed or _forms_hold(postings))
    )


def _sums(numbers: Array, starts: Array) -> Array:
    """The sum of the numbers from each start to the next; the starts ascend, and begin at 0."""
    return np.add.reduceat(numbers, starts, dtype=np.int64) if len(starts) else np.zeros(0, dtype=np.int64)


def _positions_hold(postings: Postings) -> bool:
    """Whether the positions of each posting ascend, and lie within its unit."""
    for first in range(0, len(postings.ids), _TOGETHER):
        units, freqs = postings.ids[first : first + _TOGETHER], postings.freqs[first : first + _TOGETHER]
        ends = np.cumsum(freqs, dtype=np.int64)
        begin = int(postings.skips[first // SKIP])
        positions = postings.positions[begin : begin + int(ends[-1])]
        rising = positions[1:] >= positions[:-1]
        rising[ends[:-1] - 1] = True
        if not (bool(np.all(rising)) and bool(np.all(positions[ends - 1] < postings.lengths[units]))):
            return False
    return True


def _followers_hold(postings: Postings) -> bool:
    """Whether terms have their marks, and each place is followed by what its follower says."""
    if not np.array_equal(postings.marks, marks_of(postings.terms)):
        return False
    # The positions of all units in a row, each unit's with one behind them where nothing stands.
    begins = np.cumsum(postings.lengths, dtype=np.int64) - postings.lengths + np.arange(len(postings.lengths))
    count = int(postings.lengths.sum(dtype=np.int64)) + len(begins) + 1
    together, standing = np.zeros(count, dtype=np.uint8), np.full(count, NOTHING, dtype=np.uint8)
    sizes: Array = np.diff(postings.position_bounds.astype(np.int64))
    marks = np.repeat(postings.marks, sizes)
    for stretch, places in _places_in_a_row(postings, begins):
        np.add.at(together, places, np.uint8(1))
        standing[places] = marks[stretch]
    standing[together > 1] = ANY
    following = np.append(standing[1:], np.uint8(NOTHING))
    following[standing == ANY] = ANY
    return all(
        np.array_equal(following[places], postings.followers[stretch]) for stretch, places in _places_in_a_row(postings, begins)
    )


def _places_in_a_row(postings: Postings, begins: Array) -> Iterator[tuple[slice, Array]]:
    """Some places at a time: which, and their positions, those of each unit counted from where it begins."""
    # Half as many bytes are gone through in half the time.
    begins = smallest(begins, least=4)
    for first in range(0, len(postings.ids), _TOGETHER):
        places = np.repeat(begins[postings.ids[first : first + _TOGETHER]], postings.freqs[first : first + _TOGETHER])
        begin = int(postings.skips[first // SKIP])
        stretch = slice(begin, begin + len(places))
        places += postings.positions[stretch]
        yield stretch, places


def _forms_hold(postings: Postings) -> bool:
    terms = len(postings.terms)
    if int(postings.form_terms.max(initial=0)) >= max(terms, 1):
        return False
    counts = np.bincount(postings.form_terms, minlength=terms)
    several = counts > 1
    bounds = variant_bounds(several, np.diff(postings.position_bounds.astype(np.int64)))
    return (
        _sorted(postings.forms)
        and _keys_hold(postings.forms, int(postings.lengths.max(initial=0)))
        and len(postings.form_terms) == len(postings.forms)
        and np.array_equal(postings.form_variants, form_variants(postings.form_terms))
        and np.array_equal(postings.variant_bounds, bounds)
        and len(postings.variants) == int(bounds[-1])
        and bool(np.all(_most(postings.variants, bounds[:-1][several]) < counts[several]))
    )


def _most(numbers: Array, starts: Array) -> Array:
    """The largest of the numbers from each start to the next."""
    return np.maximum.reduceat(numbers, starts) if len(starts) else np.zeros(0, dtype=np.int64)


def _keys_hold(entries: Strings, longest: int) -> bool:
    """Whether no word goes over lines, and joined parts cover positions that a unit has, beside an entry of their word."""
    joined = [entry.partition(_JOINED) for entry in entries if _JOINED in entry]
    return (
        all(b"\n" not in entry for entry in entries)
        and all(1 < int(covered) <= longest for *_, covered in joined)
        and (not joined or {word for word, *_ in joined}.issubset(entries))
    )


def _sorted(strings: Strings) -> bool:
    """Whether strings are distinct, in code-point order, and UTF-8."""
    listed = list(strings)
    return all(one.decode() is not None for one in listed) and all(a < b for a, b in pairwise(listed))
