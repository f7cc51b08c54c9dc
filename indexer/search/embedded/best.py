"""The best records of an answer: by their words first, the foremost of them looked at again (`rescoring`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.evaluate import Evaluation
from indexer.search.embedded.judged import ByLanguage, Tree
from indexer.search.embedded.ranking import Ranking
from indexer.search.embedded.rescoring import Look, Part, bare_words, look_again, unseen
from indexer.search.embedded.scoring import Scored, Scoring, Statistics


class Best(NamedTuple):
    """The best records of each segment in order, with their scores, rounded to 1e-6; and what was looked at for them."""

    scored: list[Scored]
    looks: list[Look]


def rank(
    tree: Tree,
    evaluations: Sequence[Evaluation],
    passing: Sequence[Array],
    rows: Sequence[Array | None],
    statistics: Statistics,
    ranking: Ranking,
    count: int,
) -> Best:
    """The `count` best of the passing records of each segment.

    rows: see Evaluation.rows, of the passing records. Where the query is not the same in all languages, each record is scored
    by what it is in its own; all of them share one window.
    """
    if not isinstance(tree, ByLanguage):
        readings = [(Scoring(tree, evaluations, statistics, ranking), passing, rows)]
    else:
        readings = []
        for lists, each in tree.trees:
            own = [evaluation.judged_by(lists, records) for evaluation, records in zip(evaluations, passing, strict=True)]
            readings.append((Scoring(each, evaluations, statistics, ranking), own, [None] * len(own)))
    words = [bare_words(scoring) for scoring, _, _ in readings]
    twice = any(words)
    most = max(count, ranking.window) if twice else count
    parts = [
        Part(scoring, each, number, scored)
        for (scoring, records, aligned), each in zip(readings, words, strict=True)
        for number, scored in enumerate(scoring.rank(records, aligned, most))
    ]
    looks = look_again(parts, ranking) if twice else [unseen(part) for part in parts]
    together = [
        _together(evaluation.segment, looks[number :: len(evaluations)], count) for number, evaluation in enumerate(evaluations)
    ]
    return Best(together, looks)


def _together(segment: Segment, looks: Sequence[Look], count: int) -> Scored:
    """The best of several looks at records of a segment."""
    if len(looks) == 1:
        records, scores = looks[0].scored
        return records[:count], scores[:count]
    records, scores = (np.concatenate(arrays) for arrays in zip(*(look.scored for look in looks), strict=True))
    order = np.lexsort((records, segment.ranks[segment.record_document[records]], -scores))[:count]
    return records[order], scores[order]
