"""Phrases where the joined parts of hyphenated words stand, in numpy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.kernels.numpy_scoring import contained
from indexer.search.embedded.kernels.term import SHIFT

Part: TypeAlias = tuple[int, int, Array]
"""Joined parts: the number of the term that has their places too, the positions covered, and where they stand, as keys."""


def with_joined(keys: Array, by_term: Sequence[Array], parts: Sequence[Part]) -> Array:
    """The sorted keys at which a phrase begins, one for each end that it may have there.

    keys: those found where each term covers one position, which holds for units without joined parts. by_term: where each
    term stands in the units that have all of them.
    """
    units = [part >> SHIFT for _, _, part in parts if len(part)]
    if not units:
        return keys
    again = np.unique(np.concatenate(units))
    alone = keys[~contained(keys >> SHIFT, again)]
    within = [found[contained(found >> SHIFT, again)] for found in by_term]
    # By the positions that were covered so far.
    reached = {0: np.unique(within[0])}
    for term, found in enumerate(within):
        choices = _choices(found, [(covered, part) for number, covered, part in parts if number == term])
        following: dict[int, list[Array]] = {}
        for length, starts in reached.items():
            for covered, places in choices:
                following.setdefault(length + covered, []).append(starts[contained(starts + length, places)])
        reached = {length: np.unique(np.concatenate(starts)) for length, starts in following.items()}
    return np.sort(np.concatenate([alone, *reached.values()]))


def _choices(places: Array, parts: Sequence[tuple[int, Array]]) -> list[tuple[int, Array]]:
    """Where a term stands, by the positions that it covers there."""
    for _, part in parts:
        held = np.searchsorted(places, part)
        places = np.delete(places, held[held < len(places)])
    return [(1, np.unique(places)), *parts]
