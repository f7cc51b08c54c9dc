"""Whoosh's own readers and Searcher over our files: the same words, counts, places and answers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh import query as whoosh_query
from whoosh.reading import IndexReader, TermNotFound
from whoosh.searching import Searcher

from indexer.errors import IndexCorrupt, NoIndex
from indexer.fields import FIELD_BY_NAME, FIELDS, FieldKind
from indexer.search.analysis import Token, tokenize
from indexer.search.embedded import EmbeddedEngine, EmbeddedWriter
from indexer.search.embedded.codec.keys import JOINED
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.manifest import MANIFEST
from indexer.search.embedded.whoosh_index import ArrayIndex
from indexer.search.query import All, Node, ParsedQuery, Phrase, Word
from indexer.search.query import Any as AnyOf
from indexer.search.request import SearchRequest, Sort
from indexer.search.stemming import stem
from tests.engines.library import make_library
from tests.engines.pages import all_pages
from tests.records import Indexed, make_document
from tests.search.embedded.folders import make_index, segment_files
from tests.search.embedded.test_segments import in_segments

# All English: a word of another language is another term, which Whoosh's queries do not ask for.
LIBRARY = tuple(Indexed(replace(metadata, language="en"), paragraphs) for metadata, paragraphs in make_library())
RECORDS = [(metadata, paragraph) for metadata, paragraphs in LIBRARY for paragraph in paragraphs]
WORDED = [field for field in FIELDS if field.kind is not FieldKind.DATE]
PLAIN = ("missile", "air", "defense", "the", "of", "with", "network", "patriot", "shop", "f", "16", "absent", "zoe", "us")

Positions = dict[int, list[list[int]]]
"""By record: the positions of a term in each value that has it."""


def _terms_of(token: Token, stemmed: bool) -> tuple[str, ...]:
    form = stem(token.form) if stemmed else token.form
    return (form,) if token.length == 1 else (form, f"{form}{JOINED}{token.length}")


def _counted(name: str) -> dict[str, Positions]:
    """The terms of a field and where they stand, by looking at every value."""
    field = FIELD_BY_NAME[name]
    terms: dict[str, Positions] = defaultdict(lambda: defaultdict(list))
    for number, (metadata, paragraph) in enumerate(RECORDS):
        value = getattr(metadata if field.per_document else paragraph, name)
        for text in sorted(value) if isinstance(value, tuple) else () if value is None else (value,):
            places: dict[str, list[int]] = defaultdict(list)
            for token in tokenize(text):
                for term in _terms_of(token, field.kind is FieldKind.TEXT):
                    places[term].append(token.position)
            for term, positions in places.items():
                terms[term][number].append(positions)
    return terms


@pytest.fixture(scope="module", params=[1, 3])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library in one segment or several."""
    return in_segments(tmp_path_factory.mktemp("whoosh") / "index_data", LIBRARY, request.param)


@pytest.fixture(scope="module")
def reader(folder: Path) -> Iterator[IndexReader]:
    """Whoosh's reader."""
    with ArrayIndex(folder).reader() as opened:
        yield opened


@pytest.fixture(scope="module")
def searcher(folder: Path) -> Iterator[Searcher]:
    """Whoosh's searcher."""
    with ArrayIndex(folder).searcher() as opened:
        yield opened


@pytest.fixture(scope="module")
def engine(folder: Path) -> EmbeddedEngine:
    """Ours."""
    return EmbeddedEngine(folder, "numpy")


def test_the_reader_has_all_the_records(reader: IndexReader, folder: Path) -> None:
    index = ArrayIndex(folder)
    assert reader.doc_count() == reader.doc_count_all() == index.doc_count() == len(RECORDS)
    assert not reader.has_deletions()
    assert list(reader.all_doc_ids()) == list(range(len(RECORDS)))
    assert len(list(reader.leaf_readers())) == len(segment_files(folder))
    assert sorted(reader.indexed_field_names()) == sorted(field.name for field in WORDED)
    assert sorted(index.schema.names()) == sorted(field.name for field in FIELDS)


def test_stored_fields_are_those_of_the_records(reader: IndexReader) -> None:
    for number, (metadata, paragraph) in enumerate(RECORDS):
        expected = {field.name: getattr(metadata if field.per_document else paragraph, field.name) for field in FIELDS}
        assert reader.stored_fields(number) == expected
    assert [stored["text"] for stored in reader.all_stored_fields()] == [paragraph.text for _, paragraph in RECORDS]


@pytest.mark.parametrize("name", [field.name for field in WORDED])
def test_terms_and_their_statistics_are_those_counted(reader: IndexReader, name: str) -> None:
    counted = _counted(name)
    assert list(reader.lexicon(name)) == sorted(term.encode() for term in counted)
    for term, records in counted.items():
        info = reader.term_info(name, term)
        assert (name, term) in reader
        assert reader.doc_frequency(name, term) == info.doc_frequency() == len(records)
        weight = sum(len(positions) for values in records.values() for positions in values)
        assert reader.frequency(name, term) == info.weight() == weight
        assert (info.min_id(), info.max_id()) == (min(records), max(records))
        assert info.max_weight() == max(sum(map(len, values)) for values in records.values())
    assert (name, "nowhere") not in reader
    assert reader.doc_frequency(name, "nowhere") == reader.frequency(name, "nowhere") == 0


