"""The words of a query as slots: what the dictionaries are asked for, whatever the segment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from indexer.fields import FIELD_BY_NAME, FieldKind
from indexer.search.analysis import fold, is_stop_word, stem, tokenize
from indexer.search.embedded.forms import Expansion, Near, Pattern
from indexer.search.query import All, Any, Fuzzy, Node, Phrase, Wildcard, Word

Sought: TypeAlias = str | Expansion
"""A dictionary word, or the forms that a pattern stands for."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A word of a query by its readings; a reading is one or more dictionary words next to each other.

    `F-16` reads as `f` before `16`, or as `f16`. exact: the words are forms, else terms.
    """

    readings: tuple[tuple[Sought, ...], ...]
    exact: bool


def node_slots(node: Word | Phrase | Wildcard | Fuzzy) -> tuple[Slot, ...]:
    """The slots of a node in order; a hyphenated word is one, and a word or a pattern has one or none."""
    if isinstance(node, Wildcard):
        parts = [fold(part).replace(".", "") for part in re.split("[‐‑-]", node.pattern)]
        readings = (tuple(map(Pattern, parts)), (Pattern("".join(parts)),))
        return (Slot(readings if len(parts) > 1 else readings[1:], exact=True),)
    if isinstance(node, Fuzzy):
        tokens = tokenize(node.text)
        if not tokens:
            return ()
        form = tokens[-1].form
        distance = node.distance if node.distance is not None else 1 if len(form) <= 5 else 2
        return (Slot(((Near(form, distance),),), exact=True),)
    stemmed = FIELD_BY_NAME[node.field or "text"].kind is FieldKind.TEXT
    key: Callable[[str], str] = str if node.exact or not stemmed else stem
    found: list[Slot] = []
    for form, _, _, _, length in tokenize(node.text):
        if length == 1:
            found.append(Slot(((key(form),),), node.exact))
        else:
            parts_in_order = tuple(slot.readings[0][0] for slot in found[-length:])
            found[-length:] = [Slot((parts_in_order, (key(form),)), node.exact)]
    return tuple(found)


def without_stop_words(tree: Node) -> Node:
    """The tree without its bare stop words and the groups that they leave empty, unless all its bare words are stop words."""
    bare = list(_bare_words(tree))
    if all(map(_is_stop, bare)):
        return tree
    kept = _without(tree)
    return tree if kept is None else kept


def _bare_words(node: Node) -> Iterator[Word]:
    if isinstance(node, (All, Any)):
        for child in node.children:
            yield from _bare_words(child)
    elif isinstance(node, Word) and node.bare:
        yield node


def _without(node: Node) -> Node | None:
    """The node without bare stop words; None where nothing of it is left."""
    if isinstance(node, Word):
        return None if node.bare and _is_stop(node) else node
    if not isinstance(node, (All, Any)) or not node.children:
        return node
    children = tuple(kept for child in node.children if (kept := _without(child)) is not None)
    if not children and not (isinstance(node, All) and node.excluded):
        return None
    return replace(node, children=children)


def _is_stop(word: Word) -> bool:
    tokens = tokenize(word.text)
    return len(tokens) == 1 and is_stop_word(tokens[0].form)
