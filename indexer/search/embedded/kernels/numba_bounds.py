"""Compiled loops that say what scores records can reach, in a nanosecond or two for each posting.

Bounds are whole numbers, scores times `scale` and rounded up: what a term adds at most is read off its table by how often it
stands in a record, by the class of the record's length, and by the class of what the title adds. So a record's sum is never
below its score.

A place in a window is masked to the size of a window, and one in a table to that of a table; of records that are not masked, a
window's largest is looked at first; no number is negative: see `ArraysFile.require_types`. Whatever a file holds, they lie
within: so loops that are said to do so do without checks, which would double their time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.kernels.numba_compile import compiled, compiled_making, compiled_unchecked
from indexer.search.embedded.kernels.numba_loops import seek
from indexer.search.embedded.kernels.term import (
    BEGIN,
    CLASSES,
    CONSTANT,
    END,
    SECTION,
    SECTION_END,
    TITLE,
    TITLE_END,
    WINDOW,
    Terms,
)

# Frequencies by class: each of the first by itself, then more and more together; the last class is without end.
_FIRSTS = np.concatenate([np.arange(16), np.geomspace(16, 256, 9)[:-1].astype(np.int64)])
_FREQUENCIES = len(_FIRSTS)
_LAST_TOLD = 255
_CLASS_OF = (np.searchsorted(_FIRSTS, np.arange(_LAST_TOLD + 1), side="right") - 1).astype(np.uint8)
# Classes of what a title adds to tf: the first for no title with the word.
_TITLES = 4
_TABLE = _FREQUENCIES * CLASSES
_LARGEST = (1 << 16) - 1
_BUCKETS = 256
# So many bounds in a row are passed over at once where none is high enough.
_GLANCE = 128


class Window(NamedTuple):
    """Records in a row of a list: those among WINDOW numbers, from a multiple of it on, or WINDOW of them.

    first: where they begin in the list. begins, ends: each term's postings among these numbers.
    Where it is `aligned`, the list is of records that have all terms, and rows[term, i] is a term's posting in records[i];
    without columns there is one term, and its postings are those of all records in a row.
    """

    records: Array
    first: int
    begins: Array
    ends: Array
    rows: Array
    aligned: bool


class Tables(NamedTuple):
    """What is looked up for bounds.

    scale: what scores are multiplied with. texts: [term, (title's class * _FREQUENCIES + frequency's class) * CLASSES +
    length's class], as far as the term's titles and frequencies go.
    titles: [term, class], what a term adds by the title alone. classes: title by title, term after term from `firsts` on.
    """

    scale: float
    texts: Array
    titles: Array
    classes: Array
    firsts: Array


@compiled_making
def bound_tables(terms: Terms, k1: float) -> Tables:
    """The tables for some terms."""
    scale = _scale(terms)
    classes, firsts, parts = _title_classes(terms)
    texts = np.empty((len(parts), _TITLES * _TABLE), dtype=np.uint16)
    titles = np.zeros((len(parts), _TITLES), dtype=np.uint16)
    weights = terms.within.class_weights
    for term in range(len(parts)):
        factor = terms.factors[term] * scale
        frequencies = _frequency_classes(terms, term)
        for title in range(_TITLES):
            part = parts[term, title]
            if title and not part:
                continue
            titles[term, title] = _rounded_up(factor * part / (k1 + part)) if title else 0
            for freq in range(frequencies):
                first = title * _TABLE + freq * CLASSES
                row, most = texts[term, first : first + CLASSES], freq == _FREQUENCIES - 1 or terms.spans[term, CONSTANT] > 0
                last = freq if most else _FIRSTS[freq + 1] - 1
                _bound_lengths(row, weights, last, part, k1, factor, most)
    return Tables(scale, texts, titles, classes, firsts)


@compiled
def _frequency_classes(terms: Terms, term: int) -> int:
    """How many classes there are up to that of a term's largest frequency in texts."""
    freqs = terms.text[1][terms.spans[term, BEGIN] : terms.spans[term, END]]
    return int(_CLASS_OF[min(largest_of(freqs), _LAST_TOLD)]) + 1 if len(freqs) else 0


@compiled_unchecked
def _bound_lengths(row: Array, weights: Array, freq: int, part: float, k1: float, factor: float, most: bool) -> None:
    """What a frequency adds by the class of the length, to what the title adds alone. most: more than any adds.

    In half the digits: the last of 16 bits is still right.
    """
    alone, one, half, saturation = np.float32(part / (k1 + part)), np.float32(1.0), np.float32(factor), np.float32(k1)
    many, title = np.float32(freq), np.float32(part)
    for length in range(len(row)):
        tf = title + many * weights[length]
        share = one if most else tf / (saturation + tf)
        row[length] = np.uint16(half * max(share - alone, np.float32(0.0))) + np.uint16(2)


@compiled
def _scale(terms: Terms) -> float:
    """Such that the largest sum of bounds fits into 16 bits."""
    most, summands = 0.0, 0
    for term in range(len(terms.factors)):
        fields = 2 if terms.spans[term, SECTION] < terms.spans[term, SECTION_END] else 1
        most += terms.factors[term] * fields
        summands += fields + 1
    return max(_LARGEST - 4 * summands, 0) / most if most > 0 else 0.0


@compiled_making
def _title_classes(terms: Terms) -> tuple[Array, Array, Array]:
    """The classes and firsts of Tables; and the most that the titles of each class add to tf."""
    documents, freqs = terms.titles
    firsts = np.zeros(len(terms.spans), dtype=np.int64)
    held = 0
    for term in range(len(firsts)):
        firsts[term] = held - terms.spans[term, TITLE]
        held += terms.spans[term, TITLE_END] - terms.spans[term, TITLE]
    classes, parts = np.empty(held, dtype=np.uint8), np.zeros((len(firsts), _TITLES))
    for term in range(len(firsts)):
        least, most = np.inf, 0.0
        for place in range(terms.spans[term, TITLE], terms.spans[term, TITLE_END]):
            part = freqs[place] * terms.within.title_weights[documents[place]]
            least, most = min(least, part), max(most, part)
        each = (most - least) * (1 + 1e-9) / (_TITLES - 1) + 1e-9
        for place in range(terms.spans[term, TITLE], terms.spans[term, TITLE_END]):
            part = freqs[place] * terms.within.title_weights[documents[place]]
            title = 1 + min(int((part - least) / each), _TITLES - 2)
            classes[firsts[term] + place] = title
            parts[term, title] = max(parts[term, title], part)
    return classes, firsts, parts


@compiled
def _rounded_up(bound: float) -> int:
    """Above the number, even where it was reckoned a little low."""
    return min(int(bound) + 2, _LARGEST)


@compiled_making
def no_tables() -> Tables:
    """For where nothing is bounded."""
    nothing = np.empty((0, 0), dtype=np.uint16)
    return Tables(0.0, nothing, nothing, np.empty(0, dtype=np.uint8), np.empty(0, dtype=np.int64))


@compiled_making
def add_bounds(
    bounds: Array,
    marks: Array,
    here: Window,
    terms: Terms,
    titles: Array,
    sections: tuple[Array, Array],
    k1: float,
    tables: Tables,
) -> None:
    """Add up the bounds of the records of a window: by their places in it, or by their numbers less its first.

    titles: of each term, where to look for the first title; it is set to where to look next. marks: zeros, and left so.
    """
    bounds[:] = 0
    low = int(here.records[0]) // WINDOW * WINDOW
    classes = terms.within.length_classes[low : low + WINDOW]
    if len(classes) < WINDOW or (here.aligned and largest_of(here.records) >= len(terms.within.length_classes)):
        raise IndexError  # a damaged file names records that there are not
    ids, freqs = terms.text
    for term in range(len(titles)):
        marked = titles[term] < terms.spans[term, TITLE_END]
        if marked:
            titles[term] = _add_titles(bounds, marks, here, low, terms, term, titles[term], tables)
        table = tables.texts[term]
        if not here.aligned:
            begin, end = here.begins[term], here.ends[term]
            if marked:
                _add_entitled(bounds, marks, ids[begin:end], freqs[begin:end], classes, table)
            else:
                _add_texts(bounds, ids[begin:end], freqs[begin:end], classes, table)
        elif here.rows.shape[1]:
            _add_aligned(bounds, marks, here.records, freqs[here.rows[term]], terms.within.length_classes, table)
        else:
            begin = terms.spans[term, BEGIN] + here.first
            in_a_row = freqs[begin : begin + len(here.records)]
            if len(in_a_row) < len(here.records):
                raise IndexError  # and this one has fewer frequencies than ids
            _add_aligned(bounds, marks, here.records, in_a_row, terms.within.length_classes, table)
        if sections[1][term] >= 0:
            _add_sections(bounds, here, low, terms, term, sections, k1, tables.scale)
        if marked:
            marks[:] = 0


@compiled
def _add_titles(
    bounds: Array, marks: Array, here: Window, low: int, terms: Terms, term: int, title: int, tables: Tables
) -> int:
    """Add what titles alone add, and mark the records with their classes; where to look for the next title."""
    documents, starts, end = terms.titles[0], terms.within.bounds, terms.spans[term, TITLE_END]
    records, classes, base = here.records, tables.classes, tables.firsts[term]
    first = int(records[0]) if here.aligned else low
    last = int(records[-1]) + 1 if here.aligned else low + WINDOW
    place = 0
    while title < end and starts[documents[title]] < last:
        stop, after, of_class = int(documents[title]) + 1, title + 1, classes[base + title]
        # Documents in a row are often entitled alike.
        while after < end and documents[after] == stop and starts[stop] < last and classes[base + after] == of_class:
            stop += 1
            after += 1
        if starts[stop] > first:
            begin, until = max(int(starts[documents[title]]), first) - low, min(int(starts[stop]), last) - low
            if here.aligned:
                begin = place = seek(records, place, len(records), begin + low)
                until = place = seek(records, place, len(records), until + low)
            _add_title(bounds[begin:until], marks[begin:until], tables.titles[term, of_class], of_class)
        if starts[stop] > last:
            return after - 1
        title = after
    return title


@compiled_unchecked
def _add_title(bounds: Array, marks: Array, bound: int, of_class: int) -> None:
    """Add what a title alone adds, and mark its class, side by side."""
    for at in range(len(bounds)):
        bounds[at] += bound
        marks[at] = of_class


@compiled_unchecked
def _add_texts(bounds: Array, ids: Array, freqs: Array, classes: Array, table: Array) -> None:
    """Add what a term's postings add. classes: of the window's WINDOW numbers; all places are masked."""
    for place in range(len(ids)):
        at = np.uint32(ids[place]) & np.uint32(WINDOW - 1)
        freq = np.uint32(_CLASS_OF[np.uint32(min(freqs[place], _LAST_TOLD))])
        bounds[at] += table[freq * np.uint32(CLASSES) + (np.uint32(classes[at]) & np.uint32(CLASSES - 1))]


@compiled_unchecked
def _add_entitled(bounds: Array, marks: Array, ids: Array, freqs: Array, classes: Array, table: Array) -> None:
    """The same where some documents have the term in their title, too."""
    for place in range(len(ids)):
        at = np.uint32(ids[place]) & np.uint32(WINDOW - 1)
        freq = np.uint32(_CLASS_OF[np.uint32(min(freqs[place], _LAST_TOLD))])
        length, title = np.uint32(classes[at]) & np.uint32(CLASSES - 1), np.uint32(marks[at]) & np.uint32(_TITLES - 1)
        bounds[at] += table[title * np.uint32(_TABLE) + freq * np.uint32(CLASSES) + length]


@compiled_unchecked
def largest_of(numbers: Array) -> int:
    """The largest of some whole numbers, one at least: looked at side by side."""
    largest = numbers[0]
    for place in range(len(numbers)):
        largest = max(largest, numbers[place])
    return int(largest)


@compiled_unchecked
def _add_aligned(bounds: Array, marks: Array, records: Array, freqs: Array, classes: Array, table: Array) -> None:
    """The same where freqs[i] is the term's frequency in records[i]. classes: of all records, which these are among."""
    for i in range(len(records)):
        freq = np.uint32(_CLASS_OF[np.uint32(min(freqs[i], _LAST_TOLD))])
        length, title = np.uint32(classes[records[i]]) & np.uint32(CLASSES - 1), np.uint32(marks[i]) & np.uint32(_TITLES - 1)
        bounds[i] += table[title * np.uint32(_TABLE) + freq * np.uint32(CLASSES) + length]


@compiled
def _add_sections(
    bounds: Array, here: Window, low: int, terms: Terms, term: int, sections: tuple[Array, Array], k1: float, scale: float
) -> None:
    """Add what a term adds to the records of the sections that have it. sections: see `section_parts`."""
    parts, starts = sections
    of_records, start = terms.within.sections, starts[term]
    factor = terms.factors[term] * scale
    for i in range(len(here.records)) if here.aligned else range(min(WINDOW, len(of_records) - low)):
        part = parts[start + of_records[here.records[i] if here.aligned else low + i]]
        if part > 0:
            bounds[i] += _rounded_up(factor * part / (k1 + part))


@compiled_making
def least_of(bounds: Array, records: Array, aligned: bool, count: int) -> int:
    """A bound that `count` of some records of a window have at least, 0 where they are not so many; a little low."""
    if len(records) < count:
        return 0
    buckets = np.zeros(_BUCKETS, dtype=np.int64)
    for i in range(len(records)):
        buckets[bounds[i if aligned else np.int64(records[i]) & (WINDOW - 1)] // _BUCKETS] += 1
    held, bucket = 0, _BUCKETS
    while held < count:
        bucket -= 1
        held += buckets[bucket]
    return bucket * _BUCKETS


@compiled_unchecked
def list_between(bounds: Array, records: Array, aligned: bool, least: int, below: int, out: Array) -> int:
    """The places of those of a window's records whose bound is at least so much and below so much; all places are masked.

    `out` has one place more than a window.
    """
    size, count = min(len(records), WINDOW), 0
    for begin in range(0, size, _GLANCE):
        end = min(begin + _GLANCE, size)
        if aligned and largest_of(bounds[begin:end]) < least:
            continue
        for i in range(begin, end):
            bound = bounds[(i if aligned else np.int64(records[i])) & (WINDOW - 1)]
            # Written every time and kept where it holds: no branch to mispredict.
            out[count] = i
            count += (bound >= least) & (bound < below)
    return count
