"""DOCX: the text of a Word document, its tables, notes and text boxes, as it reads with all changes accepted."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from indexer.errors import ExtractionError
from indexer.extract.docx_styles import read_styles
from indexer.extract.docx_text import DocxText
from indexer.extract.elements import attribute, local
from indexer.extract.metadata import describe
from indexer.extract.package import Package, beside, opened_package
from indexer.extract.properties import stated_properties
from indexer.extract.source import Extracted, Format, Head, SourceFile, filled
from indexer.model import Document

_DOCUMENT = "word/document.xml"
_PROPERTIES = {
    "title": "title",
    "creator": "author",
    "keywords": "tags",
    "subject": "subject",
    "language": "language",
}


def read(file: SourceFile) -> Iterator[Extracted]:
    """The one document of a file, and a Skip where only a part of it could be read."""
    with opened_package(file) as package:
        name = _main_part(package)
        related = _related(package, name)
        styles = read_styles(package.optional(related.get("styles", "word/styles.xml")))
        notes = {
            kind: _notes(package.optional(related.get(f"{kind}s", f"word/{kind}s.xml")), kind)
            for kind in ("footnote", "endnote")
        }
        text = DocxText(styles, notes)
        blocks = filled(text.blocks(package.xml(name)), package.why_empty)
        stated = stated_properties(_core_properties(package))
        broken = package.skips()
    yield Document(describe(file.id, FORMAT.name, blocks, stated, file.name), blocks, text.left_out)
    yield from broken


def _recognizes(head: Head) -> bool:
    return "[Content_Types].xml" in head.members and any(
        name.startswith("word/document") and name.endswith(".xml") for name in head.members
    )


def _main_part(package: Package) -> str:
    """The name of the member that holds the text."""
    target = _related(package, "").get("officeDocument", _DOCUMENT)
    if target not in package and _DOCUMENT not in package:
        raise ExtractionError("a broken document: it has no text part", "Save it anew with the program that made it.")
    return target if target in package else _DOCUMENT


def _related(package: Package, name: str) -> dict[str, str]:
    """The members that a member points at, by their kind."""
    folder, _, base = name.rpartition("/")
    relations = package.optional(f"{folder}/_rels/{base}.rels".lstrip("/"))
    if relations is None:
        return {}
    found: dict[str, str] = {}
    for relation in relations:
        kind = (attribute(relation, "Type") or "").rpartition("/")[2]
        if attribute(relation, "TargetMode") != "External":
            found.setdefault(kind, beside(name, attribute(relation, "Target") or ""))
    return found


def _notes(root: etree._Element | None, kind: str) -> dict[str, etree._Element]:
    """Notes by their id, without the lines that part them from the text."""
    if root is None:
        return {}
    return {
        attribute(note, "id") or "": note
        for note in root
        if local(note) == kind and attribute(note, "type") in (None, "normal")
    }


def _core_properties(package: Package) -> dict[str, list[str]]:
    root = package.optional("docProps/core.xml")
    found: dict[str, list[str]] = {}
    for element in () if root is None else root:
        if (name := _PROPERTIES.get(local(element))) is not None:
            found.setdefault(name, []).append(element.text or "")
    return found


FORMAT = Format("docx", (".docx", ".docm", ".dotx"), read, recognizes=_recognizes)
