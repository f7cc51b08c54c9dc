"""Updates: what is read again and what is not, what is said of it, and when nothing is changed at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import changes, fingerprint
from indexer.build import rebuild
from indexer.changes import Scope
from indexer.config import Settings
from indexer.errors import IndexLocked, IndexVersionError, NothingToIndex, RootMissing, UsageError
from indexer.file_records import Provenance
from indexer.pipeline import Found
from indexer.progress import Silence
from indexer.reading import Reading
from indexer.report import Report
from indexer.search.engine import open_engine, open_writer
from indexer.update import update
from indexer.walk import File

LONG_AGO = 1_700_000_000


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A folder of three files that nobody has touched for long."""
    folder = tmp_path / "documents"
    (folder / "sub").mkdir(parents=True)
    _put(folder / "a.txt", "The council met in Ostrel.\n\nIt adjourned at noon.")
    _put(folder / "news.jsonl", '{"id": 1, "text": "One."}\n{"id": 2, "text": "Two."}\nnot JSON\n')
    _put(folder / "sub" / "c.txt", "Minister Renn spoke.")
    return folder


@pytest.fixture
def settings(tmp_path: Path, documents: Path, reading: Reading) -> Settings:
    """An index of them."""
    settings = Settings(index_dir=tmp_path / "index_data", processes=1)
    rebuild(settings, [documents], Silence(), reading=reading)
    return settings


