"""What a query matches in a record and which words it marks, in the simplest possible way: every token is looked at.

Written from the contract alone. It shares the analysis with the engines and nothing else.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import TypeAlias

from indexer.fields import FIELD_BY_NAME, FieldKind
from indexer.model import DocumentMetadata, Paragraph
from indexer.published import parse_published
from indexer.search.analysis import Token, find_words, is_unspaced
from indexer.search.analysis import tokenize as analyze
from indexer.search.folding import fold
from indexer.search.query import All, Any, Fuzzy, Node, Phrase, Published, Wildcard, Word
from indexer.search.response import Span
from indexer.search.stemming import stem, stemmer_of
from indexer.search.stopwords import is_stop_word, stop_list_of

Test: TypeAlias = Callable[[Token], bool]
Sequence: TypeAlias = tuple[Test, ...]
"""Tests that tokens next to each other must pass."""
Slot: TypeAlias = tuple[Sequence, ...]
"""The ways in which one word of a query may stand in a text."""
Run: TypeAlias = tuple[Token, ...]
Equivalents: TypeAlias = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Marks:
    """The words that a query matched in a record, in no order."""

    text: frozenset[Span] = frozenset()
    title: frozenset[Span] = frozenset()

    def __or__(self, other: Marks) -> Marks:
        return Marks(self.text | other.text, self.title | other.title)


def no_equivalents(_form: str) -> tuple[str, ...]:
    """Every form counts as itself alone."""
    return ()


def language_of(document: DocumentMetadata, paragraph: Paragraph) -> str | None:
    """A record's own language, else its document's."""
    return paragraph.language or document.language


def match(
    node: Node, document: DocumentMetadata, paragraph: Paragraph, equivalents: Equivalents = no_equivalents
) -> Marks | None:
    """What a record's match marks; None where it does not match. equivalents: the forms that count as the same word."""
    if isinstance(node, All):
        found = [match(child, document, paragraph, equivalents) for child in node.children]
        if None in found or any(match(child, document, paragraph, equivalents) is not None for child in node.excluded):
            return None
        return _union(found)
    if isinstance(node, Any):
        found = [match(child, document, paragraph, equivalents) for child in node.children]
        return None if all(marks is None for marks in found) else _union(found)
    if isinstance(node, Published):
        days = parse_published(document.published) if document.published else None
        return Marks() if days and days.overlaps(node.first, node.last) else None
    return _match_words(node, document, paragraph, equivalents)


def without_stop_words(tree: Node, language: str | None = None) -> Node:
    """The tree without its bare stop words and what they leave empty, unless all its bare words are stop words.

    language: of the record that it is read for.
    """
    words = bare_words(tree)
    return tree if all(is_stop(word, language) for word in words) else (pruned(tree, language) or tree)


def bare_words(node: Node) -> list[Word]:
    """The bare words of a tree, those of exclusions left out."""
    if isinstance(node, (All, Any)):
        return [word for child in node.children for word in bare_words(child)]
    return [node] if isinstance(node, Word) and node.bare else []


def is_stop(word: Word, language: str | None) -> bool:
    """Whether a word of a query is a stop word in a language."""
    return all(is_stop_word(token.form, stop_list_of(language)) for token in tokenize(word.text))


def pruned(node: Node, language: str | None) -> Node | None:
    """What is left of a node without bare stop words, None for nothing."""
    if isinstance(node, Word) and node.bare and is_stop(node, language):
        return None
    if isinstance(node, (All, Any)) and node.children:
        children = tuple(kept for child in node.children if (kept := pruned(child, language)) is not None)
        gone = not children and not (isinstance(node, All) and node.excluded)
        return None if gone else replace(node, children=children)
    return node


def values(field: str | None, document: DocumentMetadata, paragraph: Paragraph) -> tuple[str, ...]:
    """A record's values of a field, each once; its own text where none is named."""
    if field is None or field == "text":
        return (paragraph.text,)
    holder: object = document if FIELD_BY_NAME[field].per_document else paragraph
    value = getattr(holder, field)
    found = value if isinstance(value, tuple) else (value,)
    return tuple(dict.fromkeys(str(one) for one in found if one is not None))


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Sorted and disjoint: what overlaps becomes one, what only touches stays apart."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


@lru_cache(maxsize=10_000)
def tokenize(text: str) -> tuple[Token, ...]:
    """The analysis, remembered: the same few texts are asked for again and again."""
    return tuple(analyze(text))


def _union(found: Iterable[Marks | None]) -> Marks:
    union = Marks()
    for marks in found:
        union = union | marks if marks is not None else union
    return union


def _match_words(
    node: Word | Phrase | Wildcard | Fuzzy, document: DocumentMetadata, paragraph: Paragraph, equivalents: Equivalents
) -> Marks | None:
    field = FIELD_BY_NAME[node.field or "text"]
    language = document.language if field.per_document else language_of(document, paragraph)
    stemmer = stemmer_of(language) if field.kind is FieldKind.TEXT else None
    found = [_find(node, stemmer, equivalents, tokenize(value)) for value in values(node.field, document, paragraph)]
    runs = [run for each in found for run in each]
    if not runs:
        return None
    spans = frozenset((token.start, token.end) for run in runs for token in run)
    if node.field in (None, "text"):
        return Marks(text=spans)
    return Marks(title=spans) if node.field == "title" else Marks()


