"""Compiled loops that score records and choose the best.

ranked: record -> document, document -> rank. best: places and scores. sections: what is made for the terms in `section_parts`.
"""

from __future__ import annotations

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.kernels.numba_compile import compiled
from indexer.search.embedded.kernels.numba_loops import seek
from indexer.search.embedded.kernels.term import BEGIN, CONSTANT, END, SECTION, SECTION_END, TITLE, TITLE_END, Terms

# A term with so many times more postings in a window than there are records is taken to be in all of them.
_MANY_TIMES = 6
_BITS = 8
# So many records at a time: what is marked and noted of them stays in the processor's nearer caches.
WINDOW = 1 << 13


@compiled
def rank(records: Array, terms: Terms, k1: float, scores: Array, best: tuple[Array, Array]) -> None:
    """Places and scores of the best records go to `best`, in order; or all scores to `scores`.

    Window by window it is marked which terms each record may have, and noted where their postings are. What a term adds is
    below its factor: a record whose terms cannot reach the list is not scored.
    """
    ids, ends = terms.text[0], terms.spans[:, END]
    begins, stops = terms.spans[:, BEGIN].copy(), terms.spans[:, BEGIN].copy()
    next_titles, title_spans, sections = terms.spans[:, TITLE].copy(), title_states(terms), section_parts(terms)
    ranked = terms.within.documents, terms.within.ranks
    tops, best_scores = _tops(terms.factors), best[1]
    marks = np.zeros(WINDOW, dtype=np.uint8)
    noted = np.zeros((len(ends), WINDOW), dtype=np.uint32)
    candidates, totals = np.empty(WINDOW + 1, dtype=np.int64), np.empty(WINDOW)
    floor, held, first = -1.0, 0, 0
    while first < len(records):
        low = records[first] // WINDOW * WINDOW
        last = seek(records, first, len(records), low + WINDOW)
        always = 0
        for term in range(len(ends)):
            begins[term] = seek(ids, stops[term], ends[term], low)
            stops[term] = seek(ids, begins[term], ends[term], low + WINDOW)
            bit = 1 << term % _BITS
            if sections[1][term] >= 0:
                always |= bit
            if stops[term] - begins[term] > _MANY_TIMES * (last - first):
                always |= bit
                _note_searched(records[first:last], low, ids, begins[term], stops[term], noted[term])
            else:
                _mark(marks, low, bit, ids, begins[term], stops[term], noted[term])
            next_titles[term] = _mark_titles(marks, low, bit, terms, term, next_titles[term])
        chosen = _candidates(records, first, last, low, marks, always, tops, floor, candidates)
        found = (marks, begins, stops, noted, title_spans)
        _score(records, candidates[:chosen], low, terms, found, sections, k1, (tops, always, floor), totals)
        if len(scores):
            scores[first:last] = totals[:chosen]
        else:
            held = _keep(records, candidates[:chosen], totals, ranked, best, held)
            floor = best_scores[held - 1] - 1e-6 if held == len(best_scores) else -1.0
        marks[:] = 0
        first = last


@compiled
def _mark(marks: Array, low: int, bit: int, ids: Array, begin: int, end: int, noted: Array) -> None:
    for place in range(begin, end):
        at = ids[place] - low
        marks[at] |= bit
        noted[at] = place


@compiled
def _note_searched(records: Array, low: int, ids: Array, begin: int, end: int, noted: Array) -> None:
    place = begin
    for record in records:
        place = seek(ids, place, end, record)
        noted[record - low] = place


@compiled
def _candidates(
    records: Array, first: int, last: int, low: int, marks: Array, always: int, tops: Array, floor: float, out: Array
) -> int:
    """The places of the records whose terms may reach the list."""
    reach = np.empty(len(tops), dtype=np.uint8)
    for mark in range(len(tops)):
        reach[mark] = tops[mark | always] >= floor
    count = 0
    for i in range(first, last):
        # Written every time and kept where it holds: no branch to mispredict.
        out[count] = i
        count += reach[marks[records[i] - low]]
    return count


