"""An index large enough for the loops that only long lists take: sets of records, counted in Python, are the measure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.search.embedded import EmbeddedEngine
from indexer.search.query import EVERYTHING, All, Any, Node, ParsedQuery, Phrase, Published, Word
from indexer.search.request import Filter, SearchRequest, Sort
from indexer.search.response import Hit
from tests.records import Indexed, make_document
from tests.search.embedded.folders import make_segments

DOCUMENTS = 1_500
# How many of 10,000 records have each word: from hardly any to nearly all.
WORDS = {"alpha": 9_500, "bravo": 5_000, "coral": 2_000, "delta": 500, "ember": 100, "flint": 20, "grove": 3, "heron": 9_999}
SOURCES = ("Ostrel Daily", "Velmara Wire", "Harbor Post", None)

Record = tuple[str, int]


class Collection(NamedTuple):
    """The documents, and which records have each word, in which order."""

    documents: list[Indexed]
    having: dict[str, set[Record]]
    texts: dict[Record, list[str]]


@pytest.fixture(scope="module")
def collection() -> Collection:
    """Some 10,000 short records."""
    random = Random(11)
    documents = []
    having: dict[str, set[Record]] = defaultdict(set)
    texts: dict[Record, list[str]] = {}
    for number in range(DOCUMENTS):
        name = f"{random.randrange(10**6):06}-{number}.md"
        paragraphs = []
        for ordinal in range(1, random.randint(2, 12)):
            words = [word for word, share in WORDS.items() for _ in range(2) if random.random() < (share / 10_000) ** 0.8]
            random.shuffle(words)
            texts[name, ordinal] = words
            for word in words:
                having[word].add((name, ordinal))
            paragraphs.append(" ".join(words) or "…")
        tags = tuple(random.sample(("air", "land", "sea"), random.randint(0, 3)))
        published = random.choice((None, "2024", "2025-05", "2025-05-19"))
        title = random.choice(("Notes", "Notes", "Alpha and flint", "The flint at the grove"))
        documents.append(
            make_document(name, paragraphs, title=title, source=random.choice(SOURCES), published=published, tag=tags)
        )
    return Collection(documents, having, texts)


@pytest.fixture(scope="module", params=[1, 3])
def engines(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, collection: Collection
) -> tuple[EmbeddedEngine, EmbeddedEngine]:
    """One index, in one segment or several, with each implementation of the kernels."""
    pytest.importorskip("numba")
    groups = [collection.documents[number :: request.param] for number in range(request.param)]
    folder = make_segments(tmp_path_factory.mktemp("many") / "index_data", groups)
    return EmbeddedEngine(folder, "numpy"), EmbeddedEngine(folder, "numba")


_words = st.sampled_from([*WORDS, "absent"]).map(Word)
_trees = st.recursive(
    _words,
    lambda nodes: (
        st.builds(Any, st.lists(nodes, min_size=1, max_size=4).map(tuple))
        | st.builds(All, st.lists(nodes, max_size=3).map(tuple), excluded=st.lists(nodes, max_size=1).map(tuple))
    ),
    max_leaves=8,
)


def _records(tree: Node, collection: Collection) -> set[Record]:
    """The records of a tree of words, by the algebra of sets."""
    if isinstance(tree, Any):
        return set().union(*(_records(child, collection) for child in tree.children))
    if isinstance(tree, All):
        found = set(collection.texts)
        for child in tree.children:
            found &= _records(child, collection)
        for child in tree.excluded:
            found -= _records(child, collection)
        return found
    assert isinstance(tree, Word)
    return collection.having.get(tree.text, set())


def _keys(hits: tuple[Hit, ...]) -> list[tuple[float, str, int]]:
    return [(-(hit.score or 0.0), hit.document.id, hit.paragraph.ordinal) for hit in hits]


# More words than there are bits for them.
_MANY_WORDS = Any(tuple(map(Word, (*WORDS, "absent", *list(WORDS)[2:7]))))


@settings(max_examples=30)
@example(tree=_MANY_WORDS, sort=None, page=1, size=10)
@example(tree=All((_MANY_WORDS, Word("delta"))), sort=None, page=1, size=10)
@given(
    tree=_trees, sort=st.sampled_from((None, *Sort)), page=st.sampled_from((1, 1, 2, 30)), size=st.sampled_from((1, 10, 100))
)
def test_both_kernels_find_the_same_and_all(
    engines: tuple[EmbeddedEngine, EmbeddedEngine], collection: Collection, tree: Node, sort: Sort | None, page: int, size: int
) -> None:
    expected = _records(tree, collection)
    request = SearchRequest(ParsedQuery(tree=tree, scored=True), sort=sort, page=page, page_size=size)
    by_numpy, by_numba = (engine.search(request) for engine in engines)
    assert by_numpy.total == len(expected)
    assert by_numpy.documents == len({name for name, _ in expected})
    assert {(hit.document.id, hit.paragraph.ordinal) for hit in by_numpy.hits} <= expected
    assert len(by_numpy.hits) == min(max(len(expected) - (page - 1) * size, 0), size)
    if request.order is Sort.RELEVANCE:
        assert _keys(by_numpy.hits) == sorted(_keys(by_numpy.hits))
    assert [hit.score for hit in by_numba.hits] == pytest.approx([hit.score for hit in by_numpy.hits], abs=1e-9)
    unscored = [replace(answer, hits=tuple(replace(hit, score=None) for hit in answer.hits)) for answer in (by_numpy, by_numba)]
    assert unscored[0] == unscored[1]


@settings(max_examples=20)
@given(tree=_trees | st.just(EVERYTHING), tag=st.sampled_from(("air", "sea", "none")), data=st.data())
def test_counts_under_filters_are_exact(
    engines: tuple[EmbeddedEngine, EmbeddedEngine], collection: Collection, tree: Node, tag: str, data: st.DataObject
) -> None:
    source = data.draw(st.sampled_from(("Ostrel Daily", "Harbor Post")))
    known = {metadata.id: metadata for metadata, _ in collection.documents}
    found = [known[name] for name, _ in _records(tree, collection)]
    tagged = [metadata for metadata in found if tag in metadata.tag]
    passing = [metadata for metadata in tagged if metadata.source != source]
    request = SearchRequest(
        ParsedQuery(tree=tree), page_size=1, filters=(Filter("source", (), (source,)), Filter("tag", (tag,)))
    )
    for engine in engines:
        answer = engine.search(request)
        assert answer.total == len(passing)
        assert answer.documents == len({metadata.id for metadata in passing})
        sources = {value.value: value.count for value in answer.facets["source"].values}
        assert sources.get(source, 0) == sum(metadata.source == source for metadata in tagged)
        assert answer.facets["source"].missing == sum(metadata.source is None for metadata in tagged)
        tags = {value.value: value.count for value in answer.facets["tag"].values}
        kept = [metadata for metadata in found if metadata.source != source]
        assert all(tags.get(one, 0) == sum(one in metadata.tag for metadata in kept) for one in ("air", "land", "sea"))
        assert answer.facets["tag"].missing == sum(not metadata.tag for metadata in kept)
        assert answer.histogram is not None
        assert answer.histogram.missing == sum(metadata.published is None for metadata in passing)
        dated = sum(bucket.count for bucket in answer.histogram.buckets) + answer.histogram.coarser
        assert dated + answer.histogram.missing == len(passing)


@pytest.mark.parametrize("phrase", ["alpha heron", "heron alpha bravo", "alpha alpha", "delta heron alpha", "grove flint"])
def test_phrases_and_windows_are_those_in_the_texts(
    engines: tuple[EmbeddedEngine, EmbeddedEngine], collection: Collection, phrase: str
) -> None:
    words = phrase.split()
    runs = {
        record
        for record, text in collection.texts.items()
        if any(text[start : start + len(words)] == words for start in range(len(text)))
    }
    near = {
        record
        for record, text in collection.texts.items()
        if any(sorted(text[start : start + len(words)]) == sorted(words) for start in range(len(text)))
    }
    for engine in engines:
        for tree, expected in ((Phrase(phrase), runs), (Phrase(phrase, slop=0), near)):
            answer = engine.search(SearchRequest(ParsedQuery(tree=tree, scored=True), page_size=100))
            assert answer.total == len(expected)
            assert {(hit.document.id, hit.paragraph.ordinal) for hit in answer.hits} <= expected


def test_every_page_of_a_long_answer_fits_to_the_next(
    engines: tuple[EmbeddedEngine, EmbeddedEngine], collection: Collection
) -> None:
    request = SearchRequest(ParsedQuery(tree=All((Word("delta"), Published(1, None))), scored=True), page_size=100, facets=())
    expected = {
        record
        for metadata, paragraphs in collection.documents
        if metadata.published
        for record in ((metadata.id, paragraph.ordinal) for paragraph in paragraphs)
        if record in collection.having["delta"]
    }
    for engine in engines:
        pages = [engine.search(replace(request, page=page)) for page in range(1, len(expected) // 100 + 2)]
        hits = tuple(hit for page in pages for hit in page.hits)
        assert {(hit.document.id, hit.paragraph.ordinal) for hit in hits} == expected
        assert len(hits) == len(expected) > 200
        assert _keys(hits) == sorted(_keys(hits))
