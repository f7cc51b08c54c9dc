"""Several segments as one: documents in the order of the segments, dictionaries united, postings moved by arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from indexer.fields import FIELD_BY_NAME
from indexer.search.embedded.codec.arrays import Array, ArraysWriter, smallest
from indexer.search.embedded.codec.columns import COLUMNS, write_column
from indexer.search.embedded.codec.inversion import form_variants, stable_order
from indexer.search.embedded.codec.segment import Postings, Segment
from indexer.search.embedded.codec.segment_writer import write_order, write_published


def merge_segments(paths: Sequence[Path], path: Path) -> None:
    """Write one segment with everything that these hold. No record of them may be deleted, no document id stand in two."""
    segments = [Segment(one) for one in paths]
    with ArraysWriter(path) as writer:
        writer.attributes["documents"] = sum(segment.documents for segment in segments)
        writer.attributes["records"] = sum(segment.records for segment in segments)
        for name in ("document.id", "document.stored"):
            _merge_strings(writer, name, segments)
        bounds = [segment.file["document.bounds"].astype(np.uint32) for segment in segments]
        ids = [segment.document_id(number).encode() for segment in segments for number in range(segment.documents)]
        write_order(writer, ids, _joined_bounds(bounds))
        write_published(writer, [days for segment in segments for days in _stated_days(segment)])
        _merge_strings(writer, "record.text", segments)
        writer.add("record.parts", smallest(np.concatenate([segment.file["record.parts"] for segment in segments])))
        for field in COLUMNS:
            _merge_column(writer, field, segments)
        _merge_postings(writer, "text", segments)


def _merge_strings(writer: ArraysWriter, name: str, segments: Sequence[Segment]) -> None:
    writer.add_pieces(name, np.dtype(np.uint8), (segment.file[name] for segment in segments))
    offsets = [segment.file[f"{name}.offsets"].astype(np.uint64) for segment in segments]
    writer.add(f"{name}.offsets", smallest(_joined_bounds(offsets)))


def _joined_bounds(bounds: Sequence[Array]) -> Array:
    """Bounds one after the other, each counted on from the end of the one before."""
    joined = [bounds[0][:1]]
    end = bounds[0].dtype.type(0)
    for one in bounds:
        joined.append(one[1:] + end)
        end = end + one[-1]
    return np.concatenate(joined)


def _stated_days(segment: Segment) -> list[tuple[int, int]]:
    """Each document's stated interval, (0, 0) for none."""
    first, last = segment.intervals
    stated = [(0, 0), *zip(first.tolist(), last.tolist(), strict=True)]
    return [stated[ordinal] for ordinal in segment.published.tolist()]


def _merge_column(writer: ArraysWriter, field: str, segments: Sequence[Segment]) -> None:
    columns = [segment.column(field) for segment in segments]
    values, places = _united([list(column.values) for column in columns])
    ordinals, counts = [], []
    for column, place in zip(columns, places, strict=True):
        ordinals.append(place[column.ordinals[column.ordinals > 0].astype(np.int64) - 1] + 1)
        counts.append(np.diff(column.starts.astype(np.int64)) if column.starts is not None else column.ordinals > 0)
    write_column(
        writer,
        FIELD_BY_NAME[field],
        [value.decode() for value in values],
        np.concatenate(ordinals),
        np.concatenate(counts).astype(np.uint32),
    )


def _merge_postings(writer: ArraysWriter, field: str, segments: Sequence[Segment]) -> None:
    parts = [segment.postings(field) for segment in segments]
    terms, places = _united([list(part.terms) for part in parts])
    bases = np.cumsum([0, *(segment.records for segment in segments)])
    postings = _Moves([part.bounds for part in parts], places, len(terms))
    positions = _Moves([part.position_bounds for part in parts], places, len(terms))
    writer.add_strings(f"{field}.terms", terms)
    writer.add(f"{field}.bounds", postings.bounds.astype(np.uint32))
    writer.add(f"{field}.position_bounds", positions.bounds.astype(np.uint32))
    writer.add(f"{field}.ids", postings.moved(lambda n: parts[n].ids + np.uint32(bases[n]), np.dtype(np.uint32)))
    writer.add(f"{field}.freqs", postings.moved(lambda n: parts[n].freqs, _widest([part.freqs for part in parts])))
    writer.add(f"{field}.positions", positions.moved(lambda n: parts[n].positions, _widest([p.positions for p in parts])))
    writer.add(f"{field}.lengths", np.concatenate([part.lengths for part in parts]))

    forms, form_places = _united([list(part.forms) for part in parts])
    form_terms = np.zeros(len(forms), dtype=np.uint32)
    for part, place, form_place in zip(parts, places, form_places, strict=True):
        form_terms[form_place] = place[part.form_terms]
    variants = form_variants(form_terms)
    writer.add_strings(f"{field}.forms", forms)
    writer.add(f"{field}.form_terms", form_terms)
    writer.add(f"{field}.form_variants", variants)
    narrow = smallest(variants).dtype
    writer.add(
        f"{field}.variants",
        positions.moved(lambda n: _renumbered(parts[n], variants[form_places[n]].astype(narrow)), narrow),
    )


class _Moves:
    """Where the entries of each part go, when the runs of one term stand together, in the order of the parts."""

    def __init__(self, bounds: Sequence[Array], places: Sequence[Array], terms: int) -> None:
        self._bounds = [one.astype(np.int64) for one in bounds]
        self._places = places
        counts = np.zeros(terms, dtype=np.int64)
        self._before = []
        for one, place in zip(self._bounds, places, strict=True):
            self._before.append(counts[place])
            counts[place] += np.diff(one)
        self.bounds = np.concatenate([[0], np.cumsum(counts)])

    def moved(self, entries: Callable[[int], Array], dtype: np.dtype[np.generic]) -> Array:
        """The entries of all parts in their new places; one part's at a time are asked for."""
        together = np.empty(int(self.bounds[-1]), dtype=dtype)
        for number, (one, place) in enumerate(zip(self._bounds, self._places, strict=True)):
            shift: Array = self.bounds[place] + self._before[number] - one[:-1]
            together[np.repeat(shift, np.diff(one)) + np.arange(int(one[-1]))] = entries(number)
        return together


def _renumbered(part: Postings, variant_of_form: Array) -> Array:
    """The new variant at each position of a part."""
    by_term = stable_order(part.form_terms)
    first = np.searchsorted(part.form_terms[by_term], np.arange(len(part.terms)))
    counts: Array = np.diff(part.position_bounds.astype(np.int64))
    renumbered: Array = variant_of_form[by_term[np.repeat(first, counts) + part.variants]]
    return renumbered


def _united(lists: Sequence[list[bytes]]) -> tuple[list[bytes], list[Array]]:
    """The distinct strings of sorted lists, sorted, and where those of each list stand among them."""
    united = sorted(set().union(*lists))
    place = {one: number for number, one in enumerate(united)}
    return united, [np.fromiter((place[one] for one in each), dtype=np.int64, count=len(each)) for each in lists]


def _widest(arrays: Iterator[Array] | Sequence[Array]) -> np.dtype[np.generic]:
    """The type that holds the numbers of all."""
    widest: np.dtype[np.generic] = np.result_type(*arrays)
    return widest
