"""Tables: delimiters, headers, columns by name and by setting, encodings, and rows that are bad."""

from __future__ import annotations

import csv
import gzip
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.columns import COLUMN_FIELDS, COMMON_NAMES, Columns
from indexer.extract import extract
from indexer.extract.content import InMemory
from indexer.extract.metadata import STATED_FIELDS
from indexer.model import Document, Kind, Origin
from indexer.report import Skip
from tests.extract.conftest import Extract, Extracted, plain, source_file

_ROWS = [
    ["Headline", "Body", "Date", "By", "Tags", "Desk"],
    ["Masts", "The masts stand, all of them, on the hill.\n\nThey “stand”\nthere.", "2025-05-19", "Mira Tal", "a, b", "sea"],
    ["Radars", "Two more.", "", "", "", ""],
]


def table(rows: list[list[str]], delimiter: str = ",", line_end: str = "\r\n") -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return stream.getvalue()


def texts(extracted: Extracted) -> list[str]:
    return [" / ".join(block.text for block in found.blocks) for found in extracted if isinstance(found, Document)]


def ids(extracted: Extracted) -> list[str]:
    return [found.metadata.id for found in extracted if isinstance(found, Document)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_each_row_is_a_document(extract_file: Extract, delimiter: str, line_end: str, encoding: str) -> None:
    first, second = extract_file("t.csv", table(_ROWS, delimiter, line_end).encode(encoding))
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert plain(first.blocks) == [
        (Kind.PARAGRAPH, "The masts stand, all of them, on the hill."),
        (Kind.PARAGRAPH, "They “stand”\nthere."),
    ]
    metadata = first.metadata
    assert (metadata.id, metadata.format, metadata.title) == ("t.csv:2", "csv", "Masts")
    assert (metadata.author, metadata.published, metadata.tag) == (("Mira Tal",), "2025-05-19", ("a", "b"))
    assert metadata.extra == {"Desk": "sea"}
    assert metadata.origins["title"] is Origin.RECORD
    assert (second.metadata.id, second.metadata.author, second.metadata.published) == ("t.csv:3", (), None)


def test_rows_are_counted_as_a_spreadsheet_does(extract_file: Extract) -> None:
    found = extract_file("table.csv", 'text,n\n"one\ntwo",1\n,,\n\nthree,2\n,3\n')
    assert ids(found) == ["table.csv:2", "table.csv:5"]
    assert found[2:] == [Skip("table.csv:6", "no text")]


def test_own_ids(extract_file: Extract) -> None:
    assert ids(extract_file("t.csv", "ID,text\na/b,x\n,y\n")) == ["t.csv:a:b", "t.csv:3"]


def test_a_table_of_one_column(extract_file: Extract) -> None:
    assert texts(extract_file("t.csv", "text\nOne, two; three\nFour\n")) == ["One, two; three", "Four"]


def test_a_stated_delimiter(extract_file: Extract) -> None:
    assert texts(extract_file("t.csv", "sep=;\ntext;n\nOne, two, three;2\n")) == ["One, two, three"]


def test_without_a_column_of_text_the_row_is_the_text(extract_file: Extract) -> None:
    found = extract_file("t.tsv", "Name\tRange\tDate\nMast\t40 km\t2025\n")
    [document] = [one for one in found if isinstance(one, Document)]
    assert plain(document.blocks) == [(Kind.TABLE_ROW, "Name: Mast | Range: 40 km | Date: 2025")]
    assert (document.metadata.published, document.metadata.extra) == ("2025", {})


def test_without_a_header_no_row_is_lost(extract_file: Extract) -> None:
    found = extract_file("t.csv", "Mast,40,2025\nRadar,60,2024\n")
    assert texts(found) == ["Mast | 40 | 2025", "Radar | 60 | 2024"]
    assert ids(found) == ["t.csv:1", "t.csv:2"]


def test_columns_by_setting(extract_file: Extract) -> None:
    named = Columns((("text", "Lead"), ("text", "STORY"), ("title", "kicker"), ("author", "first"), ("author", "second")))
    rows = [["title", "lead", "story", "kicker", "first", "second"], ["no", "The lead.", "The story.", "Masts", "Tal", "Renn"]]
    [document] = extract_file("t.csv", table(rows), columns=named)
    assert isinstance(document, Document)
    assert [block.text for block in document.blocks] == ["The lead.", "The story."]
    assert (document.metadata.title, document.metadata.author) == ("Masts", ("Tal", "Renn"))
    assert document.metadata.extra == {"column title": "no"}


def test_keys_of_json_lines_by_setting(extract_file: Extract) -> None:
    named = Columns((("id", "key"), ("text", "lead"), ("text", "story"), ("title", "kicker")))
    line = {"key": 7, "lead": "The lead.", "story": "The story.\n\nGoes on.", "kicker": "Masts", "n": 1}
    [document] = extract_file("n.jsonl", json.dumps(line), columns=named)
    assert isinstance(document, Document)
    assert document.metadata.id == "n.jsonl:7"
    assert [block.text for block in document.blocks] == ["The lead.", "The story.", "Goes on."]
    assert (document.metadata.title, document.metadata.extra) == ("Masts", {"n": 1})


def test_a_json_line_without_text_may_have_a_body(extract_file: Extract) -> None:
    assert texts(extract_file("n.jsonl", '{"body": "The body.", "message": {"n": 1}}')) == ["The body."]
    assert texts(extract_file("n.jsonl", '{"text": "The text.", "body": "The body."}')) == ["The text."]


def test_fields_are_the_fields_that_documents_state() -> None:
    assert ("id", "text", *STATED_FIELDS) == COLUMN_FIELDS
    assert set(COMMON_NAMES) == set(COLUMN_FIELDS)


def test_a_row_with_too_many_cells_costs_itself_only(extract_file: Extract) -> None:
    found = extract_file("t.csv", "title,text\na,x\nb,y, and more\nc,z,\n")
    assert texts(found) == ["x", "z"]
    reason = "has 3 cells where the table has 2 columns"
    assert found[1] == Skip("t.csv:3", reason, "Put cells that hold the mark between cells in quotation marks.")


def test_a_quotation_mark_that_is_never_closed_costs_its_line_only(extract_file: Extract) -> None:
    found = extract_file("t.csv", 'title,text\n"a","""x"""\nb,"y\nc,z\nd,""\ne,v\n')
    assert [skip.path for skip in found if isinstance(skip, Skip)] == ["t.csv:3", "t.csv:5"]
    assert texts(found) == ['"x"', "z", "v"]


@pytest.mark.parametrize("packed", [False, True])
def test_a_table_larger_than_a_file_may_be_is_read_as_it_comes(extract_file: Extract, packed: bool) -> None:
    rows = [["title", "text"], *(["é", f"Row {n}."] for n in range(300)), ["long", "x" * 3_000], ["é", "Last."]]
    raw = table(rows).encode("cp1252")
    found = extract_file("t.csv.gz" if packed else "t.csv", gzip.compress(raw) if packed else raw, max_file_bytes=2_000)
    assert texts(found) == [*(f"Row {n}." for n in range(300)), "Last."]
    assert isinstance(found[1], Document)
    assert found[1].metadata.title == "é"
    [skip] = [one for one in found if isinstance(one, Skip)]
    assert skip.path.endswith(":302")
    assert skip.reason == "the row is longer than 2,000 bytes"


def test_a_mark_that_is_never_closed_in_a_large_table_costs_its_line_only(extract_file: Extract) -> None:
    rows = [["title", "text"], *(["a", f"Row {n}."] for n in range(300))]
    lines = table(rows).splitlines(keepends=True)
    lines[3] = 'a,"Row 2.\r\n'
    lines[200:200] = ['a,"x', "y" * 3_000 + "\r\n"]
    found = extract_file("t.csv", "".join(lines), max_file_bytes=2_000)
    assert texts(found) == [f"Row {n}." for n in range(300) if n != 2]
    first, second = (skip for skip in found if isinstance(skip, Skip))
    assert first.path == "t.csv:4"
    assert first.reason == "a quotation mark is not closed within 2,000 bytes"
    assert "max_file_bytes" in first.hint
    assert (second.path, second.reason) == ("t.csv:201", "the row is longer than 2,000 bytes")


def test_marks_that_are_never_closed_do_not_read_a_table_over_and_over(extract_file: Extract) -> None:
    found = extract_file("t.csv", "title,text\n" + 'x","\n' * 5_000, max_file_bytes=10_000)
    assert len(found) < 100
    *_, last = found
    assert isinstance(last, Skip)
    assert last.reason == "too many quotation marks are never closed: the rest is left out"


_CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.sampled_from('\n\r\t",;'), max_size=12)


@given(st.lists(st.lists(_CELLS, min_size=2, max_size=2), max_size=8))
def test_what_was_written_is_read(rows: list[list[str]]) -> None:
    content = table([["title", "text"], *rows]).encode()
    found = [*extract(source_file("t.csv", InMemory(content)))]
    assert not [one for one in found if isinstance(one, Skip) and one.reason != "no text"]
    with_text = [number for number, row in enumerate(rows, start=2) if any(map(str.isalnum, row[1]))]
    assert {f"t.csv:{number}" for number in with_text} <= set(ids(found))


@given(st.binary(max_size=300), st.sampled_from(["t.csv", "t.tsv"]))
def test_no_bytes_are_a_failure(raw: bytes, name: str) -> None:
    for found in extract(source_file(name, InMemory(b"a,text\n" + raw), max_file_bytes=100)):
        assert not isinstance(found, Skip) or "unexpected" not in found.reason, found
