"""Tables for a terminal and for Markdown."""

from __future__ import annotations

from collections.abc import Sequence


def render(titles: Sequence[str], rows: Sequence[Sequence[str]], markdown: bool = False, left: int = 1) -> str:
    """Rows under titles; the first columns (`left` of them) to the left, the others to the right."""
    if markdown:
        rule = ["---" if place < left else "---:" for place in range(len(titles))]
        return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in (titles, rule, *rows))
    widths = [max(len(row[place]) for row in (titles, *rows)) for place in range(len(titles))]
    return "\n".join(_line(row, widths, left) for row in (titles, ["-" * width for width in widths], *rows))


def _line(row: Sequence[str], widths: Sequence[int], left: int) -> str:
    cells = (
        f"{cell:<{width}}" if place < left else f"{cell:>{width}}"
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join(cells).rstrip()
