"""The file of file records: what is written is read again, and nothing that is no such file is taken for one."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import IndexCorrupt, NotFound
from indexer.file_records import Entry, Fate, FileRecord, FileStamp, content_digest
from indexer.search.embedded import EmbeddedEngine, EmbeddedWriter
from indexer.search.embedded.codec.arrays import ArraysFile
from indexer.search.embedded.codec.arrays_writer import ArraysWriter
from indexer.search.embedded.codec.file_records import FileRecordsFile, FileRecordsWriter
from indexer.search.embedded.manifest import read_manifest
from tests.records import make_document
from tests.search.embedded.folders import SMALL

HASH = bytes(range(32))
STAMP = FileStamp(2**40, -5, 2**63, 10**18, HASH)
RECORDS = (
    FileRecord(
        *(0, "news.jsonl", STAMP, "jsonl", "1"),
        entries=[
            Entry(Fate.INDEXED, "news.jsonl:1", b"a" * 16, 3, ":1"),
            Entry(Fate.SKIPPED, place=":2", reason="not JSON", hint="Mend the line."),
            Entry(Fate.TAKEN, "news.jsonl:1", b"b" * 16, 1, ":3"),
        ],
    ),
    FileRecord(0, "schl\udcfcssel.txt", FileStamp(9, 7, 8, 9, b""), "", "", [Entry(Fate.SKIPPED, reason="empty")]),
    FileRecord(1, "", STAMP._replace(sha256=HASH[::-1]), "text", "1", [Entry(Fate.INDEXED, "ж.txt", b"c" * 16, 2)]),
    FileRecord(
        *(1, "zip", FileStamp(1, 2, 3, 4, HASH), "zip", ""),
        entries=[Entry(Fate.PASSED_OVER, reason="hidden"), Entry(Fate.REFUSED, "x", reason="no")],
    ),
)

_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
_entries = st.builds(
    Entry, st.sampled_from(Fate), _texts, st.binary(min_size=16, max_size=16), st.integers(0, 9), _texts, _texts, _texts
)
_stamps = st.builds(
    FileStamp,
    st.integers(0, 2**64 - 1),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**63 - 1),
    st.sampled_from([b"", HASH]),
)
_records = st.builds(FileRecord, st.integers(0, 1), _texts, _stamps, _texts, _texts, st.lists(_entries, max_size=3))


def _write(path: Path, records: Any, before: FileRecordsFile | None = None) -> FileRecordsFile:
    writer = FileRecordsWriter(before)
    for record in records:
        if isinstance(record, int):
            writer.keep(record)
        else:
            writer.add(record)
    writer.write(path, ["/press", "/speeches/ж.txt"], "by hand")
    return FileRecordsFile(path)


def test_records_are_read_as_they_were_written(tmp_path: Path) -> None:
    records = _write(tmp_path / "1.files", RECORDS)
    assert [records[number] for number in range(len(records))] == list(RECORDS)
    assert (records.reading, records.problems()) == ("by hand", [])
    assert records.indexed() == ["news.jsonl:1", "ж.txt"]
    assert records.paths() == [(record.root, record.path) for record in RECORDS]
    assert records.find("ж.txt") == RECORDS[2].entries[0]
    assert records.find("x") is None


def test_a_hash_of_another_length_is_refused() -> None:
    for record in (
        RECORDS[0]._replace(stamp=STAMP._replace(sha256=b"x")),
        RECORDS[0]._replace(entries=[Entry(Fate.TAKEN, "a", b"")]),
    ):
        with pytest.raises(ValueError, match=r"news\.jsonl: a hash"):
            FileRecordsWriter().add(record)


def test_provenance_is_found_by_document(tmp_path: Path) -> None:
    records = _write(tmp_path / "1.files", RECORDS)
    found = records.provenance("news.jsonl:1")
    assert found is not None
    assert (found.root, found.path) == (Path("/press"), Path("/press/news.jsonl"))
    assert (found.size, found.sha256, found.format, found.version) == (2**40, HASH.hex(), "jsonl", "1")
    alone = records.provenance("ж.txt")
    assert alone is not None
    assert (alone.root, alone.path) == (Path("/speeches/ж.txt"), Path("/speeches/ж.txt"))
    for absent in ("x", "news.jsonl:2", "", "\ud800"):
        assert records.provenance(absent) is None


def test_documents_whose_checksums_are_equal_are_told_apart(tmp_path: Path) -> None:
    assert zlib.crc32(b"plumless") == zlib.crc32(b"buckeroo")
    ids = ("plumless", "buckeroo")
    files = [RECORDS[2]._replace(path=name, entries=[Entry(Fate.INDEXED, name)]) for name in ids]
    records = _write(tmp_path / "1.files", files)
    for name in ids:
        found = records.provenance(name)
        assert found is not None and found.path.name == name


@given(old=st.lists(_records, max_size=4), new=st.lists(_records, max_size=3), choice=st.data())
def test_kept_records_stay_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, old: list[FileRecord], new: list[FileRecord], choice: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("records")
    before = _write(folder / "1.files", old)
    kept = choice.draw(st.lists(st.sampled_from(range(len(old))), unique=True) if old else st.just([]))
    rows: list[int | FileRecord] = choice.draw(st.permutations([*kept, *new]))
    after = _write(folder / "2.files", rows, before)
    expected = [old[row] if isinstance(row, int) else row for row in rows]
    assert [after[number] for number in range(len(after))] == expected
    assert len(after.notes) <= 1 + sum(len(after[number].entries) for number in range(len(after)))


def test_documents_are_digested_whole() -> None:
    metadata, paragraphs = SMALL[0]
    same = make_document("a.md", ["One.", "Two."])
    assert content_digest(*same) == content_digest(*make_document("a.md", ["One.", "Two."]))
    others = (
        *(make_document("b.md", ["One.", "Two."]), make_document("a.md", ["One.", "Too."])),
        *(make_document("a.md", ["One.", "Two."], extra={"page": 1}), make_document("a.md", ["One.", "Two."], title="T")),
        *(make_document("a.md", ["One. Two."]), make_document("a.md", ["One.", "Two.\udcff"])),
    )
    assert len({content_digest(*document) for document in (same, *others, (metadata, paragraphs))}) == len(others) + 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("file.root", [9, 0, 1, 1]),
        ("file.format", [9, 0, 1, 1]),
        ("file.bounds", [0, 3, 2, 5, 7]),
        ("file.bounds", [0, 3]),
        ("file.size", [1]),
        ("file.sha256", [0] * 31),
        ("entry.fate", [9] * 7),
        ("entry.note", [99] * 7),
        ("entry.digest", []),
        ("entry.id.offsets", [0, 9, 8]),
        ("document.order", [1, 0]),
        ("document.order", [9, 9]),
        ("file.path.offsets", [0]),
        ("note.reason.offsets", [0, 1]),
        ("entry.fate", None),
    ],
)
def test_arrays_that_disagree_are_found(tmp_path: Path, name: str, value: list[int] | None) -> None:
    path = tmp_path / "1.files"
    _write(path, RECORDS)
    _rewrite(path, name, None if value is None else np.array(value, dtype=np.uint8))
    assert FileRecordsFile(path).problems()


@pytest.mark.parametrize(
    ("name", "dtype"),
    [("file.root", "<i8"), ("file.size", "<i8"), ("file.modified", "<u8"), ("entry.fate", "<i4"), ("entry.note", "<u8")],
)
def test_numbers_of_other_types_are_refused(tmp_path: Path, name: str, dtype: str) -> None:
    path = tmp_path / "1.files"
    _write(path, RECORDS)
    _rewrite(path, name, ArraysFile(path)[name].astype(dtype))
    with pytest.raises(IndexCorrupt, match=f"the array {name} has the type {dtype}"):
        FileRecordsFile(path)


def _rewrite(path: Path, name: str, changed: Any) -> None:
    """Write a file anew with another array under a name, or with none."""
    file = ArraysFile(path)
    arrays = {each: np.array(file[each]) for each in file.sizes()} | {name: changed}
    attributes = dict(file.attributes)
    path.unlink()
    with ArraysWriter(path) as writer:
        writer.attributes.update(attributes)
        for each, array in arrays.items():
            if array is not None:
                writer.add(each, array)


def test_a_file_without_its_attributes_is_refused(tmp_path: Path) -> None:
    with ArraysWriter(tmp_path / "1.files"):
        pass
    with pytest.raises(IndexCorrupt, match="does not say what it was read from"):
        FileRecordsFile(tmp_path / "1.files")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of a document whose file is recorded."""
    folder = tmp_path / "index_data"
    with EmbeddedWriter(folder, ["/press"], reading="by hand") as writer:
        writer.add(*make_document("a.md", ["One."]))
        writer.record(FileRecord(0, "a.md", FileStamp(4, 1, 2, 3, HASH), "markdown", "1", [Entry(Fate.INDEXED, "a.md")]))
        writer.commit()
    return folder


