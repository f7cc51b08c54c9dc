"""What the best records get on top of their words' scores, by the book: one number at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from indexer.search.analysis import is_unspaced, tokenize
from indexer.search.query import Node, Word
from indexer.search.stopwords import is_stop_word, stop_list_of
from tests.matching import language_of
from tests.search.embedded.bm25f import K1, Record, Reference, leaves

PARTS, DOCUMENT, PROXIMITY, LIKENESS = 0.1, 0.25, 0.4, 0.6
WINDOW, REACH, MODELS, MODEL_WORDS, LIKENESS_WORDS = 50, 5, 3, 6, 6


class SecondLook:
    """The features of one query, whose answer holds these records."""

    def __init__(self, reference: Reference, tree_of: Callable[[Record], Node], records: Sequence[Record]) -> None:
        """tree_of: what the query is in a record's language, without bare stop words."""
        self._reference, self._tree_of = reference, tree_of
        base = [(round(reference.score(tree_of(record), record), 6), record) for record in records]
        self._ranked = sorted(base, key=lambda each: (-each[0], each[1][0].id, each[1][1].ordinal))

    def _words(self, record: Record) -> list[tuple[Word, float]]:
        """The bare words of the query as a record reads it, with their factors."""
        scored = [(leaf, weight) for leaf, weight in leaves(self._tree_of(record), 1.0) if isinstance(leaf, Word) and leaf.bare]
        return [(word, weight * self._reference.idf(word) * (K1 + 1)) for word, weight in scored if word.field is None]

    def scores(self) -> dict[tuple[str, int], float]:
        """Document id and ordinal -> score."""
        return {key: sum(parts.values()) for key, parts in self.parts().items()}

    def parts(self) -> dict[tuple[str, int], Mapping[str, float]]:
        """Document id and ordinal -> what the words count together, and each feature."""
        found: dict[tuple[str, int], Mapping[str, float]] = {}
        for place, (score, record) in enumerate(self._ranked):
            parts = {"words": score}
            if place < WINDOW and len(self._words(record)) > 1:
                parts |= self._features(record)
            found[record[0].id, record[1].ordinal] = parts
        return found

    def _features(self, record: Record) -> dict[str, float]:
        parts = document = 0.0
        for word, factor in self._words(record):
            tf = self._reference.tf(word, record)
            more = tf + PARTS * self._of_parts(word, record) / self._norm(record)
            beyond = more + DOCUMENT * self._elsewhere(word, record) / self._reference.document_norm(record)
            parts += factor * (_saturated(more) - _saturated(tf))
            document += factor * (_saturated(beyond) - _saturated(more))
        likeness = self._likeness(record) if len(self._words(record)) >= LIKENESS_WORDS else 0.0
        return {"parts": parts, "document": document, "proximity": self._proximity(record), "likeness": likeness}

    def _norm(self, record: Record) -> float:
        return self._reference.norm("text", record)

    def _of_parts(self, word: Word, record: Record) -> int:
        tokens = [token.form for token in tokenize(word.text) if token.length == 1]
        if len(tokens) == 1 or is_unspaced(word.text):
            return 0
        return sum(self._reference.count(form, record) for form in tokens if not is_stop_word(form))

    def _elsewhere(self, word: Word, record: Record) -> int:
        others = (each for each in self._reference.same_document(record) if each[1].ordinal != record[1].ordinal)
        return sum(self._reference.frequency(word, "text", each) for each in others)

    def _proximity(self, record: Record) -> float:
        total = 0.0
        for (first, one), (second, other) in pairwise(self._words(record)):
            if [token.form for token in tokenize(first.text)] == [token.form for token in tokenize(second.text)]:
                continue
            starts, others = (self._reference.starts(word, record) for word in (first, second))
            distances = [abs(start - other) for start in starts for other in others]
            near = sum(1 / distance for distance in distances if 0 < distance <= REACH)
            total += PROXIMITY * (one + other) / 2 * _saturated(near / self._norm(record))
        return total

    def _likeness(self, record: Record) -> float:
        models = self._ranked[:MODELS]
        likeness = [self._like(model, record) for _, model in models]
        return LIKENESS * models[0][0] * sum(likeness) / len(models)

    def _like(self, model: Record, record: Record) -> float:
        if (model[0].id, model[1].ordinal) == (record[0].id, record[1].ordinal):
            return 0.0
        words = self._model_words(model)
        whole = sum(words.values())
        return sum(
            idf / whole * _saturated(self._reference.count(word, record) / self._norm(record)) for word, idf in words.items()
        )

    def _model_words(self, model: Record) -> dict[str, float]:
        """The words of a model and their idf."""
        stop_list = stop_list_of(language_of(*model))
        pieces = Counter(model[1].text.lower().split())
        words: dict[str, float] = {}
        for _, piece in sorted((-len(piece) * count, piece) for piece, count in pieces.items()):
            tokens = tokenize(piece)
            if not tokens or is_stop_word(tokens[0].form, stop_list):
                continue
            having = sum(self._reference.count(tokens[0].form, record) > 0 for record in self._reference.records)
            if having > 1:
                words[tokens[0].form] = self._reference.idf_of(having)
            if len(words) == MODEL_WORDS:
                break
        return words


def _saturated(tf: float) -> float:
    return tf / (K1 + tf)
