"""What is left of a segment without its deleted documents: documents, records, terms, forms and values numbered anew from 0.

Nothing is copied of a segment that has no deletions.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.columns import Column
from indexer.search.embedded.codec.loops import stable_order
from indexer.search.embedded.codec.postings import Postings
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.codec.texts import KeptTexts
from indexer.search.stemming import stemmer_of


class RemainingValues(NamedTuple):
    """A column of what is left. values: those that somebody has, sorted; ordinals: of all owners in a row, from 1.

    counts: how many ordinals each owner has.
    """

    values: list[bytes]
    ordinals: Array
    counts: Array


class Remains:
    """A segment less its deleted documents."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self._documents = segment.live_by_document
        self._records = segment.live

    @property
    def documents(self) -> int:
        """How many documents are left."""
        return self._segment.documents if self._documents is None else int(np.count_nonzero(self._documents))

    @property
    def records(self) -> int:
        """How many records are left."""
        return len(self._segment.live_records)

    def ids(self) -> list[bytes]:
        """The id of each document."""
        ids = self._segment.file.strings("document.id")
        return list(ids) if self._documents is None else [ids[number] for number in np.flatnonzero(self._documents).tolist()]

    def lengths(self) -> Array:
        """How many records each document has."""
        return _left(np.diff(self._segment.bounds), self._documents)

    def days(self) -> list[tuple[int, int]]:
        """Each document's stated interval, (0, 0) for none."""
        first, last = self._segment.intervals
        stated = [(0, 0), *zip(first.tolist(), last.tolist(), strict=True)]
        return [stated[ordinal] for ordinal in _left(self._segment.published, self._documents).tolist()]

    def own(self) -> KeptTexts:
        """What is each document's own of its metadata, encoded."""
        return KeptTexts(self._segment.metadata.own, self._documents)

    def shared(self) -> RemainingValues:
        """What documents share of their metadata, encoded."""
        metadata = self._segment.metadata
        sharing = _left(metadata.sharing, self._documents)
        used = np.zeros(len(metadata.shared), dtype=bool)
        used[sharing] = True
        values = [metadata.shared[number] for number in np.flatnonzero(used).tolist()]
        return RemainingValues(values, np.cumsum(used)[sharing], np.ones(len(sharing), dtype=np.uint32))

    def texts(self) -> KeptTexts:
        """Each record's text."""
        return KeptTexts(self._segment.texts, self._records)

    def parts(self) -> Array:
        """Two numbers for each record: part, of how many; 0 0 for a whole paragraph."""
        parts = np.zeros((self._segment.records, 2), dtype=np.uint32)
        parts[self._segment.file["record.parted"]] = self._segment.file["record.parts"].reshape(-1, 2)
        return _left(parts, self._records).ravel()

    def pages(self) -> Array:
        """The page that each record begins on, 0 for none."""
        pages = self._segment.file["record.pages"]
        return _left(pages, self._records) if len(pages) else np.zeros(self.records, dtype=np.uint8)

    def column(self, field: str) -> RemainingValues:
        """The values of a field."""
        column = self._segment.column(field)
        ordinals, counts = _owned(column, self._documents if column.per_document else self._records)
        used = np.zeros(len(column.values) + 1, dtype=bool)
        used[ordinals] = True
        values = [value for value, held in zip(column.values, used[1:].tolist(), strict=True) if held]
        return RemainingValues(values, np.cumsum(used)[ordinals], counts)

    def own_languages(self) -> RemainingValues:
        """The records' own languages: ordinals of all records in a row, 0 for none."""
        languages = self._segment.languages
        own = _left(languages.own, self._records)
        used = np.zeros(len(languages.names) + 1, dtype=bool)
        used[own] = True
        used[0] = False
        names = [name for name, held in zip(languages.names, used[1:].tolist(), strict=True) if held]
        return RemainingValues(names, np.cumsum(used)[own], np.ones(len(own), dtype=np.uint32))

    def stemmers(self) -> list[str]:
        """The stemmer of each record."""
        languages = self._segment.languages
        if len(languages.stemmers) == 1:
            return list(languages.stemmers) * self.records
        stemmers = [stemmer_of(name) for name in languages.all]
        return [stemmers[number] for number in _left(languages.by_record, self._records).tolist()]

    def postings(self, field: str, per_document: bool) -> RemainingPostings:
        """The postings of a field over documents or records."""
        return RemainingPostings(self._segment.postings(field), self._documents if per_document else self._records)


