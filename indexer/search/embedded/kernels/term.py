"""What the kernels are told: how occurrences are written as numbers, and what a word counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from indexer.search.embedded.codec.arrays import Array

SHIFT = 24
"""Occurrences are keys: unit << SHIFT | position."""

LONGEST_TOLD = 255

Postings: TypeAlias = tuple[Array, Array]
"""Units, those of each term ascending, and how often the term stands in each."""

Stretch: TypeAlias = tuple[int, int]
"""Where the postings of a term begin and end."""

Joined: TypeAlias = tuple[int, int, int, int]
"""Joined parts of hyphenated words: the number of the term that has their places too, the positions covered, the stretch."""


class Matches(NamedTuple):
    """Units in ascending order, and how often each matches.

    first: where they begin in the field's postings, -1 where they are no stretch of them.
    """

    units: Array
    freqs: Array
    first: int = -1


NO_MATCHES = Matches(np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.uint8))


class Occurring(NamedTuple):
    """Postings with positions. skips: for each SKIP postings the positions before them."""

    ids: Array
    freqs: Array
    skips: Array
    positions: Array


class Following(NamedTuple):
    """What phrases are found by beside the occurrences of a field's terms.

    bounds, position_bounds: where the postings and the positions of each term begin, and one more. marks: of each term;
    followers: of each position; see `codec.followers`.
    """

    bounds: Array
    position_bounds: Array
    marks: Array
    followers: Array


@dataclass(frozen=True, slots=True)
class Words:
    """Words in order as code points, each followed by a line feed: word n is codes[starts[n]:starts[n + 1] - 1].

    signs: the letters that a word has, as bits: one edit takes one of them away at most, and adds one. lengths: of the words,
    at most LONGEST_TOLD.
    """

    codes: Array
    starts: Array
    signs: Array
    lengths: Array

    @classmethod
    def of(cls, codes: Array, starts: Array) -> Words:
        """Words, and what tells most of them from a word at a glance."""
        bits = np.where(codes == ord("\n"), np.uint32(0), letter_bits(codes))
        signs = np.bitwise_or.reduceat(bits, starts[:-1]) if len(starts) > 1 else bits
        return cls(codes, starts, signs, np.minimum(np.diff(starts) - 1, LONGEST_TOLD).astype(np.uint8))


def letter_bits(codes: Array) -> Array:
    """A bit for each letter; some share one."""
    bits: Array = np.uint32(1) << (codes & np.uint32(31))
    return bits


WINDOW = 1 << 13
"""So many records at a time are looked at: what is noted of them stays in the processor's nearer caches."""

CLASSES = 256
# Short texts by their length; the longest of a class of others are some 2% longer than the shortest.
_CLASS_STARTS = np.unique(np.concatenate([np.arange(64), np.geomspace(64, 6000, CLASSES - 64).astype(np.int64)]))


