"""Scoring in numpy, and what finds places in sorted arrays for it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.ranges import ranges
from indexer.search.embedded.kernels.term import (
    BEGIN,
    CONSTANT,
    END,
    SECTION,
    SECTION_END,
    SHIFT,
    TITLE,
    TITLE_END,
    Records,
    Sight,
    Terms,
)


class _Term(NamedTuple):
    """A term's postings in the text, and what title and section add to tf: by document of `titles`, by a record's section."""

    units: Array
    freqs: Array
    titles: Array
    title_parts: Array
    section_parts: Array | None
    factor: float
    constant: bool


def _term(terms: Terms, number: int) -> _Term:
    span, within = terms.spans[number].tolist(), terms.within
    text, titles, sections = slice(span[BEGIN], span[END]), slice(span[TITLE], span[TITLE_END]), None
    documents = terms.titles[0][titles]
    if span[SECTION] < span[SECTION_END]:
        found = slice(span[SECTION], span[SECTION_END])
        units = terms.sections[0][found]
        sections = np.zeros(len(within.section_weights) + 1)
        sections[units.astype(np.int64) + 1] = terms.sections[1][found] * within.section_weights[units]
    title_parts = terms.titles[1][titles] * within.title_weights[documents]
    factor, constant = float(terms.factors[number]), bool(span[CONSTANT])
    return _Term(terms.text[0][text], terms.text[1][text], documents, title_parts, sections, factor, constant)


def rank(records: Array, rows: Array | None, terms: Terms, k1: float, count: int) -> tuple[Array, Array]:
    """See Kernels.rank."""
    within, count = terms.within, min(count, len(records))
    if not count:
        return records[:0], np.zeros(0)
    each = [_term(terms, number) for number in range(len(terms.factors))]
    if rows is not None:
        scores = _aligned(records, rows, terms, each, k1)
        return best_scored(records, np.round(scores, 6), within, count)
    total = np.zeros(len(records))
    whole = np.zeros(len(within.documents)) if len(records) * 16 > len(within.documents) else None
    for term in each:
        if whole is None:
            _add_at_records(total, records, term, within, k1)
        else:
            _add_everywhere(whole, term, within, k1)
    if whole is not None:
        total += whole[records]
    return best_scored(records, np.round(total, 6), within, count)


def look_again(
    first: Array, scores: Array, terms: Terms, places: Sequence[Array], sight: Sight, k1: float, features: Array
) -> tuple[Array, Array]:
    """See Kernels.look_again. places: the keys of each word in the records."""
    within = terms.within
    ascending = np.argsort(first)
    records = first[ascending]
    features[:2, ascending] = _evidence(records, terms, sight, k1)
    weights = within.weights[within.lengths[records]]
    for (one, other), strength in zip(pairwise(places), sight.strengths, strict=True):
        tf = _closeness(one, other, records, sight.reach) * weights
        features[2, ascending] += strength * tf / (k1 + tf)
    totals = np.round(sum(features, scores), 6)
    order = np.lexsort((first, within.ranks[within.documents[first]], -totals))
    return order, totals[order]


def _evidence(records: Array, terms: Terms, sight: Sight, k1: float) -> tuple[Array, Array]:
    """What parts of words and other records of the document add."""
    within = terms.within
    added, beyond = np.zeros(len(records)), np.zeros(len(records))
    weights, documents = within.weights[within.lengths[records]], within.documents[records]
    begins, ends = within.bounds[documents], within.bounds[documents + np.uint32(1)]
    document_weights = sight.document / within.norms[documents]
    for word, number in enumerate(sight.numbers.tolist()):
        term = _term(terms, number)
        own, together = _occurrences(term.units, term.freqs, records, begins, ends)
        tf = _with_titles(own * weights, records, term, within)
        with_parts = tf + sight.parts[word] * weights if len(sight.parts) else tf
        with_others = with_parts + (together - own) * document_weights
        added += term.factor * (with_parts / (k1 + with_parts) - tf / (k1 + tf))
        beyond += term.factor * (with_others / (k1 + with_others) - with_parts / (k1 + with_parts))
    return added, beyond


def best_scored(records: Array, scores: Array, within: Records, count: int) -> tuple[Array, Array]:
    """The `count` best records with their scores; of equal ones in the order of document ids and ordinals."""
    places = best_of_many(scores, within.ranks[within.documents[records]], count)
    return records[places], scores[places]


def best_of_many(keys: Array, ranks: Array, count: int) -> Array:
    """The places of the `count` largest keys in order; of equal ones the smallest rank first, then the first place."""
    candidates = np.arange(len(keys))
    if 0 < count < len(keys):
        threshold = np.partition(keys, len(keys) - count)[len(keys) - count]
        candidates = np.flatnonzero(keys >= threshold)
    order: Array = candidates[np.lexsort((ranks[candidates], -keys[candidates]))]
    return order[:count]


def _aligned(records: Array, rows: Array, terms: Terms, each: Sequence[_Term], k1: float) -> Array:
    """The scores of records that have all terms."""
    total, within = np.zeros(len(records)), terms.within
    weights = within.weights[within.lengths[records]]
    for number, term in enumerate(each):
        freqs = terms.text[1][rows[number, : len(records)]] if rows.shape[1] else term.freqs
        tf = _with_titles(freqs * weights, records, term, within)
        total += term.factor * tf / (k1 + tf)
    return total


def _with_titles(tf: Array, records: Array, term: _Term, within: Records) -> Array:
    """What title and section add to the text's part, record by record."""
    if len(term.titles):
        documents = within.documents[records]
        titled = contained(documents, term.titles)
        tf[titled] += term.title_parts[np.searchsorted(term.titles, documents[titled])]
    if term.section_parts is not None:
        tf += term.section_parts[within.sections[records]]
    return tf


