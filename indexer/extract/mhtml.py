"""MHTML: a page with everything on it in one file, as browsers save it; read as the page it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message

from indexer.errors import ExtractionError
from indexer.extract.html import read_page
from indexer.extract.mail_headers import header, header_names, mail_date
from indexer.extract.mail_parts import last_part, leaves, part_text, read_message
from indexer.extract.source import Extracted, Format, Head, SourceFile
from indexer.model import Json

_SAVED = re.compile(r"^From:.*<Saved by", re.IGNORECASE | re.MULTILINE)
_RELATED = re.compile(r"^Content-Type:\s*multipart/related\b", re.IGNORECASE | re.MULTILINE)


def read(file: SourceFile) -> Iterator[Extracted]:
    """The one page of a file; of frames in it only the outermost."""
    message, cut = read_message(file)
    page = _page(message)
    if page is None or (cut is not None and page is last_part(message)):
        raise cut or ExtractionError("no page in it", "Save the page anew.")
    values: dict[str, Json] = {
        "url": header(message, "snapshot-content-location") or header(page, "content-location"),
        "saved": mail_date(message),
    }
    yield from read_page(file, part_text(page), FORMAT.name, {name: value for name, value in values.items() if value})
    if cut is not None:
        yield file.skip(cut, whole=False)


def _page(message: Message) -> Message | None:
    """The part that is the page: the one that the file names, else the first that is HTML."""
    pages = [part for part in leaves(message) if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    location = header(message, "snapshot-content-location")
    start = str(message.get_param("start", ""))
    for part in pages:
        if (start and header(part, "content-id") == start) or (location and header(part, "content-location") == location):
            return part
    return pages[0] if pages else None


def _recognizes(head: Head) -> bool:
    names = header_names(head.text)
    if "snapshot-content-location" in names:
        return True
    if not names & {"mime-version", "content-type"}:
        return False
    return _SAVED.search(head.text) is not None or ("from" not in names and _RELATED.search(head.text) is not None)


FORMAT = Format("mhtml", (".mhtml", ".mht"), read, _recognizes, is_text=True)
