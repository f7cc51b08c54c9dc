"""Files become records one at a time, and whatever is wrong with one file costs that file only."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import pipeline
from indexer.config import Settings
from indexer.limits import Limits
from indexer.model import Block, Document, DocumentMetadata, Kind
from indexer.pipeline import Pipeline, Record, Stamp
from indexer.report import PassedOver, Skip
from indexer.walk import File

_LIMITS = replace(Settings().limits, max_file_bytes=1000)


def _file(path: Path, content: bytes) -> File:
    path.write_bytes(content)
    return _found(path)


def _found(path: Path) -> File:
    return File.found(path, path.stat(), 0, path.name)


def _read(file: File, limits: Limits = _LIMITS) -> list[Record | Skip | PassedOver]:
    """What is found in a file, without its stamp."""
    return [found for found in Pipeline(limits).read(file) if not isinstance(found, Stamp)]


def _document(document_id: str, text: str = "Words.") -> Document:
    return Document(DocumentMetadata(id=document_id, title="Title"), (Block(Kind.PARAGRAPH, text),))


def _reads(monkeypatch: pytest.MonkeyPatch, extract: Callable[[str], Iterator[Document | Skip]]) -> None:
    """Let a function of the shown path stand in for extraction."""
    monkeypatch.setattr(pipeline, "extract", lambda file: file.parts.read(file.shown, lambda: extract(file.shown)))


def test_a_file_becomes_a_record_with_its_paragraphs_counted(tmp_path: Path) -> None:
    file = _file(tmp_path / "a.txt", b"First paragraph of the note.\n\nSecond paragraph of the note.\n")
    (record,) = _read(file)
    assert isinstance(record, Record)
    assert record.document.id == "a.txt"
    assert record.document.paragraphs == len(record.paragraphs) == 2
    assert record.shown == str(tmp_path / "a.txt")


def test_a_file_over_the_limit_is_skipped_with_a_hint(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    with path.open("wb") as big:
        big.truncate(50_000_000)  # sparse: takes no room on the disk
    (skip,) = _read(_found(path), Settings().limits)
    assert isinstance(skip, Skip)
    assert skip.path == str(path)
    assert skip.hint


@pytest.mark.parametrize(
    ("name", "content"),
    [("picture.png", b"\x89PNG\r\n\x1a\n\x00\x00"), ("binary.txt", random.Random(7).randbytes(900)), ("empty.txt", b"")],
)
def test_what_holds_no_text_is_skipped(tmp_path: Path, name: str, content: bytes) -> None:
    (skip,) = _read(_file(tmp_path / name, content))
    assert isinstance(skip, Skip)
    assert skip.reason


def test_invalid_utf_8_is_read_all_the_same(tmp_path: Path) -> None:
    (record,) = _read(_file(tmp_path / "a.txt", "Der Rat tagte in Bärlau.".encode("latin-1")))
    assert isinstance(record, Record)
    assert record.paragraphs[0].text.endswith("Bärlau.")


def test_a_folder_named_like_a_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.mkdir()
    (skip,) = _read(_found(path))
    assert isinstance(skip, Skip)
    assert skip.reason == "not a regular file"


def test_a_broken_line_costs_itself_only(tmp_path: Path) -> None:
    content = b'{"id": "one", "text": "Ostrel is calm."}\n{"id": "two", "text": \n{"id": "three", "text": "Ostrel is not."}\n'
    first, broken, last = _read(_file(tmp_path / "news.jsonl", content))
    assert isinstance(first, Record)
    assert isinstance(broken, Skip)
    assert isinstance(last, Record)
    assert (first.document.id, last.document.id) == ("news.jsonl:one", "news.jsonl:three")
    assert broken.path.endswith("news.jsonl:2")


def test_a_document_without_text_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _reads(monkeypatch, lambda _shown: iter([_document("x", "\x00 \n"), _document("x")]))
    empty, record = _read(_file(tmp_path / "a.txt", b""))
    assert empty == Skip(str(tmp_path / "a.txt"), "holds no text")
    assert isinstance(record, Record)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RecursionError("too deep"), "cannot be read: unexpected RecursionError"),
        (MemoryError(), "needed more than 1 GB of memory"),
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
    record, skip = _read(_file(tmp_path / "a.txt", b""))
    assert isinstance(record, Record)
    assert isinstance(skip, Skip)
    assert skip.reason == reason


def test_an_interrupt_is_no_skip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_shown: str) -> Iterator[Document | Skip]:
        raise KeyboardInterrupt
        yield  # makes it a generator

    _reads(monkeypatch, interrupt)
    with pytest.raises(KeyboardInterrupt):
        _read(_file(tmp_path / "a.txt", b""))


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


def test_the_stamp_is_of_the_bytes_that_were_read(tmp_path: Path) -> None:
    content = b"The council met in Ostrel.\n"
    file = _file(tmp_path / "a.txt", content)
    *_, stamp = Pipeline(_LIMITS).read(file)
    status = file.path.stat()
    digest = hashlib.sha256(content).hexdigest()
    assert stamp == Stamp(len(content), status.st_mtime_ns, status.st_ino, status.st_dev, digest, "text", 1)


def test_a_file_of_no_known_format_has_a_stamp(tmp_path: Path) -> None:
    skip, stamp = Pipeline(_LIMITS).read(_file(tmp_path / "a.png", b"\x89PNG\r\n\x1a\n\x00"))
    assert isinstance(skip, Skip)
    assert isinstance(stamp, Stamp)
    assert (stamp.format, stamp.version) == ("", 0)


def test_a_file_that_changes_while_it_is_read_has_no_stamp(tmp_path: Path) -> None:
    file = _file(tmp_path / "a.jsonl", b'{"text": "One."}\n{"text": "Two."}\n')
    found = Pipeline(_LIMITS).read(file)
    assert isinstance(next(found), Record)
    file.path.write_bytes(b'{"text": "Other."}\n')
    assert not any(isinstance(each, Stamp) for each in found)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    file = _file(tmp_path / "a.txt", b"")
    file.path.unlink()
    reason = "cannot be read: No such file or directory"
    assert list(Pipeline(_LIMITS).read(file)) == [
        Skip(file.shown, reason, "Check that the file is there and that you may read it.")
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    file = _file(tmp_path / "a.txt", b"x")
    file.path.unlink()
    os.mkfifo(file.path)
    assert list(Pipeline(_LIMITS).read(file)) == [Skip(file.shown, "not a regular file")]


@pytest.mark.parametrize("linked", ["the file", "its folder"])
def test_a_link_that_takes_the_place_of_a_file_is_not_followed(tmp_path: Path, linked: str) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    for folder in (root / "press", outside):
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text("Words.")
    file = _found(root / "press" / "a.txt")
    if linked == "the file":
        file.path.unlink()
        file.path.symlink_to(outside / "a.txt")
    else:
        (root / "press").rename(tmp_path / "moved")
        (root / "press").symlink_to(outside)
    (skip,) = Pipeline(_LIMITS).read(file)
    assert skip == Skip(file.shown, "another file took its place before it could be read", "Run it again.")
