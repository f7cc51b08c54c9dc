"""Ranking in numpy where records have some words of a query and not others.

It goes window by window: what is noted of records stays in the processor's nearer caches, and in memory that is there already.
Which words a record has says what its score can be at most; only records that may reach the list are scored.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.ranges import ranges
from indexer.search.embedded.kernels.numpy_scoring import ScoredTerm, best_scored, by_document, floor_of, scored_terms
from indexer.search.embedded.kernels.term import Records, Terms

# So many records at a time: for fewer, what each call of numpy takes by itself would weigh more.
_WINDOW = 1 << 16
# The largest sum of bounds, which are scores times a scale, each rounded up: they fit into 16 bits.
_LARGEST = 1 << 15


class _Placed(NamedTuple):
    """A term, where its postings of each window begin, and what it adds to a score at most, as a bound.

    titles: what titles add to tf, by document, if any do; entitled: the records of their documents, and where those of each
    window begin.
    """

    term: ScoredTerm
    begins: list[int]
    bound: np.uint16
    titles: Array | None
    entitled: Array
    entitled_begins: list[int]


def rank(records: Array, terms: Terms, k1: float, count: int) -> tuple[Array, Array]:
    """See Kernels.rank."""
    within, total, count = terms.within, float(terms.factors.sum()), min(count, len(records))
    if not count:
        return records[:0], np.zeros(0)
    scale = _LARGEST / total if 0 < total < np.inf else 0.0
    lows = np.arange(0, len(within.documents) + _WINDOW, _WINDOW, dtype=np.uint32)
    each = [_placed(term, lows, within, scale) for term in scored_terms(terms)]
    freqs = np.empty((len(each), _WINDOW), dtype=terms.text[1].dtype)
    best, scores, floor = records[:0], np.zeros(0), -1.0
    for window, (begin, end) in enumerate(pairwise(np.searchsorted(records, lows).tolist())):
        if begin == end:
            continue
        low = window * _WINDOW
        asked = records[begin:end].astype(np.intp)
        asked -= low
        reach = _noted(each, window, within, freqs).take(asked)
        # Before the list is full, those that seem best come first, then the others that may still reach it.
        least, below = _bound(floor, scale) if floor >= 0 else int(floor_of(reach, count)), 1 << 16
        while below > least:
            chosen = asked.take(np.flatnonzero((reach >= least) & (reach < below)))
            totals = _scores(window, chosen, each, freqs, within, k1)
            held = np.flatnonzero(totals >= floor)
            best, scores = np.concatenate([best, chosen[held] + low]), np.concatenate([scores, totals[held]])
            if len(scores) >= count:
                floor = float(floor_of(scores, count))
                held = np.flatnonzero(scores >= floor)
                best, scores = best[held], scores[held]
            least, below = _bound(floor, scale), least
    ascending = np.argsort(best)
    return best_scored(best[ascending].astype(records.dtype), scores[ascending], within, count)


def _bound(score: float, scale: float) -> int:
    """What the bounds of records of at least this score are not below; scores are rounded to 1e-6."""
    return int(max(score - 1e-6, 0.0) * scale)


def _placed(term: ScoredTerm, lows: Array, within: Records, scale: float) -> _Placed:
    """A term beside windows that begin at `lows`."""
    bounds = within.bounds
    entitled = ranges(bounds[term.titles].astype(np.intp), bounds[term.titles + np.uint32(1)].astype(np.intp))
    return _Placed(
        term,
        np.searchsorted(term.units, lows).tolist(),
        np.uint16(term.factor * scale) + np.uint16(1),
        by_document(term, within, np.dtype(np.float64)) if len(term.titles) else None,
        entitled,
        np.searchsorted(entitled, lows.astype(np.intp)).tolist(),
    )


def _noted(each: Sequence[_Placed], window: int, within: Records, freqs: Array) -> Array:
    """The bounds of all records of a window.

    freqs: set to how often each term stands in the text of each; to 1 where only its presence counts.
    """
    freqs.fill(0)
    low, reach, added = window * _WINDOW, np.zeros(_WINDOW, dtype=np.uint16), np.empty(_WINDOW, dtype=np.uint16)
    for row, (term, begins, bound, _, entitled, entitled_begins) in zip(freqs, each, strict=True):
        begin, end = begins[window], begins[window + 1]
        at = term.units[begin:end].astype(np.intp)
        at -= low
        row[at] = 1 if term.constant else term.freqs[begin:end]
        having = row > 0
        if term.section_parts is not None:
            sections = within.sections[low : low + _WINDOW]
            having[: len(sections)] |= (term.section_parts > 0).take(sections)
        marked = entitled[entitled_begins[window] : entitled_begins[window + 1]]
        having[marked - low] = True
        reach += np.multiply(having, bound, out=added)
    return reach


def _scores(window: int, chosen: Array, each: Sequence[_Placed], freqs: Array, within: Records, k1: float) -> Array:
    """The scores of the chosen ones of a window's records, rounded."""
    records = chosen + window * _WINDOW
    weights, documents = within.weights.take(within.lengths.take(records)), within.documents.take(records)
    totals = np.zeros(len(chosen))
    for row, (term, _, _, titles, _, entitled_begins) in zip(freqs.take(chosen, axis=1), each, strict=True):
        if term.constant:
            totals += term.factor * (row > 0)
            continue
        tf = row * weights
        if titles is not None and entitled_begins[window] < entitled_begins[window + 1]:
            tf += titles.take(documents)
        if term.section_parts is not None:
            tf += term.section_parts.take(within.sections.take(records))
        totals += term.factor * tf / (k1 + tf)
    return np.round(totals, 6)
