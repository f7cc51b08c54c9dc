"""JSON Lines: one document a line, read as they come; a bad line costs itself only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from io import BufferedReader
from itertools import islice
from typing import NoReturn

from indexer.cleaning import clean
from indexer.columns import COLUMN_FIELDS, COMMON_NAMES, Columns
from indexer.errors import ExtractionError
from indexer.extract.content import megabytes
from indexer.extract.encoding import has_wide_mark, refuse_magic
from indexer.extract.json_values import JsonValues
from indexer.extract.metadata import Stated, describe
from indexer.extract.records import split_text, stated_values
from indexer.extract.source import HEAD_BYTES, Extracted, Format, Head, SourceFile
from indexer.model import Block, Document, Json, Origin, content_id, inner_id

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_CHUNK = 1 << 20
_OBJECT = re.compile(r"\{\s*\"[^\"]*\"\s*:")


def read(file: SourceFile) -> Iterator[Extracted]:
    """The documents of a file in order, and a Skip for each line that gives none; blank lines are passed over.

    Keys: `id`, `text`, and the stated fields of `metadata.py`, or those that the settings name for them; all others go to
    `extra`. `text` is split at blank lines only.
    """
    with file.open() as stream:
        _refuse_other_formats(stream)
        empty = True
        for number, line in _lines(stream, file.limits.max_file_bytes):
            if line is None or line.strip():
                empty = False
                yield from file.parts.read(f"{file.shown}:{number}", partial(_read_line, line, file))
    if empty:
        raise ExtractionError("empty")


def _read_line(line: bytes | None, file: SourceFile) -> Iterator[Document]:
    if line is None:
        reason = f"the line is longer than {megabytes(file.limits.max_file_bytes)}"
        raise ExtractionError(reason, "Split the record, or raise the setting max_file_bytes.")
    yield _document(line, file.id, file.limits.columns)


def _refuse_other_formats(stream: BufferedReader) -> None:
    """Raise ExtractionError for a file that is no UTF-8 text from its first bytes on; leaves the stream behind its mark."""
    head = stream.peek(16)[:16]
    refuse_magic(head)
    if has_wide_mark(head) or b"\x00" in head:
        raise ExtractionError("not UTF-8, as JSON must be", "Save the file as UTF-8.")
    if head.startswith(_BYTE_ORDER_MARK):
        stream.read(len(_BYTE_ORDER_MARK))


def _lines(stream: BufferedReader, max_bytes: int) -> Iterator[tuple[int, bytes | None]]:
    """Lines with their numbers from 1; None for one longer than `max_bytes`, which is never held in memory whole."""
    number = 0
    while line := stream.readline(max_bytes + 2):
        number += 1
        if len(line.rstrip(b"\r\n")) <= max_bytes:
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(_CHUNK)
        yield number, None


def _document(line: bytes, file_id: str, columns: Columns) -> Document:
    record = _record(line)
    named = columns.of("id", [*record])
    own = _own_id(record.pop(named[0] if named else "id", None))
    convert = JsonValues().convert
    values = {clean(key): convert(value) for key, value in record.items()}
    if own is None:
        own = content_id(json.dumps(values, ensure_ascii=False, sort_keys=True))
    names = {field: named for field in COLUMN_FIELDS if (named := columns.of(field, [*values]))}
    names.setdefault("text", _text_keys(values))
    blocks = tuple(block for key in names["text"] for block in _blocks(key, values[key]))
    if not any(block.text for block in blocks):
        raise ExtractionError("no text", 'Give the record a "text".')
    stated = Stated(stated_values(values, names), Origin.RECORD, strict=True, split_tags=False)
    return Document(describe(inner_id(file_id, own), FORMAT.name, blocks, stated), blocks)


def _text_keys(values: Mapping[str, Json]) -> tuple[str, ...]:
    """The key of the text where the settings name none: `text`, or what else texts are called."""
    named = (name for name in COMMON_NAMES["text"] if values.get(name) and (name == "text" or isinstance(values[name], str)))
    return tuple(islice(named, 1))


def _blocks(key: str, text: Json) -> tuple[Block, ...]:
    if text is not None and not isinstance(text, str):
        raise ExtractionError(f'"{key}" is not text', f'Give "{key}" as a string, with blank lines between paragraphs.')
    return split_text(text or "")


def _record(line: bytes) -> dict[str, object]:
    try:
        record = json.loads(line.decode().rstrip(), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise ExtractionError("the line is not UTF-8, as JSON must be", "Save the file as UTF-8.") from error
    except json.JSONDecodeError as error:
        raise ExtractionError(f"not JSON: {error.msg} at column {error.colno}", "Mend the line.") from error
    except (ValueError, RecursionError) as error:
        raise ExtractionError("not JSON that can be read: a number or the nesting has no end", "Mend the line.") from error
    if not isinstance(record, dict):
        raise ExtractionError("not a JSON object", 'Each line must be an object with a "text".')
    return record


def _refuse_constant(name: str) -> NoReturn:
    raise ExtractionError(f"not JSON: {name} is no number of JSON", "Mend the line.")


def _own_id(value: object) -> str | None:
    """The id that a record states, a number as its decimal text; None if it states none."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExtractionError('"id" is neither text nor a number', 'Give "id" as a string or a number, or leave it out.')
    return str(value)


def _recognizes(head: Head) -> bool:
    """Whether the first line is an object of its own, or goes on beyond the head."""
    line, is_whole, _rest = head.text.partition("\n")
    if not _OBJECT.match(line):
        return False
    try:
        return (not is_whole and len(head.start) == HEAD_BYTES) or isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


FORMAT = Format("jsonl", (".jsonl", ".ndjson"), read, _recognizes, is_text=True)
