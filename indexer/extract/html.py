"""HTML: the main content of a page without its navigation, and what the page states about itself."""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Iterator, Mapping, Sequence

from lxml import etree
from lxml import html as lxml_html

from indexer.errors import ExtractionError
from indexer.extract.encoding import declared_encoding, decode
from indexer.extract.html_blocks import blocks_of, text_of
from indexer.extract.html_metadata import stated_metadata
from indexer.extract.metadata import Stated, describe
from indexer.extract.source import Format, Head, SourceFile, filled
from indexer.model import Block, Document, Json, Kind, Origin
from indexer.report import Skip

# Looking for the main content takes time that grows with the square of a page, 4 s here; a larger one is taken whole.
MAX_CHARACTERS = 2_000_000
MAX_ELEMENTS = 15_000
MAX_DEPTH = 250

_ENOUGH = 0.95
_DEEP_HINT = "Open it in a program that shows it, and save its text."
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_BEGINNING = re.compile(r"(?>(?:<\?xml[^>]*>|<!--.*?-->)\s*)*+(?:<!doctype\s+html\b|<html[\s>])", re.IGNORECASE | re.DOTALL)
_SAVED_SEARCH = 4_096
# As browsers and SingleFile write it into the pages that they save.
_SAVED_FROM = re.compile(
    r"<!--\s*saved from url=\(\d+\)(https?:\S+)\s*-->|<!--\s*Page saved with SingleFile\s+url:\s*(https?:\S+)", re.IGNORECASE
)
_ELEMENTS = {"list": "ul", "item": "li", "quote": "blockquote", "row": "tr", "lb": "br", "hi": "span", "ref": "span"}


def read(file: SourceFile) -> Iterator[Document | Skip]:
    """The one document of a page."""
    raw = file.read()
    text = decode(raw, declared_encoding(raw))
    saved = _SAVED_FROM.search(text[:_SAVED_SEARCH])
    yield from read_page(file, text, FORMAT.name, {"url": saved[1] or saved[2]} if saved else {})


def read_page(file: SourceFile, text: str, format_name: str, known: Mapping[str, Json]) -> Iterator[Document | Skip]:
    """The document that a page is, and a Skip where it is nested too deeply for the parser, which gives up there.

    known: what is known of it besides what it states itself, and goes before that.
    """
    root = parse(text)
    found = main_blocks(root)
    lost = lost_behind(root, found)
    blocks = filled(found, "The page holds none; perhaps a script puts it there when the page is shown.", lost)
    stated = Stated({**stated_metadata(root), **known}, Origin.HTML)
    yield Document(describe(file.id, format_name, blocks, stated, file.name), blocks, _left_out(root, blocks))
    yield from file.skip_pieces(lost)


def parse(text: str) -> etree._Element:
    """A page or a piece of one as a tree, however broken. Raises ExtractionError where there is nothing in it."""
    parser = lxml_html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        # An encoding that is declared holds for the bytes, which are text by now.
        return lxml_html.document_fromstring(_XML_DECLARATION.sub("", text), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise ExtractionError("no text", "The page is empty.") from error


def piece_blocks(text: str, lost: list[ExtractionError]) -> tuple[Block, ...]:
    """The blocks of HTML that stands in a file of another format. lost: takes what is wrong where not all of it can be read.

    Raises ExtractionError where there is nothing in it.
    """
    root = parse(text)
    blocks = blocks_of(root)
    lost += lost_behind(root, blocks)
    return blocks


def lost_behind(root: etree._Element, found: Sequence[Block]) -> list[ExtractionError]:
    """What is wrong with a page in the midst of which the parser gave up. found: the blocks before that."""
    log = root.getroottree().parser.error_log
    if not any(error.level == etree.ErrorLevels.FATAL and "depth" in error.message for error in log):
        return []
    return [ExtractionError("nested too deeply" + (": what lies behind is left out" if found else ""), _DEEP_HINT)]


def main_blocks(root: etree._Element) -> tuple[Block, ...]:
    """The blocks of the main content; all of the page's where none is found, or it is too large to look for it."""
    bodies = [root.findall(f".//{tag}") for tag in ("main", "article", "body")]
    whole = blocks_of(next((found[0] for found in bodies if len(found) == 1), root))
    if sum(len(block.text) for block in whole) > MAX_CHARACTERS or _is_too_large(root):
        return whole
    main = _main_content(root)
    found = blocks_of(main) if main is not None else ()
    if all(block.kind is Kind.PARAGRAPH for block in found):
        return _selected(whole, found) or found or whole
    return found


def _left_out(root: etree._Element, kept: Sequence[Block]) -> int:
    """How many characters of a page, white space aside, are not in the blocks that are kept of it."""
    whole = blocks_of(root, with_navigation=True)
    page, blocks = (sum(len(_compact(block.text)) for block in each) for each in (whole, kept))
    return max(page - blocks, 0)


def _selected(whole: Sequence[Block], found: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks of the whole page that are in the text found; empty if that text has more than they have.

    For some pages trafilatura gives the right text but one paragraph of it all, or nothing but paragraphs.
    """
    text = "".join(_compact(block.text) for block in found)
    selected = []
    at = 0
    for block in whole:
        compact = _compact(block.text)
        place = text.find(compact, at)
        if place >= 0:
            selected.append(block)
            at = place + len(compact)
    kept = sum(len(_compact(block.text)) for block in selected)
    return tuple(selected) if kept >= _ENOUGH * len(text) else ()


def _compact(text: str) -> str:
    return "".join(text.split())


def _is_too_large(root: etree._Element) -> bool:
    """Whether looking for the main content would take more than some seconds."""
    depth = elements = 0
    for event, _element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        elements += event == "start"
        if depth > MAX_DEPTH or elements > MAX_ELEMENTS:
            return True
    return False


def _main_content(root: etree._Element) -> etree._Element | None:
    """The body that trafilatura finds, in the names of HTML."""
    import trafilatura  # late: it takes 0.2 s and 60 MB, and most folders hold no page

    logging.getLogger("trafilatura").addHandler(logging.NullHandler())
    try:
        found = trafilatura.bare_extraction(_with_code(root), include_comments=False, include_tables=True)
    except (etree.LxmlError, ValueError, TypeError, AttributeError, RecursionError):
        return None  # a page that it cannot take is still read whole
    if found is None or isinstance(found, dict):
        return None
    _rename(found.body)
    return found.body


def _with_code(root: etree._Element) -> etree._Element:
    """A copy in which every `<pre>` holds a `<code>`: without one trafilatura takes it for a quotation."""
    page = copy.deepcopy(root)
    for pre in page.iter("pre"):
        if pre.find(".//code") is None:
            code = etree.Element("code")
            code.text, pre.text = pre.text, None
            code.extend(list(pre))
            pre.append(code)
    return page


def _rename(body: etree._Element) -> None:
    for element in body.iter(etree.Element):
        tag = element.tag
        parent = element.getparent()
        if tag == "head":
            element.tag = element.get("rend", "h2")
        elif tag == "cell":
            element.tag = "th" if element.get("role") == "head" else "td"
        elif tag == "code":
            # Code that stands in a line of text is a part of it.
            is_block = parent is not None and parent.tag in ("body", "blockquote", "li")
            element.tag = "pre" if parent is body or (is_block and "\n" in text_of(element)) else "code"
        elif tag in _ELEMENTS:
            element.tag = _ELEMENTS[tag]


def _recognizes(head: Head) -> bool:
    return _BEGINNING.match(head.text) is not None


FORMAT = Format("html", (".html", ".htm", ".xhtml"), read, _recognizes, is_text=True)
