"""What every ranking must respect, whatever its formula."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.search import syntax
from indexer.search.engine import SearchEngine
from indexer.search.query import All, Any, Node, ParsedQuery, Phrase, Word
from indexer.search.request import Match, SearchRequest
from tests.conftest import EngineFactory
from tests.engines.library import WORDS, make_library
from tests.engines.pages import all_pages
from tests.records import Indexed, make_document, make_paragraph

FILLER = tuple(make_document(f"filler{number}.md", ["sea wind and tide"] * 3, title="Weather notes") for number in range(20))


def _scores(engine: SearchEngine, tree: Node) -> dict[str, float]:
    """The score of each record, best first, by the document's id; every hit must have one, in order."""
    hits = engine.search(SearchRequest(ParsedQuery(tree=tree, scored=True), page_size=100)).hits
    scores = {hit.document.id: hit.score for hit in hits if hit.score is not None}
    assert len(scores) == len(hits)
    assert [round(score, 6) for score in scores.values()] == sorted((round(s, 6) for s in scores.values()), reverse=True)
    return scores


def _built(factory: EngineFactory, **texts: str) -> SearchEngine:
    return factory((*FILLER, *(make_document(name, [text], title="Weather notes") for name, text in texts.items())))


def test_twice_ranks_above_once_at_the_same_length(disk_engine_factory: EngineFactory) -> None:
    engine = _built(disk_engine_factory, once="halvern sea wind tide", twice="halvern sea halvern tide")
    assert list(_scores(engine, Word("halvern"))) == ["twice", "once"]


def test_short_ranks_above_long_at_the_same_count(disk_engine_factory: EngineFactory) -> None:
    engine = _built(disk_engine_factory, a_long="halvern sea wind and tide " + "and more sea " * 9, short="halvern sea wind")
    assert list(_scores(engine, Word("halvern"))) == ["short", "a_long"]


def test_a_rare_word_counts_more_than_a_common_one(disk_engine_factory: EngineFactory) -> None:
    engine = _built(disk_engine_factory, rare="halvern net", common="sea net")
    scores = _scores(engine, All((Any((Word("halvern"), Word("sea"))), Word("net"))))
    assert list(scores) == ["rare", "common"]


def test_title_and_section_weigh(disk_engine_factory: EngineFactory) -> None:
    text = "halvern sea wind tide"
    engine = disk_engine_factory(
        (
            *FILLER,
            make_document("c_title.md", [make_paragraph(text, section="Weather")], title="Halvern notes"),
            make_document("b_section.md", [make_paragraph(text, section="Halvern")], title="Weather notes"),
            make_document("a_neither.md", [make_paragraph(text, section="Weather")], title="Weather notes"),
        )
    )
    scores = _scores(engine, Word("halvern"))
    assert list(scores) == ["c_title.md", "b_section.md", "a_neither.md"]
    assert len(set(scores.values())) == 3


def test_more_of_the_words_rank_higher(disk_engine_factory: EngineFactory) -> None:
    engine = _built(disk_engine_factory, a="halvern sea wind tide", b="halvern renn wind tide")
    assert list(_scores(engine, Any((Word("halvern"), Word("renn"))))) == ["b", "a"]


def test_a_weight_counts(disk_engine_factory: EngineFactory) -> None:
    engine = _built(disk_engine_factory, a="halvern sea wind", b="renn sea wind")
    assert list(_scores(engine, Any((Word("halvern"), Word("renn"))))) == ["a", "b"]
    assert list(_scores(engine, Any((Word("halvern"), Word("renn", weight=2.0))))) == ["b", "a"]
    assert list(_scores(engine, Any((Word("halvern"), Phrase("renn", weight=2.0))))) == ["b", "a"]
    assert list(_scores(engine, Any((Word("halvern", weight=0.5), All((Word("renn"),)))))) == ["b", "a"]


def test_stop_words_and_exclusions_do_not_score(disk_engine_factory: EngineFactory) -> None:
    engine = _built(disk_engine_factory, a="the halvern sea", b="the halvern of the wind and the tide")
    alone = _scores(engine, Word("halvern", bare=True))
    assert _scores(engine, All((Word("the", bare=True), Word("halvern", bare=True)))) == alone
    assert _scores(engine, All((Word("halvern", bare=True),), (Word("absent"),))) == alone


def test_ties_end_with_document_id_and_ordinal(disk_engine_factory: EngineFactory) -> None:
    ids = ["𐍈", "\uffee", "é", "b", "a", "Z", "10", "9"]
    engine = disk_engine_factory(make_document(name, ["halvern sea"] * 2, title="Weather") for name in ids)
    hits = engine.search(SearchRequest(ParsedQuery(tree=Word("halvern"), scored=True), page_size=100)).hits
    assert [(hit.document.id, hit.paragraph.ordinal) for hit in hits] == [(name, n) for name in sorted(ids) for n in (1, 2)]


