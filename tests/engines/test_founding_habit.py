"""A document in the habit of the founding one: one paragraph a line, no blank lines, nine lines; and what it must answer."""

from __future__ import annotations

import pytest

from indexer.search.engine import SearchEngine
from indexer.search.request import SearchRequest, Sort
from indexer.search.syntax import parse
from tests.conftest import EngineFactory
from tests.records import make_document

MEETING = """\
Defense Minister Ilsa Renn met the managers of Tordal Systems in Ostrel to ask how soon the next Halvern batteries could come.
Renn thanked Tordal for keeping the repair yard at Port Sella open all winter, when snow shut the coast road for weeks.
According to Renn, crews who trained abroad last year now need half as many missiles for the same number of hits.
One more Halvern battery, Renn said, would be worth more to the harbor towns than any promise made at a dinner.
The company’s engineers had brought a model of their new radar and let reporters turn it by hand.
Three valley workshops are to build its trailers and power units under licence, which keeps sixty people at their benches.
Renn also wants a shared store of spare parts, so that no launcher stands idle for want of a valve.
“Velmara’s sky needs more than one shield,” Renn told Tordal, and asked for a layered air defense network of old guns and new.
The air over the defense line stayed calm that night, the network of sirens was tried at dawn, and talks resume in autumn.
"""

DOCUMENT = make_document(
    "renn-tordal.md",
    MEETING.splitlines(),
    title="Minister Renn meets Tordal Systems",
    source="Office of the Minister",
    language="en",
    format="markdown",
)


@pytest.fixture(scope="module")
def meeting(engine_factory: EngineFactory) -> SearchEngine:
    return engine_factory([DOCUMENT])


@pytest.mark.parametrize(
    ("query", "ordinals"),
    [
        ("halvern", [1, 4]),
        ("renn", [1, 2, 3, 4, 7, 8]),
        ("RENN", [1, 2, 3, 4, 7, 8]),
        ("renn tordal", [1, 2, 8]),
        ("renn tordal -halvern", [2, 8]),
        ('"layered air defense network"', [8]),
        ('"air defense network"', [8]),
        ("air defense network", [8, 9]),
        ("network defenses air", [8, 9]),
        ("Velmara's", [8]),
        ("velmara’s", [8]),
        ("company's", [5]),
        ("missile", [3]),
        ("=missile", []),
        ("batteries", [1, 4]),
        ("=batteries", [1]),
        ("tordal OR halvern", [1, 2, 4, 8]),
        ("renn (tordal OR halvern)", [1, 2, 4, 8]),
        ("-renn", [5, 6, 9]),
        ("title:renn radar", [5]),
        ('source:"the minister" radar', [5]),
        ("patriot", []),
        ("", [1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ],
)
def test_finds_these_paragraphs(meeting: SearchEngine, query: str, ordinals: list[int]) -> None:
    response = meeting.search(SearchRequest(parse(query), sort=Sort.DOCUMENT))
    assert [hit.paragraph.ordinal for hit in response.hits] == ordinals
    assert (response.total, response.documents, response.relaxed) == (len(ordinals), min(len(ordinals), 1), False)


def test_marks_these_words(meeting: SearchEngine) -> None:
    (hit,) = meeting.search(SearchRequest(parse('"layered air defense" Velmara\'s =guns -radar'))).hits
    assert [hit.paragraph.text[start:end] for start, end in hit.spans] == ["Velmara", "layered", "air", "defense", "guns"]


def test_a_document_without_a_date_is_missing_from_the_histogram(meeting: SearchEngine) -> None:
    histogram = meeting.search(SearchRequest(parse("renn"))).histogram
    assert histogram is not None
    assert (histogram.buckets, histogram.missing) == ((), 6)
    assert meeting.document("renn-tordal.md").document.published is None


def test_status_counts_one_document_and_nine_paragraphs(meeting: SearchEngine) -> None:
    status = meeting.status()
    assert (status.documents, status.paragraphs) == (1, 9)
