"""Search results in a terminal: matches marked where colours are shown, plain lines elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from indexer.search.passage import best_passage
from indexer.search.request import SearchRequest, Snippet
from indexer.search.response import Hit, SearchResponse, Span
from webapp import labels, links
from webapp.reasons import reasons

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_INDENT = 4


def print_results(request: SearchRequest, response: SearchResponse, server: str, *, summary: bool) -> None:
    """Print the hits of a page to stdout. server: the URL that permalinks begin with; summary: whether to say how many."""
    console = _Console(highlight=False, markup=False, emoji=False)
    first = (request.page - 1) * request.page_size + 1
    for number, hit in enumerate(response.hits, first):
        for line, indent in _lines(number, hit, server, request.snippet):
            if console.is_terminal:
                console.print(Padding(line, (0, 0, 0, indent), expand=False))
            else:
                console.print(Text(" " * indent) + line, soft_wrap=True)
        console.print()
    if summary:
        console.print(_summary(request, response), soft_wrap=True)


class _Console(Console):
    """A console that leaves a closed pipe to its caller; rich would exit with 1."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def _lines(number: int, hit: Hit, server: str, snippet: Snippet) -> Iterator[tuple[Text, int]]:
    """The lines of a hit, each with its indentation."""
    document = hit.document
    yield Text.assemble((f"{number:>2}. ", "dim"), _marked(document.title, hit.title_spans, "bold")), 0
    part = hit.paragraph.part
    place = [
        document.source,
        document.published,
        f"¶ {hit.paragraph.ordinal} of {document.paragraphs}" + (f", part {part.number} of {part.of}" if part else ""),
        labels.page_of(hit.paragraph),
        hit.paragraph.section,
    ]
    yield Text(_printable(" · ".join(piece for piece in place if piece)), style="dim"), _INDENT
    yield _text(hit, snippet), _INDENT
    for reason in reasons(hit):
        yield Text(_printable(f"{reason.score}  {reason.what}"), style="dim"), _INDENT
    yield Text(f"{server}{links.document_url(document.id, ordinal=hit.paragraph.ordinal)}", style="cyan"), _INDENT


def _text(hit: Hit, snippet: Snippet) -> Text:
    """The paragraph, or its best passage with dots where it goes on."""
    text = hit.paragraph.text
    marked = _marked(text, hit.spans, "")
    if snippet is Snippet.FULL:
        return marked
    begin, end = best_passage(text, hit.spans)
    return Text.assemble("… " if begin else "", marked[begin:end], " …" if end < len(text) else "")


def _marked(text: str, spans: tuple[Span, ...], style: str) -> Text:
    marked = Text(_printable(text), style=style)
    for start, end in spans:
        marked.stylize("bold black on yellow", start, end)
    return marked


def _printable(text: str) -> str:
    """A text that cannot command a terminal; of the same length, so that spans keep their places."""
    return _CONTROL.sub("\ufffd", text)


def _summary(request: SearchRequest, response: SearchResponse) -> str:
    if not response.total:
        return "No paragraph matches."
    found = f"{labels.counted(response.total, 'paragraph')} in {labels.counted(response.documents, 'document')}"
    pages = -(-response.total // request.page_size)
    return f"{found}, page {request.page:,} of {pages:,}." if pages > 1 or request.page > 1 else f"{found}."
