"""A tree of HTML to blocks, with a stack of our own: no depth of nesting is too deep."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from lxml import etree

from indexer.cleaning import collapse, one_line
from indexer.extract.elements import local
from indexer.extract.tables import row_blocks
from indexer.model import Block, Kind

_DROPPED = frozenset("script style template noscript head title svg math iframe object embed select button textarea".split())
_BOUNDARIES = frozenset(
    "html body main pre article section div p header footer aside address figure figcaption details summary "
    "form fieldset legend hr ul ol menu dl table caption thead tbody tfoot tr td th center blockquote "
    "li dt dd h1 h2 h3 h4 h5 h6".split()
)
_KINDS = {"blockquote": Kind.BLOCKQUOTE, "li": Kind.LIST_ITEM, "dt": Kind.LIST_ITEM, "dd": Kind.LIST_ITEM}
_HEADING = re.compile("h([1-6])")
_CONTAINERS = frozenset([*_KINDS, "h1", "h2", "h3", "h4", "h5", "h6"])
_WHOLE = frozenset(("pre", "listing", "xmp"))
_CELLS = frozenset(("td", "th"))
_AROUND_ROWS = frozenset(("table", "thead", "tbody", "tfoot", "form"))
_MAX_SPAN = 100
_MAX_COLUMNS = 1_000
_BREAK = "\x00"  # stands for <br> while a text is put together; no text from a parser holds it
_BREAKS = re.compile(f"[ ]?{_BREAK}[ ]?")
_PARAGRAPH_BREAK = re.compile(f"{_BREAK}{{2,}}")


def blocks_of(root: etree._Element, *, with_navigation: bool = False) -> tuple[Block, ...]:
    """The blocks below an element in reading order, those of menus and of the page's footer only where they are asked for.

    White space is one space, a `<br>` stays a line break (in headings and cells one space), two of them part paragraphs.
    """
    return tuple(_Walk(root, with_navigation))


def text_of(element: etree._Element) -> str:
    """All the text in an element, as it stands there."""
    return "".join(map(str, element.itertext()))


class _Walk:
    """Reads a tree into blocks. The text of the block under way is put together in `_text`; `_containers` say what it is."""

    def __init__(self, root: etree._Element, with_navigation: bool = False) -> None:
        self._root = root
        self._with_navigation = with_navigation
        self._text: list[str] = []
        self._containers: list[tuple[Kind, int]] = [(Kind.PARAGRAPH, 0)]

    def __iter__(self) -> Iterator[Block]:
        walk = etree.iterwalk(self._root, events=("start", "end"))
        whole: etree._Element | None = None
        for event, element in walk:
            tag = local(element)
            if event == "end":
                yield from self._close(element, tag, element is whole)
            elif tag in _WHOLE or self._is_left_out(element, tag) or (tag == "table" and _has_columns(element)):
                whole = element
                walk.skip_subtree()
                yield from self._read_whole(element, tag)
            else:
                yield from self._open(element, tag)
        yield from self._flush()

    def _is_left_out(self, element: etree._Element, tag: str) -> bool:
        return tag in _DROPPED or (not self._with_navigation and _is_navigation(element, tag))

    def _open(self, element: etree._Element, tag: str) -> Iterator[Block]:
        if tag in _BOUNDARIES:
            yield from self._flush()
        if tag in _CONTAINERS:
            self._containers.append(self._container(tag))
        self._text.append(_BREAK if tag == "br" else element.text or "")

    def _close(self, element: etree._Element, tag: str, is_read: bool) -> Iterator[Block]:
        if not is_read:
            if tag in _BOUNDARIES:
                yield from self._flush()
            if tag in _CONTAINERS:
                self._containers.pop()
        if element is not self._root:
            self._text.append(element.tail or "")

    def _read_whole(self, element: etree._Element, tag: str) -> Iterator[Block]:
        """What is read in one piece, or not at all."""
        if tag in _WHOLE or tag == "table":
            yield from self._flush()
        if tag in _WHOLE:
            yield Block(Kind.CODE, _code(element))
        elif tag == "table":
            yield from _rows(element)

    def _flush(self) -> Iterator[Block]:
        """The block under way, if it has any text."""
        kind, level = self._containers[-1]
        text = _BREAKS.sub(_BREAK, collapse("".join(self._text))).strip(f" {_BREAK}")
        self._text.clear()
        if kind is Kind.HEADING:
            text = text.replace(_BREAK, " ")
        for piece in _PARAGRAPH_BREAK.split(text):
            if piece.strip():
                yield Block(kind, piece.replace(_BREAK, "\n"), level)

    def _container(self, tag: str) -> tuple[Kind, int]:
        """The kind and level of the text in a container; a heading in a quotation or a list item is a part of that."""
        heading = _HEADING.fullmatch(tag)
        if heading is None:
            return _KINDS[tag], 0
        around = self._containers[-1]
        return around if around[0] in (Kind.BLOCKQUOTE, Kind.LIST_ITEM) else (Kind.HEADING, int(heading[1]))


def _rows(table: etree._Element) -> Iterator[Block]:
    for caption in table.iter("caption"):
        yield Block(Kind.PARAGRAPH, _line(caption))
    rows = ([cell for cell in row if local(cell) in _CELLS] for row in table.iter("tr"))
    rows = (row for row in rows if row)
    first = next(rows, [])
    if all(local(cell) == "th" for cell in first):
        header = _columns(first, _MAX_COLUMNS)
        yield from row_blocks(header, (_columns(row, len(header)) for row in rows))
    else:
        yield from row_blocks((), (_columns(row, 0) for row in chain((first,), rows)))


def _columns(cells: Sequence[etree._Element], count: int) -> list[str]:
    """The text of each cell in its column; up to a count of columns a wide cell has empty ones behind it."""
    texts: list[str] = []
    for cell in cells:
        texts.append(_line(cell))
        texts.extend([""] * min(_span(cell) - 1, count - len(texts)))
    return texts


def _has_columns(table: etree._Element) -> bool:
    """Whether a table holds rows of cells, and is not there for the layout of the page."""
    if table.get("role") == "presentation" or next(table.iterdescendants("table"), None) is not None:
        return False
    if any(local(next(row.iterancestors())) not in _AROUND_ROWS for row in table.iter("tr")):
        return False  # rows in the cells of others: what is in there would be read once for each
    return any(sum(local(cell) in _CELLS for cell in row) > 1 for row in table.iter("tr"))


def _span(cell: etree._Element) -> int:
    stated = cell.get("colspan", "1")
    return min(max(int(stated), 1), _MAX_SPAN) if stated.isascii() and stated.isdigit() and len(stated) < 5 else 1


def _line(element: etree._Element) -> str:
    """All the text in an element as one line; blocks in it are parted by a space."""
    return one_line(" ".join(block.text for block in _Walk(element)))


def _code(element: etree._Element) -> str:
    for line_break in list(element.iter("br")):
        line_break.text = "\n"
    return text_of(element).strip("\n")


def _is_navigation(element: etree._Element, tag: str) -> bool:
    if tag == "footer":
        parent = element.getparent()
        return parent is not None and local(parent) == "body"
    return tag == "nav"
