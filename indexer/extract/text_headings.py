"""Headings that plain text marks by nothing but their shape: capitals, or a short line without an end over a paragraph."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from indexer.model import Block, Kind

_MAX_SHORT = 70
_MAX_CAPITALS = 100
_MAX_WORDS = 10
_MIN_LETTERS = 4
_LONG = 80
_UNENDING = re.compile(r"[.!?…,;:。！？\"'”’»)\]-][*_]*$")
_OPENING = re.compile(r"^[\"'“‘«„(\[–—-]|^by\b|^from\b", re.IGNORECASE)
_DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*\.?,? +\d|\d\.? +"
    r"(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)",
    re.IGNORECASE,
)


def with_headings(blocks: Sequence[Block], cased: bool) -> tuple[Block, ...]:
    """The blocks, with those made headings that look like one. cased: whether capitals tell anything in this text.

    The first block of a text is a heading of level 1, the title; others have level 2, and below capitals 3. A heading always
    stands over something. A short line is only taken for one between paragraphs: in verse and addresses it is none.
    """
    shapes = [_shape(block, cased) if block.kind is Kind.PARAGRAPH else "" for block in blocks]
    found: list[Block] = list(blocks)
    has_capitals = any(shape == "capitals" for shape in shapes[1:])
    for at in range(len(blocks) - 2, -1, -1):
        is_heading = shapes[at] == "capitals" or (shapes[at] == "short" and _stands_over(found, at))
        if is_heading:
            level = 1 if at == 0 else 3 if shapes[at] == "short" and has_capitals else 2
            found[at] = replace(blocks[at], kind=Kind.HEADING, level=level)
    return tuple(found)


def _shape(block: Block, cased: bool) -> str:
    """`capitals`, `short`, or nothing."""
    text = block.text
    if "\n" in text or len(text) > _MAX_CAPITALS or _UNENDING.search(text) or not any(map(str.isalpha, text)):
        return ""
    letters = [character for character in text if character.isalpha()]
    if cased and len(letters) >= _MIN_LETTERS and all(map(str.isupper, letters)):
        return "capitals"
    first = next(character for character in text if character.isalnum())
    begins = first.isupper() or first.isdigit() or not first.islower()
    is_short = len(text) <= _MAX_SHORT and len(text.split()) <= _MAX_WORDS
    return "short" if begins and is_short and not _OPENING.search(text) and not _DATE.search(text) else ""


def _stands_over(blocks: Sequence[Block], at: int) -> bool:
    """Whether a short line has a paragraph, a list or the like below it, and no short line of the same kind above it."""
    above = blocks[at - 1] if at else None
    if above is not None and above.kind is Kind.PARAGRAPH and not _is_prose(above):
        return False
    below = blocks[at + 1]
    if below.kind is Kind.HEADING:
        return at == 0
    return below.kind is not Kind.PARAGRAPH or (_is_prose(below) and len(below.text) > len(blocks[at].text))


def _is_prose(block: Block) -> bool:
    return len(block.text) >= _LONG or _UNENDING.search(block.text) is not None
