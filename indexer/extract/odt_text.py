"""The body of an OpenDocument text to blocks."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from indexer.cleaning import collapse, one_line
from indexer.extract.elements import attribute, local
from indexer.extract.style_names import MAX_LEVEL, kind_of_style
from indexer.extract.tables import row_blocks
from indexer.model import Block, Kind

_LEFT_OUT = frozenset(
    "tracked-changes annotation table-of-content alphabetical-index illustration-index table-index object-index user-index "
    "bibliography sequence-decls forms variable-decls user-field-decls note-citation ruby-text shapes script "
    "event-listeners".split()
)
_BOXES = frozenset(("text-box", "frame", "custom-shape", "rect", "ellipse", "g"))
_ROWS = frozenset(("table-rows", "table-row-group", "soft-page-break"))
_MAX_REPEATED = 100
_MAX_CHAIN = 20


class OdtText:
    """Reads the tree of a document. left_out: the characters of deletions, comments and tables of contents."""

    def __init__(self, root: etree._Element, styles: etree._Element | None) -> None:
        self._parents = {
            attribute(style, "name") or "": attribute(style, "parent-style-name") or ""
            for tree in (styles, root)
            if tree is not None
            for style in tree.iter()
            if local(style) == "style"
        }
        self._behind: list[etree._Element] = []
        self._at_end: list[etree._Element] = []
        self.left_out = 0

    def blocks(self, body: etree._Element) -> list[Block]:
        """All blocks: notes and text boxes behind the paragraph that they belong to, endnotes at the end."""
        blocks = list(self._content(body, Kind.PARAGRAPH))
        while self._at_end:
            blocks += self._content(self._at_end.pop(0), Kind.PARAGRAPH)
        return blocks

    def _content(self, element: etree._Element, kind: Kind) -> Iterator[Block]:
        """The blocks among the children of an element; kind: of its paragraphs."""
        for child in element:
            name = local(child)
            if name in ("p", "h"):
                yield from self._paragraph(child, kind)
            elif name == "table":
                yield from self._table(child)
            elif name in _LEFT_OUT:
                self.left_out += len("".join("".join(map(str, child.itertext())).split()))
            elif name == "list-item":
                yield from self._content(child, Kind.LIST_ITEM)
            elif name:
                yield from self._content(child, kind)

    def _paragraph(self, paragraph: etree._Element, kind: Kind) -> Iterator[Block]:
        outer, self._behind = self._behind, []
        lines = collapse("".join(self._text(paragraph))).split("\x00")
        behind, self._behind = self._behind, outer
        text = "\n".join(line.strip() for line in lines).strip()
        if text:
            kind, level = self._kind(paragraph, kind)
            yield Block(kind, one_line(text) if kind is Kind.HEADING else text, level)
        for element in behind:
            yield from self._content(element, Kind.PARAGRAPH)

    def _kind(self, paragraph: etree._Element, kind: Kind) -> tuple[Kind, int]:
        if local(paragraph) == "h":
            stated = attribute(paragraph, "outline-level") or "1"
            return Kind.HEADING, min(max(int(stated), 1), MAX_LEVEL) if stated.isdigit() and len(stated) < 3 else 1
        name = attribute(paragraph, "style-name") or ""
        for _step in range(_MAX_CHAIN):
            if (found := kind_of_style(name.replace("_20_", " "))) is not None:
                return found
            name = self._parents.get(name, "")
            if not name:
                break
        return kind, 0

    def _text(self, element: etree._Element) -> Iterator[str]:
        """The text in a paragraph, a NUL for each line break; notes and text boxes are kept for behind it."""
        yield element.text or ""
        for child in element:
            name = local(child)
            if name == "s" or name == "tab":
                yield " "
            elif name == "line-break":
                yield "\x00"
            elif name == "note":
                self._keep_note(child)
            elif name in _BOXES:
                self._behind.append(child)
            elif name in _LEFT_OUT:
                self.left_out += len("".join("".join(map(str, child.itertext())).split()))
            elif name:
                yield from self._text(child)
            yield child.tail or ""

    def _keep_note(self, note: etree._Element) -> None:
        is_at_end = attribute(note, "note-class") == "endnote"
        (self._at_end if is_at_end else self._behind).extend(child for child in note if local(child) == "note-body")

    def _table(self, table: etree._Element) -> Iterator[Block]:
        header: list[etree._Element] = []
        rows: list[etree._Element] = []
        _gather_rows(table, header, rows, in_header=False)
        cells = [[cell for cell in row if local(cell) in ("table-cell", "covered-table-cell")] for row in (*header, *rows)]
        if max(map(len, cells), default=0) < 2:
            for row in cells:
                for cell in row:
                    yield from self._content(cell, Kind.PARAGRAPH)
            return
        outer, self._behind = self._behind, []
        texts = [self._columns(row) for row in cells]
        behind, self._behind = self._behind, outer
        yield from row_blocks(texts[0], texts[1:]) if len(header) == 1 else row_blocks((), texts)
        for element in behind:
            yield from self._content(element, Kind.PARAGRAPH)

    def _columns(self, cells: list[etree._Element]) -> list[str]:
        texts: list[str] = []
        for cell in cells:
            text = one_line(" ".join(block.text for block in self._content(cell, Kind.PARAGRAPH)))
            repeated = attribute(cell, "number-columns-repeated") or "1"
            count = min(int(repeated), _MAX_REPEATED) if repeated.isdigit() and len(repeated) < 6 else 1
            texts.extend([text] * count)
        return texts


def _gather_rows(element: etree._Element, header: list[etree._Element], rows: list[etree._Element], *, in_header: bool) -> None:
    for child in element:
        name = local(child)
        if name == "table-row":
            (header if in_header and not rows else rows).append(child)
        elif name == "table-header-rows":
            _gather_rows(child, header, rows, in_header=True)
        elif name in _ROWS:
            _gather_rows(child, header, rows, in_header=in_header)
