"""The writer: one at a time, all or nothing, whatever interrupts it."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.errors import IndexCorrupt, IndexLocked, IndexNotWritable, NoIndex
from indexer.model import DocumentMetadata
from indexer.search.embedded import EmbeddedEngine, EmbeddedWriter
from indexer.search.embedded.manifest import MANIFEST
from tests.oracle import OracleEngine, without_generation
from tests.records import Indexed, make_document, make_paragraph
from tests.search.embedded.conftest import Rebuilder
from tests.search.embedded.folders import (
    ALL_RECORDS,
    LOCK,
    SMALL,
    has_no_leftovers,
    holds,
    make_index,
    names,
    put,
    segment_files,
)
from tests.search.embedded.rebuilding import NEW


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of the small documents."""
    return make_index(tmp_path / "index_data", SMALL)


def _add(writer: EmbeddedWriter, *documents: Indexed) -> None:
    for document in documents:
        writer.add(document.metadata, document.paragraphs)


@pytest.mark.parametrize("inside", [".", "deeper/index_data"])
def test_a_folder_that_cannot_be_made_is_named_with_what_to_do(tmp_path: Path, inside: str) -> None:
    (tmp_path / "letter.txt").write_text("The harbor of Ostrel.")
    folder = tmp_path / "letter.txt" / inside
    with pytest.raises(IndexNotWritable) as told:
        EmbeddedWriter(folder, [])
    assert str(told.value).startswith(f"The index folder {folder} cannot be written to: ")
    assert str(told.value).endswith("or name another: --index-dir")


def test_a_folder_that_nothing_can_be_written_to_is_named_with_what_to_do(folder: Path) -> None:
    (folder / LOCK).unlink()
    (folder / LOCK).mkdir()
    with pytest.raises(IndexNotWritable, match=r"cannot be written to: write\.lock in it is a folder, not a file"):
        EmbeddedWriter(folder, [])


def test_a_second_writer_in_the_same_process_is_refused(folder: Path) -> None:
    with EmbeddedWriter(folder, []) as writer:
        _add(writer, *NEW)
        with pytest.raises(IndexLocked, match="Another process is writing"):
            EmbeddedWriter(folder, [])
        writer.commit()
    assert holds(folder, NEW)
    make_index(folder, SMALL)
    assert holds(folder, SMALL)


def test_a_second_writer_in_another_process_is_refused(folder: Path, rebuilder: Rebuilder) -> None:
    with EmbeddedWriter(folder, []) as writer:
        _add(writer, *SMALL[:1])
        assert rebuilder(folder)["errors"][0] == "IndexLocked"
        writer.commit()
    assert holds(folder, SMALL[:1])
    assert rebuilder(folder)["errors"] == []
    assert holds(folder, NEW)


def test_readers_see_nothing_before_the_commit(folder: Path) -> None:
    engine = EmbeddedEngine(folder, "numpy")
    before = engine.search(ALL_RECORDS)
    with EmbeddedWriter(folder, []) as writer:
        _add(writer, *NEW)
        assert engine.search(ALL_RECORDS) == before == EmbeddedEngine(folder).search(ALL_RECORDS)
        name = writer.commit()
    after = engine.search(ALL_RECORDS)
    assert after.generation == name == engine.status().generation != before.generation
    assert without_generation(after) == without_generation(OracleEngine(NEW).search(ALL_RECORDS))