@compiled
def _score(
    records: Array,
    candidates: Array,
    low: int,
    terms: Terms,
    found: tuple[Array, ...],
    sections: tuple[Array, Array],
    k1: float,
    reach: tuple[Array, int, float],
    totals: Array,
) -> None:
    """The scores of candidates; of those that turn out not to reach the list, less.

    A place that was noted for another record, in another window, is none of theirs. reach: tops, marks of all, and floor.
    """
    ids, freqs = terms.text
    documents, title_freqs = terms.titles
    spans, factors, within = terms.spans, terms.factors, terms.within
    lengths, weights, bounds, title_weights = within.lengths, within.weights, within.bounds, within.title_weights
    marks, begins, stops, noted, title_spans = found
    tops, always, floor = reach
    parts, part_starts = sections
    for which in range(len(candidates)):
        record = records[candidates[which]]
        weight = weights[lengths[record]]
        mark = marks[record - low] | always
        # What the terms that are left can add at most.
        rest = tops[mark]
        score = 0.0
        for term in range(len(factors)):
            if not mark >> term % _BITS & 1:
                continue
            if score + rest < floor:
                break
            rest -= factors[term]
            place = int(noted[term, record - low])
            held = begins[term] <= place < stops[term] and ids[place] == record
            if spans[term, CONSTANT]:
                score += factors[term] if held else 0.0
                continue
            tf = freqs[place] * weight if held else 0.0
            if record >= title_spans[term, 2]:
                next_title(record, documents, bounds, spans[term, TITLE_END], title_spans[term])
            if record >= title_spans[term, 1]:
                title = title_spans[term, 0]
                tf += title_freqs[title] * title_weights[documents[title]]
            if part_starts[term] >= 0:
                tf += parts[part_starts[term] + within.sections[record]]
            score += factors[term] * tf / (k1 + tf)
        totals[which] = np.rint(score * 1e6) / 1e6


@compiled
def _keep(
    records: Array, candidates: Array, totals: Array, ranked: tuple[Array, Array], best: tuple[Array, Array], held: int
) -> int:
    """Insert candidates into the list of the best, which has `held` so far; most fail the first comparison."""
    size = len(best[1])
    floor = best[1][size - 1] if held == size else -1.0
    for which in range(len(candidates)):
        if totals[which] >= floor:
            held = keep_best(records, candidates[which], totals[which], ranked, best, held)
            floor = best[1][size - 1] if held == size else -1.0
    return held


@compiled
def rank_aligned(records: Array, rows: Array, terms: Terms, k1: float, scores: Array, best: tuple[Array, Array]) -> None:
    """The same for records that have all terms: rows[term, i] is the posting of a term in records[i].

    Without any column there is one term, and its postings are those of the records in a row.

    A term's part is summed up here as in `_score`: a function for it, called for each, would take longer than what it does.
    """
    freqs = terms.text[1]
    documents, title_freqs = terms.titles
    spans, factors, within = terms.spans, terms.factors, terms.within
    lengths, weights, bounds, title_weights = within.lengths, within.weights, within.bounds, within.title_weights
    title_spans = title_states(terms)
    parts, part_starts = section_parts(terms)
    ranked = within.documents, within.ranks
    given, begin = rows.shape[1] > 0, spans[0, BEGIN]
    best_scores = best[1]
    floor = -1.0
    held = 0
    for i in range(len(records)):
        record = records[i]
        weight = weights[lengths[record]]
        score = 0.0
        for term in range(len(factors)):
            tf = freqs[rows[term, i] if given else begin + i] * weight
            if record >= title_spans[term, 2]:
                next_title(record, documents, bounds, spans[term, TITLE_END], title_spans[term])
            if record >= title_spans[term, 1]:
                title = title_spans[term, 0]
                tf += title_freqs[title] * title_weights[documents[title]]
            if part_starts[term] >= 0:
                tf += parts[part_starts[term] + within.sections[record]]
            score += factors[term] * tf / (k1 + tf)
        if len(scores):
            scores[i] = np.rint(score * 1e6) / 1e6
        elif score >= floor:
            held = keep_best(records, i, np.rint(score * 1e6) / 1e6, ranked, best, held)
            floor = best_scores[held - 1] - 1e-6 if held == len(best_scores) else -1.0


