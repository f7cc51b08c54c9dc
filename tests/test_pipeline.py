"""Files become records one at a time, and whatever is wrong with one file costs that file only."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer import pipeline
from indexer.config import Settings
from indexer.model import Block, Document, DocumentMetadata, Kind
from indexer.pipeline import Pipeline, Record
from indexer.report import Skip
from indexer.walk import File

_LIMITS = Settings(max_file_bytes=1_000).limits


def _file(path: Path, content: bytes) -> File:
    path.write_bytes(content)
    return File(path, path.name, len(content))


def _document(document_id: str, text: str = "Words.") -> Document:
    return Document(DocumentMetadata(id=document_id, title="Title"), (Block(Kind.PARAGRAPH, text),))


def _reads(monkeypatch: pytest.MonkeyPatch, extract: Callable[[str], Iterator[Document | Skip]]) -> None:
    """Let a function of the shown path stand in for extraction."""
    monkeypatch.setattr(pipeline, "extract", lambda _path, _file_id, shown, _limits: extract(shown))


def test_a_file_becomes_a_record_with_its_paragraphs_counted(tmp_path: Path) -> None:
    file = _file(tmp_path / "a.txt", b"First paragraph of the note.\n\nSecond paragraph of the note.\n")
    (record,) = Pipeline(_LIMITS).read(file)
    assert isinstance(record, Record)
    assert record.document.id == "a.txt"
    assert record.document.paragraphs == len(record.paragraphs) == 2
    assert record.shown == str(tmp_path / "a.txt")


def test_a_file_over_the_limit_is_skipped_with_a_hint(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    with path.open("wb") as big:
        big.truncate(50_000_000)  # sparse: takes no room on the disk
    (skip,) = Pipeline(Settings().limits).read(File(path, path.name, 50_000_000))
    assert isinstance(skip, Skip)
    assert skip.path == str(path)
    assert skip.hint


@pytest.mark.parametrize(
    ("name", "content"),
    [("picture.png", b"\x89PNG\r\n\x1a\n\x00\x00"), ("binary.txt", random.Random(7).randbytes(900)), ("empty.txt", b"")],
)
def test_what_holds_no_text_is_skipped(tmp_path: Path, name: str, content: bytes) -> None:
    (skip,) = Pipeline(_LIMITS).read(_file(tmp_path / name, content))
    assert isinstance(skip, Skip)
    assert skip.reason


def test_invalid_utf_8_is_read_all_the_same(tmp_path: Path) -> None:
    (record,) = Pipeline(_LIMITS).read(_file(tmp_path / "a.txt", "Der Rat tagte in Bärlau.".encode("latin-1")))
    assert isinstance(record, Record)
    assert record.paragraphs[0].text.endswith("Bärlau.")


def test_a_folder_named_like_a_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.mkdir()
    (skip,) = Pipeline(_LIMITS).read(File(path, path.name, 0))
    assert isinstance(skip, Skip)
    assert skip.reason == "not a regular file"


def test_a_broken_line_costs_itself_only(tmp_path: Path) -> None:
    content = b'{"id": "one", "text": "Ostrel is calm."}\n{"id": "two", "text": \n{"id": "three", "text": "Ostrel is not."}\n'
    first, broken, last = Pipeline(_LIMITS).read(_file(tmp_path / "news.jsonl", content))
    assert isinstance(first, Record)
    assert isinstance(broken, Skip)
    assert isinstance(last, Record)
    assert (first.document.id, last.document.id) == ("news.jsonl:one", "news.jsonl:three")
    assert broken.path.endswith("news.jsonl:2")


def test_a_document_without_text_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _reads(monkeypatch, lambda _shown: iter([_document("x", "\x00 \n"), _document("x")]))
    empty, record = Pipeline(_LIMITS).read(_file(tmp_path / "a.txt", b""))
    assert empty == Skip(str(tmp_path / "a.txt"), "holds no text")
    assert isinstance(record, Record)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RecursionError("too deep"), "cannot be read: unexpected RecursionError"),
        (MemoryError(), "cannot be read: unexpected MemoryError"),
        (ZeroDivisionError("a fault of ours"), "cannot be read: unexpected ZeroDivisionError"),
    ],
)
def test_an_error_half_way_keeps_what_came_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    def fail(_shown: str) -> Iterator[Document | Skip]:
        yield _document("before")
        raise error

    _reads(monkeypatch, fail)
    record, skip = Pipeline(_LIMITS).read(_file(tmp_path / "a.txt", b""))
    assert isinstance(record, Record)
    assert isinstance(skip, Skip)
    assert skip.reason == reason


def test_an_interrupt_is_no_skip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_shown: str) -> Iterator[Document | Skip]:
        raise KeyboardInterrupt
        yield  # makes it a generator

    _reads(monkeypatch, interrupt)
    with pytest.raises(KeyboardInterrupt):
        list(Pipeline(_LIMITS).read(_file(tmp_path / "a.txt", b"")))


def test_one_document_is_held_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def many(_shown: str) -> Iterator[Document | Skip]:
        for number in range(5):
            made.append(number)
            yield _document(f"d{number}")

    _reads(monkeypatch, many)
    records = Pipeline(_LIMITS).read(_file(tmp_path / "a.txt", b""))
    next(records)
    assert made == [0]
