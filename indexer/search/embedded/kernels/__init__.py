"""The loops that a query spends its time in, twice: compiled by numba, and in numpy for machines without it.

Both modules have the same functions and give the same answers; `load_kernels` chooses.
"""

from __future__ import annotations

import importlib.util
from typing import Protocol

from indexer.errors import UsageError
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.kernels.term import Term
from indexer.search.embedded.kernels.with_numpy import NumpyKernels


class Kernels(Protocol):
    """What both implementations offer. `ids` are sorted, distinct uint32 numbers of records or units."""

    name: str

    def intersection(self, first: Array, second: Array) -> Array:
        """The ids that stand in both."""
        ...

    def difference(self, first: Array, second: Array) -> Array:
        """The ids of the first that do not stand in the second."""
        ...

    def union(self, arrays: list[Array], size: int) -> Array:
        """The ids, all below `size`, that stand in any."""
        ...

    def merged(self, first: tuple[Array, Array], second: tuple[Array, Array]) -> tuple[Array, Array]:
        """Two lists of ids and frequencies as one; the frequencies of an id that stands in both are added."""
        ...

    def add_scores(self, total: Array, ids: Array, term: Term, factor: float, k1: float) -> None:
        """total[i] += factor * tf / (k1 + tf) for each id, tf being the term's weight in it."""
        ...

    def add_scores_to_all(self, total: Array, term: Term, factor: float, k1: float) -> None:
        """The same for all records, of which `total` has one place each."""
        ...

    def rounded(self, total: Array, ids: Array | None) -> Array:
        """The totals, at the ids if given, rounded to 1e-6."""
        ...

    def best(self, keys: Array, ids: Array, ranks: Array, count: int) -> Array:
        """The places of the `count` largest keys in order; of equal ones the smallest ranks[id] first."""
        ...

    def runs(self, ids: Array, owner: Array) -> tuple[Array, Array]:
        """The distinct owners of the ids (which ascend with them), and how many ids each has."""
        ...

    def add_counts(self, counts: Array, ordinals: Array, owners: Array, weights: Array) -> None:
        """counts[ordinals[owner]] += weight."""
        ...

    def add_counts_multi(self, counts: Array, starts: Array, ordinals: Array, owners: Array, weights: Array) -> None:
        """The same over ordinals[starts[owner]:starts[owner + 1]]; owners without any count at 0."""
        ...

    def add_counts_once(self, counts: Array, ordinals: Array, ids: Array) -> None:
        """counts[ordinals[id]] += 1."""
        ...

    def selected(self, mask: Array, owner: Array, ids: Array) -> Array:
        """mask[owner[id]], for each id."""
        ...

    def keep(self, ids: Array, mask: Array) -> Array:
        """The ids where the mask holds."""
        ...

    def positions_of(self, units: Array, freqs: Array, positions: Array, within: Array | None) -> tuple[Array, Array]:
        """Keys `unit << 24 | position` of a term in order, for the units `within` (all, if None), and the place of each."""
        ...

    def merged_keys(self, first: Array, second: Array) -> Array:
        """The distinct keys of two sorted lists of distinct ones, sorted."""
        ...

    def near(self, codes: Array, starts: Array, lengths: Array, wanted: Array, limit: int) -> Array:
        """The places of the words within `limit` edits of a word; word n is codes[starts[n]:starts[n] + lengths[n]]."""
        ...

    def shifted_intersection(self, first: Array, second: Array, shift: int) -> Array:
        """The sorted keys k of the first with k + shift in the second."""
        ...


def load_kernels(name: str = "auto") -> Kernels:
    """The kernels by name, `numba` or `numpy`; `auto` takes numba where it is installed."""
    if name == "numba" or (name == "auto" and importlib.util.find_spec("numba")):
        # numba takes half a second to import: only processes that search pay for it.
        try:
            from indexer.search.embedded.kernels.with_numba import NumbaKernels
        except ImportError as error:
            raise UsageError("kernels is numba, but numba is not installed. Install loccit[fast], or take auto.") from error
        return NumbaKernels()
    if name in ("numpy", "auto"):
        return NumpyKernels()
    raise UsageError(f"The setting kernels takes auto, numba or numpy, not {name!r}.")
