"""A field's dictionary and postings, read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from indexer.errors import IndexCorrupt
from indexer.fields import FIELD_BY_NAME, FieldKind
from indexer.search.embedded.codec.arrays import Array, ArraysFile, Strings, bounds_hold
from indexer.search.embedded.codec.inversion import SKIP
from indexer.search.embedded.codec.keys import END, JOINED, is_tail, read_tail, tail_of
from indexer.search.embedded.codec.signs import signs_of, signs_of_words
from indexer.search.stemming import ENGLISH, UNSTEMMED, stems_of

_JOINED = JOINED.encode()


class Postings:
    """A field's dictionary and postings, over its units: records for `text`, documents for `title`, else distinct values.

    stemmers: those of its units, and perhaps more. Raises IndexCorrupt where a posting lacks its frequency or its block, or a
    position its follower, and where the terms do not have the postings, positions and variants one after the other: all of
    them for many terms would be endless, and so much memory as a bound may claim is not there.
    """

    def __init__(self, file: ArraysFile, field: str, stemmers: tuple[str, ...]) -> None:
        self.stemmers = stemmers
        self.terms: Strings = file.strings(f"{field}.terms")
        self.bounds = file[f"{field}.bounds"]
        # A view gives Python's own numbers.
        self._bounds = self.bounds.data
        self.ids = file[f"{field}.ids"]
        self.freqs = file[f"{field}.freqs"]
        self.skips = file[f"{field}.skips"]
        # Loops that go through them side by side do not look at where each ends.
        self._require(len(self.freqs) == len(self.ids) <= len(self.skips) * SKIP, file, field)
        self.position_bounds = file[f"{field}.position_bounds"]
        self.positions = file[f"{field}.positions"]
        self.marks, self.followers = file[f"{field}.marks"], file[f"{field}.followers"]
        self._require(len(self.marks) == len(self.terms) and len(self.followers) == len(self.positions), file, field)
        for bounds, entries in ((self.bounds, self.ids), (self.position_bounds, self.positions)):
            self._require(bounds_hold(bounds, len(self.terms), len(entries)), file, field)
        self.lengths = file[f"{field}.lengths"]
        self.stemmed = FIELD_BY_NAME[field].kind is FieldKind.TEXT
        if self.stemmed:
            self.forms = file.strings(f"{field}.forms")
            self.form_terms = file[f"{field}.form_terms"]
            self.form_variants = file[f"{field}.form_variants"]
            self.variant_bounds = file[f"{field}.variant_bounds"]
            self.variants = file[f"{field}.variants"]
            self._require(bounds_hold(self.variant_bounds, len(self.terms), len(self.variants)), file, field)
        else:
            self.forms = self.terms
        self.form_table: Any = None
        """What `forms.form_table` makes of the forms at its first use."""

    @staticmethod
    def _require(held: bool, file: ArraysFile, field: str) -> None:
        if not held:
            raise IndexCorrupt(f"{file.path}: the postings of {field} are damaged")

    def spellings(self, dictionary: Strings, word: str) -> list[tuple[int, str, int]]:
        """The entries of a dictionary for a word: (place, stemmer, positions), more than 1 for joined parts."""
        wanted = word.encode()
        found = []
        for place in range(dictionary.bisect(wanted), len(dictionary)):
            entry: bytes = dictionary[place]
            if entry == wanted:
                found.append((place, ENGLISH, 1))
                continue
            tail = entry[len(wanted) :]
            if not entry.startswith(wanted) or not is_tail(tail):
                break
            found.append((place, *read_tail(tail.decode())))
        return found

    def find(self, forms: Sequence[str]) -> list[int]:
        """The terms that hold every place of a word, by its folded forms: one for each stem and stemmer that finds any."""
        find, stemming = self.terms.find, self._stems
        if len(forms) == len(stemming) == 1:  # most often
            stems, tail = stemming[0]
            term = find((stems[forms[0]] + tail).encode())
            return [term] if term >= 0 else []
        found = {find((stems[form] + tail).encode()): None for form in forms for stems, tail in stemming}
        found.pop(-1, None)
        return list(found)

    @cached_property
    def signs(self) -> Array:
        """The signs of the units."""
        return signs_of(self.terms, self.bounds, self.ids, len(self.lengths))

    def signs_with(self, forms: Sequence[str]) -> Array:
        """The signs that a unit with all of some words has, by a folded form of each: one row for each stemmer."""
        return signs_of_words([[(stems[form] + tail).encode() for form in forms] for stems, tail in self._stems])

    @cached_property
    def _stems(self) -> list[tuple[Mapping[str, str], str]]:
        """Form -> stem for each stemmer of the field, and what its keys have after the word."""
        stemmers = self.stemmers if self.stemmed else (UNSTEMMED,)
        return [(stems_of(stemmer), tail_of(stemmer) if self.stemmed else "") for stemmer in stemmers]

    def joined(self, term: int) -> list[tuple[int, int]]:
        """The terms of the joined parts of which a term has the places, too; and the positions that each covers."""
        if not self._with_tails[term]:
            return []
        key: bytes = self.terms[term]
        found = []
        for place in range(term + 1, len(self.terms)):
            entry: bytes = self.terms[place]
            if not entry.startswith(key):
                break
            tail = entry[len(key) :]
            if not is_tail(tail):
                break
            if tail.startswith(_JOINED):
                found.append((place, read_tail(tail.decode())[1]))
        return found

    @cached_property
    def _with_tails(self) -> bytes:
        """Whether a key with a tail follows each term: that of most words does not."""
        followed = np.zeros(len(self.terms) + 1, dtype=bool)
        followed[self.terms.holding_below(END) - 1] = True
        return followed.tobytes()

    def range(self, term: int) -> tuple[int, int]:
        """Where a term's postings begin and end."""
        return self._bounds[term], self._bounds[term + 1]

    def ranges(self, terms: Sequence[int]) -> tuple[Array, Array]:
        """Where the postings of several terms begin, and where they end."""
        places = np.array(terms, dtype=np.int64)
        return self.bounds[places].astype(np.int64), self.bounds[places + 1].astype(np.int64)

    def position_range(self, term: int) -> tuple[int, int]:
        """Where a term's positions begin and end."""
        return int(self.position_bounds[term]), int(self.position_bounds[term + 1])

    @cached_property
    def forms_of_term(self) -> Array:
        """How many forms each term has."""
        return np.bincount(self.form_terms, minlength=len(self.terms))

    def variants_of(self, term: int) -> Array:
        """Which of its forms stands at each position of a term; empty where it has only one."""
        variants: Array = self.variants[int(self.variant_bounds[term]) : int(self.variant_bounds[term + 1])]
        return variants
