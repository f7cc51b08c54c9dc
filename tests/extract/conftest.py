"""A file of any name and content, extracted as a build does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest

from indexer.config import Settings
from indexer.extract import extract
from indexer.model import Block, Document, DocumentMetadata, Kind, document_id
from indexer.report import PassedOver, Skip

Extracted: TypeAlias = list[Document | Skip | PassedOver]
Extract: TypeAlias = Callable[..., Extracted]


_LIMITS = Settings(max_file_bytes=1_000_000).limits


@pytest.fixture
def extract_file(tmp_path: Path) -> Extract:
    """Writes `content` under a name and gives what is extracted from it; the path is shown as the bare name."""

    def write_and_extract(name: str, content: str | bytes, **limits: int) -> Extracted:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return list(extract(path, document_id(name), name, replace(_LIMITS, **limits)))

    return write_and_extract


@pytest.fixture
def metadata_of(extract_file: Extract) -> Callable[[str, str], DocumentMetadata]:
    """The metadata of the one document in a file."""

    def only(name: str, content: str) -> DocumentMetadata:
        [document] = extract_file(name, content)
        assert isinstance(document, Document), document
        return document.metadata

    return only


def plain(blocks: tuple[Block, ...]) -> list[tuple[Kind, str]]:
    """Blocks without their levels."""
    return [(block.kind, block.text) for block in blocks]
