"""Pages saved by browsers, as MHTML and as HTML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.extract import extract
from indexer.extract.content import InMemory
from indexer.model import Document
from indexer.report import Skip
from tests.extract.conftest import Extract, source_file

_PAGE = "<html><head><title>Masts</title></head><body><p>The masts stand on the hill, caf=C3=A9 and all.</p></body></html>"
_BLINK = """From: <Saved by Blink>
Snapshot-Content-Location: https://courier.example/masts?from=mail
Subject: =?utf-8?Q?Masts?=
Date: Mon, 19 May 2025 23:30:00 -0500
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="b"


--b
Content-Type: text/html
Content-ID: <frame-2@mhtml.blink>
Content-Transfer-Encoding: quoted-printable
Content-Location: https://ads.example/frame

<html><body><p>Buy now, buy here, buy all.</p></body></html>
--b
Content-Type: text/html
Content-ID: <frame-1@mhtml.blink>
Content-Transfer-Encoding: quoted-printable
Content-Location: https://courier.example/masts?from=mail

{page}
--b
Content-Type: image/png
Content-Transfer-Encoding: base64
Content-Location: https://courier.example/logo.png

iVBORw0KGgo=

--b--
"""
_BLINK = _BLINK.replace("{page}", _PAGE)
_WORD = "\n".join(line for line in _BLINK.split("\n") if not line.startswith(("From:", "Snapshot-")))
_START = _WORD.replace('boundary="b"', 'start="<frame-1@mhtml.blink>"; boundary="b"')


def only(extracted: list[object]) -> Document:
    [document] = extracted
    assert isinstance(document, Document), document
    return document


@pytest.mark.parametrize("name", ["a.mhtml", "a.mht", "a.eml", "a.txt", "a"])
@pytest.mark.parametrize("content", [_BLINK, _START])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_page_of_a_file(extract_file: Extract, name: str, content: str, line_end: str) -> None:
    document = only(list(extract_file(name, content.replace("\n", line_end))))
    assert [block.text for block in document.blocks] == ["The masts stand on the hill, café and all."]
    metadata = document.metadata
    assert (metadata.format, metadata.title) == ("mhtml", "Masts")
    assert metadata.url == "https://courier.example/masts?from=mail"
    assert metadata.published is None
    assert metadata.extra == {"saved": "2025-05-19T23:30:00-05:00"}


def test_without_a_named_part_the_first_page_counts(extract_file: Extract) -> None:
    assert only(list(extract_file("a.mht", _WORD))).blocks[0].text == "Buy now, buy here, buy all."


def test_a_file_over_the_limit_loses_its_last_part_only(extract_file: Extract) -> None:
    content = _BLINK.replace("iVBORw0KGgo=", "A" * 10_000)
    document, skip = extract_file("a.mhtml", content, max_file_bytes=5_000)
    assert isinstance(document, Document)
    assert skip == Skip(
        "a.mhtml",
        "larger than 5,000 bytes: what lies behind is left out",
        "Save its attachments as files of their own, or raise the setting max_file_bytes.",
        whole=False,
    )
    [skip] = extract_file("a.mhtml", content, max_file_bytes=content.index("buy all"))
    assert isinstance(skip, Skip)
    assert skip.whole


def test_a_file_without_a_page(extract_file: Extract) -> None:
    [skip] = extract_file("a.mhtml", _BLINK.replace("text/html", "text/css"))
    assert isinstance(skip, Skip)
    assert skip.reason == "no page in it"


@pytest.mark.parametrize(
    "comment",
    [
        "<!-- saved from url=(0029)https://courier.example/masts -->",
        "<!--\n Page saved with SingleFile \n url: https://courier.example/masts \n saved date: Mon May 19 2025\n-->",
    ],
)
def test_a_saved_page_says_where_it_is_from(extract_file: Extract, comment: str) -> None:
    page = f"<!DOCTYPE html>\n{comment}\n{_PAGE}"
    assert only(list(extract_file("a.html", page))).metadata.url == "https://courier.example/masts"


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=30))
def test_damage_never_raises(flips: list[tuple[int, int]]) -> None:
    damaged = bytearray(_BLINK.encode())
    for at, value in flips:
        damaged[at % len(damaged)] = value
    for found in extract(source_file("a.mht", InMemory(bytes(damaged)))):
        assert not isinstance(found, Skip) or "unexpected" not in found.reason, found
