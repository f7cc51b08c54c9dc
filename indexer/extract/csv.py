"""Tables in text, CSV and TSV: each row is a document."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import chain

from indexer.errors import ExtractionError
from indexer.extract.csv_rows import csv_rows, delimiter_of, is_header
from indexer.extract.encoding import decode, encoding_of
from indexer.extract.metadata import Stated, describe
from indexer.extract.records import split_text, stated_values
from indexer.extract.source import Extracted, Format, SourceFile, filled
from indexer.extract.tables import row_blocks
from indexer.model import Document, Json, Origin, inner_id

_SAMPLE = 20_000


def read(file: SourceFile) -> Iterator[Extracted]:
    """The rows of a table in their order; a first row that names the columns is none of them.

    Rows are counted as a spreadsheet does: the header is the first, an empty row counts, a cell of several lines does not.
    """
    sample, stream = _text(file)
    with stream:
        rows = csv_rows(stream, delimiter_of(sample), file.limits.max_file_bytes)
        first = next(rows, None)
        if first is None:
            raise ExtractionError("empty")
        table = _Table(file, ())
        if isinstance(first[1], list) and is_header(first[1]):
            table = _Table(file, _names(first[1]))
        else:
            rows = chain((first,), rows)
        for number, row in rows:
            yield from file.parts.read(f"{file.shown}:{number}", partial(table.read, number, row))


class _Table:
    """Reads rows. names: of the columns; none where the table does not name them."""

    def __init__(self, file: SourceFile, names: Sequence[str]) -> None:
        self._file = file
        self._names = names
        self._columns = file.limits.columns.found(names)

    def read(self, number: int, row: list[str] | ExtractionError) -> Iterator[Document]:
        """The document of a row. Without a column of text its text is the row itself."""
        if isinstance(row, ExtractionError):
            raise row
        cells = self._named(row)
        own = "".join(self._values("id", cells)) or str(number)
        texts = self._values("text", cells)
        has_text = "text" in self._columns
        blocks = filled(
            [block for text in texts for block in split_text(text)] if has_text else [*row_blocks(self._names, [row])]
        )
        stated = Stated(stated_values(cells if has_text else self._fields(cells), self._columns), Origin.RECORD)
        yield Document(describe(inner_id(self._file.id, own), FORMAT.name, blocks, stated), blocks)

    def _named(self, row: Sequence[str]) -> Mapping[str, Json]:
        beyond = [cell for cell in row[len(self._names) :] if cell.strip()]
        if self._names and beyond:
            reason = f"has {len(row)} cells where the table has {len(self._names)} columns"
            raise ExtractionError(reason, "Put cells that hold the mark between cells in quotation marks.")
        return dict(zip(self._names, map(str.strip, row), strict=False))

    def _values(self, field: str, cells: Mapping[str, Json]) -> list[str]:
        return [str(cell) for column in self._columns.get(field, ()) if (cell := cells.get(column))]

    def _fields(self, cells: Mapping[str, Json]) -> dict[str, Json]:
        """The cells that hold a field: where the row is the text, the others stand in it."""
        used = {column for columns in self._columns.values() for column in columns}
        return {name: cell for name, cell in cells.items() if name in used}


def _text(file: SourceFile) -> tuple[str, io.TextIOBase]:
    """The beginning of a file, and its text: at once where it is small, else as it comes, in the encoding of the beginning."""
    most = file.limits.max_file_bytes
    with file.open() as stream:
        raw = stream.read(most + 1)
    if not raw.strip():
        raise ExtractionError("empty")
    if len(raw) <= most:
        text = decode(raw)
        return text[:_SAMPLE], io.StringIO(text, newline="")
    encoding = encoding_of(raw)
    return raw[:_SAMPLE].decode(encoding, "replace"), io.TextIOWrapper(file.open(), encoding, "replace", newline="")


def _names(header: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns, each once; one without a name has its number."""
    names: dict[str, None] = {}
    for number, cell in enumerate(header, start=1):
        name = cell.strip() or f"column {number}"
        names[name if name not in names else f"{name} {number}"] = None
    return tuple(names)


FORMAT = Format("csv", (".csv", ".tsv", ".tab"), read, is_text=True)
