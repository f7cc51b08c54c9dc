"""What counts in the ranking, and how much: measured, see docs/relevance.md."""

from __future__ import annotations

from dataclasses import dataclass, replace

from indexer.search.embedded.evaluate import RANKING_FIELDS

K1 = 1.2
B = {"text": 0.75, "title": 0.5, "section": 0.5}


@dataclass(frozen=True, slots=True)
class Ranking:
    """Weights of what speaks for a record; 0 leaves a feature out.

    fields: where words count. window: so many of the best records by their words are looked at again, for the features:
    parts: the parts of a hyphenated word, apart. document: the words in the document's other records. proximity: neighbours
    in the query that stand near each other. likeness: words shared with the other records among the first `models`, for
    queries of `likeness_words` or more.
    """

    fields: tuple[str, ...] = RANKING_FIELDS
    parts: float = 0.1
    document: float = 0.25
    proximity: float = 0.4
    likeness: float = 0.6
    likeness_words: int = 6
    models: int = 3
    window: int = 50

    @property
    def looks_twice(self) -> bool:
        """Whether anything is left of the features."""
        return any((self.parts, self.document, self.proximity, self.likeness))

    @property
    def of_words(self) -> Ranking:
        """The same without the features: what a record's words count by themselves."""
        return replace(self, parts=0.0, document=0.0, proximity=0.0, likeness=0.0)

    def without(self, feature: str) -> Ranking:
        """The same without a feature, or without a field."""
        if feature in RANKING_FIELDS:
            return replace(self, fields=tuple(field for field in self.fields if field != feature))
        changed: dict[str, float] = {feature: 0.0}
        return replace(self, **changed)  # type: ignore[arg-type]


PLAIN = Ranking(fields=("text", "title")).of_words
"""BM25 of text and title, and nothing else."""
