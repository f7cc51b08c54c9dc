"""Searches over HTTP beside the same searches in process: what the server adds, and how many clients it bears."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

from benchmarks.drawing import DESCRIPTIONS
from benchmarks.goals import Goal, at_most
from benchmarks.measures import by_question, milliseconds, percentile, quiet_collector
from benchmarks.question import Question
from benchmarks.server import Running, ask_all, load, search_paths
from benchmarks.table import render
from indexer.search.engine import SearchEngine
from indexer.search.request import SearchRequest
from webapp import params

CLASSES = ("rare", "mid", "common", "and2", "or2", "phrase2", "filtered", "dated", "empty")
CLIENTS = (1, 2, 8)

_ADDED_LIMITS = {"JSON": 0.002, "page": 0.005}


@dataclass(frozen=True, slots=True)
class Served:
    """A class: its matches at the median, and the seconds of each question, round by round, in three ways."""

    name: str
    matches: float
    searching: Sequence[Sequence[float]]
    json: Sequence[Sequence[float]]
    page: Sequence[Sequence[float]]

    def added(self, way: str) -> list[float]:
        """What an answer takes beyond its search, for each question. way: `JSON` or `page`."""
        answered = {"JSON": self.json, "page": self.page}[way]
        return [whole - search for whole, search in zip(by_question(answered), by_question(self.searching), strict=True)]


def measure(server: Running, engine: SearchEngine, questions: Mapping[str, Sequence[Question]], rounds: int) -> list[Served]:
    """Ask everything in process, as JSON and as a page, in turn, with all facets, from one client.

    Raises ServerError where an answer is not 200.
    """
    served = []
    for name, drawn in questions.items():
        requests = [params.parse(question.pairs()).request for question in drawn]
        pairs = [question.pairs() for question in drawn]
        ways: tuple[Callable[[], list[float]], ...] = (
            partial(_search_all, engine, requests),
            partial(ask_all, server, search_paths(pairs, page=False)),
            partial(ask_all, server, search_paths(pairs, page=True)),
        )
        matches = median(engine.search(request).total for request in requests)
        for way in ways:
            way()
        taken: list[list[list[float]]] = [[], [], []]
        for number in range(rounds):
            for place in range(len(ways)):
                turn = (place + number) % len(ways)
                with quiet_collector():
                    taken[turn].append(ways[turn]())
        served.append(Served(name, matches, *taken))
    return served


def served_table(served: Sequence[Served], markdown: bool) -> str:
    """A row for each class, and one for all of them."""
    rows = [[DESCRIPTIONS[each.name], f"{each.matches:,.0f}", *_spread(each.searching), *_answered([each])] for each in served]
    everything = [times for each in served for times in each.searching]
    rows.append(["all of them", "", *_spread(everything), *_answered(served)])
    titles = ["from one client, all facets", "matches", "search p50 ms", "p99", "JSON p50 ms", "adds", "page p50 ms", "adds"]
    return render(titles, rows, markdown)


def clients_table(server: Running, questions: Mapping[str, Sequence[Question]], requests: int, markdown: bool) -> str:
    """What 1, 2 and 8 clients see, who ask of the classes in turn. Raises ServerError where an answer is not 200."""
    mixed = [question.pairs() for alike in zip(*questions.values(), strict=True) for question in alike]
    rows = []
    for page in (False, True):
        for clients in CLIENTS:
            seen = load(server, search_paths(mixed, page), clients, requests)
            rows.append(["page" if page else "JSON", f"{clients}", f"{seen.rate:,.0f}", *_spread([seen.times])])
    return render(["over HTTP, all facets", "clients", "requests/s", "p50 ms", "p99 ms"], rows, markdown)


def goals(served: Sequence[Served]) -> list[Goal]:
    """What the server may add to a search at p50."""
    found = []
    for way, limit in _ADDED_LIMITS.items():
        by_class = {DESCRIPTIONS[each.name]: median(each.added(way)) for each in served}
        worst = max(by_class, key=lambda name: by_class[name])
        whole = median(seconds for each in served for seconds in each.added(way))
        stated = f"the server adds at most {limit * 1000:.0f} ms to a search at p50 ({way})"
        evidence = f"{milliseconds(whole)} ms; most: {worst} {milliseconds(by_class[worst])} ms"
        found.append(at_most(stated, whole, limit, evidence))
    return found


def _search_all(engine: SearchEngine, requests: Sequence[SearchRequest]) -> list[float]:
    times = []
    for request in requests:
        started = time.perf_counter()
        engine.search(request)
        times.append(time.perf_counter() - started)
    return times


def _answered(served: Sequence[Served]) -> list[str]:
    """The median answer as JSON and as a page, and what each adds."""
    json = median(seconds for each in served for times in each.json for seconds in times)
    page = median(seconds for each in served for times in each.page for seconds in times)
    adds = (median(seconds for each in served for seconds in each.added(way)) for way in ("JSON", "page"))
    return [cell for whole, added in zip((json, page), adds, strict=True) for cell in map(milliseconds, (whole, added))]


def _spread(rounds: Sequence[Sequence[float]]) -> list[str]:
    times = [seconds for each in rounds for seconds in each]
    return [milliseconds(median(times)), milliseconds(percentile(times, 0.99))]
