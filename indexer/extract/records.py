"""What records share, in JSON lines and in tables: their fields under the names that the settings give, and their text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from indexer.columns import COLUMN_FIELDS
from indexer.model import Block, Json, Kind

_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
_SEVERAL = ("author", "tag")


def split_text(text: str) -> tuple[Block, ...]:
    """The paragraphs of a record's text, which is parted at blank lines only."""
    return tuple(Block(Kind.PARAGRAPH, piece) for piece in _BLANK_LINES.split(text.replace("\r\n", "\n")))


def stated_values(values: Mapping[str, Json], columns: Mapping[str, Sequence[str]]) -> dict[str, Json]:
    """A record's values under the names of our fields, where a column holds one, and the others under their own.

    columns: of each field. Id and text are left out. A value that stands in the way of a field is `column <name>`.
    """
    used = {column for names in columns.values() for column in names}
    stated: dict[str, Json] = {}
    for field in COLUMN_FIELDS:
        found = [values[column] for column in columns.get(field, ()) if values.get(column) not in (None, "")]
        if found and field not in ("id", "text"):
            stated[field] = found[0] if len(found) == 1 else _joined(field, found)
    others = {name: value for name, value in values.items() if name not in used}
    return {**stated, **{f"column {name}" if name.lower() in stated else name: value for name, value in others.items()}}


def _joined(field: str, values: Sequence[Json]) -> Json:
    if field in _SEVERAL:
        return [each for value in values for each in (value if isinstance(value, list) else [value])]
    return " ".join(map(str, values))
