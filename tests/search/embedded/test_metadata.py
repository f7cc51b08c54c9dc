"""A document's metadata as a segment keeps it: back as it was, and nothing of other types out of what was crafted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import IndexCorrupt
from indexer.model import DocumentMetadata, Json, Origin
from indexer.search.embedded.codec.arrays import ArraysFile
from indexer.search.embedded.codec.arrays_writer import ArraysWriter
from indexer.search.embedded.codec.metadata import Metadata, decode_shared, encode_metadata
from indexer.search.embedded.codec.texts import write_texts

_REFUSALS = (ValueError, TypeError, KeyError, RecursionError)

_texts = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(("\\ud800", '"\\"', "C:\\u", "a\0b", "\0"))
_optional = st.none() | _texts
_json: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=5,
)
_documents = st.builds(
    DocumentMetadata,
    id=_texts,
    title=_texts,
    title_derived=st.booleans(),
    source=_optional,
    author=st.lists(_texts, max_size=3).map(tuple),
    published=_optional,
    language=_optional,
    url=_optional,
    format=_texts,
    tag=st.lists(_texts, max_size=3).map(tuple),
    extra=st.dictionaries(_texts, _json, max_size=3),
    origins=st.dictionaries(_texts, st.sampled_from(Origin), max_size=3),
    paragraphs=st.integers(0, 9),
)

SOUND: list[object] = [
    *(None, False, "Ostrel Daily", ["Ilsa Renn"], None, None, None, "text"),
    *(["coast"], {"desk": 1}, {"title": "html"}),
]


def _metadata(folder: Path, ids: list[bytes], own: list[bytes], shared: list[bytes], sharing: list[int]) -> Metadata:
    """The metadata of a segment of documents with a record each. folder: for a file that takes the place of one there."""
    path = folder / "metadata.arrays"
    path.unlink(missing_ok=True)
    with ArraysWriter(path) as writer:
        writer.add_strings("document.id", ids)
        write_texts(writer, "document.own", own)
        write_texts(writer, "document.shared", shared)
        writer.add("document.sharing", np.array(sharing, dtype=np.uint8))
    return Metadata(ArraysFile(path), np.arange(len(ids) + 1, dtype=np.uint8))


def _refused(folder: Path, own: bytes, shared: bytes) -> bool:
    """Whether a document of this metadata is, as it is for every hit of it, an error of the index."""
    metadata = _metadata(folder, [b"nets.md"], [own], [shared], [0])
    for _ in range(2):
        try:
            metadata.read(0)
        except IndexCorrupt:
            continue
        return False
    return True


@given(st.lists(_documents, min_size=1, max_size=4))
def test_metadata_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, documents: list[DocumentMetadata]) -> None:
    encoded = [encode_metadata(document) for document in documents]
    shared = sorted({shared for _, shared in encoded})
    metadata = _metadata(
        tmp_path_factory.getbasetemp(),
        [document.id.encode() for document in documents],
        [own for own, _ in encoded],
        shared,
        [shared.index(one) for _, one in encoded],
    )
    stated = [replace(document, paragraphs=1) for document in documents]
    assert [metadata.read(number) for number in range(len(documents))] == stated
    assert [metadata.read(number) for number in reversed(range(len(documents)))] == stated[::-1]


def test_documents_of_one_series_share_all_but_their_own() -> None:
    first, second = (
        DocumentMetadata("a", title, source="Ostrel Daily", published=day, url=url, tag=("coast",), extra={"desk": 1})
        for title, day, url in (("Nets", "2025-05-19", None), ("Boats", None, "https://ostrel.example/boats"))
    )
    assert encode_metadata(first) == (b"Nets\x002025-05-19\0", encode_metadata(second)[1])
    assert encode_metadata(replace(first, title="", published="a\0b"))[0] == b"\0\0"


def test_sound_values_are_metadata(tmp_path: Path) -> None:
    metadata = _metadata(tmp_path, [b"nets.md"], [b"Nets\x002025-05-19\0"], [json.dumps(SOUND).encode()], [0])
    assert [metadata.read(0)] == [
        DocumentMetadata(
            id="nets.md",
            title="Nets",
            source="Ostrel Daily",
            author=("Ilsa Renn",),
            published="2025-05-19",
            tag=("coast",),
            extra={"desk": 1},
            origins={"title": Origin.HTML},
            paragraphs=1,
        )
    ]


@pytest.mark.parametrize(
    "own", [b"", b"Nets", b"Nets\0", b"Nets\0\0\0", b"\0\0", b"\x002025\0", b"N\xe9ts\0\0", b"\xed\xa0\x80\0\0"]
)
def test_what_is_no_documents_own_is_refused(tmp_path: Path, own: bytes) -> None:
    assert not _refused(tmp_path, b"Nets\0\0", json.dumps(SOUND).encode())
    assert _refused(tmp_path, own, json.dumps(SOUND).encode())


def test_documents_that_share_nothing_that_is_there_are_refused(tmp_path: Path) -> None:
    for sharing in ([1], [255], [], [0, 0]):
        with pytest.raises(IndexCorrupt, match="damaged"):
            _metadata(tmp_path, [b"nets.md"], [b"Nets\0\0"], [json.dumps(SOUND).encode()], sharing).read(0)


_OTHERS: tuple[object, ...] = (None, True, 5, 1.5, "x", ["x"], [5], [None], {}, {"title": "elsewhere"}, {"title": []}, {"a": 1})
_ALLOWED: tuple[tuple[object, ...], ...] = (
    (None, "x"),
    (True,),
    *((None, "x"), (["x"],), (None, "x"), (None, "x"), (None, "x")),
    ("x",),
    (["x"],),
    *(({}, {"title": "elsewhere"}, {"title": []}, {"a": 1}), ({},)),
)


@pytest.mark.parametrize("place", range(len(SOUND)))
def test_values_of_other_types_are_refused(place: int) -> None:
    for value in _OTHERS:
        stored = json.dumps([*SOUND[:place], value, *SOUND[place + 1 :]]).encode()
        if any(type(value) is type(allowed) and value == allowed for allowed in _ALLOWED[place]):
            decode_shared(stored)
            continue
        with pytest.raises(_REFUSALS):
            decode_shared(stored)


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"null",
        b"5",
        b'"elevenchars"',
        b"[]",
        b"{}",
        b"[" * 100_000,
        json.dumps(SOUND[:-1]).encode(),
        json.dumps([*SOUND, None]).encode(),
        json.dumps(dict.fromkeys("abcdefghijk")).encode(),
        json.dumps(SOUND).encode() + b"]",
        json.dumps(SOUND).encode() + b" ",
        json.dumps(SOUND).encode()[:-1],
        json.dumps(SOUND).replace("Ostrel", "\\ud800").encode(),
        json.dumps(SOUND).replace("desk", "\\uDfff").encode(),
        json.dumps(SOUND).encode("utf-16"),
        json.dumps(SOUND).replace("Ostrel", "Ostr\xe9l").encode("latin-1"),
    ],
)
def test_what_is_no_metadata_is_refused(tmp_path: Path, stored: bytes) -> None:
    assert _refused(tmp_path, b"Nets\0\0", stored)
    with pytest.raises(_REFUSALS):
        decode_shared(stored)


@pytest.mark.parametrize("title", ["\ud800", "Nets \udfff"])
def test_text_that_is_not_unicode_is_not_kept(title: str) -> None:
    with pytest.raises(ValueError, match="surrogates"):
        encode_metadata(DocumentMetadata(id="nets.md", title=title))


def test_numbers_that_json_lacks_are_not_kept() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        encode_metadata(DocumentMetadata(id="nets.md", title="Nets", extra={"desk": float("nan")}))
