"""The styles of a Word document: which of them make headings, quotations and items of lists."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from lxml import etree

from indexer.extract.elements import attribute, local
from indexer.extract.style_names import MAX_LEVEL, kind_of_style
from indexer.model import Kind

_LIST = re.compile(r"list (?:paragraph|bullet|number)(?: \d)?", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|table of figures|index) ?\d*", re.IGNORECASE)
_MAX_CHAIN = 20
OFF = ("0", "false", "off")
"""How a property says that it does not hold."""


@dataclass(frozen=True, slots=True)
class Style:
    """What a style makes of a paragraph. numbered: it is an item of a list; contents: a line of a table of contents."""

    kind: Kind = Kind.PARAGRAPH
    level: int = 0
    numbered: bool = False
    contents: bool = False
    hidden: bool = False


def read_styles(root: etree._Element | None) -> dict[str, Style]:
    """Styles by their id; a style has what the one has that it is based on."""
    if root is None:
        return {}
    elements = {attribute(element, "styleId") or "": element for element in root if local(element) == "style"}
    return {style_id: _style(style_id, elements) for style_id in elements}


def outline_style(level: str | None) -> Style | None:
    """The style that an outline level makes, counted from 0; 9 is running text."""
    if level is None or not level.isdigit() or int(level) >= 9:
        return None
    return Style(Kind.HEADING, min(int(level) + 1, MAX_LEVEL))


def _style(style_id: str, elements: dict[str, etree._Element]) -> Style:
    numbered, hidden = False, None
    at = style_id
    for _step in range(_MAX_CHAIN):
        element = elements.get(at)
        if element is None:
            break
        named = {local(child): attribute(child, "val") or "" for child in element}
        name = named.get("name", at)
        inner = {local(one): attribute(one, "val") for one in element.iter() if one is not element}
        numbered = numbered or inner.get("numId", "0") not in ("0", None)
        if hidden is None and "vanish" in inner:
            hidden = inner["vanish"] not in OFF
        if _CONTENTS.fullmatch(name):
            return Style(contents=True)
        if (kind := kind_of_style(name)) is not None:
            return Style(*kind, hidden=bool(hidden))
        if (outlined := outline_style(inner.get("outlineLvl"))) is not None:
            return replace(outlined, hidden=bool(hidden))
        if numbered and _LIST.fullmatch(name):
            break
        at = named.get("basedOn", "")
    return Style(Kind.LIST_ITEM if numbered else Kind.PARAGRAPH, numbered=numbered, hidden=bool(hidden))
