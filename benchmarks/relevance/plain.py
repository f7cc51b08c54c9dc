"""A plain BM25 of the benchmark's own: one field of title and text, words of two characters or more, k1 1.2, b 0.75.

It shares nothing with the engine but the stemmer, and is what others publish: 0.679 for scifact, 0.385 for Cranfield.
(idf as in Lucene: ln(1 + (N - n + 0.5) / (n + 0.5)). Its stop words are the 33 of Lucene's English list.)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import numpy as np
import Stemmer

from benchmarks.relevance.collection import DEPTH
from indexer.search.embedded.codec.arrays import Array

K1, B = 1.2, 0.75
PUBLISHED = {"scifact": 0.679, "cranfield": 0.385}
TOLERANCE = 0.005
STOP_WORDS = frozenset(
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was "
    "will with".split()
)
_WORD = re.compile(r"\b\w\w+\b")


class PlainBM25:
    """BM25 over documents given whole."""

    def __init__(self, documents: Iterable[tuple[str, str, str]]) -> None:
        """documents: id, title and text."""
        self._stemmer = Stemmer.Stemmer("english")
        self._ids: list[str] = []
        postings: dict[str, list[tuple[int, int]]] = {}
        lengths = []
        for number, (document_id, title, text) in enumerate(documents):
            words = self._words(f"{title} {text}")
            self._ids.append(document_id)
            lengths.append(len(words))
            for word, count in Counter(words).items():
                postings.setdefault(word, []).append((number, count))
        norms = K1 * (1 - B + B * np.array(lengths) / np.mean(lengths))
        self._scores = {word: self._parts(np.array(found), norms) for word, found in postings.items()}

    def search(self, query: str) -> list[str]:
        """The ids of the best documents; equal ones in the order they came in."""
        scores = np.zeros(len(self._ids))
        for word in self._words(query):
            if word in self._scores:
                documents, parts = self._scores[word]
                scores[documents] += parts
        best = np.argsort(-scores, kind="stable")[:DEPTH]
        return [self._ids[number] for number in best if scores[number] > 0]

    def _parts(self, found: Array, norms: Array) -> tuple[Array, Array]:
        """The documents of a word, and what it adds to their scores."""
        documents, counts = found[:, 0], found[:, 1]
        idf = np.log(1 + (len(self._ids) - len(documents) + 0.5) / (len(documents) + 0.5))
        return documents, idf * counts * (K1 + 1) / (counts + norms[documents])

    def _words(self, text: str) -> list[str]:
        stems: list[str] = self._stemmer.stemWords([word for word in _WORD.findall(text.lower()) if word not in STOP_WORDS])
        return stems
