"""ZIP archives."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from indexer.errors import ExtractionError
from indexer.extract.archive import LINK, NO_FILE, Member, inner_files
from indexer.extract.content import Content, Packed, Stream
from indexer.extract.source import Extracted, Format, Head, SourceFile
from indexer.extract.zip_directory import SIGNATURES, opened_zip
from indexer.report import PassedOver

_ENCRYPTED = 0x1
_UTF8 = 0x800
_DOS = 0
_OF_OTHERS = frozenset(("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF", "AndroidManifest.xml"))
_LOCAL_HEADER = 30  # bytes, before the name


def read(file: SourceFile) -> Iterator[Extracted | SourceFile]:
    """The files in an archive in the order of their paths."""
    with file.settled() as settled, settled.open() as stream, opened_zip(stream) as archive:
        overlapping = _overlapping(archive.infolist())
        members = (
            Member(_path(entry), _content(file, archive, entry, entry.header_offset in overlapping))
            for entry in archive.infolist()
            # zipfile's own `is_dir` fails for a name without letters.
            if not entry.filename.endswith("/")
        )
        yield from inner_files(file, members)


def _content(
    file: SourceFile, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, overlaps: bool
) -> Content | ExtractionError | PassedOver:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return PassedOver(LINK)
    if kind not in (0, stat.S_IFREG):
        return PassedOver(NO_FILE)
    if entry.flag_bits & _ENCRYPTED:
        return ExtractionError("encrypted", "Unpack it with its password, and index what comes out.")
    if overlaps:
        return ExtractionError("shares its bytes with another member, as only a ZIP bomb does", "Pack it anew.")
    return Packed(partial(_opened, archive, entry), file.allowance, entry.file_size)


def _opened(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[Stream, ...]:
    stream = archive.open(entry)
    assert isinstance(stream, io.BufferedIOBase)  # as it is for reading
    return (stream,)


def _overlapping(entries: list[zipfile.ZipInfo]) -> set[int]:
    """Where the members begin that reach into the one behind them, by their own statement."""
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    return {
        entry.header_offset
        for entry, following in pairwise(ordered)
        if entry.header_offset + _LOCAL_HEADER + len(entry.orig_filename) + entry.compress_size > following.header_offset
    }


def _path(entry: zipfile.ZipInfo) -> str:
    """A member's path. Many programs write UTF-8 without saying so, and old ones on Windows write backslashes."""
    path = entry.filename
    if not entry.flag_bits & _UTF8:
        try:
            path = path.encode("cp437").decode()
        except UnicodeError:
            path = entry.filename
    return path.replace("\\", "/") if entry.create_system == _DOS else path


def _recognizes(head: Head) -> bool:
    """Whether a file is an archive, and no document, program or app that is packed as one."""
    return head.start.startswith(SIGNATURES) and not head.members & _OF_OTHERS


FORMAT = Format("zip", (".zip",), read, _recognizes)
