"""The citation of a document or of one of its paragraphs, in the forms that people paste."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from urllib.parse import urlsplit

from indexer.model import DocumentMetadata, Paragraph
from indexer.published import parse_published
from webapp.labels import page_of

_BIBTEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "$": r"\$",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_BIBTEX_ESCAPED = re.compile("[" + re.escape("".join(_BIBTEX_SPECIAL)) + "]")
_MARKDOWN_SPECIAL = re.compile(r"[\\`*_\[\]<>]")
_NOT_IN_A_KEY = re.compile(r"[^A-Za-z0-9]+")
_BREAKS = re.compile(r"[\s\x00-\x1f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Citation:
    """One place, cited. `bibtex` and `ris` have several lines."""

    plain: str
    markdown: str
    bibtex: str
    ris: str


def cite(document: DocumentMetadata, paragraph: Paragraph | None, permalink: str, read: date) -> Citation:
    """Cite a document, or a paragraph of it. permalink: the absolute URL of the place here; read: today.

    Where the document states its own URL, that is the address cited and the permalink stands beside it.
    """
    page = page_of(paragraph) if paragraph else ""
    place = f"{page}, ¶ {paragraph.ordinal}" if paragraph and page else f"¶ {paragraph.ordinal}" if paragraph else ""
    original = web_url(document.url)
    published = _line(document.published or "")
    fields = _Fields(
        authors=tuple(filter(None, map(_line, document.author))),
        title=_line(document.title),
        source=_line(document.source or ""),
        published=published,
        day=_day(published),
        place=place,
        url=original or permalink,
        permalink=permalink if original else "",
        read=read.isoformat(),
        key=_key(document.id, paragraph.ordinal if paragraph else None),
    )
    return Citation(_plain(fields), _markdown(fields), _bibtex(fields), _ris(fields))


def web_url(url: str | None) -> str | None:
    """A document's URL if it is one that a page may link to (http or https), else None."""
    if url is None:
        return None
    stripped = url.strip()
    try:
        parts = urlsplit(stripped)
    except ValueError:
        return None
    return stripped if parts.scheme in ("http", "https") and parts.netloc and not _BREAKS.search(stripped) else None


class _Fields(NamedTuple):
    authors: tuple[str, ...]
    title: str
    source: str
    published: str
    day: str
    place: str
    url: str
    permalink: str
    read: str
    key: str


def _plain(fields: _Fields) -> str:
    parts = [", ".join(fields.authors), f"“{fields.title}”", fields.source, fields.published, fields.place]
    read = f"({fields.permalink}, read {fields.read})" if fields.permalink else f"(read {fields.read})"
    return f"{', '.join(filter(None, parts))}. {fields.url} {read}."


def _markdown(fields: _Fields) -> str:
    address = fields.url.replace("(", "%28").replace(")", "%29")
    link = f"[{_escape_markdown(fields.title)}]({address})"
    rest = [_escape_markdown(part) for part in (fields.source, fields.published) if part]
    place = f"[{fields.place}]({fields.permalink})" if fields.permalink and fields.place else fields.place
    return ", ".join(filter(None, [link, *rest, place]))


def _bibtex(fields: _Fields) -> str:
    rows = [
        ("author", " and ".join(fields.authors)),
        ("title", fields.title),
        ("howpublished", fields.source),
        ("date", fields.day),
        ("note", ", ".join(filter(None, (fields.place, fields.permalink)))),
        ("url", fields.url),
        ("urldate", fields.read),
    ]
    lines = [f"  {name:<12} = {{{_escape_bibtex(name, value)}}}," for name, value in rows if value]
    return "\n".join([f"@misc{{{fields.key},", *lines, "}"])


def _ris(fields: _Fields) -> str:
    rows = [
        ("TY", "GEN"),
        *(("AU", author) for author in fields.authors),
        ("TI", fields.title),
        ("T2", fields.source),
        ("DA", fields.day.replace("-", "/")),
        ("SP", fields.place),
        ("UR", fields.url),
        ("L2", fields.permalink),
        ("Y2", fields.read.replace("-", "/")),
    ]
    return "\n".join([*(f"{tag}  - {value}" for tag, value in rows if value), "ER  - "])


def _line(value: str) -> str:
    """One line: a line break inside a value would start a new field."""
    if value.isprintable() and "  " not in value:
        return value.strip()
    return _BREAKS.sub(" ", value).strip()


def _day(published: str) -> str:
    """A stated date without its time; as stated where it is no date."""
    return published[:10].strip() if parse_published(published) else published


def _key(document_id: str, ordinal: int | None) -> str:
    plain = document_id
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", document_id).encode("ascii", "ignore").decode()
    stem = _NOT_IN_A_KEY.sub("-", plain).strip("-") or "document"
    return stem if ordinal is None else f"{stem}-p{ordinal}"


def _escape_markdown(text: str) -> str:
    return _MARKDOWN_SPECIAL.sub(lambda found: f"\\{found[0]}", text)


def _escape_bibtex(name: str, value: str) -> str:
    if name == "url":
        return value.replace("{", "%7B").replace("}", "%7D")
    return _BIBTEX_ESCAPED.sub(lambda found: _BIBTEX_SPECIAL[found[0]], value)
