"""Compiled loops that add up scores and choose the best."""

from __future__ import annotations

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.kernels.numba_compile import compiled
from indexer.search.embedded.kernels.numba_loops import seek


@compiled
def add_scores(
    total: Array,
    ids: Array,
    same: bool,
    units: Array,
    freqs: Array,
    lengths: Array,
    weights: Array,
    by_document: Array,
    documents: Array,
    by_section: Array,
    sections: Array,
    factor: float,
    k1: float,
) -> None:
    """For every id, whether it is a unit or not: title and section count too. same: the ids are the units."""
    j = 0
    titled = len(by_document) > 0
    sectioned = len(by_section) > 0
    for i in range(len(ids)):
        record = ids[i]
        tf = 0.0
        if same:
            tf = freqs[i] * weights[lengths[record]]
        else:
            j = seek(units, j, record)
            if j < len(units) and units[j] == record:
                tf = freqs[j] * weights[lengths[record]]
        if titled:
            tf += by_document[documents[record]]
        if sectioned:
            tf += by_section[sections[record]]
        if tf > 0.0:
            total[i] += factor * tf / (k1 + tf)


@compiled
def add_scores_of_units(
    total: Array, ids: Array, units: Array, freqs: Array, lengths: Array, weights: Array, factor: float, k1: float
) -> None:
    """For the ids that are units: the shorter list is walked, the longer one searched."""
    i = j = 0
    while i < len(ids) and j < len(units):
        if ids[i] < units[j]:
            i = seek(ids, i, units[j])
        elif units[j] < ids[i]:
            j = seek(units, j, ids[i])
        else:
            tf = freqs[j] * weights[lengths[units[j]]]
            total[i] += factor * tf / (k1 + tf)
            i += 1
            j += 1


@compiled
def add_scores_at_units(
    total: Array, units: Array, freqs: Array, lengths: Array, weights: Array, factor: float, k1: float
) -> None:
    """total has a place for every record."""
    for j in range(len(units)):
        record = units[j]
        tf = freqs[j] * weights[lengths[record]]
        total[record] += factor * tf / (k1 + tf)


@compiled
def add_scores_by_document(
    total: Array,
    units: Array,
    freqs: Array,
    lengths: Array,
    weights: Array,
    by_document: Array,
    bounds: Array,
    factor: float,
    k1: float,
) -> None:
    """total has a place for every record; of documents whose title adds nothing only the units are visited."""
    j = 0
    for document in range(len(by_document)):
        part = by_document[document]
        end = bounds[document + 1]
        if part > 0.0:
            alone = factor * part / (k1 + part)
            for record in range(bounds[document], end):
                if j < len(units) and units[j] == record:
                    tf = freqs[j] * weights[lengths[record]] + part
                    total[record] += factor * tf / (k1 + tf)
                    j += 1
                else:
                    total[record] += alone
        else:
            while j < len(units) and units[j] < end:
                record = units[j]
                tf = freqs[j] * weights[lengths[record]]
                total[record] += factor * tf / (k1 + tf)
                j += 1


@compiled
def rounded(total: Array, out: Array) -> None:
    for place in range(len(total)):
        out[place] = np.rint(total[place] * 1e6) / 1e6


@compiled
def gathered(total: Array, ids: Array, out: Array) -> None:
    for place in range(len(ids)):
        out[place] = np.rint(total[ids[place]] * 1e6) / 1e6


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
