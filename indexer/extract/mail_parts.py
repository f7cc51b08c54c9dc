"""A mail taken apart: the text that its writer meant to be read, and what is attached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message

from indexer.errors import ExtractionError
from indexer.extract.content import megabytes
from indexer.extract.encoding import declared_encoding, decode
from indexer.extract.mail_headers import charset_of, header
from indexer.extract.source import SourceFile

PICTURE = "picture in a mail"
SIGNATURE = "signature of a mail"

_SIGNATURES = frozenset(f"application/{kind}-signature" for kind in ("pgp", "pkcs7", "x-pkcs7"))
_ENCRYPTED = frozenset(("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"))
_READABLE = ("text/plain", "text/html")
_FLATTENING = (LookupError, ValueError, TypeError, AttributeError, RecursionError, MessageError)


@dataclass(slots=True)
class Parts:
    """The parts of a mail in their order. passed_over: why each of those was left out."""

    body: list[Message] = field(default_factory=list)
    attached: list[Message] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)


def read_message(file: SourceFile) -> tuple[Message, ExtractionError | None]:
    """A mail as a tree of parts. Of one larger than `max_file_bytes` only the beginning, with the error that says so.

    Raises ExtractionError for what is empty or encrypted, or nested without end.
    """
    most = file.limits.max_file_bytes
    with file.open() as stream:
        raw = stream.read(most + 1).lstrip()
    if not raw:
        raise ExtractionError("empty")
    try:
        message = message_from_bytes(raw[:most])
    except (RecursionError, MessageError) as error:
        raise ExtractionError("its parts are nested too deeply", "Save its attachments as files of their own.") from error
    if message.get_content_type() in _ENCRYPTED:
        raise ExtractionError("encrypted", "Decrypt it in your mail program, and save it anew.")
    if len(raw) <= most:
        return message, None
    reason = f"larger than {megabytes(most)}: what lies behind is left out"
    return message, ExtractionError(reason, "Save its attachments as files of their own, or raise the setting max_file_bytes.")


def parts_of(message: Message) -> Parts:
    """The parts of a mail that are no containers of others.

    Of alternatives the plain text is the body, or else the HTML; what is attached inside them is attached all the same.
    """
    found = Parts()
    all_leaves = [*_leaves(message)]
    with_plain = _with_plain_text(all_leaves)
    for leaf in all_leaves:
        part = leaf.part
        if part.get_content_type() in _SIGNATURES:
            found.passed_over.append(SIGNATURE)
        elif _is_readable(part):
            has_plain = id(leaf.alternatives) in with_plain
            if leaf.alternatives is None or (part.get_content_type() != "text/html") == has_plain:
                found.body.append(part)
        elif leaf.around == "multipart/related" and part.get_content_maintype() == "image" and not _is_attached(part):
            found.passed_over.append(PICTURE)
        else:
            found.attached.append(part)
    return found


def leaves(message: Message) -> list[Message]:
    """All parts of a mail that are no containers of others, in their order."""
    return [leaf.part for leaf in _leaves(message)]


def last_part(message: Message) -> Message:
    """The part that a mail ends with."""
    while parts := _parts(message):
        message = parts[-1]
    return message


def part_bytes(part: Message) -> bytes:
    """What a part holds, decoded; a forwarded mail as it would stand in a file of its own."""
    try:
        if not part.is_multipart():
            raw = part.get_payload(decode=True)
            return raw if isinstance(raw, bytes) else b""
        inner = part.get_payload(0)
        return inner.as_bytes() if isinstance(inner, Message) else b""
    except _FLATTENING as error:
        raise ExtractionError("a broken part of a mail", "Save it as a file of its own.") from error


def part_text(part: Message) -> str:
    """The text of a part. Raises ExtractionError for what is no text."""
    raw = part_bytes(part)
    return decode(raw, charset_of(part) or declared_encoding(raw)) if raw.strip() else ""


def file_name(part: Message) -> str:
    """The name that a part's file had, without folders; empty where none is stated."""
    try:
        stated = part.get_filename("")
    except _FLATTENING:
        return ""
    named = Message()
    named["name"] = stated.replace("\r", "").replace("\n", " ")
    return header(named, "name").replace("\\", "/").rpartition("/")[2].strip(". ")


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A part without parts. around: the type of the container it stands in; alternatives: the outermost that it is one of."""

    part: Message
    around: str = ""
    alternatives: Message | None = None


def _leaves(message: Message) -> Iterator[_Leaf]:
    stack = [_Leaf(message)]
    while stack:
        leaf = stack.pop()
        parts = _parts(leaf.part)
        if not parts:
            yield leaf
            continue
        kind = leaf.part.get_content_type()
        alternatives = leaf.alternatives or (leaf.part if kind == "multipart/alternative" else None)
        stack.extend(_Leaf(part, kind, alternatives) for part in reversed(parts))


def _with_plain_text(leaves: Sequence[_Leaf]) -> frozenset[int]:
    """The ids of those alternatives, among which a plain text holds any."""
    return frozenset(
        id(leaf.alternatives)
        for leaf in leaves
        if _is_readable(leaf.part) and leaf.part.get_content_type() == "text/plain" and part_bytes(leaf.part).strip()
    )


def _parts(part: Message) -> list[Message]:
    """The parts of a container; none of a forwarded mail, which is a file of its own."""
    parts = part.get_payload()
    if part.get_content_maintype() != "multipart" or not isinstance(parts, list):
        return []
    return [inner for inner in parts if isinstance(inner, Message)]


def _is_readable(part: Message) -> bool:
    """Whether a part is text to be read; a container whose parts were never found is taken for one."""
    kind = part.get_content_type()
    return (kind in _READABLE or kind.startswith("multipart/")) and not _is_attached(part)


def _is_attached(part: Message) -> bool:
    try:
        return part.get_content_disposition() == "attachment" or bool(part.get_filename())
    except _FLATTENING:
        return False
