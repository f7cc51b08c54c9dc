"""The field table as a Whoosh schema."""

from __future__ import annotations

from whoosh import fields

from indexer.fields import FIELDS, FieldKind


def whoosh_schema() -> fields.Schema:
    """Prose as TEXT, names as KEYWORD, dates as stored values."""
    types = {
        FieldKind.TEXT: lambda: fields.TEXT(stored=True, phrase=True),
        FieldKind.KEYWORD: lambda: fields.KEYWORD(stored=True, commas=True, lowercase=True),
        FieldKind.DATE: fields.STORED,
    }
    return fields.Schema(**{field.name: types[field.kind]() for field in FIELDS})
