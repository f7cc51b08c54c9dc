"""The body of a Word document to blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from lxml import etree

from indexer.cleaning import one_line
from indexer.extract.docx_styles import OFF, Style, outline_style
from indexer.extract.elements import attribute, local
from indexer.extract.tables import row_blocks
from indexer.model import Block, Kind

_GONE = frozenset(("del", "moveFrom", "delText", "instrText", "delInstrText"))
_UNREAD = frozenset(
    ("Fallback", "pPr", "rPr", "tblPr", "tblGrid", "trPr", "tcPr", "sectPr", "sdtPr", "sdtEndPr", "annotationRef")
)
_BREAKS = frozenset(("br", "cr"))
_FIRST_ROW = 0x0020
_MAX_SPAN = 100
_CONTENTS = "Table of Contents"
_SYMBOLS = {0xF0B7: "•", 0xF0A7: "▪", 0xF0E0: "→", 0xF0FC: "✓"}


class DocxText:
    """Reads the tree of a document. left_out: the characters of what is deleted, hidden, or lists the contents."""

    def __init__(self, styles: Mapping[str, Style], notes: Mapping[str, Mapping[str, etree._Element]]) -> None:
        self._styles = styles
        self._notes = notes
        self._used: set[tuple[str, str]] = set()
        self._behind: list[etree._Element] = []
        self._at_end: list[etree._Element] = []
        self.left_out = 0
        self._hidden = False
        """Whether the style of the paragraph under way hides its text."""

    def blocks(self, root: etree._Element) -> list[Block]:
        """All blocks: notes at the foot of a page behind the paragraph that they belong to, those at the end at the end."""
        body = next((child for child in root if local(child) == "body"), root)
        blocks = list(self._content(body))
        while self._at_end:
            blocks += self._content(self._at_end.pop(0))
        return blocks

    def _content(self, element: etree._Element) -> Iterator[Block]:
        """The blocks among the children of an element."""
        for child in element:
            name = local(child)
            if name == "p":
                yield from self._paragraph(child)
            elif name == "tbl":
                yield from self._table(child)
            elif name in _GONE or name in _UNREAD:
                continue
            elif name == "sdt" and _lists_contents(child):
                self.left_out += _letters(child)
            else:
                yield from self._content(child)

    def _paragraph(self, paragraph: etree._Element) -> Iterator[Block]:
        style = self._style_of(paragraph)
        self._hidden = style.hidden
        outer, self._behind = self._behind, []
        text = "".join(self._text(paragraph))
        behind, self._behind = self._behind, outer
        if style.contents:
            self.left_out += len("".join(text.split()))
        elif text.strip():
            text = "\n".join(one_line(line) for line in text.split("\n")).strip()
            yield Block(style.kind, one_line(text) if style.kind is Kind.HEADING else text, style.level)
        for element in behind:
            yield from self._content(element)

    def _style_of(self, paragraph: etree._Element) -> Style:
        """What a paragraph is: by its style, its own outline level, and whether it is numbered."""
        properties = _child(paragraph, "pPr")
        if properties is None:
            return Style()
        named = {local(child): child for child in properties}
        style = self._styles.get(attribute(named["pStyle"], "val") or "", Style()) if "pStyle" in named else Style()
        if "outlineLvl" in named and (outlined := outline_style(attribute(named["outlineLvl"], "val"))):
            return replace(outlined, hidden=style.hidden)
        if "numPr" in named and style.kind in (Kind.PARAGRAPH, Kind.LIST_ITEM):
            number = _child(named["numPr"], "numId")
            is_item = number is not None and attribute(number, "val") != "0"
            return replace(style, kind=Kind.LIST_ITEM if is_item else Kind.PARAGRAPH)
        return style

    def _text(self, element: etree._Element) -> Iterator[str]:
        """The text in a paragraph; notes and text boxes in it are kept for behind it."""
        for child in element:
            name = local(child)
            if name == "t":
                yield child.text or ""
            elif (name == "r" and self._is_hidden(child)) or name in _GONE:
                self.left_out += _letters(child)
            elif name in ("tab", "ptab"):
                yield " "
            elif name in _BREAKS:
                yield "\n" if attribute(child, "type") in (None, "textWrapping") else " "
            elif name == "noBreakHyphen":
                yield "-"
            elif name == "sym":
                yield _symbol(child)
            elif name in ("footnoteReference", "endnoteReference"):
                self._note(name.removesuffix("Reference"), attribute(child, "id") or "")
            elif name == "txbxContent":
                self._behind.append(child)
            elif name not in _UNREAD:
                yield from self._text(child)

    def _is_hidden(self, run: etree._Element) -> bool:
        """Whether a run is not shown: what it says itself goes before its style, and that with the paragraph's."""
        properties = _child(run, "rPr")
        if properties is None:
            return self._hidden
        if _child(properties, "vanish") is not None:
            return _is_on(properties, "vanish")
        named = _child(properties, "rStyle")
        style = None if named is None else self._styles.get(attribute(named, "val") or "")
        return self._hidden or (style is not None and style.hidden)

    def _note(self, kind: str, number: str) -> None:
        """A note stands behind what refers to it first; one at the end of the text at its end."""
        note = self._notes.get(kind, {}).get(number)
        if note is not None and (kind, number) not in self._used:
            self._used.add((kind, number))
            (self._behind if kind == "footnote" else self._at_end).append(note)

    def _table(self, table: etree._Element) -> Iterator[Block]:
        rows = [row for row in _rows(table) if not _is_deleted(row)]
        cells = [[*_named(row, "tc")] for row in rows]
        if max(map(len, cells), default=0) < 2:
            # A box around text, not a table.
            for row in cells:
                for cell in row:
                    yield from self._content(cell)
            return
        outer, self._behind = self._behind, []
        texts = [self._columns(row) for row in cells]
        behind, self._behind = self._behind, outer
        has_header = len(texts) > 1 and all(texts[0]) and (_is_header(rows[0]) or _has_first_row(table))
        yield from row_blocks(texts[0], texts[1:]) if has_header else row_blocks((), texts)
        for element in behind:
            yield from self._content(element)

    def _columns(self, cells: Sequence[etree._Element]) -> list[str]:
        """The text of each cell in its column; a wide cell has empty ones behind it."""
        texts: list[str] = []
        for cell in cells:
            texts.append(one_line(" ".join(block.text for block in self._content(cell))))
            properties = _child(cell, "tcPr")
            span = None if properties is None else _child(properties, "gridSpan")
            wide = "1" if span is None else attribute(span, "val") or "1"
            texts.extend([""] * (min(int(wide), _MAX_SPAN) - 1 if wide.isdigit() and len(wide) < 5 else 0))
        return texts


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        name = local(child)
        if name == "tr":
            yield child
        elif name in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _rows(child)


