"""Tables for a terminal and for Markdown."""

from __future__ import annotations

from collections.abc import Sequence


def render(titles: Sequence[str], rows: Sequence[Sequence[str]], markdown: bool = False) -> str:
    """Rows under titles; the first column to the left, the others to the right."""
    if markdown:
        rule = ["---", *("---:" for _ in titles[1:])]
        return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in (titles, rule, *rows))
    widths = [max(len(row[place]) for row in (titles, *rows)) for place in range(len(titles))]
    return "\n".join(_line(row, widths) for row in (titles, ["-" * width for width in widths], *rows))


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        f"{cell:<{width}}" if not place else f"{cell:>{width}}"
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join([first, *others]).rstrip()
