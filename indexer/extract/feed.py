"""RSS (0.9x, 1.0, 2.0) and Atom: each entry is a document, and a broken one costs itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from html import escape
from html.entities import html5

from lxml import etree

from indexer.cleaning import printable
from indexer.errors import ExtractionError
from indexer.extract.elements import local
from indexer.extract.encoding import declared_encoding, decode
from indexer.extract.feed_entry import OWN_ENTITY, entry_blocks, entry_metadata, own_id
from indexer.extract.metadata import Stated, describe
from indexer.extract.source import Extracted, Format, Head, SourceFile, filled
from indexer.model import Document, Origin, content_id, inner_id
from indexer.report import Skip

_PROLOGUE = r"(?>(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*+(?:\[.*?\]\s*)?>)\s*)*+"
_ROOT = re.compile(
    rf"{_PROLOGUE}<(?:rss[\s>]|(?:\w+:)?feed\s[^>]*(?:/Atom|/atom/)|(?:\w+:)?RDF\s[^>]*(?:purl\.org/rss/|netscape\.com/rdf))",
    re.DOTALL,
)
_BEFORE = re.compile(rf"\s*{_PROLOGUE}", re.DOTALL)
_DEFINITION = re.compile(r"<!ENTITY\s+([\w.:-]+)")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ENTITY = re.compile(r"&([A-Za-z_][\w.:-]*);")
_OF_XML = frozenset(("lt", "gt", "amp", "quot", "apos"))


def read(file: SourceFile) -> Iterator[Extracted]:
    """The entries of a feed in their order."""
    raw = file.read()
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    root = _root(decode(raw, declared_encoding(raw)), parser)
    entries = [*root.iter("{*}item", "{*}entry")]
    if not entries and local(root) not in ("rss", "feed", "RDF"):
        raise ExtractionError("unknown format: XML, but no feed", "Convert it to a known format, such as text or HTML.")
    if not entries:
        raise ExtractionError("the feed has no entries")
    feed = next(root.iter("{*}channel"), root)
    for number, entry in enumerate(entries, start=1):
        yield from file.parts.read(f"{file.shown} → {number}", partial(_entry, entry, feed, file))
    broken = next((error for error in parser.error_log if error.level >= etree.ErrorLevels.ERROR), None)
    if broken is not None:
        reason = f"not well-formed XML, so something may be missing: {broken.message.strip()} in line {broken.line}"
        yield file.skip(ExtractionError(reason, "Fetch it again."), whole=False)


def _root(text: str, parser: etree.XMLParser) -> etree._Element:
    """The tree of a feed.

    Names of characters that HTML knows and XML does not are written out before. Entities that the feed defines are never
    expanded, for they could grow without end or name files: in their place stands an instruction that says so.
    """
    text = _DECLARATION.sub("", text)
    before = _BEFORE.match(text)
    doctype = before[0] if before else ""
    own = frozenset(_DEFINITION.findall(doctype))
    text = _ENTITY.sub(partial(_character, own), "\n" * doctype.count("\n") + printable(text[len(doctype) :]))
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.LxmlError, ValueError) as error:
        raise ExtractionError("not XML that can be read", "Fetch it again.") from error
    if root is None:
        raise ExtractionError("not XML that can be read", "Fetch it again.")
    return root


def _character(own: frozenset[str], entity: re.Match[str]) -> str:
    name = entity[1]
    if name in own:
        return f"<?{OWN_ENTITY}?>"
    if name in _OF_XML:
        return entity[0]
    return escape(html5.get(f"{name};", entity[0]))


def _entry(entry: etree._Element, feed: etree._Element, file: SourceFile) -> Iterator[Document | Skip]:
    lost: list[ExtractionError] = []
    blocks = filled(entry_blocks(entry, lost))
    own = own_id(entry) or content_id("\n".join(block.text for block in blocks))
    stated = Stated(entry_metadata(entry, feed), Origin.FEED, split_tags=False)
    yield Document(describe(inner_id(file.id, own), FORMAT.name, blocks, stated), blocks)
    yield from replace(file, shown=file.parts.shown).skip_pieces(lost)


def _recognizes(head: Head) -> bool:
    return _ROOT.match(head.text) is not None


FORMAT = Format("feed", (".rss", ".atom", ".rdf", ".xml"), read, _recognizes, is_text=True)
