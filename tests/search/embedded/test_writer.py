"""The writer: one at a time, all or nothing, whatever interrupts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from indexer.errors import IndexCorrupt, IndexLocked, NoIndex
from indexer.model import DocumentMetadata
from indexer.search.embedded import EmbeddedEngine, EmbeddedWriter
from indexer.search.embedded.manifest import MANIFEST
from indexer.search.request import SearchRequest, Sort
from indexer.search.response import SearchResponse
from tests.oracle import OracleEngine, without_generation
from tests.records import Indexed, make_document, make_paragraph
from tests.search.embedded.folders import SMALL, copy_index, make_index, put, segment_files
from tests.search.embedded.rebuilding import NEW

Rebuilder: TypeAlias = Callable[..., dict[str, Any]]

EVERYTHING = SearchRequest(page_size=100, sort=Sort.DOCUMENT)
LOCK = "write.lock"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of the small documents."""
    return make_index(tmp_path / "index_data", SMALL)


@pytest.fixture(scope="module")
def rebuilder() -> Iterator[Rebuilder]:
    """Rebuilds an index in a process of its own, which a moment may end: see `rebuilding`."""
    top = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": str(top), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "ignore", "-m", "tests.search.embedded.rebuilding"]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None

        def rebuild(index: Path, act: str = "list", at: int = 0) -> dict[str, Any]:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.write(json.dumps({"index": str(index), "act": act, "at": at}) + "\n")
            process.stdin.flush()
            answer: dict[str, Any] = json.loads(process.stdout.readline())
            return answer

        yield rebuild
        process.stdin.close()


def _everything(folder: Path) -> SearchResponse:
    engine = EmbeddedEngine(folder, "numpy")
    assert engine.check() == ()
    return without_generation(engine.search(EVERYTHING))


def _holds(folder: Path, documents: tuple[Indexed, ...]) -> bool:
    return _everything(folder) == without_generation(OracleEngine(documents).search(EVERYTHING))


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def _has_no_leftovers(folder: Path) -> bool:
    return _names(folder) <= {MANIFEST, LOCK, *(path.name for path in segment_files(folder))}


def _add(writer: EmbeddedWriter, *documents: Indexed) -> None:
    for document in documents:
        writer.add(document.metadata, document.paragraphs)


def test_a_second_writer_in_the_same_process_is_refused(folder: Path) -> None:
    with EmbeddedWriter(folder, []) as writer:
        _add(writer, *NEW)
        with pytest.raises(IndexLocked, match="Another process is writing"):
            EmbeddedWriter(folder, [])
        writer.commit()
    assert _holds(folder, NEW)
    make_index(folder, SMALL)
    assert _holds(folder, SMALL)


def test_a_second_writer_in_another_process_is_refused(folder: Path, rebuilder: Rebuilder) -> None:
    with EmbeddedWriter(folder, []) as writer:
        _add(writer, *SMALL[:1])
        assert rebuilder(folder)["errors"][0] == "IndexLocked"
        writer.commit()
    assert _holds(folder, SMALL[:1])
    assert rebuilder(folder)["errors"] == []
    assert _holds(folder, NEW)


def test_readers_see_nothing_before_the_commit(folder: Path) -> None:
    engine = EmbeddedEngine(folder, "numpy")
    before = engine.search(EVERYTHING)
    with EmbeddedWriter(folder, []) as writer:
        _add(writer, *NEW)
        assert engine.search(EVERYTHING) == before == EmbeddedEngine(folder).search(EVERYTHING)
        name = writer.commit()
    after = engine.search(EVERYTHING)
    assert after.generation == name == engine.status().generation != before.generation
    assert without_generation(after) == without_generation(OracleEngine(NEW).search(EVERYTHING))


