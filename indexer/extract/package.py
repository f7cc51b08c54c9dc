"""Documents that are ZIP files of XML: their members, within limits, and parsers that nothing in them can lead astray."""

from __future__ import annotations

import lzma
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote

from lxml import etree

from indexer.errors import ExtractionError
from indexer.extract.content import megabytes
from indexer.extract.source import SourceFile
from indexer.extract.zip_directory import ERRORS, opened_zip
from indexer.report import Skip

_ENCRYPTED = 0x1
_PIECE = 1 << 20
_DECLARATIONS = 1 << 16  # bytes; what stands behind them declares nothing
_DECLARED_ENTITY = re.compile(rb"<!ENTITY|\x00<\x00!\x00E\x00N\x00T|<\x00!\x00E\x00N\x00T\x00")
_BROKEN = "Fetch or copy the file again, or save it once more with the program that made it."


class Package:
    """The members of an open document. broken: the names of those that were only read as far as they are sound."""

    def __init__(self, file: SourceFile, archive: zipfile.ZipFile) -> None:
        self._file = file
        self._archive = archive
        self._names = {name.lower(): name for name in archive.namelist()}
        self.broken: list[str] = []

    def __contains__(self, name: str) -> bool:
        return _plain(name) in self._names

    def read(self, name: str) -> bytes:
        """A member, unpacked. Raises ExtractionError where it is missing, encrypted, broken or too large."""
        known = self._names.get(_plain(name))
        if known is None:
            raise ExtractionError(f"a broken document: {name} is missing", _BROKEN)
        entry = self._archive.getinfo(known)
        if entry.flag_bits & _ENCRYPTED:
            raise ExtractionError("encrypted", "Save a copy without a password and index that.")
        most = self._file.limits.max_file_bytes
        pieces: list[bytes] = []
        size = 0
        try:
            with self._archive.open(entry) as stream:
                while piece := stream.read(min(_PIECE, most + 1 - size)):
                    self._file.allowance.unpack(len(piece))
                    pieces.append(piece)
                    size += len(piece)
        except (*ERRORS, zlib.error, lzma.LZMAError, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise ExtractionError(f"a broken document: {name} cannot be unpacked", _BROKEN) from error
        if size > most:
            hint = "Split the document, or raise the setting max_file_bytes."
            raise ExtractionError(f"unpacks to more than {megabytes(most)}", hint)
        return b"".join(pieces)

    def skips(self) -> list[Skip]:
        """What the report says of members that were read only as far as they are sound."""
        if not self.broken:
            return []
        reason = f"broken in {', '.join(self.broken)}: read as far as it is sound"
        return [Skip(self._file.shown, reason, "Save it anew.", whole=False)]

    def xml(self, name: str) -> etree._Element:
        """The tree of a member; where it is broken, of what stands before that."""
        raw = self.read(name)
        try:
            return _parsed(raw, recover=False)
        except etree.XMLSyntaxError as error:
            try:
                root = _parsed(raw, recover=True)
            except etree.XMLSyntaxError:
                root = None
            if root is None:
                raise ExtractionError(f"a broken document: {name} is no XML", _BROKEN) from error
            self.broken.append(name)
            return root

    def optional(self, name: str) -> etree._Element | None:
        """The tree of a member that a document can do without; None where it has none that can be read."""
        if name not in self:
            return None
        try:
            return self.xml(name)
        except ExtractionError:
            self.broken.append(name)
            return None

    @property
    def why_empty(self) -> str:
        """What to say to the reader of a document in which no text was found."""
        if self.broken:
            return f"It is broken in {', '.join(self.broken)}, or nested too deeply there: save it anew."
        return "It may hold pictures alone."


@contextmanager
def opened_package(file: SourceFile) -> Iterator[Package]:
    """The members of a document. Raises ExtractionError for a broken one."""
    with file.settled() as settled, settled.open() as stream, opened_zip(stream) as archive:
        yield Package(file, archive)


def beside(name: str, target: str) -> str:
    """The member that a member points at. name: of the one that points; target: relative to it, or from the top."""
    path = unquote(target.partition("#")[0])
    joined = path if path.startswith("/") else posixpath.join(posixpath.dirname(name), path)
    return posixpath.normpath(joined).lstrip("/")


def _parsed(raw: bytes, recover: bool) -> etree._Element:
    """Raises ExtractionError where entities are declared: they can be made to grow without end, and no document needs them."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )
    if _DECLARED_ENTITY.search(raw[:_DECLARATIONS]):
        raise ExtractionError("declares entities, which no document needs", "Save it anew with another program.")
    return etree.fromstring(raw, parser)


def _plain(name: str) -> str:
    return name.lstrip("/").lower()
