"""Bytes of any kind under any name: documents or skips, and never anything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.extract import FORMATS, extract
from indexer.extract.content import InMemory
from indexer.report import Skip
from tests.extract.conftest import source_file

_SUFFIXES = sorted(suffix for known in FORMATS for suffix in known.suffixes)
# What formats are recognised by, so that random bytes behind it reach their readers.
_BEGINNINGS = [
    b"",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b\x08\x00",
    b"BZh91AY&SY",
    b"\xfd7zXZ\x00",
    bytes(257) + b"ustar\x0000",
    b"From a@b.example Mon May 19 08:30:00 2025\nFrom: a\n",
    b"Message-ID: <1>\nContent-Type: multipart/mixed; boundary=a\n\n--a\n",
    b"Snapshot-Content-Location: a\nContent-Type: text/html\n\n",
    b"<rss><channel><item>",
    b"<!doctype html>",
    b'{"text": "',
    b"title,text\n",
    b"---\n",
]


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


@pytest.mark.parametrize("beginning", _BEGINNINGS)
@given(
    raw=st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")), at=st.integers(0, 99)
)
def test_any_bytes_are_documents_or_skips(beginning: bytes, raw: bytes, at: int) -> None:
    name = f"a{_SUFFIXES[at % len(_SUFFIXES)]}"
    for found in extract(source_file(name, InMemory(beginning + raw))):
        assert not isinstance(found, Skip) or "unexpected" not in found.reason, found
