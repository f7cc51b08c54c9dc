"""Likeness: what the best records by their words have in common with others that match.

The first records by their words are the models. Of each, WORDS words of its text are taken: the longest and most frequent
(letters times frequency, of the pieces between white space; neither stop words nor words that no other record has). A record's
likeness with a model is

    sum of idf * g(frequency / norm of the text) / sum of idf,  g(x) = x / (k1 + x), over the model's words

from 0 to 1, and 0 with itself: what stands first gets nothing from standing first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from indexer.search.analysis import tokenize
from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.evaluate import Evaluation
from indexer.search.embedded.kernels.term import Matches, stretches_of
from indexer.search.embedded.ordering import by_score
from indexer.search.embedded.ranking import K1, Ranking
from indexer.search.embedded.scoring import Scored, Scoring
from indexer.search.embedded.slots import Slot
from indexer.search.stopwords import is_stop_word, stop_list_of

WORDS = 6


class Found(Protocol):
    """What was found by one reading of a query in one segment: see `rescoring.Part`."""

    @property
    def scoring(self) -> Scoring: ...
    @property
    def evaluation(self) -> Evaluation: ...
    @property
    def number(self) -> int: ...
    @property
    def scored(self) -> Scored: ...


class _Word(NamedTuple):
    """A word of a model: its idf, and where it stands in the text of each segment."""

    idf: float
    found: list[Matches]


def likeness(parts: Sequence[Found], looked: Sequence[Array], ranking: Ranking) -> list[Array]:
    """What likeness adds to the scores of the records looked at (ascending), part by part."""
    models = by_score([part.evaluation.segment for part in parts], [part.scored for part in parts], 0, ranking.models)
    added = [np.zeros(len(records)) for records in looked]
    if not models or not models[0].score:
        return added
    known: dict[str, _Word | None] = {}
    shares = [_shares(parts[model.segment], model.record, known) for model in models]
    words = {form: word for form, word in known.items() if word is not None}
    # [word, model]: what a word counts in the likeness with a model.
    counts = np.array([[share.get(form, 0.0) for share in shares] for form in words]).reshape(len(words), len(models))
    weight = ranking.likeness * models[0].score / len(models)
    for number, (part, records) in enumerate(zip(parts, looked, strict=True)):
        if len(records) and len(words):
            like = counts.T @ _saturated(part, [word.found[part.number] for word in words.values()], records)
            for place, model in enumerate(models):
                if model.segment == number:
                    like[place, np.searchsorted(records, model.record)] = 0
            added[number] = weight * like.sum(axis=0)
    return added


def _shares(part: Found, record: int, known: dict[str, _Word | None]) -> dict[str, float]:
    """The words of a model with their shares in its likeness. known: the words of all models by form, added to here."""
    segment = part.evaluation.segment
    languages = segment.languages
    stop_list = stop_list_of(languages.all[languages.by_record[record]])
    counts = Counter(segment.paragraph(record).text.lower().split())
    shares: dict[str, float] = {}
    for _, piece in sorted([(-len(piece) * count, piece) for piece, count in counts.items()]):
        tokens = tokenize(piece)
        if not tokens or is_stop_word(tokens[0].form, stop_list):
            continue
        form = tokens[0].form
        if form not in known:
            known[form] = _word(form, part.scoring)
        word = known[form]
        if word is not None:
            shares[form] = word.idf
        if len(shares) == WORDS:
            break
    whole = sum(shares.values())
    return {form: idf / whole for form, idf in shares.items()}


def _word(form: str, scoring: Scoring) -> _Word | None:
    """A word of a model; None where no other record has it."""
    slot = Slot((((form,),),), exact=False)
    found = [evaluation.slot(slot, "text") for evaluation in scoring.evaluations]
    having = sum(
        len(evaluation.records_with("text", each.units)) for evaluation, each in zip(scoring.evaluations, found, strict=True)
    )
    return _Word(scoring.idf(having), found) if having > 1 else None


def _saturated(part: Found, found: Sequence[Matches], records: Array) -> Array:
    """[word, record]: the saturated frequencies of words in the texts of some records of a segment."""
    postings = part.evaluation.segment.postings("text")
    stretches = stretches_of(found, (postings.ids, postings.freqs))
    tf = part.evaluation.kernels.frequencies(*stretches, records)
    tf *= part.scoring.statistics.text_weights[postings.lengths[records]]
    saturated: Array = tf / (K1 + tf)
    return saturated
