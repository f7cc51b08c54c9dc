"""Compiled loops that score records and choose the best.

ranked: record -> document, document -> rank. best: records and scores. sections: what is made for the terms in `section_parts`.
"""

from __future__ import annotations

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.kernels.numba_bounds import Window, add_bounds, bound_tables, least_of, list_between, no_tables
from indexer.search.embedded.kernels.numba_compile import ZERO, compiled, compiled_making
from indexer.search.embedded.kernels.numba_loops import seek
from indexer.search.embedded.kernels.term import (
    BEGIN,
    CONSTANT,
    END,
    SECTION,
    SECTION_END,
    TITLE,
    TITLE_END,
    WINDOW,
    PlainTerms,
    Records,
    Terms,
)


@compiled_making
def rank(
    records: Array, rows: Array, aligned: bool, plain: PlainTerms, k1: float, scores: Array, best: tuple[Array, Array]
) -> None:
    """The best records and their scores go to `best`, in order; or all scores to `scores`. rows, aligned: see Window.

    Window by window it is added up what each record's score can be at most; only those that may reach the list are scored.
    """
    terms = named(plain)
    size, sections = len(best[1]), section_parts(terms)
    begins, ends, places = terms.spans[:, BEGIN].copy(), terms.spans[:, BEGIN].copy(), terms.spans[:, BEGIN].copy()
    next_titles, titles = terms.spans[:, TITLE].copy(), title_states(terms)
    # Where nothing can be left out, nothing is bounded.
    bounded = len(scores) == 0 and len(records) > size
    tables = bound_tables(terms, k1) if bounded else no_tables()
    room = min(WINDOW, len(records))
    bounds, marks = np.zeros(WINDOW if bounded else 0, dtype=np.uint16), np.zeros(WINDOW if bounded else 0, dtype=np.uint8)
    chosen, totals = np.arange(room + 1), np.empty(room)
    held, first = ZERO, ZERO
    while first < len(records):
        last = min(len(records), first + WINDOW)
        if not aligned:
            low = records[first] // WINDOW * WINDOW
            last = seek(records, first, last, low + WINDOW)
            for term in range(len(ends)):
                begins[term] = seek(terms.text[0], ends[term], terms.spans[term, END], low)
                ends[term] = seek(terms.text[0], begins[term], terms.spans[term, END], low + WINDOW)
        here = Window(records[first:last], first, begins, ends, rows[:, first:last], aligned)
        least, below = 0, 1 << 16
        if bounded:
            add_bounds(bounds, marks, here, terms, next_titles, sections, k1, tables)
            least = _floor(best, tables.scale) if held == size else least_of(bounds, here.records, aligned, size)
        while below > least:
            found = list_between(bounds, here.records, aligned, least, below, chosen) if bounded else last - first
            # Those that seem best fill the list; then come the others that may reach it.
            again = held < size and least > 0
            _score(here, chosen[:found], terms, titles.copy() if again else titles, sections, k1, places, totals)
            if len(scores):
                scores[first:last] = totals[:found]
            else:
                held = _keep(records, first, chosen[:found], totals, terms, best, held)
            least, below = (_floor(best, tables.scale) if bounded and held == size else 0), least
        first = last


@compiled_making
def named(plain: PlainTerms) -> Terms:
    """Terms from their fields."""
    text, titles, sections, spans, factors, within = plain
    return Terms(text, titles, sections, spans, factors, Records(*within))


@compiled
def _floor(best: tuple[Array, Array], scale: float) -> int:
    """The bound that a record needs to reach the list, which is full."""
    return int(max(best[1][len(best[1]) - 1] - 1e-6, 0.0) * scale)


@compiled
def _score(
    here: Window,
    chosen: Array,
    terms: Terms,
    titles: Array,
    sections: tuple[Array, Array],
    k1: float,
    places: Array,
    totals: Array,
) -> None:
    """The scores of the chosen ones of a window's records. places: room for a place of each term."""
    ids, freqs = terms.text
    documents, title_freqs = terms.titles
    spans, factors, within = terms.spans, terms.factors, terms.within
    lengths, weights, bounds, title_weights = within.lengths, within.weights, within.bounds, within.title_weights
    for term in range(len(places)):
        places[term] = here.begins[term]
    in_a_row = here.rows.shape[1] == 0
    parts, part_starts = sections
    for which in range(len(chosen)):
        record = here.records[chosen[which]]
        weight = weights[lengths[record]]
        score = 0.0
        for term in range(len(factors)):
            if here.aligned:
                place = spans[term, BEGIN] + here.first + chosen[which] if in_a_row else here.rows[term, chosen[which]]
                tf = freqs[place] * weight
            else:
                places[term] = seek(ids, places[term], here.ends[term], record)
                held = places[term] < here.ends[term] and ids[places[term]] == record
                if spans[term, CONSTANT]:
                    score += factors[term] if held else 0.0
                    continue
                tf = freqs[places[term]] * weight if held else 0.0
            if record >= titles[term, 2]:
                next_title(record, documents, bounds, spans[term, TITLE_END], titles[term])
            if record >= titles[term, 1]:
                title = titles[term, 0]
                tf += title_freqs[title] * title_weights[documents[title]]
            if part_starts[term] >= 0:
                tf += parts[part_starts[term] + within.sections[record]]
            score += factors[term] * tf / (k1 + tf)
        totals[which] = np.rint(score * 1e6) / 1e6


@compiled
def _keep(records: Array, first: int, chosen: Array, totals: Array, terms: Terms, best: tuple[Array, Array], held: int) -> int:
    """Insert the chosen ones of the records from `first` on into the list of the best, which has `held` so far."""
    size, ranked = len(best[1]), (terms.within.documents, terms.within.ranks)
    floor = best[1][size - 1] if held == size else -1.0
    for which in range(len(chosen)):
        if totals[which] >= floor:
            held = keep_best(records[first + chosen[which]], totals[which], ranked, best, held)
            floor = best[1][size - 1] if held == size else -1.0
    return held


@compiled_making
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


@compiled_making
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
def keep_best(record: int, score: float, ranked: tuple[Array, Array], best: tuple[Array, Array], held: int) -> int:
    """Insert a record into the list of the best, which has `held` so far. Equal ones stand by rank, then by number."""
    records, scores = best
    documents, ranks = ranked
    at = held
    while at > 0 and scores[at - 1] < score:
        at -= 1
    # Ranks are looked up among equal ones alone: they lie far apart.
    if at > 0 and scores[at - 1] == score:
        rank_here = ranks[documents[record]]
        while at > 0 and scores[at - 1] == score:
            rank_there = ranks[documents[records[at - 1]]]
            if rank_there < rank_here or (rank_there == rank_here and records[at - 1] < record):
                break
            at -= 1
    if at == len(records):
        return held
    held = min(held + 1, len(records))
    for other in range(held - 1, at, -1):
        records[other] = records[other - 1]
        scores[other] = scores[other - 1]
    records[at] = record
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