class RemainingPostings:
    """The postings of a field over the units that are left. live: a mask over its units, None for all.

    bounds, position_bounds: where each term's postings and positions begin, and one more; form_terms: the term of each form.
    """

    def __init__(self, postings: Postings, live: Array | None) -> None:
        self._postings = postings
        self._live = live
        self._held = None if live is None else live[postings.ids]
        if int(postings.freqs.sum(dtype=np.int64)) != len(postings.positions):
            raise IndexError  # a damaged file: so many positions as it claims may not even fit into the memory
        self._positions_held = None if self._held is None else np.repeat(self._held, postings.freqs)
        bounds = _bounds_left(postings.bounds, self._held)
        position_bounds = _bounds_left(postings.position_bounds, self._positions_held)
        used = np.diff(bounds) > 0
        self.terms = [term for term, held in zip(postings.terms, used.tolist(), strict=True) if held]
        self.bounds: Array = np.concatenate([bounds[:1], bounds[1:][used]])
        self.position_bounds: Array = np.concatenate([position_bounds[:1], position_bounds[1:][used]])
        numbers = np.cumsum(used) - 1
        self.forms = [form for form, held in zip(postings.forms, self._used_forms.tolist(), strict=True) if held]
        self.form_terms: Array = numbers[postings.form_terms[self._used_forms]]

    @property
    def freq_type(self) -> np.dtype[Any]:
        """The type of the frequencies."""
        return self._postings.freqs.dtype

    @property
    def position_type(self) -> np.dtype[Any]:
        """The type of the positions."""
        return self._postings.positions.dtype

    def ids(self) -> Array:
        """The unit of each posting."""
        if self._live is None:
            return self._postings.ids
        numbers = np.cumsum(self._live, dtype=np.uint32) - np.uint32(1)
        left: Array = numbers[self._postings.ids[self._held]]
        return left

    def freqs(self) -> Array:
        """How often each posting's unit has its term."""
        return _left(self._postings.freqs, self._held)

    def positions(self) -> Array:
        """The positions, posting by posting."""
        return _left(self._postings.positions, self._positions_held)

    def followers(self) -> Array:
        """What follows at each position."""
        return _left(self._postings.followers, self._positions_held)

    def lengths(self) -> Array:
        """The words of each unit."""
        return _left(self._postings.lengths, self._live)

    def forms_at(self) -> Array:
        """Which form stands at each position."""
        forms = _left(_forms_at(self._postings), self._positions_held)
        return forms if self._held is None else (np.cumsum(self._used_forms, dtype=np.uint32) - np.uint32(1))[forms]

    @cached_property
    def _used_forms(self) -> Array:
        """Which forms still stand somewhere, as a mask."""
        if self._held is None:
            return np.ones(len(self._postings.forms), dtype=bool)
        used = np.zeros(len(self._postings.forms), dtype=bool)
        used[_left(_forms_at(self._postings), self._positions_held)] = True
        return used


def _left(array: Array, held: Array | None) -> Array:
    """What a mask holds of an array; all without one."""
    return array if held is None else array[held]


def _bounds_left(bounds: Array, held: Array | None) -> Array:
    """Bounds of entries, less those that are not held."""
    if held is None:
        return bounds.astype(np.int64)
    before: Array = np.concatenate([[0], np.cumsum(held)])
    return before[bounds]


def _owned(column: Column, live: Array | None) -> tuple[Array, Array]:
    """The ordinals of all owners that are left in a row, 0 left out, and how many each has."""
    if column.starts is None:
        ordinals = _left(column.ordinals, live)
        return ordinals[ordinals > 0], (ordinals > 0).astype(np.uint32)
    counts = np.diff(column.starts)
    return _left(column.ordinals, None if live is None else np.repeat(live, counts)), _left(counts, live)


def _forms_at(postings: Postings) -> Array:
    """Which form stands at each position, of terms with one form as well."""
    by_term = stable_order(postings.form_terms).astype(np.uint32)
    first = np.searchsorted(postings.form_terms[by_term], np.arange(len(postings.terms))).astype(np.uint32)
    counts = np.diff(postings.position_bounds)
    places = np.repeat(first, counts)
    places[np.repeat(np.diff(postings.variant_bounds) > 0, counts)] += postings.variants
    forms: Array = by_term[places]
    return forms
