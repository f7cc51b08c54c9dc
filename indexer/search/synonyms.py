"""Synonyms of several words in a query: where their words stand in a row, the one word that counts as the same is meant too.

A word finds by itself what counts as the same (`Variants.of`), several words among that; here a query is read so that several
words find the word. Words in a row are taken from left to right, the longest synonym first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from indexer.search.analysis import is_unspaced, split_words, word_readings
from indexer.search.query import All, Any, Node, Phrase, Word
from indexer.search.variants import Variants


def with_synonyms(tree: Node, variants: Variants) -> Node:
    """A tree that finds what counts as the same as several of its words, too.

    In phrases the word takes their place, for it finds them. Bare words in a row find what has all of them, or the word. Exact
    forms, and words near each other, are what they say.
    """
    return _read(tree, variants) if variants.longest > 1 else tree


def _read(node: Node, variants: Variants) -> Node:
    match node:
        case All():
            children = tuple(_in_a_row(node.children, variants))
            return replace(node, children=children, excluded=tuple(_read(each, variants) for each in node.excluded))
        case Any():
            return replace(node, children=tuple(_read(child, variants) for child in node.children))
        case Phrase(exact=False, slop=None):
            words = split_words(node.text)
            read = [" ".join(words[begin:end]) if word is None else word for begin, end, word in _stretches(words, variants)]
            return replace(node, text=" ".join(read)) if len(read) < len(words) or read != words else node
        case Word(exact=False):
            [(_, _, word)] = _stretches([node.text], variants)
            return node if word is None else replace(node, text=word, bare=False)
    return node


def _in_a_row(children: Sequence[Node], variants: Variants) -> Iterator[Node]:
    words = [child.text if isinstance(child, Word) and child.bare else None for child in children]
    for begin, end, word in _stretches(words, variants):
        stretch = children[begin:end]
        if word is None or len(stretch) == 1:
            yield from (_read(child, variants) for child in stretch)
        else:
            yield Any((All(tuple(stretch)), Word(word, weight=max(child.weight for child in stretch))))


def _stretches(words: Sequence[str | None], variants: Variants) -> Iterator[tuple[int, int, str | None]]:
    """Where the words are parted, and the word that the part counts as; None for one that is nothing but itself.

    words: None for what is no word, and stands in no synonym.
    """
    begin = 0
    while begin < len(words):
        end, word = _longest(words, begin, variants)
        yield begin, end, word
        begin = end


def _longest(words: Sequence[str | None], begin: int, variants: Variants) -> tuple[int, str | None]:
    """The longest synonym that begins with a word: where it ends, and the word that it counts as."""
    forms: list[str] = []
    found: tuple[int, str | None] = begin + 1, None
    for end, word in enumerate(words[begin : begin + variants.longest], begin + 1):
        if word is None:
            break
        forms += word_readings(word)[0]
        # A word in a script without spaces is several.
        if (end > begin + 1 or is_unspaced(word)) and (one := variants.word_for(" ".join(forms))) is not None:
            found = end, one
    return found
