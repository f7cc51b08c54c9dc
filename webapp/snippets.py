"""Text and spans to HTML: the parts are escaped, the spans wrapped in `<mark>`, and bleach is the last gate.

Stripped of `<mark>` and unescaped, the HTML is the text. That holds for every text without the control characters
that HTML cannot hold (C0 but TAB, LF, FF and CR); no record has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import bleach
from markupsafe import Markup, escape

from indexer.search.response import Span

# What bleach gives back unchanged: characters that it neither escapes nor replaces, the references that escaping writes,
# and marks around them that hold no mark. A property test holds this against bleach. Groups are not possessive: before
# Python 3.11.5 one that was took half of what it repeats for a match.
_RUN = r"[^<>&\x00-\x08\x0b-\x1f\ud800-\udfff]++|&(?:amp|lt|gt|#34|#39|#12|#13);"
_CLEAN = re.compile(rf"(?:{_RUN}|<mark>(?:{_RUN})*</mark>)*")


def mark(text: str, spans: Iterable[Span]) -> Markup:
    """The text as HTML, each span of it in `<mark>`. spans: code points, end-exclusive, sorted, disjoint."""
    parts: list[str] = []
    position = 0
    for start, end in spans:
        parts += (_escape(text[position:start]), "<mark>", _escape(text[start:end]), "</mark>")
        position = end
    parts.append(_escape(text[position:]))
    return sanitize("".join(parts))


def mark_part(text: str, spans: Iterable[Span], begin: int, end: int) -> Markup:
    """A part of a text as `mark` gives it; spans: of the whole text, those outside of the part left out."""
    inside = ((max(start, begin) - begin, min(stop, end) - begin) for start, stop in spans if start < end and stop > begin)
    return mark(text[begin:end], inside)


def sanitize(html: str) -> Markup:
    """HTML with no element but `mark` and no attribute; anything else in it is escaped. Clean HTML stays as it is."""
    if _CLEAN.fullmatch(html):
        return Markup(html)
    return Markup(bleach.clean(html, tags={"mark"}, attributes={}))


def _escape(text: str) -> str:
    """As HTML. Of CR and FF it would make something else; as references they stay what they are."""
    if text.isalnum():  # most of what is marked: a word
        return text
    return str(escape(text)).replace("\r", "&#13;").replace("\f", "&#12;")
