"""Crafted folders, whose checksums are right: nothing in them runs, and nothing but IndexCorrupt comes out of them."""

from __future__ import annotations

import json
import os
import pickle
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, open_dir

from indexer.errors import IndexCorrupt
from indexer.search.embedded import EmbeddedEngine, EmbeddedWriter
from indexer.search.embedded.codec.arrays import FORMAT_VERSION
from indexer.search.embedded.manifest import MANIFEST
from indexer.search.embedded.schema import whoosh_schema
from indexer.search.embedded.whoosh_index import ArrayIndex
from tests.search.embedded.folders import (
    SEARCHES,
    SMALL,
    copy_index,
    make_index,
    put,
    refusals,
    segment_files,
    sign_manifest,
    sign_segments,
    stated_manifest,
)
from tests.search.embedded.test_arrays import FOOTER, MAGIC


class _Payload:
    """Unpickled, it runs a command of the shell."""

    def __init__(self, marker: Path) -> None:
        self._marker = marker

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"echo ran > '{self._marker}'",)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small index of one segment; tests craft copies of it."""
    return make_index(tmp_path_factory.mktemp("sound") / "index_data", SMALL)


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    """A copy to change."""
    return copy_index(sound, tmp_path / "index_data")


def refuses(folder: Path) -> bool:
    """Whether `check` finds something and every search is refused."""
    refused, found = refusals(folder)
    return found and len(refused) >= len(SEARCHES)


def test_the_payload_works_where_pickles_are_read(tmp_path: Path) -> None:
    TOC(whoosh_schema(), [_Payload(tmp_path / "marker")], 1).write(FileStorage(str(tmp_path)), "MAIN")
    open_dir(str(tmp_path))
    assert (tmp_path / "marker").read_text() == "ran\n"


def test_a_pickled_table_of_contents_is_never_read(folder: Path, tmp_path: Path) -> None:
    for name in ("MAIN", "loccit"):
        for generation in (1, 99):
            toc = TOC(whoosh_schema(), [_Payload(tmp_path / "marker")], generation)
            toc.write(FileStorage(str(folder)), name)
    engine = EmbeddedEngine(folder)
    assert refusals(folder) == ([], False)
    index = ArrayIndex(folder)
    assert index.latest_generation() == 1
    with index.searcher() as searcher:
        assert searcher.doc_count() == 4
    with EmbeddedWriter(folder, []) as writer:
        writer.add(*SMALL[0])
        writer.commit()
    assert engine.status().documents == 1
    assert not (tmp_path / "marker").exists()


@pytest.mark.parametrize("protocol", [0, 2, pickle.HIGHEST_PROTOCOL])
@pytest.mark.parametrize("name", ["manifest", "segment", "segment behind our magic"])
def test_a_pickle_in_place_of_a_file_runs_nothing(folder: Path, tmp_path: Path, name: str, protocol: int) -> None:
    path = folder / MANIFEST if name == "manifest" else segment_files(folder)[0]
    content = pickle.dumps(_Payload(tmp_path / "marker"), protocol)
    if name.startswith("segment"):
        content = content.ljust(path.stat().st_size, b"\0")
    if name == "segment behind our magic":
        header = json.dumps({"version": 1, "attributes": {}, "arrays": {}}).encode()
        place = len(MAGIC) + len(content)
        content = MAGIC + content + header + FOOTER.pack(place, len(header), zlib.crc32(header), FORMAT_VERSION, MAGIC)
    put(path, content)
    if name.startswith("segment"):
        sign_segments(folder)
    assert refuses(folder)
    with pytest.raises(IndexCorrupt):
        ArrayIndex(folder).reader()
    with EmbeddedWriter(folder, []) as writer:
        writer.add(*SMALL[0])
        writer.commit()
    assert refusals(folder)[1] is False
    assert not (tmp_path / "marker").exists()


def test_a_signed_manifest_is_a_manifest(folder: Path) -> None:
    put(folder / MANIFEST, sign_manifest(stated_manifest(folder)))
    assert refusals(folder) == ([], False)


NO_TEXTS: tuple[Any, ...] = (None, 5, 1.5, True, [], {}, ["a"], {"a": 1})
NO_COUNTS: tuple[Any, ...] = (None, "5", 4.0, 1.5, True, -1, 1e400, float("nan"), [], [4], {}, {"a": 1})
_FILE_NAMES = (
    *("", ".", "..", "/", "/etc/passwd", "../index_data/{}", "./{}", "sub/{}", "..\\{}", "{}\0", "\0", "{} ", "{}/"),
    *("\ud800", "manifest.json", "write.lock", "x" * 300, "{}.new", "-", "~"),
)


@pytest.mark.parametrize("name", ["name", "built", "roots", "number", "segments"])
def test_values_of_other_types_are_refused(folder: Path, name: str) -> None:
    stated = stated_manifest(folder)
    values = NO_COUNTS if name == "number" else NO_TEXTS
    if name in ("roots", "segments"):
        values = (None, 5, True, "roots", {"a": 1}, *([value] for value in NO_TEXTS), ["a", None])
    for value in values:
        put(folder / MANIFEST, sign_manifest({**stated, name: value}))
        assert refuses(folder), value


@pytest.mark.parametrize("name", ["file", "sha256", "size", "documents", "records"])
def test_values_of_other_types_in_a_segments_entry_are_refused(folder: Path, name: str) -> None:
    stated = stated_manifest(folder)
    (entry,) = stated["segments"]
    for value in NO_TEXTS if name in ("file", "sha256") else (*NO_COUNTS, entry[name] + 1, 10**30):
        put(folder / MANIFEST, sign_manifest({**stated, "segments": [{**entry, name: value}]}))
        assert refuses(folder), value


def test_files_outside_the_folder_are_not_opened(folder: Path, tmp_path: Path) -> None:
    stated = stated_manifest(folder)
    (entry,) = stated["segments"]
    content = (folder / entry["file"]).read_bytes()
    (folder / "sub").mkdir()
    for outside in (tmp_path, folder / "sub", folder.parent.parent):
        put(outside / entry["file"], content)
    names = [
        *(name.format(entry["file"]) for name in _FILE_NAMES),
        f"../{entry['file']}",
        str(tmp_path / entry["file"]),
        f"../../{tmp_path.name}/{entry['file']}",
    ]
    for name in names:
        put(folder / MANIFEST, sign_manifest({**stated, "segments": [{**entry, "file": name}]}))
        assert refuses(folder), name


def test_missing_and_unknown_keys_are_refused(folder: Path) -> None:
    stated = stated_manifest(folder)
    (entry,) = stated["segments"]
    for name in set(stated) - {"checksum"}:
        put(folder / MANIFEST, sign_manifest({key: value for key, value in stated.items() if key != name}))
        assert refuses(folder), name
    for name in entry:
        put(folder / MANIFEST, sign_manifest({**stated, "segments": [{key: entry[key] for key in entry if key != name}]}))
        assert refuses(folder), name
    for changed in (
        {**stated, "more": 1},
        {**stated, "self": 1},
        {**stated, "segments": [{**entry, "more": 1}]},
        {**stated, "segments": [entry, entry]},
        {**stated, "segments": []},
    ):
        put(folder / MANIFEST, sign_manifest(changed))
        assert refuses(folder), changed


def test_what_is_no_manifest_at_all_is_refused(folder: Path) -> None:
    for content in (
        *(b"", b"{", b"{}", b"[]", b"null", b"5", b'"a"', b"NaN", b"\xff\xfe", b"\0" * 100, b"\xef\xbb\xbf{}"),
        *(b"[" * 100_000, b'{"a":' * 100_000, b"1" * 100_000, b'{"format": 1}', b'{"format": {}}', b'{"format": [[]]}'),
        *(b'{"format": "1"}', b'{"format": 2}', b'{"format": 1e999}'),
    ):
        put(folder / MANIFEST, content)
        assert refuses(folder), content[:20]


def test_deep_and_huge_values_are_refused(folder: Path) -> None:
    stated = stated_manifest(folder)
    deep: Any = []
    for _ in range(500):
        deep = [deep]
    for name in ("name", "roots", "number"):
        put(folder / MANIFEST, sign_manifest({**stated, name: deep}))
        assert refuses(folder), name
    for digits in (30, 4_000, 5_000):
        put(folder / MANIFEST, (folder / MANIFEST).read_bytes().replace(b'"size": ', b'"size": 1' + b"0" * digits, 1))
        assert refuses(folder), digits
