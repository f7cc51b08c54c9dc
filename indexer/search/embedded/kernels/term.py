"""What the kernels are told: how occurrences are written as numbers, and what a word counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from indexer.search.embedded.codec.arrays import Array

SHIFT = 24
"""Occurrences are keys: unit << SHIFT | position."""

LONGEST_TOLD = 255

_Arrays: TypeAlias = tuple[Array, ...]
_NO_NUMBERS = np.zeros(0)


@dataclass(frozen=True, slots=True)
class Records:
    """What scoring reads of the records of a segment, and of its postings.

    ids, freqs: the postings of the text. lengths: record -> words; weights: words -> what a frequency counts there.
    documents, bounds, sections: record -> document, document -> its first record, record -> section's ordinal.
    ranks: document -> its place in the order of ids.
    """

    ids: Array
    freqs: Array
    lengths: Array
    weights: Array
    documents: Array
    bounds: Array
    sections: Array
    ranks: Array


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


@dataclass(frozen=True, slots=True)
class Term:
    """What a word adds to the score of a record: factor * tf / (k1 + tf); or the factor alone where it is `constant`.

    tf = freqs[i] * weights[lengths[record]] where units[i] is the record, and what title and section add to it:
    title_parts by document of `titles`, section_parts by section's ordinal (None: no section has the word).
    first: where units and freqs begin in the segment's postings, -1 where they are no stretch of them.
    """

    units: Array
    freqs: Array
    first: int
    factor: float
    constant: bool
    titles: Array
    title_parts: Array
    section_parts: Array | None


@dataclass(frozen=True)
class Terms:
    """The words of a query and the records of a segment that they are counted in."""

    each: Sequence[Term]
    within: Records

    @cached_property
    def arrays(self) -> tuple[_Arrays, _Arrays, _Arrays, _Arrays, tuple[Array, Array]]:
        """What loops are told of postings, terms, titles, sections and ranks: see `numba_scoring`."""
        terms, within = self.each, self.within
        ids, freqs, begins, ends = stretches(terms, within)
        title_ends, section_starts = [], []
        titled = sectioned = 0
        for term in terms:
            titled += len(term.titles)
            title_ends.append(titled)
            section_starts.append(-1 if term.section_parts is None else sectioned)
            sectioned += 0 if term.section_parts is None else len(term.section_parts)
        parts = [term.section_parts for term in terms if term.section_parts is not None]
        return (
            (only_read(ids), only_read(freqs), within.lengths, within.weights),
            (begins, ends, np.array([term.factor for term in terms]), np.array([term.constant for term in terms])),
            (
                only_read(_joined([term.titles for term in terms])),
                _joined([term.title_parts for term in terms]),
                np.array(title_ends, dtype=np.int64),
                within.bounds,
            ),
            (_joined(parts) if parts else _NO_NUMBERS, np.array(section_starts, dtype=np.int64), within.sections),
            (within.documents, within.ranks),
        )


def only_read(array: Array) -> Array:
    """The array as one that is only read, as mapped ones are: for others the compiler would make code of their own."""
    if array.flags.writeable:
        array = array[:]
        array.setflags(write=False)
    return array


def _joined(arrays: Sequence[Array]) -> Array:
    """Arrays of one type in a row."""
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def stretches(terms: Sequence[Term], within: Records) -> tuple[Array, Array, Array, Array]:
    """Arrays of ids and freqs that hold the postings of all terms, and where each term's begin and end in them."""
    begins, ends, ids = placed([term.units for term in terms], [term.first for term in terms], within.ids)
    if ids is within.ids:
        return ids, within.freqs, begins, ends
    if len(terms) == 1:
        return ids, terms[0].freqs, begins, ends
    return ids, np.concatenate([term.freqs for term in terms]), begins, ends


def placed(units: Sequence[Array], firsts: Sequence[int], ids: Array) -> tuple[Array, Array, Array]:
    """Where lists of units begin and end in one array, and that array: `ids` if all are stretches of it, else all in a row."""
    sizes = np.array([len(one) for one in units], dtype=np.int64)
    if min(firsts) >= 0:
        begins = np.array(firsts, dtype=np.int64)
        return begins, begins + sizes, ids
    ends = sizes.cumsum()
    return ends - sizes, ends, units[0] if len(units) == 1 else np.concatenate(units)
