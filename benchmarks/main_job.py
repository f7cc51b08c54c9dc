"""The main job on real input: `python -m benchmarks.main_job DATA_FOLDER`.

A rebuild of plain `.jsonl` files, searches with all facets in process and over HTTP, memory and size.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from benchmarks import serving
from benchmarks.command import parser_of_jobs, run
from benchmarks.corpora import MAIN_JOB, Corpus, paragraphs_of
from benchmarks.drawing import draw, survey
from benchmarks.goals import Goal, at_most
from benchmarks.measures import milliseconds
from benchmarks.memory import memory_of, peak_of, processes
from benchmarks.question import Question
from benchmarks.server import serve
from benchmarks.table import render
from indexer.build import Extent, rebuild
from indexer.config import Settings
from indexer.pipeline import Pipeline, Record, Stamp
from indexer.report import Report
from indexer.search.engine import open_engine
from indexer.walk import File, Walk
from webapp import params

PACKAGES = ("Whoosh", "Flask", "waitress")
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
    return run(parser().parse_args(arguments), PACKAGES, measure)


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = parser_of_jobs("main_job", __doc__)
    made.add_argument("--corpora", nargs="+", default=list(MAIN_JOB), metavar="NAME", help="without .jsonl.gz")
    made.add_argument("--least-characters", type=int, default=0, help="leave shorter paragraphs out")
    return made


def measure(options: argparse.Namespace) -> list[Goal]:
    """Print the tables; gives the goals. Raises CorpusError, ServerError, CalledProcessError."""
    corpus = Corpus(options.folder, tuple(options.corpora), options.least_characters)
    with tempfile.TemporaryDirectory(prefix="loccit-main-job-") as folder:
        scratch = Path(folder)
        files = corpus.write_jsonl(scratch / "files")
        settings = Settings(index_dir=scratch / "index")
        rates = _rates(settings, files, sum(len(text.encode()) for raw in corpus.raw() for text in paragraphs_of(raw)))
        print(_rates_table(rates, options.markdown) + "\n")
        print(_size(settings, rates) + "\n")
        questions = draw(survey(corpus.documents()), serving.CLASSES, options.questions)
        print(_opening(settings, questions) + "\n")
        with serve(settings.index_dir) as server, closing(open_engine(settings)) as engine:
            served = serving.measure(server, engine, questions, options.rounds)
            print(serving.served_table(served, options.markdown) + "\n")
            print(serving.clients_table(server, questions, options.requests, options.markdown) + "\n")
            held = sum(map(memory_of, processes(server.process)))
            print(f"The serving process then holds {held / 1e6:.1f} MB (Pss_Anon + Pss_Shmem).\n")
        return [*serving.goals(served), _memory(corpus, files, scratch)]


def _rates(settings: Settings, files: Path, text_size: int) -> Rates:
    """Read all files once without an index, then rebuild."""
    started = time.perf_counter()
    pipeline = Pipeline(settings.limits)
    for found in Walk([files], settings.index_dir, Counter()):
        if isinstance(found, File):
            assert all(isinstance(record, Record | Stamp) for record in pipeline.read(found))
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
    request = params.parse(questions["common"][0].pairs()).request
    opened, first = [], []
    for _ in range(5):
        started = time.perf_counter()
        with closing(open_engine(settings)) as engine:
            engine.status()
            opened.append(time.perf_counter() - started)
            engine.search(request)
            first.append(time.perf_counter() - started - opened[-1])
    return f"Opening takes {milliseconds(median(opened))} ms, the first search after it {milliseconds(median(first))} ms."


def _memory(corpus: Corpus, files: Path, scratch: Path) -> Goal:
    """Peaks of `loccit rebuild` on the corpus and on a tenth of it."""
    tenth = replace(corpus, share=1 / _TENTH)
    peaks = {}
    for part, folder in ((tenth, tenth.write_jsonl(scratch / "tenth")), (corpus, files)):
        command = [sys.executable, "-m", "webapp", "rebuild", str(folder), "--index-dir", str(scratch / "peak"), "--quiet"]
        peaks[part.count()] = peak_of(command)
    (few, small), (many, large) = peaks.items()
    more = large.megabytes - small.megabytes
    evidence = f"{small.megabytes:.1f} MB at {few:,}, {large.megabytes:.1f} MB at {many:,} paragraphs: {more:+.1f} MB"
    return at_most(
        f"a rebuild of ten times as much takes at most {ALLOWED_MEGABYTES} MB more", more, ALLOWED_MEGABYTES, evidence
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