@compiled
def _tops(factors: Array) -> Array:
    """What the terms of each mark can add at most; terms share a mark's bit where they are more than it has."""
    tops = np.zeros(1 << _BITS)
    for mark in range(len(tops)):
        for term in range(len(factors)):
            if mark >> term % _BITS & 1:
                tops[mark] += factors[term]
    return tops


@compiled
def _mark_titles(marks: Array, low: int, bit: int, terms: Terms, term: int, title: int) -> int:
    """Mark the records of the documents whose title has a term; where the next title is."""
    documents, bounds, end = terms.titles[0], terms.within.bounds, terms.spans[term, TITLE_END]
    high = low + len(marks)
    while title < end and bounds[documents[title]] < high:
        for record in range(max(int(bounds[documents[title]]), low), min(int(bounds[documents[title] + 1]), high)):
            marks[record - low] |= bit
        if bounds[documents[title] + 1] > high:
            break
        title += 1
    return title


@compiled
def section_parts(terms: Terms) -> tuple[Array, Array]:
    """What sections add to the tf of terms, and where each term's part of that begins, with none first; -1 if it has none."""
    units, freqs = terms.sections
    each = len(terms.within.section_weights) + 1
    starts = np.full(len(terms.spans), -1, dtype=np.int64)
    held = 0
    for term in range(len(starts)):
        if terms.spans[term, SECTION] < terms.spans[term, SECTION_END]:
            starts[term] = held
            held += each
    parts = np.zeros(held)
    for term in range(len(starts)):
        for place in range(terms.spans[term, SECTION], terms.spans[term, SECTION_END]):
            parts[starts[term] + 1 + units[place]] = freqs[place] * terms.within.section_weights[units[place]]
    return parts, starts


@compiled
def title_states(terms: Terms) -> Array:
    """For each term: its next title, and the first and one past the last record of that title's document."""
    documents, bounds, spans = terms.titles[0], terms.within.bounds, terms.spans
    states = np.full((len(spans), 3), np.iinfo(np.int64).max, dtype=np.int64)
    for term in range(len(spans)):
        states[term, 0] = spans[term, TITLE]
        if spans[term, TITLE] < spans[term, TITLE_END]:
            states[term, 1] = bounds[documents[spans[term, TITLE]]]
            states[term, 2] = bounds[documents[spans[term, TITLE]] + 1]
    return states


@compiled
def next_title(record: int, documents: Array, bounds: Array, end: int, state: Array) -> None:
    """Go on to the first title whose document does not end before a record; records come in ascending order."""
    while record >= state[2]:
        state[0] += 1
        if state[0] == end:
            state[1] = state[2] = np.iinfo(np.int64).max
        else:
            state[1] = bounds[documents[state[0]]]
            state[2] = bounds[documents[state[0]] + 1]


@compiled
def keep_best(
    records: Array, place: int, score: float, ranked: tuple[Array, Array], best: tuple[Array, Array], held: int
) -> int:
    """Insert a record into the list of the best, which has `held` so far."""
    places, scores = best
    documents, ranks = ranked
    rank_here = ranks[documents[records[place]]]
    at = held
    while at > 0 and (
        scores[at - 1] < score or (scores[at - 1] == score and ranks[documents[records[places[at - 1]]]] > rank_here)
    ):
        at -= 1
    if at == len(places):
        return held
    held = min(held + 1, len(places))
    for other in range(held - 1, at, -1):
        places[other] = places[other - 1]
        scores[other] = scores[other - 1]
    places[at] = place
    scores[at] = score
    return held


@compiled
def best(keys: Array, ids: Array, ranks: Array, out: Array) -> None:
    """Insertion into a short sorted list; most candidates fail the first comparison."""
    size = len(out)
    count = 0
    for place in range(len(keys)):
        key = keys[place]
        if count == size:
            last = out[size - 1]
            if key < keys[last] or (key == keys[last] and ranks[ids[place]] > ranks[ids[last]]):
                continue
            at = size - 1
        else:
            at = count
            count += 1
        while at > 0 and (
            keys[out[at - 1]] < key or (keys[out[at - 1]] == key and ranks[ids[out[at - 1]]] > ranks[ids[place]])
        ):
            out[at] = out[at - 1]
            at -= 1
        out[at] = place