@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4))
def test_order_is_by_score_then_document_then_ordinal(engine: SearchEngine, words: list[str]) -> None:
    query = ParsedQuery(tree=Any(tuple(Word(word, bare=True) for word in words)), scored=True)
    request = SearchRequest(query, page_size=100, facets=())
    hits = [hit for response in all_pages(engine, request) for hit in response.hits]
    keys = [(-round(hit.score or 0.0, 6), hit.document.id, hit.paragraph.ordinal) for hit in hits]
    assert keys == sorted(keys)
    assert all(hit.score is not None and hit.score > 0 for hit in hits)


def test_scores_do_not_depend_on_how_documents_came_in(disk_engine_factory: EngineFactory) -> None:
    library: list[Indexed] = list(make_library())
    query = ParsedQuery(tree=Any((Word("missile"), Word("air"), Phrase("the us"))), scored=True)
    request = SearchRequest(query, page_size=100, facets=())
    expected = disk_engine_factory(library).search(request).hits
    for_reversed = disk_engine_factory(library[::-1]).search(request).hits
    assert [(hit.document.id, hit.paragraph.ordinal) for hit in for_reversed] == [
        (hit.document.id, hit.paragraph.ordinal) for hit in expected
    ]
    assert [round(hit.score or 0.0, 6) for hit in for_reversed] == [round(hit.score or 0.0, 6) for hit in expected]


NEWS = (
    make_document(
        "budget.md",
        [
            "The council of Ostrel adopted the budget of the port authority after a long debate.",
            "It pays for a new ice-breaker and for the repair of two ferries.",
            "Nothing is left for schools, said a member of the opposition.",
        ],
        title="Ostrel adopts the port budget",
    ),
    make_document(
        "storm.md",
        [
            "A winter storm closed the port for three days.",
            "Ferries to the islands were cancelled, and the breaker walls lost stones to the ice.",
            "The council met in a school because its hall had no power.",
        ],
        title="Storm closes the harbour",
    ),
    make_document(
        "school.md",
        [
            "The school of navigation trains pilots for the port, captains for ferries and engineers for both.",
            "Its debate club won a prize; the budget of the club is small.",
            "Minister Ilsa Renn opened the new hall.",
        ],
        title="A school of navigation for Velmara",
    ),
    make_document(
        "radar.md",
        [
            "The coast radar on Cape Hesk was repaired in winter.",
            "Engineers of the port authority mounted a new antenna, which sees ice as well as ships.",
            "Renn: the radar is worth its price.",
        ],
        title="Cape Hesk sees again",
    ),
)
JUDGED = {
    "port budget debate": "budget.md#1",
    "new ice-breaker": "budget.md#2",
    "ferries cancelled in the storm": "storm.md#2",
    "who trains pilots and captains": "school.md#1",
    "the council met without power": "storm.md#3",
    "repair of the coast radar": "radar.md#1",
    "what did minister renn open": "school.md#3",
    "an antenna that sees ice": "radar.md#2",
    "money left for schools": "budget.md#3",
    "price of the radar": "radar.md#3",
}
# The mean of 1 / place of the one paragraph that answers: a floor, which only rises.
FLOOR = 1.0


def _places(engine: SearchEngine, query: str) -> list[str]:
    request = SearchRequest(syntax.parse(query, Match.ANY), match=Match.ANY, page_size=100)
    return [f"{hit.document.id}#{hit.paragraph.ordinal}" for hit in engine.search(request).hits]


def test_paragraphs_that_answer_stand_first(disk_engine_factory: EngineFactory) -> None:
    engine = disk_engine_factory((*FILLER, *NEWS))
    reciprocal = [1 / (_places(engine, query).index(wanted) + 1) for query, wanted in JUDGED.items()]
    assert sum(reciprocal) / len(reciprocal) >= FLOOR


def test_neighbours_that_stand_near_each_other_rank_above_those_apart(disk_engine_factory: EngineFactory) -> None:
    engine = _built(disk_engine_factory, a_apart="halvern sea and wind tide renn", near="sea and halvern renn wind tide")
    assert [place for place in _places(engine, "halvern renn") if not place.startswith("filler")] == ["near#1", "a_apart#1"]


def test_a_document_that_says_more_of_it_ranks_higher(disk_engine_factory: EngineFactory) -> None:
    text = "the halvern met renn"
    much = make_document("much", [text, "halvern and renn again"], title="Weather notes")
    little = make_document("a_little", [text, "other things then came"], title="Weather notes")
    engine = disk_engine_factory((*FILLER, much, little))
    places = _places(engine, "halvern renn")
    assert places.index("much#1") < places.index("a_little#1")


def test_parts_of_a_hyphenated_word_count_a_little(disk_engine_factory: EngineFactory) -> None:
    engine = _built(
        disk_engine_factory, a_none="renn sea wind tide moon", part="renn sea wind vern moon", whole="renn hal-vern"
    )
    assert [place for place in _places(engine, "hal-vern renn") if "filler" not in place] == ["whole#1", "part#1", "a_none#1"]
