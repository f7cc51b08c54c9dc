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


def signs_of(terms: Iterable[bytes], bounds: Array, ids: Array, units: int) -> Array:
    """The signs of all units: [unit, part], 64 bits in each part. ids: the units of term n from bounds[n] to bounds[n + 1]."""
    of_terms = np.fromiter(map(hash, terms), dtype=np.int64, count=len(bounds) - 1) % SIGNS
    of_postings = np.repeat(of_terms, bounds[1:] - bounds[:-1])
    parts = SIGNS // _TOGETHER
    # Those of a unit stand together: they are one line of memory.
    signs = np.zeros(units * parts, dtype=np.uint64)
    bits = np.uint64(1) << (of_postings % _TOGETHER).astype(np.uint64)
    np.bitwise_or.at(signs, ids.astype(np.int64) * parts + of_postings // _TOGETHER, bits)
    signs.setflags(write=False)
    return signs.reshape(units, parts)


def signs_of_words(choices: Iterable[Iterable[bytes]]) -> Array:
    """For each choice of words the signs that a unit with all of them has at least: [choice, part]."""
    wanted = []
    for words in choices:
        signs = 0
        for word in words:
            signs |= 1 << hash(word) % SIGNS
        wanted.append(signs.to_bytes(SIGNS // 8, "little"))
    return np.frombuffer(b"".join(wanted), dtype="<u8").reshape(-1, SIGNS // _TOGETHER)
