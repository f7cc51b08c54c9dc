"""Builds and updates that are cut short, by a kill at any moment, a full disk or one that fails: the old index or the new."""

from __future__ import annotations

import errno
from pathlib import Path
from unittest.mock import Mock

import pytest
from hypothesis import settings

from indexer.errors import Fault, IndexLocked
from indexer.search.embedded import EmbeddedEngine, EmbeddedWriter, roll_back
from indexer.search.embedded import manifest as manifests
from indexer.search.embedded.codec.arrays_writer import ArraysWriter
from indexer.search.embedded.generations import leftovers
from tests.oracle import OracleEngine, without_generation
from tests.records import Indexed, make_document
from tests.search.embedded.conftest import Rebuilder, Tally
from tests.search.embedded.folders import (
    ALL_RECORDS,
    SMALL,
    copy_index,
    everything,
    has_no_leftovers,
    holds,
    make_index,
    make_segments,
    segment_files,
)
from tests.search.embedded.rebuilding import LEFT, NEW, OLD
from tests.search.embedded.test_updates import COAST, NEWER, assert_holds, update
from tests.search.embedded.test_updates import NEW as ADDED


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of the small documents."""
    return make_index(tmp_path / "index_data", SMALL)


def _spread(moments: list[str], each: int) -> list[int]:
    """The numbers, from 1, of the first and the last moment of each name, and of some between."""
    chosen = set()
    for name in set(moments):
        numbers = [number for number, other in enumerate(moments, 1) if other == name]
        chosen |= {numbers[0], *numbers[:: max(len(numbers) // each, 1)], *numbers[-2:]}
    return sorted(chosen)


@pytest.mark.parametrize("write", ["rebuild", "update"])
def test_everything_is_on_the_disk_before_the_old_index_goes(tmp_path: Path, rebuilder: Rebuilder, write: str) -> None:
    moments = rebuilder(_with_leftover(make_segments(tmp_path / "index_data", OLD)), write=write)["moments"]
    swap, first_unlink = moments.index("replace"), moments.index("unlink")
    before, after = moments[:swap], moments[swap:first_unlink]
    # Each call has two moments. Three files (a segment for each document and the merged one; deletions, the segment that is
    # written anew and that of the new document), with an update the file records, their names in the folder, and a manifest:
    # of an update first that of the generation that is kept, then the new one.
    assert before.count("fsync") == 2 * (5 if write == "rebuild" else 6)
    assert "write" not in before[::-1][: before[::-1].index("fsync")]
    assert after.count("fsync") == 2 * (1 if write == "rebuild" else 3)
    assert after.count("write") == (0 if write == "rebuild" else 2)


def test_a_build_killed_at_any_moment_leaves_the_old_index_or_the_new_one(
    folder: Path, tmp_path: Path, rebuilder: Rebuilder, tally: Tally
) -> None:
    work = copy_index(folder, tmp_path / "work" / "index_data")
    moments = rebuilder(work)["moments"]
    assert {"open", "write", "fsync", "replace", "unlink"} < set(moments)
    assert holds(work, NEW)
    published = []
    for number in _moments_to_try(moments, 25):
        copy_index(folder, work)
        assert rebuilder(work, "kill", number) == {"signal": 9}
        published.append(holds(work, NEW))
        assert published[-1] or holds(work, SMALL), f"killed at {moments[number - 1]}, moment {number}"
        make_index(work, NEW[:1])
        assert holds(work, NEW[:1])
        assert has_no_leftovers(work)
        tally["moments at which a rebuild was killed"] += 1
    assert published == sorted(published), "a later moment cannot bring the old index back"
    assert True in published and False in published


def test_a_full_disk_leaves_the_old_index(folder: Path, tmp_path: Path, rebuilder: Rebuilder) -> None:
    work = copy_index(folder, tmp_path / "work" / "index_data")
    moments = rebuilder(work)["moments"]
    failed = []
    for number in _spread(moments, 2):
        copy_index(folder, work)
        answer = rebuilder(work, "fill", number)
        errors = answer["errors"]
        assert not errors or "the old index stays" in answer["message"], f"{moments[number - 1]}, moment {number}"
        assert holds(work, SMALL if errors else NEW)
        assert has_no_leftovers(work)
        failed.append(bool(errors))
        make_index(work, NEW)
        assert holds(work, NEW)
    assert failed == sorted(failed, reverse=True)
    assert True in failed and False in failed


def _moments_to_try(moments: list[str], writes: int) -> list[int]:
    """The numbers, from 1, of all moments but those of writing, and of some of these; of all in a soak."""
    if not settings().derandomize:
        return list(range(1, len(moments) + 1))
    others = [number for number, name in enumerate(moments, 1) if name != "write"]
    return sorted({*others, *range(1, len(moments) + 1, len(moments) // writes)})


@pytest.fixture
def old_segments(tmp_path: Path) -> Path:
    """An index of several segments, and a file that a killed run left."""
    return _with_leftover(make_segments(tmp_path / "index_data", OLD))


def _with_leftover(folder: Path) -> Path:
    (folder / "9-0badc0de-1.arrays").write_bytes(b"LOCCITAR")
    return folder


def test_an_update_killed_at_any_moment_leaves_the_old_index_or_the_new_one(
    old_segments: Path, tmp_path: Path, rebuilder: Rebuilder, tally: Tally
) -> None:
    work = copy_index(old_segments, tmp_path / "work" / "index_data")
    moments = rebuilder(work, write="update")["moments"]
    assert {"open", "write", "fsync", "replace", "unlink"} < set(moments)
    old = without_generation(OracleEngine([document for group in OLD for document in group]).search(ALL_RECORDS))
    new = without_generation(OracleEngine(LEFT).search(ALL_RECORDS))
    assert everything(work) == new
    assert has_no_leftovers(work)
    published = []
    for number in _moments_to_try(moments, 25):
        copy_index(old_segments, work)
        assert rebuilder(work, "kill", number, "update") == {"signal": 9}
        found = everything(work)
        published.append(found == new)
        assert published[-1] or found == old, f"killed at {moments[number - 1]}, moment {number}"
        with EmbeddedWriter(work, [], update=True, keep=1) as writer:
            writer.abort()
        assert has_no_leftovers(work)
        assert (leftovers(work), everything(work)) == ((), found)
        tally["moments at which an update was killed"] += 1
    assert published == sorted(published), "a later moment cannot bring the old index back"
    assert True in published and False in published


def test_a_rollback_killed_at_any_moment_leaves_either_generation(
    old_segments: Path, tmp_path: Path, rebuilder: Rebuilder, tally: Tally
) -> None:
    rebuilder(old_segments, write="update")
    old = without_generation(OracleEngine([document for group in OLD for document in group]).search(ALL_RECORDS))
    new = everything(old_segments)
    work = copy_index(old_segments, tmp_path / "work" / "index_data")
    moments = rebuilder(work, write="rollback")["moments"]
    assert {"open", "write", "fsync", "replace", "unlink"} < set(moments)
    assert everything(work) == old
    assert has_no_leftovers(work)
    returned = []
    for number in _moments_to_try(moments, len(moments)):
        copy_index(old_segments, work)
        assert rebuilder(work, "kill", number, "rollback") == {"signal": 9}
        found = everything(work)
        returned.append(found == old)
        assert returned[-1] or found == new, f"killed at {moments[number - 1]}, moment {number}"
        if not returned[-1]:
            roll_back(work)
        with EmbeddedWriter(work, [], update=True, keep=1) as writer:
            writer.abort()
        assert has_no_leftovers(work)
        assert everything(work) == old
        tally["moments at which a rollback was killed"] += 1
    assert returned == sorted(returned), "a later moment cannot bring the newer index back"
    assert True in returned and False in returned


def test_a_rollback_on_a_full_disk_changes_nothing(old_segments: Path, rebuilder: Rebuilder) -> None:
    rebuilder(old_segments, write="update")
    new = everything(old_segments)
    answer = rebuilder(old_segments, "fill", 1, "rollback")
    assert "OSError" in answer["errors"]
    assert everything(old_segments) == new
    roll_back(old_segments)
    assert everything(old_segments) != new


def test_an_update_on_a_full_disk_leaves_the_old_index(
    old_segments: Path, tmp_path: Path, rebuilder: Rebuilder, tally: Tally
) -> None:
    work = copy_index(old_segments, tmp_path / "work" / "index_data")
    moments = rebuilder(work, write="update")["moments"]
    old = tuple(document for group in OLD for document in group)
    failed = []
    for number in _spread(moments, 3):
        copy_index(old_segments, work)
        answer = rebuilder(work, "fill", number, "update")
        failed.append(bool(answer["errors"]))
        assert not failed[-1] or "the old index stays" in answer["message"], f"{moments[number - 1]}, moment {number}"
        assert holds(work, old if failed[-1] else LEFT)
        assert has_no_leftovers(work)
        tally["moments at which the disk was full"] += 1
    assert failed == sorted(failed, reverse=True)
    assert True in failed and False in failed


def test_a_file_that_cannot_be_removed_is_left_to_the_next_writer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (old,) = segment_files(folder)
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path == old:
            raise PermissionError(errno.EPERM, "Operation not permitted", str(path))
        unlink(path, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        update(folder, [ADDED], ["coast.md", "net.md"])
        assert old.exists()
    update(folder, [NEWER])
    assert_holds(folder, [ADDED, NEWER])


def test_the_lock_is_released_whatever_fails(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    for ending in ("commit", "abort"):
        with monkeypatch.context() as patch:
            writer = EmbeddedWriter(folder, [], update=True)
            patch.setattr(Path, "iterdir", fail)
            with pytest.raises(PermissionError):
                getattr(writer, ending)()
        with EmbeddedWriter(folder, []) as next_writer, pytest.raises(IndexLocked):
            EmbeddedWriter(folder, [], update=True)
        assert next_writer is not writer
    assert EmbeddedEngine(folder, "numpy").status().documents == 2


FULL = OSError(errno.ENOSPC, "No space left on device")
FOUR = make_document("z.md", ["One.", "Two.", "Three.", "Four."])


@pytest.mark.parametrize(
    ("owner", "name", "added"),
    [
        pytest.param(ArraysWriter, "add", [ADDED], id="segment"),
        pytest.param(ArraysWriter, "close", [], id="deletions"),
        pytest.param(Path, "replace", [ADDED], id="manifest"),
    ],
)
def test_a_full_disk_leaves_the_old_index_and_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, added: list[Indexed]
) -> None:
    update(folder, [FOUR])
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, Mock(side_effect=FULL))
        with pytest.raises(Fault, match="cannot be written: No space left on device; the old index stays"):
            update(folder, added, ["net.md"])
    assert_holds(folder, [FOUR, *SMALL])
    update(folder, added, ["net.md"])
    assert_holds(folder, [FOUR, COAST, *added])


def test_a_failure_after_the_swap_does_not_claim_the_old_index(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(manifests, "sync_folder", Mock(side_effect=OSError(errno.EIO, "Input/output error")))
        with pytest.raises(Fault, match="Input/output error; the new one is in use"):
            update(folder, [ADDED])
    assert_holds(folder, [*SMALL, ADDED])


def test_a_first_build_that_fails_says_that_nothing_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ArraysWriter, "add", Mock(side_effect=FULL))
    with pytest.raises(Fault, match="No space left on device; what was there stays"):
        update(tmp_path / "index_data", [ADDED])