def test_terms_come_in_order_over_all_fields(reader: IndexReader) -> None:
    terms = list(reader.all_terms())
    assert terms == sorted(terms)
    assert len(terms) == sum(len(_counted(field.name)) for field in WORDED)
    after = list(reader.terms_from("text", b"m"))
    assert after == [(name, term) for name, term in terms if (name, term) >= ("text", b"m")]
    assert {name for name, _ in reader.all_terms()} == {field.name for field in WORDED if _counted(field.name)}


@pytest.mark.parametrize("name", [field.name for field in WORDED])
def test_postings_are_those_counted(reader: IndexReader, name: str) -> None:
    counted = _counted(name)
    for term in Random(5).sample(sorted(counted), min(len(counted), 40)):
        records = counted[term]
        matcher = reader.postings(name, term)
        found: dict[int, tuple[float, list[int] | None]] = {}
        while matcher.is_active():
            positions = matcher.value_as("positions") if matcher.supports("positions") else None
            found[matcher.id()] = (matcher.weight(), positions)
            matcher.next()
        assert list(found) == sorted(records)
        for number, values in records.items():
            weight, positions = found[number]
            assert weight == sum(map(len, values))
            assert positions is None or positions in values
        assert name != "text" or all(positions is not None for _, positions in found.values())
    with pytest.raises(TermNotFound):
        reader.postings(name, "nowhere")


@pytest.mark.parametrize("name", [field.name for field in WORDED])
def test_lengths_are_those_counted(reader: IndexReader, name: str) -> None:
    field = FIELD_BY_NAME[name]
    lengths = []
    for metadata, paragraph in RECORDS:
        value = getattr(metadata if field.per_document else paragraph, name)
        texts = value if isinstance(value, tuple) else () if value is None else (value,)
        lengths.append(sum(1 for text in texts for token in tokenize(text) if token.length == 1))
    assert [reader.doc_field_length(number, name) for number in range(len(RECORDS))] == lengths
    assert reader.field_length(name) == sum(lengths)


def test_the_reader_and_the_arrays_agree(folder: Path, reader: IndexReader) -> None:
    frequencies: Counter[bytes] = Counter()
    for path in segment_files(folder):
        postings = Segment(path).postings("text")
        for place, term in enumerate(postings.terms):
            begin, end = postings.range(place)
            frequencies[term] += end - begin
    assert {term: reader.doc_frequency("text", term) for term in reader.lexicon("text")} == frequencies


def _ids(engine: EmbeddedEngine, tree: Node) -> set[tuple[str, int]]:
    request = SearchRequest(ParsedQuery(tree=tree), page_size=100, sort=Sort.DOCUMENT, facets=())
    return {(hit.document.id, hit.paragraph.ordinal) for answer in all_pages(engine, request) for hit in answer.hits}


def _whoosh_ids(searcher: Searcher, query: whoosh_query.Query) -> set[tuple[str, int]]:
    found = set(searcher.search(query, limit=None).docs())
    return {(RECORDS[number][0].id, RECORDS[number][1].ordinal) for number in found}


def _terms(word: str, field: str = "text") -> whoosh_query.Query:
    stemmed = FIELD_BY_NAME[field].kind is FieldKind.TEXT
    return whoosh_query.Term(field, stem(word) if stemmed else word)


_words = st.sampled_from(PLAIN)
_fields = st.sampled_from(("text", "text", "title", "section", "author", "source", "tag"))


@st.composite
def _pairs(draw: st.DrawFn) -> tuple[Node, whoosh_query.Query]:
    """The same query for us and for Whoosh."""

    def leaf() -> tuple[Node, whoosh_query.Query]:
        word, field = draw(_words), draw(_fields)
        return Word(word, field=field), _terms(word, field)

    def group(depth: int) -> tuple[Node, whoosh_query.Query]:
        if not depth or draw(st.booleans()):
            return leaf()
        parts = [group(depth - 1) for _ in range(draw(st.integers(2, 3)))]
        kind: Any = draw(st.sampled_from((All, AnyOf)))
        theirs = whoosh_query.And if kind is All else whoosh_query.Or
        return kind(tuple(ours for ours, _ in parts)), theirs([query for _, query in parts])

    return group(2)


@given(pair=_pairs())
def test_words_ands_and_ors_find_the_same_records(
    engine: EmbeddedEngine, searcher: Searcher, pair: tuple[Node, whoosh_query.Query]
) -> None:
    ours, theirs = pair
    assert _ids(engine, ours) == _whoosh_ids(searcher, theirs)


