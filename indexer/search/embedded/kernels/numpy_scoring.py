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

# Fewer records are scored at once.
_FEW = 2_000
# So many groups of records for each that is wanted.
_GROUPS = 10
# Scores are rounded to 1e-6: equal ones may have lain so far apart.
_ROUNDED = 2e-6
# Factors up to this one, times any frequency, are numbers in half the digits, too.
_LARGEST = 1e30


class ScoredTerm(NamedTuple):
    """A term's postings in the text, and what title and section add to tf: by document of `titles`, by a record's section."""

    units: Array
    freqs: Array
    titles: Array
    title_parts: Array
    section_parts: Array | None
    factor: float
    constant: bool


def _term(terms: Terms, number: int) -> ScoredTerm:
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
    return ScoredTerm(terms.text[0][text], terms.text[1][text], documents, title_parts, sections, factor, constant)


def scored_terms(terms: Terms) -> list[ScoredTerm]:
    """Some terms one by one."""
    return [_term(terms, number) for number in range(len(terms.factors))]


def rank(records: Array, rows: Array | None, terms: Terms, k1: float, count: int) -> tuple[Array, Array]:
    """See Kernels.rank.

    Of many records, all are scored in half the digits, and only those that may be among the best in all of them.
    """
    within, count = terms.within, min(count, len(records))
    if not count:
        return records[:0], np.zeros(0)
    each = scored_terms(terms)
    if len(records) > max(_FEW, 2 * _GROUPS * count) and float(terms.factors.sum()) < _LARGEST:
        rough = _scores(records, rows, terms, each, k1, np.float32)
        chosen = _promising(rough, count, len(each))
        records, rows = records[chosen], _columns(rows, terms, chosen)
    return best_scored(records, np.round(_scores(records, rows, terms, each, k1, np.float64), 6), within, count)


def _promising(rough: Array, count: int, terms: int) -> Array:
    """The places of all records whose score may be among the `count` largest, by scores in half the digits."""
    # A term's part is a few operations, each of which is wrong by half a unit of the last digit at most.
    wrong = (16 + terms) * float(np.finfo(np.float32).eps)
    return np.flatnonzero(rough >= floor_of(rough, count) * (1 - wrong) - _ROUNDED)


def floor_of(keys: Array, count: int) -> float:
    """What at least `count` of some keys reach; 0 where they are fewer.

    Of many keys, so many groups have one of at least that: to find it among all keys would take longer than all else.
    """
    if len(keys) < count:
        return 0.0
    size = _GROUPS * count
    if len(keys) > 2 * size:
        keys = keys[: len(keys) // size * size].reshape(-1, size).max(axis=0)
    return float(np.partition(keys, len(keys) - count)[len(keys) - count])


def _columns(rows: Array | None, terms: Terms, chosen: Array) -> Array | None:
    """The rows of the chosen records."""
    if rows is None:
        return None
    return rows[:, chosen] if rows.shape[1] else (terms.spans[:1, BEGIN:END] + chosen).astype(np.uint32)


def _scores(
    records: Array, rows: Array | None, terms: Terms, each: Sequence[ScoredTerm], k1: float, digits: type[np.floating]
) -> Array:
    """The scores of some records, before they are rounded."""
    within = terms.within
    if rows is not None:
        return _aligned(records, rows, terms, each, k1, digits)
    total = np.zeros(len(records), dtype=digits)
    for term in each:
        _add_at_records(total, records, term, within, k1)
    return total


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
        if len(keys) > 2 * _GROUPS * count:
            candidates = np.flatnonzero(keys >= floor_of(keys, count))
        held = keys[candidates]
        candidates = candidates[held >= np.partition(held, len(held) - count)[len(held) - count]]
    order: Array = candidates[np.lexsort((ranks[candidates], -keys[candidates]))]
    return order[:count]


def _aligned(
    records: Array, rows: Array, terms: Terms, each: Sequence[ScoredTerm], k1: float, digits: type[np.floating]
) -> Array:
    """The scores of records that have all terms."""
    total, within = np.zeros(len(records), dtype=digits), terms.within
    weights = within.weights.astype(digits, copy=False).take(within.lengths.take(records))
    for number, term in enumerate(each):
        freqs = terms.text[1].take(rows[number, : len(records)]) if rows.shape[1] else term.freqs
        tf = _with_titles(freqs * weights, records, term, within)
        total += term.factor * tf / (k1 + tf)
    return total


def _with_titles(tf: Array, records: Array, term: ScoredTerm, within: Records) -> Array:
    """What title and section add to the text's part, record by record."""
    if len(term.titles):
        documents = within.documents.take(records)
        if len(records) > len(term.titles):
            tf += by_document(term, within, tf.dtype).take(documents)
        else:
            titled = contained(documents, term.titles)
            tf[titled] += term.title_parts[np.searchsorted(term.titles, documents[titled])]
    if term.section_parts is not None:
        tf += term.section_parts[within.sections[records]]
    return tf


def by_document(term: ScoredTerm, within: Records, digits: np.dtype[np.floating]) -> Array:
    """What titles add to tf, by document."""
    parts = np.zeros(len(within.ranks), dtype=digits)
    parts[term.titles] = term.title_parts
    return parts


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


def _add_at_records(total: Array, records: Array, term: ScoredTerm, within: Records, k1: float) -> None:
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
    # What is larger than all is compared with the last.
    mask: Array = within.take(np.searchsorted(within, values), mode="clip") == values
    return mask
