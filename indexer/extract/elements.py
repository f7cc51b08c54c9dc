"""Elements of XML and HTML by the names that stand in their namespaces, whichever these are."""

from __future__ import annotations

from lxml import etree


def local(element: etree._Element) -> str:
    """An element's name without its namespace, which old and strict files write otherwise; "" for what is none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: etree._Element, name: str) -> str | None:
    """The attribute of that name, in whatever namespace."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return None
