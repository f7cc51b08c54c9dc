"""Files to documents: one module for each format, and the table of them.

A new format is a module with a `Format` and its line in `FORMATS`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack

from indexer.errors import ExtractionError
from indexer.extract import (
    compressed,
    csv,
    docx,
    eml,
    epub,
    feed,
    html,
    jsonl,
    markdown,
    mbox,
    mhtml,
    odt,
    pdf,
    rtf,
    tar,
    text,
    zip,
)
from indexer.extract.recognition import format_of, head_of
from indexer.extract.source import Extracted, Format, SourceFile
from indexer.extract.zip_directory import SIGNATURES, opened_zip
from indexer.report import Skip

# In the order in which they are asked whether they know a content.
FORMATS: tuple[Format, ...] = (
    pdf.FORMAT,
    docx.FORMAT,
    epub.FORMAT,
    odt.FORMAT,
    rtf.FORMAT,
    mbox.FORMAT,
    mhtml.FORMAT,
    eml.FORMAT,
    feed.FORMAT,
    html.FORMAT,
    jsonl.FORMAT,
    markdown.FORMAT,
    text.FORMAT,
    csv.FORMAT,
    zip.FORMAT,
    tar.FORMAT,
    compressed.GZIP,
    compressed.BZIP2,
    compressed.XZ,
)

_logger = logging.getLogger(__name__)


def extract(file: SourceFile) -> Iterator[Extracted]:
    """The documents of a file in order, and a Skip for each that cannot be read; never raises for a bad file.

    A file inside the file is read as any other, and whatever is wrong with it costs it alone. A document comes with a Skip
    where only its front matter is broken. Equal ids are not looked for.
    """
    return file.parts.read(file.shown, lambda: _extract(file))


def _extract(file: SourceFile) -> Iterator[Extracted]:
    with ExitStack() as stack:
        settled, known = _recognized(file, stack)
        if file.depth == 0:
            file.parts.format = (known.name, known.version)
        for found in known.read(settled):
            if not isinstance(found, SourceFile):
                yield found
                continue
            _admit(found)
            yield from _inside(found)


def _recognized(file: SourceFile, stack: ExitStack) -> tuple[SourceFile, Format]:
    """A file and its format; a ZIP file, whose format its members tell, is unpacked where it is packed itself."""
    start = file.start()
    members: frozenset[str] = frozenset()
    if start.startswith(SIGNATURES):
        file = stack.enter_context(file.settled())
        with file.open() as stream, opened_zip(stream) as archive:
            members = frozenset(archive.namelist())
    return file, format_of(file.name, head_of(start, members), FORMATS, fallback=text.FORMAT)


def _inside(file: SourceFile) -> Iterator[Extracted]:
    """What a file inside another gives."""
    if file.depth > file.limits.max_depth:
        reason = f"stands in more than {file.limits.max_depth} archives, mails or compressed files"
        yield Skip(file.shown, reason, "Unpack it yourself, or raise the setting max_depth.")
        return
    yield from extract(file)


def _admit(file: SourceFile) -> None:
    """Count a file inside another. Raises ExtractionError where nothing is left for it and those behind it."""
    allowance, behind = file.allowance, f"the rest, from {file.shown} on, is left out"
    allowance.members_left -= 1
    if allowance.members_left < 0:
        reason = f"holds more than {file.limits.max_members:,} files: {behind}"
        raise ExtractionError(reason, "Unpack it yourself, or raise the setting max_members.")
    if allowance.bytes_left < 0:
        spent = allowance.exceeded()
        raise ExtractionError(f"{spent.reason}: {behind}", spent.hint)
