"""Which columns of a table, and which keys of a JSON line, hold which field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

COLUMN_FIELDS = ("id", "text", "title", "source", "author", "published", "language", "url", "tag")

# What tables call a field, the best names first; only the first that is there counts.
COMMON_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id",),
    "text": ("text", "body", "content", "full_text", "fulltext", "article", "paragraph", "message", "transcript", "abstract"),
    "title": ("title", "headline", "subject"),
    "source": ("source", "publisher", "publication", "outlet", "newspaper", "site"),
    "author": ("author", "authors", "byline", "creator", "by"),
    "published": ("published", "date", "publication_date", "published_at", "pubdate", "pub_date", "created_at", "created"),
    "language": ("language", "lang"),
    "url": ("url", "link", "permalink"),
    "tag": ("tag", "tags", "keywords", "categories", "category", "topics", "topic"),
}


@dataclass(frozen=True, slots=True)
class Columns:
    """What the settings say: pairs of a field and a column. A field may have several columns, as `text` often does."""

    named: tuple[tuple[str, str], ...] = ()

    def of(self, field: str, names: Sequence[str]) -> tuple[str, ...]:
        """Those of the names that hold a field by the settings, in the settings' order; upper case does not matter."""
        wanted = [_key(column) for known, column in self.named if known == field]
        return tuple(dict.fromkeys(name for column in wanted for name in names if _key(name) == column))

    def found(self, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The columns of each field: those that the settings name, else one with a common name that is no other field's."""
        fields = {field: self.of(field, names) for field in COLUMN_FIELDS}
        taken = {column for columns in fields.values() for column in columns}
        for field, columns in fields.items():
            if columns:
                continue
            free = {_key(name): name for name in reversed(names) if name not in taken}
            common = next((free[known] for known in COMMON_NAMES[field] if known in free), None)
            fields[field] = () if common is None else (common,)
        return {field: columns for field, columns in fields.items() if columns}


def _key(name: str) -> str:
    """A name as names are compared: `Published At` is `published_at`."""
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())
