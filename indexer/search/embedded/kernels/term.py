"""What the kernels are told: how occurrences are written as numbers, and what a word counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple, TypeAlias

import numpy as np

from indexer.search.embedded.codec.arrays import Array

SHIFT = 24
"""Occurrences are keys: unit << SHIFT | position."""

LONGEST_TOLD = 255

Postings: TypeAlias = tuple[Array, Array]
"""Units, those of each term ascending, and how often the term stands in each."""


class Matches(NamedTuple):
    """Units in ascending order, and how often each matches.

    first: where they begin in the field's postings, -1 where they are no stretch of them.
    """

    units: Array
    freqs: Array
    first: int = -1


NO_MATCHES = Matches(np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.uint8))


@dataclass(frozen=True, slots=True)
class Occurring:
    """Postings with positions. skips: for each SKIP postings the positions before them."""

    ids: Array
    freqs: Array
    skips: Array
    positions: Array


@dataclass(frozen=True, slots=True)
class Words:
    """Words in order as code points, each followed by a line feed: word n is codes[starts[n]:starts[n + 1] - 1].

    shared: how many letters each word begins with that the one before begins with. signs: the letters that a word has, as bits:
    one edit takes one of them away at most, and adds one. lengths: of the words, at most LONGEST_TOLD.
    """

    codes: Array
    starts: Array
    shared: Array
    signs: Array
    lengths: Array

    @classmethod
    def of(cls, codes: Array, starts: Array, shared: Array) -> Words:
        """Words, and what tells most of them from a word at a glance."""
        bits = np.where(codes == ord("\n"), np.uint32(0), letter_bits(codes))
        signs = np.bitwise_or.reduceat(bits, starts[:-1]) if len(shared) else bits
        return cls(codes, starts, shared, signs, np.minimum(np.diff(starts) - 1, LONGEST_TOLD).astype(np.uint8))


def letter_bits(codes: Array) -> Array:
    """A bit for each letter; some share one."""
    bits: Array = np.uint32(1) << (codes & np.uint32(31))
    return bits


class Records(NamedTuple):
    """What scoring reads of the records of a segment: the same for all queries.

    lengths: record -> words; weights: words -> what a frequency counts there.
    documents, bounds: record -> document, document -> its first record. ranks: document -> its place in the order of ids.
    title_weights: document -> what a frequency in its title counts. sections: record -> its section's unit + 1, 0 for none;
    section_weights: unit -> what a frequency counts there.
    """

    lengths: Array
    weights: Array
    documents: Array
    bounds: Array
    ranks: Array
    title_weights: Array
    sections: Array
    section_weights: Array


class Terms(NamedTuple):
    """The words of a query, and the records of a segment that they are counted in.

    A word adds factor * tf / (k1 + tf) to the score of a record, tf being the sum of frequency * weight over text, title and
    section; a constant one its factor, where its text has the record. text, titles, sections: units and frequencies, in
    which [term, column] of `spans` says where each term's begin and end; the columns are named below.
    """

    text: Postings
    titles: Postings
    sections: Postings
    spans: Array
    factors: Array
    within: Records

    @classmethod
    def of(cls, each: Sequence[Term], text: Postings, titles: Postings, sections: Postings, within: Records) -> Terms:
        """Some words, one at least. text, titles, sections: the segment's postings."""
        text_spans, text = placed([term.text for term in each], text)
        title_spans, titles = placed([term.title for term in each], titles)
        section_spans, sections = placed([term.section for term in each], sections)
        spans = [
            (*text_spans[number], *title_spans[number], *section_spans[number], term.constant)
            for number, term in enumerate(each)
        ]
        factors = [term.factor for term in each]
        return cls(text, titles, sections, np.array(spans, dtype=np.int64), np.array(factors, dtype=np.float64), within)


BEGIN, END, TITLE, TITLE_END, SECTION, SECTION_END, CONSTANT = range(7)
"""The columns of Terms.spans."""


class Term(NamedTuple):
    """Where a word stands in each field, and its factor; see Terms."""

    text: Matches
    title: Matches
    section: Matches
    factor: float
    constant: bool


def only_read(array: Array) -> Array:
    """The array as one that is only read, as mapped ones are: for others the compiler would make code of their own."""
    if array.flags.writeable:
        array = array[:]
        array.setflags(write=False)
    return array


def placed(found: Sequence[Matches], postings: Postings) -> tuple[list[tuple[int, int]], Postings]:
    """Where matches begin and end in some postings: in these if all are stretches of them, else in their own in a row."""
    spans = [(one.first, one.first + len(one.units)) if len(one.units) else (0, 0) for one in found]
    if min(spans)[0] >= 0:
        return spans, postings
    ends = list(accumulate(len(one.units) for one in found))
    units, freqs = (arrays[0] if len(arrays) == 1 else np.concatenate(arrays) for arrays in list(zip(*found, strict=True))[:2])
    return list(zip([0, *ends], ends, strict=False)), (only_read(units), only_read(freqs))