def _find(
    node: Word | Phrase | Wildcard | Fuzzy, stemmer: str | None, equivalents: Equivalents, tokens: tuple[Token, ...]
) -> list[Run]:
    """The tokens of every match of a word or a phrase. stemmer: of the record, None in a field that is not stemmed."""
    if isinstance(node, Wildcard):
        return _in_order([_wildcard_slot(node.pattern)], tokens)
    if isinstance(node, Fuzzy):
        return _in_order([((_fuzzy_test(node),),)], tokens)
    key: Callable[[str], str] = (lambda form: form) if stemmer is None or node.exact else (lambda form: stem(form, stemmer))
    alike = no_equivalents if node.exact else equivalents
    slots = [_word_slot(node.text[start:end], key, alike) for start, end in find_words(node.text)]
    if isinstance(node, Phrase) and node.slop is not None:
        return _near_each_other(slots, node.slop, tokens)
    return _in_order(slots, tokens)


def _word_slot(word: str, key: Callable[[str], str], equivalents: Equivalents) -> Slot:
    """A word: its parts in order, or the parts joined, or what counts as the same word."""
    analyzed = tokenize(word)
    if is_unspaced(word):
        pairs = [token for token in analyzed if is_pair(token, analyzed)]
        return (tuple(_same(key, pair.form) for pair in (*pairs, analyzed[-1])),)
    joined = [token for token in analyzed if token.length > 1]
    parts = tuple(_same(key, token.form, *equivalents(token.form)) for token in analyzed if token.length == 1)
    longer = [other.split() for other in equivalents(analyzed[-1].form) if " " in other]
    return (
        parts,
        *((_same(key, token.form, *equivalents(token.form)),) for token in joined),
        *(tuple(_same(key, part, *equivalents(part)) for part in other) for other in longer),
    )


def is_pair(token: Token, tokens: tuple[Token, ...]) -> bool:
    """Whether a token is a letter together with the next one, in a script without spaces."""
    return any(other.start == token.start and other.end < token.end for other in tokens) and token.length == 1


def _same(key: Callable[[str], str], *forms: str) -> Test:
    keys = {key(form) for form in forms}
    return lambda token: key(token.form) in keys


def _wildcard_slot(pattern: str) -> Slot:
    parts = [re.sub("[.]", "", fold(part)) for part in re.split("[-‐‑]", pattern)]
    return (tuple(_wildcard_test(part) for part in parts), (_wildcard_test("".join(parts)),))


def _wildcard_test(pattern: str) -> Test:
    return lambda token: fnmatch.fnmatchcase(token.form, pattern)


def _fuzzy_test(node: Fuzzy) -> Test:
    form = tokenize(node.text)[-1].form
    distance = node.distance if node.distance is not None else (1 if len(form) <= 5 else 2)
    return lambda token: edits(form, token.form) <= distance


def edits(left: str, right: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbours that turn one into the other; nothing is edited twice."""
    table = {(i, 0): i for i in range(len(left) + 1)} | {(0, j): j for j in range(len(right) + 1)}
    for i, j in product(range(1, len(left) + 1), range(1, len(right) + 1)):
        replaced = table[i - 1, j - 1] + (left[i - 1] != right[j - 1])
        table[i, j] = min(replaced, table[i - 1, j] + 1, table[i, j - 1] + 1)
        if i > 1 and j > 1 and left[i - 2 : i] == right[j - 2 : j][::-1]:
            table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(left), len(right)]


def _in_order(slots: list[Slot], tokens: tuple[Token, ...]) -> list[Run]:
    """The runs of tokens, each next to the one before, that fill the slots."""
    return [run for sequences in product(*slots) if sequences for run in _runs([t for s in sequences for t in s], tokens)]


def _runs(tests: list[Test], tokens: tuple[Token, ...]) -> list[Run]:
    runs: list[Run] = [()]
    for test in tests:
        runs = [
            (*run, token)
            for run in runs
            for token in tokens
            if test(token) and (not run or token.position == run[-1].position + run[-1].length)
        ]
    return runs


def _near_each_other(slots: list[Slot], slop: int, tokens: tuple[Token, ...]) -> list[Run]:
    """One occurrence of each slot at places of their own, with at most `slop` other positions among them."""
    occurrences = [_in_order([slot], tokens) for slot in slots]
    return [tuple(t for run in choice for t in run) for choice in product(*occurrences) if choice and _within(choice, slop)]


def _within(choice: tuple[Run, ...], slop: int) -> bool:
    places = [place for run in choice for token in run for place in _positions(token)]
    return len(places) == len(set(places)) and max(places) - min(places) + 1 - len(places) <= slop


def _positions(token: Token) -> Iterator[int]:
    return iter(range(token.position, token.position + token.length))
