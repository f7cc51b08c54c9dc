"""A rebuild swaps in a whole new index, or leaves the old one as it was."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType

import pytest

from indexer import build
from indexer.build import Extent, rebuild
from indexer.config import Settings
from indexer.errors import IndexLocked, NoIndex, NothingToIndex, UsageError
from indexer.file_records import FileRecord
from indexer.model import DocumentMetadata, Paragraph
from indexer.report import Report, Skip
from indexer.search.engine import open_engine, open_writer


class _Steps:
    """Progress that remembers what it was told, and may interrupt."""

    def __init__(self, interrupt_at: str = "") -> None:
        self.told: list[str] = []
        self._interrupt_at = interrupt_at

    def begin(self, extent: Extent) -> None:
        self._note(f"begin {extent.files} {extent.size}")

    def read(self, report: Report, size: int) -> None:
        self._note(f"read {report.seen} {size}")

    def write(self) -> None:
        self._note("write")

    def _note(self, step: str) -> None:
        self.told.append(step)
        if self._interrupt_at and step.startswith(self._interrupt_at):
            raise KeyboardInterrupt


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.txt").write_text("The council met in Ostrel.\n\nIt adjourned at noon.\n")
    (folder / "b.txt").write_text("Minister Renn spoke.\n")
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(index_dir=tmp_path / "index_data")


def _ids(settings: Settings) -> set[str]:
    with closing(open_engine(settings)) as engine:
        return {document.id for document in engine.recent(100)}


def _texts(settings: Settings, document_id: str) -> list[str]:
    with closing(open_engine(settings)) as engine:
        return [hit.paragraph.text for hit in engine.document(document_id).hits]


def _files(settings: Settings) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in settings.index_dir.iterdir() if path.suffix != ".lock"}


def test_a_rebuild_indexes_what_lies_under_its_paths(documents: Path, settings: Settings) -> None:
    report = rebuild(settings, [documents], _Steps())
    assert (report.seen, report.indexed, report.paragraphs, report.skipped) == (2, 2, 3, [])
    assert _ids(settings) == {"a.txt", "b.txt"}
    with closing(open_engine(settings)) as engine:
        status = engine.status()
    assert (status.documents, status.paragraphs, status.roots) == (2, 3, (str(documents),))


def test_a_rebuild_replaces_what_was_there(documents: Path, settings: Settings) -> None:
    rebuild(settings, [documents], _Steps())
    (documents / "a.txt").unlink()
    (documents / "c.txt").write_text("A third note.")
    rebuild(settings, [documents], _Steps())
    assert _ids(settings) == {"b.txt", "c.txt"}


def test_roots_are_shown_in_full(documents: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(documents)
    rebuild(settings, [Path("b.txt")], _Steps())
    with closing(open_engine(settings)) as engine:
        assert engine.status().roots == (str(documents / "b.txt"),)


def test_progress_tells_of_bytes_finished(documents: Path, settings: Settings) -> None:
    first, second = ((documents / name).stat().st_size for name in ("a.txt", "b.txt"))
    steps = _Steps()
    rebuild(settings, [documents], steps)
    assert list(dict.fromkeys(steps.told)) == [f"begin 2 {first + second}", "read 1 0", f"read 2 {first}", "write"]


def test_skips_are_collected_and_the_rest_is_indexed(documents: Path, settings: Settings) -> None:
    (documents / "picture.png").write_bytes(b"\x89PNG\r\n")
    (documents / "dangling.txt").symlink_to("nowhere")
    (documents / ".hidden.txt").write_text("Hidden.")
    report = rebuild(settings, [documents], _Steps())
    assert (report.seen, report.indexed) == (4, 2)
    assert [Path(skip.path).name for skip in report.skipped] == ["dangling.txt", "picture.png"]
    assert report.passed_over == {"hidden": 1}


def test_the_same_documents_give_the_same_answer_in_any_folder(documents: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("b.txt", "a.txt"):
        (moved / name).write_bytes((documents / name).read_bytes())
    one, two = Settings(index_dir=tmp_path / "one"), Settings(index_dir=tmp_path / "two")
    rebuild(one, [documents], _Steps())
    rebuild(two, [moved], _Steps())
    with closing(open_engine(one)) as first, closing(open_engine(two)) as second:
        assert first.document("a.txt").hits == second.document("a.txt").hits


def test_an_empty_folder_is_refused_and_nothing_swapped(documents: Path, settings: Settings, tmp_path: Path) -> None:
    rebuild(settings, [documents], _Steps())
    before = _files(settings)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(NothingToIndex, match=r"No indexable document in .*empty\. .*--allow-empty"):
        rebuild(settings, [empty], _Steps())
    assert _files(settings) == before


def test_an_empty_folder_may_empty_the_index(documents: Path, settings: Settings, tmp_path: Path) -> None:
    rebuild(settings, [documents], _Steps())
    empty = tmp_path / "empty"
    empty.mkdir()
    report = rebuild(settings, [empty], _Steps(), allow_empty=True)
    assert report.indexed == 0
    assert _ids(settings) == set()


def test_a_failed_build_still_reports(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n")
    report = Report()
    with pytest.raises(NothingToIndex):
        rebuild(settings, [tmp_path], _Steps(), report=report)
    assert [Path(skip.path).name for skip in report.skipped] == ["picture.png"]


@pytest.mark.parametrize("name", ["absent", "n" * 300])
def test_a_missing_path_is_wrong_usage(documents: Path, settings: Settings, name: str) -> None:
    with pytest.raises(UsageError, match=f"Nothing to index at .*{name}"):
        rebuild(settings, [documents, documents / name], _Steps())
    with pytest.raises(NoIndex), closing(open_engine(settings)) as engine:
        engine.status()


@pytest.mark.parametrize("moment", ["begin", "read 2", "write"])
def test_an_interrupt_leaves_the_old_index(documents: Path, settings: Settings, moment: str) -> None:
    rebuild(settings, [documents], _Steps())
    before = _files(settings)
    (documents / "c.txt").write_text("A third note.")
    with pytest.raises(KeyboardInterrupt):
        rebuild(settings, [documents], _Steps(interrupt_at=moment))
    assert _files(settings) == before
    rebuild(settings, [documents], _Steps())
    assert _ids(settings) == {"a.txt", "b.txt", "c.txt"}


def test_one_build_at_a_time(documents: Path, settings: Settings) -> None:
    with open_writer(settings, []), pytest.raises(IndexLocked):
        rebuild(settings, [documents], _Steps())
    rebuild(settings, [documents], _Steps())
    assert _ids(settings) == {"a.txt", "b.txt"}


def test_the_index_folder_inside_a_root_is_not_indexed(documents: Path) -> None:
    settings = Settings(index_dir=documents / "index_data")
    rebuild(settings, [documents], _Steps())
    (documents / "index_data" / "README.md").write_text("# About this folder\n")
    report = rebuild(settings, [documents], _Steps())
    assert report.indexed == 2
    assert report.passed_over == {"index folder": 1}


def test_the_first_of_equal_ids_wins_within_a_file(settings: Settings, tmp_path: Path) -> None:
    news = tmp_path / "news.jsonl"
    news.write_text('{"id": "same", "text": "The first."}\n{"id": "same", "text": "The second."}\n')
    report = rebuild(settings, [news], _Steps())
    reason = f"its id news.jsonl:same is taken by {news}:1"
    assert report.skipped == [Skip(f"{news}:2", reason, "Give each record an id of its own.")]
    assert _texts(settings, "news.jsonl:same") == ["The first."]


def test_the_first_of_equal_ids_wins_among_files(documents: Path, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    second = tmp_path / "more" / "b.txt"
    second.write_text("The second.")
    report = rebuild(settings, [documents, tmp_path / "more"], _Steps())
    assert report.skipped == [Skip(str(second), f"its id b.txt is taken by {documents / 'b.txt'}", "Rename one of the files.")]
    assert _texts(settings, "b.txt") == ["Minister Renn spoke."]


class _Refusing:
    """A writer that refuses the first document it is given, and takes all others."""

    error: Exception = ValueError("text that is not Unicode")

    def __init__(self, settings: Settings, roots: list[str], reading: str) -> None:
        self._writer = open_writer(settings, roots, reading=reading)
        self._refused = False

    def __enter__(self) -> _Refusing:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._writer.__exit__(kind, error, traceback)

    def add(self, document: DocumentMetadata, paragraphs: Sequence[Paragraph]) -> None:
        if not self._refused:
            self._refused = True
            raise self.error
        self._writer.add(document, paragraphs)

    def record(self, file: FileRecord) -> None:
        self._writer.record(file)

    def commit(self) -> str:
        return self._writer.commit()


@pytest.mark.parametrize("error", [ValueError("text that is not Unicode"), OverflowError("too many parts")])
def test_a_document_that_the_engine_refuses_is_skipped(
    documents: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(_Refusing, "error", error)
    monkeypatch.setattr(build, "open_writer", _Refusing)
    report = Report()
    with pytest.raises(NothingToIndex):
        rebuild(settings, [documents / "a.txt"], _Steps(), report=report)
    assert report.skipped == [Skip(str(documents / "a.txt"), f"cannot be indexed: {error}")]


def test_a_refused_document_leaves_its_id_to_a_later_one(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    news = tmp_path / "news.jsonl"
    news.write_text('{"id": "same", "text": "The first."}\n{"id": "same", "text": "The second."}\n')
    monkeypatch.setattr(build, "open_writer", _Refusing)
    report = rebuild(settings, [news], _Steps())
    assert report.skipped == [Skip(f"{news}:1", "cannot be indexed: text that is not Unicode")]
    assert _texts(settings, "news.jsonl:same") == ["The second."]
