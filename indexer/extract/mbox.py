"""Mailboxes: mails one after the other, each behind a line that begins with `From `; read as they come."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from indexer.errors import ExtractionError
from indexer.extract.content import InMemory
from indexer.extract.source import Format, Head, SourceFile

_POSTMARK = re.compile(rb"From \S.*\d\d?:\d\d.*\d{4}|From \S.*\d{4}.*\d\d?:\d\d")
_FIELD = re.compile(rb">?[!-9;-~]{1,80}:")
_ESCAPED = re.compile(rb"^>(>*From )")
_PIECE = 1 << 16
_LONGEST_POSTMARK = 200  # bytes


def read(file: SourceFile) -> Iterator[SourceFile]:
    """The mails in their order, numbered from 1."""
    number = 0
    with file.open() as stream:
        for number, mail in enumerate(_mails(stream, file.limits.max_file_bytes + 1), start=1):
            yield file.inner(InMemory(mail), str(number), f"{number}.eml")
    if number == 0:
        raise ExtractionError("no mail in it", "A mailbox begins with a line such as: From a@b.example Mon May 19 08:30 2025")


def _mails(stream: io.BufferedReader, most: int) -> Iterator[bytes]:
    """The bytes of each mail, its first `most` if it has more; a `From ` that was escaped is restored.

    A line is a postmark if the line behind it is a header: so text that begins with `From ` need not be escaped.
    """
    mail: bytearray | None = None
    postmark = b""
    for line, is_beginning in _lines(stream):
        if postmark:
            if _FIELD.match(line):
                if mail is not None:
                    yield bytes(mail)
                mail = bytearray()
            elif mail is not None:
                mail += postmark[: most - len(mail)]
            postmark = b""
        if is_beginning and line.startswith(b"From ") and _POSTMARK.match(line[:_LONGEST_POSTMARK]):
            postmark = line
        elif mail is not None and len(mail) < most:
            unescaped = _ESCAPED.sub(rb"\1", line) if is_beginning else line
            mail += unescaped[: most - len(mail)]
    if mail is not None:
        yield bytes(mail)


def _lines(stream: io.BufferedReader) -> Iterator[tuple[bytes, bool]]:
    """Lines, a long one in pieces; with each, whether a line begins with it."""
    is_beginning = True
    while line := stream.readline(_PIECE):
        yield line, is_beginning
        is_beginning = line.endswith(b"\n")


def _recognizes(head: Head) -> bool:
    first, _, behind = head.start.lstrip().partition(b"\n")
    return _POSTMARK.match(first[:_LONGEST_POSTMARK]) is not None and _FIELD.match(behind) is not None


FORMAT = Format("mbox", (".mbox", ".mbx"), read, _recognizes, is_text=True)
