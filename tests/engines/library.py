"""The library that the contract suite asks about: many small documents over few words, so that most queries find something."""

from __future__ import annotations

from random import Random

from indexer.model import Kind, Paragraph
from tests.records import Indexed, make_document, make_paragraph

WORDS = (
    *(
        "missile",
        "missiles",
        "Missile’s",
        "missile-defense",
        "defense",
        "defence",
        "defended",
        "air",
        "air-defense",
        "airdefense",
    ),
    *("F-16", "F16", "f", "16", "16s", "the", "The", "of", "with", "Ukraine", "Ukraine's", "ukrainian", "Zoë", "zoe", "café"),
    *("U.S.", "US", "us", "co-op-shop", "co-op", "coop", "shop", "network", "networks", "1,000", "1000", "patriot", "Patriots"),
)
STOP_WORDS = ("the", "of", "with")
SEPARATORS = (" ", " ", " ", ", ", ". ", " — ", "; ", "/", " “", "” ")
SOURCES = (None, "Ostrel Daily", "ostrel daily", "Kyiv Post", "UN", "U.N. News", "Агенція Ньюс", "Zoë’s wire, weekly")
AUTHORS = ("Ilsa Renn", "Ilsa Ström", "Renn Ilsa", "Teo Maric", "Łukasz Žák")
TAGS = ("air-defense", "air defense", "F-16", "diplomacy", "Energy", "energy")
SECTIONS = (None, "Air defenses", "The air-defense network", "Missile", "Patriots and missiles")
DATES = (None, "2025", "2025-05", "2025-05-19", "2025-05-19T23:30:00-08:00", "2025-04-30", "2024-02-29", "2024-12-31", "1946")
LANGUAGES = (None, "en", "uk")
FORMATS = ("text", "markdown", "html", "jsonl")
PAGES = (None, None, 1, 4, 300)

IDS = (
    *(
        "a.md",
        "a-b.md",
        "a_b.md",
        "a:1.md",
        "aa.md",
        "B.md",
        "b.md",
        "Z.txt",
        "é.txt",
        "e.txt",
        "news.jsonl:10",
        "news.jsonl:2",
    ),
    *(
        "news.jsonl:9",
        "\uffee.md",
        "𐍈.md",
        "ж.html",
        "ё.html",
        "z-~0a1b2c.md",
        "z.md",
        "zz:deep:er.md",
        "0.md",
        "10.md",
        "9.md",
    ),
    *("c1.md", "c2.md", "c3.md", "c4.md", "c5.md", "c6.md", "c7.md", "c8.md", "c9.md"),
)


def make_library(seed: int = 16) -> tuple[Indexed, ...]:
    """A document for each of IDS, the same ones for the same seed."""
    random = Random(seed)
    return tuple(_document(random, document_id) for document_id in IDS)


def _document(random: Random, document_id: str) -> Indexed:
    return make_document(
        document_id,
        [_paragraph(random) for _ in range(random.randint(1, 6))],
        title=_text(random, random.randint(1, 5)),
        title_derived=random.random() < 0.5,
        source=random.choice(SOURCES),
        author=tuple(random.sample(AUTHORS, random.choice((0, 1, 1, 2)))),
        published=random.choice(DATES),
        language=random.choice(LANGUAGES),
        format=random.choice(FORMATS),
        tag=tuple(random.sample(TAGS, random.choice((0, 1, 2, 3)))),
    )


def _paragraph(random: Random) -> Paragraph:
    kind = random.choice((Kind.PARAGRAPH, Kind.PARAGRAPH, Kind.LIST_ITEM, Kind.HEADING))
    return make_paragraph(_text(random, random.randint(1, 12)), kind, random.choice(SECTIONS), random.choice(PAGES))


def _text(random: Random, words: int) -> str:
    pieces = [random.choice(WORDS)]
    for _ in range(words - 1):
        pieces += [random.choice(SEPARATORS), random.choice(WORDS)]
    return "".join(pieces)
