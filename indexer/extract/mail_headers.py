"""The headers of a mail as text, however they are encoded; none is so broken that it costs the mail."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from indexer.cleaning import one_line
from indexer.errors import ExtractionError
from indexer.extract.dates import written_date
from indexer.extract.encoding import decode
from indexer.model import Json

MAX_HEADER = 20_000  # characters; of longer ones the rest is left out, and decoding them takes its time
_MAX_ADDRESSES = 200
_FIELD = re.compile(r"[!-9;-~]{1,80}:")
_OF_A_MAIL = frozenset(
    "message-id mime-version received return-path delivered-to in-reply-to references newsgroups lines x-mailer".split()
)
_ENCODED = re.compile(r"=\?[^?\s]+\?[bq]\?", re.IGNORECASE)


def header(message: Message, name: str) -> str:
    """The first header of a name as one line of text; empty where there is none."""
    for key, value in message.raw_items():
        if key.lower() == name:
            return one_line(_decoded(str(value)[:MAX_HEADER], charset_of(message)))
    return ""


def mail_metadata(message: Message) -> dict[str, Json]:
    """What a mail states about itself, under the keys of our fields; the writer's own day, never converted."""
    senders = [*_addresses(message, "from")]
    found: dict[str, Json] = {
        "title": header(message, "subject"),
        "author": [name or address for name, address in senders],
        "published": mail_date(message),
        "language": header(message, "content-language"),
        "from": [_shown(*sender) for sender in senders],
        "to": [_shown(*receiver) for receiver in _addresses(message, "to")],
        "cc": [_shown(*receiver) for receiver in _addresses(message, "cc")],
        "message-id": header(message, "message-id"),
        "in-reply-to": header(message, "in-reply-to"),
    }
    return {key: value for key, value in found.items() if value}


def charset_of(part: Message) -> str | None:
    """The encoding that a part states for its text."""
    try:
        return part.get_content_charset()
    except (LookupError, ValueError, TypeError, AttributeError):
        return None


def header_names(start: str) -> frozenset[str]:
    """The names of the headers that a text begins with, in lower case; none where it begins with anything else."""
    names = set()
    for line in start.splitlines():
        if not line.strip():
            break
        field = _FIELD.match(line)
        if field is not None:
            names.add(field[0][:-1].lower())
        elif not line.startswith((" ", "\t")) or not names:
            return frozenset()
    return frozenset(names)


def is_mail(start: str) -> bool:
    """Whether a text begins with headers as only mails have them."""
    names = header_names(start)
    return bool(names & _OF_A_MAIL) and bool(names & {"from", "date", "subject", "content-type"})


def _addresses(message: Message, name: str) -> Iterator[tuple[str, str]]:
    """Names and addresses; what is encoded is decoded behind the commas between them, for it may hold some."""
    values = [str(value)[:MAX_HEADER] for key, value in message.raw_items() if key.lower() == name]
    for value in values:
        if "@" not in value:  # no address at all, but a name
            yield one_line(_decoded(value, charset_of(message))), ""
    try:
        addressed = getaddresses([_unfolded(value) for value in values if "@" in value])[:_MAX_ADDRESSES]
    except RecursionError:  # comments in comments without end
        return
    for shown, address in addressed:
        if shown or address:
            charset = charset_of(message)
            yield one_line(_decoded(shown, charset)), one_line(_decoded(address, charset))


def _unfolded(value: str) -> str:
    return value.replace("\r", "").replace("\n", " ")


def _shown(name: str, address: str) -> str:
    return f"{name} <{address}>" if name and address else name or address


def mail_date(message: Message) -> str:
    """The date of a mail in ISO notation where it can be read, else as it stands; empty where none is stated."""
    return written_date(header(message, "date"))


def _decoded(value: str, charset: str | None) -> str:
    """A header's text: encoded words decoded, and bytes that should never have stood there read as the body's are."""
    raw = value.encode("utf-8", "surrogateescape")
    if not raw.isascii():
        try:
            value = decode(raw, charset)
        except ExtractionError:
            return raw.decode("utf-8", "replace")
    if not _ENCODED.search(value):
        return value
    try:
        pieces = decode_header(_unfolded(value))
    except (MessageError, binascii.Error, ValueError):
        return value
    return "".join(_piece(piece, encoding) for piece, encoding in pieces) or value


def _piece(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    for encoding in (charset or "raw-unicode-escape", "utf-8"):
        try:
            return piece.decode(encoding)
        except (LookupError, ValueError):
            continue
    return piece.decode("cp1252", "replace")
