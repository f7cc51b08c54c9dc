"""A damaged index: `check` finds it, and a request fails with an error of ours or answers as if nothing had happened."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.config import Settings
from indexer.errors import LoccitError
from indexer.search.engine import SearchEngine, open_engine
from indexer.search.query import Any, ParsedQuery, Phrase, Word
from indexer.search.request import SearchRequest
from tests.conftest import ENGINES, index_settings, write_index
from tests.engines.library import IDS, make_library
from tests.waiting import within

QUERY = ParsedQuery(tree=Any((Word("air"), Phrase("missile defense"), Word("patriot", field="title"))), scored=True)


def _flip_in(place: float) -> Callable[[Path], None]:
    def flip(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[int(place * (len(content) - 1))] ^= 0x55
        path.write_bytes(content)

    return flip


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0" * 64)


def _remove(path: Path) -> None:
    path.unlink()


def _replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _replace_by_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGES = {
    **{f"flip a byte at {place}": _flip_in(place) for place in (0.0, 0.02, 0.2, 0.4, 0.6, 0.8, 0.98, 1.0)},
    "truncate": _truncate,
    "empty": _empty,
    "lengthen": _lengthen,
    "remove": _remove,
    "replace by a folder": _replace_by_folder,
    "replace by a pipe": _replace_by_pipe,
}


@pytest.fixture(scope="module", params=ENGINES)
def sound(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A sound index of the library, to be copied."""
    settings = index_settings(tmp_path_factory.mktemp("sound") / "index_data", request.param)
    write_index(settings, make_library())
    return settings


def _ask(engine: SearchEngine) -> list[object]:
    """Everything that an engine can be asked; an error of ours in place of an answer."""
    asks: list[Callable[[], object]] = [
        lambda: engine.search(SearchRequest(QUERY)),
        lambda: engine.search(SearchRequest()),
        lambda: engine.document(IDS[0], QUERY),
        lambda: engine.recent(100),
        engine.status,
    ]
    return [_answer(ask) for ask in asks]


def _answer(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except LoccitError as error:
        return error


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_to_any_file_is_found(sound: Settings, tmp_path: Path, damage: str) -> None:
    expected = _ask(open_engine(sound))
    names = [path.name for path in sound.index_dir.iterdir() if path.stat().st_size and "lock" not in path.name.lower()]
    assert names
    for name in names:
        settings = index_settings(tmp_path / name / "index_data", sound.engine)
        shutil.copytree(sound.index_dir, settings.index_dir)
        DAMAGES[damage](settings.index_dir / name)
        with within(60):
            problems = _answer(open_engine(settings).check)
            assert isinstance(problems, LoccitError) or problems, f"{damage} in {name} passes the check"
            for answer, right in zip(_ask(open_engine(settings)), expected, strict=True):
                assert isinstance(answer, LoccitError) or type(answer) is type(right)


def test_a_damaged_index_can_be_rebuilt(sound: Settings, tmp_path: Path) -> None:
    for name in [path.name for path in sound.index_dir.iterdir()]:
        settings = index_settings(tmp_path / name / "index_data", sound.engine)
        shutil.copytree(sound.index_dir, settings.index_dir)
        _truncate(settings.index_dir / name)
        write_index(settings, make_library())
        engine = open_engine(settings)
        assert engine.check() == ()
        assert engine.search(SearchRequest()).total == sum(len(document.paragraphs) for document in make_library())
        engine.close()
