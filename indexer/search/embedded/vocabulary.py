"""The words of the text over all segments: those that begin so, those that are near another, and how frequent each is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.postings import Postings
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.forms import FormTable, form_table
from indexer.search.embedded.kernels import Kernels
from indexer.search.embedded.kernels.numpy_scoring import best_of_many

# Of how many places of a word it is looked at which form stands there.
_LOOKED_AT = 4096


class Vocabulary:
    """Words as they are written, folded. A word's frequency: the records that hold it in any form, deleted ones included."""

    def __init__(self, segments: Sequence[Segment], kernels: Kernels) -> None:
        self._fields = [(postings, form_table(postings)) for postings in (each.postings("text") for each in segments)]
        self._kernels = kernels

    def frequency(self, word: str) -> int:
        """How frequent a word is; 0 where no record has it."""
        found = 0
        for postings, table in self._fields:
            first, end = table.beginning(word)
            if first < end and table.word(first) == word:
                found += int(_frequencies(postings, table.single_entries(np.array([first]))[0]).sum())
        return found

    def begun(self, prefix: str, limit: int) -> Counter[str]:
        """The most frequent words that begin with some letters: of each word its most frequent form."""
        found: Counter[str] = Counter()
        for postings, table in self._fields:
            found.update(self._most_frequent(postings, table, np.arange(*table.beginning(prefix)), limit))
        return _first(found, limit)

    def near(self, word: str, distance: int, limit: int, begun: bool = False) -> Counter[str]:
        """The most frequent words within so many edits of one; with `begun` those that begin with something so near."""
        found: Counter[str] = Counter()
        for postings, table in self._fields:
            words = table.near(word, distance, self._kernels, begun)
            found.update(self._most_frequent(postings, table, words, limit))
        return _first(found, limit)

    def _most_frequent(self, postings: Postings, table: FormTable, words: Array, limit: int) -> Counter[str]:
        """Of these words those of the most frequent terms, one for each."""
        found: Counter[str] = Counter()
        places, owners = table.single_entries(words)
        if not len(places):
            return found
        terms, first = np.unique(postings.form_terms[places], return_index=True)
        frequencies = _frequencies(postings, places[first])
        best = best_of_many(frequencies, terms, limit)
        for term, frequency in zip(terms[best].tolist(), frequencies[best].tolist(), strict=True):
            usual = _usual(postings, term, places[postings.form_terms[places] == term].tolist())
            found[table.word(int(owners[np.searchsorted(places, usual)]))] += frequency
        return found


def _first(found: Counter[str], limit: int) -> Counter[str]:
    """The most frequent of all segments, equals by their letters."""
    return Counter(dict(sorted(found.items(), key=lambda one: (-one[1], one[0]))[:limit]))


def _frequencies(postings: Postings, places: Array) -> Array:
    terms = postings.form_terms[places].astype(np.int64)
    frequencies: Array = postings.bounds[terms + 1].astype(np.int64) - postings.bounds[terms]
    return frequencies


def _usual(postings: Postings, term: int, forms: Sequence[int]) -> int:
    """The form that stands most often where a term does."""
    if len(forms) == 1:
        return forms[0]
    counts = np.bincount(postings.variants_of(term)[:_LOOKED_AT], minlength=int(postings.forms_of_term[term]))
    return max(forms, key=lambda form: (int(counts[int(postings.form_variants[form])]), -form))
