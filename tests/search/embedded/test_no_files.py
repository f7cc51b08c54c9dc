"""Pipes, sockets, folders and devices in the place of the files of an index, and of its folder: named, never waited for."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.config import Settings
from indexer.errors import IndexCorrupt, IndexNotWritable, LoccitError, NoGeneration, NoIndex
from indexer.search.embedded import EmbeddedEngine, EmbeddedWriter, roll_back
from indexer.search.embedded.lock import read_holder
from indexer.search.embedded.manifest import ASIDE, MANIFEST, read_manifest
from indexer.search.engine import open_engine
from tests.search.embedded.folders import LOCK, SEARCHES, SMALL, copy_index, holds, make_index, refusals, segment_files
from tests.waiting import within


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # an address has no room for a long path
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(path.name)
    finally:
        os.chdir(here)


KINDS: dict[str, Callable[[Path], None]] = {
    "a pipe": os.mkfifo,
    "a socket": _socket,
    "a folder": Path.mkdir,
    "a device": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two generations, the older of them kept; tests damage copies of it."""
    folder = make_index(tmp_path_factory.mktemp("sound") / "index_data", SMALL)
    with EmbeddedWriter(folder, [], keep=1) as writer:
        for document in SMALL:
            writer.add(document.metadata, document.paragraphs)
        writer.commit()
    return folder


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy to damage; nothing in the test takes for ever."""
    with within(60):
        yield copy_index(sound, tmp_path / "index_data")


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """What is there instead of a file."""
    return str(request.param)


def _replace(path: Path, kind: str) -> None:
    path.unlink(missing_ok=True)
    KINDS[kind](path)


@pytest.mark.parametrize("name", ["manifest", "segment"])
def test_what_is_no_file_is_damage(folder: Path, name: str, kind: str) -> None:
    path = folder / MANIFEST if name == "manifest" else segment_files(folder)[0]
    _replace(path, kind)
    refused, found = refusals(folder)
    assert found and len(refused) >= len(SEARCHES)
    assert set(refused) == {f"{path} is {kind}, not a file. Run: loccit rebuild"}
    assert EmbeddedEngine(folder).check() == (refused[0],)
    with pytest.raises(IndexCorrupt if (name, kind) != ("manifest", "a folder") else IndexNotWritable, match=f"is {kind}, not"):
        EmbeddedWriter(folder, None, update=True)


def test_an_open_index_whose_manifest_becomes_none_is_damaged(folder: Path, kind: str) -> None:
    engine = EmbeddedEngine(folder, "numpy")
    engine.search(SEARCHES[0])
    _replace(folder / MANIFEST, kind)
    with pytest.raises(IndexCorrupt, match=f"is {kind}, not a file"):
        engine.search(SEARCHES[0])


@pytest.mark.parametrize("name", ["manifest", "segment", "kept manifest", "kept segment"])
def test_a_rebuild_mends_it(folder: Path, name: str, kind: str) -> None:
    published = read_manifest(folder).segments[0].file
    kept_manifest, kept_segment = next(folder.glob("*.manifest")), next(folder.glob("1-*.arrays"))
    names = {"manifest": MANIFEST, "segment": published, "kept manifest": kept_manifest.name, "kept segment": kept_segment.name}
    path = folder / names[name]
    _replace(path, kind)
    if (name, kind) == ("manifest", "a folder"):
        with pytest.raises(IndexNotWritable, match=rf"{MANIFEST} in it is a folder, not a file\. Remove that"):
            make_index(folder, SMALL)
        path.rmdir()
    assert holds(make_index(folder, SMALL), SMALL)


def test_what_is_no_kept_generation_is_not_gone_back_to(folder: Path, kind: str) -> None:
    _replace(next(folder.glob("1-*.arrays")), kind)
    with pytest.raises(IndexCorrupt, match=f"is {kind}, not a file"):
        roll_back(folder)
    (problem,) = EmbeddedEngine(folder).check()
    assert f"is {kind}, not a file" in problem
    _replace(next(folder.glob("*.manifest")), kind)
    with pytest.raises(NoGeneration):
        roll_back(folder)
    assert EmbeddedEngine(folder).check() == ()


@pytest.mark.parametrize("kind", [*KINDS, "a link"], indirect=False)
def test_what_is_no_lock_is_in_the_way_of_writers_alone(folder: Path, kind: str, tmp_path: Path) -> None:
    other = tmp_path / "letter.txt"
    other.write_text("Dear Ilsa")
    path = folder / LOCK
    path.unlink()
    if kind == "a link":
        path.symlink_to(other)
    else:
        KINDS[kind](path)
    assert read_holder(folder) is None
    engine = EmbeddedEngine(folder, "numpy")
    assert (engine.check(), engine.leftovers(), engine.search(SEARCHES[0]).total) == ((), (), 4)
    shown = "a link" if kind == "a device" else kind
    for write in (lambda: EmbeddedWriter(folder, []), lambda: roll_back(folder)):
        with pytest.raises(IndexNotWritable, match=rf"{LOCK} in it is {shown}, not a file\. Remove that"):
            write()
    assert other.read_text() == "Dear Ilsa"


@pytest.mark.parametrize("kind", [*KINDS, "a link"], indirect=False)
def test_a_new_manifest_is_written_to_no_other_file(folder: Path, kind: str, tmp_path: Path) -> None:
    other = tmp_path / "letter.txt"
    other.write_text("Dear Ilsa")
    if kind == "a link":
        (folder / ASIDE).symlink_to(other)
    else:
        KINDS[kind](folder / ASIDE)
    if kind == "a folder":
        with pytest.raises(IndexNotWritable, match=f"{ASIDE} in it is a folder"):
            make_index(folder, SMALL)
    else:
        assert holds(make_index(folder, SMALL), SMALL)
    assert other.read_text() == "Dear Ilsa"


def _file(path: Path) -> None:
    path.write_text("")


def _link(path: Path) -> None:
    path.symlink_to("nowhere")


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize("inside", ["", "deeper", "deeper/still"])
@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_file, "is a file, not a folder. Remove it, or name another: --index-dir"),
        (os.mkfifo, "is a pipe, not a folder. Remove it, or name another: --index-dir"),
        (_link, "is a link to nowhere, which is not there. Make that folder, or name another: --index-dir"),
        (_loop, "is a link to ix, which is not there. Make that folder, or name another: --index-dir"),
    ],
)
def test_what_is_no_index_folder_is_told_with_what_to_do(
    make: Callable[[Path], None], reason: str, inside: str, tmp_path: Path
) -> None:
    make(tmp_path / "ix")
    folder = tmp_path / "ix" / inside
    told = f"{folder}: {tmp_path / 'ix' if inside else 'it'} {reason}"
    engine = open_engine(Settings(index_dir=folder, kernels="numpy"))
    asks: list[Callable[[], object]] = [
        engine.status,
        engine.check,
        lambda: engine.search(SEARCHES[0]),
        lambda: roll_back(folder),
    ]
    with within(60):
        for ask in asks:
            with pytest.raises(NoIndex) as none:
                ask()
            assert str(none.value) == f"No index in {told}"
        with pytest.raises(LoccitError) as refused:
            EmbeddedWriter(folder, [])
    assert isinstance(refused.value, IndexNotWritable)
    assert str(refused.value) == f"The index folder {told.replace(':', ' cannot be written to:', 1)}"


def test_a_link_to_a_folder_is_one(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "ix").symlink_to("there")
    assert holds(make_index(tmp_path / "ix", SMALL), SMALL)
    assert holds(make_index(tmp_path / "ix" / "deeper", SMALL), SMALL)
