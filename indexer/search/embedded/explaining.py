"""Why a hit has its score: what each word of the query counts in each field of it, and what each feature adds.

A word's tf is a sum over fields, and its score factor * tf / (k1 + tf): the score is divided among the fields as the tf is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from indexer.search.embedded.codec.columns import PROSE
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.evaluate import Evaluation, Leaf
from indexer.search.embedded.ordering import Ranked
from indexer.search.embedded.ranking import K1
from indexer.search.embedded.rescoring import FEATURES, Look
from indexer.search.embedded.scoring import Scoring, is_leaf
from indexer.search.query import Fuzzy, Phrase, Published, Wildcard
from indexer.search.response import FeatureScore, ScorePart, TermScore

_UNITS = 1_000_000
"""Scores are whole numbers of these parts of 1."""


def explained(ranked: Sequence[Ranked], looks: Sequence[Look]) -> list[Ranked]:
    """The records of a page with the parts of their scores. looks: what all of them were found by."""
    return [place._replace(explain=_explain(place, _look_at(place, looks))) for place in ranked]


def rounded(parts: Sequence[ScorePart], score: float) -> tuple[ScorePart, ...]:
    """The parts rounded to 1e-6 so that they add up to the score, which is: what is left goes to the largest remainders."""
    counted = [part for part in parts if part.score]
    exact = [part.score * _UNITS for part in counted]
    units = [math.floor(each) for each in exact]
    if counted:
        everywhere, more = divmod(round(score * _UNITS) - sum(units), len(units))
        largest = sorted(range(len(units)), key=lambda place: units[place] - exact[place])
        units = [each + everywhere for each in units]
        for place in largest[:more]:
            units[place] += 1
    return tuple(replace(part, score=each / _UNITS) for part, each in zip(counted, units, strict=True) if each)


def _look_at(place: Ranked, looks: Sequence[Look]) -> Look:
    """What a record was found by: one reading of the query, in one segment."""
    return next(look for look in looks if look.part.number == place.segment and (look.scored[0] == place.record).any())


def _explain(place: Ranked, look: Look) -> tuple[ScorePart, ...]:
    parts: list[ScorePart] = list(_terms(look.part.scoring, look.part.evaluation, place.record))
    for where in np.flatnonzero(look.records == place.record).tolist():
        parts += [FeatureScore(name, added) for name, added in zip(FEATURES, look.features[:, where].tolist(), strict=True)]
    return rounded(parts, place.score or 0.0)


def _terms(scoring: Scoring, evaluation: Evaluation, record: int) -> Iterator[TermScore]:
    """What the nodes of a query count in a record, field by field."""
    for node, factor in scoring.nodes:
        if isinstance(node, Published):
            if record in evaluation.records(node):
                yield TermScore(_days(node), "published", 1, factor)
        elif is_leaf(node):
            found = [(field, *_counted(scoring, evaluation, node, field, record)) for field in scoring.fields(node)]
            tf = sum(part for *_, part in found)
            for field, frequency, part in found:
                yield TermScore(_typed(node), field, frequency, factor * part / (K1 + tf))
        elif node.field is not None and (frequency := sum(_frequencies(evaluation, node, node.field, record).values())):
            yield TermScore(_typed(node), node.field, frequency, factor)


def _counted(scoring: Scoring, evaluation: Evaluation, node: Leaf, field: str, record: int) -> tuple[int, float]:
    """How often a leaf stands in a field of a record, and what that adds to its tf."""
    found = _frequencies(evaluation, node, field, record)
    units = np.array(list(found), dtype=np.int64)
    norms = scoring.statistics.norms(field, evaluation.segment.postings(field).lengths[units])
    frequencies = np.array(list(found.values()), dtype=np.int64)
    return int(frequencies.sum()), float((frequencies * norms).sum())


def _frequencies(evaluation: Evaluation, node: Leaf, field: str, record: int) -> dict[int, int]:
    """How often a leaf stands in each unit of a field that a record has and that holds it."""
    matches = evaluation.matches(node, field)
    found = {}
    for unit in _units(evaluation.segment, field, record):
        place = int(np.searchsorted(matches.units, matches.units.dtype.type(unit)))
        if place < len(matches.units) and matches.units[place] == unit:
            found[unit] = int(matches.freqs[place])
    return found


def _units(segment: Segment, field: str, record: int) -> list[int]:
    """The units of a record's field."""
    if field == "text":
        return [record]
    document = segment.document_of(record)
    if field in PROSE:
        return [document]
    column = segment.column(field)
    units: list[int] = column.units_of(document if column.per_document else record).tolist()
    return units


def _typed(node: Leaf) -> str:
    """A leaf as one would type it, without field and weight."""
    if isinstance(node, Wildcard):
        return node.pattern
    if isinstance(node, Fuzzy):
        return f"{node.text}~{node.distance or ''}"
    slop = f"~{node.slop}" if isinstance(node, Phrase) and node.slop is not None else ""
    text = f'"{node.text}"' if isinstance(node, Phrase) else node.text
    return f"{'=' * node.exact}{text}{slop}"


def _days(node: Published) -> str:
    """Days as one would type them: a day, or a range with an open end perhaps."""
    first, last = ("" if day is None else date.fromordinal(day).isoformat() for day in (node.first, node.last))
    return first if first and first == last else f"[{f'{first} TO {last}'.strip()}]"
