"""Damaged folders: whatever byte is wrong, `check` finds it, and no error but those of a damaged index comes out."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.errors import IndexCorrupt, IndexVersionError, NoIndex
from indexer.search.embedded import EmbeddedEngine, EmbeddedWriter
from indexer.search.embedded.codec.arrays import ArraysFile
from indexer.search.embedded.manifest import MANIFEST, read_manifest
from tests.records import make_document
from tests.search.embedded.conftest import Tally
from tests.search.embedded.folders import SEARCHES, SMALL, copy_index, make_index, put, refusals, segment_files, sign_segments
from tests.search.embedded.test_arrays import header_of, padding_of

_STRIDE = 197


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small index of one segment; tests damage copies of it."""
    return make_index(tmp_path_factory.mktemp("sound") / "index_data", SMALL)


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return copy_index(sound, tmp_path / "index_data")


def _spread(path: Path) -> list[int]:
    """Places all over a segment: in each array, in each gap, over the header and the footer."""
    content = path.read_bytes()
    header, described = header_of(content)
    padding = sorted(padding_of(content))
    gaps = [place for place in padding if place - 1 not in padding or place + 1 not in padding]
    arrays = [one["offset"] for one in described["arrays"].values() if one["length"]]
    last = [one["offset"] + one["length"] * int(one["dtype"][2:]) - 1 for one in described["arrays"].values() if one["length"]]
    texts = described["arrays"]["document.own"]
    stored = range(texts["offset"], texts["offset"] + texts["length"], 19)
    end = (len(content) - offset for offset in (1, 9, 13, 17, 25, 32))
    return sorted({0, 7, *gaps[::15], *arrays, *last[::7], *stored, *range(header, len(content), _STRIDE), *end})


def test_a_sound_folder_is_sound(sound: Path) -> None:
    assert refusals(sound) == ([], False)
    assert [response.total for response in map(EmbeddedEngine(sound).search, SEARCHES)] == [4, 4, 4]


@pytest.mark.parametrize("mask", [0x01, 0xFF])
def test_a_changed_byte_of_a_segment_is_found(folder: Path, mask: int) -> None:
    (path,) = segment_files(folder)
    content = path.read_bytes()
    places = _spread(path)
    assert len(places) > 150
    for place in places[:: 1 if mask == 0x01 else 4]:
        changed = bytearray(content)
        changed[place] ^= mask
        put(path, bytes(changed))
        _, found = refusals(folder)
        assert found, f"byte {place} of {len(content)}"


def test_any_changed_byte_of_the_manifest_is_found(folder: Path) -> None:
    content = (folder / MANIFEST).read_bytes()
    engine = EmbeddedEngine(folder)
    assert engine.check() == ()
    for place, byte in enumerate(content):
        for other in {byte ^ 0x01, byte ^ 0x20, byte ^ 0xFF, ord(" "), ord("\n"), ord("0")} - {byte}:
            put(folder / MANIFEST, content[:place] + bytes([other]) + content[place + 1 :])
            try:
                problems = engine.check()
            except IndexVersionError:
                continue
            assert problems, f"byte {place}: {other} for {byte}"


def test_any_changed_byte_of_deletions_is_found(folder: Path, tally: Tally) -> None:
    make_index(folder, (*SMALL, make_document("z1.md", ["One tide."]), make_document("z2.md", ["Another tide."])))
    with EmbeddedWriter(folder, [], update=True) as writer:
        writer.delete("net.md")
        writer.commit()
    (entry,) = read_manifest(folder).segments
    assert entry.deletions is not None
    path = folder / entry.deletions.file
    content = path.read_bytes()
    assert len(content) < 500
    for place, byte in enumerate(content):
        for other in {byte ^ 0x01, byte ^ 0xFF}:
            put(path, content[:place] + bytes([other]) + content[place + 1 :])
            assert EmbeddedEngine(folder, "numpy").check(), f"byte {place}: {other} for {byte}"
            tally["bytes of deletions changed"] += 1
    for damaged in (content[:-1], content + b"\0", b""):
        put(path, damaged)
        refused, found = refusals(folder)
        assert found and len(refused) >= len(SEARCHES)
    path.unlink()
    refused, found = refusals(folder)
    assert found and all(path.name in sentence for sentence in refused)


@pytest.mark.parametrize("name", ["manifest", "segment"])
def test_a_file_cut_short_or_longer_is_found(folder: Path, name: str) -> None:
    path = folder / MANIFEST if name == "manifest" else segment_files(folder)[0]
    content = path.read_bytes()
    for size in {0, 1, 8, 40, len(content) // 2, len(content) - 33, len(content) - 1}:
        put(path, content[:size])
        refused, found = refusals(folder)
        assert found and len(refused) >= len(SEARCHES)
    for more in (b" ", b"\n", b"\0" * 64, content):
        put(path, content + more)
        assert refusals(folder)[1]


def test_a_missing_segment_is_found_and_named(folder: Path) -> None:
    (path,) = segment_files(folder)
    path.unlink()
    refused, found = refusals(folder)
    assert found and len(refused) >= len(SEARCHES)
    assert all(path.name in sentence and "loccit rebuild" in sentence for sentence in refused)
    assert path.name in EmbeddedEngine(folder).check()[0]


def test_a_segment_of_another_index_is_found(folder: Path, tmp_path: Path) -> None:
    (path,) = segment_files(folder)
    (other,) = segment_files(make_index(tmp_path / "other", SMALL[:1]))
    put(path, other.read_bytes())
    refused, found = refusals(folder)
    assert found and len(refused) >= len(SEARCHES)


def test_a_folder_in_place_of_a_file_is_found(folder: Path) -> None:
    for path in (*segment_files(folder), folder / MANIFEST):
        path.unlink()
        path.mkdir()
        refused, found = refusals(folder)
        assert found and len(refused) >= len(SEARCHES)


def test_segments_may_not_be_exchanged(tmp_path: Path) -> None:
    folder = make_index(tmp_path / "index_data", SMALL)
    (path,) = segment_files(folder)
    files = {name: bytes(ArraysFile(path)[name]) for name in ("text.terms", "title.terms")}
    assert files["text.terms"] != files["title.terms"]
    content = path.read_bytes()
    put(path, content.replace(b'"text.terms"', b'"text.TERMS"', 1))
    sign_segments(folder)
    assert refusals(folder)[1]


def test_without_a_manifest_there_is_no_index(folder: Path) -> None:
    (folder / MANIFEST).unlink()
    engine = EmbeddedEngine(folder)
    for ask in (engine.check, engine.status, lambda: engine.recent(1), lambda: engine.search(SEARCHES[0])):
        with pytest.raises(NoIndex, match="loccit rebuild"):
            ask()


def test_an_open_index_that_is_damaged_and_mended_is_read_again(folder: Path) -> None:
    engine = EmbeddedEngine(folder)
    before = engine.search(SEARCHES[-1])
    content = (folder / MANIFEST).read_bytes()
    put(folder / MANIFEST, content[:-5])
    with pytest.raises(IndexCorrupt):
        engine.search(SEARCHES[-1])
    put(folder / MANIFEST, content)
    assert engine.search(SEARCHES[-1]) == before
    assert engine.check() == ()
