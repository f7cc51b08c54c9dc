"""EPUB: a book as one document, chapter after chapter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from indexer.errors import ExtractionError
from indexer.extract.elements import attribute, local
from indexer.extract.encoding import declared_encoding, decode
from indexer.extract.html import lost_behind, parse
from indexer.extract.html_blocks import blocks_of, text_of
from indexer.extract.metadata import describe
from indexer.extract.package import Package, beside, opened_package
from indexer.extract.properties import stated_properties
from indexer.extract.source import Extracted, Format, Head, SourceFile, filled
from indexer.model import Block, Document
from indexer.report import Skip

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_TYPE = b"application/epub+zip"
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document")
_PROPERTIES = {
    "title": "title",
    "creator": "author",
    "publisher": "source",
    "language": "language",
    "subject": "tags",
    "description": "description",
}
_CONTENTS = frozenset(("toc", "landmarks", "page-list", "loi", "lot"))
_PROTECTED = "Only a copy without copy protection can be indexed."


@dataclass(slots=True)
class _Book:
    """What the package file says. pages: the members to read in order; contents: those that only list others."""

    pages: list[str] = field(default_factory=list)
    contents: set[str] = field(default_factory=set)
    properties: dict[str, list[str]] = field(default_factory=dict)


def read(file: SourceFile) -> Iterator[Extracted]:
    """The one document of a book, and a Skip for each chapter that cannot be read, or not to its end."""
    with opened_package(file) as package:
        book = _book(package)
        protected = _protected(package)
        blocks: list[Block] = []
        skips: list[Skip] = []
        left_out = 0
        lost: list[ExtractionError] = []
        for name in book.pages:
            before = len(lost)
            try:
                if name.lower() in protected:
                    raise ExtractionError("encrypted by copy protection", _PROTECTED)
                found, dropped = _chapter(package, name, name in book.contents, lost)
                blocks += found
                left_out += dropped
            except ExtractionError as error:
                lost.append(error)
            skips += replace(file, shown=f"{file.shown} → {name}").skip_pieces(lost[before:])
    broken = package.skips()
    filled_blocks = filled(blocks, "It may hold pictures alone.", lost)
    metadata = describe(file.id, FORMAT.name, filled_blocks, stated_properties(book.properties), file.name)
    yield Document(metadata, filled_blocks, left_out)
    yield from (*skips, *broken)


def _recognizes(head: Head) -> bool:
    return _TYPE in head.start[:256] or _CONTAINER in head.members


def _book(package: Package) -> _Book:
    container = package.xml(_CONTAINER)
    names = [attribute(element, "full-path") for element in container.iter() if local(element) == "rootfile"]
    name = next((name for name in names if name), None)
    if name is None:
        raise ExtractionError("a broken book: its container names no package", "Fetch or copy the file again.")
    root = package.xml(name)
    book = _Book()
    items = {attribute(item, "id") or "": item for item in root.iter() if local(item) == "item"}
    for item in items.values():
        if "nav" in (attribute(item, "properties") or "").split():
            book.contents.add(beside(name, attribute(item, "href") or ""))
    for element in root.iter():
        kind = local(element)
        if kind == "itemref":
            page = items.get(attribute(element, "idref") or "")
            if page is not None and (attribute(page, "media-type") or _PAGES[0]) in _PAGES:
                book.pages.append(beside(name, attribute(page, "href") or ""))
        elif kind == "reference" and attribute(element, "type") == "toc" and "#" not in (attribute(element, "href") or ""):
            # With a place in it, the page is a chapter that has the contents somewhere.
            book.contents.add(beside(name, attribute(element, "href") or ""))
        elif kind in _PROPERTIES and element.text:
            book.properties.setdefault(_PROPERTIES[kind], []).append(element.text)
        elif kind == "date" and element.text and attribute(element, "event") in (None, "publication"):
            book.properties.setdefault("published", []).append(element.text)
    book.pages = list(dict.fromkeys(book.pages))
    if not book.pages:
        raise ExtractionError("a broken book: it names no chapters", "Fetch or copy the file again.")
    return book


def _protected(package: Package) -> set[str]:
    """The members that are encrypted, in small letters; fonts often are, and no harm."""
    root = package.optional(_ENCRYPTION)
    references = [] if root is None else [one for one in root.iter() if local(one) == "CipherReference"]
    return {beside("", attribute(one, "URI") or "").lower() for one in references}


def _chapter(package: Package, name: str, is_contents: bool, lost: list[ExtractionError]) -> tuple[Sequence[Block], int]:
    """The blocks of a chapter, and how many characters are left out.

    lost: takes what is wrong where not all of it can be read.
    """
    raw = package.read(name)
    try:
        root = parse(decode(raw, declared_encoding(raw)))
    except ExtractionError:
        if not raw.strip():
            return [], 0
        raise
    body = root.find(".//body")
    body = root if body is None else body
    listing = [element for element in body.iter(etree.Element) if local(element) == "nav" or _type(element) & _CONTENTS]
    if is_contents and not listing:
        listing = [body]
    left_out = sum(len("".join(text_of(element).split())) for element in listing if not _is_within(element, listing))
    if body in listing:
        return [], left_out
    for element in listing:
        _drop(element)
    blocks = blocks_of(body)
    lost += lost_behind(root, blocks)
    return blocks, left_out


def _drop(element: etree._Element) -> None:
    """Take an element out of its tree, the text behind it aside."""
    tail, parent = element.tail, element.getparent()
    if parent is None:
        return
    element.clear()
    element.tag, element.tail = "hr", tail


def _type(element: etree._Element) -> set[str]:
    return set(str(element.get("{http://www.idpf.org/2007/ops}type") or element.get("epub:type") or "").split())


def _is_within(element: etree._Element, others: list[etree._Element]) -> bool:
    return any(ancestor in others for ancestor in element.iterancestors())


FORMAT = Format("epub", (".epub",), read, recognizes=_recognizes)
