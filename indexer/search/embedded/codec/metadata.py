"""A document's metadata as its segment keeps it: what is its own as text, and what it shares with other documents as JSON.

Its own are title, date and address. All else is most often the same in hundreds of documents: it stands once for all of them,
and is decoded once as long as the segment is open.
"""

from __future__ import annotations

import json
from itertools import product
from types import NoneType
from typing import Any, NamedTuple

import numpy as np

from indexer.errors import IndexCorrupt
from indexer.frozen import constructor
from indexer.model import DocumentMetadata, Origin
from indexer.search.embedded.codec.arrays import Array, ArraysFile
from indexer.search.embedded.codec.rows import Rows
from indexer.search.embedded.codec.texts import Texts

SHORT_OWN = 80
"""What is a document's own stays uncompressed up to so many bytes: most titles. Their texts compress least."""

_SEPARATOR = "\0"
_ORIGINS: dict[str, Origin] = {origin.value: origin for origin in Origin}
_DECODER: Any = json.JSONDecoder()
# What `raw_decode` calls, which takes longer than this does.
_scan = _DECODER.scan_once
_DOCUMENT = constructor(DocumentMetadata)
# So many shared values are kept decoded.
_MOST_KEPT = 10_000

_OPTIONAL: tuple[type, ...] = (str, NoneType)
_SHAPES: frozenset[tuple[type, ...]] = frozenset(
    (title, bool, source, list, published, language, url, str, list, dict, dict)
    for title, source, published, language, url in product(_OPTIONAL, repeat=5)
)
"""What types the values may have: one look-up instead of eleven comparisons."""


class Shared(NamedTuple):
    """What a document shares with others, decoded. title, published, url: of documents that have none of their own."""

    title: str | None
    title_derived: bool
    source: str | None
    author: tuple[str, ...]
    published: str | None
    language: str | None
    url: str | None
    format: str
    tag: tuple[str, ...]
    extra: dict[str, Any]
    origins: dict[str, Origin]


def encode_metadata(document: DocumentMetadata) -> tuple[bytes, bytes]:
    """What is kept besides the id and the number of records: a document's own, and what it shares.

    Raises ValueError where it is not Unicode text or not JSON.
    """
    stated = (document.title, document.published, document.url)
    # An empty value is no document's own, and what would part these elsewhere stays among the rest.
    own = [value if value and _SEPARATOR not in value else "" for value in stated]
    title, published, url = (None if kept else value for kept, value in zip(own, stated, strict=True))
    shared = (
        *(title, document.title_derived, document.source, document.author, published, document.language),
        *(url, document.format, document.tag, document.extra, document.origins),
    )
    return _SEPARATOR.join(own).encode(), json.dumps(
        shared, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    ).encode()


def decode_shared(stored: bytes) -> Shared:
    """What documents share.

    Raises ValueError, TypeError, KeyError or RecursionError for anything that `encode_metadata` does not write.
    """
    text = stored.decode()
    try:
        values, end = _scan(text, 0)
    except StopIteration as error:
        raise ValueError("not JSON") from error
    if end != len(text) or type(values) is not list or tuple(map(type, values)) not in _SHAPES:
        raise TypeError("not the values of a document")
    if "\\u" in text:
        _refuse_surrogates(values)
    title, derived, source, author, published, language, url, format_, tag, extra, origins = values
    # A TypeError where one of them is no string, in a fourth of the time that looking at each takes.
    "".join(author), "".join(tag)
    origins = {name: _ORIGINS[origin] for name, origin in origins.items()}
    return Shared(title, derived, source, tuple(author), published, language, url, format_, tuple(tag), extra, origins)


class Metadata:
    """The metadata of a segment's documents. Threads share it.

    own: by document. shared: the distinct ones in the order of their bytes; sharing: by document, which of these is its.
    """

    def __init__(self, file: ArraysFile, bounds: Array) -> None:
        """bounds: the first record of each document, and one more."""
        self.own, self.shared = Texts(file, "document.own"), Texts(file, "document.shared")
        self.sharing = file["document.sharing"]
        file.strings("document.id")  # raises where these are not one after the other
        self._ids, offsets = file["document.id"].view(np.uint8).data, file["document.id.offsets"]
        self._path = file.path
        try:
            self._rows = Rows(self.own.offsets, [offsets[:-1], np.diff(offsets), self.sharing, np.diff(bounds)])
        except ValueError as error:
            raise IndexCorrupt(f"{file.path}: the metadata of the documents is damaged") from error
        self._decoded: dict[int, Shared] = {}

    def read(self, document: int) -> DocumentMetadata:
        """The metadata of a document. Raises IndexCorrupt where it is not what a writer stores."""
        begin, place, size, number, paragraphs, end = self._rows[document]
        own, decoded = self.own.read(document, begin, end), self._decoded
        try:
            shared = decoded[number] if number in decoded else self._decode(number)
            titled, derived, source, author, dated, language, linked, format_, tag, extra, origins = shared
            title, published, url = own.decode().split(_SEPARATOR)
            return _DOCUMENT(
                str(self._ids[place : place + size], "utf-8"),
                title or _stated(titled),
                derived,
                source,
                author,
                published or dated,
                language,
                url or linked,
                format_,
                tag,
                extra,
                origins,
                paragraphs,
            )
        except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
            raise IndexCorrupt(f"{self._path}: the metadata of document {document} is damaged") from error

    def _decode(self, number: int) -> Shared:
        """Which of the shared ones it is, decoded: kept where they are few."""
        shared = decode_shared(self.shared[number])
        if len(self.shared) <= _MOST_KEPT:
            self._decoded[number] = shared
        return shared


def _stated(title: str | None) -> str:
    """A title that is not a document's own."""
    if title is None:
        raise TypeError("a document without a title")
    return title


def _refuse_surrogates(values: object) -> None:
    """JSON can spell lone surrogates, which no page can hold. Raises ValueError for them."""
    json.dumps(values, ensure_ascii=False).encode()
