"""The entry point: which files are known, and what is said of bad ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.extract import FORMATS, extract, known
from indexer.model import Document, Kind
from indexer.paragraphs import paragraphs
from indexer.report import Skip
from tests.extract.conftest import Extract

FOUNDING = (
    "The defence minister of Velmara, Ilsa Renn, met the makers of the coastal radar on 19 May to talk about two more sets.\n"
    "In a statement after the talks she said that they had been “short and useful”. The makers had brought drawings.\n"
    "“We count masts, not promises,” Renn said.\n"
)


@pytest.mark.parametrize("name", ["a.txt", "a.TEXT", "a.md", "a.Markdown", "a.html", "a.htm", "a.xhtml", "a.jsonl", "a.ndjson"])
def test_known_suffixes(name: str) -> None:
    assert known(Path(name))


@pytest.mark.parametrize("name", ["a", "a.pdf", "a.txt.gz", ".txt", "txt"])
def test_unknown_suffixes(name: str) -> None:
    assert not known(Path(name))


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
        ("a.pdf", b"%PDF-1.7", "unknown format"),
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n\t\r\n ", "empty"),
        ("a.txt", b"-----\n", "no text"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not text but a PNG image"),
        ("a.txt", b"PK\x03\x04\x14\x00", "not text but a ZIP archive or an office document"),
        ("a.md", bytes(range(256)) * 4, "not text: it holds bytes that no text has"),
        ("a.html", b"%PDF-1.4 ...", "not text but a PDF"),
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
    assert all(isinstance(found, Document) for found in extract_file(name, "word " * 300_000, max_bytes=1_500_000))


def test_unknown_formats_name_the_known_ones(extract_file: Extract) -> None:
    [skip] = extract_file("a.docx", "x")
    assert isinstance(skip, Skip)
    assert ".md" in skip.hint
    assert ".jsonl" in skip.hint


def test_files_that_cannot_be_opened_are_skips(tmp_path: Path) -> None:
    [missing] = extract(tmp_path / "missing.txt", "missing.txt", "missing.txt", 100)
    assert isinstance(missing, Skip)
    assert missing.reason == "cannot be read: No such file or directory"
    folder = tmp_path / "folder.md"
    folder.mkdir()
    [skip] = extract(folder, "folder.md", "folder.md", 100)
    assert skip == Skip("folder.md", "not a regular file")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["pipe.txt", "pipe.jsonl"])
def test_a_pipe_is_never_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    assert list(extract(tmp_path / name, name, name, 100)) == [Skip(name, "not a regular file")]


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
    script = "import sys, indexer.extract; print([m for m in ('trafilatura', 'dateparser', 'chardet') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
