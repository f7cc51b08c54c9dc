"""The ranking formula by the book: every word of every record is looked at, one number at a time."""

from __future__ import annotations

import fnmatch
import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import product
from typing import TypeAlias

from indexer.fields import FIELD_BY_NAME, FieldKind
from indexer.model import DocumentMetadata, Paragraph
from indexer.published import parse_published
from indexer.search.analysis import Token, find_words, is_unspaced
from indexer.search.analysis import tokenize as analyze
from indexer.search.folding import fold
from indexer.search.query import All, Any, Fuzzy, Node, Phrase, Published, Wildcard, Word
from indexer.search.stemming import stem, stemmer_of
from tests.matching import Equivalents, edits, is_pair, language_of, no_equivalents
from tests.records import Indexed

Leaf: TypeAlias = Word | Phrase | Wildcard | Fuzzy
Record: TypeAlias = tuple[DocumentMetadata, Paragraph]
Spot: TypeAlias = tuple[int, int]
"""A position, and how many positions are covered from there."""

K1 = 1.2
B = {"text": 0.75, "title": 0.5, "section": 0.5}
WEIGHTS = {"text": 1.0, "title": 2.0, "section": 0.5}


class Reference:
    """Scores records for a tree that holds no bare stop words."""

    def __init__(self, documents: Sequence[Indexed], equivalents: Equivalents = no_equivalents) -> None:
        self._equivalents = equivalents
        self.records = [(metadata, paragraph) for metadata, paragraphs in documents for paragraph in paragraphs]
        self._mean = {field: self._total(field) / len(self.records) for field in WEIGHTS}

    def score(self, tree: Node, record: Record) -> float:
        """What a record that matches the tree scores."""
        return sum(weight * self._leaf(leaf, record) for leaf, weight in leaves(tree, 1.0))

    def _leaf(self, leaf: Leaf | Published, record: Record) -> float:
        if isinstance(leaf, Published):
            days = parse_published(record[0].published) if record[0].published else None
            return 1.0 if days and days.overlaps(leaf.first, leaf.last) else 0.0
        if leaf.field is not None and leaf.field not in WEIGHTS:
            return 1.0 if any(_spots(leaf, tokens, None, self._equivalents) for tokens in _values(leaf.field, record)) else 0.0
        tf = self.tf(leaf, record)
        return self.idf(leaf) * tf * (K1 + 1) / (K1 + tf)

    def tf(self, leaf: Leaf, record: Record) -> float:
        """A leaf's weighted frequency in a record, over the fields in which it counts."""
        fields = WEIGHTS if leaf.field is None else (leaf.field,)
        return sum(
            WEIGHTS[field] * _frequency(leaf, field, record, self._equivalents) / self.norm(field, record) for field in fields
        )

    def norm(self, field: str, record: Record) -> float:
        """What frequencies are divided by in a field of a record."""
        return 1 - B[field] + B[field] * _length(field, record) / (self._mean[field] or 1.0)

    def document_norm(self, record: Record) -> float:
        """The same for all texts of a record's document."""
        documents = {metadata.id for metadata, _ in self.records}
        mean = self._total("text") / len(documents)
        length = sum(_length("text", each) for each in self.same_document(record))
        return 1 - B["text"] + B["text"] * length / (mean or 1.0)

    def same_document(self, record: Record) -> list[Record]:
        """The records of a record's document."""
        return [each for each in self.records if each[0].id == record[0].id]

    def frequency(self, leaf: Leaf, field: str, record: Record) -> int:
        """How often a leaf stands in a field of a record."""
        return _frequency(leaf, field, record, self._equivalents)

    def count(self, form: str, record: Record) -> int:
        """How often a word, or one that counts as the same, stands in a record's text."""
        stemmer, (tokens,) = stemmer_of(language_of(*record)), _values("text", record)
        stems = {stem(each, stemmer) for each in (form, *self._equivalents(form)) if " " not in each}
        return sum(stem(token.form, stemmer) in stems for token in tokens)

    def starts(self, leaf: Leaf, record: Record) -> list[int]:
        """The places where a leaf begins in a record's text."""
        (tokens,) = _values("text", record)
        return sorted({start for start, _ in _spots(leaf, tokens, stemmer_of(language_of(*record)), self._equivalents)})

    def idf_of(self, having: int) -> float:
        """The idf of a word that so many records have."""
        return math.log(1 + (len(self.records) - having + 0.5) / (having + 0.5))

    @cache  # noqa: B019 (an instance lives as long as its test)
    def idf(self, leaf: Leaf) -> float:
        """The idf of a leaf; of a phrase that of its words together."""
        field = leaf.field or "text"
        each = [leaf] if not isinstance(leaf, Phrase) else [_slot_of(leaf, word) for word in _words(leaf.text)]
        total = 0.0
        for one in each:
            having = sum(1 for record in self.records if _frequency(one, field, record, self._equivalents))
            total += self.idf_of(having)
        return total

    def _total(self, field: str) -> int:
        return sum(_length(field, record) for record in self.records)


