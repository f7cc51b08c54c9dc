"""Documents for tests, made in a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple, TypedDict, Unpack

from indexer.model import DocumentMetadata, Json, Kind, Origin, Paragraph


class Indexed(NamedTuple):
    """A document as a writer takes it."""

    metadata: DocumentMetadata
    paragraphs: tuple[Paragraph, ...]


class _Known(TypedDict, total=False):
    """The metadata that a test may state."""

    title: str
    title_derived: bool
    source: str | None
    author: tuple[str, ...]
    published: str | None
    language: str | None
    url: str | None
    format: str
    tag: tuple[str, ...]
    extra: dict[str, Json]
    origins: dict[str, Origin]


def make_document(document_id: str, texts: Sequence[str | Paragraph], **known: Unpack[_Known]) -> Indexed:
    """A document of these paragraphs, titled by its id unless a title is stated; a Paragraph keeps all but its ordinal."""
    paragraphs = tuple(
        replace(text, ordinal=ordinal) if isinstance(text, Paragraph) else Paragraph(ordinal, Kind.PARAGRAPH, text)
        for ordinal, text in enumerate(texts, start=1)
    )
    known.setdefault("title", document_id)
    return Indexed(DocumentMetadata(id=document_id, paragraphs=len(paragraphs), **known), paragraphs)


def make_paragraph(text: str, kind: Kind = Kind.PARAGRAPH, section: str | None = None, page: int | None = None) -> Paragraph:
    """A paragraph for `make_document`, which numbers it."""
    return Paragraph(0, kind, text, section, page_number=page)
