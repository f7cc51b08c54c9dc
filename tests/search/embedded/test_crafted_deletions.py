"""Crafted deletions, whose checksums are right: nothing but IndexCorrupt comes out of them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.errors import IndexCorrupt
from indexer.search.embedded import EmbeddedEngine, EmbeddedWriter
from indexer.search.embedded.codec.arrays import Array, ArraysFile
from indexer.search.embedded.codec.arrays_writer import ArraysWriter
from indexer.search.embedded.manifest import MANIFEST, read_manifest
from indexer.search.embedded.whoosh_index import ArrayIndex
from tests.records import make_document
from tests.search.embedded.folders import (
    SEARCHES,
    SMALL,
    make_index,
    make_segments,
    put,
    refusals,
    sign_manifest,
    sign_segments,
    stated_manifest,
)
from tests.search.embedded.test_crafted import NO_COUNTS, NO_TEXTS, refuses

MORE = (make_document("z1.md", ["One tide."]), make_document("z2.md", ["Another tide."]))


@pytest.fixture
def deleted(tmp_path: Path) -> Path:
    """An index of one segment and its deletions."""
    folder = make_index(tmp_path / "index_data", (*SMALL, *MORE))
    with EmbeddedWriter(folder, [], update=True) as writer:
        writer.delete("net.md")
        writer.commit()
    assert refusals(folder) == ([], False)
    return folder


def _sign_deletions(folder: Path, **changes: object) -> None:
    """Change the entry of the deletions; size and checksum are those of the file as it is, unless they are changed."""
    stated = stated_manifest(folder)
    (entry,) = stated["segments"]
    content = (folder / entry["deletions"]["file"]).read_bytes()
    signed = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    entry["deletions"] = {**entry["deletions"], **signed, **changes}
    put(folder / MANIFEST, sign_manifest(stated))


@pytest.mark.parametrize("name", ["file", "sha256", "size", "documents", "records"])
def test_values_of_other_types_in_the_entry_of_deletions_are_refused(deleted: Path, name: str) -> None:
    content = (deleted / MANIFEST).read_bytes()
    entry = stated_manifest(deleted)["segments"][0]["deletions"]
    for value in NO_TEXTS if name in ("file", "sha256") else (*NO_COUNTS, entry[name] + 1, 10**30):
        _sign_deletions(deleted, **{name: value})
        assert refuses(deleted), value
        put(deleted / MANIFEST, content)


def test_deletions_of_other_shapes_are_refused(deleted: Path) -> None:
    stated = stated_manifest(deleted)
    (segment,) = stated["segments"]
    entry = segment["deletions"]
    for value in (
        5,
        "a",
        [],
        {},
        [entry],
        True,
        {**entry, "more": 1},
        *({key: entry[key] for key in entry if key != name} for name in entry),
    ):
        put(deleted / MANIFEST, sign_manifest({**stated, "segments": [{**segment, "deletions": value}]}))
        assert refuses(deleted), value
    content = (deleted / entry["file"]).read_bytes()
    for file in (
        segment["file"],
        f"../{entry['file']}",
        entry["file"].replace(".deletions", ".arrays"),
        "a b.deletions",
        ".deletions",
    ):
        if not (deleted / file).exists():
            put(deleted / file, content)
        put(deleted / MANIFEST, sign_manifest({**stated, "segments": [{**segment, "deletions": {**entry, "file": file}}]}))
        assert refuses(deleted), file


_DELETED: dict[str, Array] = {
    "out of order": np.array([2, 1], dtype=np.uint8),
    "twice": np.array([1, 1], dtype=np.uint8),
    "no such document": np.array([4], dtype=np.uint8),
    "the largest": np.array([2**32 - 1], dtype=np.uint32),
    "wide": np.array([1], dtype=np.uint64),
    "negative": np.array([-1], dtype=np.int64),
    "none": np.array([], dtype=np.uint8),
    "more than are stated": np.array([0, 1], dtype=np.uint8),
    "others than are stated": np.array([2], dtype=np.uint8),
}


def _put_deletions(folder: Path, arrays: dict[str, Array], attributes: dict[str, Any]) -> None:
    """Other deletions, with checksums that are right."""
    (entry,) = read_manifest(folder).segments
    assert entry.deletions is not None
    path = folder / entry.deletions.file
    path.unlink()
    with ArraysWriter(path) as writer:
        writer.attributes.update(attributes)
        for name, array in arrays.items():
            writer.add(name, array)
    _sign_deletions(folder)


@pytest.mark.parametrize("name", _DELETED)
def test_deletions_of_what_is_not_there_are_refused(deleted: Path, name: str) -> None:
    (entry,) = read_manifest(deleted).segments
    _put_deletions(deleted, {"documents": _DELETED[name]}, {"segment": entry.file})
    assert refuses(deleted)
    with pytest.raises(IndexCorrupt):
        ArrayIndex(deleted).reader()
    with pytest.raises(IndexCorrupt):
        EmbeddedWriter(deleted, [], update=True)


def test_counts_that_the_manifest_confirms_hide_no_deletions_that_cannot_be(deleted: Path) -> None:
    (entry,) = read_manifest(deleted).segments
    for name in ("out of order", "twice", "no such document", "the largest", "negative"):
        _put_deletions(deleted, {"documents": _DELETED[name]}, {"segment": entry.file})
        for documents, records in ((len(_DELETED[name]), 1), (len(_DELETED[name]), 2), (0, 0), (4, 6), (2**70, 2**70)):
            _sign_deletions(deleted, documents=documents, records=records)
            assert refuses(deleted), (name, documents, records)


def test_all_documents_may_be_deleted(deleted: Path) -> None:
    (entry,) = read_manifest(deleted).segments
    _put_deletions(deleted, {"documents": np.arange(4, dtype=np.uint8)}, {"segment": entry.file})
    _sign_deletions(deleted, documents=4, records=entry.records)
    assert refusals(deleted) == ([], False)
    assert [EmbeddedEngine(deleted, "numpy").search(request).total for request in SEARCHES] == [0, 0, 0]
    assert EmbeddedEngine(deleted, "numpy").recent(10) == ()


def test_deletions_of_another_segment_are_refused(deleted: Path) -> None:
    (entry,) = read_manifest(deleted).segments
    for attributes in ({}, {"segment": "1-0badc0de-1.arrays"}, {"segment": None}, {"segment": [entry.file]}):
        _put_deletions(deleted, {"documents": np.array([1], dtype=np.uint8)}, attributes)
        assert refuses(deleted), attributes
    _put_deletions(deleted, {"others": np.array([1], dtype=np.uint8)}, {"segment": entry.file})
    assert refuses(deleted)


def test_a_segment_that_contradicts_its_deletions_is_refused(deleted: Path) -> None:
    (entry,) = read_manifest(deleted).segments
    file = ArraysFile(deleted / entry.file)
    arrays = {name: np.array(file[name]) for name in file.sizes()}
    for changed in (arrays["document.bounds"] + np.uint32(9), arrays["document.bounds"][::-1].copy()):
        (deleted / entry.file).unlink()
        with ArraysWriter(deleted / entry.file) as writer:
            writer.attributes.update(file.attributes)
            for name, array in {**arrays, "document.bounds": changed}.items():
                writer.add(name, array)
        sign_segments(deleted)
        assert refuses(deleted)


def test_a_document_that_stands_in_two_segments_is_found(tmp_path: Path) -> None:
    folder = make_segments(tmp_path / "twice", [SMALL, SMALL[:1]])
    refused, found = refusals(folder)
    assert (refused, found) == ([], True)
    assert "coast.md stands in another segment" in EmbeddedEngine(folder, "numpy").check()[0]
