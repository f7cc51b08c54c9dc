"""Size, memory, opening and serving of the scale corpus: `python -m benchmarks.scale DATA_FOLDER`.

Everything as users have it: `loccit rebuild` of plain files, `loccit serve`, clients over HTTP.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from benchmarks import opening, serving, stages
from benchmarks.command import parser_of_jobs, run
from benchmarks.corpora import Corpus, paragraphs_of, scale_corpus
from benchmarks.drawing import draw, survey
from benchmarks.goals import Goal, at_most
from benchmarks.memory import memory_of, peak_of, processes, watch
from benchmarks.question import Question
from benchmarks.server import load, search_paths, serve
from benchmarks.table import render
from indexer.config import Settings
from indexer.search.engine import open_engine

PACKAGES = ("Whoosh", "Flask", "waitress")

_MOST_CLIENTS = 8
_REBUILD_LIMIT, _SERVING_LIMIT = 2e9, 300e6
_SIZE, _SIZE_LEAST = 1.5, 2.0
# Rarely enough that looking at the memory of a large process does not slow it down.
_INTERVAL = 0.25


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    return run(parser().parse_args(arguments), PACKAGES, measure)


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = parser_of_jobs("scale", __doc__)
    made.add_argument("--records", type=int, help="about so many records instead of all 710,849")
    return made


def measure(options: argparse.Namespace) -> list[Goal]:
    """Print the tables; gives the goals. Raises CorpusError, ServerError, CalledProcessError."""
    corpus = scale_corpus(options.folder, options.records)
    with tempfile.TemporaryDirectory(prefix="loccit-scale-") as scratch:
        index_dir = Path(scratch) / "index"
        reached = [_rebuild(corpus, Path(scratch) / "files", index_dir)]
        reached.append(_size(corpus, index_dir, options.markdown))
        questions = draw(survey(corpus.documents()), serving.CLASSES, options.questions)
        reached += _opening(index_dir, questions["or2"][0].source(), options.markdown)
        reached += _serving(index_dir, questions, options)
    return reached


def _rebuild(corpus: Corpus, files: Path, index_dir: Path) -> Goal:
    """Rebuild from plain files, and print how long it took and what it held."""
    corpus.write_jsonl(files)
    command = [sys.executable, "-m", "webapp", "rebuild", str(files), "--index-dir", str(index_dir), "--quiet"]
    started = time.perf_counter()
    peak = peak_of(command, interval=_INTERVAL)
    seconds = time.perf_counter() - started
    with closing(open_engine(Settings(index_dir=index_dir))) as engine:
        records = engine.status().paragraphs
    print(
        f"`loccit rebuild` of {records:,} paragraphs: {seconds:.1f} s, {records / seconds:,.0f} paragraphs/s with the reading "
        f"of the files; at most {peak.megabytes:,.0f} MB (Pss_Anon + Pss_Shmem) in {peak.processes} processes.\n"
    )
    stated = f"memory of a rebuild at most {_REBUILD_LIMIT / 1e6:,.0f} MB"
    return at_most(stated, peak.bytes, _REBUILD_LIMIT, f"{peak.megabytes:,.0f} MB")


def _size(corpus: Corpus, index_dir: Path, markdown: bool) -> Goal:
    """Print the bytes of each part of the index beside those of the text."""
    text_size = sum(len(text.encode()) for raw in corpus.raw() for text in paragraphs_of(raw))
    with closing(open_engine(Settings(index_dir=index_dir))) as engine:
        parts = dict(engine.status().bytes)
    whole = sum(path.stat().st_size for path in index_dir.rglob("*") if path.is_file())
    parts["other files"] = whole - sum(parts.values())
    rows = [[name, f"{size / 1e6:,.1f}", f"{size / text_size:.3f}"] for name, size in {**parts, "the whole": whole}.items()]
    print(render(["part of the index", "MB", f"of the text's {text_size / 1e6:,.1f} MB"], rows, markdown) + "\n")
    stated = f"index at most {_SIZE} of the text ({_SIZE_LEAST} where speed gains by it)"
    return at_most(stated, whole / text_size, _SIZE, f"{whole / text_size:.2f}", _SIZE_LEAST)


def _opening(index_dir: Path, query: str, markdown: bool) -> list[Goal]:
    """Print what it costs to begin, in a process of its own and as a server."""
    found = {kernels: opening.measure(index_dir, kernels, query) for kernels in ("numba", "numpy")}
    print(opening.openings_table(found, markdown) + "\n")
    print(opening.starts_table(opening.starts(index_dir, query), markdown) + "\n")
    return opening.goals(found)


def _serving(index_dir: Path, questions: Mapping[str, Sequence[Question]], options: argparse.Namespace) -> list[Goal]:
    """Print what clients see, what the server holds meanwhile, and where the time goes."""
    pairs = [question.pairs() for drawn in questions.values() for question in drawn]
    with serve(index_dir) as server, closing(open_engine(Settings(index_dir=index_dir))) as engine:
        begun = sum(map(memory_of, processes(server.process)))
        with watch(server.process, _INTERVAL) as peak:
            for page in (False, True):
                load(server, search_paths(pairs, page), _MOST_CLIENTS, max(options.requests, len(pairs)))
        held = f"{begun / 1e6:.1f} MB at its start, {peak.megabytes:.1f} MB at most under {_MOST_CLIENTS} clients"
        print(f"The serving process holds {held} (Pss_Anon + Pss_Shmem).\n")
        print(serving.clients_table(server, questions, options.requests, options.markdown) + "\n")
        served = serving.measure(server, engine, questions, options.rounds)
        print(serving.served_table(served, options.markdown) + "\n")
        json, pages = (stages.profile(index_dir, engine, search_paths(pairs, page)) for page in (False, True))
        print(stages.shares_table(json, pages, options.markdown) + "\n")
    stated = f"memory of a serving process at most {_SERVING_LIMIT / 1e6:.0f} MB under {_MOST_CLIENTS} clients"
    return [at_most(stated, peak.bytes, _SERVING_LIMIT, f"{peak.megabytes:.0f} MB"), *serving.goals(served)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