def _occurrences(units: Array, freqs: Array, records: Array, begins: Array, ends: Array) -> tuple[Array, Array]:
    """How often a word stands in each record (ascending), and in all the records from each begin to each end."""
    own = np.zeros(len(records), dtype=np.int64)
    held = contained(records, units)
    own[held] = freqs[np.searchsorted(units, records[held])]
    first, last = np.searchsorted(units, begins), np.searchsorted(units, ends)
    before = np.concatenate([[0], np.cumsum(freqs[ranges(first, last)], dtype=np.int64)])
    stops = np.cumsum(last - first)
    return own, before[stops] - before[stops - (last - first)]


def _closeness(first: Array, second: Array, records: Array, reach: int) -> Array:
    """For each record the sum of 1 / distance over the pairs of two words' places at most `reach` apart."""
    low, high = np.searchsorted(second, first - reach), np.searchsorted(second, first + reach, side="right")
    distances = np.abs(second[ranges(low, high)] - np.repeat(first, high - low))
    places = np.searchsorted(records, (np.repeat(first, high - low) >> SHIFT).astype(records.dtype))
    shares = np.divide(1.0, distances, out=np.zeros(len(distances)), where=distances > 0)
    summed: Array = np.bincount(places, weights=shares, minlength=len(records))
    return summed


def _add_everywhere(whole: Array, term: _Term, within: Records, k1: float) -> None:
    """Add a term's part to the scores of all records of a segment."""
    # Indexes of this type are not converted each time.
    units = term.units.astype(np.intp)
    if term.constant:
        whole[units] += term.factor
        return
    tf = term.freqs * within.weights.take(within.lengths.take(units))
    if not len(term.titles) and term.section_parts is None:
        whole[units] += term.factor * tf / (k1 + tf)
        return
    besides = np.zeros(len(whole)) if term.section_parts is None else term.section_parts[within.sections]
    begins, ends = within.bounds[term.titles].astype(np.intp), within.bounds[term.titles + np.uint32(1)].astype(np.intp)
    titled = ranges(begins, ends)
    besides[titled] += np.repeat(term.title_parts, ends - begins)
    tf += besides.take(units)
    whole[units] += term.factor * tf / (k1 + tf)
    besides[units] = 0
    elsewhere = titled if term.section_parts is None else np.flatnonzero(besides)
    tf = besides.take(elsewhere)
    whole[elsewhere] += term.factor * tf / (k1 + tf)


def _add_at_records(total: Array, records: Array, term: _Term, within: Records, k1: float) -> None:
    """Add a term's part to the scores of some records."""
    held = contained(records, term.units)
    places = np.searchsorted(term.units, records[held])
    if term.constant:
        total[held] += term.factor
        return
    tf = np.zeros(len(records))
    tf[held] = term.freqs[places] * within.weights[within.lengths[records[held]]]
    tf = _with_titles(tf, records, term, within)
    total += term.factor * tf / (k1 + tf)


def contained(values: Array, within: Array) -> Array:
    """Which of these sorted values stand in another sorted array, as a mask."""
    if not len(within):
        return np.zeros(len(values), dtype=bool)
    places = np.searchsorted(within, values)
    places[places == len(within)] = 0
    mask: Array = within[places] == values
    return mask
