"""Random queries, requests and small libraries over the words of the library."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from indexer.fields import FACETS, HISTOGRAM
from indexer.model import Kind
from indexer.search.engine import Capabilities
from indexer.search.query import All, Any, Fuzzy, Node, ParsedQuery, Phrase, Published, Wildcard, Word
from indexer.search.request import Filter, Interval, SearchRequest, Sort
from tests.engines.library import (
    AUTHORS,
    DATES,
    FORMATS,
    LANGUAGES,
    PAGES,
    SECTIONS,
    SEPARATORS,
    SOURCES,
    STOP_WORDS,
    TAGS,
    WORDS,
)
from tests.records import Indexed, make_document, make_paragraph

UNSCORED = (Sort.NEWEST, Sort.OLDEST, Sort.DOCUMENT)
VALUES = {
    "source": SOURCES,
    "author": AUTHORS,
    "language": LANGUAGES,
    "format": FORMATS,
    "section": SECTIONS,
    "tag": TAGS,
    "kind": tuple(Kind),
}
PATTERNS = ("miss*", "*fense", "def*d", "f?6", "?oe", "1*", "*", "a*r", "U?", "pa*ot?", "caf?", "none*")
MISSPELT = ("misile", "misslies", "defnese", "ari", "ukrane", "patirot", "networsk", "zoë", "f61", "nothinglike")
KEYWORDS = (
    "Renn",
    "ilsa",
    "strom",
    "zak",
    "ostrel",
    "news",
    "un",
    "weekly",
    "air",
    "f-16",
    "energy",
    "markdown",
    "en",
    "heading",
)

_fields = st.sampled_from(
    (None, None, None, None, None, "text", "title", "section", "source", "author", "tag", "kind", "format")
)
_any_word = st.sampled_from((*WORDS, *KEYWORDS, "absent"))
_days = st.none() | st.sampled_from((date(1946, 6, 1), date(2024, 2, 29), date(2025, 5, 1), date(2025, 5, 31))).map(
    date.toordinal
)

_bare_words = st.builds(Word, st.sampled_from((*WORDS, *STOP_WORDS)), bare=st.just(True))
_words = st.builds(Word, _any_word, exact=st.booleans(), field=_fields)
_phrase_texts = st.lists(_any_word, min_size=1, max_size=3).map(" ".join)
_phrases = st.builds(Phrase, _phrase_texts, exact=st.booleans(), field=_fields)
_near = st.builds(Phrase, _phrase_texts, slop=st.integers(0, 4), field=_fields)
_wildcards = st.builds(Wildcard, st.sampled_from(PATTERNS), field=_fields)
_fuzzies = st.builds(Fuzzy, st.sampled_from((*MISSPELT, *WORDS)), distance=st.sampled_from((None, 1, 2)), field=_fields)
_published = st.builds(Published, first=_days, last=_days).filter(
    lambda node: (node.first or 0) <= (node.last or node.first or 0)
)


def leaves(capabilities: Capabilities) -> SearchStrategy[Node]:
    """A node without children, of the kinds that an engine answers."""
    kinds: list[SearchStrategy[Node]] = [_bare_words, _bare_words, _words, _words, _phrases, _published]
    kinds += [_near] if capabilities.slop else []
    kinds += [_wildcards] if capabilities.wildcard else []
    kinds += [_fuzzies] if capabilities.fuzzy else []
    return st.one_of(kinds)


def trees(capabilities: Capabilities) -> SearchStrategy[Node]:
    """Any query: nodes nested at will, exclusions anywhere."""
    return st.recursive(leaves(capabilities), _groups, max_leaves=8)


def _groups(nodes: SearchStrategy[Node]) -> SearchStrategy[Node]:
    children = st.lists(nodes, max_size=3).map(tuple)
    excluded = st.lists(nodes, max_size=1).map(tuple)
    return st.builds(All, children, excluded=excluded) | st.builds(Any, children)


def queries(capabilities: Capabilities) -> SearchStrategy[ParsedQuery]:
    """A tree with or without another one to relax it to."""
    tree = trees(capabilities)
    return st.builds(ParsedQuery, tree=tree, relaxed=st.none() | tree)


@st.composite
def filters(draw: st.DrawFn) -> tuple[Filter, ...]:
    """Included and excluded values of some facets, unknown ones among them."""
    chosen = draw(st.lists(st.sampled_from(FACETS), unique=True, max_size=2))
    return tuple(draw(_filter(field)) for field in FACETS if field in chosen)


def _filter(field: str) -> SearchStrategy[Filter]:
    known = [value for value in VALUES[field] if value is not None]
    value = st.sampled_from([*known, "unknown"])
    both = st.lists(value, min_size=1, max_size=3, unique=True)
    return st.builds(
        lambda values, cut: Filter(field, tuple(values[:cut]), tuple(values[cut:])), both, st.sampled_from((0, 1, 1, 2, 3))
    )


def requests(capabilities: Capabilities) -> SearchStrategy[SearchRequest]:
    """Any request in an order that needs no scores."""
    dates = st.none() | st.sampled_from([stated for stated in DATES if stated and "T" not in stated])
    found = st.builds(
        SearchRequest,
        queries(capabilities),
        page_size=st.sampled_from((1, 7, 100)),
        sort=st.sampled_from(UNSCORED),
        filters=filters(),
        published_from=dates,
        published_to=dates,
        facets=st.just((*FACETS, HISTOGRAM)) | st.sampled_from(((), ("tag",), ("source", HISTOGRAM))),
        facet_size=st.sampled_from((1, 2, 10)),
        interval=st.none() | st.sampled_from(Interval),
    )
    return found.filter(lambda request: (request.published_from or "") <= (request.published_to or "9999"))


@st.composite
def libraries(draw: st.DrawFn) -> tuple[Indexed, ...]:
    """A few small documents."""
    ids = draw(st.lists(st.sampled_from(("a.md", "b.md", "Z.md", "é.md", "𐍈.md")), unique=True, max_size=4))
    return tuple(draw(_documents(document_id)) for document_id in ids)


def _documents(document_id: str) -> SearchStrategy[Indexed]:
    words = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(SEPARATORS)), min_size=1, max_size=8)
    texts = words.map(lambda pairs: "".join(part for pair in pairs for part in pair).strip())
    paragraphs = st.builds(make_paragraph, texts, st.sampled_from(Kind), st.sampled_from(SECTIONS), st.sampled_from(PAGES))
    return st.builds(
        lambda paragraphs, title, source, author, published, tag: make_document(
            document_id, paragraphs, title=title, source=source, author=tuple(author), published=published, tag=tuple(tag)
        ),
        st.lists(paragraphs, min_size=1, max_size=4),
        texts,
        st.sampled_from(SOURCES),
        st.lists(st.sampled_from(AUTHORS), unique=True, max_size=2),
        st.sampled_from(DATES),
        st.lists(st.sampled_from(TAGS), unique=True, max_size=2),
    )
