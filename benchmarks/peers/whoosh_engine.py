"""Stock Whoosh with its own codec: `StemmingAnalyzer`, `groupedby` facets, `highlights`.

Prefixes and fuzzy words are looked for in an unstemmed field. Its slop is ordered; its totals and facets are as they are.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.corpora import Indexed
from benchmarks.machine import package_version
from benchmarks.peers.contender import HITS, Answer, Ask, EngineKind
from benchmarks.question import Operator, Question
from indexer.published import parse_published

_MEGABYTES = 512
_SEPARATOR = "|"


class Whoosh:
    """An opened index with one searcher."""

    def __init__(self, folder: Path) -> None:
        self._query = _module("whoosh.query")
        self._sorting = _module("whoosh.sorting")
        self._index = _module("whoosh.index").open_dir(str(folder))
        self._searcher = self._index.searcher()
        self._analyzer = self._index.schema["text"].analyzer

    def prepare(self, question: Question, facets: bool) -> Ask | None:
        """The question as a query tree; what narrows it as a filter."""
        query, narrowing = self._words(question), self._narrowing(question)
        options: dict[str, Any] = {"filter": narrowing} if narrowing else {}
        if facets:
            options["groupedby"] = self._facets()
        if question.operator is Operator.EVERYTHING:
            options |= {"sortedby": "first_day", "reverse": True}
        marking = question.operator is not Operator.EVERYTHING
        field = "form" if question.operator in (Operator.PREFIX, Operator.FUZZY) else "text"
        search = self._searcher.search

        def ask() -> Answer:
            results = search(query, limit=HITS, **options)
            total = len(results)
            texts = [hit.highlights(field, text=hit["text"]) if marking else hit["text"] for hit in results]
            values = sum(len(results.groups(name)) for name in results.facet_names()) if facets else 0
            return Answer(total, len(texts), sum(text.count("<b ") for text in texts), values)

        return ask

    def close(self) -> None:
        """Close the searcher and the index."""
        self._searcher.close()
        self._index.close()

    def _facets(self) -> Any:
        facets = self._sorting.Facets()
        count, by = self._sorting.Count, self._sorting.FieldFacet
        for name in ("source", "year"):
            facets.add_facet(name, by(name, maptype=count))
        for name in ("author", "tag"):
            facets.add_facet(name, by(name, allow_overlap=True, maptype=count))
        return facets

    def _words(self, question: Question) -> Any:
        query = self._query
        if question.operator is Operator.EVERYTHING:
            return query.Every()
        if question.operator is Operator.PREFIX:
            return query.Prefix("form", question.words[0])
        if question.operator is Operator.FUZZY:
            return query.FuzzyTerm("form", question.words[0], maxdist=question.edits, prefixlength=0)
        terms = [token.text for token in self._analyzer(" ".join(question.words), mode="query")]
        if question.operator in (Operator.PHRASE, Operator.NEAR):
            return query.Phrase("text", terms, slop=question.slop + 1)
        if len(terms) == 1:
            return query.Term("text", terms[0])
        joined = query.Or if question.operator is Operator.ANY else query.And
        return joined([query.Term("text", term) for term in terms])

    def _narrowing(self, question: Question) -> Any:
        query = self._query
        clauses = [
            query.Or([query.Term(name, value) for value in values])
            for name, values in (("source", question.sources), ("tag", question.tags))
            if values
        ]
        clauses += [query.Not(query.Term("author", each)) for each in question.without_authors]
        if question.years:
            first, last = (parse_published(f"{year:04d}") for year in question.years)
            assert first is not None
            assert last is not None
            clauses += [query.NumericRange("last_day", first.first, None), query.NumericRange("first_day", None, last.last)]
        return query.And(clauses) if clauses else None


def build(folder: Path, documents: Iterable[Indexed], _threads: int) -> None:
    """One commit into one segment, in this process."""
    writer = _module("whoosh.index").create_in(str(folder), _schema()).writer(limitmb=_MEGABYTES, procs=1)
    for document, paragraphs in documents:
        days = parse_published(document.published) if document.published else None
        shared: dict[str, Any] = {"document": document.id, "title": document.title, "source": document.source or ""}
        shared |= {"author": _SEPARATOR.join(document.author), "tag": _SEPARATOR.join(document.tag)}
        if days and document.published:
            shared |= {"year": int(document.published[:4]), "first_day": days.first, "last_day": days.last}
        for paragraph in paragraphs:
            writer.add_document(**shared, text=paragraph.text, form=paragraph.text, ordinal=paragraph.ordinal)
    writer.commit(optimize=True)


def _schema() -> Any:
    fields, analysis = _module("whoosh.fields"), _module("whoosh.analysis")
    separated = analysis.RegexTokenizer(r"[^|]+")
    return fields.Schema(
        document=fields.STORED,
        title=fields.STORED,
        ordinal=fields.STORED,
        text=fields.TEXT(stored=True, analyzer=analysis.StemmingAnalyzer(cachesize=-1)),
        form=fields.TEXT(analyzer=analysis.StandardAnalyzer(stoplist=None, minsize=1)),
        source=fields.ID(stored=True, sortable=True),
        author=fields.KEYWORD(stored=True, analyzer=separated),
        tag=fields.KEYWORD(stored=True, analyzer=separated),
        year=fields.NUMERIC(stored=True, sortable=True),
        first_day=fields.NUMERIC(sortable=True),
        last_day=fields.NUMERIC(),
    )


def _module(name: str) -> Any:
    """A module of Whoosh, whose source has escapes that newer Pythons warn of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(name)


KIND = EngineKind("whoosh", "Whoosh", lambda: package_version("Whoosh"), build, Whoosh)
