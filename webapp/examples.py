"""The query language by example: the rows of the help page, the shortcuts beside the box, and what to try first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from indexer.errors import QueryError
from indexer.model import DocumentMetadata
from indexer.search import syntax
from indexer.search.engine import Capabilities
from indexer.search.request import SearchRequest
from indexer.search.response import SearchResponse
from webapp.labels import counted
from webapp.links import search_url
from webapp.suggestions import Count

_MOST_TRIED = 5


@dataclass(frozen=True, slots=True)
class Example:
    """A query and what it means. needs: the capability without which an engine refuses it, or ""; short: fit for the panel."""

    query: str
    means: str
    needs: str = ""
    short: str = ""

    @property
    def url(self) -> str:
        """Its results."""
        return search_url(SearchRequest(query=syntax.parse(self.query)))


@dataclass(frozen=True, slots=True)
class Topic:
    """Examples under one heading."""

    heading: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Shortcut:
    """An example as the panel beside the box has it: a few words on what it means, and its results."""

    query: str
    means: str
    url: str


@dataclass(frozen=True, slots=True)
class Trial:
    """An example that finds something in this collection."""

    query: str
    means: str
    count: str
    url: str


_TOPICS = (
    Topic(
        "Words",
        (
            Example("missile defense", "All of the words, in any form and any order, in one paragraph.", short="all the words"),
            Example("=missiles", "This form only; capitals and accents don’t matter.", short="this form only"),
            Example("defence", "Also finds defense; as organise and organize, Kyiv and Kiev. =defence keeps to its spelling."),
            Example("missile OR radar", "Either word. OR is written in capitals.", short="either word"),
            Example(
                "patriot missile OR radar",
                "OR binds tighter than words side by side: patriot, and one of the other two. AND changes nothing.",
            ),
            Example("Haus", "Each paragraph’s own language says which forms are one word: in German, Häuser is found."),
            Example("防空", "Chinese, Japanese, Korean and Thai: these letters next to each other, in longer words as well."),
            Example("F-16", "Also finds F16 and F 16; air-defence finds air defence, and U.S. finds US."),
        ),
    ),
    Topic(
        "Phrases",
        (
            Example(
                '"air defense network"',
                "These words in this order, each in any form, none left out. Curly and angle quotation marks do as well.",
                short="in this order",
            ),
            Example('="air defenses"', "In this order and in these forms only."),
            Example(
                '"air defense"~5',
                "All of them in any order, with at most 5 other words among them.",
                needs="slop",
                short="near each other",
            ),
        ),
    ),
    Topic(
        "Leaving out",
        (
            Example("radar -drone", "The first word, in paragraphs without the second.", short="the first without the second"),
            Example('defense NOT "air defense"', "NOT does the same as the dash; both take a phrase."),
            Example("missile -(patriot OR radar)", "A whole group left out."),
            Example("air -source:UN", "Nothing from a source with this word in its name."),
        ),
    ),
    Topic(
        "Parts of words",
        (
            Example("interc*", "Every word that begins so.", needs="wildcard", short="words that begin so"),
            Example("wom?n", "The question mark stands for one letter.", needs="wildcard"),
            Example("*craft", "Every word that ends so.", needs="wildcard"),
            Example(
                "zelensky~",
                "Close spellings as well: one letter different in short words, two in longer ones.",
                needs="fuzzy",
                short="close spellings too",
            ),
            Example("zelensky~2", "At most two letters different.", needs="fuzzy"),
        ),
    ),
    Topic(
        "Fields",
        (
            Example(
                "title:patriot",
                "A word of the title. Fields: title, source, author, section, tag, language, format, kind.",
                short="in the title",
            ),
            Example('section:"air defense"', "Words next to each other in the heading above the paragraph."),
            Example("source:UN", "A word of the source’s name.", short="in the source’s name"),
            Example("kind:heading", "Headings only; the others are paragraph, list_item, table_row, blockquote and code."),
        ),
    ),
    Topic(
        "Dates",
        (
            Example("published:2025-05", "Published in this month; a year or a day does as well.", short="in this month"),
            Example("published:[2025-05-01 TO 2025-05-31]", "Between two days, both included.", short="between two days"),
            Example("published:[2025 TO]", "In this year or later."),
        ),
    ),
    Topic(
        "Weight",
        (
            Example(
                "patriot^2 radar", "The first word counts twice in the order of the results. It can follow any of the above."
            ),
        ),
    ),
)

# Tried on the start page; only what finds something is shown, since nobody knows what a collection holds.
_TRIALS = (
    Example('"air defense" -drone', "the exact phrase, in paragraphs that name no drone"),
    Example("minister interceptor OR missile", "one word, and either of two others"),
    Example("title:patriot", "documents with this word in the title"),
    Example("=agreed Ukraine", "this form only, and a name"),
)


def topics(capabilities: Capabilities) -> tuple[Topic, ...]:
    """The help page's rows, less what the engine cannot answer."""
    able = (replace(topic, examples=_possible(topic.examples, capabilities)) for topic in _TOPICS)
    return tuple(topic for topic in able if topic.examples)


def shortcuts(capabilities: Capabilities) -> tuple[Shortcut, ...]:
    """The rows beside the box."""
    listed = (example for topic in topics(capabilities) for example in topic.examples if example.short)
    return tuple(Shortcut(example.query, example.short, example.url) for example in listed)


def trials(overview: SearchResponse, recent: Sequence[DocumentMetadata], count: Count) -> tuple[Trial, ...]:
    """Queries that find something here: a few that often do, then some made from the collection itself."""
    tried = (_tried(example, count) for example in chain(_TRIALS, _from_collection(overview, recent)))
    return tuple(islice((trial for trial in tried if trial is not None), _MOST_TRIED))


def _tried(example: Example, count: Count) -> Trial | None:
    """An example with what it finds; None where that is nothing, or where a long tag makes a query over a bound."""
    try:
        request = SearchRequest(query=syntax.parse(example.query))
        found = count(request)
    except QueryError:
        return None
    return Trial(example.query, example.means, counted(found, "paragraph"), search_url(request)) if found else None


def _from_collection(overview: SearchResponse, recent: Sequence[DocumentMetadata]) -> Iterable[Example]:
    dates = [document.published for document in recent if document.published]
    if dates:
        yield Example(f"published:[{dates[0][:4]} TO]", f"everything since {dates[0][:4]}")
    for field, means in (("tag", "everything under one tag"), ("source", "everything from one source")):
        facet = overview.facets.get(field)
        if facet and facet.values:
            value = facet.values[0].value.replace('"', " ")
            yield Example(f'{field}:"{value}"', means)
    yield Example("kind:table_row OR kind:list_item", "rows of tables, and items of lists")


def _possible(examples: Iterable[Example], capabilities: Capabilities) -> tuple[Example, ...]:
    return tuple(example for example in examples if not example.needs or getattr(capabilities, example.needs))
