"""Where a query's words stand in one paragraph and in its title, from the text itself.

A node that does not match the record marks nothing, nor does an excluded one; a phrase marks only the words of a phrase match.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from indexer.fields import FIELD_BY_NAME, FieldKind
from indexer.model import DocumentMetadata, Paragraph
from indexer.published import parse_published
from indexer.search.embedded.evaluate import Leaf
from indexer.search.embedded.sifted import Sieve, SiftedText
from indexer.search.embedded.stretches import Accepted
from indexer.search.query import All, Any, Node, Published
from indexer.search.response import Span


@dataclass(slots=True)
class _Marks:
    """Whether a node matches, and what it marks in the text and the title."""

    matches: bool
    text: list[Span] = field(default_factory=list)
    title: list[Span] = field(default_factory=list)


class Highlighter:
    """One query, ready to mark any number of records."""

    def __init__(self, tree: Node, accepted: Accepted) -> None:
        """accepted: the forms that the patterns of the query stand for, of all that any marked text may hold."""
        self._tree = tree
        self._sieves = {stemmed: Sieve(leaves_of(tree), stemmed, accepted) for stemmed in (True, False)}

    def spans(self, paragraph: Paragraph, document: DocumentMetadata) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
        """The spans in a paragraph's text and in its document's title; both empty where the query does not match."""
        marks = _Record(paragraph, document, self._sieves).marks(self._tree)
        return merge_spans(marks.text), merge_spans(marks.title)


def leaves_of(node: Node) -> list[Leaf]:
    """The words, phrases and patterns of a tree, excluded ones included."""
    if isinstance(node, (All, Any)):
        inner = (*node.children, *node.excluded) if isinstance(node, All) else node.children
        return [leaf for child in inner for leaf in leaves_of(child)]
    return [] if isinstance(node, Published) else [node]


def merge_spans(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Sorted and disjoint; overlapping spans become one, touching ones stay apart."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


class _Record:
    """One record, looked at node by node; each of its texts is sifted once."""

    def __init__(self, paragraph: Paragraph, document: DocumentMetadata, sieves: Mapping[bool, Sieve]) -> None:
        self._paragraph = paragraph
        self._document = document
        self._sieves = sieves
        self._found: dict[str, list[SiftedText]] = {}

    def marks(self, node: Node) -> _Marks:
        if isinstance(node, All):
            children = [self.marks(child) for child in node.children]
            if not all(child.matches for child in children) or any(self.marks(child).matches for child in node.excluded):
                return _Marks(False)
            return _together(children)
        if isinstance(node, Any):
            children = [found for child in node.children if (found := self.marks(child)).matches]
            return _together(children) if children else _Marks(False)
        if isinstance(node, Published):
            days = parse_published(self._document.published) if self._document.published else None
            return _Marks(days is not None and days.overlaps(node.first, node.last))
        name = node.field or "text"
        spans = [span for text in self._values(name) for span in text.find(node)]
        marks = _Marks(bool(spans))
        if name == "text":
            marks.text = spans
        elif name == "title":
            marks.title = spans
        return marks

    def _values(self, name: str) -> list[SiftedText]:
        found = self._found.get(name)
        if found is None:
            owner = self._document if FIELD_BY_NAME[name].per_document else self._paragraph
            value = getattr(owner, name)
            values = () if value is None else (value,) if isinstance(value, str) else value
            sieve = self._sieves[FIELD_BY_NAME[name].kind is FieldKind.TEXT]
            found = self._found[name] = [SiftedText(text, sieve) for text in values]
        return found


def _together(marks: Sequence[_Marks]) -> _Marks:
    return _Marks(True, [span for found in marks for span in found.text], [span for found in marks for span in found.title])
