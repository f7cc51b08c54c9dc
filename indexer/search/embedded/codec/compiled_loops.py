"""The loops of `loops`, compiled by numba."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.search.analysis import PARTED
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.followers import ANY, NOTHING
from indexer.search.embedded.codec.reading import Placed, Reading, Tokens
from indexer.search.embedded.kernels.numba_compile import compiled, compiled_making

_PARTED = np.frombuffer(PARTED, dtype=np.uint8) == ord(" ")
# FNV-1a, 64 bits, in signed numbers: http://www.isthe.com/chongo/tech/comp/fnv/
_BASIS = np.int64(0xCBF29CE484222325 - (1 << 64))
_PRIME = np.int64(0x100000001B3)
# How many distinct pieces there is room for at first; a power of two.
_FEWEST = 1 << 16


class CompiledLoops:
    """The loops with numba."""

    def read(self, texts: Sequence[bytes]) -> Reading:
        blob = b"".join(texts)
        ends = np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)))
        counts = np.zeros(len(texts), dtype=np.uint32)
        # A piece and what parts it from the next take two bytes at least. Memory that is not written to is not taken.
        codes = np.empty((len(blob) + len(texts)) // 2 + 1, dtype=np.uint32)
        state = np.zeros(4, dtype=np.int64)
        table = np.zeros((3, _FEWEST), dtype=np.int64)
        slots = _slots(table[2], 0)
        while not _read(np.frombuffer(blob, dtype=np.uint8), ends, _PARTED, slots, table, (codes, counts), state):
            table = np.concatenate([table, np.zeros_like(table)], axis=1)
            slots = _slots(table[2], int(state[3]))
        _, _, read, distinct = state.tolist()
        begins, sizes = table[0, :distinct].tolist(), table[1, :distinct].tolist()
        return Reading([blob[begin : begin + size] for begin, size in zip(begins, sizes, strict=True)], codes[:read], counts)

    def place(self, reading: Reading, tokens: Tokens, marks: Array) -> Placed:
        uses = np.bincount(reading.codes, minlength=len(reading.pieces))
        by_term = np.bincount(tokens.terms, weights=np.repeat(uses, np.diff(tokens.starts)), minlength=len(marks))
        bounds = np.concatenate([[0], np.cumsum(by_term.astype(np.int64))])
        units, positions, variants = (np.empty(int(bounds[-1]), dtype=np.uint32) for _ in range(3))
        followers = np.full(len(units), ANY, dtype=np.uint8)
        lengths = np.zeros(len(reading.counts), dtype=np.uint32)
        _place(
            (reading.codes, reading.counts),
            (tokens.starts, tokens.terms, tokens.variants, tokens.places, tokens.advances),
            marks,
            bounds[:-1].copy(),
            (units, positions, variants, followers, lengths),
        )
        return Placed(bounds, units, positions, variants, followers, lengths)

    def move(self, entries: Array, bounds: Array, targets: Array, out: Array) -> None:
        # Of one type with what they become, and no view of a file: else every combination would be compiled.
        _move(np.array(entries, dtype=out.dtype), bounds, targets, out)


@compiled
def _read(blob: Array, ends: Array, parted: Array, slots: Array, table: Array, out: tuple[Array, Array], state: Array) -> bool:
    """Write the code of each piece and the count of each text. Stops where the table is full; whether all was read.

    slots: see `_slots`. table: where each distinct piece begins, its size, its hash. state: the place in the blob, the text,
    how many pieces were read, and how many of them were distinct.
    """
    at, text, read, distinct = state[0], state[1], state[2], state[3]
    begins, sizes, hashes, mask = table[0], table[1], table[2], len(slots) - 1
    codes, counts = out
    while text < len(ends):
        end = ends[text]
        while at < end:
            if parted[blob[at]]:
                at += 1
                continue
            if distinct == len(begins):
                state[0], state[1], state[2], state[3] = at, text, read, distinct
                return False
            begin = at
            hashed = _BASIS
            while at < end:
                byte = blob[at]
                if parted[byte]:
                    break
                hashed = (hashed ^ np.int64(byte)) * _PRIME
                at += 1
            hashed ^= hashed >> 32
            slot = hashed & mask
            while True:
                code = np.int64(slots[slot]) - 1
                if code < 0:
                    code = distinct
                    begins[code], sizes[code], hashes[code] = begin, at - begin, hashed
                    distinct += 1
                    slots[slot] = distinct
                    break
                if hashes[code] == hashed and sizes[code] == at - begin:
                    back = begin - begins[code]
                    same = begin
                    while same < at and blob[same] == blob[same - back]:
                        same += 1
                    if same == at:
                        break
                slot = (slot + 1) & mask
            codes[read] = code
            read += 1
            counts[text] += 1
        text += 1
    state[0], state[1], state[2], state[3] = at, text, read, distinct
    return True


@compiled_making
def _slots(hashes: Array, distinct: int) -> Array:
    """An open hash table of codes + 1, at most half full when there are as many as hashes have room for."""
    slots = np.zeros(2 * len(hashes), np.uint32)
    mask = len(slots) - 1
    for code in range(distinct):
        slot = hashes[code] & mask
        while slots[slot]:
            slot = (slot + 1) & mask
        slots[slot] = code + 1
    return slots


@compiled
def _place(read: tuple[Array, ...], tokens: tuple[Array, ...], marks: Array, following: Array, out: tuple[Array, ...]) -> None:
    """Counting sort. following: where the next token of each term goes. The followers are ANY wherever none is written."""
    codes, counts = read
    starts, terms, variants, places, advances = tokens
    out_units, out_positions, out_variants, followers, lengths = out
    at = 0
    for unit in range(len(counts)):
        position = np.uint32(0)
        # Of the tokens at the last position: which it is, where the last one went, its mark, and how many they are; and where
        # the only one of the position before went, -1 where there were more, or none.
        here, last, mark, together, before = np.int64(-2), np.int64(-1), np.uint8(0), 0, np.int64(-1)
        for _ in range(counts[unit]):
            piece = codes[at]
            at += 1
            for token in range(starts[piece], starts[piece + 1]):
                term = terms[token]
                goes = following[term]
                following[term] = goes + 1
                place = np.int64(position + places[token])
                out_units[goes] = unit
                out_positions[goes] = place
                out_variants[goes] = variants[token]
                if place == here:
                    together += 1
                    continue
                if before >= 0:
                    followers[before] = mark if together == 1 else ANY
                before = last if together == 1 else np.int64(-1)
                if before >= 0 and place != here + 1:
                    followers[before], before = NOTHING, np.int64(-1)
                here, last, mark, together = place, goes, marks[term], 1
            position += advances[piece]
        if before >= 0:
            followers[before] = mark if together == 1 else ANY
        if together == 1:
            followers[last] = NOTHING
        lengths[unit] = position


@compiled
def _move(entries: Array, bounds: Array, targets: Array, out: Array) -> None:
    for run in range(len(targets)):
        shift = targets[run] - bounds[run]
        for place in range(bounds[run], bounds[run + 1]):
            out[place + shift] = entries[place]
