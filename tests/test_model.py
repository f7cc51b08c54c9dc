"""Ids: stable, readable, one segment of a URL, independent of other documents."""

from __future__ import annotations

import hashlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.model import content_id, document_id, inner_id, paragraph_id


def digits(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()[:6]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("umerov-raytheon.md", "umerov-raytheon.md"),
        ("velmara/2025/a_b.txt", "velmara:2025:a_b.txt"),
        ("Їжак/día.md", "Їжак:día.md"),
        ("ди\u0438\u0306.md", "ди\u0439.md"),  # NFC
        ("٣.txt", "٣.txt"),
        ("हिन्दी.txt", "हिन्दी.txt"),
    ],
)
def test_what_stands_for_itself(path: str, expected: str) -> None:
    assert document_id(path) == expected


@pytest.mark.parametrize(
    ("path", "mapped"),
    [
        ("a b.txt", "a-b.txt"),
        ("a:b.txt", "a-b.txt"),
        ("a~b.txt", "a-b.txt"),
        ("folder/a b (1).txt", "folder:a-b--1-.txt"),
        ("½.txt", "-.txt"),
        ("a#p1", "a-p1"),
        ("a\\b?%&", "a-b---"),
    ],
)
def test_other_characters_are_mapped_and_told_apart(path: str, mapped: str) -> None:
    assert document_id(path) == f"{mapped}~{digits(path)}"


def test_bytes_that_are_no_text() -> None:
    path = b"a\xff.txt".decode("utf-8", "surrogateescape")
    assert document_id(path) == "a-.txt~" + digits("a\ufffd.txt")


def test_ids_of_what_is_inside() -> None:
    assert inner_id("news.jsonl", "2019-0") == "news.jsonl:2019-0"
    assert inner_id("news.jsonl", "a b") == f"news.jsonl:a-b~{digits('a b')}"
    assert paragraph_id("a.md", 3) == "a.md#p3"
    assert content_id("x") == hashlib.sha256(b"x").hexdigest()[:16]


PATHS = st.text(st.characters(), min_size=1, max_size=30)


@given(PATHS)
def test_an_id_is_one_segment_of_a_url(path: str) -> None:
    found = document_id(path)
    assert not set(found) & set("/\\?#%&+ \t\n\"'<>")
    assert found == unicodedata.normalize("NFC", found)
    assert found.encode()


@given(PATHS, PATHS)
def test_different_paths_have_different_ids(one: str, other: str) -> None:
    assert (document_id(one) == document_id(other)) == (_unmapped(one) == _unmapped(other))


def _unmapped(path: str) -> str:
    """A path as it is before characters are mapped: NFC, with U+FFFD for what cannot be encoded."""
    return unicodedata.normalize("NFC", "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in path))
