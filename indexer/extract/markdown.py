"""Markdown with front matter, by CommonMark and its tables; markup in a line is reduced to its text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import accumulate, pairwise

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from indexer.cleaning import collapse, printable
from indexer.errors import ExtractionError
from indexer.extract.encoding import decode
from indexer.extract.front_matter import read_front_matter
from indexer.extract.html import piece_blocks
from indexer.extract.metadata import Stated, describe
from indexer.extract.source import Format, SourceFile, filled
from indexer.extract.tables import row_blocks
from indexer.model import Block, Document, Kind, Origin
from indexer.report import Skip

_MAX_NESTING = 60  # quotations and lists in each other; the parser calls itself for each
_DEEP_HINT = "Write them with fewer levels."
_MAX_OPEN_BRACKETS = 20  # at once in a paragraph; for each bracket the parser looks through all that it may stand in
_BRACKET = re.compile(r"[\[\]]")


def read(file: SourceFile) -> Iterator[Document | Skip]:
    """The one document of a file; before it a Skip where its front matter is broken, which then is left out, and behind it one
    where its text is nested too deeply.
    """
    front = read_front_matter(printable(decode(file.read())).lstrip("\n"))
    if front.error is not None:
        yield file.skip(front.error, whole=False)
    lost: list[ExtractionError] = []
    found = markdown_blocks(front.text, lost)
    blocks = filled(found, "There is nothing below the front matter." if front.values else "", lost)
    stated = Stated(front.values, Origin.FRONT_MATTER)
    yield Document(describe(file.id, FORMAT.name, blocks, stated, file.name), blocks)
    yield from file.skip_pieces(lost)


def markdown_blocks(text: str, lost: list[ExtractionError]) -> tuple[Block, ...]:
    """The blocks of a text: comments and link definitions are dropped, HTML is reduced to its text.

    lost: takes what is wrong where not all of it can be read.
    """
    parser = _parser()
    parser.core.ruler.at("inline", partial(_read_inline, linkless=_parser().disable(["link", "image"])))
    tokens = parser.parse(text)
    blocks = tuple(_blocks(tokens, lost))
    if _is_too_deep(tokens):
        behind = ": what stands in the innermost is left out" if blocks else ""
        lost.append(ExtractionError(f"quotations or lists are nested too deeply{behind}", _DEEP_HINT))
    return blocks


def _is_too_deep(tokens: Sequence[Token]) -> bool:
    """Whether a quotation or a list stands so deep that the parser left out what is in it."""
    return any(
        token.level >= _MAX_NESTING - 1 and token.type in ("blockquote_open", "list_item_open") and following.nesting < 0
        for token, following in pairwise(tokens)
    )


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable(["table", "strikethrough"])


def _read_inline(state: StateCore, linkless: MarkdownIt) -> None:
    """Read the markup in each line or paragraph; where too many brackets are open no link is looked for."""
    for token in state.tokens:
        if token.type == "inline":
            parser = linkless if _has_open_brackets(token.content) else state.md
            token.children = parser.inline.parse(token.content, parser, state.env, [])


def _has_open_brackets(content: str) -> bool:
    """Whether more brackets are open at once than links and images ever need."""
    if content.count("[") <= _MAX_OPEN_BRACKETS:
        return False
    steps = (1 if bracket == "[" else -1 for bracket in _BRACKET.findall(content))
    most: int = max(accumulate(steps, lambda count, step: max(count + step, 0)))
    return most > _MAX_OPEN_BRACKETS


def _blocks(tokens: Sequence[Token], lost: list[ExtractionError]) -> Iterator[Block]:
    containers: list[Kind] = [Kind.PARAGRAPH]
    header: list[str] = []
    rows: list[list[str]] = []
    for before, token in pairwise((Token("", "", 0), *tokens)):
        match token.type:
            case "blockquote_open":
                containers.append(Kind.BLOCKQUOTE)
            case "list_item_open":
                containers.append(Kind.LIST_ITEM)
            case "blockquote_close" | "list_item_close":
                containers.pop()
            case "tr_open":
                rows.append([])
            case "thead_close":
                header = rows.pop()
            case "table_close":
                yield from row_blocks(header, rows)
                rows = []
            case "inline" if before.type in ("th_open", "td_open"):
                rows[-1].append(_text(token))
            case "inline" if before.type == "heading_open" and containers[-1] is Kind.PARAGRAPH:
                yield Block(Kind.HEADING, _text(token).replace("\n", " "), int(before.tag[1]))
            case "inline":
                yield Block(containers[-1], _text(token))
            case "fence" | "code_block":
                yield Block(Kind.CODE, token.content.strip("\n"))
            case "html_block":
                yield from _html_blocks(token.content, containers[-1], lost)


def _text(token: Token) -> str:
    """The text of a line of markup. Its white space is one space, a hard line break stays one."""
    parts = "".join(_inline(token.children or ()))
    return "\n".join(collapse(line).strip(" ") for line in parts.split("\x00")).strip()


def _inline(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "hardbreak" or (token.type == "html_inline" and token.content.lower().startswith("<br")):
            yield "\x00"
        elif token.type == "image":
            yield from _inline(token.children or ())
        elif token.type == "softbreak":
            yield "\n"
        elif token.type != "html_inline":
            yield token.content


def _html_blocks(markup: str, kind: Kind, lost: list[ExtractionError]) -> Iterator[Block]:
    try:
        blocks = piece_blocks(markup, lost)
    except ExtractionError:
        return  # nothing but tags or a comment
    for block in blocks:
        yield Block(kind, block.text) if block.kind is Kind.PARAGRAPH else block


FORMAT = Format("markdown", (".md", ".markdown"), read, is_text=True)
