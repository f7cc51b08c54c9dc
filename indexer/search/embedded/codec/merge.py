"""Several segments as one, without what is deleted: documents in order, dictionaries united, postings moved by arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from indexer.fields import FIELD_BY_NAME
from indexer.search.embedded.codec.arrays import Array, smallest
from indexer.search.embedded.codec.arrays_writer import ArraysWriter
from indexer.search.embedded.codec.columns import COLUMNS, write_column
from indexer.search.embedded.codec.followers import marks_of
from indexer.search.embedded.codec.inversion import SKIP, Stemmers, form_variants, variant_bounds
from indexer.search.embedded.codec.languages import write_languages
from indexer.search.embedded.codec.loops import load_bulk_loops
from indexer.search.embedded.codec.metadata import SHORT_OWN
from indexer.search.embedded.codec.remains import RemainingPostings, RemainingValues, Remains
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.codec.segment_writer import write_order, write_pages, write_parts, write_published, write_shared
from indexer.search.embedded.codec.texts import merge_texts


def merge_segments(segments: Sequence[Segment], path: Path) -> None:
    """Write one segment with everything that these hold but what is deleted. No live document may stand in two of them.

    But for how texts are compressed, and the width of some types, the arrays are those that `SegmentWriter` writes for the
    same documents in this order.
    """
    parts = [Remains(segment) for segment in segments]
    with ArraysWriter(path) as writer:
        writer.attributes["documents"] = sum(part.documents for part in parts)
        writer.attributes["records"] = sum(part.records for part in parts)
        ids = [document_id for part in parts for document_id in part.ids()]
        writer.add_strings("document.id", ids)
        merge_texts(writer, "document.own", [part.own() for part in parts], SHORT_OWN)
        _merge_shared(writer, [part.shared() for part in parts])
        lengths = np.concatenate([part.lengths() for part in parts])
        write_order(writer, ids, np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint32))
        write_published(writer, [days for part in parts for days in part.days()])
        merge_texts(writer, "record.text", [part.texts() for part in parts])
        write_parts(writer, np.concatenate([part.parts() for part in parts]))
        write_pages(writer, np.concatenate([part.pages() for part in parts]))
        _merge_languages(writer, [part.own_languages() for part in parts])
        stemmers = Stemmers.of([stemmer for part in parts for stemmer in part.stemmers()])
        for field in COLUMNS:
            _merge_column(writer, field, [part.column(field) for part in parts], stemmers)
        _merge_postings(writer, "text", [part.postings("text", False) for part in parts], [part.records for part in parts])
        _merge_postings(writer, "title", [part.postings("title", True) for part in parts], [part.documents for part in parts])


def _merge_shared(writer: ArraysWriter, parts: Sequence[RemainingValues]) -> None:
    shared, places = _united([part.values for part in parts])
    sharing = [place[part.ordinals - 1] for part, place in zip(parts, places, strict=True)]
    write_shared(writer, shared, np.concatenate(sharing).astype(np.uint32))


def _merge_languages(writer: ArraysWriter, parts: Sequence[RemainingValues]) -> None:
    names, places = _united([part.values for part in parts])
    own = [np.concatenate([[0], place + 1])[part.ordinals] for part, place in zip(parts, places, strict=True)]
    write_languages(writer, names, np.concatenate(own).astype(np.uint32))


def _merge_column(writer: ArraysWriter, field: str, parts: Sequence[RemainingValues], stemmers: Stemmers) -> None:
    values, places = _united([part.values for part in parts])
    write_column(
        writer,
        FIELD_BY_NAME[field],
        [value.decode() for value in values],
        np.concatenate([place[part.ordinals - 1] + 1 for part, place in zip(parts, places, strict=True)]),
        np.concatenate([part.counts for part in parts]).astype(np.uint32),
        stemmers,
    )


def _merge_postings(writer: ArraysWriter, field: str, parts: Sequence[RemainingPostings], units: Sequence[int]) -> None:
    """Unite the postings of a field. units: how many each part has, numbered on from one to the next."""
    terms, places = _united([part.terms for part in parts])
    bases = np.cumsum([0, *units])
    postings = _Moves([part.bounds for part in parts], places, len(terms))
    positions = _Moves([part.position_bounds for part in parts], places, len(terms))
    writer.add_strings(f"{field}.terms", terms)
    writer.add(f"{field}.bounds", postings.bounds.astype(np.uint32))
    writer.add(f"{field}.position_bounds", positions.bounds.astype(np.uint32))
    writer.add(f"{field}.ids", postings.moved(lambda n: parts[n].ids() + np.uint32(bases[n]), np.dtype(np.uint32)))
    freqs = postings.moved(lambda n: parts[n].freqs(), _widest([part.freq_type for part in parts]))
    writer.add(f"{field}.freqs", freqs)
    writer.add(f"{field}.skips", (np.cumsum(freqs, dtype=np.uint32) - freqs)[::SKIP])
    position_type = _widest([part.position_type for part in parts])
    writer.add(f"{field}.positions", positions.moved(lambda n: parts[n].positions(), position_type))
    writer.add(f"{field}.marks", marks_of(terms))
    writer.add(f"{field}.followers", positions.moved(lambda n: parts[n].followers(), np.dtype(np.uint8)))
    writer.add(f"{field}.lengths", np.concatenate([part.lengths() for part in parts]))

    forms, form_places = _united([part.forms for part in parts])
    form_terms = np.zeros(len(forms), dtype=np.uint32)
    for part, place, form_place in zip(parts, places, form_places, strict=True):
        form_terms[form_place] = place[part.form_terms]
    variants = form_variants(form_terms)
    writer.add_strings(f"{field}.forms", forms)
    writer.add(f"{field}.form_terms", form_terms)
    writer.add(f"{field}.form_variants", smallest(variants))
    narrow = smallest(variants).dtype
    counts = np.diff(positions.bounds)
    several = np.bincount(form_terms, minlength=len(terms)) > 1
    everywhere = positions.moved(lambda n: variants[form_places[n]].astype(narrow)[parts[n].forms_at()], narrow)
    writer.add(f"{field}.variant_bounds", variant_bounds(several, counts))
    writer.add(f"{field}.variants", everywhere[np.repeat(several, counts)])


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
        # Moving an entry takes an eighth of what reading a word takes.
        loops = load_bulk_loops(len(together) // 8)
        for number, (one, place) in enumerate(zip(self._bounds, self._places, strict=True)):
            loops.move(entries(number), one, self.bounds[place] + self._before[number], together)
        return together


def _united(lists: Sequence[list[bytes]]) -> tuple[list[bytes], list[Array]]:
    """The distinct strings of sorted lists, sorted, and where those of each list stand among them."""
    united = sorted(set().union(*lists))
    place = {one: number for number, one in enumerate(united)}
    return united, [np.fromiter(map(place.__getitem__, each), dtype=np.int64, count=len(each)) for each in lists]


def _widest(types: Sequence[np.dtype[Any]]) -> np.dtype[Any]:
    """The type that holds the numbers of all."""
    return np.result_type(*types)
