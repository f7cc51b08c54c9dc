"""Expansion: the forms of a dictionary that a wildcard or a fuzzy word stands for."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from indexer.errors import QueryError
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.keys import JOINED, read_tail, word_of
from indexer.search.embedded.codec.postings import Postings
from indexer.search.embedded.codec.ranges import ranges
from indexer.search.embedded.kernels import Kernels
from indexer.search.embedded.kernels.term import Words

MAX_FORMS = 5_000


@dataclass(frozen=True, slots=True)
class Pattern:
    """Forms that match a folded pattern: `*` any run of characters, `?` exactly one."""

    text: str

    @property
    def regex(self) -> str:
        """The pattern as a regular expression over lines; what stands between stars is taken where it first stands, for good.

        So the time to refuse a form grows with its length, however many stars there are.
        """
        pieces = [""]
        for part in re.split(r"([*?]+)", self.text):
            pieces[-1] += r"[^\n]" * part.count("?") if part[:1] in ("*", "?") else re.escape(part)
            if "*" in part:
                pieces.append("")
        if len(pieces) == 1:
            return pieces[0]
        return pieces[0] + "".join(rf"(?>[^\n]*?{piece})" for piece in pieces[1:-1]) + rf"[^\n]*{pieces[-1]}"

    @property
    def literal(self) -> str:
        """What the forms begin with."""
        return re.split(r"[*?]", self.text, maxsplit=1)[0]


@dataclass(frozen=True, slots=True)
class Near:
    """Forms within so many edits of a form; a swap of neighbours is one edit."""

    form: str
    distance: int


@dataclass(frozen=True, slots=True)
class Beginning:
    """Forms that begin with these letters, however many they are: those of a word that is still being typed."""

    text: str


Expansion: TypeAlias = Pattern | Near | Beginning


class FormTable:
    """The distinct words of a dictionary of forms as one string and as code points, made once for a segment.

    It is what expansions look through. Words go by number; the entries of one word stand together in the dictionary.
    """

    def __init__(self, postings: Postings) -> None:
        keys = [form.decode() for form in postings.forms]
        words: list[str] = []
        firsts: list[int] = []
        tails: dict[int, str] = {}
        last = None
        for place, key in enumerate(keys):
            word = word_of(key)
            if word is not key:
                tails[place] = key[len(word) :]
            if word != last:
                words.append(word)
                firsts.append(place)
                last = word
        self._words = "".join(f"{word}\n" for word in words)
        self._firsts = np.array([*firsts, len(keys)], dtype=np.int64)
        self._tails = tails
        self._joined = np.zeros(len(keys), dtype=bool)
        self._joined[[place for place, tail in tails.items() if read_tail(tail)[1] > 1]] = True
        self._single = _single(postings, self._joined)
        codes = np.frombuffer(self._words.encode("utf-32-le"), dtype=np.uint32)
        self._starts = np.concatenate([[0], np.flatnonzero(codes == ord("\n")) + 1])
        self._letters = Words.of(codes, self._starts)
        self._postings = postings

    def entries(self, word: int) -> list[tuple[int, int]]:
        """The entries of a word in the dictionary, and the positions that each covers."""
        places = range(int(self._firsts[word]), int(self._firsts[word + 1]))
        return [(place, read_tail(self._tails[place])[1] if place in self._tails else 1) for place in places]

    def whole_entries(self, words: Array) -> Array:
        """The entries with all the places of words: those that are no joined parts."""
        places = ranges(self._firsts[words], self._firsts[words + 1])
        return places[~self._joined[places]]

    def single_entries(self, words: Array) -> tuple[Array, Array]:
        """The entries of words that stand in one piece somewhere, and the word of each."""
        begins, ends = self._firsts[words], self._firsts[words + 1]
        places = ranges(begins, ends)
        single = self._single[places]
        return places[single], np.repeat(words, ends - begins)[single]

    def word(self, word: int) -> str:
        """A word by its number."""
        return self._words[self._starts[word] : self._starts[word + 1] - 1]

    def words(self, numbers: Array) -> list[str]:
        """Words by their numbers."""
        bounds = self._starts[numbers].tolist(), self._starts[numbers + 1].tolist()
        return [self._words[begin : after - 1] for begin, after in zip(*bounds, strict=True)]

    def expand(self, expansion: Expansion, kernels: Kernels) -> Array:
        """The words that an expansion stands for, by their numbers in order. Raises QueryError where they are too many."""
        if isinstance(expansion, Beginning):
            return np.arange(*self.beginning(expansion.text))
        if isinstance(expansion, Near):
            words = self.near(expansion.form, expansion.distance, kernels)
        elif expansion.text == f"{(literal := expansion.literal)}*":
            words = np.arange(*self.beginning(literal))
        else:
            words = self._matching(expansion)
        bound_forms(expansion, len(words))
        return words

    def beginning(self, text: str) -> tuple[int, int]:
        """The words that begin with some letters: the first, and one past the last. They stand together."""
        if not text:
            return 0, len(self._firsts) - 1
        literal, forms, firsts = text.encode(), self._postings.forms, self._firsts.data
        return bisect_left(firsts, forms.bisect(literal)), bisect_left(firsts, forms.bisect(literal + b"\xff"))

    def near(self, word: str, distance: int, kernels: Kernels, begun: bool = False) -> Array:
        """The numbers of the words within so many edits of a word, or with `begun` of those that begin with such."""
        wanted = np.frombuffer(word.encode("utf-32-le"), dtype=np.uint32)
        return kernels.near(self._letters, wanted, distance, begun)

    def _matching(self, pattern: Pattern) -> Array:
        """Only those that begin with the pattern's letters are looked at."""
        first, end = self.beginning(pattern.literal)
        stretch = self._words[self._starts[first] : self._starts[end]]
        expression = re.compile(f"^{pattern.regex}$", re.MULTILINE)
        starts = [
            int(self._starts[first]) + match.start() for match in expression.finditer(stretch) if match.start() < len(stretch)
        ]
        words: Array = np.searchsorted(self._starts, starts)
        return words


def _single(postings: Postings, joined: Array) -> Array:
    """Which entries have a word in one piece somewhere. joined: which are those of joined parts.

    A word's own entry has the places of its joined parts, too: where its term has no others, it is not written in one piece.
    """
    terms = postings.form_terms if postings.stemmed else np.arange(len(postings.forms))
    sizes = np.diff(postings.position_bounds.astype(np.int64))
    held = np.unique(terms[joined])
    words = [postings.terms.find(postings.terms[term].partition(JOINED.encode())[0]) for term in held.tolist()]
    np.subtract.at(sizes, words, sizes[held])
    single: Array = (sizes[terms] > 0) & ~joined
    return single


def bound_forms(expansion: Expansion, count: int) -> None:
    """Raise QueryError where an expansion stands for more forms than are looked up."""
    if count > MAX_FORMS:
        written = expansion.form if isinstance(expansion, Near) else expansion.text
        raise QueryError(f"{written} stands for more than {MAX_FORMS:,} words. Add a letter.")


def form_table(postings: Postings) -> FormTable:
    """The table of a dictionary's forms; made at the first use and kept with the postings."""
    table: FormTable | None = postings.form_table
    if table is None:
        table = postings.form_table = FormTable(postings)
    return table
