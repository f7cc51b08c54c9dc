"""How long suggestions, corrections and facet search take, in process: `python -m benchmarks.suggesting DATA_FOLDER`.

Words are drawn from a tenth of the scale corpus: typed letter by letter, mistyped, and as beginnings of values.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

from benchmarks.command import run
from benchmarks.corpora import SCALE_RECORDS, scale_corpus
from benchmarks.drawing import SEED, Survey, draw, survey
from benchmarks.goals import Goal, at_most
from benchmarks.measures import CLOCKS, Clock, by_question, milliseconds, percentile, quiet_collector
from benchmarks.table import render
from indexer.config import Settings
from indexer.search import syntax
from indexer.search.engine import SearchEngine, open_engine, open_writer
from indexer.search.request import SearchRequest

PACKAGES = ("Whoosh",)

_LIMIT = 0.005
_SURVEYED = SCALE_RECORDS // 10
"""Of about so many records the words are counted; all of them take longer than everything that is measured."""
_FIELDS = ("source", "author", "tag")

Asked = Mapping[str, Sequence[Callable[[], object]]]
"""What is asked, by what it is called in the table."""


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    return run(parser().parse_args(arguments), PACKAGES, measure)


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.suggesting", description=__doc__)
    made.add_argument("folder", type=Path, metavar="DATA_FOLDER", help="the folder of the .jsonl.gz corpora")
    made.add_argument("--records", type=int, help="about so many records instead of all 710,849")
    made.add_argument("--index-dir", type=Path, help="an index of the corpus that is there already")
    made.add_argument("--questions", type=int, default=60, help="of each kind")
    made.add_argument("--rounds", type=int, default=5)
    made.add_argument("--clock", choices=sorted(CLOCKS), default="wall")
    made.add_argument("--markdown", action="store_true", help="tables for docs/performance.md")
    return made


def measure(options: argparse.Namespace) -> list[Goal]:
    """Print the table; gives the goals. Raises CorpusError."""
    corpus = scale_corpus(options.folder, options.records)
    with tempfile.TemporaryDirectory(prefix="loccit-suggesting-") as scratch:
        settings = Settings(index_dir=options.index_dir or Path(scratch) / "index")
        if options.index_dir is None:
            with open_writer(settings, [str(options.folder)]) as writer:
                for document, paragraphs in corpus.documents():
                    writer.add(document, paragraphs)
                writer.commit()
        with closing(open_engine(settings)) as engine:
            surveyed = survey(replace(corpus, share=min(corpus.share, _SURVEYED / SCALE_RECORDS)).documents())
            asked = _asked(engine, surveyed, options.questions)
            times = {name: _times(calls, options.rounds, CLOCKS[options.clock]) for name, calls in asked.items()}
            print(_table(times, engine.status().paragraphs, options.markdown) + "\n")
    return [_goal(name, taken) for name, taken in times.items()]


def _asked(engine: SearchEngine, surveyed: Survey, count: int) -> Asked:
    random = Random(f"{SEED} suggesting")
    words = [question.words[0] for question in draw(surveyed, ("mid",), count)["mid"]]
    pairs = [question.words for question in draw(surveyed, ("phrase2",), count)["phrase2"]]
    mistyped = [question.words[0] for question in draw(surveyed, ("fuzzy",), count)["fuzzy"]]
    typed = [*_begun(words, random), *(f"{first} {second[: random.randint(1, 5)]}" for first, second in pairs)]
    both = [f"{first} {_swapped(second)}" for first, second in pairs]
    return {
        "suggestions while a word is typed": [partial(engine.suggest, text) for text in typed[: len(words)]],
        "suggestions while a second word is typed": [partial(engine.suggest, text) for text in typed[len(words) :]],
        "a search that finds nothing, with a correction": [partial(_search, engine, word, True) for word in mistyped],
        "the same without a correction": [partial(_search, engine, word, False) for word in mistyped],
        "two words, one mistyped, with a correction": [partial(_search, engine, text, True) for text in both],
        "the same two without a correction": [partial(_search, engine, text, False) for text in both],
        "facet search": [
            partial(engine.facet, SearchRequest(), field, word[: random.randint(1, 4)]) for word in words for field in _FIELDS
        ],
        "facet search under a query": [
            partial(engine.facet, SearchRequest(syntax.parse(word)), field, other[:2])
            for word, other in zip(words, reversed(words), strict=True)
            for field in _FIELDS
        ],
    }


def _begun(words: Sequence[str], random: Random) -> Iterator[str]:
    """The beginnings that a reader leaves behind while typing: of each word one."""
    return (word[: random.randint(1, len(word))] for word in words)


def _swapped(word: str) -> str:
    """The word with two letters in the middle swapped."""
    place = len(word) // 2
    return f"{word[: place - 1]}{word[place]}{word[place - 1]}{word[place + 1 :]}"


def _search(engine: SearchEngine, text: str, hints: bool) -> object:
    return engine.search(SearchRequest(syntax.parse(text), facets=(), hints=hints))


def _times(calls: Sequence[Callable[[], object]], rounds: int, clock: Clock) -> list[float]:
    """For each call its median over the rounds, after one that is not counted."""
    taken: list[list[float]] = []
    with quiet_collector():
        for _ in range(rounds + 1):
            times = []
            for call in calls:
                begun = clock()
                call()
                times.append(clock() - begun)
            taken.append(times)
    return by_question(taken[1:])


def _table(times: Mapping[str, Sequence[float]], records: int, markdown: bool) -> str:
    rows = [[name, *(milliseconds(percentile(taken, share)) for share in (0.5, 0.9, 0.99))] for name, taken in times.items()]
    return render([f"at {records:,} paragraphs", "p50 ms", "p90 ms", "p99 ms"], rows, markdown)


def _goal(name: str, taken: Sequence[float]) -> Goal:
    half = percentile(taken, 0.5)
    return at_most(f"{name}: p50 at most {_LIMIT * 1000:.0f} ms", half, _LIMIT, f"{milliseconds(half)} ms")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
