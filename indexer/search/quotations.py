"""Quotation marks of a query: straight, curly and angle ones, and which two belong together.

Single curly marks are apostrophes and no quotation marks here.
"""

from __future__ import annotations

import re

# An opening mark and those that close it; usage differs by country, so one mark may open here and close there.
_CLOSING = {
    mark: re.compile(f"[{closing}]")
    for mark, closing in {
        '"': '"',
        "“": '”“"',
        "”": '”"',
        "„": '“”"',
        "«": "»",
        "»": "«»",
        "‹": "›",
        "›": "‹›",
    }.items()
}
MARKS = "".join(_CLOSING)


def pair_quotations(source: str) -> tuple[str, dict[int, int]]:
    """The source with a space for each mark without a partner, and the place of each opening mark's partner."""
    characters = list(source)
    partners: dict[int, int] = {}
    unclosed: set[str] = set()
    place = 0
    while place < len(source):
        mark = source[place]
        if mark in _CLOSING:
            closing = None if mark in unclosed else _CLOSING[mark].search(source, place + 1)
            if closing is None:
                # A later mark of this style has no partner either; to look each time would take quadratic time.
                unclosed.add(mark)
                characters[place] = " "
            else:
                partners[place] = closing.start()
                place = closing.start()
        place += 1
    return "".join(characters), partners
