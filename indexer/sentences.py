"""Where sentences end: good enough to cut a long paragraph and to take a title from the first sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CLOSING = "\"'”’»›)\\]"
_STOP = re.compile(rf"(?<![.!?…])[.!?…]++[{_CLOSING}]*+(?=\s)|[。！？]++[」』”’）]*+")
_LAST_WORD = re.compile(r"[\w.]+$")
_WORD_BEFORE = 24
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof gen col lt sgt maj capt adm brig sen rep gov st jr sr no nos vs inc ltd corp co dept fig art approx "
    "jan feb mar apr jun jul aug sep sept oct nov dec e.g i.e".split()
)


def sentence_ends(text: str, start: int = 0, stop: int | None = None) -> Iterator[int]:
    """Offsets just behind each sentence that ends between `start` and `stop`, closing quotes included.

    A full stop behind an abbreviation or an initial is none, nor one before a small letter. The end of the text is not given.
    """
    for match in _STOP.finditer(text, start, len(text) if stop is None else stop):
        if match.end() < len(text) and not _goes_on(text, match):
            yield match.end()


def first_sentence(text: str) -> str:
    """The first sentence of a text, or the whole text."""
    return text[: next(sentence_ends(text), len(text))]


def _goes_on(text: str, stop: re.Match[str]) -> bool:
    if text[stop.start()] in "。！？":
        return False
    following = text[stop.end() : stop.end() + _WORD_BEFORE].lstrip()
    if following[:1].islower():
        return True
    if not stop.group().startswith(".") or stop.group().startswith(".."):
        return False
    before = _LAST_WORD.search(text[max(0, stop.start() - _WORD_BEFORE) : stop.start()])
    if before is None:
        return False
    word = before.group()
    return word.lower() in _ABBREVIATIONS or (len(word) == 1 and word.isupper()) or bool(re.fullmatch(r"(?:\w\.)+\w", word))
