"""Paragraphs, cells and rows of rich text, as they come to their ends."""

from __future__ import annotations

from dataclasses import dataclass, field

from indexer.cleaning import collapse, one_line
from indexer.extract.tables import row_blocks
from indexer.model import Block, Kind


@dataclass(slots=True)
class Flow:
    """The text of a document, or of a note in it.

    pieces: of the text under way, a NUL for each line break; behind: blocks to put behind its paragraph; style: kind and level
    of that; has_header: whether the first row of the table under way is its header.
    """

    pieces: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    behind: list[Block] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    style: tuple[Kind, int] = (Kind.PARAGRAPH, 0)
    has_header: bool = False
    in_table: bool = False
    is_item: bool = False

    @property
    def is_in_cell(self) -> bool:
        """Whether the text under way belongs to a table."""
        return self.in_table or bool(self.cells)

    def end_cell(self) -> None:
        self.in_table = True
        self.cells.append(one_line("".join(self.pieces).replace("\x00", " ")))
        self.pieces.clear()

    def end_row(self) -> None:
        if self.cells:
            self.rows.append(self.cells)
            self.cells = []
        self.in_table = False

    def end_paragraph(self) -> None:
        """The text under way as a block, behind the table before it."""
        text = collapse("".join(self.pieces))
        self.pieces.clear()
        kind, level = self.style
        if text.replace("\x00", "").strip():
            self._end_table()
            lines = "\n".join(line.strip() for line in text.split("\x00")).strip()
            if self.is_item and kind is Kind.PARAGRAPH:
                kind = Kind.LIST_ITEM
            self.blocks.append(Block(kind, one_line(lines) if kind is Kind.HEADING else lines, level))
        self.blocks += self.behind
        self.behind = []
        self.is_item = False

    def finished(self) -> list[Block]:
        """All blocks, when there is no more text."""
        self.end_paragraph()
        self._end_table()
        return self.blocks

    def _end_table(self) -> None:
        self.end_row()
        if self.rows:
            self.blocks += row_blocks(self.rows[0], self.rows[1:]) if self.has_header else row_blocks((), self.rows)
            self.rows, self.has_header = [], False