def test_phrases_of_plain_words_find_the_same_records(engine: EmbeddedEngine, searcher: Searcher) -> None:
    pairs = {
        (stem(first.form), stem(second.form))
        for _, paragraph in RECORDS
        for first, second in zip(tokenize(paragraph.text), tokenize(paragraph.text)[1:], strict=False)
        if first.length == second.length == 1 and first.position + 1 == second.position
    }
    joined = {stem(token.form) for _, paragraph in RECORDS for token in tokenize(paragraph.text) if token.length > 1}
    compared = 0
    for words in sorted(pairs):
        # A joined word stands for two positions with us; Whoosh knows no such thing.
        if joined.isdisjoint(words) and all(stem(word) == word for word in words):
            found = _ids(engine, Phrase(" ".join(words)))
            assert found == _whoosh_ids(searcher, whoosh_query.Phrase("text", list(words)))
            assert found
            compared += 1
    assert compared > 50


def test_whoosh_sees_the_terms_of_each_language_by_themselves(tmp_path: Path) -> None:
    documents = [make_document("a.md", ["Raketen"], language="de"), make_document("b.md", ["rockets, ракети"], language="uk")]
    make_index(tmp_path / "index_data", [*documents, make_document("c.md", ["rockets"], language="en")])
    with ArrayIndex(tmp_path / "index_data").reader() as reader:
        assert list(reader.lexicon("text")) == [b"rak\x1ede", b"rocket", b"rockets\x1euk", "ракет\x1euk".encode()]


def test_whoosh_sees_no_deleted_records(tmp_path: Path) -> None:
    folder = in_segments(tmp_path / "index_data", LIBRARY, 3)
    gone = {"a.md", "news.jsonl:9", "c5.md", "9.md"}
    with EmbeddedWriter(folder, [], update=True) as writer:
        assert all(writer.delete(document_id) for document_id in gone)
        writer.commit()
    left = [(metadata, paragraph) for metadata, paragraph in RECORDS if metadata.id not in gone]
    deleted = {number for number, (metadata, _) in enumerate(RECORDS) if metadata.id in gone}
    assert len(segment_files(folder)) == 3
    engine = EmbeddedEngine(folder, "numpy")
    with ArrayIndex(folder).searcher() as searcher:
        reader = searcher.reader()
        assert reader.has_deletions()
        assert (reader.doc_count(), reader.doc_count_all()) == (len(left), len(RECORDS))
        assert searcher.doc_count() == len(left) == engine.status().paragraphs
        assert list(reader.all_doc_ids()) == [number for number in range(len(RECORDS)) if number not in deleted]
        assert {number for number in range(len(RECORDS)) if reader.is_deleted(number)} == deleted
        assert [stored["text"] for stored in reader.all_stored_fields()] == [paragraph.text for _, paragraph in left]
        for word in PLAIN:
            for field in ("text", "title", "author", "section"):
                assert _ids(engine, Word(word, field=field)) == _whoosh_ids(searcher, _terms(word, field))
        for term, records in _counted("text").items():
            assert list(reader.postings("text", term).all_ids()) == sorted(set(records) - deleted)
            # As in Whoosh's own indexes, this counts deleted records until segments are merged.
            assert reader.doc_frequency("text", term) == len(records)


def test_whoosh_sees_what_is_published(tmp_path: Path) -> None:
    folder = make_index(tmp_path / "index_data", LIBRARY[:1])
    index = ArrayIndex(folder)
    assert (index.latest_generation(), index.doc_count()) == (1, len(LIBRARY[0].paragraphs))
    with index.searcher() as old:
        make_index(folder, LIBRARY)
        assert (index.latest_generation(), index.doc_count()) == (2, len(RECORDS))
        assert old.doc_count() == len(LIBRARY[0].paragraphs)
    assert not list(folder.glob("*.toc"))


def test_whoosh_refuses_what_our_engine_refuses(tmp_path: Path) -> None:
    folder = make_index(tmp_path / "index_data", LIBRARY[:1])
    (folder / MANIFEST).write_bytes(b"{}")
    with pytest.raises(IndexCorrupt):
        ArrayIndex(folder).reader()
    (folder / MANIFEST).unlink()
    with pytest.raises(NoIndex):
        ArrayIndex(folder).searcher()


def test_an_empty_index_is_empty_to_whoosh(tmp_path: Path) -> None:
    with ArrayIndex(make_index(tmp_path / "index_data", [])).searcher() as searcher:
        assert searcher.doc_count() == 0
        assert not searcher.search(whoosh_query.Every(), limit=None).docs()
        assert list(searcher.reader().all_terms()) == []


def test_whoosh_cannot_write(tmp_path: Path) -> None:
    folder = make_index(tmp_path / "index_data", LIBRARY[:1])
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    index = ArrayIndex(folder)
    for write in (index.writer, index.optimize, lambda: index.delete_by_term("text", "missil")):
        with pytest.raises(NotImplementedError):
            write()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