@pytest.fixture
def was_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read from now on, in order."""
    names: list[str] = []
    read = Reading.read

    def note(self: Reading, files: Iterable[File]) -> Iterator[tuple[File, Found]]:
        noted = list(files)
        names.extend(file.relative for file in noted)
        return read(self, noted)

    monkeypatch.setattr(Reading, "read", note)
    return names


def _put(path: Path, content: str, when: int = LONG_AGO) -> None:
    path.write_text(content)
    os.utime(path, (when, when))


def _update(settings: Settings, *paths: Path, allow_empty: bool = False, **scope: bool) -> Report:
    return update(settings, Silence(), Scope(paths, **scope), allow_empty=allow_empty)


def _counts(report: Report) -> tuple[int, int, int, int]:
    return report.indexed, report.unchanged, report.removed, report.documents_skipped


def _generation(settings: Settings) -> str:
    with closing(open_engine(settings)) as engine:
        assert engine.check() == ()
        return engine.status().generation


def _texts(settings: Settings, document_id: str) -> list[str]:
    with closing(open_engine(settings)) as engine:
        return [hit.paragraph.text for hit in engine.document(document_id).hits]


def _provenance(settings: Settings, document_id: str) -> Provenance:
    with closing(open_engine(settings)) as engine:
        found = engine.provenance(document_id)
        assert found is not None
        return found


def test_what_has_not_changed_is_not_read_and_nothing_is_written(settings: Settings, was_read: list[str]) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in settings.index_dir.iterdir() if path.name != "write.lock"}
    report = _update(settings)
    assert _counts(report) == (0, 4, 0, 1)
    assert report.skipped[0].path.endswith("news.jsonl:3")
    assert was_read == []
    assert {path.name: path.stat().st_mtime_ns for path in settings.index_dir.iterdir() if path.name != "write.lock"} == before


def test_what_has_changed_is_read(settings: Settings, documents: Path, was_read: list[str]) -> None:
    _put(documents / "a.txt", "The council met again.", LONG_AGO + 1)
    _put(documents / "b.txt", "A new note.")
    (documents / "sub" / "c.txt").unlink()
    report = _update(settings)
    assert _counts(report) == (2, 2, 1, 1)
    assert was_read == ["a.txt", "b.txt"]
    assert _texts(settings, "a.txt") == ["The council met again."]
    assert _counts(_update(settings)) == (0, 4, 0, 1)


def test_only_what_has_changed_in_a_file_is_indexed_again(settings: Settings, documents: Path) -> None:
    _put(documents / "news.jsonl", '{"id": 1, "text": "One."}\n{"id": 2, "text": "Too."}\n', LONG_AGO + 1)
    assert _counts(_update(settings)) == (1, 3, 0, 0)
    assert _texts(settings, "news.jsonl:2") == ["Too."]


def test_a_file_that_moves_gets_another_id(settings: Settings, documents: Path) -> None:
    (documents / "a.txt").rename(documents / "sub" / "moved.txt")
    assert _counts(_update(settings)) == (1, 3, 1, 1)
    assert _provenance(settings, "sub:moved.txt").path == documents / "sub" / "moved.txt"


def test_a_touched_file_is_as_it_was(settings: Settings, documents: Path, was_read: list[str]) -> None:
    generation = _generation(settings)
    os.utime(documents / "a.txt", (LONG_AGO + 9, LONG_AGO + 9))
    assert _counts(_update(settings)) == (0, 4, 0, 1)
    assert was_read == []
    assert _generation(settings) == generation
    assert _provenance(settings, "a.txt").mtime_ns == (LONG_AGO + 9) * 10**9


def test_a_file_dated_at_its_recording_is_not_trusted(tmp_path: Path, documents: Path) -> None:
    settings = Settings(index_dir=tmp_path / "index_data")
    to_come = LONG_AGO * 2
    _put(documents / "a.txt", "One text.", to_come)
    _put(documents / "sub" / "c.txt", "One text.")
    rebuild(settings, [documents], Silence())
    for path, when in ((documents / "a.txt", to_come), (documents / "sub" / "c.txt", LONG_AGO)):
        with path.open("r+") as stream:
            stream.write("Two")
        os.utime(path, (when, when))
    assert _counts(_update(settings)) == (1, 3, 0, 1)
    assert _texts(settings, "a.txt") == ["Two text."]
    assert _texts(settings, "sub:c.txt") == ["One text."], "nothing shows that it changed"
    assert _counts(_update(settings, rehash=True)) == (1, 3, 0, 1)
    assert _texts(settings, "sub:c.txt") == ["Two text."]


def test_the_next_of_equal_ids_takes_the_place_of_one_that_goes(tmp_path: Path, documents: Path) -> None:
    settings = Settings(index_dir=tmp_path / "index_data")
    other = tmp_path / "other"
    other.mkdir()
    _put(other / "a.txt", "Another a.")
    rebuild(settings, [documents, other], Silence())
    (skip,) = (each for each in _update(settings).skipped if "taken" in each.reason)
    assert (skip.path, skip.reason) == (str(other / "a.txt"), f"its id a.txt is taken by {documents / 'a.txt'}")
    (documents / "a.txt").rename(documents / "b.txt")
    assert _counts(_update(settings)) == (2, 3, 0, 1)
    assert _texts(settings, "a.txt") == ["Another a."]
    assert _provenance(settings, "a.txt").root == other
    (documents / "b.txt").rename(documents / "a.txt")
    assert _counts(_update(settings, documents)) == (1, 3, 1, 2)
    assert _texts(settings, "a.txt") == ["The council met in Ostrel.", "It adjourned at noon."]


def test_only_what_lies_under_the_paths_is_looked_at(
    settings: Settings, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(documents / "a.txt", "Changed.", LONG_AGO + 1)
    _put(documents / "sub" / "d.txt", "A new note.")
    _put(documents / "sub" / "c.txt", "Changed.", LONG_AGO + 1)
    assert _counts(_update(settings, documents / "sub" / "d.txt")) == (1, 4, 0, 1)
    monkeypatch.chdir(documents)
    assert _counts(_update(settings, Path("sub"))) == (1, 4, 0, 1)
    assert _texts(settings, "a.txt")[0] == "The council met in Ostrel."
    (documents / "sub" / "c.txt").unlink()
    assert _counts(_update(settings, Path("sub/c.txt"))) == (0, 4, 1, 1)
    assert _counts(_update(settings, Path())) == (1, 3, 0, 1)


def test_a_path_outside_the_roots_or_nowhere_is_wrong_usage(settings: Settings, documents: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"lies under no root of the index\. Its roots are .*documents"):
        _update(settings, tmp_path)
    with pytest.raises(UsageError, match="neither there nor in the index"):
        _update(settings, documents / "absent.txt")


def test_a_root_that_is_gone_costs_nothing(settings: Settings, documents: Path, tmp_path: Path) -> None:
    documents.rename(tmp_path / "elsewhere")
    with pytest.raises(RootMissing, match=r"The root .*documents of the index is gone: No such file"):
        _update(settings)
    assert len(_texts(settings, "a.txt")) == 2
    (tmp_path / "elsewhere").rename(documents)
    assert _counts(_update(settings)) == (0, 4, 0, 1)


def test_an_emptied_root_is_refused_unless_that_is_wanted(settings: Settings, documents: Path) -> None:
    for path in (documents / "a.txt", documents / "news.jsonl", documents / "sub" / "c.txt"):
        path.unlink()
    with pytest.raises(NothingToIndex, match=r"No indexable document is left .*--allow-empty"):
        _update(settings)
    assert len(_texts(settings, "a.txt")) == 2
    assert _counts(_update(settings, allow_empty=True)) == (0, 0, 4, 0)
    assert _counts(_update(settings)) == (0, 0, 0, 0)
    _put(documents / "a.txt", "Back again.")
    assert _counts(_update(settings)) == (1, 0, 0, 0)


def test_without_an_index_it_is_built(tmp_path: Path, documents: Path) -> None:
    settings = Settings(index_dir=tmp_path / "new", documents=(documents,))
    assert _counts(_update(settings)) == (4, 0, 0, 1)
    other = Settings(index_dir=tmp_path / "other")
    assert _counts(_update(other, documents / "a.txt")) == (1, 0, 0, 0)


def test_an_index_that_does_not_know_its_files_is_built_anew(tmp_path: Path, documents: Path) -> None:
    settings = Settings(index_dir=tmp_path / "index_data")
    with open_writer(settings, [str(documents)]) as writer:
        writer.commit()
    assert _counts(_update(settings)) == (4, 0, 0, 1)
    assert _counts(_update(settings)) == (0, 4, 0, 1)


def test_everything_is_read_again_where_reading_has_changed(
    settings: Settings, was_read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    larger = replace(settings, max_file_bytes=settings.max_file_bytes + 1)
    assert _counts(_update(larger)) == (0, 4, 0, 1)
    assert len(was_read) == 3
    assert _counts(_update(replace(larger, port=1))) == (0, 4, 0, 1)
    assert len(was_read) == 3
    monkeypatch.setattr(fingerprint, "LIBRARIES", ("click",))
    _update(larger)
    assert len(was_read) == 6


def test_after_an_update_of_a_part_the_rest_is_still_read_where_reading_has_changed(
    settings: Settings, documents: Path, was_read: list[str]
) -> None:
    larger = replace(settings, max_file_bytes=settings.max_file_bytes + 1)
    _put(documents / "a.txt", "Changed.", LONG_AGO + 1)
    assert _counts(_update(larger, documents / "a.txt")) == (1, 3, 0, 1)
    assert was_read == ["a.txt"]
    was_read.clear()
    assert _counts(_update(larger)) == (0, 4, 0, 1)
    assert was_read == ["a.txt", "news.jsonl", "sub/c.txt"]
    _update(larger)
    assert len(was_read) == 3


def test_a_file_that_could_not_be_read_is_tried_again(settings: Settings, documents: Path, was_read: list[str]) -> None:
    path = documents / "a.txt"
    path.unlink()
    path.symlink_to(documents / "sub" / "b.txt")
    (documents / "sub" / "b.txt").mkdir()
    _update(settings)
    (documents / "sub" / "b.txt").rmdir()
    _put(documents / "sub" / "b.txt", "Behind a link.")
    was_read.clear()
    assert _counts(_update(settings))[:3] == (2, 3, 0)
    assert was_read == ["a.txt", "sub/b.txt"]


def test_a_file_that_is_being_written_is_left_for_later(settings: Settings, documents: Path) -> None:
    (documents / "a.txt").write_text("Half a sen")
    (documents / "new.txt").write_text("Half a sen")
    report = update(settings, Silence(), Scope(settle=60.0))
    assert (_counts(report), report.deferred) == ((0, 4, 0, 1), 2)
    assert _counts(_update(settings)) == (2, 3, 0, 1)


def test_a_document_that_gets_its_id_is_read_wherever_its_file_lies(
    tmp_path: Path, documents: Path, was_read: list[str]
) -> None:
    """Outside of what is looked at, and while it is being written too: else no document would have the id."""
    settings = Settings(index_dir=tmp_path / "index_data")
    other = tmp_path / "other"
    other.mkdir()
    _put(other / "a.txt", "Another a.")
    rebuild(settings, [documents, other], Silence())
    was_read.clear()
    (documents / "a.txt").rename(tmp_path / "a.txt")
    assert _counts(_update(settings, documents)) == (1, 3, 0, 1)
    assert was_read == ["a.txt"]
    assert _texts(settings, "a.txt") == ["Another a."]
    (tmp_path / "a.txt").rename(documents / "a.txt")
    _update(settings)
    (documents / "a.txt").unlink()
    (other / "a.txt").write_text("Half a sen")
    report = update(settings, Silence(), Scope(settle=60.0))
    assert (_counts(report), report.deferred) == ((1, 3, 0, 1), 1)
    (other / "a.txt").write_text("Half a sentence, and the rest.")
    _update(settings)
    assert _texts(settings, "a.txt") == ["Half a sentence, and the rest."]


def test_one_writer_at_a_time(settings: Settings) -> None:
    with open_writer(settings, []), pytest.raises(IndexLocked):
        _update(settings)


def test_an_index_of_another_format_is_refused(settings: Settings) -> None:
    manifest = settings.index_dir / "manifest.json"
    stated = json.loads(manifest.read_bytes())
    manifest.write_text(json.dumps({**stated, "format": stated["format"] - 1}))
    with pytest.raises(IndexVersionError, match="loccit rebuild"):
        _update(settings)


def test_the_hash_of_what_cannot_be_read_is_unknown(
    settings: Settings, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_sha256", lambda path: b"")
    os.utime(documents / "a.txt", (LONG_AGO + 9, LONG_AGO + 9))
    assert _counts(_update(settings)) == (0, 4, 0, 1)
