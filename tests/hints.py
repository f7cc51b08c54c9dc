"""What is found beside the hits, in the simplest possible way: titles that have the words, and values that begin so."""

from __future__ import annotations

from dataclasses import replace

from indexer.model import DocumentMetadata
from indexer.search.analysis import Token, tokenize
from indexer.search.query import All, Any, Node, Published


def in_title(node: Node) -> Node:
    """What is looked for in the text, looked for in the title."""
    if isinstance(node, All):
        return replace(node, children=tuple(map(in_title, node.children)), excluded=tuple(map(in_title, node.excluded)))
    if isinstance(node, Any):
        return replace(node, children=tuple(map(in_title, node.children)))
    if isinstance(node, Published) or node.field not in (None, "text"):
        return node
    return replace(node, field="title")


def asks_title(node: Node) -> bool:
    """Whether a tree wants anything of the title."""
    if isinstance(node, All | Any):
        return any(map(asks_title, node.children))
    return not isinstance(node, Published) and node.field == "title"


def title_words(document: DocumentMetadata) -> list[Token]:
    """The words of a title, the parts of hyphenated ones."""
    return [token for token in tokenize(document.title) if token.length == 1]


def begins(value: str, prefix: str) -> bool:
    """Whether a value has the words of a prefix next to each other, the last one perhaps going on."""
    held, wanted = tokenize(value), tokenize(prefix)
    return bool(wanted) and any(_follow(held, wanted, token.position) for token in held)


def _follow(held: list[Token], wanted: list[Token], place: int, at: int = 0) -> bool:
    """Whether words stand from a place on that are the wanted ones from `at` on; a hyphenated word is its parts, or joined."""
    end = max(token.position + token.length for token in wanted)
    for sought in (token for token in wanted if token.position == at):
        last = sought.position + sought.length == end
        for token in (token for token in held if token.position == place):
            if last and token.form.startswith(sought.form):
                return True
            rest = at + sought.length, place + token.length
            if not last and token.form == sought.form and _follow(held, wanted, rest[1], rest[0]):
                return True
    return False
