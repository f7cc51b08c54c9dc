"""ODT: the text of an OpenDocument text document."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from indexer.errors import ExtractionError
from indexer.extract.elements import local
from indexer.extract.metadata import describe
from indexer.extract.odt_text import OdtText
from indexer.extract.package import Package, opened_package
from indexer.extract.properties import stated_properties
from indexer.extract.source import Extracted, Format, Head, SourceFile, filled
from indexer.model import Document

_TYPE = b"application/vnd.oasis.opendocument.text"
_OTHER_TYPE = b"application/vnd.oasis.opendocument."
_CONTENT = "content.xml"
_PROPERTIES = {"title": "title", "initial-creator": "author", "keyword": "tags", "subject": "subject", "language": "language"}


def read(file: SourceFile) -> Iterator[Extracted]:
    """The one document of a file, and a Skip where only a part of it could be read."""
    with opened_package(file) as package:
        _refuse_encrypted(package)
        root = package.xml(_CONTENT)
        body = next((element for element in root.iter() if local(element) == "text" and _is_in_body(element)), None)
        if body is None:
            raise ExtractionError("an OpenDocument file without a text document", "Save it as text, CSV or HTML.")
        text = OdtText(root, package.optional("styles.xml"))
        blocks = filled(text.blocks(body), package.why_empty)
        stated = stated_properties(_properties(package))
        broken = package.skips()
    yield Document(describe(file.id, FORMAT.name, blocks, stated, file.name), blocks, text.left_out)
    yield from broken


def _recognizes(head: Head) -> bool:
    """By the type that stands, unpacked, at the beginning; else by the members that such a file has."""
    start = head.start[:256]
    if _OTHER_TYPE in start:
        return _TYPE in start
    return {_CONTENT, "META-INF/manifest.xml"} <= head.members


def _is_in_body(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and local(parent) == "body"


def _refuse_encrypted(package: Package) -> None:
    manifest = package.optional("META-INF/manifest.xml")
    if manifest is not None and any(local(element) == "encryption-data" for element in manifest.iter()):
        raise ExtractionError("encrypted: it opens with a password only", "Save a copy without a password and index that.")


def _properties(package: Package) -> dict[str, list[str]]:
    root = package.optional("meta.xml")
    found: dict[str, list[str]] = {}
    elements = [] if root is None else list(root.iter())
    for element in elements:
        if (name := _PROPERTIES.get(local(element))) is not None:
            found.setdefault(name, []).append(element.text or "")
    if "author" not in found:
        found["author"] = [element.text or "" for element in elements if local(element) == "creator"]
    return found


FORMAT = Format("odt", (".odt", ".ott"), read, recognizes=_recognizes)
