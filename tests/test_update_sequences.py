"""Updates over random sequences of additions, edits, moves and removals end where a rebuild does."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.build import rebuild
from indexer.changes import Scope
from indexer.config import Settings
from indexer.progress import Silence
from indexer.reading import Reading
from indexer.report import Report
from indexer.search.engine import SearchEngine, open_engine
from indexer.search.query import Any, ParsedQuery, Word
from indexer.search.request import SearchRequest, Sort
from indexer.update import update
from tests.oracle import without_generation

Step: TypeAlias = "list[tuple[str, str, str, int, bool]]"
"""What is done before an update: an act, a path or two below the roots' folder, a content, and whether it looks long done."""

_NAMES = ("a.txt", "b.md", "news.jsonl", "sub/a.txt", "sub/news.jsonl", "logo.png", "sub", "ж .txt")
_PATHS = [f"{root}/{name}" for root in ("one", "two") for name in _NAMES] + ["lone.jsonl"]
_LINES = (
    '{"id": 1, "text": "The net of Ostrel."}',
    '{"id": 1, "text": "The air over Ostrel."}',
    '{"id": 2, "text": "A quiet harbor.", "date": "2025-05"}',
    '{"id": 3, "text": "The net again.", "tags": ["coast"]}',
    "not JSON",
)
_TEXTS = ("The air over Ostrel.\n\nA net.", "The net over Ostrel.\n\nAir.", "\n", "A harbor, renamed by Ilsa Renn.")
_OLD_NS = 1_700_000_000 * 10**9
_TIMELESS_NS = 4_000_000_000 * 10**9
"""A time to come: of files that bear it nobody can tell whether they changed."""

_acts = st.sampled_from(["write", "write", "write", "move", "remove", "touch", "swap", "resize"])
_step = st.lists(
    st.tuples(_acts, st.sampled_from(_PATHS), st.sampled_from(_PATHS), st.integers(0, 40), st.booleans()), max_size=4
)
_ASKED = (
    SearchRequest(page_size=100, sort=Sort.DOCUMENT, facet_size=100),
    SearchRequest(page_size=100, sort=Sort.NEWEST),
    SearchRequest(ParsedQuery(tree=Any((Word("air"), Word("net"), Word("renn"))), scored=True), page_size=100),
)


class _Folder:
    """Two roots and a file that is one, and what may be done to them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._clock = _OLD_NS
        for root in ("one", "two"):
            (folder / root).mkdir(parents=True)
        self.do(("write", "one/a.txt", "", 0, True))
        self.do(("write", "lone.jsonl", "", 5, True))

    @property
    def roots(self) -> list[Path]:
        return [self._folder / "one", self._folder / "lone.jsonl", self._folder / "two"]

    def do(self, act: tuple[str, str, str, int, bool]) -> None:
        """Do one thing, if it can be done."""
        name, first, second, number, done_long_ago = act
        path, other = self._folder / first, self._folder / second
        if name == "write" and not path.is_dir() and self._is_free(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_content(path.suffix, number), encoding="utf-8")
            self._date(path, done_long_ago)
        elif name == "move" and path.exists() and self._is_free(other) and not other.exists() and path not in other.parents:
            if first != "lone.jsonl" and second != "lone.jsonl":
                other.parent.mkdir(parents=True, exist_ok=True)
                path.rename(other)
        elif name == "remove" and path.is_dir():
            shutil.rmtree(path)
        elif name == "remove" and path.exists() and first != "lone.jsonl":
            path.unlink()
        elif name == "touch" and path.is_file():
            self._date(path, done_long_ago)
        elif name == "swap" and path.is_file():
            # As long as before, and where it is timeless, dated as before.
            status = path.stat()
            path.write_bytes(path.read_bytes()[::-1])
            if status.st_mtime_ns == _TIMELESS_NS:
                os.utime(path, ns=(_TIMELESS_NS, _TIMELESS_NS))
            else:
                self._date(path, True)
        elif name == "resize" and path.is_file():
            with path.open("a") as stream:
                stream.write("\n\nMore air.\n")
            self._date(path, done_long_ago)

    def _is_free(self, path: Path) -> bool:
        """Whether no file stands where a folder must."""
        return not any(parent.is_file() for parent in path.parents)

    def _date(self, path: Path, done_long_ago: bool) -> None:
        self._clock += 1
        when = self._clock if done_long_ago else _TIMELESS_NS
        os.utime(path, ns=(when, when))


def _content(suffix: str, number: int) -> str:
    if suffix != ".jsonl":
        return _TEXTS[number % len(_TEXTS)]
    return "\n".join(_LINES[(number // 5**place) % 5] for place in range(1 + number % 3)) + "\n"


def _assert_same(updated: SearchEngine, rebuilt: SearchEngine) -> None:
    assert updated.check() == ()
    assert updated.leftovers() == ()
    for request in _ASKED:
        found, expected = updated.search(request), rebuilt.search(request)
        assert without_generation(found) == without_generation(expected)
        assert [hit.score for hit in found.hits] == pytest.approx([hit.score for hit in expected.hits], abs=1e-6)
    assert updated.recent(100) == rebuilt.recent(100)
    for document in rebuilt.recent(100):
        provenance = updated.provenance(document.id)
        assert provenance is not None
        assert provenance == rebuilt.provenance(document.id)


def _skips(report: Report) -> list[tuple[str, str]]:
    return sorted((skip.path, skip.reason) for skip in report.skipped)


@settings(max_examples=14)
@given(steps=st.lists(_step, min_size=1, max_size=5), data=st.data())
def test_updates_end_where_a_rebuild_does(
    tmp_path_factory: pytest.TempPathFactory, reading: Reading, steps: list[Step], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("sequence")
    documents = _Folder(folder / "documents")
    index, other = Settings(index_dir=folder / "updated"), Settings(index_dir=folder / "rebuilt")
    rebuild(index, documents.roots, Silence(), reading=reading)
    for number, step in enumerate(steps):
        for act in step:
            documents.do(act)
        if data.draw(st.booleans()):
            chosen = data.draw(st.sampled_from(documents.roots))
            update(index, Silence(), Scope((chosen,)), allow_empty=True, reading=reading)
        found = update(index, Silence(), allow_empty=True, reading=reading)
        if number % 2 == 0 or number == len(steps) - 1:
            expected = rebuild(other, documents.roots, Silence(), allow_empty=True, reading=reading)
            assert _skips(found) == _skips(expected)
            assert (found.seen, found.passed_over) == (expected.seen, expected.passed_over)
            with closing(open_engine(index)) as updated, closing(open_engine(other)) as rebuilt:
                _assert_same(updated, rebuilt)
        again = update(index, Silence(), allow_empty=True, reading=reading)
        assert (again.indexed, again.removed, _skips(again)) == (0, 0, _skips(found))
