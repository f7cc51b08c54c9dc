"""What files state in their properties, less what programs write there where nobody stated anything."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from indexer.cleaning import one_line
from indexer.extract.metadata import Stated
from indexer.model import Json, Origin

_NOTHING = re.compile(
    r"\W*|\(?(?:anonymous|unspecified|untitled|unknown|none|title|document\d*|slide \d+|powerpoint presentation)\)?|"
    r"microsoft (?:word|excel|powerpoint) - .*|\S*\.(?:docx?|pdf|rtf|odt|indd|qxd|tex|dvi|pptx?|xlsx?|fm|p65|wpd|txt|html?)",
    re.IGNORECASE,
)
_TAG_ENDS = re.compile(r"\s*[;,]\s*")
_AUTHOR_ENDS = re.compile(r"\s*;\s*")


def stated_properties(values: Mapping[str, Iterable[str]]) -> Stated:
    """The metadata in a document's properties. values: by the name of the field, each as often as it is stated.

    The day on which a file was made or saved is not that of its publication; it must not be among them.
    """
    stated: dict[str, Json] = {}
    for name, written in values.items():
        lines = [line for line in map(one_line, written) if not _NOTHING.fullmatch(line)]
        if not lines:
            continue
        if name in ("tags", "author"):
            ends = _TAG_ENDS if name == "tags" else _AUTHOR_ENDS
            stated[name] = [part for line in lines for part in ends.split(line) if part]
        else:
            stated[name] = lines[0]
    return Stated(stated, Origin.PROPERTIES)
