"""The first searches of a process, made before anybody waits for one.

What an engine compiles, loads or maps when it is first used is there afterwards; what it compiles is also kept on the disk, for
the processes to come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

from indexer.errors import ParameterError
from indexer.fields import HISTOGRAM
from indexer.search import syntax
from indexer.search.analysis import find_words
from indexer.search.engine import SearchEngine
from indexer.search.query import EMPTY_QUERY
from indexer.search.request import MAX_PAGE_SIZE, Filter, Interval, SearchRequest, Sort
from indexer.search.response import SearchResponse
from indexer.search.stopwords import is_stop_word

# Every kind of query. a, b, c: frequent words; p and q often stand next to each other; y is less frequent, x rare, z nowhere;
# h has a hyphen. Zelensky is written in many ways.
_QUERIES = (
    *("{a}", "{x}", "{a} {b}", "{a} {b} {c}", "{a} {x}", "{x} {y}", "={a}", "={a} {b}", "={a} OR ={x}", "{z}", "{a} {z}"),
    *("{a} {b} {c} {p} {q} {y}", "{h}", '{a} OR "{p} {q}" OR "{a} {h}" OR Zelensky'),
    *("{a} OR {b}", "{a} OR {b} OR {c} OR {p} OR {q}", "{a} OR {x}", "{x} OR {y}", "{a} OR {y}", "{a}^2 {b}"),
    *("({a} OR {x}) ({b} OR {y})", "{a} ({b} OR {x}) -({b} {c})", "-{a}", "-{x}", "{a} -{b}", "{a} -{x}", '{a} -"{p} {q}"'),
    *('"{p} {q}"', '="{p} {q}"', '"{a} {x}"', '"{x} {y}"', '"{y} {a}"', '"the {a}"', '"{p} {q}" OR {x}', '{a} "{p} {q}"'),
    *('"{p} {q}"~5', '"{a} {b}"~20', '"{a} {x}"~9', '"{x} {y} {a}"~40'),
    *("{a:.3}*", "{a:.2}*", "{a:.1}?{b:.1}*", "*{a:.2}", "{a:.3}* {b}", "{a:.3}* OR {x}", "{a} -{b:.3}*"),
    *("{a}~", "{x}~", "{b}~2", "{a}~ OR {x}~"),
    *("title:{a}", "title:{a} {b}", "section:{a} OR {b}", "source:{a:.1}* OR {x}", "kind:paragraph", "-kind:heading {x}"),
    *("published:[1900 TO]", "published:[1900 TO] {a}", "published:[1900 TO] OR {x}", "{a} -published:2020"),
)
# Where the index has too few words of its own.
_WORDS = ("minister", "government", "country", "people", "nation", "zzyzx")
_HYPHENATED = "air-defence"
_FILTERED = ("source", "author", "tag")


def warm(engine: SearchEngine) -> None:
    """Ask an engine all of `warming`."""
    for _ in warming(engine):
        pass


def warming(engine: SearchEngine) -> Iterator[None]:
    """Ask an engine what between them needs every part of it: each kind of query, narrowed and not, in each order.

    One question after the other, for whoever has something else to do between them. Words and values are the index's own.
    Raises as `SearchEngine.search` does where there is no index to read.
    """
    overview = engine.search(SearchRequest(page_size=MAX_PAGE_SIZE))
    yield
    for request in _requests(overview):
        with suppress(ParameterError):  # over a bound in this index, or beyond this engine
            engine.search(request)
        yield
    for hit in overview.hits[:1]:
        engine.document(hit.document.id, syntax.parse("kind:paragraph"))
    engine.recent(1)
    words = _words(overview)
    for typed in (words["a"][:3], f"{words['a']} {words['b'][:2]}", f"{words['z']}zz"):
        engine.suggest(typed)
        yield
    for field in _FILTERED:
        engine.facet(SearchRequest(), field, words["a"][:1])
        yield


def _requests(overview: SearchResponse) -> Iterator[SearchRequest]:
    words = _words(overview)
    queries = [syntax.parse(query.format_map(words)) for query in _QUERIES]
    plain, bare = SearchRequest(), SearchRequest(facets=())
    narrowed = _narrowed(plain, overview)
    for query in queries:
        yield from (replace(request, query=query) for request in (plain, narrowed))
    common = queries[0]
    for query in (EMPTY_QUERY, *map(syntax.parse, (words["a"], words["x"], f"{words['a']}~"))):
        yield from (replace(bare, query=query, sort=sort, page=2) for sort in Sort)
    yield from (replace(bare, query=common, facets=(HISTOGRAM,), interval=interval) for interval in Interval)
    yield from (replace(request, query=common, page_size=MAX_PAGE_SIZE) for request in (bare, narrowed))
    for each in narrowed.filters:
        yield replace(bare, query=common, filters=(Filter(each.field, excluded=each.included),))


def _words(overview: SearchResponse) -> dict[str, str]:
    """Words of the texts of an answer, by the letters that stand for them in the queries."""
    written = [_written_words(hit.paragraph.text) for hit in overview.hits]
    # Those that mean nothing else in a query.
    texts = [[word for word in text if word.isalpha()] for text in written]
    counts = Counter(word for text in texts for word in text if len(word) > 3 and not is_stop_word(word))
    own = [word for word, _count in counts.most_common()]
    frequent = [*own, *_WORDS]
    pair = Counter(pair for text in texts for pair in pairwise(text)).most_common(1)
    return {
        **dict(zip("abc", frequent, strict=False)),
        **dict(zip("pq", pair[0][0] if pair else _WORDS[:2], strict=True)),
        "h": next((word for text in written for word in text if "-" in word and word.replace("-", "").isalnum()), _HYPHENATED),
        "x": [*_WORDS, *own][-1],
        "y": frequent[len(frequent) // 2],
        "z": _WORDS[-1],
    }


def _written_words(text: str) -> Sequence[str]:
    return [text[start:end].lower() for start, end in find_words(text)]


def _narrowed(request: SearchRequest, overview: SearchResponse) -> SearchRequest:
    """The request for the most frequent value of some fields, and for the days after the first stretch of the histogram."""
    values = {name: overview.facets[name].values for name in _FILTERED}
    buckets = overview.histogram.buckets[1:] if overview.histogram else ()
    return replace(
        request,
        filters=tuple(Filter(name, (found[0].value,)) for name, found in values.items() if found),
        published_from=buckets[0].first if buckets else None,
        published_to=buckets[-1].last if buckets else None,
    )
