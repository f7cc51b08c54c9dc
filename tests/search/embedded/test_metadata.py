"""A document's metadata as a segment keeps it: back as it was, and nothing of other types out of what was crafted."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.model import DocumentMetadata, Json, Origin
from indexer.search.embedded.codec.metadata import decode_metadata, encode_metadata

_REFUSALS = (ValueError, TypeError, KeyError, RecursionError)

_texts = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(("\\ud800", '"\\"', "C:\\u"))
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
    *("Nets", False, "Ostrel Daily", ["Ilsa Renn"], "2025-05-19", None, None, "text"),
    *(["coast"], {"desk": 1}, {"title": "html"}),
]


@given(_documents)
def test_metadata_comes_back_as_it_was(document: DocumentMetadata) -> None:
    assert decode_metadata(encode_metadata(document), document.id, document.paragraphs) == document


def test_sound_values_are_metadata() -> None:
    assert decode_metadata(json.dumps(SOUND).encode(), "nets.md", 2) == DocumentMetadata(
        id="nets.md",
        title="Nets",
        source="Ostrel Daily",
        author=("Ilsa Renn",),
        published="2025-05-19",
        tag=("coast",),
        extra={"desk": 1},
        origins={"title": Origin.HTML},
        paragraphs=2,
    )


_OTHERS: tuple[object, ...] = (None, True, 5, 1.5, "x", ["x"], [5], [None], {}, {"title": "elsewhere"}, {"title": []}, {"a": 1})
_ALLOWED: tuple[tuple[object, ...], ...] = (
    ("x",),
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
            decode_metadata(stored, "nets.md", 2)
            continue
        with pytest.raises(_REFUSALS):
            decode_metadata(stored, "nets.md", 2)


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
        json.dumps(SOUND).replace("Nets", "\\ud800").encode(),
        json.dumps(SOUND).replace("desk", "\\uDfff").encode(),
        json.dumps(SOUND).encode("utf-16"),
        json.dumps(SOUND).replace("Nets", "N\xe9ts").encode("latin-1"),
    ],
)
def test_what_is_no_metadata_is_refused(stored: bytes) -> None:
    with pytest.raises(_REFUSALS):
        decode_metadata(stored, "nets.md", 2)


@pytest.mark.parametrize("title", ["\ud800", "Nets \udfff"])
def test_text_that_is_not_unicode_is_not_kept(title: str) -> None:
    with pytest.raises(ValueError, match="surrogates"):
        encode_metadata(DocumentMetadata(id="nets.md", title=title))


def test_numbers_that_json_lacks_are_not_kept() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        encode_metadata(DocumentMetadata(id="nets.md", title="Nets", extra={"desk": float("nan")}))
