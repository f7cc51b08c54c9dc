"""The entry point: which files are known, and what is said of bad ones."""

from __future__ import annotations

import subprocess
import sys

import pytest

from indexer.extract import FORMATS
from indexer.model import Document, Kind
from indexer.paragraphs import paragraphs
from indexer.report import Skip
from tests.extract.conftest import Extract

FOUNDING = (
    "The defence minister of Velmara, Ilsa Renn, met the makers of the coastal radar on 19 May to talk about two more sets.\n"
    "In a statement after the talks she said that they had been “short and useful”. The makers had brought drawings.\n"
    "“We count masts, not promises,” Renn said.\n"
)


def test_each_suffix_is_of_one_format() -> None:
    suffixes = [suffix for one in FORMATS for suffix in one.suffixes]
    assert len(suffixes) == len(set(suffixes))


def test_one_paragraph_a_line_without_any_metadata(extract_file: Extract) -> None:
    [document] = extract_file("000_3cdc774a.txt", FOUNDING)
    assert isinstance(document, Document)
    assert [paragraph.text for paragraph in paragraphs(document)] == FOUNDING.strip().split("\n")
    metadata = document.metadata
    assert metadata.id == "000_3cdc774a.txt"
    assert metadata.title == FOUNDING.split("\n")[0]
    assert metadata.title_derived
    assert (metadata.published, metadata.source, metadata.author, metadata.format) == (None, None, (), "text")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", b"%PDF-1.7", "a broken PDF"),
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n\t\r\n ", "empty"),
        ("a.txt", b"-----\n", "no text"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "unknown format: looks like a PNG image"),
        ("a.txt", b"PK\x03\x04\x14\x00", "a broken ZIP archive"),
        ("a.md", bytes(range(256)) * 4, "not text: it holds bytes that no text has"),
        ("a.html", b"%PDF-1.4 ...", "a broken PDF"),
        ("a.html", b"<html><head><title>Only a title</title></head><body></body></html>", "no text"),
        ("a.html", b"<!-- nothing -->", "no text"),
        ("a.md", b"---\ntitle: Nothing below\n---\n", "no text"),
        ("a.md", b"[a]: https://velmara.example\n", "no text"),
        ("a.md", b"![](image.png)", "no text"),
        ("a.jsonl", b"\n\n", "empty"),
        ("a.jsonl", "{}".encode("utf-16"), "not UTF-8, as JSON must be"),
    ],
)
def test_bad_files_are_skips(extract_file: Extract, name: str, content: bytes, reason: str) -> None:
    [skip] = extract_file(name, content)
    assert isinstance(skip, Skip)
    assert (skip.path, skip.reason) == (name, reason)


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_a_file_over_the_limit_is_a_skip_with_a_hint(extract_file: Extract, name: str) -> None:
    [skip] = extract_file(name, "word " * 300_000)
    assert skip == Skip(name, "larger than 1 MB", "Split the file, or raise the setting max_file_bytes.")
    assert all(isinstance(found, Document) for found in extract_file(name, "word " * 300_000, max_file_bytes=1_500_000))


_PAGE = "<!DOCTYPE html><html><title>Masts</title><body><p>The masts stand on the hill.</p></body></html>"
_LINE = '{"id": 1, "text": "The masts stand on the hill."}\n'


@pytest.mark.parametrize("name", ["a.html", "a.txt", "a.md", "a", "a.jsonl", "a.pdf", "a.2025"])
@pytest.mark.parametrize(
    ("content", "known"),
    [
        (_PAGE, "html"),
        ("\ufeff \n<?xml version='1.0'?>\n<!-- saved --><html>" + _PAGE[21:], "html"),
        (_PAGE.encode("utf-16"), "html"),
        (_LINE, "jsonl"),
        ("\n" + _LINE * 2, "jsonl"),
        (f'{{"id": 1, "text": "{"The masts stand on the hill. " * 4_000}"}}\n', "jsonl"),
    ],
)
def test_content_comes_before_the_suffix(extract_file: Extract, name: str, content: str | bytes, known: str) -> None:
    first = extract_file(name, content)[0]
    assert isinstance(first, Document), first
    assert first.metadata.format == known
    assert first.blocks[0].text.startswith("The masts stand on the hill.")


@pytest.mark.parametrize(
    ("name", "known"),
    [("a.txt", "text"), ("a", "text"), ("README", "text"), ("a.log", "text"), ("a.2025-05", "text"), ("a.MD", "markdown")],
)
def test_the_suffix_says_what_kind_of_text_it_is(extract_file: Extract, name: str, known: str) -> None:
    [document] = extract_file(name, "The masts *stand* on the hill.\n")
    assert isinstance(document, Document)
    assert document.metadata.format == known


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF", "looks like a JPEG image"),
        ("a", b"\x89PNG\r\n\x1a\n", "looks like a PNG image"),
        ("a.txt", b"RIFF\x00\x10\x00\x00WEBPVP8 ", "looks like a WebP image"),
        ("a.txt", b"\x00\x00\x00\x18ftypmp42", "looks like a video"),
        ("a", b"\x00\x00\x00\x18ftypheic", "looks like an image"),
        ("a.exe", b"MZ\x90\x00" + bytes(60), "looks like a program"),
        ("a.mp3", b"ID3\x02\x00\x00\x00", "looks like a sound recording"),
        ("a.dat", b"\x00\x01\x02\x03" * 9, "it holds bytes that no text has"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><text>Ostrel</text></svg>', "looks like XML"),
        ("a.plist", b'<?xml version="1.0"?>\n<plist/>', "looks like XML"),
        ("a.css", b"body { margin: 0 }", "looks like a style sheet"),
        ("a.js", b"var ostrel = 1;", "looks like a program"),
        ("a.json", b'{\n  "name": "Ostrel"\n}', "looks like JSON"),
        ("a", b'[\n  {"name": "Ostrel"}\n]', "looks like JSON"),
        ("a.yml", b"name: Ostrel\n", "looks like a settings file"),
    ],
)
def test_what_is_of_no_known_format_is_named(extract_file: Extract, name: str, content: bytes, what: str) -> None:
    [skip] = extract_file(name, content)
    assert skip == Skip(name, f"unknown format: {what}", "Convert it to a known format, such as text or HTML.")


@pytest.mark.parametrize("text", ["MZ is a name.", "BM, the mayor", "ID3 is a tag.", "BZh", "[Applause]", "{a}", "<b>"])
def test_words_are_no_signature(extract_file: Extract, text: str) -> None:
    [document] = extract_file("a", text)
    assert isinstance(document, Document)
    assert document.blocks[0].text == text


def test_invalid_utf8_in_a_utf8_text_is_marked(extract_file: Extract) -> None:
    [document] = extract_file("a.txt", "Zürich, Łódź, Kärnten: ".encode() + b"\xff here.")
    assert isinstance(document, Document)
    assert document.blocks[0].text == "Zürich, Łódź, Kärnten: \ufffd here."


def test_text_in_another_encoding_is_read(extract_file: Extract) -> None:
    [document] = extract_file("a.md", "# Le radar a été déplacé vers la côte".encode("cp1252"))
    assert isinstance(document, Document)
    assert document.blocks[0].kind is Kind.HEADING
    assert document.blocks[0].text == "Le radar a été déplacé vers la côte"


def test_heavy_libraries_are_imported_late() -> None:
    late = ("trafilatura", "dateparser", "chardet", "pypdfium2")
    script = f"import sys, indexer.extract; print([m for m in {late} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
