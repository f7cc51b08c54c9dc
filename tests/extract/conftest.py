"""A file of any name and content, extracted as a build does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from indexer.config import Settings
from indexer.extract import extract
from indexer.extract.content import Allowance, Content, InMemory, OpenFile
from indexer.extract.parts import Parts
from indexer.extract.source import SourceFile
from indexer.limits import Limits
from indexer.model import Block, Document, DocumentMetadata, Kind, document_id
from indexer.report import PassedOver, Skip

Extracted: TypeAlias = list[Document | Skip | PassedOver]
Extract: TypeAlias = Callable[..., Extracted]


_LIMITS = Settings(max_file_bytes=1_000_000).limits


def source_file(name: str, content: Content, **limits: Any) -> SourceFile:
    """A file of that name, at the root."""
    bounds = replace(_LIMITS, **limits)
    return SourceFile(content, document_id(name), name, name, bounds, Allowance(bounds), Parts(bounds))


def extract_path(path: Path, file_id: str, shown: str, limits: Limits) -> Extracted:
    """What is extracted from a file on the disk."""
    with path.open("rb") as content:
        source = SourceFile(OpenFile(content), file_id, shown, path.name, limits, Allowance(limits), Parts(limits))
        return list(extract(source))


@pytest.fixture
def extract_file() -> Extract:
    """Gives what is extracted from a `content` under a name; the path is shown as the bare name."""

    def extract_content(name: str, content: str | bytes, **limits: Any) -> Extracted:
        raw = content if isinstance(content, bytes) else content.encode()
        return list(extract(source_file(name, InMemory(raw), **limits)))

    return extract_content


@pytest.fixture
def metadata_of(extract_file: Extract) -> Callable[[str, str], DocumentMetadata]:
    """The metadata of the one document in a file."""

    def only(name: str, content: str) -> DocumentMetadata:
        [document] = extract_file(name, content)
        assert isinstance(document, Document), document
        return document.metadata

    return only


DEEP = "<div>" * 5_000
"""Nested deeper than the parser of HTML goes: what stands behind is lost."""


def plain(blocks: tuple[Block, ...]) -> list[tuple[Kind, str]]:
    """Blocks without their levels."""
    return [(block.kind, block.text) for block in blocks]
