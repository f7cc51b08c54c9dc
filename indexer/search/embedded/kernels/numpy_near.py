"""Words within some edits of a word, in numpy: letter by letter over all beginnings that words have in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.ranges import ranges
from indexer.search.embedded.kernels.term import LONGEST_TOLD, Words


@dataclass(frozen=True, slots=True)
class _Beginnings:
    """Beginnings of one length: the words from begins[n] to ends[n] have it, `letters` is its last letter.

    row, before: the last two rows of its table of edits: [i, n], i from 0 to the letters of the wanted word.
    """

    begins: Array
    ends: Array
    letters: Array
    row: Array
    before: Array

    def only(self, kept: Array) -> _Beginnings:
        """Those of a mask."""
        each = (self.begins[kept], self.ends[kept], self.letters[kept])
        return _Beginnings(*each, self.row[:, kept], self.before[:, kept])


def near(words: Words, wanted: Array, limit: int, begun: bool = False) -> Array:
    """The places of the words within `limit` edits of a word; a swap of neighbours is one edit.

    begun: those of the words that begin with something so near.
    """
    size = len(wanted)
    # Bytes are compared eight times as fast.
    lengths = words.lengths if size + limit < LONGEST_TOLD else np.diff(words.starts) - 1
    far = np.full((size + 1, 1), limit + 1, dtype=np.int8)
    first = np.minimum(np.arange(size + 1), limit + 1).astype(np.int8)[:, None]
    known = _Beginnings(np.array([0]), np.array([len(lengths)]), np.array([0]), first, far)
    found: list[int] = []
    for length in range(1, size + limit + 1):
        if not len(known.begins):
            break
        known = _longer(known, words, lengths, length, wanted, limit)
        if begun:
            reached = known.row[size] <= limit
            for word, end in zip(known.begins[reached].tolist(), known.ends[reached].tolist(), strict=True):
                found += range(word, end)
            known = known.only(~reached)
            continue
        for place in np.flatnonzero(known.row[size] <= limit).tolist():
            # A word stands before those that go on from it; twice where its parts joined are another entry.
            word = int(known.begins[place])
            while word < known.ends[place] and lengths[word] == length:
                found.append(word)
                word += 1
    return np.array(sorted(found), dtype=np.int64)


def _longer(known: _Beginnings, words: Words, lengths: Array, length: int, wanted: Array, limit: int) -> _Beginnings:
    """The beginnings that are a letter longer, less those from which nothing near can come."""
    places, owners = _places(known, words, lengths, length)
    ends = np.minimum(np.append(places[1:], len(lengths)), known.ends[owners])
    letters = words.codes[words.starts[places] + length - 1]
    above, before = known.row[:, owners], known.before[:, owners]
    row = _next_row(above, before, known.letters[owners], letters, length, wanted, limit)
    # A swap reaches back two rows.
    kept = (row.min(axis=0) <= limit) | (above.min(axis=0) < limit)
    return _Beginnings(places[kept], ends[kept], letters[kept], row[:, kept], above[:, kept])


def _places(known: _Beginnings, words: Words, lengths: Array, length: int) -> tuple[Array, Array]:
    """The words that each beginning that is a letter longer comes first in, and the beginning that each goes on from."""
    sizes = known.ends - known.begins
    if int(sizes.sum()) * 8 < len(lengths):
        places = ranges(known.begins, known.ends)
        longer = np.flatnonzero((words.shared[places] < length) & (lengths[places] >= length))
        return places[longer], np.repeat(np.arange(len(sizes)), sizes)[longer]
    places = np.flatnonzero((words.shared < length) & (lengths >= length))
    owners = np.searchsorted(known.begins, places, side="right") - 1
    within = (owners >= 0) & (places < known.ends[owners])
    return places[within], owners[within]


def _next_row(above: Array, before: Array, last: Array, letters: Array, length: int, wanted: Array, limit: int) -> Array:
    """The row after one more letter. Right up to `limit`; what lies outside of the band is too far."""
    row = np.full(above.shape, limit + 1, dtype=np.int8)
    row[0] = min(length, limit + 1)
    for i in range(max(1, length - limit), min(len(wanted), length + limit) + 1):
        cost = np.minimum(np.minimum(above[i], row[i - 1]) + np.int8(1), above[i - 1] + (letters != wanted[i - 1]))
        if i > 1 and length > 1:
            swapped = (letters == wanted[i - 2]) & (last == wanted[i - 1])
            cost = np.where(swapped, np.minimum(cost, before[i - 2] + np.int8(1)), cost)
        row[i] = np.minimum(cost, limit + 1)
    return row
