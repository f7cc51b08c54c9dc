"""A query without its stop words, as the records of each language read it.

A word may be a stop word in one language and say something in another: a record's own list judges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import TypeAlias

from indexer.search.analysis import tokenize
from indexer.search.embedded.codec.segment import Segment
from indexer.search.query import All, Any, Node, Word
from indexer.search.stopwords import is_stop_word, stop_list_of

StopList: TypeAlias = str | None
"""What `stop_list_of` gives."""

Widening: TypeAlias = Callable[[Node], Node]
"""Makes a query find what counts as the same as several of its words, too."""


def as_it_is(tree: Node) -> Node:
    """The tree: several words count as nothing else."""
    return tree


@dataclass(frozen=True, slots=True)
class ByLanguage:
    """A query that is not the same in all languages. trees: what it is for the records with one of these stop lists."""

    trees: tuple[tuple[frozenset[StopList], Node], ...]


Tree: TypeAlias = Node | ByLanguage


def stop_lists_of(segments: Sequence[Segment]) -> tuple[StopList, ...]:
    """The stop lists of the records of some segments, each once."""
    used = {language for segment in segments for language in segment.languages.used} or {None}
    return tuple(sorted(set(map(stop_list_of, used)), key=str))


def without_stop_words(tree: Node, stop_lists: Sequence[StopList]) -> Tree:
    """The tree without its bare stop words and the groups that they leave empty, unless all its bare words are stop words.

    stop_lists: those of the records, at least one.
    """
    words = list(_bare_words(tree))
    if len(words) < 2:  # a word by itself is all the bare words
        return tree
    if len(stop_lists) == 1:
        return _judged(tree, words, stop_lists[0])
    trees: dict[Node, set[StopList]] = {}
    for stop_list in stop_lists:
        trees.setdefault(_judged(tree, words, stop_list), set()).add(stop_list)
    if len(trees) == 1:
        return next(iter(trees))
    return ByLanguage(tuple((frozenset(lists), judged) for judged, lists in trees.items()))


def _judged(tree: Node, words: Sequence[Word], stop_list: StopList) -> Node:
    """The tree as one stop list has it. words: its bare words."""
    stops = [word for word in words if _is_stop(word, stop_list)]
    if not stops or len(stops) == len(words):
        return tree
    kept = _without(tree, frozenset(map(id, stops)))
    return tree if kept is None else kept


def _bare_words(node: Node) -> Iterator[Word]:
    if isinstance(node, (All, Any)):
        for child in node.children:
            yield from _bare_words(child)
    elif isinstance(node, Word) and node.bare:
        yield node


def _without(node: Node, stops: Set[int]) -> Node | None:
    """The node without these words, told apart by identity; None where nothing of it is left."""
    if isinstance(node, Word):
        return None if id(node) in stops else node
    if not isinstance(node, (All, Any)) or not node.children:
        return node
    children = tuple(kept for child in node.children if (kept := _without(child, stops)) is not None)
    if not children and not (isinstance(node, All) and node.excluded):
        return None
    return replace(node, children=children)


def _is_stop(word: Word, stop_list: StopList) -> bool:
    tokens = tokenize(word.text)
    return len(tokens) == 1 and is_stop_word(tokens[0].form, stop_list)
