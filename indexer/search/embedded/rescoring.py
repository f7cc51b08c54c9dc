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

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.evaluate import Evaluation
from indexer.search.embedded.kernels.term import Matches, Sight, stretches_of
from indexer.search.embedded.likeness import likeness
from indexer.search.embedded.ordering import by_score
from indexer.search.embedded.ranking import K1, Ranking
from indexer.search.embedded.scoring import Scored, Scoring
from indexer.search.embedded.slots import Slot
from indexer.search.query import Word
from indexer.search.stopwords import is_stop_word

REACH = 5
FEATURES = ("parts", "document", "proximity", "likeness")
"""What the second look adds, in this order."""

_LIKENESS = FEATURES.index("likeness")
_NO_RECORDS = np.zeros(0, dtype=np.uint32)
_NO_FEATURES = np.zeros((len(FEATURES), 0))
_NO_KEYS = np.zeros(0, dtype=np.int64)
_NO_PARTS = np.zeros((0, 0))


class BareWord(NamedTuple):
    """A bare word of a query: the number of its node, and its factor."""

    number: int
    node: Word
    factor: float


def bare_words(scoring: Scoring) -> list[BareWord]:
    """The bare words of a query in order, if it gets a second look; else none."""
    if len(scoring.nodes) < 2:
        return []
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
    """A part, and its records in the order that holds. features: [feature, i], what each adds to the score of records[i]."""

    part: Part
    scored: Scored
    records: Array
    features: Array


def unseen(part: Part) -> Look:
    """A part as it is, where nothing is looked at again."""
    return Look(part, part.scored, _NO_RECORDS, _NO_FEATURES)


def look_again(parts: Sequence[Part], ranking: Ranking) -> list[Look]:
    """The records of each part in their new order, the features added to the scores of the first of all.

    parts: as `Scoring.rank` gave them, `window` records or more if there are so many.
    """
    cuts = _cuts(parts, ranking.window)
    features = [np.zeros((len(FEATURES), cut)) for cut in cuts]
    wordy = [len(part.words) >= ranking.likeness_words for part in parts]
    if ranking.likeness and any(wordy):
        places = [np.argsort(part.scored[0][:cut]) for part, cut in zip(parts, cuts, strict=True)]
        looked = [part.scored[0][order] for part, order in zip(parts, places, strict=True)]
        for added, order, liked, many in zip(features, places, likeness(parts, looked, ranking), wordy, strict=True):
            if many:
                added[_LIKENESS, order] = liked
    return [
        _look(part, cut, added) if cut and part.words else unseen(part)
        for part, cut, added in zip(parts, cuts, features, strict=True)
    ]


def _cuts(parts: Sequence[Part], window: int) -> list[int]:
    """How many of the first records of each part are among the first of all."""
    if len(parts) == 1:
        return [min(window, len(parts[0].scored[0]))]
    cuts = [0] * len(parts)
    for place in by_score([part.evaluation.segment for part in parts], [part.scored for part in parts], 0, window):
        cuts[place.segment] += 1
    return cuts


def _look(part: Part, cut: int, features: Array) -> Look:
    """A look at so many first records of a part. features: what is set so far."""
    evaluation, terms, (records, scores) = part.evaluation, part.scoring.terms(part.number), part.scored
    first = records[:cut]
    order, totals = evaluation.kernels.look_again(first, scores[:cut], terms, _sight(part, first), K1, features)
    seen = first[order]
    if cut < len(records):
        seen, totals = np.concatenate([seen, records[cut:]]), np.concatenate([totals, scores[cut:]])
    return Look(part, (seen, totals), first, features)


def _sight(part: Part, records: Array) -> Sight:
    """What the bare words of a query are to records."""
    evaluation, words, ranking = part.evaluation, part.words, part.scoring.ranking
    postings = evaluation.segment.postings("text")
    slots = [evaluation.slots(word.node) for word in words]
    strengths = [
        ranking.proximity * (first.factor + second.factor) / 2 if one != other else 0.0
        for (first, second), (one, other) in zip(pairwise(words), pairwise(slots), strict=True)
    ]
    if not ranking.proximity:
        keys, bounds = _NO_KEYS, np.zeros(len(words) + 1, dtype=np.int64)
    elif part.scoring.terms(part.number).text[0] is postings.ids:
        keys = bounds = _NO_KEYS
    else:
        keys, bounds = evaluation.starts([word.node for word in words], np.sort(records))
    numbers, parts = np.array([word.number for word in words]), _counted_parts(part, records)
    return Sight(numbers, np.array(strengths), keys, bounds, postings.skips, postings.positions, parts, ranking.document, REACH)


def _counted_parts(part: Part, records: Array) -> Array:
    """What the parts of hyphenated words count in records: see `Sight`."""
    evaluation, weight = part.evaluation, part.scoring.ranking.parts
    slots = [_parts(evaluation, word.node) for word in part.words] if weight else []
    if not any(slots):
        return _NO_PARTS
    ascending = np.sort(records)
    counted = np.zeros((len(slots), len(records)))
    for row, several in zip(counted, slots, strict=True):
        for slot in several:
            row += weight * _frequencies(evaluation, evaluation.slot(slot, "text"), ascending)
    return counted


def _frequencies(evaluation: Evaluation, found: Matches, records: Array) -> Array:
    postings = evaluation.segment.postings("text")
    stretches = stretches_of([found], (postings.ids, postings.freqs))
    frequencies: Array = evaluation.kernels.frequencies(*stretches, records)[0]
    return frequencies


def _parts(evaluation: Evaluation, word: Word) -> list[Slot]:
    """The parts of a hyphenated word, each by itself; stop words among them say nothing."""
    for slot in evaluation.slots(word):
        # Apart from its parts, a hyphenated word can be read as one.
        if len(slot.readings) > 1 and len(slot.readings[0]) > 1:
            forms = [part for part in slot.readings[0] if isinstance(part, tuple)]
            return [Slot(((each,),), exact=False) for each in forms if not any(map(is_stop_word, each))]
    return []
