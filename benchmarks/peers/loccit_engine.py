"""Loccit itself, through the same doors as the command line and the web application."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from benchmarks.corpora import Indexed
from benchmarks.machine import program_version
from benchmarks.peers.contender import HITS, VALUES, Answer, Ask, EngineKind
from benchmarks.question import Question
from indexer.config import Settings
from indexer.search.engine import open_engine, open_writer
from webapp import params

_FACETS = "source,author,tag,published"


class Loccit:
    """An opened index."""

    def __init__(self, folder: Path) -> None:
        self._engine = open_engine(Settings(index_dir=folder))
        self._engine.status()

    def prepare(self, question: Question, facets: bool) -> Ask | None:
        """The request that the question's URL asks for."""
        chosen = [("facets", _FACETS), ("facet_size", str(VALUES)), ("interval", "year")] if facets else [("facets", "none")]
        request = params.parse([*question.pairs(), *chosen, ("page_size", str(HITS))]).request
        search = self._engine.search

        def ask() -> Answer:
            response = search(request)
            values = sum(len(facet.values) for facet in response.facets.values())
            if response.histogram:
                values += len(response.histogram.buckets)
            # A relaxed answer is one to another question: what was asked for is nowhere.
            total = 0 if response.relaxed else response.total
            return Answer(total, len(response.hits), sum(len(hit.spans) for hit in response.hits), values)

        return ask

    def close(self) -> None:
        """Let go of the index."""
        self._engine.close()


def build(folder: Path, documents: Iterable[Indexed], _threads: int) -> None:
    """A whole new generation."""
    with open_writer(Settings(index_dir=folder), ["benchmark"]) as writer:
        for document, paragraphs in documents:
            writer.add(document, paragraphs)
        writer.commit()


KIND = EngineKind("loccit", "Loccit", program_version, build, Loccit)
