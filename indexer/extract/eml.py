"""Mails: the text with its quotations, the headers as metadata, and each attachment as a document of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from email.message import Message

from indexer.errors import ExtractionError
from indexer.extract.content import InMemory, megabytes
from indexer.extract.html import piece_blocks
from indexer.extract.mail_headers import is_mail, mail_metadata
from indexer.extract.mail_parts import file_name, last_part, part_bytes, part_text, parts_of, read_message
from indexer.extract.metadata import Stated, describe
from indexer.extract.source import Extracted, Format, Head, SourceFile, filled
from indexer.extract.text_blocks import text_blocks
from indexer.model import Block, Document, Kind, Origin, document_id
from indexer.report import PassedOver, Skip

_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
# For attachments without a name of their own.
_SUFFIXES = {"text/plain": ".txt", "text/html": ".html", "text/csv": ".csv", "text/markdown": ".md", "message/rfc822": ".eml"}


def read(file: SourceFile) -> Iterator[Extracted | SourceFile]:
    """The mail, then the files attached to it, forwarded mails among them."""
    message, cut = read_message(file)
    parts = parts_of(message)
    last = last_part(message) if cut is not None else None
    taken: set[str] = set()
    mail, *pieces = _document(file, message, [part for part in parts.body if part is not last])
    if cut is not None and isinstance(mail, Skip) and any(part is last for part in parts.body):
        mail = file.skip(_too_large(file))
        cut = None
    yield from (mail, *pieces)
    yield from map(PassedOver, parts.passed_over)
    for number, part in enumerate(parts.attached, start=1):
        if part is last:
            continue
        name = file_name(part)
        path = _path(name or str(number), number, taken)
        taken.add(document_id(path))
        try:
            content = InMemory(part_bytes(part))
        except ExtractionError as error:
            yield file.skip(error)
            continue
        yield file.inner(content, path, name or f"{number}{_SUFFIXES.get(part.get_content_type(), '')}")
    if cut is not None:
        yield file.skip(cut, whole=False)


def _path(name: str, number: int, taken: set[str]) -> str:
    """What tells an attachment from those before it: its name, and its number too where the name's id is taken."""
    while document_id(name) in taken:
        name = f"{number}-{name}"
    return name


def _document(file: SourceFile, message: Message, body: Sequence[Message]) -> Iterator[Document | Skip]:
    """The mail itself, and what is wrong with pieces of its text, which costs no attachments."""
    lost: list[ExtractionError] = []
    try:
        blocks = filled([block for part in body for block in _blocks(part, lost)], lost=lost)
    except ExtractionError as error:
        yield file.skip(error)
        return
    stated = Stated(mail_metadata(message), Origin.MAIL, split_tags=False)
    yield Document(describe(file.id, FORMAT.name, blocks, stated, file.name), blocks)
    yield from file.skip_pieces(lost)


def _too_large(file: SourceFile) -> ExtractionError:
    """What is said of a mail in whose text the limit falls, where it has no other."""
    reason = f"its text is larger than {megabytes(file.limits.max_file_bytes)}"
    return ExtractionError(reason, "Raise the setting max_file_bytes.")


def _blocks(part: Message, lost: list[ExtractionError]) -> Iterator[Block]:
    text = part_text(part)
    if not text.strip():
        return
    if part.get_content_type() == "text/html":
        yield from piece_blocks(text, lost)
        return
    # A name or a greeting on a line of its own is no heading.
    for block in text_blocks(_SIGNATURE.sub("\n", text.replace("\r\n", "\n"))):
        yield Block(Kind.PARAGRAPH, block.text) if block.kind is Kind.HEADING else block


def _recognizes(head: Head) -> bool:
    return is_mail(head.text)


FORMAT = Format("eml", (".eml",), read, _recognizes, is_text=True)
