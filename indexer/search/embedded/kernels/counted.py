"""What the kernels count of documents, and what of them is asked for."""

from __future__ import annotations

from typing import NamedTuple

from indexer.search.embedded.codec.arrays import Array


class Asked(NamedTuple):
    """The filters on documents. Each is a bit: that of the field's place among the fields of profiles.

    wanting, excluding: for each number of a value, the bits of the filters that include and that exclude it. required: the bits
    of the filters that include any. failing_days: which stated intervals lie outside the range; empty without one.
    """

    wanting: Array
    excluding: Array
    required: int
    failing_days: Array


class Tally(NamedTuple):
    """Records by value and by stated interval.

    by_value: those that pass all filters but that of the value's own field, at the value's number in profiles.
    by_interval: those that pass all filters but the range. documents: how many have a record that passes every filter.
    """

    by_value: Array
    by_interval: Array
    documents: int


class Sifted(NamedTuple):
    """The records that pass every filter, their places among all that match, and a tally, perhaps of documents alone."""

    records: Array
    places: Array
    tally: Tally


class Largest(NamedTuple):
    """Places from 1 on of the largest counts above 0, of equal ones the first, and these counts.

    distinct: how many are above 0. first: the count at 0.
    """

    places: list[int]
    counts: list[int]
    distinct: int
    first: int
