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
from indexer.search.embedded.kernels.with_numpy import with_titles
from indexer.search.embedded.likeness import likeness
from indexer.search.embedded.ordering import by_score
from indexer.search.embedded.postings import Matches
from indexer.search.embedded.ranking import K1, B, Ranking
from indexer.search.embedded.scoring import Scored, Scoring, within
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
        more, features = np.zeros(cut), dict[str, Array]()
        if cut and part.words:
            features = _Sight(part.evaluation, records, part.scoring).features(part.words)
            features["likeness"] = liked if many else np.zeros(cut)
            more[order] = sum(features.values())
        found.append(Look(part, _in_order(part.scored, more, part.evaluation.segment), records, features))
    return found


def _cuts(segments: Sequence[Segment], scored: Sequence[Scored], window: int) -> list[int]:
    """How many of the first records of each part are among the first of all."""
    if len(scored) == 1:
        return [min(window, len(scored[0][0]))]
    cuts = [0] * len(scored)
    for place in by_score(segments, scored, 0, window):
        cuts[place.segment] += 1
    return cuts


def _in_order(scored: Scored, more: Array, segment: Segment) -> Scored:
    """The first records in the order of their new scores, the others after them as they are."""
    (records, scores), cut = scored, len(more)
    first, new = records[:cut], np.round(scores[:cut] + more, 6)
    places = np.lexsort((first, segment.ranks[segment.record_document[first]], -new))
    return np.concatenate([first[places], records[cut:]]), np.concatenate([new[places], scores[cut:]])


class _Sight:
    """The records of a segment that are looked at again, ascending."""

    def __init__(self, evaluation: Evaluation, records: Array, scoring: Scoring) -> None:
        segment, statistics = evaluation.segment, scoring.statistics
        self._evaluation, self._records, self._scoring = evaluation, records, scoring
        self._weights = statistics.text_weights[segment.postings("text").lengths[records]]
        documents = segment.record_document[records]
        self._begins, self._ends = segment.bounds[documents], segment.bounds[documents + np.uint32(1)]
        lengths = segment.document_lengths[documents] / (statistics.mean_document or 1.0)
        self._document_weights = 1 / (1 - B["text"] + B["text"] * lengths)

    def features(self, words: Sequence[BareWord]) -> dict[str, Array]:
        """What each feature adds to the scores."""
        ranking = self._scoring.ranking
        added = self._occurrences(words) if ranking.parts or ranking.document else {}
        return added | {"proximity": self._proximity(words)} if ranking.proximity else added

    def _occurrences(self, words: Sequence[BareWord]) -> dict[str, Array]:
        """The parts of hyphenated words, and the words in the documents' other records."""
        ranking = self._scoring.ranking
        parts, document = np.zeros(len(self._records)), np.zeros(len(self._records))
        records = within(self._evaluation.segment, self._scoring.statistics)
        alone = bool((self._ends - self._begins == 1).all())
        for number, word, factor in words:
            slots = _parts(self._evaluation, word) if ranking.parts else []
            if alone and not slots:
                continue
            term = self._scoring.term(number, self._evaluation)
            own, together = self._counted(Matches(term.units, term.freqs))
            tf = with_titles(own * self._weights, self._records, term, records)
            before = _saturated(tf)
            for slot in slots:
                tf += ranking.parts * self._weights * self._counted(self._evaluation.slot(slot, "text"))[0]
            saturated = _saturated(tf) if slots else before
            parts += factor * (saturated - before)
            document += factor * (_saturated(tf + ranking.document * self._document_weights * (together - own)) - saturated)
        return {"parts": parts, "document": document}

    def _counted(self, found: Matches) -> tuple[Array, Array]:
        kernels = self._evaluation.kernels
        return kernels.occurrences(found.units, found.freqs, self._records, self._begins, self._ends)

    def _proximity(self, words: Sequence[BareWord]) -> Array:
        evaluation, weight = self._evaluation, self._scoring.ranking.proximity
        added = np.zeros(len(self._records))
        starts = [evaluation.starts(word.node, self._records) for word in words]
        for (first, second), (keys, others) in zip(pairwise(words), pairwise(starts), strict=True):
            if evaluation.slots(first.node) != evaluation.slots(second.node):
                near = evaluation.kernels.closeness(keys, others, self._records, REACH) * self._weights
                added += weight * (first.factor + second.factor) / 2 * _saturated(near)
        return added


def _parts(evaluation: Evaluation, word: Word) -> list[Slot]:
    """The parts of a hyphenated word, each by itself; stop words among them say nothing."""
    for slot in evaluation.slots(word):
        # Apart from its parts, a hyphenated word can be read as one.
        if len(slot.readings) > 1 and len(slot.readings[0]) > 1:
            forms = [part for part in slot.readings[0] if isinstance(part, tuple)]
            return [Slot(((each,),), exact=False) for each in forms if not any(map(is_stop_word, each))]
    return []


def _saturated(tf: Array) -> Array:
    saturated: Array = tf / (K1 + tf)
    return saturated
