"""Documents, their blocks, and the record: the paragraph with its stable id."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

_SURROGATE = re.compile("[\ud800-\udfff]")


class Kind(StrEnum):
    """What a paragraph is in its document."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    BLOCKQUOTE = "blockquote"
    CODE = "code"


class Origin(StrEnum):
    """Where a piece of metadata was found."""

    FRONT_MATTER = "front matter"
    HTML = "html"
    RECORD = "record"
    MAIL = "mail"
    PROPERTIES = "document properties"
    FEED = "feed"
    FILE_NAME = "file name"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document as its format delimits it; `level` is a heading's, from 1; `page` the one it begins on, if any.

    The text is final but for what `paragraphs` does to every format: control characters, stripping, splitting.
    """

    kind: Kind
    text: str
    level: int = 0
    page: int | None = None


@dataclass(frozen=True, slots=True)
class DocumentMetadata:
    """What is known of a document besides its text. `published` is kept as the document states it.

    `origins` says for each known field where it came from. `paragraphs` is the number of records, 0 before they are made.
    """

    id: str
    title: str
    title_derived: bool = False
    source: str | None = None
    author: tuple[str, ...] = ()
    published: str | None = None
    language: str | None = None
    url: str | None = None
    format: str = "text"
    tag: tuple[str, ...] = ()
    extra: Mapping[str, Json] = field(default_factory=dict)
    origins: Mapping[str, Origin] = field(default_factory=dict)
    paragraphs: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """An extracted document: its metadata and its blocks in reading order.

    left_out: how many characters, white space aside, the reader took for no part of it: navigation, running headers.
    """

    metadata: DocumentMetadata
    blocks: tuple[Block, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a paragraph that was too long for one record."""

    number: int
    of: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The record. Ordinals count a document's records from 1, headings included.

    page_number: the page that it begins on, counted from 1; None where the document has no pages.
    language: its own, where that is another than its document's.
    """

    ordinal: int
    kind: Kind
    text: str
    section: str | None = None
    part: Part | None = None
    page_number: int | None = None
    language: str | None = None


def paragraph_id(document_id: str, ordinal: int) -> str:
    """The id of a record: `<document id>#p<ordinal>`."""
    return f"{document_id}#p{ordinal}"


def document_id(path: str) -> str:
    """The id of what stands at a relative path (`/` between parts); never depends on other documents.

    Letters, marks, digits and `._-` stand for themselves, `/` becomes `:`; anything else becomes `-`, and then `~` and six
    hex digits of the sha256 of the unmapped path follow.
    """
    unmapped = unicodedata.normalize("NFC", without_surrogates(path))
    mapped = "".join(_mapped(character) for character in unmapped)
    if mapped == unmapped.replace("/", ":"):
        return mapped
    return f"{mapped}~{hashlib.sha256(unmapped.encode()).hexdigest()[:6]}"


def inner_id(file_id: str, own: str) -> str:
    """The id of what stands inside a file: `<the file's id>:<own id, mapped the same way>`."""
    return f"{file_id}:{document_id(own)}"


def content_id(content: str) -> str:
    """The own id of a record that states none: 16 hex digits of its content's sha256."""
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:16]


def without_surrogates(text: str) -> str:
    """A text that UTF-8 can hold: each lone surrogate becomes U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def _mapped(character: str) -> str:
    if character == "/":
        return ":"
    if character in "._-" or unicodedata.category(character)[0] in "LM" or unicodedata.category(character) == "Nd":
        return character
    return "-"
