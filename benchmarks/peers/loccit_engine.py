"""Loccit itself, through the same doors as the command line and the web application."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import indexer
from benchmarks.corpora import Indexed
from benchmarks.machine import program_version
from benchmarks.peers.contender import HITS, VALUES, Answer, Ask, EngineKind
from benchmarks.question import Question
from indexer.config import Settings
from indexer.search.embedded import EmbeddedEngine
from indexer.search.embedded.ranking import PLAIN, Ranking
from indexer.search.engine import open_writer
from webapp import params

_INDEXER = Path(indexer.__file__).parent
WRITING = (
    "fields.py",
    "model.py",
    "published.py",
    "search/analysis.py",
    "search/folding.py",
    "search/stemming.py",
    "search/ukrainian.py",
    "search/unspaced.py",
    "search/embedded/writer.py",
    "search/embedded/bulk.py",
    "search/embedded/workers.py",
    "search/embedded/codec/*.py",
)
"""The modules of the indexer that decide what stands in an index, and how fast it is written."""
_FACETS = "source,author,tag,published"


class Loccit:
    """An opened index. kernels: the setting of that name."""

    def __init__(self, folder: Path, kernels: str = "auto", ranking: Ranking | None = None) -> None:
        # Each word in its own spelling alone: no peer knows others, and the totals have to compare.
        self._engine = EmbeddedEngine(folder, kernels, ranking=ranking or Ranking())
        self._engine.status()

    def prepare(self, question: Question, facets: bool) -> Ask | None:
        """The request that the question's URL asks for."""
        chosen = [("facets", _FACETS), ("facet_size", str(VALUES)), ("interval", "year")] if facets else [("facets", "none")]
        asked = params.parse([*question.pairs(), *chosen, ("page_size", str(HITS))]).request
        # Titles and other queries that may have been meant come on top of the job.
        request = replace(asked, hints=False)
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


def build(folder: Path, documents: Iterable[Indexed], threads: int) -> None:
    """A whole new generation, written by so many processes."""
    with open_writer(Settings(index_dir=folder, processes=threads), ["benchmark"]) as writer:
        for document, paragraphs in documents:
            writer.add(document, paragraphs)
        writer.commit()


@cache
def edition() -> str:
    """Names the source code that decides what stands in an index and how fast it is written: 8 hex digits of it.

    It is that of the first call: a run keeps its indexes whatever is edited meanwhile.
    """
    digest = hashlib.sha256()
    for path in sorted(path for pattern in WRITING for path in _INDEXER.glob(pattern)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


KIND = EngineKind("loccit", "Loccit", program_version, build, Loccit, edition=edition)
NUMPY = EngineKind(
    "loccit-numpy", "Loccit on numpy", program_version, build, partial(Loccit, kernels="numpy"), KIND.name, edition
)
BM25 = EngineKind(
    "loccit-bm25", "Loccit with plain BM25", program_version, build, partial(Loccit, ranking=PLAIN), KIND.name, edition
)