def leaves(node: Node, weight: float) -> Iterator[tuple[Leaf | Published, float]]:
    """The nodes that score, each with its weight times those of the groups around it."""
    if isinstance(node, All | Any):
        for child in node.children:
            yield from leaves(child, weight * node.weight)
    else:
        yield node, weight * node.weight


def _slot_of(phrase: Phrase, word: str) -> Word:
    return Word(word, exact=phrase.exact, field=phrase.field)


def _values(field: str, record: Record) -> list[tuple[Token, ...]]:
    value = getattr(record[0] if FIELD_BY_NAME[field].per_document else record[1], field)
    values = value if isinstance(value, tuple) else () if value is None else (value,)
    return [_tokenize(one) for one in values]


@lru_cache(maxsize=10_000)
def _tokenize(text: str) -> tuple[Token, ...]:
    return tuple(analyze(text))


@lru_cache(maxsize=10_000)
def _words(text: str) -> tuple[str, ...]:
    return tuple(text[start:end] for start, end in find_words(text))


def _length(field: str, record: Record) -> int:
    return sum(len({token.position for token in tokens}) for tokens in _values(field, record))


def _frequency(leaf: Leaf, field: str, record: Record, equivalents: Equivalents) -> int:
    language = record[0].language if FIELD_BY_NAME[field].per_document else language_of(*record)
    stemmer = stemmer_of(language) if FIELD_BY_NAME[field].kind is FieldKind.TEXT else None
    return sum(len(_spots(leaf, tokens, stemmer, equivalents)) for tokens in _values(field, record))


def _spots(leaf: Leaf, tokens: tuple[Token, ...], stemmer: str | None, equivalents: Equivalents) -> set[Spot]:
    """Where a leaf stands; with slop, where a choice begins."""
    if isinstance(leaf, Wildcard):
        parts = fold(leaf.pattern).split("-")
        return _row([_matching(tokens, part) for part in parts]) | _matching(tokens, "".join(parts))
    if isinstance(leaf, Fuzzy):
        wanted = _tokenize(leaf.text)[-1].form
        most = leaf.distance if leaf.distance is not None else 1 if len(wanted) <= 5 else 2
        return _where(tokens, lambda form: edits(wanted, form) <= most)
    key: Callable[[str], str] = str if leaf.exact or stemmer is None else lambda form: stem(form, stemmer)
    same = no_equivalents if leaf.exact else equivalents
    slots = [_word_spots(word, tokens, key, same) for word in _words(leaf.text)]
    if isinstance(leaf, Phrase) and leaf.slop is not None:
        return {(min(choice)[0], 0) for choice in product(*slots) if _fits(choice, leaf.slop)}
    return _row(slots)


def _matching(tokens: tuple[Token, ...], pattern: str) -> set[Spot]:
    return _where(tokens, lambda form: fnmatch.fnmatchcase(form, pattern))


def _word_spots(word: str, tokens: tuple[Token, ...], key: Callable[[str], str], same: Equivalents) -> set[Spot]:
    own = _tokenize(word)
    if is_unspaced(word):
        return _row([_equal(tokens, key, one.form) for one in own if is_pair(one, own) or one is own[-1]])
    found = [_equal(tokens, key, one.form, *same(one.form)) for one in own]
    longer = [_row([_equal(tokens, key, part) for part in other.split()]) for other in same(own[-1].form) if " " in other]
    return (found[0] if len(found) == 1 else _row(found[:-1]) | found[-1]).union(*longer)


def _equal(tokens: tuple[Token, ...], key: Callable[[str], str], *forms: str) -> set[Spot]:
    keys = {key(form) for form in forms}
    return _where(tokens, lambda other: key(other) in keys)


def _where(tokens: tuple[Token, ...], accepts: Callable[[str], bool]) -> set[Spot]:
    return {(token.position, token.length) for token in tokens if accepts(token.form)}


def _row(sets: list[set[Spot]]) -> set[Spot]:
    """The places from which one spot of each set stands in order, next to each other."""
    rows = sets[0]
    for spots in sets[1:]:
        rows = {(start, length + more) for start, length in rows for next_start, more in spots if next_start == start + length}
    return rows


def _fits(choice: tuple[Spot, ...], slop: int) -> bool:
    covered = [place for start, length in choice for place in range(start, start + length)]
    return len(set(covered)) == len(covered) and max(covered) - min(covered) + 1 - len(covered) <= slop
