"""Plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.extract.encoding import decode
from indexer.extract.metadata import Stated, describe
from indexer.extract.source import Format, SourceFile, filled
from indexer.extract.text_blocks import text_blocks
from indexer.model import Document, Json
from indexer.report import Skip

_HEADER_LINE = re.compile(r"(title|author|authors|date|published|source|language|url|tags)[ \t]*:[ \t]*(\S.*)", re.IGNORECASE)
_HEADER = re.compile(r"\s*+((?:[^\S\n]*+\S[^\n]*+\n){2,}+)[^\S\n]*+\n(?=\s*+\S)")


def read(file: SourceFile) -> Iterator[Document | Skip]:
    """The one document of a file."""
    stated, body = split_header(decode(file.read()).replace("\r\n", "\n").replace("\r", "\n"))
    blocks = filled(text_blocks(body))
    yield Document(describe(file.id, FORMAT.name, blocks, Stated(stated), file.name), blocks)


def split_header(text: str) -> tuple[dict[str, Json], str]:
    """The values of a header, and the text below it.

    A header is two lines or more at the very top, each `Title: …`, `Author: …`, `Date: …`, `Source: …`, `Language: …`, `URL: …`
    or `Tags: …`, each key once, with a blank line below. With any other line among them it is text like all the rest.
    """
    top = _HEADER.match(text)
    lines = [_HEADER_LINE.fullmatch(line.strip()) for line in top[1].splitlines()] if top else []
    values: dict[str, Json] = {line[1].lower(): line[2] for line in lines if line is not None}
    if top is None or len(values) < len(lines):
        return {}, text
    return values, text[top.end() :]


FORMAT = Format("text", (".txt", ".text"), read, is_text=True)
