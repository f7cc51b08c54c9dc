"""Rows of a table in text, as they come; a row that cannot be read costs itself."""

from __future__ import annotations

import csv
import sys
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from io import TextIOBase
from itertools import islice

from indexer.errors import ExtractionError
from indexer.extract.content import megabytes

_DELIMITERS = (",", ";", "\t", "|")
_NEVER = "\x1f"  # parts no cells where a table has but one column
_SAMPLE_ROWS = 50
_MOST_TIMES = 30  # the characters of the longest row; so much is read over again in search of a mark that closes a cell
_LONGEST_NAME = 80


def delimiter_of(sample: str) -> str:
    """What parts the cells of a table, seen from its beginning: what gives most rows the same number of cells."""
    stated = sample.split("\n", 1)[0].strip()
    if stated.lower().startswith("sep=") and len(stated) == 5:
        return stated[4]
    scores = {}
    for delimiter in _DELIMITERS:
        rows = [row for row in _sample_rows(sample, delimiter) if row]
        [(width, count)] = Counter(map(len, rows)).most_common(1) or [(1, 0)]
        if rows and len(rows[0]) > 1 and width > 1:
            scores[delimiter] = (count / len(rows), width)
    return max(scores, key=scores.__getitem__) if scores else _NEVER


def is_header(row: Sequence[str]) -> bool:
    """Whether a first row names the columns: short cells, all different, none of them a number."""
    cells = [cell.strip().lower() for cell in row]
    named = [cell for cell in cells if cell]
    return (
        bool(named)
        and len(set(named)) == len(named)
        and all(len(cell) <= _LONGEST_NAME and any(map(str.isalpha, cell)) for cell in named)
    )


def csv_rows(stream: TextIOBase, delimiter: str, most: int) -> Iterator[tuple[int, list[str] | ExtractionError]]:
    """The rows with their numbers from 1, empty ones counted and passed over, or what is wrong with one.

    most: characters of a row. A quotation mark that is never closed costs the line that it stands in.
    """
    csv.field_size_limit(sys.maxsize)  # rows are bounded here, and by the file's limit, not by the process's
    lines = _Lines(stream, most)
    number = 0
    while True:
        number += 1
        try:
            row = lines.row(delimiter)
            if row is not None and lines.is_unclosed(delimiter):
                lines.push_back()
                raise ExtractionError("a quotation mark is never closed", 'Write a quotation mark in a cell as "".')
        except ExtractionError as error:
            yield number, error
            if lines.again > _MOST_TIMES * most:
                hint = 'Write a quotation mark in a cell as "".'
                yield number + 1, ExtractionError("too many quotation marks are never closed: the rest is left out", hint)
                return
            continue
        if row is None:
            return
        if any(map(str.strip, row)) and not (number == 1 and row[0].lower().startswith("sep=")):
            yield number, row


class _Lines:
    """Lines for the reader of one row after the other; those of the row under way are kept, to be read otherwise."""

    def __init__(self, stream: TextIOBase, most: int) -> None:
        self._stream = stream
        self._most = most
        self._waiting: deque[str] = deque()
        self._row: list[str] = []
        self._is_over = False
        self.again = 0
        """How many characters were pushed back, and are read once more."""

    def row(self, delimiter: str) -> list[str] | None:
        """The cells of the next row; None at the end. Raises ExtractionError for one over the bound, which is passed by."""
        self._row = []
        try:
            return next(csv.reader(self._taken(), delimiter=delimiter), None)
        except csv.Error as error:
            raise ExtractionError(f"not a row of a table: {error}", "Mend the line.") from error

    def is_unclosed(self, delimiter: str) -> bool:
        """Whether the row under way took all lines to the end, for a quotation mark that none of them closes."""
        if not self._is_over or self._waiting or len(self._row) < 2:
            return False
        try:
            return not list(csv.reader(self._row, delimiter=delimiter, strict=True))
        except csv.Error as error:
            return "unexpected end" in str(error)

    def push_back(self) -> None:
        """Let the row under way be its first line alone."""
        self._waiting.extendleft(reversed(self._row[1:]))
        self.again += sum(map(len, self._row))

    def _taken(self) -> Iterator[str]:
        length = 0
        while line := self._waiting.popleft() if self._waiting else self._stream.readline(self._most + 1):
            length += len(line)
            if length > self._most and self._row:
                self._waiting.appendleft(line)
                self.push_back()
                reason = f"a quotation mark is not closed within {megabytes(self._most)}"
                hint = 'Write a quotation mark in a cell as "", or raise the setting max_file_bytes.'
                raise ExtractionError(reason, hint)
            if length > self._most:
                while line and not line.endswith(("\n", "\r")):
                    line = self._stream.readline(self._most + 1)
                reason = f"the row is longer than {megabytes(self._most)}"
                raise ExtractionError(reason, "Split it, or raise the setting max_file_bytes.")
            self._row.append(line)
            yield line
        self._is_over = True


def _sample_rows(sample: str, delimiter: str) -> list[list[str]]:
    try:
        return [*islice(csv.reader(sample.splitlines(keepends=True), delimiter=delimiter), _SAMPLE_ROWS)]
    except csv.Error:
        return []
