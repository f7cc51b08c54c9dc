"""Bytes to text: marks, UTF-8, declarations, detection, and what is no text."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import ExtractionError
from indexer.extract.encoding import declared_encoding, decode

ENGLISH = "It cost a lot – the minister’s “new” café was naïve, and nobody minded."
RUSSIAN = "Министр обороны Велмары сказал, что радары будут перевезены к морю. Это было решено вчера."
FRENCH = "Le ministère a décidé hier soir que les radars seraient déplacés vers la côte, à l’été."
GERMAN = "Größe über alles. Die Ministerin sagte, man müsse das Gerät prüfen."
POLISH = "Żółć i gęś to słowa polskie, które mają ogonki."
GREEK = "Ο υπουργός είπε ότι τα ραντάρ θα μεταφερθούν στην ακτή."
JAPANESE = "大臣は海岸にレーダーを移すと述べた。"
CHINESE = "国防部长说雷达将被移到海边。"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ENGLISH, "utf-8"),
        (RUSSIAN, "utf-8"),
        (ENGLISH, "utf-8-sig"),
        (RUSSIAN, "utf-16"),
        (ENGLISH, "utf-32"),
        (ENGLISH, "utf-16-le"),
        (RUSSIAN, "utf-16-be"),
        (ENGLISH, "cp1252"),
        ("café noir", "cp1252"),
        ("é", "cp1252"),
        (FRENCH, "cp1252"),
        (GERMAN, "cp1252"),
        (POLISH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (GREEK, "cp1253"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "iso2022_jp"),
        (CHINESE, "gb18030"),
    ],
)
def test_without_a_declaration(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_big_endian_mark() -> None:
    assert decode(codecs.BOM_UTF16_BE + "Ostrel".encode("utf-16-be")) == "Ostrel"


@pytest.mark.parametrize(
    ("encoded", "declared", "text"),
    [
        (POLISH.encode("iso8859-2"), "ISO-8859-2", POLISH),
        ("“quoted”".encode("cp1252"), "iso-8859-1", "“quoted”"),  # as browsers read it
        (RUSSIAN.encode("cp1251"), "windows-1251", RUSSIAN),
        (RUSSIAN.encode(), "windows-1251", RUSSIAN),  # a wrong declaration of what is UTF-8
        (RUSSIAN.encode("cp1251"), "utf-8", RUSSIAN),
        (RUSSIAN.encode("cp1251"), "no-such-encoding", RUSSIAN),
        (RUSSIAN.encode("cp1251"), "windows\0-1251", RUSSIAN),
        (RUSSIAN.encode("cp1251"), "utf-16", RUSSIAN),
    ],
)
def test_with_a_declaration(encoded: bytes, declared: str, text: str) -> None:
    assert decode(encoded, declared) == text


@pytest.mark.parametrize(
    ("head", "declared"),
    [
        (b'<html><meta charset="windows-1251">', "windows-1251"),
        (b'<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=koi8-r">', "koi8-r"),
        (b'<?xml version="1.0" encoding="ISO-8859-2"?>', "ISO-8859-2"),
        (b"<html><p>charset=utf-8", None),
        (b"<html>" + b" " * 5_000 + b"<meta charset=utf-8>", None),
    ],
)
def test_declarations(head: bytes, declared: str | None) -> None:
    assert declared_encoding(head) == declared


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [("EUC-KR", "cp949", "똠방각하"), ("Shift_JIS", "cp932", "①髙橋"), ("Big5", "big5hkscs", "啫喱")],
)
def test_letters_of_the_wider_encoding(declared: str, encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), declared) == text


def test_few_bad_bytes_among_utf8() -> None:
    assert decode("Łódź — é".encode() + b"\xe9\xff") == "Łódź — é\ufffd\ufffd"


@pytest.mark.parametrize(
    "raw",
    [
        b"%PDF-1.7\n",
        b"PK\x03\x04",
        b"GIF89a",
        b"\xff\xd8\xff\xe0",
        b"\x1f\x8b\x08",
        b"text\x00with a null",
        b"\x01\x02\x03\x04" * 30,
    ],
)
def test_what_is_no_text(raw: bytes) -> None:
    with pytest.raises(ExtractionError):
        decode(raw)


def test_controls_here_and_there_are_no_reason() -> None:
    assert decode(b"A bell\x07 rings, \x1b[1mloud\x1b[0m.") == "A bell\x07 rings, \x1b[1mloud\x1b[0m."


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff"), min_size=1))
def test_utf8_comes_back(text: str) -> None:
    assert decode(text.encode()) == text


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_refused(raw: bytes) -> None:
    try:
        text = decode(raw)
    except ExtractionError as error:
        assert error.reason
    else:
        assert isinstance(text, str)