def test_an_engine_says_where_a_document_came_from(folder: Path) -> None:
    engine = EmbeddedEngine(folder, "numpy")
    found = engine.provenance("a.md")
    assert found is not None and found.path == Path("/press/a.md")
    with pytest.raises(NotFound):
        engine.provenance("b.md")
    assert engine.status().bytes["file records"] > 0
    assert engine.check() == ()


def test_records_that_do_not_fit_the_documents_are_found(folder: Path) -> None:
    with EmbeddedWriter(folder, ["/press"], update=True) as writer:
        writer.keep_record(0)
        writer.delete("a.md")
        writer.add(*make_document("b.md", ["Two."]))
        writer.commit()
    (problem,) = EmbeddedEngine(folder, "numpy").check()
    assert "the document a.md is not both recorded and there" in problem


def test_damaged_records_end_an_update_and_no_search(folder: Path) -> None:
    manifest = read_manifest(folder)
    assert manifest.file_records is not None
    path = folder / manifest.file_records.file
    content = bytearray(path.read_bytes())
    content[content.index(b"a.md")] ^= 1
    path.unlink()
    path.write_bytes(content)
    with pytest.raises(IndexCorrupt, match="loccit rebuild"):
        EmbeddedWriter(folder, [], update=True)
    assert EmbeddedEngine(folder, "numpy").check() != ()
    assert EmbeddedEngine(folder, "numpy").status().documents == 1
    path.unlink()
    with pytest.raises(IndexCorrupt, match="is missing"):
        EmbeddedWriter(folder, [], update=True)
    with EmbeddedWriter(folder, []) as writer:
        writer.commit()
    assert EmbeddedEngine(folder, "numpy").check() == ()


def test_records_are_refreshed_within_a_generation(folder: Path) -> None:
    before = read_manifest(folder)
    with EmbeddedWriter(folder, ["/press"], update=True, keep=1, reading="anew") as writer:
        assert writer.files is not None
        writer.record(writer.files[0]._replace(stamp=FileStamp(5, 1, 2, 3, HASH)))
        writer.refresh()
    after = read_manifest(folder)
    assert (after.name, after.segments) == (before.name, before.segments)
    engine = EmbeddedEngine(folder, "numpy")
    found = engine.provenance("a.md")
    assert found is not None and found.size == 5
    assert (engine.check(), engine.leftovers(), engine.status().kept) == ((), (), ())


def test_there_is_nothing_to_refresh_without_a_generation(tmp_path: Path) -> None:
    with EmbeddedWriter(tmp_path / "index_data", [], update=True) as writer:
        assert writer.files is None
        with pytest.raises(ValueError, match="no generation"):
            writer.refresh()