def length_classes(lengths: Array, weights: Array) -> tuple[Array, Array]:
    """The classes of lengths, as in Records, and the largest weight of each class. weights: by length, falling."""
    by_length = (np.searchsorted(_CLASS_STARTS, np.arange(len(weights)), side="right") - 1).astype(np.uint8)
    classes = np.zeros(-(-len(lengths) // WINDOW) * WINDOW, dtype=np.uint8)
    classes[: len(lengths)] = by_length[lengths]
    of_classes = np.zeros(CLASSES, dtype=np.float32)
    of_classes[: len(_CLASS_STARTS)] = weights[np.minimum(_CLASS_STARTS, len(weights) - 1)]
    return only_read(classes), only_read(of_classes)


class Records(NamedTuple):
    """What scoring reads of the records of a segment: the same for all queries.

    lengths: record -> words; weights: words -> what a frequency counts there.
    length_classes: record -> the class of its length, and more of them up to a multiple of WINDOW; class_weights: class -> what
    a frequency counts there at most.
    documents, bounds: record -> document, document -> its first record. ranks: document -> its place in the order of ids.
    norms: document -> how its frequencies are divided, by the words of all its texts.
    title_weights: document -> what a frequency in its title counts. sections: record -> its section's unit + 1, 0 for none;
    section_weights: unit -> what a frequency counts there.
    """

    lengths: Array
    weights: Array
    length_classes: Array
    class_weights: Array
    documents: Array
    bounds: Array
    ranks: Array
    norms: Array
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
        in_texts, in_titles, in_sections, factors, constant = zip(*each, strict=True)
        text_spans, text = placed(in_texts, text)
        title_spans, titles = placed(in_titles, titles)
        section_spans, sections = placed(in_sections, sections)
        columns = zip(text_spans, title_spans, section_spans, constant, strict=True)
        spans = [(*in_text, *in_title, *in_section, alone) for in_text, in_title, in_section, alone in columns]
        return cls(text, titles, sections, np.array(spans, dtype=np.int64), np.array(factors, dtype=np.float64), within)

    @property
    def plain(self) -> PlainTerms:
        """The same in tuples without names, which a compiled loop is called with sooner: it looks at each named one anew."""
        return self.text, self.titles, self.sections, self.spans, self.factors, tuple(self.within)


PlainTerms: TypeAlias = tuple[Postings, Postings, Postings, Array, Array, tuple[Array, ...]]
"""The fields of Terms, those of Records among them."""

BEGIN, END, TITLE, TITLE_END, SECTION, SECTION_END, CONSTANT = range(7)
"""The columns of Terms.spans."""


class Sight(NamedTuple):
    """What the second look is told of the bare words of a query.

    numbers: their places among the terms. strengths: what each and the next one count where they stand near each other, at most
    `reach` positions apart. keys: where they stand in the records looked at, those of word n from bounds[n] to bounds[n + 1];
    without any bounds, the postings of the terms are those of the text, which `skips` and `positions` belong to.
    parts: [word, i], what the parts of hyphenated words count besides in the records, ascending; without any row where there
    are none.
    document: what a frequency in the document's other records counts.
    """

    numbers: Array
    strengths: Array
    keys: Array
    bounds: Array
    skips: Array
    positions: Array
    parts: Array
    document: float
    reach: int


PlainSight: TypeAlias = tuple[Any, ...]
"""The fields of Sight."""


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
    """Where matches begin and end in some postings: in these if all are stretches of them, else in their own in a row.

    Their frequencies are of the type of the postings' where that holds them: for another there would be loops of their own.
    """
    spans, apart = [], False
    for units, _, first in found:
        size = len(units)
        spans.append((first, first + size) if size else (0, 0))
        apart |= first < 0 < size
    if not apart:
        return spans, postings
    if len(found) == 1:
        units, freqs, _ = found[0]
        spans = [(0, len(units))]
    else:
        units, freqs = (np.concatenate(arrays) for arrays in list(zip(*found, strict=True))[:2])
        ends = list(accumulate([len(one.units) for one in found]))
        spans = list(zip([0, *ends], ends, strict=False))
    if freqs.dtype != postings[1].dtype:
        freqs = freqs.astype(np.promote_types(freqs.dtype, postings[1].dtype), copy=False)
    return spans, (only_read(units), only_read(freqs))


def stretches_of(found: Sequence[Matches], postings: Postings) -> tuple[Array, Array, Array, Array]:
    """The units and frequencies that matches, one at least, are `placed` in; where each begins there, and where it ends."""
    spans, (units, freqs) = placed(found, postings)
    begins, ends = np.array(list(zip(*spans, strict=True)), dtype=np.int64)
    return units, freqs, begins, ends


def in_a_row(each: Sequence[Array]) -> tuple[Array, Array]:
    """Lists of keys as one, and where each begins, and one more."""
    return np.concatenate(each), np.array([0, *accumulate(map(len, each))], dtype=np.int64)
