"""What every text goes through, whatever its format."""

from __future__ import annotations

import re

from indexer.model import without_surrogates

_LINE_END = re.compile(r"\r\n?")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f]")
_WHITE = re.compile(r"\s+")
_PLAIN_WHITE = re.compile("[ \t\n\r\f\v]+")


def printable(text: str) -> str:
    """CR and CRLF become LF, C0 controls but TAB and LF go, lone surrogates become U+FFFD."""
    # Almost every text is fit as it is, and this is several times as fast to see.
    if text.replace("\n", "").isprintable():
        return text
    return without_surrogates(_CONTROL.sub("", _LINE_END.sub("\n", text)))


def clean(text: str) -> str:
    """`printable`, with the ends stripped."""
    return printable(text).strip()


def one_line(text: str) -> str:
    """A name or a title: cleaned, and every run of white space one space."""
    return _WHITE.sub(" ", clean(text)).strip()


def collapse(text: str) -> str:
    """Runs of ASCII white space as one space, as HTML and Markdown show them; a no-break space stays what it is."""
    return _PLAIN_WHITE.sub(" ", text)
