"""Records in many languages: each is matched by the stems and stop words of its own, and answers are those of brute force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from indexer.model import Paragraph
from indexer.search.engine import SearchEngine
from indexer.search.query import All, Any, Fuzzy, Node, ParsedQuery, Phrase, Wildcard, Word
from indexer.search.request import SearchRequest, Sort
from indexer.search.syntax import parse
from indexer.search.variants import spellings
from tests.conftest import EngineFactory
from tests.oracle import OracleEngine, without_generation
from tests.records import Indexed, make_document, make_paragraph

WORDS = {
    "en": "missile missiles defended the war die hard radar radars F-16 F16 2025 1,000 Kyiv defence",
    "de": "Raketen Rakete der die war hart Radar Häuser Haus F-16 2025 1.000.000 Kiew Luft-Abwehr defence",
    "fr": "missiles missile l’armée armée les de défense d’Ukraine Ukraine radar sur 2025 1\u00a0000",
    "uk": "ракети ракета радар радари Київ і на F-16 2025 м’ята Patriot missiles",
    "ru": "ракеты ракета радары радар на и Киев ёлка елка 2025 F16 Patriot",
    "zh": "导弹防御系统 防御 导弹 雷达 弹 F-16战机 2025年 missiles",
    "ja": "ミサイル防衛 防衛省 ミサイル レーダー 2025年 導弾",
    "ko": "미사일을 미사일 방어 레이더",
    "th": "ขีปนาวุธ ระบบป้องกัน น้ำ เรดาร์",
    "ar": "الصواريخ صواريخ الدفاع رادار ٢٠٢٥ 2025 على",
    "he": "טילים טיל שָׁלוֹם שלום",
    "el": "πύραυλοι πύραυλος και Αθήνα",
    None: "missile missiles the ракети 防御 radar",
}
VOCABULARY = sorted({word for words in WORDS.values() for word in words.split(" ")})
ASKED = (*VOCABULARY, "防", "御系", "雷", "ミ", "미사", "사일", "ป้อง", "rocket", "ракет", "armées", "Rake")
SECTIONS = (None, "Missiles", "Die Raketen", "导弹防御", "radars")


def make_records(seed: int) -> tuple[Indexed, ...]:
    """Documents in every language, some of their paragraphs in another."""
    random = Random(seed)
    return tuple(_document(random, f"{number}.md", language) for number in range(2) for language in WORDS)


def _document(random: Random, name: str, language: str | None) -> Indexed:
    paragraphs = [_paragraph(random, language) for _ in range(random.randint(1, 3))]
    return make_document(f"{language}{name}", paragraphs, title=_text(random, language), language=language)


def _paragraph(random: Random, language: str | None) -> Paragraph:
    own = random.choice(tuple(WORDS)) if random.random() < 0.25 else None
    paragraph = make_paragraph(_text(random, own or language), section=random.choice(SECTIONS))
    return replace(paragraph, language=own if own != language else None)


def _text(random: Random, language: str | None) -> str:
    words = WORDS[language].split(" ")
    return "".join(
        random.choice(words) + random.choice((" ", " ", ", ", "。", "")) for _ in range(random.randint(1, 9))
    ).strip()


def _leaf(random: Random) -> Node:
    word, field = random.choice(ASKED), random.choice((None, None, None, "text", "title", "section"))
    kind = random.randrange(7)
    if kind == 0:
        return Word(word, exact=True, field=field)
    if kind == 1:
        return Wildcard(random.choice(("раке*", "mis*", "*ars", "r?dar", "防*", "ра*ы")), field=field)
    if kind == 2:
        return Fuzzy(random.choice(("misile", "ракета", "radar", "Киeв", "haus")), field=field)
    if kind == 3:
        text = " ".join(random.choice(ASKED) for _ in range(random.randint(1, 3)))
        return Phrase(text, random.choice((None, None, 0, 2, 5)), random.random() < 0.2, field)
    return Word(word, field=field, bare=field is None and kind > 4)


def _tree(random: Random, depth: int = 2) -> Node:
    if not depth or random.random() < 0.4:
        return _leaf(random)
    children = tuple(_tree(random, depth - 1) for _ in range(random.choice((1, 2, 2, 3))))
    if random.random() < 0.6:
        return Any(children)
    return All(children, tuple(_leaf(random) for _ in range(random.choice((0, 0, 1)))))


@pytest.mark.parametrize("seed", range(3))
def test_answers_are_those_of_brute_force(disk_engine_factory: EngineFactory, seed: int) -> None:
    documents = make_records(seed)
    assert_same(disk_engine_factory(documents), OracleEngine(documents, spellings().of), Random(seed), 150)


def assert_same(engine: SearchEngine, oracle: SearchEngine, random: Random, trees: int) -> None:
    """An engine answers random queries as brute force does, and some of them find something."""
    found = 0
    for _ in range(trees):
        query = ParsedQuery(tree=_tree(random), scored=True)
        request = SearchRequest(query, page_size=100, sort=Sort.DOCUMENT, facets=("language",), hints=False)
        answer = engine.search(request)
        assert without_generation(answer) == without_generation(oracle.search(request)), request
        found += answer.total > 0
    assert found > trees // 4


CASES: list[tuple[str, str, list[str]]] = [
    ("stems of the record's language", "Rakete", ["de"]),
    ("the same letters stem otherwise in another language", "radars", ["en", "fr"]),
    ("a stop word of German alone", "die Rakete", ["de"]),
    ("and a word in English", "die", ["de", "en"]),
    ("German war is no war", "war crimes", ["en"]),
    ("an elided article", "armée", ["fr"]),
    ("the same stem in Ukrainian and in Russian", "ракета", ["ru", "uk"]),
    ("an ending of Ukrainian alone", "радарів", ["uk"]),
    ("a stop word of Ukrainian alone", "ракета під радарами", ["uk"]),
    ("and of Russian too", "ракета на радарах", ["ru", "uk"]),
    ("which counts in a phrase", '"ракети на радари"', []),
    ("this form alone", "=ракети", ["uk"]),
    ("letters in a row", "防御系统", ["zh"]),
    ("not over a break", "御系", ["zh"]),
    ("a single letter", "弹", ["zh"]),
    ("inside a longer word", "미사일", ["ko"]),
    ("Thai", "ป้องกัน", ["th"]),
    ("Arabic article", "صواريخ", ["ar"]),
    ("digits of any script", "2025", ["ar", "uk"]),
    ("a phrase of runs", '"导弹 防御"', ["zh"]),
    ("a phrase with slop", '"радары ракета"~2', ["ru"]),
    ("forms of every language", "ракет*", ["ru", "uk"]),
    ("near forms of every language", "ракети~1", ["ru", "uk"]),
    ("no-break spaces and points in numbers", "1000000", ["de"]),
]
RECORDS = (
    make_document("en.md", ["War crimes die hard, said the radars."], language="en"),
    make_document("de.md", ["Die Raketen waren hart; es war 1.000.000."], language="de"),
    make_document("fr.md", ["Les radars de l’armée."], language="fr"),
    make_document("uk.md", ["Ракети і радари у 2025 році."], language="uk"),
    make_document("ru.md", ["Радары, а не ракеты."], language="ru"),
    make_document("zh.md", ["导弹防御系统。弹药"], language="zh"),
    make_document("ko.md", ["미사일을 방어"], language="ko"),
    make_document("th.md", ["ระบบป้องกันขีปนาวุธ"], language="th"),
    make_document("ar.md", ["الصواريخ في ٢٠٢٥"], language="ar"),
)


@pytest.fixture(scope="module")
def small(engine_factory: EngineFactory) -> SearchEngine:
    """One record in each language."""
    return engine_factory(RECORDS)


@pytest.mark.parametrize(("query", "languages"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_record_is_matched_in_its_own_language(small: SearchEngine, query: str, languages: list[str]) -> None:
    request = SearchRequest(parse(query), page_size=100, sort=Sort.DOCUMENT)
    answer = small.search(request)
    assert sorted(str(hit.document.language) for hit in answer.hits) == languages
    expected = OracleEngine(RECORDS, spellings().of).search(request)
    assert [hit.spans for hit in answer.hits] == [hit.spans for hit in expected.hits]


@pytest.mark.parametrize(
    ("query", "marked"),
    [("弹", ["弹", "弹"]), ("防御", ["防御"]), ("导弹防御", ["导弹防御"]), ('"导弹 御"', []), ("统", ["统"])],
)
def test_letters_are_marked_as_far_as_they_match(small: SearchEngine, query: str, marked: list[str]) -> None:
    hits = small.search(SearchRequest(parse(query))).hits
    assert [hit.paragraph.text[start:end] for hit in hits for start, end in hit.spans] == marked


def test_a_paragraph_may_be_in_another_language_than_its_document(engine_factory: EngineFactory) -> None:
    german = Paragraph(0, make_paragraph("").kind, "Die Häuser", language="de")
    documents = (make_document("a.md", ["The houses", german], title="Houses", language="en"),)
    engine = engine_factory(documents)
    found: Callable[[str], list[int]] = lambda query: [  # noqa: E731
        hit.paragraph.ordinal for hit in engine.search(SearchRequest(parse(query), sort=Sort.DOCUMENT)).hits
    ]
    assert (found("Haus"), found("house"), found("title:house")) == ([2], [1], [1, 2])
    assert engine.document("a.md").hits[1].paragraph == documents[0].paragraphs[1]
