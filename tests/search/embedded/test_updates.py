"""Updates of an index: small segments beside the old ones, deletions, and the merging that keeps both few."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.errors import IndexCorrupt, IndexVersionError, NotFound
from indexer.search.embedded import EmbeddedEngine, EmbeddedWriter
from indexer.search.embedded.manifest import MANIFEST, read_manifest
from indexer.search.embedded.merge_policy import MOST_SEGMENTS
from indexer.search.query import EVERYTHING, Fuzzy, ParsedQuery, Wildcard, Word
from indexer.search.request import Filter, SearchRequest, Sort
from tests.engines.library import make_library
from tests.oracle import OracleEngine, without_generation
from tests.records import Indexed, make_document
from tests.search.embedded.folders import SMALL, make_index, make_segments, put, segment_files, sign_manifest, stated_manifest
from tests.search.embedded.test_merge import assert_same_arrays

ALL = SearchRequest(page_size=100, sort=Sort.DOCUMENT, facet_size=1000)
LIBRARY = make_library()
COAST, NET = SMALL
NEWER = make_document("net.md", ["Nets, mended.", "A loud harbor.", "Tides."], title="Nets again", published="2026")
NEW = make_document("new.md", ["A new harbor for Ostrel."], title="New", published="2024-02")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of the small documents."""
    return make_index(tmp_path / "index_data", SMALL)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """An index of the library, in one segment."""
    return make_index(tmp_path / "large", LIBRARY)


def update(folder: Path, add: Iterable[Indexed] = (), delete: Iterable[str] = ()) -> str:
    """Delete documents, add others and publish."""
    with EmbeddedWriter(folder, ["seeds"], update=True) as writer:
        for document_id in delete:
            assert writer.delete(document_id)
        for document in add:
            writer.add(*document)
        return writer.commit()


def assert_holds(folder: Path, documents: Iterable[Indexed]) -> None:
    """The index is sound, answers from these documents alone, and has no file too many."""
    documents = tuple(documents)
    engine, oracle = EmbeddedEngine(folder, "numpy"), OracleEngine(documents)
    assert engine.check() == ()
    assert without_generation(engine.search(ALL)) == without_generation(oracle.search(ALL))
    assert [document.id for document in engine.recent(100)] == [document.id for document in oracle.recent(100)]
    status = engine.status()
    assert (status.documents, status.paragraphs) == (len(documents), sum(len(each.paragraphs) for each in documents))
    files = [path for path in folder.iterdir() if path.name != "write.lock"]
    assert {path.name for path in files} == {MANIFEST, *(entry.file for entry in read_manifest(folder).files())}
    assert sum(status.bytes.values()) == sum(path.stat().st_size for path in files)
    for document in documents:
        found = engine.document(document.metadata.id)
        assert (found.document, tuple(hit.paragraph for hit in found.hits)) == document


def segment_sizes(folder: Path) -> list[tuple[int, int]]:
    """The documents of each segment, and how many of them are live."""
    return [(entry.documents, entry.live_documents) for entry in read_manifest(folder).segments]


