"""The main job on real input: `python -m benchmarks.main_job DATA_FOLDER`.

A rebuild of plain `.jsonl` files, searches with all facets in process and over HTTP, memory and size.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from benchmarks.corpora import MAIN_JOB, Corpus, CorpusError, paragraphs_of
from benchmarks.drawing import DESCRIPTIONS, draw, survey
from benchmarks.machine import header
from benchmarks.measures import milliseconds, percentile, quiet_collector
from benchmarks.memory import memory_of, peak_of, processes
from benchmarks.question import Question
from benchmarks.server import Running, ServerError, load, search_paths, serve
from benchmarks.table import render
from indexer.build import Extent, rebuild
from indexer.config import Settings
from indexer.pipeline import Pipeline, Record
from indexer.report import Report
from indexer.search.engine import SearchEngine, open_engine
from indexer.search.request import SearchRequest
from indexer.walk import File, Walk
from webapp import params

CLASSES = ("rare", "mid", "common", "and2", "or2", "phrase2", "filtered", "dated", "empty")
CLIENTS = (1, 2, 8)
ALLOWED_MEGABYTES = 100

_TENTH = 10


@dataclass(frozen=True, slots=True)
class Rates:
    """What a rebuild read and how long it took.

    size: bytes of the files; text_size: of their paragraphs' text. extraction: seconds of reading the files alone; whole: of
    all of it.
    """

    documents: int
    paragraphs: int
    size: int
    text_size: int
    extraction: float
    whole: float


class _Silent:
    """A build's progress that nobody watches."""

    def begin(self, extent: Extent) -> None:
        """Nothing."""

    def read(self, report: Report, size: int) -> None:
        """Nothing."""

    def write(self) -> None:
        """Nothing."""


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.main_job", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DATA_FOLDER", help="the folder of the .jsonl.gz corpora")
    parser.add_argument("--corpora", nargs="+", default=list(MAIN_JOB), metavar="NAME", help="without .jsonl.gz")
    parser.add_argument("--least-characters", type=int, default=0, help="leave shorter paragraphs out")
    parser.add_argument("--questions", type=int, default=50, help="of each class")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=800, help="over HTTP, for each line of the table")
    parser.add_argument("--markdown", action="store_true", help="tables for docs/performance.md")
    options = parser.parse_args(arguments)
    corpus = Corpus(options.folder, tuple(options.corpora), options.least_characters)
    try:
        with tempfile.TemporaryDirectory(prefix="loccit-main-job-") as scratch:
            _measure(corpus, Path(scratch), options)
    except (CorpusError, ServerError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _measure(corpus: Corpus, scratch: Path, options: argparse.Namespace) -> None:
    print("\n".join(header(("Whoosh", "Flask", "waitress"))) + "\n")
    files = corpus.write_jsonl(scratch / "files")
    settings = Settings(index_dir=scratch / "index")
    rates = _rates(settings, files, sum(len(text.encode()) for raw in corpus.raw() for text in paragraphs_of(raw)))
    print(_rates_table(rates, options.markdown) + "\n")
    print(_size(settings, rates) + "\n")
    questions = draw(survey(corpus.documents()), CLASSES, options.questions)
    with closing(open_engine(settings)) as engine:
        print(_opening(settings, questions) + "\n")
        searching = _in_process(engine, questions, options)
    with serve(settings.index_dir) as server:
        _over_http(server, questions, searching, options)
        serving = sum(map(memory_of, processes(server.process)))
        print(f"The serving process then holds {serving / 1e6:.1f} MB (Pss_Anon + Pss_Shmem).\n")
    print(_memory(corpus, files, scratch))


def _rates(settings: Settings, files: Path, text_size: int) -> Rates:
    """Read all files once without an index, then rebuild."""
    started = time.perf_counter()
    pipeline = Pipeline(settings.max_file_bytes)
    for found in Walk([files], settings.index_dir, Counter()):
        if isinstance(found, File):
            assert all(isinstance(record, Record) for record in pipeline.read(found))
    extraction = time.perf_counter() - started
    started = time.perf_counter()
    report = rebuild(settings, [files], _Silent())
    whole = time.perf_counter() - started
    size = sum(path.stat().st_size for path in files.iterdir())
    return Rates(report.indexed, report.paragraphs, size, text_size, extraction, whole)


def _rates_table(rates: Rates, markdown: bool) -> str:
    indexing = max(rates.whole - rates.extraction, 1e-9)
    parts = (("extraction", rates.extraction), ("indexing (the rest)", indexing), ("the whole rebuild", rates.whole))
    rows = [
        [
            name,
            f"{seconds:.2f}",
            *(f"{amount / seconds:,.0f}" for amount in (rates.documents, rates.paragraphs)),
            f"{rates.size / seconds / 1e6:.1f}",
        ]
        for name, seconds in parts
    ]
    titles = [
        f"rebuild of {rates.documents:,} documents, {rates.paragraphs:,} paragraphs",
        "s",
        "documents/s",
        "paragraphs/s",
        "MB/s",
    ]
    return render(titles, rows, markdown)


def _size(settings: Settings, rates: Rates) -> str:
    with closing(open_engine(settings)) as engine:
        parts = engine.status().bytes
    whole = sum(path.stat().st_size for path in settings.index_dir.rglob("*") if path.is_file())
    shown = ", ".join(f"{name} {size / 1e6:.1f}" for name, size in parts.items())
    part = whole / rates.text_size
    return f"Index {whole / 1e6:.1f} MB, {part:.2f} of the text's {rates.text_size / 1e6:.1f} MB. By part, in MB: {shown}"


def _opening(settings: Settings, questions: Mapping[str, Sequence[Question]]) -> str:
    """The time to open the index that has been opened before, and of the first search in it."""
    request = _request(questions["common"][0])
    opened, first = [], []
    for _ in range(5):
        started = time.perf_counter()
        with closing(open_engine(settings)) as engine:
            engine.status()
            opened.append(time.perf_counter() - started)
            engine.search(request)
            first.append(time.perf_counter() - started - opened[-1])
    return f"Opening takes {milliseconds(median(opened))} ms, the first search after it {milliseconds(median(first))} ms."


def _in_process(engine: SearchEngine, questions: Mapping[str, Sequence[Question]], options: argparse.Namespace) -> float:
    """Print the times by class. Gives the median of all of them, in seconds."""
    rows = []
    everything: list[float] = []
    for name, drawn in questions.items():
        requests = [_request(question) for question in drawn]
        totals = [engine.search(request).total for request in requests]
        times: list[float] = []
        for _ in range(options.rounds):
            with quiet_collector():
                times += [_time(engine, request) for request in requests]
        everything += times
        rows.append([DESCRIPTIONS[name], f"{median(totals):,.0f}", *_spread(times)])
    rows.append(["all of them", "", *_spread(everything)])
    print(render(["in process, all facets", "matches", "p50 ms", "p99 ms"], rows, options.markdown) + "\n")
    return median(everything)


def _over_http(
    server: Running, questions: Mapping[str, Sequence[Question]], searching: float, options: argparse.Namespace
) -> None:
    """Print what clients see; they ask of the classes in turn. searching: the median of the same searches in process."""
    mixed = [question.pairs() for alike in zip(*questions.values(), strict=True) for question in alike]
    rows = []
    added = []
    for page in (False, True):
        for clients in CLIENTS:
            seen = load(server, search_paths(mixed, page), clients, options.requests)
            rows.append(["page" if page else "JSON", f"{clients}", f"{seen.rate:,.0f}", *_spread(seen.times)])
            if clients == 1:
                added.append(milliseconds(median(seen.times) - searching))
    print(render(["over HTTP, all facets", "clients", "requests/s", "p50 ms", "p99 ms"], rows, options.markdown) + "\n")
    print(f"To a search the server adds {added[0]} ms (JSON) and {added[1]} ms (page) at p50, HTTP and its client included.")


def _memory(corpus: Corpus, files: Path, scratch: Path) -> str:
    """Peaks of `loccit rebuild` on the corpus and on a tenth of it."""
    tenth = replace(corpus, share=1 / _TENTH)
    peaks = {}
    for part, folder in ((tenth, tenth.write_jsonl(scratch / "tenth")), (corpus, files)):
        command = [sys.executable, "-m", "webapp", "rebuild", str(folder), "--index-dir", str(scratch / "peak"), "--quiet"]
        peaks[part.count()] = peak_of(command)
    (few, small), (many, large) = peaks.items()
    more = large.megabytes - small.megabytes
    return (
        f"Peak of a rebuild (Pss_Anon + Pss_Shmem of the process tree): {small.megabytes:.1f} MB at {few:,} paragraphs, "
        f"{large.megabytes:.1f} MB at {many:,}: {more:+.1f} MB; {ALLOWED_MEGABYTES} MB are allowed, "
        f"{'kept' if more <= ALLOWED_MEGABYTES else 'EXCEEDED'}."
    )


def _request(question: Question) -> SearchRequest:
    return params.parse(question.pairs()).request


def _time(engine: SearchEngine, request: SearchRequest) -> float:
    started = time.perf_counter()
    engine.search(request)
    return time.perf_counter() - started


def _spread(times: Sequence[float]) -> list[str]:
    return [milliseconds(median(times)), milliseconds(percentile(times, 0.99))]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
