"""Entries: what the words of a query are in the dictionary of one field of one segment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.postings import Postings
from indexer.search.embedded.forms import Expansion, form_table
from indexer.search.embedded.kernels import Kernels
from indexer.search.embedded.slots import Sought
from indexer.search.stemming import stem


class Entry(NamedTuple):
    """A dictionary entry of a word: its term, the variants that are meant (none: all), and the positions that it covers."""

    term: int
    variants: tuple[int, ...]
    covered: int


class Entries:
    """Looks words up, each once for as long as one query lasts."""

    def __init__(self, postings: Postings, kernels: Kernels) -> None:
        self._postings = postings
        self._kernels = kernels
        self.expanded: dict[Expansion, Array] = {}
        """The words that each pattern stood for so far, by their numbers."""
        self._known: dict[tuple[Sought, bool], list[Entry]] = {}
        self._known_whole: dict[tuple[Sought, bool], list[Entry]] = {}

    def whole(self, sought: Sought, exact: bool) -> list[Entry]:
        """The entries with all the places of a word."""
        key = sought, exact
        words = self._known_whole.get(key)
        if words is None:
            if isinstance(sought, tuple) and not (exact and self._postings.stemmed):
                words = [Entry(term, (), 1) for term in self._postings.find(sought)]
            elif isinstance(sought, tuple):
                words = [entry for entry in self.every(sought, exact) if entry.covered == 1]
            else:
                words = self._expanded_words(sought)
            self._known_whole[key] = words
        return words

    def every(self, sought: Sought, exact: bool) -> list[Entry]:
        """All the entries of a word, those of joined parts by themselves."""
        entries = self._known.get((sought, exact))
        if entries is None:
            entries = self._known[sought, exact] = self._find_entries(sought, exact)
        return entries

    def _find_entries(self, sought: Sought, exact: bool) -> list[Entry]:
        postings = self._postings
        if not isinstance(sought, tuple):
            table = form_table(postings)
            return self._form_entries([entry for word in self._expand(sought).tolist() for entry in table.entries(word)])
        if not postings.stemmed:
            return [
                Entry(place, (), covered) for form in sought for place, _, covered in postings.spellings(postings.terms, form)
            ]
        if exact:
            found = [entry for form in sought for entry in postings.spellings(postings.forms, form)]
            return self._form_entries([(place, covered) for place, _, covered in found])
        stemmers: dict[str, set[str]] = {}
        for form in sought:
            for stemmer in postings.stemmers:
                stemmers.setdefault(stem(form, stemmer), set()).add(stemmer)
        return [
            Entry(place, (), covered)
            for word, those in stemmers.items()
            for place, stemmer, covered in postings.spellings(postings.terms, word)
            if stemmer in those
        ]

    def _expand(self, expansion: Expansion) -> Array:
        words = self.expanded.get(expansion)
        if words is None:
            words = self.expanded[expansion] = form_table(self._postings).expand(expansion, self._kernels)
        return words

    def _expanded_words(self, expansion: Expansion) -> list[Entry]:
        """`whole` of what an expansion stands for; they may be thousands."""
        postings = self._postings
        places = form_table(postings).whole_entries(self._expand(expansion))
        if not postings.stemmed:
            return [Entry(place, (), 1) for place in places.tolist()]
        of_places = postings.form_terms[places]
        terms = of_places.tolist()
        held, forms = Counter(terms), dict(zip(terms, postings.forms_of_term[of_places].tolist(), strict=True))
        some = [term for term, every in forms.items() if held[term] < every]
        variants = {term: tuple(postings.form_variants[places[of_places == term]].tolist()) for term in some}
        return [Entry(term, variants.get(term, ()), 1) for term in forms]

    def _form_entries(self, forms: Sequence[tuple[int, int]]) -> list[Entry]:
        """Forms, each with the positions that it covers, as entries: those of one term are one."""
        postings = self._postings
        if not postings.stemmed:
            return [Entry(place, (), covered) for place, covered in forms]
        by_term: dict[tuple[int, int], list[int]] = {}
        for place, covered in forms:
            by_term.setdefault((int(postings.form_terms[place]), covered), []).append(int(postings.form_variants[place]))
        return [
            Entry(term, () if len(variants) == postings.forms_of_term[term] else tuple(variants), covered)
            for (term, covered), variants in by_term.items()
        ]
