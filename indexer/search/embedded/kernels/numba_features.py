"""Compiled loops over the few best records: how often words stand there and in their documents, and how near each other."""

from __future__ import annotations

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.inversion import SKIP
from indexer.search.embedded.kernels.numba_compile import compiled, compiled_making
from indexer.search.embedded.kernels.numba_loops import seek
from indexer.search.embedded.kernels.numba_scoring import named, next_title, section_parts, title_states
from indexer.search.embedded.kernels.term import BEGIN, END, SHIFT, TITLE_END, PlainSight, PlainTerms, Records, Sight, Terms


@compiled_making
def look_again(
    first: Array, scores: Array, plain: PlainTerms, seen: PlainSight, k1: float, features: Array, order: Array, totals: Array
) -> None:
    """See `Kernels.look_again`. The places of the records in their new order go to `order`, their scores to `totals`."""
    terms, sight = named(plain), Sight(*seen)
    within = terms.within
    ascending = _ascending(first)
    records = first[ascending]
    added, found = np.zeros((3, len(first))), np.full((len(sight.numbers), len(first)), -1, dtype=np.int64)
    _evidence(records, terms, sight, k1, added, found)
    keys, bounds = sight.keys, sight.bounds
    if not len(bounds):
        bounds = np.zeros(len(found) + 1, dtype=np.int64)
        ids, freqs = terms.text
        keys = _keys((ids, freqs, sight.skips, sight.positions), np.arange(len(found)), found, records, bounds)
    _proximity(records, within, keys, bounds, sight, k1, added[2])
    for i in range(len(first)):
        place, record = ascending[i], records[i]
        features[:3, place] = added[:, i]
        score = scores[place]
        for feature in range(len(features)):
            score += features[feature, place]
        score = np.rint(score * 1e6) / 1e6
        at, rank = i, within.ranks[within.documents[record]]
        # Equal records of one document come in order already.
        while at > 0 and (
            totals[at - 1] < score or (totals[at - 1] == score and within.ranks[within.documents[first[order[at - 1]]]] > rank)
        ):
            order[at], totals[at] = order[at - 1], totals[at - 1]
            at -= 1
        order[at], totals[at] = place, score


@compiled_making
def _ascending(records: Array) -> Array:
    """The places of a few records in ascending order."""
    order = np.empty(len(records), dtype=np.int64)
    for place in range(len(records)):
        at = place
        while at > 0 and records[order[at - 1]] > records[place]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = place
    return order


@compiled_making
def _evidence(records: Array, terms: Terms, sight: Sight, k1: float, out: Array, found: Array) -> None:
    """What parts of words and other records of the document add; the posting of each word in each record goes to `found`.

    Records ascend, so those of one document come in a row: its postings are found and summed up once.
    """
    ids, freqs = terms.text
    titled, title_freqs = terms.titles
    spans, factors, within = terms.spans, terms.factors, terms.within
    lengths, weights, documents, bounds = within.lengths, within.weights, within.documents, within.bounds
    title_spans = title_states(terms)
    of_sections, section_starts = section_parts(terms)
    for word, term in enumerate(sight.numbers):
        first = stop = spans[term, BEGIN]
        end = spans[term, END]
        known, together = np.int64(-1), 0
        for i in range(len(records)):
            record, document = records[i], np.int64(documents[records[i]])
            if document != known:
                known, together = document, 0
                first = stop = seek(ids, stop, end, bounds[document])
                while stop < end and ids[stop] < bounds[document + 1]:
                    together += freqs[stop]
                    stop += 1
            first = seek(ids, first, stop, record)
            own = np.int64(0)
            if first < stop and ids[first] == record:
                own = np.int64(freqs[first])
                found[word, i] = first
            weight = weights[lengths[record]]
            tf = own * weight
            if record >= title_spans[term, 2]:
                next_title(record, titled, bounds, spans[term, TITLE_END], title_spans[term])
            if record >= title_spans[term, 1]:
                title = title_spans[term, 0]
                tf += title_freqs[title] * within.title_weights[titled[title]]
            if section_starts[term] >= 0:
                tf += of_sections[section_starts[term] + within.sections[record]]
            before = tf / (k1 + tf)
            if len(sight.parts):
                tf += sight.parts[word, i] * weight
            more = tf / (k1 + tf)
            tf += (together - own) * (sight.document / within.norms[document])
            out[0, i] += factors[term] * (more - before)
            out[1, i] += factors[term] * (tf / (k1 + tf) - more)


