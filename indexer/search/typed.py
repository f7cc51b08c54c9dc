"""A query as it is being typed: what of it stays, the words that it goes on from, and what the last one begins with."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.fields import FIELD_BY_NAME
from indexer.search.analysis import tokenize
from indexer.search.lexer import OPERATORS
from indexer.search.quotations import MARKS, pair_quotations

MOST_BEFORE = 4

_CLAUSE = re.compile(rf"(?<![\w:])([^\W\d]\w*):(?:[{MARKS}]([^{MARKS}]*)|([^\s{MARKS}():]*))$")
_PIECE = re.compile(r"\S+")
_PLAIN = re.compile(r"\w[\w'’.,‐‑-]*")
# What makes more of a word than a word, where it stands neither in quotation marks nor in a field.
_MEANS_MORE = re.compile(r"[*?~^]")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed. before: the last words that are finished, as typed, and where each begins in the text.

    prefix: the beginning of the word that is not, folded, and where it begins; "" after white space.
    field: the words are a value of this one, or None. quoted: they stand in quotation marks that are still open.
    head_end: where that clause, quotation or run of words begins.
    """

    text: str
    before: tuple[str, ...]
    starts: tuple[int, ...]
    prefix: str
    prefix_start: int
    head_end: int
    quoted: bool = False
    field: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """All the words, the last one as far as it goes."""
        return (*self.before, self.prefix) if self.prefix else self.before

    def last(self, count: int) -> int:
        """Where the last so many words begin in the text."""
        return (*self.starts, self.prefix_start)[-count if self.prefix else -count - 1]


def read_typed(text: str) -> Typed | None:
    """Read what was typed. None where nothing can be completed: without a word, or behind what ends one."""
    text = text.lstrip()
    clause = _CLAUSE.search(text)
    if clause is not None and clause[1].lower() in FIELD_BY_NAME:
        begin = clause.start(2) if clause[2] is not None else clause.start(3)
        return _read(text, begin, clause.start(), clause[2] is not None, clause[1].lower())
    replaced, _ = pair_quotations(text)
    opened = [place for place, pair in enumerate(zip(text, replaced, strict=True)) if pair[0] != pair[1]]
    return _read(text, opened[-1] + 1, opened[-1], True) if opened else _read(text, 0, None)


def _read(text: str, begin: int, head_end: int | None, quoted: bool = False, field: str | None = None) -> Typed | None:
    pieces = list(_PIECE.finditer(text, begin))
    before: list[re.Match[str]] = []
    prefix, start = "", len(text)
    if pieces and not text[-1].isspace():
        last = pieces.pop()
        word = last.group().lstrip("-=(")
        tokens = [token for token in tokenize(word) if token.length == 1]
        if not tokens or not word[0].isalnum() or tokens[-1].end != len(word):
            return None
        if field is None and not quoted and _MEANS_MORE.search(word):
            return None
        prefix, start = tokens[-1].form, len(text) - len(word) + tokens[-1].start
        if word != last.group():
            pieces = []
    for piece in reversed(pieces[-MOST_BEFORE:]):
        if not _PLAIN.fullmatch(piece.group()) or piece.group() in OPERATORS:
            break
        before.insert(0, piece)
    if not prefix and not before:
        return None
    end = (before[0].start() if before else start) if head_end is None else head_end
    words, starts = tuple(piece.group() for piece in before), tuple(piece.start() for piece in before)
    return Typed(text, words, starts, prefix, start, end, quoted, field)
