"""Updates of a generation: whatever is deleted, replaced and added, the index is the one that a rebuild would have made."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.config import Settings
from indexer.errors import IndexLocked, NotFound
from indexer.search.engine import SearchEngine, open_engine, open_writer
from indexer.search.query import Any, ParsedQuery, Wildcard, Word
from indexer.search.request import SearchRequest, Sort
from tests.conftest import ENGINES, index_settings, write_index
from tests.engines.library import IDS, make_library
from tests.oracle import OracleEngine, without_generation
from tests.records import Indexed, make_document

Step: TypeAlias = tuple[set[str], set[str], int, bool]
"""One update: what it deletes, what it puts in place of whatever is there, from which library, and whether it is published."""

FIRST = (make_document("a.md", ["air"]), make_document("b.md", ["air", "sea"]))
NEWER = make_document("b.md", ["tide"])
ALL = SearchRequest(page_size=100, sort=Sort.DOCUMENT)
ASKED = (
    ALL,
    SearchRequest(page_size=100, sort=Sort.NEWEST, facet_size=1000),
    SearchRequest(
        ParsedQuery(tree=Any((Word("air"), Wildcard("miss*"), Word("renn", field="author"))), scored=True), page_size=100
    ),
)

_ids = st.sampled_from(IDS[:8])
_steps = st.lists(st.tuples(st.sets(_ids), st.sets(_ids), st.integers(0, 3), st.booleans()), min_size=1, max_size=5)


def _update(settings: Settings, delete: set[str], put: tuple[Indexed, ...], publish: bool = True) -> None:
    with open_writer(settings, ["seeds"], update=True) as writer:
        for document_id in sorted(delete):
            writer.delete(document_id)
        for document in put:
            writer.delete(document.metadata.id)
            writer.add(document.metadata, document.paragraphs)
        if publish:
            writer.commit()


def _assert_same(updated: SearchEngine, rebuilt: SearchEngine) -> None:
    for request in ASKED:
        found, expected = updated.search(request), rebuilt.search(request)
        assert without_generation(found) == without_generation(expected)
        assert [hit.score for hit in found.hits] == pytest.approx([hit.score for hit in expected.hits], abs=1e-9)
    assert updated.recent(100) == rebuilt.recent(100)
    assert updated.check() == ()
    counts = [(status.documents, status.paragraphs) for status in (updated.status(), rebuilt.status())]
    assert counts[0] == counts[1]


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=20)
@given(steps=_steps)
def test_updates_end_where_a_rebuild_does(tmp_path_factory: pytest.TempPathFactory, engine: str, steps: list[Step]) -> None:
    folder = tmp_path_factory.mktemp("updates")
    index = index_settings(folder / "updated", engine)
    live: dict[str, Indexed] = {}
    for delete, put, seed, publish in steps:
        documents = tuple(document for document in make_library(seed)[:8] if document.metadata.id in put)
        _update(index, delete, documents, publish)
        if publish:
            live = {document_id: document for document_id, document in live.items() if document_id not in delete}
            live |= {document.metadata.id: document for document in documents}
    _update(index, set(), ())
    rebuilt = index_settings(folder / "rebuilt", engine)
    write_index(rebuilt, live.values())
    _assert_same(open_engine(index), open_engine(rebuilt))


def test_documents_are_added_deleted_and_replaced(new_index: Settings) -> None:
    _update(new_index, set(), FIRST)
    engine = open_engine(new_index)
    before = engine.search(ALL).generation
    with open_writer(new_index, ["elsewhere"], update=True) as writer:
        assert (writer.delete("b.md"), writer.delete("b.md"), writer.delete("c.md")) == (True, False, False)
        writer.add(*NEWER)
        name = writer.commit()
    assert before != engine.search(ALL).generation == name
    assert without_generation(engine.search(ALL)) == without_generation(OracleEngine((FIRST[0], NEWER)).search(ALL))
    assert (engine.status().documents, engine.status().roots) == (2, ("elsewhere",))
    _update(new_index, {"b.md"}, ())
    with pytest.raises(NotFound):
        engine.document("b.md")
    engine.close()


def test_a_document_that_is_there_is_not_added_twice(new_index: Settings) -> None:
    write_index(new_index, FIRST)
    with open_writer(new_index, [], update=True) as writer:
        with pytest.raises(ValueError, match=r"b\.md is in the index already"):
            writer.add(*NEWER)
        writer.delete("b.md")
        writer.add(*NEWER)
        for again in (lambda: writer.add(*NEWER), lambda: writer.delete("b.md")):
            with pytest.raises(ValueError, match=r"b\.md was added"):
                again()
        writer.commit()
    assert open_engine(new_index).search(ALL).total == 2


def test_an_update_that_is_not_committed_changes_nothing(new_index: Settings) -> None:
    write_index(new_index, FIRST)
    engine = open_engine(new_index)
    before = engine.search(ALL)
    with open_writer(new_index, [], update=True) as writer:
        writer.delete("a.md")
        writer.add(*replace_id(NEWER, "c.md"))
        with pytest.raises(IndexLocked):
            open_writer(new_index, [], update=True)
    assert engine.search(ALL) == before
    assert engine.check() == ()
    engine.close()


def replace_id(document: Indexed, document_id: str) -> Indexed:
    """The same document under another id."""
    return Indexed(replace(document.metadata, id=document_id), document.paragraphs)
