"""tantivy-py: one segment; `en_stem` with tantivy's English stop words; facets as terms aggregations over fast fields.

The words are ranked in the text alone. Prefixes and fuzzy words are looked for in an unstemmed field; tantivy ranks and
marks neither. Words near each other are a phrase with slop, where words in the other order count as two farther apart.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.corpora import Indexed
from benchmarks.machine import package_version
from benchmarks.peers.contender import HITS, VALUES, YEARS, Answer, Ask, EngineKind
from benchmarks.question import Operator, Question
from indexer.published import parse_published

_ANALYZER = "en_stem_stop"
_LONGEST = 40
_HEAP_BYTES = 2_000_000_000
_AGGREGATIONS = {
    **{name: {"terms": {"field": name, "size": VALUES}} for name in ("source", "author", "tag")},
    "year": {"terms": {"field": "year", "size": YEARS}},
}


class Tantivy:
    """An opened index, read by one thread."""

    def __init__(self, folder: Path) -> None:
        self._library = _library()
        self._index = self._library.Index.open(str(folder))
        self._analyzer = _analyzer(self._library)
        self._index.register_tokenizer(_ANALYZER, self._analyzer)
        self._index.reload()
        self._schema = self._index.schema
        self._searcher = self._index.searcher()
        if self._searcher.num_segments != 1:
            raise RuntimeError(
                f"{folder} has {self._searcher.num_segments} segments, not one. Build it again: --rebuild tantivy"
            )

    def prepare(self, question: Question, facets: bool) -> Ask | None:
        """The question as a query object."""
        query = self._query(question)
        marking = question.operator is not Operator.EVERYTHING
        order = {} if marking else {"order_by_field": "first_day"}
        searcher, schema, generator = self._searcher, self._schema, self._library.SnippetGenerator

        def ask() -> Answer:
            found = searcher.search(query, HITS, count=True, **order)
            values = 0
            if facets:
                counted = searcher.aggregate(query, _AGGREGATIONS)
                values = sum(len(counted[name]["buckets"]) for name in _AGGREGATIONS)
            documents = [searcher.doc(address) for _, address in found.hits]
            texts = [document.get_first("text") for document in documents]
            marked = 0
            if marking and documents:
                snippets = generator.create(searcher, query, schema, "text")
                for document in documents:
                    snippet = snippets.snippet_from_doc(document)
                    snippet.fragment()
                    marked += len(snippet.highlighted())
            return Answer(found.count, len(texts), marked, values)

        return ask

    def close(self) -> None:
        """Nothing is held but memory."""

    def _query(self, question: Question) -> Any:
        query, occur = self._library.Query, self._library.Occur
        words = self._words(question)
        if not question.narrowed:
            return words
        clauses = [(occur.Must, words)]
        for name, values in (("source", question.sources), ("tag", question.tags)):
            if values:
                wanted = query.term_set_query(self._schema, name, list(values))
                clauses.append((occur.Must, query.const_score_query(wanted, 0.0)))
        clauses += [
            (occur.MustNot, query.term_query(self._schema, "author", each, "basic")) for each in question.without_authors
        ]
        if question.years:
            clauses += [(occur.Must, query.const_score_query(each, 0.0)) for each in self._days(*question.years)]
        return query.boolean_query(clauses)

    def _days(self, first: int, last: int) -> list[Any]:
        """Records whose days overlap these years."""
        begin, end = parse_published(f"{first:04d}"), parse_published(f"{last:04d}")
        assert begin is not None
        assert end is not None
        integer, query = self._library.FieldType.Integer, self._library.Query
        return [
            query.range_query(self._schema, "last_day", integer, begin.first, None),
            query.range_query(self._schema, "first_day", integer, None, end.last),
        ]

    def _words(self, question: Question) -> Any:
        query, occur = self._library.Query, self._library.Occur
        if question.operator is Operator.EVERYTHING:
            return query.all_query()
        if question.operator is Operator.PREFIX:
            return query.regex_query(self._schema, "form", f"{question.words[0]}.*")
        if question.operator is Operator.FUZZY:
            return query.fuzzy_term_query(self._schema, "form", question.words[0], distance=question.edits)
        tokens = self._analyzer.pre_tokenize(" ".join(question.words)).tokens
        if question.operator in (Operator.PHRASE, Operator.NEAR):
            places = [(token.position, token.text) for token in tokens]
            if question.operator is Operator.NEAR:
                places = list(enumerate(token.text for token in tokens))
            return query.phrase_query(self._schema, "text", places, slop=question.slop)
        terms = [query.term_query(self._schema, "text", token.text, "freq") for token in tokens]
        if len(terms) == 1:
            return terms[0]
        joined = occur.Should if question.operator is Operator.ANY else occur.Must
        return query.boolean_query([(joined, term) for term in terms])


def build(folder: Path, documents: Iterable[Indexed], threads: int) -> None:
    """One commit. One thread with memory enough gives one segment."""
    library = _library()
    index = library.Index(_schema(library), str(folder), reuse=False)
    index.register_tokenizer(_ANALYZER, _analyzer(library))
    writer = index.writer(_HEAP_BYTES, threads)
    for document, paragraphs in documents:
        days = parse_published(document.published) if document.published else None
        shared: dict[str, Any] = {"document": document.id, "title": document.title}
        if document.source:
            shared["source"] = document.source
        if document.author:
            shared["author"] = list(document.author)
        if document.tag:
            shared["tag"] = list(document.tag)
        if days and document.published:
            shared |= {"year": int(document.published[:4]), "first_day": days.first, "last_day": days.last}
        for paragraph in paragraphs:
            writer.add_document(library.Document(**shared, text=paragraph.text, form=paragraph.text, ordinal=paragraph.ordinal))
    writer.commit()
    writer.wait_merging_threads()


def _library() -> Any:
    try:
        return importlib.import_module("tantivy")
    except ModuleNotFoundError as error:
        raise SystemExit("tantivy is not installed. Run: pip install tantivy") from error


def _analyzer(library: Any) -> Any:
    """`en_stem` as tantivy defines it, with its English stop words before the stemmer."""
    filters = library.Filter
    builder = library.TextAnalyzerBuilder(library.Tokenizer.simple()).filter(filters.remove_long(_LONGEST))
    return builder.filter(filters.lowercase()).filter(filters.stopword("english")).filter(filters.stemmer("english")).build()


def _schema(library: Any) -> Any:
    schema = library.SchemaBuilder()
    schema.add_text_field("text", stored=True, tokenizer_name=_ANALYZER)
    schema.add_text_field("form", tokenizer_name="default")
    for name in ("document", "title"):
        schema.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("source", "author", "tag"):
        schema.add_text_field(name, stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    schema.add_integer_field("ordinal", stored=True)
    for name in ("year", "first_day", "last_day"):
        schema.add_integer_field(name, stored=True, indexed=True, fast=True)
    return schema.build()


KIND = EngineKind("tantivy", "tantivy-py", lambda: package_version("tantivy"), build, Tantivy)
