"""Signs: a few bits for each unit of a field, which show at a glance that a word does not stand in it.

Each term is one of SIGNS bits, by its hash, and a unit has the bits of its terms. So what lacks the bit of a word lacks the
word; what has it may have the word, or another with the same bit. (Bloom: Space/time trade-offs in hash coding, 1970.)
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from indexer.search.embedded.codec.arrays import Array

SIGNS = 256
_TOGETHER = 64
_BATCH = 1 << 16


def signs_of(terms: Iterable[bytes], bounds: Array, ids: Array, units: int) -> Array:
    """The signs of all units: [unit, part], 64 bits in each part. ids: the units of term n from bounds[n] to bounds[n + 1]."""
    of_terms = (np.fromiter(map(hash, terms), dtype=np.int64, count=len(bounds) - 1) % SIGNS).astype(np.uint8)
    of_postings = np.repeat(of_terms, bounds[1:] - bounds[:-1])
    # Those of a unit stand together: they are one line of memory.
    signs = np.zeros((units, SIGNS // _TOGETHER), dtype=np.uint64)
    # Batch by batch: what is made for each posting would take many times as much memory as the signs.
    for begin in range(0, len(ids), _BATCH):
        parts, bits = divmod(of_postings[begin : begin + _BATCH], _TOGETHER)
        np.bitwise_or.at(signs, (ids[begin : begin + _BATCH], parts), np.uint64(1) << bits.astype(np.uint64))
    signs.setflags(write=False)
    return signs


def signs_of_words(choices: Iterable[Iterable[bytes]]) -> Array:
    """For each choice of words the signs that a unit with all of them has at least: [choice, part]."""
    wanted = []
    for words in choices:
        signs = 0
        for word in words:
            signs |= 1 << hash(word) % SIGNS
        wanted.append(signs.to_bytes(SIGNS // 8, "little"))
    return np.frombuffer(b"".join(wanted), dtype="<u8").reshape(-1, SIGNS // _TOGETHER)
