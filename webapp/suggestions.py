"""What to try where a search finds nothing, each way with the number of paragraphs that it finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from indexer.errors import QueryError
from indexer.search import syntax
from indexer.search.analysis import tokenize
from indexer.search.query import All, Node, Phrase, Word
from indexer.search.quotations import MARKS
from indexer.search.request import Match, SearchRequest
from indexer.search.response import IndexStatus
from indexer.search.stopwords import is_stop_word
from webapp.facets import present_chips
from webapp.labels import counted, number
from webapp.links import search_url, without_filters

Count: TypeAlias = Callable[[SearchRequest], int]
"""How many paragraphs a request finds."""

_MOST_WORDS = 6
_MOST_FILTERS = 6
_QUOTATION_MARKS = str.maketrans(dict.fromkeys(MARKS, " "))


@dataclass(frozen=True, slots=True)
class Way:
    """Another search. code: the part of the label that is query, or ""."""

    label: str
    code: str
    count: str
    url: str
    found: bool


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Each word alone, and searches that find more. none: what to say of a word that finds nothing."""

    words: tuple[Way, ...]
    wider: tuple[Way, ...]
    none: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """What to say of an empty answer."""

    heading: str
    searched: str
    advice: str


def suggest(request: SearchRequest, count: Count, *, wider: bool) -> Suggestions | None:
    """Look into what the words of a query find alone and, with `wider`, what the search finds with less asked of it."""
    words = bare_words(request.query.tree)
    each = [_way("", word, request, count, source=word) for word in words[:_MOST_WORDS]] if len(words) > 1 else []
    alone = tuple(way for way in each if way is not None)
    ways = _wider(request, words, count) if wider else ()
    if request.filtered and not any(way.found for way in alone):
        alone = ()
    if not alone and not ways:
        return None
    return Suggestions(alone, ways, "is in none that passes the filters" if request.filtered else "is in no paragraph")


def present_nothing(request: SearchRequest, status: IndexStatus) -> Nothing:
    """Word an empty answer: what was looked for, and where."""
    source = request.query.source.strip()
    heading = f"No paragraph matches “{source}”" if source else "No paragraph passes these filters"
    if not status.paragraphs:
        return Nothing(heading, "There is no document in the index yet.", "")
    filters = len(present_chips(request))
    where = f"All {counted(status.paragraphs, 'paragraph')} of {counted(status.documents, 'document')} were searched"
    passing = f", with {counted(filters, 'filter')}" if filters and source else ""
    advice = "Check the spelling, or try fewer words." if source else "A value may have been mistyped in the address."
    return Nothing(heading, f"{where}{passing}.", advice)


def bare_words(tree: Node) -> tuple[str, ...]:
    """The words of a query that stand in no phrase, field or group, each once, without stop words."""
    children = tree.children if isinstance(tree, All) else (tree,)
    words = (child.text for child in children if isinstance(child, Word) and child.bare)
    return tuple(dict.fromkeys(word for word in words if not all(is_stop_word(token.form) for token in tokenize(word))))


def _wider(request: SearchRequest, words: tuple[str, ...], count: Count) -> tuple[Way, ...]:
    chips = present_chips(request)
    ways = [
        _way(f"Without {chip.prefix[:1].lower()}{chip.prefix[1:]}: {chip.label}", "", chip.without, count)
        for chip in chips[:_MOST_FILTERS]
    ]
    if len(chips) > 1:
        ways.append(_way("Without any filter", "", without_filters(request), count))
    if len(words) > 1 and request.match is Match.ALL:
        ways.append(_way("Any of the words", "", replace(request, match=Match.ANY), count, source=request.query.source))
    if _has_phrase(request.query.tree):
        loose = " ".join(request.query.source.translate(_QUOTATION_MARKS).split())
        ways.append(_way("Without quotation marks:", loose, request, count, source=loose))
    return tuple(way for way in ways if way is not None and way.found)


def _has_phrase(tree: Node) -> bool:
    children = tree.children if isinstance(tree, All) else (tree,)
    return any(isinstance(child, Phrase) and child.field is None for child in children)


def _way(label: str, code: str, request: SearchRequest, count: Count, source: str | None = None) -> Way | None:
    """A search, with another query where `source` is one; None where it is over a bound, as less asked can be more to do."""
    try:
        if source is not None:
            request = replace(request, query=syntax.parse(source, request.match), page=1)
        found = count(request)
    except QueryError:
        return None
    return Way(label, code, number(found), search_url(request), found > 0)
