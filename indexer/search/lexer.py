"""Tokens of the query language: operators, parentheses, and terms that are nodes already.

One pass from left to right. What stands together without white space, parentheses or quotation marks is a run; a number that
is one word, such as `1 000` with a no-break space, stands together. A run is an operator, a field clause, or words. Nothing
here raises: what does not parse becomes plain words, and a warning says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from indexer.fields import FIELD_BY_NAME, FieldKind
from indexer.published import parse_published
from indexer.search.analysis import SPACED_NUMBER, find_words, is_unspaced
from indexer.search.query import Fuzzy, Node, Phrase, Published, Wildcard, Word
from indexer.search.quotations import MARKS, pair_quotations

MAX_DISTANCE = 2
MAX_SLOP = 1_000
MAX_WEIGHT = 1_000
MIN_LITERALS = 2

_RUN = re.compile(rf"(?:(?<![^\W_]){SPACED_NUMBER}|[^\s()~^{MARKS}])+")
_FIELD = re.compile(r"([^\W\d]\w*):")
_RANGE = re.compile(rf"\[([^\[\]{MARKS}]*)\]")
_SUFFIX = re.compile(r"(?:~(?P<tilde>[0-9]+(?:\.[0-9]+)?|))?(?:\^(?P<weight>[-+]?[0-9.][0-9A-Za-z.+-]*))?(?![\w~^])")
_WEIGHT = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")
_WILDCARDS = re.compile(r"[*?]")
_STARS = re.compile(r"\*+")
# A letter in a wildcard's place shows where the word ends without changing any offset.
_MASK = str.maketrans("*?", "xx")
_CLOSING_PUNCTUATION = "?!.,;:…'’]"
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_SHOWN_LENGTH = 60


class TokenKind(Enum):
    """What a token is."""

    OPEN = auto()
    CLOSE = auto()
    NOT = auto()
    OR = auto()
    AND = auto()
    TERM = auto()


OPERATORS = {"NOT": TokenKind.NOT, "OR": TokenKind.OR, "AND": TokenKind.AND}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query. nodes: a term's, one or more, all of which are asked for. weight: of a closing parenthesis."""

    kind: TokenKind
    text: str
    nodes: tuple[Node, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class _Suffix:
    """What follows a term without a space: the text after `~` (None without one) and the weight."""

    tilde: str | None = None
    weight: float = 1.0


_NO_SUFFIX = _Suffix()


def shown(text: str) -> str:
    """A piece of a query as a warning quotes it: printable, and not too long."""
    text = _UNPRINTABLE.sub("\ufffd", text.strip())
    return f"“{text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 1] + '…'}”"


def plain_words(text: str) -> tuple[Word, ...]:
    """The words of a text as bare words."""
    return tuple(Word(text[start:end], bare=True) for start, end in find_words(text))


class Lexer:
    """Reads one query. After `read`, `tokens` and `warnings` hold what was found, in order."""

    def __init__(self, source: str) -> None:
        self.tokens: list[Token] = []
        self.warnings: list[str] = []
        self._source, self._closing = pair_quotations(source)
        self._place = 0
        if self._source != source:
            self.warnings.append("A quotation mark without its partner is left out.")

    def read(self) -> None:
        """Read to the end."""
        while self._place < len(self._source):
            self._step()

    def _step(self) -> None:
        character = self._source[self._place]
        if character.isspace():
            self._place += 1
        elif character == "(":
            self._place += 1
            self.tokens.append(Token(TokenKind.OPEN, "("))
        elif character == ")":
            self._close()
        elif character == "-" and self._begins_word():
            self._exclusion()
        elif character in MARKS:
            self._quotation(self._place)
        elif not self._range(self._place):
            self._run()

    def _begins_word(self) -> bool:
        return self._place == 0 or self._source[self._place - 1].isspace() or self._source[self._place - 1] == "("

    def _peek(self) -> str:
        """The next character; a space at the end."""
        return self._source[self._place] if self._place < len(self._source) else " "

    def _close(self) -> None:
        start = self._place
        self._place += 1
        suffix = self._suffix(start)
        if suffix.tilde is not None:
            self.warnings.append("“~” after parentheses is left out.")
        self.tokens.append(Token(TokenKind.CLOSE, ")", weight=suffix.weight))

    def _exclusion(self) -> None:
        """A dash before a term excludes it; a dash by itself, or several, are punctuation."""
        self._place += 1
        if self._peek().isspace() or self._peek() == ")":
            return
        if self._peek() == "-":
            while self._peek() == "-":
                self._place += 1
            if not self._peek().isspace():
                self.warnings.append("Only a single dash excludes; what follows several is searched as plain words.")
            return
        self.tokens.append(Token(TokenKind.NOT, "-"))
        before = len(self.tokens)
        self._step()
        if len(self.tokens) == before:
            self.tokens.pop()

    def _quotation(self, start: int, *, exact: bool = False, field: str | None = None) -> None:
        """A phrase whose opening mark is at the current place; `start` is where its prefix begins."""
        end = self._closing[self._place]
        text = self._source[self._place + 1 : end]
        self._place = end + 1
        suffix = self._suffix(start)
        if field is not None and FIELD_BY_NAME[field].kind is FieldKind.DATE:
            self._published(start, text, suffix)
        elif not find_words(text):
            self.warnings.append(f"A phrase without a word is left out: {shown(self._source[start : end + 1])}.")
        else:
            self._term(start, [Phrase(text, self._slop(suffix.tilde), exact, field, suffix.weight)])

    def _range(self, start: int, field: str | None = None) -> bool:
        """A range of dates in brackets at the current place; False if there is none."""
        match = _RANGE.match(self._source, self._place)
        if match is None or (field is None and "TO" not in match.group(1).split()):
            return False
        self._place = match.end()
        suffix = self._suffix(start)
        node = _date_range(match.group(1), suffix.weight)
        if field is not None and FIELD_BY_NAME[field].kind is not FieldKind.DATE:
            self._plain(start, "has no ranges; only “published” has")
        elif node is None:
            self._plain(start, "is no range of dates such as “[2025-05 TO 2025-06-15]”")
        else:
            self._refuse_tilde(suffix.tilde)
            self._term(start, [node])
        return True

    def _run(self) -> None:
        """An operator, a field clause, an exact word, or words; a suffix character by itself is passed over."""
        start = self._place
        match = _RUN.match(self._source, start)
        if match is None:
            self._place += 1
            if not self._peek().isspace():
                self.warnings.append(f"{shown(self._source[start])} stands after no term and is left out.")
            return
        end = match.end()
        # After a dash, and with a suffix, an operator's name is a word.
        if (
            match.group() in OPERATORS
            and self._source[start - 1 : start] != "-"
            and self._source[end : end + 1] not in ("~", "^")
        ):
            self._place = end
            self.tokens.append(Token(OPERATORS[match.group()], match.group()))
            return
        prefix = _FIELD.match(self._source, start)
        field = prefix.group(1).lower() if prefix else None
        if prefix and field in FIELD_BY_NAME:
            self._field_clause(start, field, prefix.end(), end)
            return
        if prefix and not self._source[prefix.end() : prefix.end() + 1].isspace() and prefix.end() < len(self._source):
            self.warnings.append(f"There is no field {shown(prefix.group(1))}; it is searched as a plain word.")
        self._value(start, start, end)

    def _field_clause(self, start: int, field: str, value: int, end: int) -> None:
        """A known field and its colon, up to `value`; the run ends at `end`."""
        self._place = value
        if self._range(start, field):
            return
        if value == end and self._peek() not in MARKS:
            after = "before parentheses" if self._peek() == "(" else "without a word right after its colon"
            self._plain(start, f"{after} is no field clause")
        elif FIELD_BY_NAME[field].kind is not FieldKind.DATE:
            self._value(start, value, end, field)
        elif value == end:
            self._quotation(start, field=field)
        else:
            self._place = end
            stated = self._source[value:end]
            self._published(start, stated, self._suffix(start))

    def _published(self, start: int, stated: str, suffix: _Suffix) -> None:
        days = parse_published(stated)
        if days is None:
            self._plain(start, "states no date such as “2025”, “2025-05” or “2025-05-19”")
            return
        self._refuse_tilde(suffix.tilde)
        self._term(start, [Published(days.first, days.last, suffix.weight)])

    def _value(self, start: int, value: int, end: int, field: str | None = None) -> None:
        """Words, exact after `=`, from `value` to the end of the run; `start` is where the field's name begins."""
        exact = self._source.startswith("=", value)
        value += exact
        self._place = end
        if value == end and self._peek() in MARKS:
            self._quotation(start, exact=exact, field=field)
            return
        if exact and value == end and self._peek() == "(":
            self.warnings.append("“=” before parentheses is left out; write it before each word.")
        suffix = self._suffix(start)
        text = self._source[value:end]
        if suffix is _NO_SUFFIX:
            # What ends a sentence ends no pattern.
            text = text.rstrip(_CLOSING_PUNCTUATION)
        pieces = [text[first:last] for first, last in find_words(text.translate(_MASK))]
        if field is not None and not pieces:
            self._plain(start, "has no word after its colon")
        elif field is not None and len(pieces) > 1 and not _WILDCARDS.search(text):
            self._refuse_tilde(suffix.tilde)
            self._term(start, [Phrase(text, None, exact, field, suffix.weight)])
        elif suffix.tilde is not None and len(pieces) == 1 and not _WILDCARDS.search(text):
            self._term(start, [self._fuzzy(pieces[0], exact, field, suffix)])
        else:
            self._refuse_tilde(suffix.tilde)
            self._term(start, [node for piece in pieces for node in self._words(piece, exact, field, suffix.weight)])

    def _words(self, piece: str, exact: bool, field: str | None, weight: float) -> list[Node]:
        """A word or a pattern; a pattern with too few literal characters is what words it holds."""
        bare = field is None and not exact
        if not _WILDCARDS.search(piece):
            return [Word(piece, exact, field, weight, bare)]
        if sum(character.isalnum() for character in piece) >= MIN_LITERALS:
            return [Wildcard(_STARS.sub("*", piece), field, weight)]
        self.warnings.append(f"{shown(piece)} has fewer than {MIN_LITERALS} letters or digits and is searched as a plain word.")
        literal = _WILDCARDS.sub(" ", piece)
        return [Word(literal[first:last], exact, field, weight, bare) for first, last in find_words(literal)]

    def _fuzzy(self, word: str, exact: bool, field: str | None, suffix: _Suffix) -> Node:
        """A word with the text after its `~`: nothing, or the number of edits."""
        if is_unspaced(word):
            self.warnings.append(f"“~” is left out: {shown(word)} is written without spaces, and found within any word.")
            return Word(word, exact, field, suffix.weight, bare=field is None and not exact)
        tilde = suffix.tilde or ""
        distance = int(tilde) if tilde.isdigit() else None
        if distance == 0 or (distance is None and tilde):
            self.warnings.append(f"“~” takes 1 or 2, not {shown(tilde)}; {shown(word)} is searched as a plain word.")
            return Word(word, exact, field, suffix.weight, bare=field is None and not exact)
        if distance is not None and distance > MAX_DISTANCE:
            self.warnings.append(f"“~” takes 1 or 2, not {shown(tilde)}; it is read as {MAX_DISTANCE}.")
            distance = MAX_DISTANCE
        return Fuzzy(word, distance, field, suffix.weight)

    def _slop(self, tilde: str | None) -> int | None:
        if tilde is None:
            return None
        if not tilde.isdigit():
            self.warnings.append("“~” after a phrase takes a whole number of words, as in “~5”; it is left out.")
            return None
        if int(tilde) > MAX_SLOP:
            self.warnings.append(
                f"“~” after a phrase takes at most {MAX_SLOP:,}, not {shown(tilde)}; it is read as {MAX_SLOP:,}."
            )
        return min(int(tilde), MAX_SLOP)

    def _suffix(self, start: int) -> _Suffix:
        """What follows the term that began at `start`: `~`, `~2`, `^2`, `~2^0.5`."""
        if self._peek() not in "~^":
            return _NO_SUFFIX
        match = _SUFFIX.match(self._source, self._place)
        if match is None:
            self.warnings.append(
                f"{shown(self._peek())} after {shown(self._source[start : self._place])} cannot be read and is left out."
            )
            self._place += 1
            return _NO_SUFFIX
        self._place = match.end()
        stated = match["weight"]
        if stated is None:
            return _Suffix(match["tilde"])
        weight = float(stated.rstrip(".")) if _WEIGHT.fullmatch(stated.rstrip(".")) else 0.0
        if not 0 < weight <= MAX_WEIGHT:
            self.warnings.append(f"The weight {shown(stated)} is left out: it is no number over 0 and up to {MAX_WEIGHT:,}.")
            weight = 1.0
        return _Suffix(match["tilde"], weight)

    def _refuse_tilde(self, tilde: str | None) -> None:
        if tilde is not None:
            self.warnings.append("“~” is left out: it takes one word without wildcards, or a phrase.")

    def _plain(self, start: int, reason: str) -> None:
        """What stands from `start` to the current place is searched as plain words."""
        text = self._source[start : self._place]
        self.warnings.append(f"{shown(text)} {reason}; it is searched as plain words.")
        self._term(start, plain_words(text))

    def _term(self, start: int, nodes: Sequence[Node]) -> None:
        """Add a term, unless there is no word in it."""
        if nodes:
            self.tokens.append(Token(TokenKind.TERM, self._source[start : self._place], tuple(nodes)))


def _date_range(text: str, weight: float) -> Published | None:
    """`2025-05 TO 2025-06`, `2025 TO`, `TO 2025`; `*` is an open end too. None if it is no range."""
    words = text.split()
    if "TO" not in words:
        return None
    middle = words.index("TO")
    stated = [" ".join(words[:middle]), " ".join(words[middle + 1 :])]
    ends = [None if end in ("", "*") else parse_published(end) for end in stated]
    dates = [end for end in stated if end not in ("", "*")]
    if not dates or len(dates) > sum(end is not None for end in ends):
        return None
    first = ends[0].first if ends[0] else None
    last = ends[1].last if ends[1] else None
    if first is not None and last is not None and first > last:
        return None
    return Published(first, last, weight)
