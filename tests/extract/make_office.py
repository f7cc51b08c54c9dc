"""DOCX, ODT, EPUB and RTF files of known content."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_OFFICE = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "style", "draw", "meta")
)
_NAVIGATION = ' properties="nav"'
_DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def packed(members: Mapping[str, str | bytes], stored: Sequence[str] = ()) -> bytes:
    """A ZIP file of these members in their order. stored: those that are not compressed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def docx(body: str, **parts: str) -> bytes:
    """A DOCX of a body. parts: the content of `styles`, `footnotes`, `endnotes`; of `core` the properties."""
    members = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<r><Relationship Type="{_RELATIONS}/officeDocument" Target="word/document.xml"/></r>',
        "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
    }
    for name in ("styles", "footnotes", "endnotes"):
        if name in parts:
            members[f"word/{name}.xml"] = f"<w:{name} {_W}>{parts[name]}</w:{name}>"
    if "core" in parts:
        members["docProps/core.xml"] = f'<cp:p xmlns:cp="urn:cp" {_DC}>{parts["core"]}</cp:p>'
    return packed(members)


def word(text: str, properties: str = "") -> str:
    """A paragraph of Word's, its text in two runs, as editing leaves it."""
    middle = len(text) // 2
    runs = "".join(
        f'<w:r><w:t xml:space="preserve">{escape(part)}</w:t></w:r>' for part in (text[:middle], text[middle:]) if part
    )
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>"


def word_style(style_id: str, name: str, properties: str = "") -> str:
    """A style of Word's."""
    return f'<w:style w:type="paragraph" w:styleId="{style_id}"><w:name w:val="{name}"/>{properties}</w:style>'


def odt(body: str, meta: str = "", styles: str = "", kind: str = "text") -> bytes:
    """An ODT of a body."""
    content = (
        f"<office:document-content {_OFFICE}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    members = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": content,
        "META-INF/manifest.xml": "<manifest/>",
        "meta.xml": f"<office:document-meta {_OFFICE} {_DC}><office:meta>{meta}</office:meta></office:document-meta>",
    }
    return packed(members, stored=("mimetype",))


def epub(
    chapters: Mapping[str, str | bytes], metadata: str = "", extra: Mapping[str, str] | None = None, guide: str = ""
) -> bytes:
    """An EPUB of chapters, by their names: the bodies, or whole files as bytes. extra: other members; guide: as it stands."""
    items = "".join(
        f'<item id="c{number}" href="{name}" media-type="application/xhtml+xml"'
        f"{_NAVIGATION if name.startswith('nav') else ''}/>"
        for number, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{number}"/>' for number in range(len(chapters)))
    members: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="book/package.opf"/></rootfiles></container>',
        "book/package.opf": (
            f"<package><metadata {_DC}>{metadata}</metadata><manifest>{items}</manifest><spine>{spine}</spine>{guide}</package>"
        ),
    }
    for name, content in chapters.items():
        members[f"book/{name}"] = content if isinstance(content, bytes) else page(content)
    return packed({**members, **(extra or {})}, stored=("mimetype",))


def page(body: str) -> str:
    """A chapter's file."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>x</title></head><body>{body}</body></html>'
    )


def rtf(body: str) -> bytes:
    """An RTF of a body in its notation; other letters than ASCII are written as `\\u` asks."""
    head = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset204 Times;}{\f2\fcharset2 Symbol;}}"
    styles = r"{\stylesheet{\s0 Normal;}{\s1 heading 1;}{\s2 heading 2;}{\s3 Quote;}}"
    return (head + styles + body + "}").encode("ascii")


def rich(text: str) -> str:
    """A text in the notation of RTF."""
    return "".join(
        f"\\{letter}" if letter in "\\{}" else letter if letter < "\x7f" else f"\\u{ord(letter)}?" for letter in text
    )
