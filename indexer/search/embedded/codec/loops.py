"""The loops of bulk writing that see every word: texts to the codes of their pieces, tokens to their places, and merging.

Here in Python and numpy; `compiled_loops` has the same compiled, for much text where numba is installed.
"""

from __future__ import annotations

import importlib.util
import logging
from array import array
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import numpy as np

from indexer.errors import CannotCompile
from indexer.search.analysis import split_pieces
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.followers import followers_of
from indexer.search.embedded.codec.reading import Placed, Reading, Tokens

# For fewer words, importing numba takes longer than it saves; and how many bytes a word and what parts it from the next take.
_MANY_WORDS = 2_000_000
BYTES_BY_WORD = 6

_logger = logging.getLogger(__name__)
_Made = TypeVar("_Made")


class BulkLoops(Protocol):
    """What both implementations offer."""

    def read(self, texts: Sequence[bytes]) -> Reading:
        """Read units in UTF-8."""
        ...

    def place(self, reading: Reading, tokens: Tokens, marks: Array) -> Placed:
        """Put the tokens of what was read in order. marks: of all terms, see `followers`."""
        ...

    def move(self, entries: Array, bounds: Array, targets: Array, out: Array) -> None:
        """Copy each run of entries, which stand from bounds[n] to bounds[n + 1], to where `targets` says that it begins."""
        ...


def load_bulk_loops(words: int) -> BulkLoops:
    """The loops for about so many words."""
    if words >= _MANY_WORDS and importlib.util.find_spec("numba"):
        try:
            from indexer.search.embedded.codec.compiled_loops import CompiledLoops
        except Exception:  # numba does not fit what is installed besides
            _logger.debug("numba cannot be loaded", exc_info=True)
            return PlainLoops()
        return _WhereCompiled(CompiledLoops())
    return PlainLoops()


class PlainLoops:
    """The loops without numba."""

    def read(self, texts: Sequence[bytes]) -> Reading:
        pieces = _Codes()
        codes, counts = array("I"), array("I")
        for text in texts:
            read = split_pieces(text)
            codes.extend(map(pieces.__getitem__, read))
            counts.append(len(read))
        return Reading(list(pieces), np.array(codes, dtype=np.uint32), np.array(counts, dtype=np.uint32))

    def place(self, reading: Reading, tokens: Tokens, marks: Array) -> Placed:
        codes, counts = reading.codes, reading.counts
        advances = tokens.advances[codes]
        ends = np.concatenate([[0], np.cumsum(advances, dtype=np.int64)])
        before = ends[np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])]
        # Of each piece: its tokens, its unit, and the position of its first word there.
        each = np.diff(tokens.starts)[codes]
        units = np.repeat(np.arange(len(counts), dtype=np.uint32), counts)
        positions = (ends[:-1] - np.repeat(before[:-1], counts)).astype(np.uint32)
        if len(each) and int(each.min()) == int(each.max()) == 1:
            flat = tokens.starts[codes]
        else:
            flat_ends = np.cumsum(each, dtype=np.int64)
            first: Array = tokens.starts[codes] - (flat_ends - each)
            flat = np.repeat(first, each) + np.arange(int(flat_ends[-1]) if len(each) else 0)
            units, positions = np.repeat(units, each), np.repeat(positions, each)
        token_terms = tokens.terms[flat]
        positions = positions + tokens.places[flat]
        order = stable_order(token_terms)
        return Placed(
            bounds=np.concatenate([[0], np.cumsum(np.bincount(token_terms, minlength=len(marks)))]),
            units=units[order],
            positions=positions[order],
            variants=tokens.variants[flat[order]],
            followers=followers_of(units, positions, marks[token_terms])[order],
            lengths=np.diff(before),
        )

    def move(self, entries: Array, bounds: Array, targets: Array, out: Array) -> None:
        out[np.repeat(targets - bounds[:-1], np.diff(bounds)) + np.arange(len(entries))] = entries


class _WhereCompiled:
    """Compiled loops, and the plain ones in place of each that cannot be compiled."""

    def __init__(self, compiled: BulkLoops) -> None:
        self._compiled = compiled
        self._plain = PlainLoops()

    def read(self, texts: Sequence[bytes]) -> Reading:
        return _tried(lambda loops: loops.read(texts), self._compiled, self._plain)

    def place(self, reading: Reading, tokens: Tokens, marks: Array) -> Placed:
        return _tried(lambda loops: loops.place(reading, tokens, marks), self._compiled, self._plain)

    def move(self, entries: Array, bounds: Array, targets: Array, out: Array) -> None:
        _tried(lambda loops: loops.move(entries, bounds, targets, out), self._compiled, self._plain)


def _tried(call: Callable[[BulkLoops], _Made], compiled: BulkLoops, plain: BulkLoops) -> _Made:
    try:
        return call(compiled)
    except CannotCompile as error:  # before anything was written
        _logger.debug("%s", error)
        return call(plain)


class _Codes(dict[bytes, int]):
    """String -> code, in the order in which they came."""

    def __missing__(self, string: bytes) -> int:
        self[string] = code = len(self)
        return code


def stable_order(keys: Array) -> Array:
    """The order that sorts uint32 keys, equal ones as they stand: two radix passes of 16 bits, which numpy has built in."""
    low = np.argsort((keys & 0xFFFF).astype(np.uint16), kind="stable")
    if not len(keys) or int(keys.max()) <= 0xFFFF:
        return low
    return low[np.argsort((keys[low] >> 16).astype(np.uint16), kind="stable")]
