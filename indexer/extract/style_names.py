"""What the names of a text's styles say in word processors: headings, titles and quotations, in the languages that we know."""

from __future__ import annotations

import re

from indexer.model import Kind

MAX_LEVEL = 6
"""Headings further down are of this level."""

_HEADING = re.compile(r"(?:heading|überschrift|titre|título|заголовок)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"title|titel", re.IGNORECASE)
_QUOTE = re.compile(r"(?:intense |block )?(?:quote|quotation)s?|block text|zitat", re.IGNORECASE)


def kind_of_style(name: str) -> tuple[Kind, int] | None:
    """The kind that a style of this name makes of a paragraph, and a heading's level; None where the name says nothing."""
    if match := _HEADING.match(name):
        return Kind.HEADING, min(int(match[1]), MAX_LEVEL)
    if _TITLE.fullmatch(name):
        return Kind.HEADING, 1
    return (Kind.BLOCKQUOTE, 0) if _QUOTE.fullmatch(name) else None
