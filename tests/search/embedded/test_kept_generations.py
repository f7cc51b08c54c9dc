"""The index folder besides the published generation: kept ones, what killed runs left, and who holds the lock."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from indexer.errors import IndexCorrupt, IndexLocked
from indexer.search.embedded import EmbeddedEngine, EmbeddedWriter, generations, roll_back
from indexer.search.embedded.lock import read_holder
from indexer.search.embedded.manifest import MANIFEST, Manifest, read_manifest
from tests.records import Indexed
from tests.search.embedded.folders import LOCK, SMALL, has_no_leftovers, holds, names, put, segment_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of one document, and before it of two."""
    folder = tmp_path / "index_data"
    _write(folder, SMALL)
    _write(folder, SMALL[:1])
    return folder


def _write(folder: Path, documents: tuple[Indexed, ...], keep: int = 1) -> None:
    with EmbeddedWriter(folder, ["seeds"], keep=keep) as writer:
        for document in documents:
            writer.add(*document)
        writer.commit()


def _kept_manifest(folder: Path) -> Path:
    (path,) = folder.glob("*.manifest")
    return path


def _kept_segment(folder: Path) -> Path:
    (path,) = set(folder.glob("*.arrays")) - set(segment_files(folder))
    return path


def test_a_kept_generation_costs_what_its_files_take(folder: Path) -> None:
    sizes = EmbeddedEngine(folder, "numpy").status().bytes
    kept = (_kept_manifest(folder), _kept_segment(folder))
    assert sizes["kept generations"] == sum(path.stat().st_size for path in kept)
    assert sum(sizes.values()) == sum(path.stat().st_size for path in folder.iterdir() if path.name != LOCK)


def test_a_damaged_kept_generation_is_found_and_not_gone_back_to(folder: Path) -> None:
    segment = _kept_segment(folder)
    content = segment.read_bytes()
    put(segment, content[:-1])
    (problem,) = EmbeddedEngine(folder, "numpy").check()
    assert problem.startswith("Of the kept generation 1-") and segment.name in problem
    with pytest.raises(IndexCorrupt, match=r"is damaged; nothing was changed"):
        roll_back(folder)
    put(segment, content)
    assert holds(folder, SMALL[:1])
    roll_back(folder)
    assert holds(folder, SMALL)


def test_a_check_while_a_kept_generation_is_removed_reports_no_damage(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = generations.kept_generations

    def read_then_remove(index_dir: Path) -> list[Manifest]:
        found = real(index_dir)
        monkeypatch.undo()
        generations.clean(index_dir, 0)
        return found

    segment = _kept_segment(folder)
    monkeypatch.setattr(generations, "kept_generations", read_then_remove)
    assert EmbeddedEngine(folder, "numpy").check() == ()
    assert not segment.exists()


@pytest.mark.parametrize("listed", [sorted, lambda paths: sorted(paths)[::-1]], ids=["sorted", "reversed"])
def test_a_kept_generation_that_is_removed_in_part_is_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch, listed: Callable[[list[Path]], list[Path]]
) -> None:
    iterdir, unlink = Path.iterdir, Path.unlink
    removed: list[Path] = []

    def one_alone(path: Path, missing_ok: bool = False) -> None:
        if removed:
            raise KeyboardInterrupt
        removed.append(path)
        unlink(path, missing_ok)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Path, "iterdir", lambda path: iter(listed(list(iterdir(path)))))
        patched.setattr(Path, "unlink", one_alone)
        generations.clean(folder, 0)
    engine = EmbeddedEngine(folder, "numpy")
    assert engine.check() == ()
    assert (engine.status().kept, len(engine.leftovers())) == ((), 1)


def test_a_kept_manifest_that_cannot_be_read_is_none(folder: Path) -> None:
    put(_kept_manifest(folder), b"{")
    engine = EmbeddedEngine(folder, "numpy")
    assert engine.status().kept == ()
    assert len(engine.leftovers()) == 2
    _write(folder, SMALL)
    assert has_no_leftovers(folder)
    assert len(EmbeddedEngine(folder, "numpy").status().kept) == 1


def test_one_goes_back_from_a_damaged_generation_too(folder: Path) -> None:
    put(folder / MANIFEST, b"{")
    roll_back(folder)
    assert holds(folder, SMALL)
    assert has_no_leftovers(folder)


def test_a_build_over_a_damaged_generation_counts_on(folder: Path) -> None:
    put(folder / MANIFEST, b"{")
    _write(folder, SMALL[1:])
    assert read_manifest(folder).number == 2
    assert [kept.name for kept in EmbeddedEngine(folder, "numpy").status().kept] == [_kept_manifest(folder).stem]
    roll_back(folder)
    assert holds(folder, SMALL)


def test_a_damaged_generation_is_not_kept(folder: Path) -> None:
    (segment,) = segment_files(folder)
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    put(segment, bytes(content))
    _write(folder, SMALL[1:])
    engine = EmbeddedEngine(folder, "numpy")
    assert engine.check() == ()
    assert has_no_leftovers(folder)
    assert [kept.name for kept in engine.status().kept] == [_kept_manifest(folder).stem]
    assert roll_back(folder).number == 1


def test_leftovers_are_named_and_removed_by_the_next_writer(folder: Path) -> None:
    left = {"3-0badc0de-1.arrays", "3-0badc0de-2.deletions", "3-0badc0de-3.files", "9-0badc0de.manifest", f"{MANIFEST}.new"}
    for name in left:
        (folder / name).write_bytes(b"")
    (folder / "notes.txt").write_bytes(b"")
    engine = EmbeddedEngine(folder, "numpy")
    assert engine.leftovers() == tuple(sorted(left))
    assert engine.check() == ()
    with EmbeddedWriter(folder, [], keep=1):
        assert engine.leftovers() == (), "a writer's files are none"
    assert engine.leftovers() == ()
    assert "notes.txt" in names(folder)
    assert len(engine.status().kept) == 1


def test_a_second_writer_is_told_who_the_first_is(folder: Path) -> None:
    with EmbeddedWriter(folder, []):
        holder = read_holder(folder)
        assert holder is not None
        assert (holder.pid, holder.runs) == (os.getpid(), True)
        assert abs((datetime.now().astimezone() - datetime.fromisoformat(holder.since)).total_seconds()) < 60
        with pytest.raises(IndexLocked, match=rf"is writing the index in .*: process {os.getpid()}, since {holder.since[:13]}"):
            EmbeddedWriter(folder, [])
        assert read_holder(folder) == holder
        for content in (b"", b"\xff", b"no number", b"-1 2025-05-19T12:00:00+00:00", b"12 yesterday", b"9" * 999):
            (folder / LOCK).write_bytes(content)
            with pytest.raises(IndexLocked, match=r"is writing the index in [^:]*\. Wait"):
                EmbeddedWriter(folder, [])
    assert (folder / LOCK).read_bytes() == b""
    assert read_holder(folder) is None


def test_a_killed_writer_holds_nothing(folder: Path) -> None:
    (folder / LOCK).write_text(f"{2**22 + 1} 2025-05-19T12:00:00+00:00\n")
    holder = read_holder(folder)
    assert holder is not None and not holder.runs
    (folder / "3-0badc0de-1.arrays").write_bytes(b"")
    assert EmbeddedEngine(folder, "numpy").leftovers() == ("3-0badc0de-1.arrays",)
    _write(folder, SMALL)
    assert has_no_leftovers(folder)
