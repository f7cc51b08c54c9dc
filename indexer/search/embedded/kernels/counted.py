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

    counts: at the number of a value in profiles, those that pass all filters but that of the value's own field. Then those of
    each interval, that pass all filters but the range. documents: how many have a record that passes every filter.
    """

    counts: Array
    documents: int


class Sifted(NamedTuple):
    """The records that pass every filter, their places among all that match, and a tally, perhaps of documents alone."""

    records: Array
    places: Array
    tally: Tally


class Summary(NamedTuple):
    """What an answer shows of a row of counts: the largest above 0 of each field, of equal ones the first; and those by date.

    places, counts: those of all fields in a row, without the first count of each, which is that of none; places are counted
    from the first field's on. ends: where each field ends among them. distinct: how many are above 0. firsts: the first counts.
    by_bucket: by date, from the first bucket above 0, whose place is `bucket`, to the last. coarser: what fits in none;
    undated: what has no date.
    """

    ends: list[int]
    distinct: list[int]
    firsts: list[int]
    places: list[int]
    counts: list[int]
    undated: int
    coarser: int
    bucket: int
    by_bucket: list[int]
