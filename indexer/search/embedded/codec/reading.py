"""What inversion makes of texts on the way: the pieces read, their tokens, and those in the order of the terms."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.search.embedded.codec.arrays import Array


@dataclass(frozen=True, slots=True)
class Reading:
    """The pieces of some units in reading order. pieces: the distinct ones in order of their first place.

    codes: of each piece that was read, its place in `pieces`; counts: how many pieces each unit has.
    """

    pieces: list[bytes]
    codes: Array
    counts: Array


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of each distinct piece: those of piece n stand from starts[n] to starts[n + 1] of the next three arrays.

    terms, variants: of each token; places: its position, counted from the piece's first; advances: how many positions each
    piece takes. All are uint32.
    """

    starts: Array
    terms: Array
    variants: Array
    places: Array
    advances: Array


@dataclass(frozen=True, slots=True)
class Placed:
    """Every token of every unit, in order of term, unit and position. bounds: where each term's begin, and one more.

    followers: see there. lengths: how many positions each unit has.
    """

    bounds: Array
    units: Array
    positions: Array
    variants: Array
    followers: Array
    lengths: Array
