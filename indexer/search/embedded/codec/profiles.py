"""Profiles: the combinations of values of facet fields that the documents of a segment have.

Most documents share theirs with others, so a filter is decided, and values are counted, once for a profile. They are made of
the columns when a segment is first asked about values, and are not stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from indexer.errors import IndexCorrupt
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.columns import Column
from indexer.search.embedded.codec.owners import Owners

# Keys are told apart by marks in an array where it is at most so many times as long as they are many, else by sorting.
_SPARSE = 4
PROFILE = 32
INTERVAL = (1 << PROFILE) - 1
"""What of a document's key is its stated interval."""


class Documents(NamedTuple):
    """The documents of a segment: bounds: document -> its first record; and one more.

    keys: document -> its profile << PROFILE | its stated interval: whoever counts by one counts by the other, too.
    """

    bounds: Array
    keys: Array


class Profiles(NamedTuple):
    """The values of all fields are numbered in a row; the first number of each field stands for none.

    starts, values: the numbers of a profile are values[starts[profile]:starts[profile + 1]].
    fields: where the numbers of each field begin and end; those of records come last. bounds: these, in a row.
    numbers: how many numbers there are. intervals: how many stated intervals there are, with that of none.
    plain: owners, documents, starts and values in a row: named tuples take as long to hand to compiled loops as ten arrays.
    """

    owners: Owners
    documents: Documents
    starts: Array
    values: Array
    fields: Mapping[str, tuple[int, int]]
    bounds: Array
    numbers: int
    intervals: int
    plain: tuple[Array, ...]

    @classmethod
    def of(cls, columns: Mapping[str, Column], owners: Owners, bounds: Array, published: Array, intervals: int) -> Profiles:
        """The profiles of a segment. columns: of all facet fields. Raises IndexCorrupt for what are no values."""
        if any(int(column.ordinals.max(initial=0)) > len(column.values) for column in columns.values()):
            raise IndexCorrupt("The index holds documents with values that it does not have")
        by_place = sorted(columns.items(), key=lambda item: not item[1].per_document)
        ends = np.cumsum([0, *(len(column.values) + 1 for _, column in by_place)])
        fields = dict(zip((name for name, _ in by_place), pairwise(ends.tolist()), strict=True))
        held = [column for _, column in by_place if column.per_document]
        numbers = np.zeros(len(published), dtype=np.int64)
        for column in held:
            numbers = _told_apart(numbers, column)
        examples = np.zeros(int(numbers.max(initial=-1)) + 1, dtype=np.int64)
        examples[numbers] = np.arange(len(numbers))
        documents = Documents(bounds, numbers << PROFILE | published)
        starts, values = _values(held, examples, ends)
        plain = (*owners, *documents, starts, values)
        return cls(owners, documents, starts, values, fields, ends, int(ends[-1]), intervals, plain)

    def __len__(self) -> int:
        return len(self.starts) - 1


def _told_apart(numbers: Array, column: Column) -> Array:
    """Documents have the same number from now on where they had before and have the same values of a field."""
    each = len(column.values) + 1
    if column.starts is None:
        return _counted_up(numbers * each + column.ordinals.astype(np.int64))
    top = int(numbers.max(initial=0)) + 1
    for owners, ordinals in _in_turn(column, np.arange(len(numbers))):
        fresh = _counted_up(numbers[owners] * each + ordinals.astype(np.int64))
        numbers[owners] = fresh + top
        top += int(fresh.max(initial=0)) + 1
    return _counted_up(numbers)


def _in_turn(column: Column, documents: Array) -> Iterator[tuple[Array, Array]]:
    """The first value of some documents, the second, and so on: the places of those that have one, and its ordinal."""
    starts = np.asarray(column.starts, dtype=np.int64)
    begins, counts = starts[documents], np.diff(starts)[documents]
    places = np.arange(len(documents))
    for turn in range(int(counts.max(initial=0))):
        places = places[counts[places] > turn]
        yield places, column.ordinals[begins[places] + turn]


def _counted_up(keys: Array) -> Array:
    """The same keys are the same numbers, from 0 on without a gap."""
    top = int(keys.max(initial=0))
    if top > _SPARSE * len(keys):
        numbers: Array = np.unique(keys, return_inverse=True)[1]
        return numbers
    used = np.zeros(top + 1, dtype=bool)
    used[keys] = True
    places: Array = np.cumsum(used)[keys] - 1
    return places


def _values(columns: Sequence[Column], examples: Array, begins: Array) -> tuple[Array, Array]:
    """Where the numbers of each profile start, and these numbers. examples: a document of each."""
    counts = np.ones((len(columns), len(examples)), dtype=np.int64)
    for count, column in zip(counts, columns, strict=True):
        if column.starts is not None:
            count[:] = np.maximum(np.diff(column.starts.astype(np.int64))[examples], 1)
    starts = np.concatenate([[0], np.cumsum(counts.sum(axis=0))])
    values = np.zeros(int(starts[-1]), dtype=np.uint32)
    places = starts[:-1].copy()
    for begin, count, column in zip(begins, counts, columns, strict=False):
        values[places] = begin
        if column.starts is None:
            values[places] += column.ordinals[examples]
        else:
            for turn, (which, ordinals) in enumerate(_in_turn(column, examples)):
                values[places[which] + turn] = begin + ordinals.astype(np.int64)
        places += count
    return starts.astype(np.uint32), values
