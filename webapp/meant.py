"""What stands above the hits: another query that may have been meant, and documents whose title has the words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from indexer.search import syntax
from indexer.search.request import SearchRequest
from indexer.search.response import DidYouMean, TitleHit
from webapp.labels import Dated, counted, dated
from webapp.links import SearchLinks, search_url
from webapp.passages import Titled, titled

_PIECES = re.compile(r"\s+|\S+")


@dataclass(frozen=True, slots=True)
class MeantView:
    """A query that may have been meant. parts: its text in pieces, and whether each differs from what was asked."""

    url: str
    parts: tuple[tuple[str, bool], ...]
    count: str


@dataclass(frozen=True, slots=True)
class TitleView:
    """A document found by its title."""

    url: str
    title: Titled
    source: str
    published: Dated | None
    extent: str


def present_meant(request: SearchRequest, meant: DidYouMean) -> MeantView:
    """Lay out a query that may have been meant: under the same filters, from the first page."""
    other = replace(request, query=syntax.parse(meant.query, request.match), page=1)
    before, after = _PIECES.findall(request.query.source), _PIECES.findall(meant.query)
    parts = []
    for change, _, _, begin, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if begin < end:
            parts.append(("".join(after[begin:end]), change != "equal"))
    return MeantView(search_url(other), tuple(parts), counted(meant.total, "paragraph"))


def present_title(found: TitleHit, links: SearchLinks) -> TitleView:
    """Lay out a document that has the words in its title."""
    document = found.document
    return TitleView(
        url=links.document(document.id),
        title=titled(document, found.spans),
        source=document.source or "",
        published=dated(document.published),
        extent=counted(document.paragraphs, "paragraph"),
    )