def test_a_document_is_added_beside_the_old_segment(folder: Path) -> None:
    (old,) = segment_files(folder)
    before = old.stat()
    first = read_manifest(folder)
    name = update(folder, [NEW])
    assert_holds(folder, [*SMALL, NEW])
    second = read_manifest(folder)
    assert (second.name, second.number) == (name, first.number + 1)
    assert segment_files(folder)[0] == old
    assert (old.stat().st_ino, old.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert segment_sizes(folder) == [(2, 2), (1, 1)]


def test_a_document_is_replaced_by_one_of_the_same_id(large: Path) -> None:
    newer = make_document("a.md", ["Another air."], title="A")
    update(large, [newer], ["a.md"])
    assert segment_sizes(large) == [(len(LIBRARY), len(LIBRARY) - 1), (1, 1)]
    assert_holds(large, [newer, *(document for document in LIBRARY if document.metadata.id != "a.md")])
    update(large, delete=["a.md"])
    assert segment_sizes(large) == [(len(LIBRARY), len(LIBRARY) - 1)]
    assert_holds(large, [document for document in LIBRARY if document.metadata.id != "a.md"])


def test_deletions_add_up(large: Path) -> None:
    left = {document.metadata.id: document for document in LIBRARY}
    for document_id in ("zz:deep:er.md", "a.md", "ж.html"):
        update(large, delete=[document_id])
        del left[document_id]
        (entry,) = read_manifest(large).segments
        assert entry.deletions is not None
        assert entry.deletions.documents == len(LIBRARY) - len(left)
        assert_holds(large, left.values())
        with pytest.raises(NotFound):
            EmbeddedEngine(large, "numpy").document(document_id)


def test_a_segment_without_live_documents_is_dropped(folder: Path) -> None:
    (old,) = segment_files(folder)
    update(folder, [NEW], ["coast.md", "net.md"])
    assert not old.exists()
    assert_holds(folder, [NEW])
    update(folder, delete=["new.md"])
    assert_holds(folder, [])
    assert segment_sizes(folder) == [(0, 0)]
    update(folder, SMALL)
    assert_holds(folder, SMALL)


def test_an_update_without_changes_is_a_generation(folder: Path) -> None:
    (old,) = segment_files(folder)
    first = read_manifest(folder)
    update(folder)
    assert segment_files(folder) == [old]
    assert read_manifest(folder).number == first.number + 1
    assert_holds(folder, SMALL)


def test_an_update_of_nothing_is_a_build(tmp_path: Path) -> None:
    update(tmp_path / "index_data", SMALL)
    assert_holds(tmp_path / "index_data", SMALL)
    (path,) = segment_files(tmp_path / "index_data")
    (other,) = segment_files(make_index(tmp_path / "built", SMALL))
    assert_same_arrays(path, other)


def test_an_id_that_is_there_is_refused_until_it_is_deleted(folder: Path) -> None:
    with EmbeddedWriter(folder, [], update=True) as writer:
        with pytest.raises(ValueError, match=r"net\.md is in the index already; to replace it, delete it first"):
            writer.add(*NEWER)
        assert writer.delete("net.md")
        assert not writer.delete("net.md")
        assert not writer.delete("nowhere.md")
        assert not writer.delete("\ud800")
        writer.add(*NEWER)
        with pytest.raises(ValueError, match=r"net\.md was added before"):
            writer.add(*NEWER)
        with pytest.raises(ValueError, match=r"net\.md was added just before"):
            writer.delete("net.md")
        writer.commit()
    assert_holds(folder, [COAST, NEWER])


def test_a_rebuild_has_nothing_to_delete(folder: Path) -> None:
    with EmbeddedWriter(folder, []) as writer:
        assert not writer.delete("net.md")
        writer.add(*NEWER)
        writer.commit()
    assert_holds(folder, [NEWER])


def test_a_document_that_cannot_be_stored_does_not_end_an_update(folder: Path) -> None:
    with EmbeddedWriter(folder, [], update=True) as writer:
        assert writer.delete("net.md")
        with pytest.raises(ValueError, match="surrogates"):
            writer.add(*make_document("net.md", ["Air.", "\udcff"]))
        writer.add(*NEW)
        writer.commit()
    assert_holds(folder, [COAST, NEW])


def test_an_aborted_update_leaves_no_trace(folder: Path) -> None:
    update(folder, [NEW], ["net.md"])
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with EmbeddedWriter(folder, [], memory=0, update=True) as writer:
        assert writer.delete("new.md")
        writer.add(*NEWER)
        assert len(list(folder.iterdir())) == len(before) + 1
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert_holds(folder, [COAST, NEW])


def test_readers_see_an_update_when_it_is_published(folder: Path) -> None:
    engine = EmbeddedEngine(folder, "numpy")
    before = engine.search(ALL)
    with EmbeddedWriter(folder, [], update=True) as writer:
        writer.delete("net.md")
        writer.add(*NEW)
        assert engine.search(ALL) == before == EmbeddedEngine(folder, "numpy").search(ALL)
        name = writer.commit()
    assert engine.search(ALL).generation == name
    assert without_generation(engine.search(ALL)) == without_generation(OracleEngine([COAST, NEW]).search(ALL))


def test_many_updates_make_few_segments(large: Path) -> None:
    (old,) = segment_files(large)
    left = {document.metadata.id: document for document in LIBRARY}
    most = 0
    for number in range(3 * MOST_SEGMENTS):
        document = make_document(f"new{number}.md", [f"Harbor number {number}."], title="New")
        update(large, [document], [f"new{number - 1}.md"] if number % 3 == 2 else [])
        left[document.metadata.id] = document
        if number % 3 == 2:
            del left[f"new{number - 1}.md"]
        most = max(most, len(segment_files(large)))
        assert old in segment_files(large)
    assert most == MOST_SEGMENTS
    assert_holds(large, left.values())


def test_more_segments_than_there_may_be_become_fewer(tmp_path: Path) -> None:
    folder = make_segments(tmp_path / "index_data", [[document] for document in LIBRARY])
    update(folder, [NEW], ["a.md"])
    assert len(segment_files(folder)) <= MOST_SEGMENTS
    assert_holds(folder, [NEW, *(document for document in LIBRARY if document.metadata.id != "a.md")])


def test_a_segment_that_is_mostly_dead_is_written_anew(large: Path, tmp_path: Path) -> None:
    doomed = [document.metadata.id for document in LIBRARY[::2]]
    update(large, delete=doomed)
    assert segment_sizes(large) == [(len(LIBRARY) // 2, len(LIBRARY) // 2)]
    assert_holds(large, LIBRARY[1::2])
    (path,) = segment_files(large)
    (other,) = segment_files(make_index(tmp_path / "built", LIBRARY[1::2]))
    assert_same_arrays(path, other)


def test_documents_without_records_can_be_deleted(tmp_path: Path) -> None:
    empty, words, last = make_document("a.md", []), make_document("m.md", ["One harbor."]), make_document("z.md", [])
    for number, gone in enumerate((empty, last)):
        folder = make_index(tmp_path / str(number), [empty, words, last])
        update(folder, delete=[gone.metadata.id])
        assert segment_sizes(folder) == [(3, 2)]
        engine = EmbeddedEngine(folder, "numpy")
        with pytest.raises(NotFound):
            engine.document(gone.metadata.id)
        assert (engine.status().documents, engine.status().paragraphs, engine.check()) == (2, 1, ())
        update(folder, [make_document(gone.metadata.id, ["A tide."])])
        assert engine.status().documents == 3
        assert engine.search(ALL).total == 2


def test_what_only_deleted_documents_have_does_not_show(tmp_path: Path, kernels: str) -> None:
    kept = [make_document(f"kept{number}.md", ["A harbor.", "Nets and tides."], published="2024-03") for number in range(6)]
    folder = make_index(tmp_path / "index_data", [*SMALL, *kept])
    update(folder, delete=["coast.md"])
    assert segment_sizes(folder) == [(8, 7)]
    engine = EmbeddedEngine(folder, kernels)
    chosen = (Filter("source", ("Ostrel Daily",)), Filter("tag", (), ("coast",)))
    for request in (ALL, replace(ALL, filters=chosen), replace(ALL, filters=chosen[1:], facet_size=1)):
        expected = OracleEngine([NET, *kept]).search(request)
        assert without_generation(engine.search(request)) == without_generation(expected)
    plain = engine.search(ALL)
    assert [value.value for value in plain.facets["author"].values] == ["Teo Maric"]
    assert (plain.facets["source"].values, plain.facets["source"].distinct) == ((), 0)
    assert plain.histogram is not None
    assert sum(bucket.count for bucket in plain.histogram.buckets) + plain.histogram.coarser == plain.total
    # The dictionary still names forms that nobody has; they find nothing.
    for node in (Word("coast"), Wildcard("coas*"), Fuzzy("coasts"), Word("ostrel", field="source")):
        assert engine.search(replace(ALL, query=ParsedQuery(tree=node, scored=True))).total == 0
    assert engine.search(replace(ALL, query=ParsedQuery(tree=EVERYTHING))).total == plain.total


def test_an_update_of_a_damaged_index_is_refused_and_leaves_no_lock(folder: Path) -> None:
    content = (folder / MANIFEST).read_bytes()
    other_format = sign_manifest({**stated_manifest(folder), "format": 1})
    for damaged, refused in ((content[:-5], IndexCorrupt), (other_format, IndexVersionError)):
        put(folder / MANIFEST, damaged)
        with pytest.raises(refused, match="loccit rebuild"):
            EmbeddedWriter(folder, [], update=True)
    put(folder / MANIFEST, content)
    (path,) = segment_files(folder)
    segment = path.read_bytes()
    path.unlink()
    with pytest.raises(IndexCorrupt, match=r"is missing\. Run: loccit rebuild"):
        EmbeddedWriter(folder, [], update=True)
    put(path, segment)
    update(folder, [NEW])
    assert_holds(folder, [*SMALL, NEW])


def test_damage_is_not_merged_into_a_sound_segment(folder: Path) -> None:
    update(folder, [make_document("z.md", ["One.", "Two.", "Three.", "Four."])])
    path = segment_files(folder)[0]
    content = bytearray(path.read_bytes())
    content[content.index(b"A quiet harbor") + 2] ^= 1
    put(path, bytes(content))
    with pytest.raises(IndexCorrupt, match=r"the old one stays.*checksum"):
        update(folder, delete=["coast.md"])
    assert EmbeddedEngine(folder, "numpy").status().documents == 3
