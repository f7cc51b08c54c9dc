"""Where the time of a request goes: `python -m benchmarks.profile DATA_FOLDER`.

The application answers over waitress in this process, to one client in another; the functions in which a stage's work is done
are timed, each less the stages inside it. What is left of what the client sees is HTTP, the client and the way between.
"""

from __future__ import annotations

import argparse
import functools
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import mean
from typing import Any, TypeAlias

from flask import Flask
from waitress.server import create_server

from benchmarks.corpora import MAIN_JOB, Corpus, CorpusError
from benchmarks.drawing import draw, survey
from benchmarks.machine import header
from benchmarks.server import Running, ServerError, load, search_paths
from benchmarks.serving import CLASSES
from benchmarks.table import render
from indexer.build import rebuild
from indexer.config import Settings
from indexer.progress import Silence
from indexer.search.engine import SearchEngine, open_engine
from indexer.search.warm import warm
from webapp import create_app, params, passages, present, serialize, tables
from webapp.views import api, pages

_FLASK = "Flask: routing, request, response, headers"
_WHOLE = "all of it"

Place: TypeAlias = tuple[object, str]
"""A module, class or object, and the name of a function in it."""


def stages(engine: SearchEngine) -> dict[str, tuple[Place, ...]]:
    """The stages of a request, and the functions that do their work, under every name by which they are called."""
    return {
        _FLASK: ((Flask, "wsgi_app"),),
        "parameters and query": ((params, "parse"),),
        "the search": ((engine, "search"),),
        "the neighbours of hits": ((engine, "neighbours"),),
        "text to HTML": ((serialize, "mark"), (passages, "mark"), (tables, "mark")),
        "JSON: the body": ((serialize, "search"),),
        "JSON: encoding": ((api, "reply"),),
        "page: hits and filters": ((pages, "present_results"),),
        "page: bars of the dates": ((present, "present_dates"),),
        "page: citations": ((present, "cite"),),
        "page: templates": ((pages, "render_template"),),
    }


class Stopwatch:
    """Adds up the seconds of stages in one thread at a time, each less those of the stages within it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.calls: Counter[str] = Counter()
        self._inside: list[float] = []

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, timed for a stage."""

        @functools.wraps(function)
        def measured(*arguments: object, **named: object) -> object:
            self.calls[stage] += 1
            self._inside.append(0.0)
            started = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                taken = time.perf_counter() - started
                self.seconds[stage] = self.seconds.get(stage, 0.0) + taken - self._inside.pop()
                if self._inside:
                    self._inside[-1] += taken

        return measured

    @contextmanager
    def watching(self, engine: SearchEngine) -> Iterator[None]:
        """Time every stage until the block ends."""
        places = [(stage, *place) for stage, named in stages(engine).items() for place in named]
        before = [getattr(owner, name) for _, owner, name in places]
        for (stage, owner, name), function in zip(places, before, strict=True):
            setattr(owner, name, self.timed(stage, function))
        try:
            yield
        finally:
            for (_, owner, name), function in zip(places, before, strict=True):
                setattr(owner, name, function)


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DATA_FOLDER", help="the folder of the .jsonl.gz corpora")
    parser.add_argument("--corpora", nargs="+", default=list(MAIN_JOB), metavar="NAME", help="without .jsonl.gz")
    parser.add_argument("--questions", type=int, default=50, help="of each class")
    parser.add_argument("--requests", type=int, default=800, help="for each column of the table")
    parser.add_argument("--markdown", action="store_true", help="tables for docs/performance.md")
    options = parser.parse_args(arguments)
    corpus = Corpus(options.folder, tuple(options.corpora))
    try:
        with tempfile.TemporaryDirectory(prefix="loccit-profile-") as scratch:
            settings = Settings(index_dir=Path(scratch) / "index")
            rebuild(settings, [corpus.write_jsonl(Path(scratch) / "files")], Silence())
            drawn = draw(survey(corpus.documents()), CLASSES, options.questions)
            mixed = [question.pairs() for alike in zip(*drawn.values(), strict=True) for question in alike]
            print("\n".join(header(("Flask", "Jinja2", "waitress"))) + "\n")
            with closing(open_engine(settings)) as engine:
                print(_profile(settings, engine, mixed, options))
    except (CorpusError, ServerError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _profile(
    settings: Settings, engine: SearchEngine, mixed: Sequence[Sequence[tuple[str, str]]], options: argparse.Namespace
) -> str:
    """The mean milliseconds of each stage, for JSON and for the page."""
    warm(engine)
    server = create_server(create_app(settings, engine), host="127.0.0.1", port=0, threads=settings.threads, ident=None)
    threading.Thread(target=server.run, daemon=True).start()
    columns = []
    for page in (False, True):
        stopwatch = Stopwatch()
        with stopwatch.watching(engine):
            seen = load(Running(server.effective_port, 0, 0.0), search_paths(mixed, page), 1, options.requests)
        asked = stopwatch.calls[_FLASK]
        spent = {stage: seconds / asked * 1000 for stage, seconds in stopwatch.seconds.items()}
        whole = mean(seen.times) * 1000
        columns.append({**spent, "HTTP, the client, and the way between": whole - sum(spent.values()), _WHOLE: whole})
    names = list(dict.fromkeys([*stages(engine), *columns[0]]))
    rows = [[name, *(f"{column[name]:.2f}" if name in column else "" for column in columns)] for name in names]
    return render(["mean ms of a request, one client", "JSON", "page"], rows, options.markdown)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
