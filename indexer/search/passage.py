"""The best passage of a text: at most so many characters at word boundaries, by what matches there and how close together."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from indexer.search.folding import fold
from indexer.search.response import Span

PASSAGE_LENGTH = 300

# A word that stands there again is worth this part of the time before, and room costs: a longer passage must show more.
_AGAIN = 0.25
_ROOM = 0.4
# Two words so many characters apart are worth half of two side by side.
_HALF_NEAR = 20
# The forms of a word begin with the same letters.
_ALIKE = 5
# How far a passage is shortened to end between words; a longer word is cut.
_LONGEST_WORD = 60
_JOINERS = frozenset("'’ʼ.,-‐‑")
# Scripts that part no words by spaces: between any two of their letters a passage may begin or end.
_UNPARTED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_SENTENCE = re.compile(r"(?:[.!?…][\"'”’»)\]]*\s+|\n+|[。！？])(?=\S)")


def best_passage(text: str, spans: Sequence[Span], length: int = PASSAGE_LENGTH) -> Span:
    """Where the best passage begins and ends. spans: the matches, sorted and disjoint. A short text is its own passage."""
    if len(text) <= length:
        return 0, len(text)
    first, last = _best_run(text, spans, length) if spans else (0, 0)
    if last - first > length:  # one match that is longer than any passage
        return first, first + length
    begin = _begin(text, first, last, length)
    return begin, max(_end(text, begin + length), last)


def _best_run(text: str, spans: Sequence[Span], length: int) -> Span:
    """From the first to the last of the matches that are worth most together and fit; of equal ones the first."""
    words = [fold(text[start:end])[:_ALIKE] for start, end in spans]
    best, found = 0.0, spans[0]
    for at, (first, _) in enumerate(spans):
        worth, seen = 0.0, Counter[str]()
        for place in range(at, len(spans)):
            start, end = spans[place]
            if end - first > length and place > at:
                break
            times = seen[words[place]]
            worth += _AGAIN**times
            if seen and not times:
                worth += 1.0 / (1.0 + (start - spans[place - 1][1]) / _HALF_NEAR)
            seen[words[place]] += 1
            if worth - _ROOM * (end - first) / length > best:
                best, found = worth - _ROOM * (end - first) / length, (first, end)
    return found


def _begin(text: str, first: int, last: int, length: int) -> int:
    """Where a passage with these matches begins: with their sentence if it fits, else with words before as many as after."""
    earliest = max(0, last - length)
    latest = min(first, len(text) - length)
    # One that begins late would leave room unused at the end of the text.
    sentences = [end for match in _SENTENCE.finditer(text, earliest, first) if (end := match.end()) <= latest]
    if sentences:
        return sentences[-1]
    if earliest == 0:
        return 0
    place = max(earliest, min(latest, (earliest + first) // 2))
    for begin in range(place, min(first, place + _LONGEST_WORD) + 1):
        if _parts(text, begin) and not text[begin].isspace():
            return begin
    return _whole(text, place)


def _end(text: str, limit: int) -> int:
    """The last place up to a limit at which a word has ended; white space before it left out."""
    if limit >= len(text):
        return len(text)
    for end in range(limit, max(0, limit - _LONGEST_WORD), -1):
        if _parts(text, end) and not text[end - 1].isspace():
            return end
    return _whole(text, limit)


def _parts(text: str, place: int) -> bool:
    """Whether a place lies between words, not within one."""
    if not 0 < place < len(text):
        return True
    before, after = text[place - 1], text[place]
    if unicodedata.combining(after) or unicodedata.category(after)[0] == "M":
        return False
    if _UNPARTED.match(before) or _UNPARTED.match(after):
        return True
    if before in _JOINERS:
        before = text[place - 2] if place > 1 else " "
    elif after in _JOINERS:
        after = text[place + 1] if place + 1 < len(text) else " "
    return not (_in_word(before) and _in_word(after))


def _in_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def _whole(text: str, place: int) -> int:
    """The place, or one before it that does not part a letter from its marks."""
    while place > 0 and place < len(text) and unicodedata.category(text[place])[0] == "M":
        place -= 1
    return place
