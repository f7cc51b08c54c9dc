"""Values as YAML and JSON give them, made fit to be kept: plain JSON of bounded size, and text without lone surrogates."""

from __future__ import annotations

import math
import sys
from datetime import date, datetime, time

from indexer.cleaning import clean
from indexer.errors import ExtractionError
from indexer.model import Json

MAX_DEPTH = 16
MAX_VALUES = 10_000
_WHOLE_NUMBERS = range(-(2**63), 2**64)


class JsonValues:
    """Converts the values of one document. Raises ExtractionError over the bounds: aliases of YAML can nest without end.

    max_characters: of all text in them.
    """

    def __init__(self, max_characters: int = sys.maxsize) -> None:
        self._left = MAX_VALUES
        self._characters_left = max_characters

    def convert(self, value: object, depth: int = 0) -> Json:
        """A value as JSON can hold it: dates in ISO notation, keys as text, what has no counterpart as its text.

        Numbers that are not finite have none, nor have whole ones beyond 64 bits, which many a reader of JSON gets wrong.
        """
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            raise _too_large()
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            return value if value in _WHOLE_NUMBERS else self._text(value)
        if isinstance(value, float):
            return value if math.isfinite(value) else str(value)
        if isinstance(value, dict):
            return {self._text(key): self.convert(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list | tuple | set):
            return [self.convert(item, depth + 1) for item in value]
        if isinstance(value, datetime | date | time):
            return value.isoformat()
        return self._text(value)

    def _text(self, value: object) -> str:
        try:
            text = clean(str(value))
        except ValueError:  # a whole number of more digits than Python writes in decimal
            text = clean(format(value, "#x"))
        self._characters_left -= len(text)
        if self._characters_left < 0:
            raise _too_large()
        return text


def _too_large() -> ExtractionError:
    return ExtractionError("its metadata is too large or too deeply nested", "Shorten it.")
