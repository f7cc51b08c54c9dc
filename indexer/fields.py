"""The field table: each field is declared here once, and schema, facets, sorts, API, page and docs derive from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FieldKind(StrEnum):
    """How a field's values are read: as prose (stemmed), as names (folded only), or as dates."""

    TEXT = "text"
    KEYWORD = "keyword"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `weight` is the ranking weight of a word found there; 0 where it does not rank."""

    name: str
    label: str
    kind: FieldKind
    facet: bool = False
    multi: bool = False
    per_document: bool = True
    weight: float = 0.0


FIELDS: tuple[Field, ...] = (
    Field("text", "Text", FieldKind.TEXT, per_document=False, weight=1.0),
    Field("title", "Title", FieldKind.TEXT, weight=2.0),
    Field("source", "Source", FieldKind.KEYWORD, facet=True),
    Field("author", "Author", FieldKind.KEYWORD, facet=True, multi=True),
    Field("published", "Published", FieldKind.DATE),
    Field("language", "Language", FieldKind.KEYWORD, facet=True),
    Field("format", "Format", FieldKind.KEYWORD, facet=True),
    Field("section", "Section", FieldKind.TEXT, facet=True, per_document=False, weight=0.5),
    Field("tag", "Tag", FieldKind.KEYWORD, facet=True, multi=True),
    Field("kind", "Kind", FieldKind.KEYWORD, facet=True, per_document=False),
)

FIELD_BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}
FACETS: tuple[str, ...] = tuple(field.name for field in FIELDS if field.facet)
HISTOGRAM = "published"