def _named(element: etree._Element, wanted: str) -> Iterator[etree._Element]:
    for child in element:
        if local(child) == wanted:
            yield child
        elif local(child) in ("sdt", "sdtContent", "customXml"):
            yield from _named(child, wanted)


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next((child for child in element if local(child) == name), None)


def _is_on(properties: etree._Element | None, name: str) -> bool:
    found = None if properties is None else _child(properties, name)
    return found is not None and (attribute(found, "val") or "1") not in OFF


def _is_header(row: etree._Element) -> bool:
    return _is_on(_child(row, "trPr"), "tblHeader")


def _is_deleted(row: etree._Element) -> bool:
    properties = _child(row, "trPr")
    return properties is not None and _child(properties, "del") is not None


def _has_first_row(table: etree._Element) -> bool:
    """Whether the table's look sets its first row off."""
    properties = _child(table, "tblPr")
    look = None if properties is None else _child(properties, "tblLook")
    if look is None:
        return False
    stated = attribute(look, "firstRow")
    if stated is not None:
        return stated not in OFF
    try:
        return bool(int(attribute(look, "val") or "0", 16) & _FIRST_ROW)
    except ValueError:
        return False


def _lists_contents(element: etree._Element) -> bool:
    return any(
        local(one) == "docPartGallery" and attribute(one, "val") == _CONTENTS
        for properties in element
        if local(properties) == "sdtPr"
        for one in properties.iter()
    )


def _symbol(element: etree._Element) -> str:
    """A character that is named by its number in a font of symbols."""
    try:
        code = int(attribute(element, "char") or "", 16)
    except ValueError:
        return ""
    if 0xF000 <= code <= 0xF0FF:
        return _SYMBOLS.get(code, "")
    return chr(code) if 0x20 <= code < 0xD800 else ""


def _letters(element: etree._Element) -> int:
    """How many characters an element holds, white space aside."""
    return sum(len("".join((one.text or "").split())) for one in element.iter() if local(one) in ("t", "delText"))
