"""A collection in an index, answered with one ranking after the other: what is found, and how long it takes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

from benchmarks.measures import quiet_collector
from benchmarks.relevance.collection import DEPTH, Collection, Judged, ndcg
from indexer.config import Settings
from indexer.search import syntax
from indexer.search.embedded import EmbeddedEngine
from indexer.search.embedded.ranking import Ranking
from indexer.search.engine import open_writer
from indexer.search.request import MAX_PAGE_SIZE, Match, SearchRequest


@dataclass(frozen=True, slots=True)
class Quality:
    """nDCG@10 over all queries, over those that parameters were chosen on, and over the others."""

    whole: float
    chosen_by: float
    unseen: float

    @classmethod
    def of(cls, judged: Sequence[Judged], values: Sequence[float]) -> Quality:
        """The means of the queries' values."""
        even = [value for each, value in zip(judged, values, strict=True) if each.chosen_by]
        odd = [value for each, value in zip(judged, values, strict=True) if not each.chosen_by]
        return cls(fmean(values), fmean(even), fmean(odd))

    def less(self, other: Quality) -> Quality:
        """How far it is above another."""
        return Quality(self.whole - other.whole, self.chosen_by - other.chosen_by, self.unseen - other.unseen)


def build(folder: Path, collection: Collection) -> Path:
    """Index a collection. Gives the folder."""
    with open_writer(Settings(index_dir=folder, processes=1), ["benchmark"]) as writer:
        for document, paragraphs in collection.documents():
            writer.add(document, paragraphs)
        writer.commit()
    return folder


def quality(index_dir: Path, judged: Sequence[Judged], ranking: Ranking, *, cut: bool) -> Quality:
    """How good the answers to the queries are, with `match=any`. cut: documents have several records, so more are asked for."""
    size = MAX_PAGE_SIZE if cut else DEPTH
    engine = EmbeddedEngine(index_dir, ranking=ranking)
    values = []
    for each in judged:
        request = SearchRequest(syntax.parse(each.query, Match.ANY), match=Match.ANY, page_size=size, facets=())
        documents = dict.fromkeys(hit.document.id for hit in engine.search(request).hits)
        values.append(ndcg(list(documents), each.relevant))
    engine.close()
    return Quality.of(judged, values)


def times(index_dir: Path, judged: Sequence[Judged], rankings: Sequence[Ranking], rounds: int) -> list[float]:
    """The processor time of a query with each ranking in seconds: the first page with its facets and spans, in process.

    Of each query the median over the rounds, of these the mean. Every query is asked with one ranking after the other.
    """
    engines = [EmbeddedEngine(index_dir, ranking=ranking) for ranking in rankings]
    requests = [SearchRequest(syntax.parse(each.query, Match.ANY), match=Match.ANY, page_size=DEPTH) for each in judged]
    for engine in engines:
        for request in requests[:DEPTH]:
            engine.search(request)
    taken: list[list[list[float]]] = [[[] for _ in requests] for _ in engines]
    with quiet_collector():
        for turn in range(rounds):
            for number, request in enumerate(requests):
                for place in range(len(engines)):
                    which = (place + turn + number) % len(engines)
                    start = time.process_time()
                    engines[which].search(request)
                    taken[which][number].append(time.process_time() - start)
    for engine in engines:
        engine.close()
    return [fmean(median(each) for each in by_query) for by_query in taken]
