"""What an engine is to the benchmark.

The job: the ten best records with their text and the places of the words in it, the exact total, and four facets: source,
author and tag with their ten most frequent values, and the year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from benchmarks.corpora import Indexed
from benchmarks.question import Question

HITS = 10
VALUES = 10
YEARS = 200

Ask: TypeAlias = "Callable[[], Answer]"
"""A question made ready: calling it is what is timed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question: the total, and how many hits, marked words and facet values were given."""

    total: int
    hits: int
    marked: int
    values: int


class Contender(Protocol):
    """An opened index of one engine."""

    def prepare(self, question: Question, facets: bool) -> Ask | None:
        """Translate a question, untimed; None where the engine has nothing like it."""
        ...

    def close(self) -> None:
        """Let go of the index."""
        ...


@dataclass(frozen=True, slots=True)
class EngineKind:
    """An engine that takes part.

    build: writes an index of the documents into an empty folder, with so many threads or processes, where it takes a number.
    index: the name of the engine whose index it opens, where that is not its own. edition: what indexes of its make differ by;
    its version, where nothing else is said.
    """

    name: str
    label: str
    version: Callable[[], str]
    build: Callable[[Path, Iterable[Indexed], int], None]
    open: Callable[[Path], Contender]
    index: str = ""
    edition: Callable[[], str] | None = None
