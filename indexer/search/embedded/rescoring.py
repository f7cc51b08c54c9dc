"""The second look: the best records by their words, ordered by what else speaks for them.

It is taken for queries of two bare words or more, at the first `window` records of the whole answer. With tf and factor of a
word as in `scoring`, g(x) = x / (k1 + x), and the norms of text and document as BM25 has them:

    parts       factor * (g(tf') - g(tf)),  tf' = tf + weight * frequency of a hyphenated word's parts / norm of the text
    document    factor * (g(tf'') - g(tf')), tf'' = tf' + weight * frequency in the document's other records / its norm
    proximity   weight * mean factor of both words * g(sum of 1 / distance / norm of the text), for each two neighbours of the
                query, over their places in the text that are at most REACH positions apart
    likeness    weight * the best score by words * the mean likeness with the models: see `likeness`

Nothing is ever taken off a score, so what is not looked at again stays behind; and no feature depends on how records are spread
over segments. Proximity: Büttcher, Clarke, Lushman: Term proximity scoring for ad-hoc retrieval, 2006.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.evaluate import Evaluation
from indexer.search.embedded.kernels.term import Matches
from indexer.search.embedded.likeness import likeness
from indexer.search.embedded.ordering import by_score
from indexer.search.embedded.ranking import K1, B, Ranking
from indexer.search.embedded.scoring import Scored, Scoring
from indexer.search.embedded.slots import Slot
from indexer.search.query import Word
from indexer.search.stopwords import is_stop_word

REACH = 5


class BareWord(NamedTuple):
    """A bare word of a query: the number of its node, and its factor."""

    number: int
    node: Word
    factor: float


def bare_words(scoring: Scoring) -> list[BareWord]:
    """The bare words of a query in order, if it gets a second look; else none."""
    words = [
        BareWord(number, node, factor)
        for number, (node, factor) in enumerate(scoring.nodes)
        if isinstance(node, Word) and node.bare and node.field is None
    ]
    return words if len(words) > 1 and scoring.ranking.looks_twice else []


class Part(NamedTuple):
    """What was found by one reading of a query in one segment. number: the segment's; scored: in order."""

    scoring: Scoring
    words: Sequence[BareWord]
    number: int
    scored: Scored

    @property
    def evaluation(self) -> Evaluation:
        """The query over that segment."""
        return self.scoring.evaluations[self.number]


class Look(NamedTuple):
    """A part, and its records in the order that holds. features: what each adds to the scores of some of them, `records`."""

    part: Part
    scored: Scored
    records: Array
    features: Mapping[str, Array]


def look_again(parts: Sequence[Part], ranking: Ranking) -> list[Look]:
    """The records of each part in their new order, the features added to the scores of the first of all.

    parts: as `Scoring.rank` gave them, `window` records or more if there are so many.
    """
    segments, scored = [part.evaluation.segment for part in parts], [part.scored for part in parts]
    cuts = _cuts(segments, scored, ranking.window)
    places = [np.argsort(part.scored[0][:cut], kind="stable") for part, cut in zip(parts, cuts, strict=True)]
    looked = [part.scored[0][order] for part, order in zip(parts, places, strict=True)]
    wordy = [len(part.words) >= ranking.likeness_words for part in parts]
    like = likeness(parts, looked, ranking) if ranking.likeness and any(wordy) else [np.zeros(cut) for cut in cuts]
    found = []
    for part, records, cut, order, liked, many in zip(parts, looked, cuts, places, like, wordy, strict=True):
        features = dict[str, Array]()
        if cut and part.words:
            features = _Sight(part.number, records, part.scoring).features(part.words)
            features["likeness"] = liked if many else np.zeros(cut)
        new = sum(features.values(), part.scored[1][:cut][order])
        found.append(Look(part, _in_order(part.scored, records, new, part.evaluation.segment), records, features))
    return found


def _cuts(segments: Sequence[Segment], scored: Sequence[Scored], window: int) -> list[int]:
    """How many of the first records of each part are among the first of all."""
    if len(scored) == 1:
        return [min(window, len(scored[0][0]))]
    cuts = [0] * len(scored)
    for place in by_score(segments, scored, 0, window):
        cuts[place.segment] += 1
    return cuts


def _in_order(scored: Scored, looked: Array, scores: Array, segment: Segment) -> Scored:
    """The first records, which come ascending, in the order of their new scores; the others after them as they are."""
    new = scores.round(6)
    places = np.lexsort((segment.ranks[segment.record_document[looked]], -new))
    first = looked[places], new[places]
    if len(looked) == len(scored[0]):
        return first
    return np.concatenate([first[0], scored[0][len(looked) :]]), np.concatenate([first[1], scored[1][len(looked) :]])


class _Sight:
    """The records of a segment that are looked at again, ascending."""

    def __init__(self, number: int, records: Array, scoring: Scoring) -> None:
        evaluation = scoring.evaluations[number]
        self._evaluation, self._records, self._scoring = evaluation, records, scoring
        self._terms = scoring.terms(number)
        self._within = self._terms.within

    def features(self, words: Sequence[BareWord]) -> dict[str, Array]:
        """What each feature adds to the scores."""
        ranking, added = self._scoring.ranking, dict[str, Array]()
        if ranking.parts or ranking.document:
            added["parts"], added["document"] = self._evidence(words)
        if ranking.proximity:
            added["proximity"] = self._proximity(words)
        return added

    def _evidence(self, words: Sequence[BareWord]) -> tuple[Array, Array]:
        """The parts of hyphenated words, and the words in the documents' other records."""
        evaluation, statistics, ranking = self._evaluation, self._scoring.statistics, self._scoring.ranking
        lengths = evaluation.segment.document_lengths[self._within.documents[self._records]]
        weights = ranking.document / (1 - B["text"] + B["text"] / (statistics.mean_document or 1.0) * lengths)
        numbers = [word.number for word in words]
        parts = np.zeros((len(words), len(self._records)))
        for row, word in zip(parts, words, strict=True):
            for slot in _parts(evaluation, word.node) if ranking.parts else ():
                row += ranking.parts * self._frequencies(evaluation.slot(slot, "text"))
        return evaluation.kernels.evidence(self._records, self._terms, numbers, weights, parts, K1)

    def _frequencies(self, found: Matches) -> Array:
        begins, ends = np.zeros(1, dtype=np.int64), np.array([len(found.units)], dtype=np.int64)
        frequencies: Array = self._evaluation.kernels.frequencies(found.units, found.freqs, begins, ends, self._records)[0]
        return frequencies

    def _proximity(self, words: Sequence[BareWord]) -> Array:
        evaluation, weight = self._evaluation, self._scoring.ranking.proximity
        slots = [evaluation.slots(word.node) for word in words]
        strengths = [
            weight * (first.factor + second.factor) / 2 if one != other else 0.0
            for (first, second), (one, other) in zip(pairwise(words), pairwise(slots), strict=True)
        ]
        places = evaluation.starts([word.node for word in words], self._records)
        weights = self._within.weights[self._within.lengths[self._records]]
        return evaluation.kernels.proximity(places, strengths, self._records, weights, REACH, K1)


def _parts(evaluation: Evaluation, word: Word) -> list[Slot]:
    """The parts of a hyphenated word, each by itself; stop words among them say nothing."""
    for slot in evaluation.slots(word):
        # Apart from its parts, a hyphenated word can be read as one.
        if len(slot.readings) > 1 and len(slot.readings[0]) > 1:
            forms = [part for part in slot.readings[0] if isinstance(part, tuple)]
            return [Slot(((each,),), exact=False) for each in forms if not any(map(is_stop_word, each))]
    return []
