"""One entry of a feed: what RSS in its versions and Atom call things, under one name each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from lxml import etree

from indexer.cleaning import one_line
from indexer.errors import ExtractionError
from indexer.extract.dates import written_date
from indexer.extract.html import parse, piece_blocks
from indexer.extract.html_blocks import blocks_of, text_of
from indexer.extract.text_blocks import text_blocks
from indexer.model import Block, Json, Kind

OWN_ENTITY = "own-entity"
"""The instruction that stands where a feed uses an entity of its own."""

_MARKUP = re.compile(r"<[a-zA-Z!/]|&#?\w{1,32};")
_CONTENTS = ("encoded", "content", "body", "description", "summary", "subtitle")
_DATES = ("published", "pubDate", "issued", "created", "date", "modified", "updated")
_NAMED_SENDER = re.compile(r"\S+@\S+\s+\((.+)\)")
_LONGEST_SENDER = 500
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_MEDIA = "{http://search.yahoo.com/mrss/}"


def children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """The children with these local names, those of the first name first; those of media attached are other things."""
    for name in names:
        for child in element.iterchildren(f"{{*}}{name}"):
            if not str(child.tag).startswith(_MEDIA):
                yield child


def line(element: etree._Element) -> str:
    """The text of an element as one line; markup that is written in it is reduced to its text."""
    text = text_of(element)
    if _MARKUP.search(text):
        try:
            text = text_of(parse(text))
        except ExtractionError:
            return ""
    return one_line(text)


def first_line(element: etree._Element, *names: str) -> str:
    """The text of the first of the children that holds any."""
    return next((text for child in children(element, *names) if (text := line(child))), "")


def own_id(entry: etree._Element) -> str:
    """What tells an entry from the others: its guid or id, else its address; empty where it has neither."""
    return first_line(entry, "guid", "id") or entry.get(_ABOUT, "").strip() or link(entry)


def link(element: etree._Element) -> str:
    """The address of an entry, or of a feed."""
    for child in children(element, "link"):
        if child.get("rel", "alternate") == "alternate":
            href = child.get("href", "").strip() or one_line(text_of(child))
            if href:
                return _joined(child.base, href)
    for child in children(element, "guid"):
        if child.get("isPermaLink", "true").lower() == "true" and re.match(r"https?://", one_line(text_of(child))):
            return one_line(text_of(child))
    return ""


def _joined(base: str | None, address: str) -> str:
    try:
        return urljoin(base or "", address)
    except ValueError:  # what is no address at all
        return address


def authors(element: etree._Element) -> list[str]:
    """Those who wrote an entry, or a feed."""
    found = []
    for child in children(element, "author", "creator"):
        name = first_line(child, "name", "email") if len(child) else line(child)
        named = _NAMED_SENDER.fullmatch(name) if len(name) <= _LONGEST_SENDER else None
        found.append(named[1] if named else name)
    return [name for name in dict.fromkeys(found) if name]


def language(element: etree._Element) -> str:
    """The language that an element states, or one around it."""
    for around in (element, *element.iterancestors()):
        stated = around.get(_LANG, "").strip() or first_line(around, "language")
        if stated:
            return stated
    return ""


def entry_metadata(entry: etree._Element, feed: etree._Element) -> dict[str, Json]:
    """What an entry states about itself, under the keys of our fields, and what its feed states for all of them.

    feed: the element that the feed's own title stands in. Where no day of publication is stated, that of the last change is
    taken, as Atom demands only this one.
    """
    origin = next(children(entry, "source"), None)
    tags = [child.get("label") or child.get("term") or line(child) for child in children(entry, "category", "subject")]
    found: dict[str, Json] = {
        "title": first_line(entry, "title"),
        "source": (_name(origin) if origin is not None else "") or first_line(feed, "title"),
        "author": [*(authors(entry) or authors(feed))],
        "published": written_date(first_line(entry, *_DATES)),
        "language": language(entry) or language(feed),
        "url": link(entry),
        "tag": [*dict.fromkeys(one_line(tag) for tag in tags)],
        "updated": first_line(entry, "updated"),
        "enclosure": [child.get("url", "") for child in children(entry, "enclosure")],
    }
    return {key: value for key, value in found.items() if value}


def entry_blocks(entry: etree._Element, lost: list[ExtractionError]) -> tuple[Block, ...]:
    """The text of an entry, else its summary, else its title. Raises ExtractionError where there is none of these.

    lost: takes what is wrong where not all of it can be read.
    """
    if any(instruction.target == OWN_ENTITY for instruction in entry.iter(etree.PI)):  # type: ignore[attr-defined]
        raise ExtractionError("uses an entity that the feed defines for itself", "Write what it stands for in its place.")
    for content in children(entry, *_CONTENTS):
        if blocks := _content_blocks(content, lost):
            return blocks
    title = first_line(entry, "title")
    if not title:
        raise next(iter(lost), ExtractionError("no text"))
    return (Block(Kind.PARAGRAPH, title),)


def _content_blocks(content: etree._Element, lost: list[ExtractionError]) -> tuple[Block, ...]:
    if len(content):
        return blocks_of(content)
    text = text_of(content)
    if not text.strip() or content.get("type", "text").startswith(("image/", "audio/", "video/", "application/octet")):
        return ()
    if content.get("type") != "text" and _MARKUP.search(text):
        try:
            return piece_blocks(text, lost)
        except ExtractionError:
            return ()
    return text_blocks(text)


def _name(origin: etree._Element) -> str:
    return first_line(origin, "title") if len(origin) else line(origin)