def test_an_aborted_build_leaves_no_trace(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with EmbeddedWriter(folder, [], memory=0) as writer:
        _add(writer, *NEW)
        assert names(folder) > set(before)
        writer.abort()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_leaving_without_a_commit_aborts(folder: Path) -> None:
    before = names(folder)
    with EmbeddedWriter(folder, [], memory=0) as writer:
        _add(writer, *NEW)
    assert names(folder) == before
    assert holds(folder, SMALL)


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_an_exception_aborts_and_goes_on(folder: Path, error: type[BaseException]) -> None:
    before = names(folder)
    with pytest.raises(error), EmbeddedWriter(folder, [], memory=0) as writer:
        _add(writer, *NEW)
        raise error
    assert names(folder) == before
    assert holds(folder, SMALL)
    make_index(folder, NEW)
    assert holds(folder, NEW)


def test_a_first_build_that_is_aborted_leaves_no_index(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), EmbeddedWriter(tmp_path / "index_data", [], memory=0) as writer:
        _add(writer, *NEW)
        raise RuntimeError
    assert names(tmp_path / "index_data") <= {LOCK}
    with pytest.raises(NoIndex):
        EmbeddedEngine(tmp_path / "index_data", "numpy").status()


def test_an_empty_build_is_an_empty_index(folder: Path) -> None:
    make_index(folder, ())
    assert holds(folder, ())
    assert EmbeddedEngine(folder, "numpy").status().documents == 0


def test_only_what_builds_leave_behind_is_removed(folder: Path) -> None:
    (old,) = segment_files(folder)
    for name in ("7-0badcafe-0.arrays", f"{MANIFEST}.new", "README", "notes.txt", ".hidden"):
        (folder / name).write_bytes(b"left behind")
    make_index(folder, NEW)
    assert names(folder) == {MANIFEST, LOCK, "README", "notes.txt", ".hidden", *(path.name for path in segment_files(folder))}
    assert not old.exists()
    assert holds(folder, NEW)


def test_an_aborted_build_over_a_damaged_manifest_removes_its_own_files_alone(folder: Path) -> None:
    put(folder / MANIFEST, b"{}")
    before = names(folder)
    with EmbeddedWriter(folder, [], memory=0) as writer:
        _add(writer, *NEW)
    assert names(folder) == before


def test_a_build_mends_a_damaged_index(folder: Path) -> None:
    put(folder / MANIFEST, b"{}")
    make_index(folder, NEW)
    assert holds(folder, NEW)
    assert has_no_leftovers(folder)


def test_what_was_not_written_as_meant_is_not_published(folder: Path) -> None:
    with pytest.raises(IndexCorrupt, match="the old one stays"), EmbeddedWriter(folder, [], memory=0) as writer:
        _add(writer, *NEW)
        written = next(
            path for path in sorted(folder.iterdir()) if path.suffix == ".arrays" and path not in segment_files(folder)
        )
        content = bytearray(written.read_bytes())
        content[64] ^= 1
        written.write_bytes(content)
        writer.commit()
    assert holds(folder, SMALL)
    assert has_no_leftovers(folder)


REFUSED: dict[str, Indexed] = {
    "id": make_document("\ud800", ["Air."]),
    "text": make_document("bad.md", ["Air.", "\udcff"]),
    "section": make_document("bad.md", [make_paragraph("Air.", section="\udcff")]),
    "title": make_document("bad.md", ["Air."], title="\ud800"),
    "author": make_document("bad.md", ["Air."], author=("Renn", "\ud800")),
    "extra": make_document("bad.md", ["Air."], extra={"a": ["\ud800"]}),
}


@pytest.mark.parametrize("bad", REFUSED)
def test_a_document_that_cannot_be_stored_is_refused_whole(folder: Path, bad: str) -> None:
    with EmbeddedWriter(folder, []) as writer:
        _add(writer, NEW[0])
        with pytest.raises(ValueError, match="surrogates"):
            writer.add(*REFUSED[bad])
        with pytest.raises(ValueError, match=r"new\.md was added before"):
            writer.add(*NEW[0])
        _add(writer, NEW[1], make_document("bad.md", ["Now it is good."]))
        writer.commit()
    assert holds(folder, (*NEW, make_document("bad.md", ["Now it is good."])))


def test_generations_count_up_and_have_names_of_their_own(tmp_path: Path) -> None:
    names = set()
    for _ in range(3):
        with EmbeddedWriter(tmp_path / "index_data", ["/a", "/b\udcff"]) as writer:
            names.add(writer.commit())
        status = EmbeddedEngine(tmp_path / "index_data", "numpy").status()
        assert status.generation in names
        assert status.roots == ("/a", "/b\udcff")
    assert len(names) == 3


def test_metadata_comes_back_whole(tmp_path: Path) -> None:
    metadata = DocumentMetadata(
        id="a.md",
        title="“Ā” \U0001f310",
        extra={"deep": [{"a": None}, 1.5, True, "\x00\x1f"], "": {}},
        paragraphs=1,
    )
    with EmbeddedWriter(tmp_path / "index_data", []) as writer:
        writer.add(metadata, make_document("a.md", ["One."]).paragraphs)
        writer.commit()
    assert EmbeddedEngine(tmp_path / "index_data", "numpy").document("a.md").document == metadata
