"""Followers: for each place of a term a number that tells which term stands at the next position.

A term's mark is one of MARKS, by its checksum. So a place whose follower is another mark than that of a phrase's next word is
no place of the phrase; one that has the same may be. All followers of a term lie in a row: to tell which places may be takes no
look at the postings of the next word. (After Williams, Zobel, Bahle: Fast phrase querying with combined indexes, 2004, where a
word has a list of each word that follows it.)
"""

from __future__ import annotations

import zlib
from collections.abc import Collection

import numpy as np

from indexer.search.embedded.codec.arrays import Array

ANY = 0
"""The follower where two terms stand at a position, or at the next one: as joined parts do, and letters in pairs."""
NOTHING = 255
"""The follower where a text ends."""
MARKS = 254


def marks_of(terms: Collection[bytes]) -> Array:
    """The mark of each term: from 1 to MARKS."""
    checksums = np.fromiter(map(zlib.crc32, terms), dtype=np.uint32, count=len(terms))
    return (checksums % np.uint32(MARKS) + np.uint32(1)).astype(np.uint8)


def followers_of(units: Array, positions: Array, marks: Array) -> Array:
    """The followers of tokens, which come in order of unit and position. marks: of the term of each."""
    count = len(units)
    begins = np.ones(count, dtype=bool)
    begins[1:] = (units[1:] != units[:-1]) | (positions[1:] != positions[:-1])
    firsts = np.flatnonzero(begins)
    alone = np.diff(firsts, append=count) == 1
    unit, position = units[firsts], positions[firsts]
    following = np.full(len(firsts), NOTHING, dtype=np.uint8)
    next_to = (unit[1:] == unit[:-1]) & (position[1:] == position[:-1] + 1)
    following[:-1][next_to] = np.where(alone[1:], marks[firsts[1:]], ANY)[next_to]
    following[~alone] = ANY
    followers: Array = following[np.cumsum(begins) - 1]
    return followers
