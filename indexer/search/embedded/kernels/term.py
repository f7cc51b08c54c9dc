"""What the kernels are told: how occurrences are written as numbers, and what a word counts."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.search.embedded.codec.arrays import Array

SHIFT = 24
"""Occurrences are keys: unit << SHIFT | position."""


@dataclass(frozen=True, slots=True)
class Term:
    """What a word counts in a record: freqs[i] * weights[lengths[id]] where id is units[i], and what its fields add.

    by_document, by_section: what the title's and the section's words add, by document and by section's ordinal; or None.
    documents, bounds, sections: record -> document, document -> its first record, record -> section's ordinal.
    """

    units: Array
    freqs: Array
    lengths: Array
    weights: Array
    by_document: Array | None
    by_section: Array | None
    documents: Array
    bounds: Array
    sections: Array
