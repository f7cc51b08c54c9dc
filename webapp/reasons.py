"""What counted in a hit's score, in words."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.fields import FIELD_BY_NAME, HISTOGRAM
from indexer.search.request import SearchRequest, Sort
from indexer.search.response import FeatureScore, Hit, ScorePart
from webapp.labels import number

_FEATURES = {
    "parts": "Parts of hyphenated words",
    "document": "The words in the rest of the document",
    "proximity": "Words near each other",
    "likeness": "Much in common with the best paragraphs",
}
_TIMES = {1: "once", 2: "twice"}


@dataclass(frozen=True, slots=True)
class Reason:
    """A part of a score: what counted, and how much."""

    what: str
    score: str


@dataclass(frozen=True, slots=True)
class ReasonsView:
    """Why a hit stands where it stands. note: what to know before, or ""; total: the score."""

    note: str
    reasons: tuple[Reason, ...]
    total: str


def reasons(hit: Hit) -> tuple[Reason, ...]:
    """The parts of a hit's score, where they were asked for."""
    return tuple(Reason(_worded(part), _shown(part.score)) for part in hit.explain)


def present_reasons(hit: Hit, request: SearchRequest) -> ReasonsView | None:
    """What counted in a hit's score; None where nobody asked, or nothing did."""
    if not hit.explain or hit.score is None:
        return None
    note = "" if request.order is Sort.RELEVANCE else "The order is another one here. What the words count:"
    return ReasonsView(note, reasons(hit), _shown(hit.score))


def _worded(part: ScorePart) -> str:
    if isinstance(part, FeatureScore):
        return _FEATURES.get(part.feature, part.feature.capitalize())
    if part.field == HISTOGRAM:
        return f"Published: {part.term}"
    times = _TIMES.get(part.frequency, f"{number(part.frequency)} times")
    return f"{part.term}, {times} in the {FIELD_BY_NAME[part.field].label.lower()}"


def _shown(score: float) -> str:
    return f"{score:.3f}"
