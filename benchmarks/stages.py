"""Where the time of a request goes: a profile of the application in process, summed by module."""

from __future__ import annotations

import cProfile
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any, TypeAlias

from werkzeug.test import EnvironBuilder

from benchmarks.server import ServerError
from benchmarks.table import render
from indexer.config import Settings
from indexer.search.engine import SearchEngine
from webapp.application import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Shares: TypeAlias = "list[tuple[str, float]]"
"""Parts of the program and their share of the time, the largest first."""

_TOP = Path(__file__).parent.parent
_LIBRARIES = "site-packages"
_SHOWN = 12


def profile(index_dir: Path, engine: SearchEngine, paths: Sequence[str]) -> Shares:
    """Answer every path once to warm up and once under the profiler, without a server around it.

    What is not Python counts to the function that calls it. Calls of small functions weigh more than they do without the
    profiler; of what `make native` compiled it sees nothing. Raises ServerError where an answer is not 200.
    """
    application = create_app(Settings(index_dir=index_dir), engine)
    profiler = cProfile.Profile()
    for path in paths:
        _answer(application, path)
    for path in paths:
        profiler.enable()
        _answer(application, path)
        profiler.disable()
    return shares(profiler.getstats())


def shares(entries: Iterable[Any]) -> Shares:
    """What a profiler counted, by part of the program."""
    seconds: Counter[str] = Counter()
    for entry in entries:
        if isinstance(entry.code, CodeType):
            called = (call.inlinetime for call in entry.calls or () if not isinstance(call.code, CodeType))
            seconds[part_of(entry.code.co_filename)] += entry.inlinetime + sum(called)
    whole = sum(seconds.values())
    return [(part, taken / whole) for part, taken in seconds.most_common()]


def part_of(file: str) -> str:
    """A module or template of ours by its dotted name; a library by its package; a module of Python's own."""
    if file.startswith("<"):
        return "Python: generated or frozen"
    path = Path(file)
    if _LIBRARIES in path.parts:
        return Path(path.parts[path.parts.index(_LIBRARIES) + 1]).stem
    if path.is_relative_to(_TOP):
        return ".".join(path.relative_to(_TOP).with_suffix("").parts)
    return f"Python: {path.parent.name if path.parent.name in sys.stdlib_module_names else path.stem}"


def shares_table(json: Shares, page: Shares, markdown: bool) -> str:
    """The parts that take most of a JSON answer, and of a page."""
    rows = []
    for one, other in zip(_cut(json), _cut(page), strict=True):
        rows.append([one[0], f"{one[1]:.1%}", other[0], f"{other[1]:.1%}"])
    return render(["of a JSON answer", "share", "of a page", "share"], rows, markdown)


def _cut(found: Shares) -> Shares:
    """The largest shares and the rest; as many rows for everything."""
    shown = found[:_SHOWN] + [("", 0.0)] * max(0, _SHOWN - len(found))
    return [*shown, ("everything else", sum(share for _, share in found[_SHOWN:]))]


def _answer(application: WSGIApplication, path: str) -> None:
    builder = EnvironBuilder(path=path)
    stated: list[str] = []

    def start_response(status: str, *_others: object) -> Any:
        stated.append(status)

    for _piece in application(builder.get_environ(), start_response):
        pass
    if not stated[0].startswith("200"):
        raise ServerError(f"{path} gave {stated[0]}")
