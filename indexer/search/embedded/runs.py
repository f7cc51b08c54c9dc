"""Runs of words that stand in texts where some words do: what phrases are read off, from a sample of records."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from indexer.search.embedded.codec.arrays import Array
from indexer.search.embedded.codec.segment import Segment
from indexer.search.folding import fold
from indexer.search.stopwords import is_stop_word

_LONGEST = 80


def sample(segments: Sequence[Segment], found: Sequence[Array], size: int) -> Iterator[str]:
    """The texts of about so many of these records, spread evenly over all of them."""
    whole = sum(map(len, found))
    for segment, records in zip(segments, found, strict=True):
        share = min(-(-size * len(records) // max(whole, 1)), len(records))
        for place in np.linspace(0, len(records) - 1, share, dtype=np.int64).tolist():
            yield segment.texts[int(records[place])].decode()


class Runs:
    """What follows some words in texts, case aside: the word that goes on from `prefix`, and one or two more.

    words: how many texts have each such word next; phrases: how many have each run, at least two words of which the last is no
    stop word.
    """

    def __init__(self, texts: Iterable[str], before: Sequence[str], prefix: str) -> None:
        self.words: Counter[str] = Counter()
        self.phrases: Counter[str] = Counter()
        pattern = "".join(rf"{re.escape(word.casefold())}[ -]+" for word in before)
        runs = re.compile(rf"{pattern}({re.escape(prefix)}[^\W_]*)((?:[ -][^\W_]+){{0,2}})")
        given = [word.casefold() for word in before]
        for text in texts:
            self._read(text.casefold(), runs, given)

    def _read(self, text: str, runs: re.Pattern[str], given: list[str]) -> None:
        words, phrases = set[str](), set[str]()
        for match in runs.finditer(text):
            if not match[1] or (match.start() and text[match.start() - 1].isalnum()):
                continue
            words.add(match[1])
            run = [*given, match[1]]
            for word in ("", *re.split("[ -]", match[2])[1:]):
                run += [word] if word else []
                phrase = " ".join(run)
                if len(run) > 1 and len(phrase) <= _LONGEST and not is_stop_word(fold(run[-1])):
                    phrases.add(phrase)
        self.words.update(words)
        self.phrases.update(phrases)
