"""Blocks to records: cleaning, sections, and the splitting of what is too long for one record."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from indexer.cleaning import clean, one_line
from indexer.model import Block, Document, Kind, Paragraph, Part
from indexer.sentences import sentence_ends

MAX_CHARACTERS = 5_000
_MAX_MARKS = 64  # on one letter; more are no accents, and may be parted from it


def paragraphs(document: Document) -> tuple[Paragraph, ...]:
    """The records of a document in reading order, ordinals from 1; blocks without text are left out.

    `section` is the nearest heading above. A heading's own is the heading that encloses it, the nearest above of a higher
    rank, or None.
    """
    records: list[Paragraph] = []
    headings: list[tuple[int, str]] = []
    for block in document.blocks:
        text = clean(block.text)
        if not text:
            continue
        if block.kind is Kind.HEADING:
            headings = [heading for heading in headings if heading[0] < block.level]
        section = headings[-1][1] if headings else None
        records.extend(_records(block, text, section, len(records) + 1))
        if block.kind is Kind.HEADING:
            headings.append((block.level, one_line(text[:MAX_CHARACTERS])))
    return tuple(records)


def _records(block: Block, text: str, section: str | None, ordinal: int) -> Iterator[Paragraph]:
    if len(text) <= MAX_CHARACTERS:
        yield Paragraph(ordinal, block.kind, text, section, page_number=block.page)
        return
    pieces = tuple(split(text, code=block.kind is Kind.CODE))
    for number, piece in enumerate(pieces, start=1):
        yield Paragraph(ordinal + number - 1, block.kind, piece, section, Part(number, len(pieces)), block.page)


def split(text: str, limit: int = MAX_CHARACTERS, code: bool = False) -> Iterator[str]:
    """Cut a text into pieces of at most `limit` characters; only white space at the cuts is lost.

    A piece ends at its last sentence end (code: line end); where there is none, at a word; where there is none, at a character.
    """
    start = 0
    while len(text) - start > limit:
        cut = _cut(text, start, limit, code)
        yield text[start:cut].rstrip()
        start = cut
        while start < len(text) and text[start].isspace():
            start += 1
    if start < len(text):
        yield text[start:]


def _cut(text: str, start: int, limit: int, code: bool) -> int:
    """The offset behind the next piece; more than `start`."""
    stop = start + limit
    if code:
        line_end = text.rfind("\n", start + 1, stop + 1)
        if line_end > start:
            return line_end
    else:
        last = max((end for end in sentence_ends(text, start, stop + 1) if end <= stop), default=start)
        if last > start:
            return last
    word_end = next((at for at in range(stop, start, -1) if text[at].isspace()), start)
    if word_end > start:
        return word_end
    letters = (at for at in range(stop, max(start, stop - _MAX_MARKS), -1) if not unicodedata.combining(text[at]))
    return next(letters, stop)
