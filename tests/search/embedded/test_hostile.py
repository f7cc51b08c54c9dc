"""Queries and texts made to take long are answered, or refused, at once."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from indexer.config import Settings
from indexer.errors import IndexCorrupt, UsageError
from indexer.model import DocumentMetadata
from indexer.search.embedded import EmbeddedEngine, EmbeddedWriter
from indexer.search.embedded import manifest as manifests
from indexer.search.embedded.forms import Pattern
from indexer.search.embedded.kernels import load_kernels
from indexer.search.request import SearchRequest
from indexer.search.syntax import parse
from tests.conftest import write_index
from tests.records import make_document

# Each of these took minutes to hours: a hang is told from a slow machine, nothing more.
_SECONDS = 20.0


@contextmanager
def at_once() -> Iterator[None]:
    begun = time.process_time()
    yield
    assert time.process_time() - begun < _SECONDS


def index_of(tmp_path: Path, *texts: str) -> EmbeddedEngine:
    write_index(Settings(index_dir=tmp_path), [make_document(f"{number}.md", [text]) for number, text in enumerate(texts)])
    return EmbeddedEngine(tmp_path, "numpy")


def total(engine: EmbeddedEngine, query: str) -> int:
    return engine.search(SearchRequest(query=parse(query))).total


@pytest.mark.parametrize("pattern", ["*?" * 12 + "qz", "*a" * 20 + "b", "*" * 50 + "?" * 20 + "z", "a*?b*?" * 8 + "q"])
def test_stars_do_not_multiply(tmp_path: Path, pattern: str) -> None:
    engine = index_of(tmp_path, "a" * 200 + " " + "0123456789abcdef" * 4 + " radar")
    with at_once():
        assert total(engine, pattern) == 0
        assert total(engine, "r*?d*r") == 1


@pytest.mark.parametrize(
    ("pattern", "word", "matches"),
    [
        ("*?", "", False),
        ("*?", "a", True),
        ("?*?", "a", False),
        ("?*?", "ab", True),
        ("a*b*c", "abbbc", True),
        ("a*bc", "abcbc", True),
        ("*ab*ab", "abxab", True),
        ("*ab*ab", "xab", False),
        ("a.c", "abc", False),
        ("**", "", True),
    ],
)
def test_a_pattern_means_what_it_says(pattern: str, word: str, matches: bool) -> None:
    assert (re.fullmatch(Pattern(pattern).regex, word) is not None) is matches


def test_a_phrase_of_one_word_again_and_again(tmp_path: Path) -> None:
    engine = index_of(tmp_path, *["a " * 2400] * 5)
    with at_once():
        assert total(engine, '"a a a a a a a a"') == 5


@pytest.mark.parametrize("query", ['"f-16 f 16"~3', '"f-16 16 f 16"~1', '"f-16 f-16 f 16 16"~2'])
def test_windows_over_words_that_repeat(tmp_path: Path, query: str) -> None:
    engine = index_of(tmp_path, *["f-16 f 16 " * 450] * 5)
    with at_once():
        assert total(engine, query) == 5


def test_a_check_while_an_index_is_published_reports_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = index_of(tmp_path, "One radar.")
    published = False
    real = manifests.read_manifest

    def read_then_publish(index_dir: Path) -> manifests.Manifest:
        nonlocal published
        found = real(index_dir)
        if not published:
            published = True
            index_of(tmp_path, "Two radars.")
        return found

    monkeypatch.setattr("indexer.search.embedded.engine.read_manifest", read_then_publish)
    assert engine.check() == ()
    assert published


def test_a_fault_is_looked_into_once_a_generation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = index_of(tmp_path, "One radar.")
    checks = []
    real = EmbeddedEngine.check

    def counted(checked: EmbeddedEngine) -> tuple[str, ...]:
        checks.append(checked)
        return real(checked)

    monkeypatch.setattr(EmbeddedEngine, "check", counted)
    monkeypatch.setattr("indexer.search.embedded.engine.count_facets", lambda *_: 1 // 0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            total(engine, "radar")
    assert len(checks) == 1


def test_only_files_of_ours_are_removed(tmp_path: Path) -> None:
    others = [tmp_path / "mine.arrays", tmp_path / "notes.txt"]
    for other in others:
        other.write_text("not ours")
    engine = index_of(tmp_path, "One radar.")
    for _ in range(3):
        index_of(tmp_path, "Two radars.")
    assert total(engine, "two") == 1
    assert all(other.exists() for other in others)
    assert len(list(tmp_path.glob("*-*-*.arrays"))) == 2, "that of the generation before is kept"


def test_a_document_that_is_no_text_leaves_nothing_behind(tmp_path: Path) -> None:
    with EmbeddedWriter(tmp_path, []) as writer:
        bad = make_document("bad.md", ["One."], title="\ud800")
        with pytest.raises(ValueError, match="surrogates"):
            writer.add(bad.metadata, bad.paragraphs)
        endless = DocumentMetadata(id="endless.md", title="Endless", extra={"number": float("inf")})
        with pytest.raises(ValueError, match="JSON"):
            writer.add(endless, bad.paragraphs)
        good = make_document("bad.md", ["Two."])
        writer.add(good.metadata, good.paragraphs)
        writer.commit()
    engine = EmbeddedEngine(tmp_path, "numpy")
    assert engine.check() == ()
    assert [document.id for document in engine.recent(10)] == ["bad.md"]


def test_numba_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "indexer.search.embedded.kernels.with_numba", None)
    with pytest.raises(UsageError, match=r"Install loccit\[fast\]"):
        load_kernels("numba")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    engine = index_of(tmp_path, "One radar.")
    next(tmp_path.glob("*.arrays")).unlink()
    assert "cannot be read" in engine.check()[0]
    with pytest.raises(IndexCorrupt, match="is missing"):
        total(engine, "radar")


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
def test_nothing_may_be_asked_for(tmp_path: Path, kernels: str) -> None:
    index_of(tmp_path, "One radar.", "Two radars.")
    engine = EmbeddedEngine(tmp_path, kernels)
    assert engine.recent(0) == ()
    assert len(engine.recent(1)) == 1
