"""JSON Lines: documents line by line, ids, types, and lines that are bad."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.extract import extract
from indexer.extract.content import OpenFile
from indexer.model import Document, DocumentMetadata, Json, Kind, Origin
from indexer.report import Skip
from tests.extract.conftest import Extract, Extracted, source_file


def lines(*records: Json) -> str:
    return "".join(f"{json.dumps(record)}\n" for record in records)


def only(extracted: Extracted) -> DocumentMetadata:
    [document] = extracted
    assert isinstance(document, Document), document
    return document.metadata


def test_a_record_with_everything(extract_file: Extract) -> None:
    record: Json = {
        "id": "2019-0",
        "title": "Radars",
        "text": "One.\n\nTwo\nlines.\n \nThree.",
        "source": "The Courier",
        "authors": ["Mira Tal"],
        "date": "2025-05-19T08:30:00+03:00",
        "language": "en",
        "url": "https://courier.example/a",
        "tags": ["radar", "Ostrel, Velmara"],
        "format": "telex",
        "place": {"name": "Ostrel"},
    }
    [document] = extract_file("news.jsonl", lines(record))
    assert isinstance(document, Document)
    assert [(block.kind, block.text) for block in document.blocks] == [
        (Kind.PARAGRAPH, "One."),
        (Kind.PARAGRAPH, "Two\nlines."),
        (Kind.PARAGRAPH, "Three."),
    ]
    metadata = document.metadata
    assert metadata.id == "news.jsonl:2019-0"
    assert (metadata.title, metadata.source, metadata.author) == ("Radars", "The Courier", ("Mira Tal",))
    assert metadata.published == "2025-05-19T08:30:00+03:00"
    assert metadata.tag == ("radar", "Ostrel, Velmara")
    assert metadata.format == "jsonl"
    assert metadata.extra == {"format": "telex", "place": {"name": "Ostrel"}}
    assert set(metadata.origins.values()) == {Origin.RECORD}


@pytest.mark.parametrize(
    ("own", "document_id"),
    [
        ("a", "n.jsonl:a"),
        (17, "n.jsonl:17"),
        (-1.5, "n.jsonl:-1.5"),
        (0, "n.jsonl:0"),
        ("a/b", "n.jsonl:a:b"),
        ("a b", "n.jsonl:a-b~c8687a"),
        ("é", "n.jsonl:é"),
    ],
)
def test_own_ids(extract_file: Extract, own: Json, document_id: str) -> None:
    assert only(extract_file("n.jsonl", lines({"id": own, "text": "x"}))).id == document_id


def test_without_an_own_id_the_content_gives_one(extract_file: Extract) -> None:
    first, same, other, dated = extract_file(
        "n.jsonl",
        lines({"text": "x", "title": "y"}, {"title": "y", "text": "x", "id": ""}, {"text": "z"}, {"text": "x", "date": "2025"}),
    )
    ids = [found.metadata.id for found in (first, same, other, dated) if isinstance(found, Document)]
    assert ids[0] == ids[1].removesuffix("")
    assert len(set(ids)) == 3
    assert all(len(found.removeprefix("n.jsonl:")) == 16 for found in ids)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "x"', "not JSON: Expecting ',' delimiter at column 13"),
        ("nonsense", "not JSON: Expecting value at column 1"),
        ('["text"]', "not a JSON object"),
        ('"text"', "not a JSON object"),
        ("{}", "no text"),
        ('{"text": null}', "no text"),
        ('{"text": " \\n\\u0007 "}', "no text"),
        ('{"text": ["x"]}', '"text" is not text'),
        ('{"text": "x", "id": true}', '"id" is neither text nor a number'),
        ('{"text": "x", "id": ["a"]}', '"id" is neither text nor a number'),
        ('{"text": "x", "title": ["a"]}', '"title" is not text'),
        ('{"text": "x", "author": {"name": "a"}}', '"author" is not text or a list of texts'),
        ('{"text": "x", "tags": [null]}', '"tags" is not text or a list of texts'),
        ('{"text": "x", "source": false}', '"source" is not text'),
        ('{"text": "x", "size": NaN}', "not JSON: NaN is no number of JSON"),
        (
            '{"text": "x", "a": ' + "[" * 400_000 + "]" * 400_000 + "}",
            "not JSON that can be read: a number or the nesting has no end",
        ),
        ('{"text": "x", "a": ' + "[" * 100 + "]" * 100 + "}", "its metadata is too large or too deeply nested"),
        ('{"text": "x", "a": ' + "1" * 5_000 + "}", "not JSON that can be read: a number or the nesting has no end"),
    ],
)
def test_a_bad_line_costs_itself_only(extract_file: Extract, line: str, reason: str) -> None:
    before, skip, after = extract_file("n.jsonl", f'{{"id": 1, "text": "a"}}\n\n{line}\n{{"id": 4, "text": "b"}}')
    assert isinstance(before, Document)
    assert isinstance(skip, Skip)
    assert (skip.path, skip.reason) == ("n.jsonl:3", reason)
    assert skip.hint
    assert isinstance(after, Document)
    assert after.metadata.id == "n.jsonl:4"


def test_a_line_that_is_not_utf8(extract_file: Extract) -> None:
    skip, document = extract_file("n.jsonl", b'{"text": "caf\xe9"}\n{"id": 2, "text": "x"}\n')
    assert skip == Skip("n.jsonl:1", "the line is not UTF-8, as JSON must be", "Save the file as UTF-8.")
    assert isinstance(document, Document)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_limit_is_a_line_s(extract_file: Extract, line_end: str) -> None:
    fitting = '{"text": "' + "x" * 88 + '"}'
    text = line_end.join([fitting, fitting + " ", '{"text": "' + "y" * 5_000_000 + '"}', fitting.replace("xx", "zz")])
    first, second, third, last = extract_file("n.jsonl", text, max_file_bytes=len(fitting))
    assert isinstance(first, Document)
    hint = "Split the record, or raise the setting max_file_bytes."
    assert second == Skip("n.jsonl:2", "the line is longer than 100 bytes", hint)
    assert third == Skip("n.jsonl:3", "the line is longer than 100 bytes", hint)
    assert isinstance(last, Document)


def test_lines_are_read_as_they_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "n.jsonl"
    path.write_text(lines({"id": 1, "text": "a"}, {"id": 2, "text": "b"}))
    with path.open("rb") as content:
        documents = extract(source_file("n.jsonl", OpenFile(content), max_file_bytes=1_000))
        assert isinstance(next(documents), Document)
        with path.open("a") as stream:
            stream.write(" " * 100_000 + lines({"id": 3, "text": "c"}))
        assert len(list(documents)) == 2


def test_what_json_can_hold_and_text_cannot(extract_file: Extract) -> None:
    line = '{"id": "a", "text": "\\ud83d x \\ud83d\\ude00 \\u0000\\u000b y", "title": "\\udc00t", "note": ["\\ud800"]}'
    [document] = extract_file("n.jsonl", "\ufeff" + line)
    assert isinstance(document, Document)
    assert document.blocks[0].text == "\ufffd x 😀  y"
    assert document.metadata.title == "\ufffdt"
    assert document.metadata.extra == {"note": ["\ufffd"]}


def test_numbers_beyond_json_are_text(extract_file: Extract) -> None:
    line = f'{{"id": 1, "text": "x", "size": 1e999, "count": {2**64}, "small": [-1e999, {2**64 - 1}]}}'
    extra = only(extract_file("n.jsonl", line)).extra
    assert extra == {"size": "inf", "count": str(2**64), "small": ["-inf", 2**64 - 1]}
