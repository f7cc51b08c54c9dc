"""What may have been meant by a query that finds little: mistyped, split and joined words put right by the index's own.

A query is looked into where it finds fewer than FEW records, and a word of it where hardly any record has it. Only bare words
are changed: what stands in quotation marks, after `=`, `-` or a field, or is a pattern, stays.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.search.analysis import tokenize
from indexer.search.embedded.counting import Counting
from indexer.search.embedded.vocabulary import Vocabulary
from indexer.search.folding import fold
from indexer.search.lexer import OPERATORS
from indexer.search.query import Phrase
from indexer.search.quotations import pair_quotations
from indexer.search.response import DidYouMean
from indexer.search.stopwords import is_stop_word

FEW = 10
"""A query that finds so many records is what was meant."""

# A word is looked into if no more records have it than this, or than one of so many; another must have so many times as many.
_HARDLY, _ONE_OF = 5, 50_000
_TIMES = 10
_MOST_WORDS = 4
_LEAST_LETTERS = 3
# What is tried of each word, kept on the way through the query, and counted at the end.
_NEAR, _SPLITS, _KEPT, _COUNTED = 5, 3, 6, 3
# What an edit costs, in natural logarithms of how frequent words are; a space more or less is a small one.
_EDIT, _SPACE, _FIRST_LETTER = 4.0, 2.0, 2.0
# And what it costs to leave a word that no record has.
_ABSENT = 10.0

_EXCLUDED_GROUP = re.compile(r"(?:(?<![^\s(])-|\bNOT\s*)\(")
_PIECE = re.compile(r"[^\s()]+")
_PLAIN = re.compile(r"\w[\w'’.‐‑-]*")
_CLOSING = "?!.,;…"


@dataclass(frozen=True, slots=True)
class _Word:
    """A bare word of the query: where it stands, its form, and whether only white space parts it from the one before."""

    begin: int
    end: int
    form: str
    follows: bool
    odd: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    """The words up to some place, read in one way. changes: what is put in place of which stretches of the text."""

    score: float = 0.0
    last: str = ""
    changes: tuple[tuple[int, int, str], ...] = ()


def did_you_mean(source: str, total: int, records: int, vocabulary: Vocabulary, counting: Counting) -> DidYouMean | None:
    """A query that finds more than this one, which finds `total`; None where there is none, or no need for one.

    records: how many there are. The counts are those of `counting`, whose filters hold.
    """
    if total >= FEW:
        return None
    words = list(_words(source, vocabulary, max(_HARDLY, records // _ONE_OF)))
    if not any(word.odd for word in words):
        return None
    readings = [reading for reading in _Corrections(words, vocabulary, counting).readings() if reading.changes]
    found = []
    for reading in sorted(readings, key=lambda one: (-one.score, one.changes))[:_COUNTED]:
        query = _changed(source, reading.changes)
        count = counting.of(query)
        if count > total:
            found.append((reading.score + math.log(count) / 2, query, count))
    if not found:
        return None
    _, query, count = max(found, key=lambda one: (one[0], one[1]))
    return DidYouMean(query, count)


def _excluded_groups(source: str) -> Iterator[tuple[int, int]]:
    """Where what is excluded in parentheses begins and ends."""
    for group in _EXCLUDED_GROUP.finditer(source):
        depth, end = 1, group.end()
        while depth and end < len(source):
            depth += (source[end] == "(") - (source[end] == ")")
            end += 1
        yield group.start(), end - 1


def _words(source: str, vocabulary: Vocabulary, hardly: int) -> Iterator[_Word]:
    """The bare words of one plain word each, in order. hardly: no more records than these have an odd one."""
    source, closing = pair_quotations(source)
    quoted = [*closing.items(), *_excluded_groups(source)]
    before, odd_ones = "", 0
    end = 0
    for piece in _PIECE.finditer(source):
        text = piece.group().rstrip(_CLOSING)
        inside = any(begin <= piece.end() - 1 and piece.start() <= last for begin, last in quoted)
        excluded = before == "NOT" or source[piece.start() - 1 : piece.start()] in ('"', "-", "=", ":")
        gap = source[end : piece.start()]
        before, end = piece.group(), piece.end()
        if inside or excluded or text in OPERATORS or not _PLAIN.fullmatch(text) or source[end : end + 1] == "(":
            end = -1
            continue
        tokens = tokenize(text)
        # A vowel sign by itself folds into a space, and a ligature of words into several.
        form = "".join(fold(text).split()) if len(tokens) == 1 else ""
        looked_at = form.isalpha() and len(form) >= _LEAST_LETTERS and not is_stop_word(form) and odd_ones < _MOST_WORDS
        odd = looked_at and vocabulary.frequency(form) <= hardly
        odd_ones += odd
        yield _Word(piece.start(), piece.start() + len(text), form, gap.isspace() and bool(gap), odd)


def _changed(source: str, changes: Sequence[tuple[int, int, str]]) -> str:
    for begin, end, text in reversed(changes):
        source = source[:begin] + text + source[end:]
    return source


class _Corrections:
    """The ways to read the words of a query, from its beginning to its end; the best few are kept at each word."""

    def __init__(self, words: Sequence[_Word], vocabulary: Vocabulary, counting: Counting) -> None:
        self._words = words
        self._vocabulary = vocabulary
        self._counting = counting

    def readings(self) -> list[_Reading]:
        """The best readings of the whole query."""
        reached: list[list[_Reading]] = [[] for _ in range(len(self._words) + 1)]
        reached[0] = [_Reading()]
        for place, word in enumerate(self._words):
            alternatives = list(self._alternatives(word))
            joined = list(self._joined(place))
            for reading in sorted(reached[place], key=lambda one: (-one.score, one.changes))[:_KEPT]:
                reached[place + 1] += [self._read(reading, word, word.end, *each) for each in alternatives]
                for each in joined:
                    reached[place + 2].append(self._read(reading, word, self._words[place + 1].end, *each))
        return reached[-1]

    def _read(self, before: _Reading, word: _Word, end: int, text: str, score: float) -> _Reading:
        """A reading with one more word, or two, read as `text`: "" for as it stands."""
        read = text or word.form
        changes = (*before.changes, (word.begin, end, text)) if text else before.changes
        if word.follows and before.last and read and (word.odd or before.changes[-1:] != ()):
            score += math.log(1 + self._side_by_side(before.last, read.split()[0]))
        return _Reading(before.score + score, read.split()[-1] if read else "", changes)

    def _side_by_side(self, first: str, second: str) -> int:
        return sum(map(len, self._counting.records(Phrase(f"{first} {second}"))))

    def _alternatives(self, word: _Word) -> Iterator[tuple[str, float]]:
        """What a word may be, with what that is worth; first as it stands."""
        if not word.odd:
            yield "", 0.0
            return
        held = self._vocabulary.frequency(word.form)
        yield "", math.log(1 + held) if held else -_ABSENT
        known: set[str] = {word.form}
        for distance in (1,) if len(word.form) <= 5 else (1, 2):
            for text, frequency in self._vocabulary.near(word.form, distance, _NEAR).items():
                if text not in known and frequency >= _TIMES * held and frequency > 0:
                    known.add(text)
                    other = _FIRST_LETTER if text[0] != word.form[0] else 0.0
                    yield text, math.log(1 + frequency) - _EDIT * distance - other
            # What is one edit away and no odd word itself is what was meant; to look further takes as long again.
            if any(self._vocabulary.frequency(text) > _HARDLY for text in known - {word.form}):
                break
        yield from self._split(word.form)

    def _split(self, form: str) -> Iterator[tuple[str, float]]:
        """The two words that a form may be, next to each other somewhere."""
        cuts = []
        for place in range(2, len(form) - 1):
            least = min(self._vocabulary.frequency(form[:place]), self._vocabulary.frequency(form[place:]))
            if least > _HARDLY:
                cuts.append((least, place))
        for _, place in sorted(cuts, reverse=True)[:_SPLITS]:
            together = self._side_by_side(form[:place], form[place:])
            if together:
                yield f"{form[:place]} {form[place:]}", 2 * math.log(1 + together) - _SPACE

    def _joined(self, place: int) -> Iterator[tuple[str, float]]:
        """A word and the one after it as one word, where one of them is odd."""
        if place + 1 == len(self._words):
            return
        first, second = self._words[place : place + 2]
        if second.follows and first.form and second.form and (first.odd or second.odd):
            frequency = self._vocabulary.frequency(first.form + second.form)
            if frequency:
                yield first.form + second.form, 2 * math.log(1 + frequency) - _SPACE
