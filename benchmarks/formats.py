"""How fast each format is read, and how many paragraphs come back as written: `python -m benchmarks.formats DATA_FOLDER`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.command import run
from benchmarks.corpora import Corpus, Raw, paragraphs_of
from benchmarks.goals import Goal, in_every_class_at_least
from benchmarks.table import render
from benchmarks.written import WRITERS
from indexer.cleaning import one_line
from indexer.config import Settings
from indexer.pipeline import Pipeline, Record
from indexer.walk import File, Walk

PACKAGES = ("pypdfium2", "lxml", "trafilatura", "markdown-it-py")
MIX = "all of these"
EXACT = 0.98
_TITLES = ["format", "documents", "documents/s", "paragraphs/s", "MB/s", "paragraphs as written"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one format. size: bytes of the files; seconds: of the processor; exact: the share of paragraphs."""

    name: str
    documents: int
    paragraphs: int
    size: int
    seconds: float
    exact: float


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    return run(parser().parse_args(arguments), PACKAGES, measure)


def parser() -> argparse.ArgumentParser:
    """The options of this measurement."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.formats", description=__doc__)
    made.add_argument("folder", type=Path, help="a folder of corpora")
    made.add_argument("--corpus", default="wikinews", help="which corpus the documents are taken from")
    made.add_argument("--documents", type=int, default=300, help="how many of them")
    made.add_argument("--formats", nargs="+", choices=[*WRITERS], default=[*WRITERS], help="which formats")
    made.add_argument("--markdown", action="store_true", help="print a table for the docs")
    return made


def measure(options: argparse.Namespace) -> list[Goal]:
    """Write the documents in each format, and read each folder alone and all together."""
    documents = [*islice(filter(_is_plain, Corpus(options.folder, (options.corpus,)).raw()), options.documents)]
    with tempfile.TemporaryDirectory() as scratch:
        folders = [_write(Path(scratch) / name, name, documents) for name in options.formats]
        read(folders[:1], documents, "")  # what is imported late is loaded now
        readings = [read([folder], documents, name) for folder, name in zip(folders, options.formats, strict=True)]
        readings.append(read(folders, documents, MIX))
    print(table(readings, options.markdown) + "\n")
    exact = {reading.name: reading.exact for reading in readings}
    goal = in_every_class_at_least("paragraphs that come back as written: 98%", exact, EXACT)
    return [] if goal is None else [goal]


def _is_plain(document: Raw) -> bool:
    """Whether a document has no letters but those of the fonts that every reader of PDF has."""
    return str(document["text"]).encode("cp1252", "ignore").decode("cp1252") == document["text"]


def _write(folder: Path, name: str, documents: Sequence[Raw]) -> Path:
    folder.mkdir()
    for file_name, content in WRITERS[name](documents):
        (folder / file_name).write_bytes(content)
    return folder


def read(folders: Sequence[Path], documents: Iterable[Raw], name: str) -> Reading:
    """Read folders in this process, as a build does but without an index."""
    pipeline = Pipeline(Settings().limits)
    found: Counter[str] = Counter()
    count = paragraphs = size = 0
    started = time.process_time()
    for file in Walk(folders, folders[0] / "nowhere", Counter()):
        if not isinstance(file, File):
            continue
        size += file.size
        for record in pipeline.read(file):
            if isinstance(record, Record):
                count += 1
                paragraphs += len(record.paragraphs)
                found.update(one_line(paragraph.text) for paragraph in record.paragraphs)
    seconds = time.process_time() - started
    written = Counter(one_line(text) for document in documents for text in paragraphs_of(document))
    exact = sum(min(found[text], times * len(folders)) for text, times in written.items())
    return Reading(name, count, paragraphs, size, seconds, exact / (written.total() * len(folders)))


def table(readings: Sequence[Reading], markdown: bool) -> str:
    """A row for each."""
    rows = [
        [
            reading.name,
            f"{reading.documents:,}",
            f"{reading.documents / reading.seconds:,.0f}",
            f"{reading.paragraphs / reading.seconds:,.0f}",
            f"{reading.size / reading.seconds / 1e6:.1f}",
            f"{reading.exact:.1%}",
        ]
        for reading in readings
    ]
    return render(_TITLES, rows, markdown)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
