"""Random requests by the thousand: a generator of random numbers makes one in a fraction of what Hypothesis takes.

What they are made of is what the strategies of the contract suite are made of.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

from indexer.fields import FACETS, HISTOGRAM
from indexer.search.query import All, Any, Fuzzy, Node, ParsedQuery, Phrase, Published, Wildcard, Word
from indexer.search.request import MAX_PAGE_SIZE, Filter, Interval, SearchRequest, Sort
from tests.engines.library import STOP_WORDS, WORDS
from tests.engines.strategies import KEYWORDS, MISSPELT, PATTERNS, VALUES

_FIELDS = (*(None,) * 6, "text", "title", "section", "source", "author", "tag", "kind", "format")
_WEIGHTS = (1.0, 1.0, 1.0, 1.0, 2.0, 0.5, 10.0, 0.0)
_TERMS = (*WORDS, *KEYWORDS, "absent")
_DAYS = (None, *(date(*day).toordinal() for day in ((1946, 6, 1), (2024, 2, 29), (2025, 5, 1), (2025, 5, 31))))
_STATED = ("", "", "", "1946", "2024", "2025", "2025-05", "2025-05-19")
_DEPTHS = (1, 2, 2, 3)


class RandomRequests:
    """One request after the other, the same ones for the same seed."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)
        self._leaves: tuple[Callable[[], Node], ...] = (
            *(self._bare_word, self._bare_word, self._word, self._word, self._phrase, self._near),
            *(self._wildcard, self._fuzzy, self._published),
        )

    def request(self) -> SearchRequest:
        """A request for all that is found, on one page."""
        random = self._random
        relaxed = self._tree(random.choice(_DEPTHS)) if random.random() < 0.2 else None
        published_from, published_to = sorted(random.choice(_STATED) for _ in range(2))
        facets = random.choice(((*FACETS, HISTOGRAM), (), ("tag", "section"), ("source", HISTOGRAM)))
        return SearchRequest(
            ParsedQuery(tree=self._tree(random.choice(_DEPTHS)), relaxed=relaxed, scored=True),
            page_size=MAX_PAGE_SIZE,
            sort=random.choice((Sort.RELEVANCE, Sort.RELEVANCE, *Sort)),
            filters=self._filters(),
            published_from=published_from or None,
            published_to=published_to or None,
            facets=facets,
            facet_size=random.choice((1, 2, 10)),
            interval=random.choice((None, *Interval)),
        )

    def _tree(self, depth: int) -> Node:
        """Any query: nodes nested at will, exclusions anywhere."""
        random = self._random
        if not depth or random.random() < 0.3:
            return random.choice(self._leaves)()
        children = tuple(self._tree(depth - 1) for _ in range(random.choice((0, 1, 2, 2, 2, 3))))
        if random.random() < 0.5:
            return Any(children, weight=self._weight())
        excluded = tuple(self._tree(depth - 1) for _ in range(random.choice((0, 0, 1))))
        return All(children, excluded, weight=self._weight())

    def _filters(self) -> tuple[Filter, ...]:
        random = self._random
        filters = []
        for field in random.sample(FACETS, random.choice((0, 0, 0, 1, 2))):
            values = [value for value in (*VALUES[field], "unknown") if value is not None]
            chosen = random.sample(values, min(random.randint(1, 3), len(values)))
            cut = random.choice((0, len(chosen), len(chosen) // 2))
            filters.append(Filter(field, tuple(chosen[:cut]), tuple(chosen[cut:])))
        return tuple(filters)

    def _bare_word(self) -> Node:
        return Word(self._random.choice((*WORDS, *STOP_WORDS)), bare=True, weight=self._weight())

    def _word(self) -> Node:
        random = self._random
        return Word(random.choice(_TERMS), exact=random.random() < 0.3, field=random.choice(_FIELDS), weight=self._weight())

    def _phrase(self) -> Node:
        random = self._random
        return Phrase(self._words(), exact=random.random() < 0.3, field=random.choice(_FIELDS), weight=self._weight())

    def _near(self) -> Node:
        random = self._random
        return Phrase(self._words(), slop=random.randint(0, 4), field=random.choice(_FIELDS), weight=self._weight())

    def _wildcard(self) -> Node:
        random = self._random
        return Wildcard(random.choice(PATTERNS), field=random.choice(_FIELDS), weight=self._weight())

    def _fuzzy(self) -> Node:
        random = self._random
        text, distance = random.choice((*MISSPELT, *WORDS)), random.choice((None, 1, 2))
        return Fuzzy(text, distance=distance, field=random.choice(_FIELDS), weight=self._weight())

    def _published(self) -> Node:
        random = self._random
        first, last = random.choice(_DAYS), random.choice(_DAYS)
        if first is not None and last is not None:
            first, last = min(first, last), max(first, last)
        return Published(first=first, last=last, weight=self._weight())

    def _words(self) -> str:
        random = self._random
        return " ".join(random.choice(_TERMS) for _ in range(random.randint(1, 3)))

    def _weight(self) -> float:
        return self._random.choice(_WEIGHTS)
