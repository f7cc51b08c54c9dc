"""The format of a file: by its content where that leaves no doubt, else by its suffix."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from indexer.errors import ExtractionError
from indexer.extract.encoding import is_binary, marked_text
from indexer.extract.signatures import looks_like
from indexer.extract.source import Format, Head

# Text that is no document, and stands beside documents all the same.
_NO_DOCUMENTS = {
    **dict.fromkeys((".css", ".scss", ".less"), "a style sheet"),
    **dict.fromkeys((".js", ".mjs", ".cjs", ".py", ".sh", ".bat", ".ps1"), "a program"),
    **dict.fromkeys((".json", ".map", ".ipynb", ".webmanifest"), "JSON"),
    **dict.fromkeys((".toml", ".yaml", ".yml", ".ini", ".cfg", ".conf", ".lock"), "a settings file"),
}
_JSON = re.compile(r"\{\s*\"[^\"\n]*\"\s*:|\[\s*\{")
_XML = re.compile(r"<\?xml\b|<svg\b")


def head_of(start: bytes, members: frozenset[str] = frozenset()) -> Head:
    """What the format is seen from. start: the first bytes of a file; members: the names in a ZIP file."""
    return Head(start, marked_text(start).lstrip(), members)


def format_of(name: str, head: Head, formats: Sequence[Format], fallback: Format) -> Format:
    """The format of a file with this name and head: the first that recognizes it, else the one of its suffix.

    fallback: for text without a known suffix. Raises ExtractionError where there is none.
    """
    for known in formats:
        if known.recognizes(head):
            return known
    binary = is_binary(head.start)
    what = looks_like(head.start, binary)
    if what is not None:
        raise _unknown(f"looks like {what}")
    suffix = PurePath(name).suffix.lower()
    of_suffix = next((known for known in formats if suffix in known.suffixes), None)
    if of_suffix is not None and (of_suffix.is_text or binary or not head.text):
        return of_suffix
    if binary:
        raise _unknown("it holds bytes that no text has")
    if suffix in _NO_DOCUMENTS:
        raise _unknown(f"looks like {_NO_DOCUMENTS[suffix]}")
    if of_suffix is None and _XML.match(head.text):
        raise _unknown("looks like XML")
    if of_suffix is None and _JSON.match(head.text):
        raise _unknown("looks like JSON")
    return fallback


def _unknown(what: str) -> ExtractionError:
    return ExtractionError(f"unknown format: {what}", "Convert it to a known format, such as text or HTML.")
