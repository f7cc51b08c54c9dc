"""The loops that a query spends its time in, twice: compiled by numba, and in numpy for machines without it.

Both modules have the same functions and give the same answers; `load_kernels` chooses.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from indexer.errors import UsageError
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.owners import Owners
from indexer.search.embedded.codec.profiles import Profiles
from indexer.search.embedded.kernels.counted import Asked, Sifted, Summary, Tally
from indexer.search.embedded.kernels.term import Following, Joined, Occurring, Sight, Stretch, Terms, Words
from indexer.search.embedded.kernels.with_numpy import NumpyKernels

_logger = logging.getLogger(__name__)


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

    def merged(self, ids: Array, freqs: Array, begins: Array, ends: Array, size: int) -> tuple[Array, Array]:
        """Stretches of ids, all below `size`, and of frequencies as one list; the frequencies of an id are added."""
        ...

    def all_of(self, ids: Array, begins: Array, ends: Array) -> tuple[Array, Array]:
        """The ids that stand in all stretches, ids[begin:end] each, and where: [stretch, i] is the place of the i-th in ids.

        There may be more columns than ids; they mean nothing.
        """
        ...

    def rank(self, records: Array, rows: Array | None, terms: Terms, k1: float, count: int) -> tuple[Array, Array]:
        """The `count` best records in order, and their scores rounded to 1e-6; equal ones by document's rank, then number.

        rows: where all terms are in all records, [term, i] is the posting of a term in the i-th record; without any column
        there is one term, and these are its postings in a row.
        """
        ...

    def look_again(
        self, records: Array, scores: Array, terms: Terms, sight: Sight, k1: float, features: Array
    ) -> tuple[Array, Array]:
        """The places of a few records in the order of their scores with all features, rounded to 1e-6; and these scores.

        features: [feature, i], what each adds; the first three are set here, the others come with the call. With
        g(x) = x / (k1 + x) and tf as in `rank`, each word adds factor * (g(tf') - g(tf)) and factor * (g(tf'') - g(tf')):
        tf' = tf + its parts * the text's weight, tf'' = tf' + frequency in the document's other records * document / norm. Then
        each word and the next one add strength * g(the text's weight * the sum of 1 / distance over their places in reach).
        """
        ...

    def frequencies(self, ids: Array, freqs: Array, begins: Array, ends: Array, records: Array) -> Array:
        """How often words, by their stretches of postings, stand in some records (ascending): [word, record], as floats."""
        ...

    def places(
        self, occurring: Occurring, stretches: Sequence[Sequence[tuple[int, int]]], records: Array
    ) -> tuple[Array, Array]:
        """Where words, each by its stretches of the postings, stand in records (ascending): sorted keys word after word.

        With them, where the keys of each word begin, and one more.
        """
        ...

    def best(self, keys: Array, ids: Array, ranks: Array, count: int) -> Array:
        """The places of the `count` largest keys in order; of equal ones the smallest ranks[id] first, then the first place."""
        ...

    def owners_of(self, ids: Array, owner: Array) -> Array:
        """The distinct owners of the ids, which ascend with them."""
        ...

    def count_owners(self, ids: Array, owners: Owners) -> int:
        """How many these are."""
        ...

    def any_signed(self, ids: Array, owners: Owners, signs: Array, wanted: Array) -> bool:
        """Whether the owner of any id has all the signs of any row that is wanted: see `codec/signs.py`."""
        ...

    def tally(self, records: Array, profiles: Profiles) -> Tally:
        """Some records by value and by stated interval; nothing is filtered."""
        ...

    def sift(self, records: Array, profiles: Profiles, asked: Asked, counts: bool) -> Sifted:
        """The records that pass every filter on documents. counts: whether there is a tally of more than documents."""
        ...

    def add_counts_once(self, counts: Array, ordinals: Array, ids: Array) -> None:
        """counts[ordinals[id]] += 1."""
        ...

    def expand(self, owners: Array, bounds: Array) -> Array:
        """The ids that the owners have, bounds[owner]:bounds[owner + 1] each."""
        ...

    def summary(self, counts: Array, stretches: Array, size: int, buckets: Array, width: int) -> Summary:
        """Of each stretch of a row of counts, [stretch] = begin, end, the `size` largest; and the last counts by bucket.

        buckets: of each of these last ones: 0 for undated, 1 for in none, else its bucket's place, below `width`, + 2.
        """
        ...

    def reach(self, counts: Array, firsts: Array, lasts: Array) -> tuple[int, int]:
        """The smallest of `firsts` and the largest of `lasts` where a count is above 0; zeros where none is."""
        ...

    def phrase(
        self, occurring: Occurring, following: Following, terms: Sequence[int], joined: Sequence[Joined]
    ) -> tuple[Array, Array]:
        """The units in which two terms or more stand next to each other in order; and how often.

        joined: the joined parts of which a term has the places, too. Of what begins and ends alike one is counted.
        """
        ...

    def windows(
        self, occurring: Occurring, stretches: Sequence[Stretch], joined: Sequence[Joined], width: int
    ) -> tuple[Array, Array, Array]:
        """The units in which different terms stand in any order within so many positions; and how many such places begin.

        A place begins at a position of any of the terms. Last, the units that are left to others: they have all terms, or
        parts of them joined, which cover more than one position.
        """
        ...

    def chosen_forms(self, units: Array, freqs: Array, variants: Array, chosen: Array) -> tuple[Array, Array]:
        """The units in which a term stands in chosen[variant] forms, and how often."""
        ...

    def positions_of(
        self, occurring: Occurring, begin: int, end: int, place: int, size: int, within: Array | None
    ) -> tuple[Array, Array]:
        """Keys `unit << 24 | position` of a term in order, for the units `within` (all, if None), and the place of each.

        The term's postings are [begin:end], its positions [place:place + size].
        """
        ...

    def merged_keys(self, first: Array, second: Array) -> Array:
        """The distinct keys of two sorted lists of distinct ones, sorted."""
        ...

    def near(self, words: Words, wanted: Array, limit: int, begun: bool = False) -> Array:
        """The places of the words within `limit` edits of a word of a letter or more.

        begun: those of the words that begin with something so near.
        """
        ...

    def stretches(
        self, texts: Sequence[str], needles: Sequence[bytes], reach: int, alone: bool, /
    ) -> Iterable[tuple[int, int, int, int]]:
        """The parts of texts that needles, or foreign characters, make wanted: text, start, end, gap each, in order.

        needles: sorted; letters and digits in lower case that words begin with, and a byte 1 where they are the whole word,
        else 0. None begins with another that is not whole. See `numpy_stretches`.
        gap: how many positions the text takes since the stretch before, exact below `reach`, which any more are told as;
        -1 where they were not counted.
        alone: whether those are wanted that have no other within reach; else words among them may be left out.
        """
        ...

    def shifted_intersection(self, first: Array, second: Array, shift: int) -> Array:
        """The sorted keys k of the first with k + shift in the second."""
        ...


def load_kernels(name: str = "auto") -> Kernels:
    """The kernels by name, `numba` or `numpy`; `auto` takes numba where it is installed and can be loaded.

    Raises UsageError for another name, and where there is no numba though nothing else will do.
    """
    if name == "numba":
        return _numba_kernels()
    if name == "auto" and importlib.util.find_spec("numba"):
        try:
            return _numba_kernels()
        except UsageError as error:
            _logger.warning("Searches are slower, with numpy: %s", error)
    if name in ("numpy", "auto"):
        return NumpyKernels()
    raise UsageError(f"The setting kernels takes auto, numba or numpy, not {name!r}.")


def _numba_kernels() -> Kernels:
    # numba takes half a second to import: only processes that search pay for it.
    try:
        from indexer.search.embedded.kernels.with_numba import NumbaKernels
    except ModuleNotFoundError as error:
        if error.name != "numba":
            raise UsageError(_unfit(error)) from error
        raise UsageError("kernels is numba, but numba is not installed. Install loccit[fast], or take auto.") from error
    except Exception as error:  # a numba that does not fit what is installed besides fails in any way
        raise UsageError(_unfit(error)) from error
    return NumbaKernels()


def _unfit(error: Exception) -> str:
    return f"numba is installed but cannot be loaded ({type(error).__name__}: {error}). Install loccit[fast] again."


def compiling_refused() -> AbstractContextManager[None]:
    """Within it, NotCompiled is raised instead of compiling a loop; see `numba_compile`."""
    if "numba" not in sys.modules:
        return nullcontext()
    try:
        from indexer.search.embedded.kernels.numba_compile import refused
    except Exception:  # as it failed where kernels were loaded
        return nullcontext()
    return refused()