def test_an_aborted_build_leaves_no_trace(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with EmbeddedWriter(folder, [], memory=0) as writer:
        _add(writer, *NEW)
        assert _names(folder) > set(before)
        writer.abort()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_leaving_without_a_commit_aborts(folder: Path) -> None:
    before = _names(folder)
    with EmbeddedWriter(folder, [], memory=0) as writer:
        _add(writer, *NEW)
    assert _names(folder) == before
    assert _holds(folder, SMALL)


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_an_exception_aborts_and_goes_on(folder: Path, error: type[BaseException]) -> None:
    before = _names(folder)
    with pytest.raises(error), EmbeddedWriter(folder, [], memory=0) as writer:
        _add(writer, *NEW)
        raise error
    assert _names(folder) == before
    assert _holds(folder, SMALL)
    make_index(folder, NEW)
    assert _holds(folder, NEW)


def test_a_first_build_that_is_aborted_leaves_no_index(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), EmbeddedWriter(tmp_path / "index_data", [], memory=0) as writer:
        _add(writer, *NEW)
        raise RuntimeError
    assert _names(tmp_path / "index_data") <= {LOCK}
    with pytest.raises(NoIndex):
        EmbeddedEngine(tmp_path / "index_data", "numpy").status()


def test_an_empty_build_is_an_empty_index(folder: Path) -> None:
    make_index(folder, ())
    assert _holds(folder, ())
    assert EmbeddedEngine(folder, "numpy").status().documents == 0


def test_only_what_builds_leave_behind_is_removed(folder: Path) -> None:
    (old,) = segment_files(folder)
    for name in ("7-0badcafe-0.arrays", f"{MANIFEST}.new", "README", "notes.txt", ".hidden"):
        (folder / name).write_bytes(b"left behind")
    make_index(folder, NEW)
    assert _names(folder) == {MANIFEST, LOCK, "README", "notes.txt", ".hidden", *(path.name for path in segment_files(folder))}
    assert not old.exists()
    assert _holds(folder, NEW)


def test_an_aborted_build_over_a_damaged_manifest_removes_its_own_files_alone(folder: Path) -> None:
    put(folder / MANIFEST, b"{}")
    before = _names(folder)
    with EmbeddedWriter(folder, [], memory=0) as writer:
        _add(writer, *NEW)
    assert _names(folder) == before


def test_a_build_mends_a_damaged_index(folder: Path) -> None:
    put(folder / MANIFEST, b"{}")
    make_index(folder, NEW)
    assert _holds(folder, NEW)
    assert _has_no_leftovers(folder)


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
    assert _holds(folder, SMALL)
    assert _has_no_leftovers(folder)


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
    assert _holds(folder, (*NEW, make_document("bad.md", ["Now it is good."])))


def test_generations_count_up_and_have_names_of_their_own(tmp_path: Path) -> None:
    names = set()
    for _ in range(3):
        with EmbeddedWriter(tmp_path / "index_data", ["/a", "/b\udcff"]) as writer:
            names.add(writer.commit())
        status = EmbeddedEngine(tmp_path / "index_data", "numpy").status()
        assert status.generation in names
        assert status.roots == ("/a", "/b\udcff")
    assert len(names) == 3


def _spread(moments: list[str], each: int) -> list[int]:
    """The numbers, from 1, of the first and the last moment of each name, and of some between."""
    chosen = set()
    for name in set(moments):
        numbers = [number for number, other in enumerate(moments, 1) if other == name]
        chosen |= {numbers[0], *numbers[:: max(len(numbers) // each, 1)], *numbers[-2:]}
    return sorted(chosen)


def test_everything_is_on_the_disk_before_the_old_index_goes(folder: Path, rebuilder: Rebuilder) -> None:
    moments = rebuilder(folder)["moments"]
    swap, first_unlink = moments.index("replace"), moments.index("unlink")
    before, after = moments[:swap], moments[swap:first_unlink]
    # Each call has two moments: the segment, its name in the folder, and the manifest, written before.
    assert before.count("fsync") >= 2 * 3
    assert "write" not in before[::-1][: before[::-1].index("fsync")]
    assert after.count("fsync") == 2
    assert "write" not in after


def test_a_build_killed_at_any_moment_leaves_the_old_index_or_the_new_one(
    folder: Path, tmp_path: Path, rebuilder: Rebuilder
) -> None:
    work = copy_index(folder, tmp_path / "work" / "index_data")
    moments = rebuilder(work)["moments"]
    assert {"open", "write", "fsync", "replace", "unlink"} < set(moments)
    assert _holds(work, NEW)
    chosen = _spread(moments, 4)
    assert len(chosen) > 25
    published = []
    for number in chosen:
        copy_index(folder, work)
        assert rebuilder(work, "kill", number) == {"signal": 9}
        published.append(_holds(work, NEW))
        assert published[-1] or _holds(work, SMALL), f"killed at {moments[number - 1]}, moment {number}"
        make_index(work, NEW[:1])
        assert _holds(work, NEW[:1])
        assert _has_no_leftovers(work)
    assert published == sorted(published), "a later moment cannot bring the old index back"
    assert True in published and False in published


def test_a_full_disk_leaves_the_old_index(folder: Path, tmp_path: Path, rebuilder: Rebuilder) -> None:
    work = copy_index(folder, tmp_path / "work" / "index_data")
    moments = rebuilder(work)["moments"]
    failed = []
    for number in _spread(moments, 2):
        copy_index(folder, work)
        errors = rebuilder(work, "fill", number)["errors"]
        assert not errors or {"OSError", "LoccitError"} & set(errors), (
            f"{errors[0]} from {moments[number - 1]}, moment {number}"
        )
        assert _holds(work, SMALL if errors else NEW)
        assert _has_no_leftovers(work)
        failed.append(bool(errors))
        make_index(work, NEW)
        assert _holds(work, NEW)
    assert failed == sorted(failed, reverse=True)
    assert True in failed and False in failed


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
