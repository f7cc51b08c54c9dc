"""Words within some edits of a word, in numpy: the tables of edits of all words that may be so near, letter by letter at once.

A column of a table, which costs as many numbers as the wanted word has letters, is a few bits for each of them: where the cost
rises from one letter to the next, and where it falls (Hyyrö 2003, "A bit-vector algorithm for computing Levenshtein and Damerau
edit distances").
"""

from __future__ import annotations

from typing import Any

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.kernels.term import LONGEST_TOLD, Words, letter_bits


def near(words: Words, wanted: Array, limit: int, begun: bool = False) -> Array:
    """The places of the words within `limit` edits of a word; a swap of neighbours is one edit.

    begun: those of the words that begin with something so near.
    """
    places = _alike(words, wanted, limit, begun)
    if not len(places):
        return places
    starts = words.starts.take(places)
    lengths = words.starts.take(places + 1) - starts - 1
    size, bits = len(wanted), _bits(len(wanted))
    where, one, last = _letters(wanted, bits), bits.type(1), bits.type(size - 1)
    found = np.zeros(len(places), dtype=bool)
    cost = np.full(len(places), size, dtype=bits)
    falls, same, before = (np.zeros(len(places), dtype=bits) for _ in range(3))
    rises = ~falls
    for column in range(size + limit + 1):
        if begun:
            found |= (cost <= limit) & (lengths >= column)
        elif column >= size - limit:
            found |= (cost <= limit) & (lengths == column)
        # What lies behind a word's end is read like its letters, and counts nowhere.
        letter = where.take(words.codes.take(starts + column, mode="clip"), mode="clip")
        swapped = (~same & letter) << one & before
        # Where a cost is that of one letter less of both words; where it is more, and where less, than in the column before.
        same = (((letter & rises) + rises) ^ rises) | letter | falls | swapped
        more, less = falls | ~(same | rises), same & rises
        cost += (more >> last & one) - (less >> last & one)
        more, less = more << one | one, less << one
        rises, falls, before = less | ~(same | more), more & same, letter
    return places[found]


def _alike(words: Words, wanted: Array, limit: int, begun: bool) -> Array:
    """The words with nearly the letters of a word and nearly its length; begun: or that perhaps begin so."""
    size = min(len(wanted), LONGEST_TOLD)
    alike = words.lengths >= max(size - limit, 0)
    if not begun:
        alike &= words.lengths <= min(size + limit, LONGEST_TOLD)
    places = np.flatnonzero(alike)
    signs, bits = words.signs.take(places), np.bitwise_or.reduce(letter_bits(wanted))
    fewer, more = ~signs & bits, signs & ~bits
    for _ in range(limit):
        # The lowest bit goes.
        fewer &= fewer - np.uint32(1)
        more &= more - np.uint32(1)
    found: Array = places[(fewer == 0) & ((more == 0) | begun)]
    return found


def _bits(size: int) -> np.dtype[Any]:
    """The smallest numbers with so many bits; where no machine has them, Python's own."""
    return next((np.dtype(f"u{each}") for each in (1, 2, 4, 8) if size <= 8 * each), np.dtype(object))


def _letters(wanted: Array, bits: np.dtype[Any]) -> Array:
    """By code point, at which places of a word a letter stands; the last one, which stands for all others, nowhere."""
    where = np.zeros(int(wanted.max()) + 2, dtype=bits)
    for place, code in enumerate(wanted.tolist()):
        where[code] |= bits.type(1 << place)
    return where