@compiled
def frequencies(ids: Array, freqs: Array, begins: Array, ends: Array, records: Array, out: Array) -> None:
    for word in range(len(begins)):
        place, end = begins[word], ends[word]
        for i in range(len(records)):
            place = seek(ids, place, end, records[i])
            if place == end:
                break
            if ids[place] == records[i]:
                out[word, i] = freqs[place]


@compiled_making
def places(postings: tuple[Array, ...], stretches: Array, records: Array, bounds: Array) -> Array:
    """The keys of several words in some records; where each word's begin, and one more, goes to `bounds`.

    A word has one stretch of postings or several, in a row, as (word, begin, end); what two of them share counts once.
    """
    ids = postings[0]
    found = np.full((len(stretches), len(records)), -1, dtype=np.int64)
    for stretch in range(len(stretches)):
        at, end = stretches[stretch, 1], stretches[stretch, 2]
        for i in range(len(records)):
            at = seek(ids, at, end, records[i])
            if at == end:
                break
            if ids[at] == records[i]:
                found[stretch, i] = at
    return _keys(postings, stretches[:, 0].copy(), found, records, bounds)


@compiled_making
def _keys(postings: tuple[Array, ...], words: Array, found: Array, records: Array, bounds: Array) -> Array:
    """The same, from the word of each stretch and where its posting in each record was found: -1 for nowhere."""
    _, freqs, skips, positions = postings
    size = 0
    for stretch in range(len(found)):
        before = size
        for posting in found[stretch]:
            if posting >= 0:
                size += freqs[posting]
        if size - before > len(positions):
            raise IndexError  # a damaged file has postings with the same positions
    keys = np.empty(size, dtype=np.int64)
    count = last = 0
    for word in range(len(bounds) - 1):
        first = last
        while last < len(words) and words[last] == word:
            last += 1
        for i in range(len(records)):
            begun = count
            for stretch in range(first, last):
                posting = found[stretch, i]
                if posting < 0:
                    continue
                place = np.int64(skips[posting // SKIP])
                for before in range(posting // SKIP * SKIP, posting):
                    place += freqs[before]
                # Put among the sorted ones, the last of them first.
                last_known = count - 1
                count += freqs[posting]
                here = count - 1
                for at in range(place + freqs[posting] - 1, place - 1, -1):
                    key = np.int64(records[i]) << SHIFT | np.int64(positions[at])
                    while last_known >= begun and keys[last_known] > key:
                        keys[here] = keys[last_known]
                        last_known -= 1
                        here -= 1
                    keys[here] = key
                    here -= 1
            count = distinct(keys, begun, count)
        bounds[word + 1] = count
    return keys[:count]


@compiled
def distinct(keys: Array, begin: int, end: int) -> int:
    """Keep of the sorted keys of a stretch each once, moved to its front; where they end."""
    count = begin
    for place in range(begin, end):
        key = keys[place]
        if count == begin or key > keys[count - 1]:
            keys[count] = key
            count += 1
        elif key < keys[count - 1]:
            raise IndexError  # a damaged file has positions that fall: what is near would be looked for among all of them
    return count


@compiled_making
def _proximity(records: Array, within: Records, keys: Array, bounds: Array, sight: Sight, k1: float, out: Array) -> None:
    """What each two words that follow each other add: the places of the second that are at most `reach` from one of the first.

    What is before them is never looked at again.
    """
    strengths, reach = sight.strengths, sight.reach
    near = np.empty(len(records))
    for word in range(len(strengths)):
        if strengths[word] == 0:
            continue
        near[:] = 0
        low, end, record = bounds[word + 1], bounds[word + 2], 0
        for place in range(bounds[word], bounds[word + 1]):
            key = keys[place]
            low = seek(keys, low, end, key - reach)
            record = seek(records, record, len(records), key >> SHIFT)
            at = low
            while at < end and keys[at] <= key + reach:
                distance = abs(keys[at] - key)
                if distance > 0:
                    near[record] += 1.0 / distance
                at += 1
        for i in range(len(records)):
            tf = near[i] * within.weights[within.lengths[records[i]]]
            out[i] += strengths[word] * tf / (k1 + tf)
