"""Lines of a PDF's paragraph as one text; words that were divided at line ends are put together."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

_DIVIDED = re.compile(r"([^\W_]+(?:[-\u2010][^\W_]+)*)([-\u2010\u00ad])$")
_BEGINNING = re.compile(r"[^\W_]+(?:[-\u2010'’][^\W_]+)*")
_WORD = re.compile(r"[^\W_]+(?:[-\u2010][^\W_]+)*")
_SUSPENDED = re.compile(r"(?:and|or|to|und|oder|bis|et|ou|y|o|e|та|і|й|или|и)\b")
_SOFT = "\u00ad"
_WIDE = frozenset("WF")


class Hyphens:
    """Tells the hyphen of a divided word from that of a compound, by the words that stand within the document's lines."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._counts: Counter[str] = Counter()
        for line in lines:
            words = _WORD.findall(line.lower())
            self._counts.update(words[1:-1])

    def joined(self, lines: Sequence[str]) -> str:
        """The lines of a paragraph: a space at each join, none within a divided word nor between Chinese characters."""
        text = lines[0]
        for line in lines[1:]:
            text = self._join(text, line)
        return text.replace(_SOFT, "")

    def _join(self, text: str, line: str) -> str:
        divided = _DIVIDED.search(text[-80:])
        if divided is None:
            wide = all(unicodedata.east_asian_width(character) in _WIDE for character in (text[-1], line[0]))
            return f"{text}{line}" if wide else f"{text} {line}"
        beginning = _BEGINNING.match(line)
        if beginning is None or (_SUSPENDED.match(line) and divided[2] != _SOFT):
            return f"{text} {line}"
        is_kept = divided[2] != _SOFT and self._is_compound(divided[1], beginning[0])
        return f"{text}{line}" if is_kept else f"{text[:-1]}{line}"

    def _is_compound(self, before: str, after: str) -> bool:
        """Whether the hyphen belongs to the word: the document has it elsewhere with one, or its parts as words alone."""
        if not after[0].islower() or not before[-1].islower():
            return True
        first, second = before.lower(), after.lower()
        with_hyphen, without = self._counts[f"{first}-{second}"], self._counts[f"{first}{second}"]
        if with_hyphen != without:
            return with_hyphen > without
        if "-" in before:
            return True
        return len(first) > 2 and len(second) > 2 and self._counts[first] > 0 and self._counts[second] > 0
