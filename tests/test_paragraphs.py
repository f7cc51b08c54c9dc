"""Blocks to records: cleaning, ordinals, sections, parts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.model import Block, Document, DocumentMetadata, Kind, Paragraph, Part
from indexer.paragraphs import MAX_CHARACTERS, paragraphs, split


def made(*blocks: Block) -> tuple[Paragraph, ...]:
    return paragraphs(Document(DocumentMetadata("a", "A"), blocks))


def text(words: str) -> Block:
    return Block(Kind.PARAGRAPH, words)


def heading(level: int, words: str) -> Block:
    return Block(Kind.HEADING, words, level)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        (" \n\t a \u00a0", "a"),
        ("a\x00b\x07c\x0bd\x0ce\x1ff", "abcdef"),
        ("a\tb  c", "a\tb  c"),
        ("\ud800a\udfff", "\ufffda\ufffd"),
        ("a\x7fb\x85c\u2028d\u00adé", "a\x7fb\x85c\u2028d\u00adé"),
    ],
)
def test_cleaning(raw: str, cleaned: str) -> None:
    assert [paragraph.text for paragraph in made(text(raw))] == [cleaned]


def test_ordinals_count_headings_and_leave_out_empty_blocks() -> None:
    records = made(heading(1, "T"), text(" \n"), text("a"), Block(Kind.CODE, "\x00"), text("b"))
    assert [(record.ordinal, record.kind, record.text) for record in records] == [
        (1, Kind.HEADING, "T"),
        (2, Kind.PARAGRAPH, "a"),
        (3, Kind.PARAGRAPH, "b"),
    ]


def test_sections_are_the_heading_above() -> None:
    blocks = [
        text("before"),
        heading(1, "T"),
        text("a"),
        heading(2, "S \n one"),
        text("b"),
        heading(4, "deep"),
        heading(3, "less deep"),
        text("c"),
        heading(2, "S2"),
        heading(1, "T2"),
        text("d"),
    ]
    assert [(record.text, record.section) for record in made(*blocks)] == [
        ("before", None),
        ("T", None),
        ("a", "T"),
        ("S \n one", "T"),
        ("b", "S one"),
        ("deep", "S one"),
        ("less deep", "S one"),
        ("c", "less deep"),
        ("S2", "T"),
        ("T2", None),
        ("d", "T2"),
    ]


def test_a_long_paragraph_is_split_at_sentence_ends() -> None:
    sentence = "The radar on the hill turned six times a minute. "
    records = made(text("Short."), text(sentence * 250), text("After."))
    parts = records[1:-1]
    assert [record.part for record in parts] == [Part(1, 3), Part(2, 3), Part(3, 3)]
    assert all(record.text.startswith("The radar") and record.text.endswith("minute.") for record in parts)
    assert [record.ordinal for record in records] == [1, 2, 3, 4, 5]
    assert records[0].part is records[-1].part is None


def test_records_keep_the_page_of_their_block() -> None:
    long = Block(Kind.PARAGRAPH, "A mast. " * 1_000, page=3)
    records = made(text("One."), long)
    assert [record.page_number for record in records] == [None, 3, 3]


def test_exactly_the_limit_is_one_record() -> None:
    assert len(made(text("x" * MAX_CHARACTERS))) == 1
    assert [len(record.text) for record in made(text("x" * (MAX_CHARACTERS + 1)))] == [MAX_CHARACTERS, 1]


def test_without_a_sentence_end_a_word_is_the_cut() -> None:
    records = made(text("word " * 1_500))
    assert {word for record in records for word in record.text.split()} == {"word"}
    assert len(records) == 2


def test_code_is_cut_at_lines() -> None:
    records = made(Block(Kind.CODE, "print(1. , 2)\n" * 600))
    assert all(record.text.startswith("print") and record.text.endswith(")") for record in records)


def test_an_accent_stays_with_its_letter() -> None:
    records = made(text("e\u0301" * 3_001))
    assert all(record.text.startswith("e") for record in records)


@given(st.text("abC. \n!”\u0301", max_size=400), st.integers(1, 60), st.booleans())
def test_nothing_but_white_space_is_lost_at_the_cuts(words: str, limit: int, code: bool) -> None:
    words = words.strip()
    pieces = list(split(words, limit, code))
    assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", words)
    assert all(piece == piece.strip() and 0 < len(piece) <= limit for piece in pieces)
    rest = words
    for piece in pieces:
        assert rest.startswith(piece)
        rest = rest[len(piece) :].lstrip()
    assert not rest


def test_a_very_long_text_is_split_in_no_time() -> None:
    assert len(made(text("a" * 1_000_000))) == 200
    assert len(made(text("a. b " * 200_000))) == 200


def test_marks_without_end_are_cut_like_letters() -> None:
    assert [len(record.text) for record in made(text("a" + "\u0301" * 12_000))] == [5_000, 5_000, 2_001]
