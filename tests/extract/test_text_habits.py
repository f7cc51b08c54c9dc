"""The habits of plain text: what becomes a paragraph, what a heading, an item, a quotation, a row."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indexer.extract.text_blocks import _sections, text_blocks
from indexer.model import Kind

HARBOUR = (
    "The harbour of Ostrel was closed for two nights while crews moved four mobile radars from the old grain quay to the "
    "hills above the town, where a road had been widened for them in the spring."
)
FERRIES = (
    "Ferries ran late, and the fish market opened at noon instead of at six. Nobody complained loudly, although the baker on "
    "Mill Street said that she had thrown away a tray of rolls."
)
RADARS = (
    "Each radar needs a crew of six, two trucks and a generator that drinks as much diesel as a bus. The army keeps the trucks "
    "in a shed behind the brewery."
)
COAST = "“From up there they see the whole coast,” said Ilsa Renn, the minister, who had come by bicycle."
NAMES = (
    "Very early on Wednesday an engineer of the brewery left\n"
    "Ostrel with a letter for Mira Tal, whom the office of\n"
    "Velmara's minister had asked to bring it, and met Oda\n"
    "Lerring at the gate."
)
FOUNDING = [HARBOUR, FERRIES, COAST, RADARS]


@dataclass(frozen=True)
class Case:
    """A text and its blocks; a block is (first letter of its kind, text)."""

    name: str
    text: str
    blocks: list[tuple[str, str]]


LETTERS = {
    "p": Kind.PARAGRAPH,
    "h": Kind.HEADING,
    "l": Kind.LIST_ITEM,
    "q": Kind.BLOCKQUOTE,
    "t": Kind.TABLE_ROW,
    "c": Kind.CODE,
}


def wrap(text: str, width: int = 66, indent: str = "", first: str | None = None) -> str:
    return textwrap.fill(
        text, width, initial_indent=indent if first is None else first, subsequent_indent=indent, break_on_hyphens=False
    )


def prose(*paragraphs: str) -> list[tuple[str, str]]:
    return [("p", paragraph) for paragraph in paragraphs]


CASES = [
    Case("blank lines between", "\n\n".join(FOUNDING), prose(*FOUNDING)),
    Case("several blank lines, some with spaces", "\n \n\t\n".join(FOUNDING), prose(*FOUNDING)),
    Case("one paragraph a line", "\n".join(FOUNDING), prose(*FOUNDING)),
    Case("one paragraph a line, carriage returns", "\r\n".join(FOUNDING), prose(*FOUNDING)),
    Case("wrapped, blank lines between", "\n\n".join(map(wrap, FOUNDING)), prose(*FOUNDING)),
    Case("wrapped, trailing spaces", "  \n\n".join(map(wrap, FOUNDING)).replace("\n", " \n"), prose(*FOUNDING)),
    Case("wrapped, first lines stand in", "\n".join(wrap(text, first="    ") for text in FOUNDING), prose(*FOUNDING)),
    Case(
        "wrapped, the first paragraph stands out",
        "\n".join(wrap(text, first="   " if number else "") for number, text in enumerate(FOUNDING)),
        prose(*FOUNDING),
    ),
    Case(
        "wrapped, first lines stand out", "\n".join(wrap(text, indent="    ", first="") for text in FOUNDING), prose(*FOUNDING)
    ),
    Case("wrapped, no blank lines, short last lines", f"{wrap(FERRIES)}\n{wrap(HARBOUR)}", prose(FERRIES, HARBOUR)),
    Case("wrapped, everything indented", "\n\n".join(wrap(text, indent="    ") for text in FOUNDING), prose(*FOUNDING)),
    Case("wrapped paragraphs, then one a line", f"{wrap(HARBOUR)}\n\n{wrap(FERRIES)}\n\n{COAST}\n{RADARS}", prose(*FOUNDING)),
    Case("one a line, then wrapped paragraphs", f"{HARBOUR}\n{FERRIES}\n\n{wrap(COAST)}\n\n{wrap(RADARS)}", prose(*FOUNDING)),
    Case("wrapped, a short last line next to a long single line", f"{wrap(HARBOUR)}\n{RADARS}", prose(HARBOUR, RADARS)),
    Case(
        "a single long line",
        " ".join(FOUNDING),
        prose(" ".join(FOUNDING)),
    ),
    Case("a word", "Radar", prose("Radar")),
    Case("two short sentences", "The talks ended.\nNo deal was reached.", prose("The talks ended.", "No deal was reached.")),
    Case(
        "one sentence on two lines",
        "The minister said that\nthe talks went well.",
        prose("The minister said that the talks went well."),
    ),
    Case("only the first line stands in", f"  {HARBOUR}\n{FERRIES}", prose(HARBOUR, FERRIES)),
    Case("a page ends between paragraphs", f"{HARBOUR}\f{FERRIES}", prose(HARBOUR, FERRIES)),
    Case("spaces in a line stay", "He waited.  Then  he left.", prose("He waited.  Then  he left.")),
    Case("drawn lines are left out", f"{HARBOUR}\n\n* * *\n\n{FERRIES}\n\n----------\n", prose(HARBOUR, FERRIES)),
    Case(
        "a hyphen at the end of a line stays",
        "The ministry of Velmara signed the long awaited contract for air-\n"
        "defence radars on Sunday, and it plans to buy pre-\nand post-launch support in the autumn, when the money is there.",
        prose(
            "The ministry of Velmara signed the long awaited contract for air-defence radars on Sunday, and it plans to buy "
            "pre- and post-launch support in the autumn, when the money is there."
        ),
    ),
    Case("names at the beginnings of all lines", NAMES, prose(NAMES.replace("\n", " "))),
    Case(
        "a wrapped line may begin with a number or a dash",
        "The contract was signed in Ostrel after a long night, on the\n"
        "19. The guests, who had waited in the hall since the evening\n- some of them asleep - were sent home by car.",
        prose(
            "The contract was signed in Ostrel after a long night, on the 19. The guests, who had waited in the hall since the "
            "evening - some of them asleep - were sent home by car."
        ),
    ),
    Case(
        "stanzas keep their lines",
        "The sea is grey,\nThe wind is cold,\nThe boats come home\nWith empty holds.\n\nThe lamps are lit,\nThe nets are dry,\n"
        "A gull goes round\nAnd asks us why.",
        prose(
            "The sea is grey,\nThe wind is cold,\nThe boats come home\nWith empty holds.",
            "The lamps are lit,\nThe nets are dry,\nA gull goes round\nAnd asks us why.",
        ),
    ),
    Case(
        "an address keeps its lines",
        f"{HARBOUR}\n\nMinistry of Defence\n12 Quay Street\nOstrel",
        prose(HARBOUR, "Ministry of Defence\n12 Quay Street\nOstrel"),
    ),
    Case(
        "headlines, one a line",
        "Velmara buys radars\nIlsa Renn visits the port\nStorm closes the harbour\nBaker wins a prize",
        prose("Velmara buys radars", "Ilsa Renn visits the port", "Storm closes the harbour", "Baker wins a prize"),
    ),
    Case(
        "underlined headings",
        f"The radars of Ostrel\n====================\n\n{HARBOUR}\n\nThe town\n--------\n{FERRIES}",
        [("h", "The radars of Ostrel"), ("p", HARBOUR), ("h", "The town"), ("p", FERRIES)],
    ),
    Case(
        "headings in capitals",
        f"RADARS FOR VELMARA\n\n{wrap(HARBOUR)}\n\nTHE TOWN AND ITS FERRIES\n\n{wrap(FERRIES)}",
        [("h", "RADARS FOR VELMARA"), ("p", HARBOUR), ("h", "THE TOWN AND ITS FERRIES"), ("p", FERRIES)],
    ),
    Case(
        "short lines between paragraphs",
        f"Radars on the move\n\n{HARBOUR}\n\nWhat the town says\n\n{FERRIES}\n\n{RADARS}",
        [("h", "Radars on the move"), ("p", HARBOUR), ("h", "What the town says"), ("p", FERRIES), ("p", RADARS)],
    ),
    Case(
        "short lines between one-a-line paragraphs",
        f"Radars on the move\n{HARBOUR}\nWhat the town says\n{FERRIES}",
        [("h", "Radars on the move"), ("p", HARBOUR), ("h", "What the town says"), ("p", FERRIES)],
    ),
    Case(
        "a short line right above a wrapped paragraph",
        f"{wrap(HARBOUR)}\n\nWhat the town says\n{wrap(FERRIES)}",
        [("p", HARBOUR), ("h", "What the town says"), ("p", FERRIES)],
    ),
    Case(
        "a heading with hashes",
        f"# Radars\n\n{HARBOUR}\n\n## Town\n{FERRIES}",
        [("h", "Radars"), ("p", HARBOUR), ("h", "Town"), ("p", FERRIES)],
    ),
    Case(
        "no headings: speech, byline, date, question, last line",
        f"By Mira Tal\n\n19 May 2025\n\n{HARBOUR}\n\n“No,” he said\n\n{FERRIES}\n\nWhy now?\n\n{RADARS}\n\nThe editors",
        prose("By Mira Tal", "19 May 2025", HARBOUR, "“No,” he said", FERRIES, "Why now?", RADARS, "The editors"),
    ),
    Case(
        "capitals tell nothing in a telegram",
        "THE HARBOUR IS CLOSED AND THE FERRIES WAIT\n\nSEND DIESEL",
        prose("THE HARBOUR IS CLOSED AND THE FERRIES WAIT", "SEND DIESEL"),
    ),
    Case(
        "bullets under a line with a colon",
        "The ministry buys:\n- four radars\n- eight trucks\n* a shed\n• a brewery\nThat is all.",
        [
            ("p", "The ministry buys:"),
            ("l", "four radars"),
            ("l", "eight trucks"),
            ("l", "a shed"),
            ("l", "a brewery"),
            ("p", "That is all."),
        ],
    ),
    Case(
        "numbers and letters stay",
        "1. Four radars\n2. Eight trucks\n\na) one shed\nb) one brewery\n\n(1) a town\n(2) a road",
        [
            ("l", "1. Four radars"),
            ("l", "2. Eight trucks"),
            ("l", "a) one shed"),
            ("l", "b) one brewery"),
            ("l", "(1) a town"),
            ("l", "(2) a road"),
        ],
    ),
    Case(
        "wrapped items",
        f"{wrap(HARBOUR)}\n\n- {wrap(FERRIES, indent='  ', first='')}\n- {wrap(RADARS, indent='  ', first='')}\n",
        [("p", HARBOUR), ("l", FERRIES), ("l", RADARS)],
    ),
    Case(
        "wrapped items that do not stand in",
        f"1. {wrap(FERRIES)}\n2. {wrap(RADARS)}",
        [("l", f"1. {FERRIES}"), ("l", f"2. {RADARS}")],
    ),
    Case(
        "nested items",
        "- radars\n  - antennas\n  - masts\n- trucks",
        [("l", "radars"), ("l", "antennas"), ("l", "masts"), ("l", "trucks")],
    ),
    Case("a number without its neighbour is no item", f"3. {HARBOUR}", prose(f"3. {HARBOUR}")),
    Case(
        "quotations",
        f"{HARBOUR}\n\n> {wrap(FERRIES).replace(chr(10), chr(10) + '> ')}\n>\n> {RADARS}\n\nMore than that:\n\n> 100 km",
        [("p", HARBOUR), ("q", FERRIES), ("q", RADARS), ("p", "More than that:"), ("p", "> 100 km")],
    ),
    Case(
        "a table of tabs with the names of its columns",
        "Piece\tCount\nRadar\t4\nTruck\t8",
        [("t", "Piece: Radar | Count: 4"), ("t", "Piece: Truck | Count: 8")],
    ),
    Case("a table of tabs without them", "Radar\t4\nTruck\t8", [("t", "Radar | 4"), ("t", "Truck | 8")]),
    Case(
        "a table of pipes",
        "| Piece | Place |\n|-------|:-----:|\n| Radar | hill |\n| Truck |  |",
        [("t", "Piece: Radar | Place: hill"), ("t", "Piece: Truck")],
    ),
    Case("a table of nothing but rules", "|---|---|\n|---|---|\n\nText.", prose("Text.")),
    Case("a tab in a sentence is no table", "He wrote\tslowly.\n\nShe read.", prose("He wrote\tslowly.", "She read.")),
    Case(
        "fenced code",
        f"{HARBOUR}\n\n```\nx = 1\n\n  y = 2\n```\n{FERRIES}",
        [("p", HARBOUR), ("c", "x = 1\n\n  y = 2"), ("p", FERRIES)],
    ),
    Case("a fence that is never closed", "```\nThe talks ended.", prose("```", "The talks ended.")),
    Case(
        "Chinese lines join without a space",
        "国防部长昨天在首都对记者说\n雷达将在下个月被移到海边\n因为那里的山更高",
        prose("国防部长昨天在首都对记者说雷达将在下个月被移到海边因为那里的山更高"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_habits(case: Case) -> None:
    assert [(block.kind, block.text) for block in text_blocks(case.text)] == [
        (LETTERS[kind], text) for kind, text in case.blocks
    ]


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        (f"TITLE OF IT ALL\n\nA SECTION\n\n{HARBOUR}\n\nA part of it\n\n{FERRIES}", [1, 2, 3]),
        (f"Title\n=====\n\n{HARBOUR}\n\nSection\n-------\n\n{FERRIES}", [1, 2]),
        (f"{HARBOUR}\n\nA section\n\n{FERRIES}", [2]),
    ],
)
def test_levels_of_headings(text: str, levels: list[int]) -> None:
    assert [block.level for block in text_blocks(text) if block.kind is Kind.HEADING] == levels


WORD = st.text("abcdefghijklmnop", min_size=1, max_size=9)
SENTENCE = st.lists(WORD, min_size=12, max_size=40).map(lambda words: " ".join(words).capitalize() + ".")


@given(st.lists(SENTENCE, min_size=1, max_size=8), st.sampled_from((0, 48, 66, 80)))
def test_blank_lines_part_paragraphs_at_any_width(sentences: list[str], width: int) -> None:
    text = "\n\n".join(wrap(sentence, width) if width else sentence for sentence in sentences)
    assert [block.text for block in text_blocks(text)] == sentences


@given(st.text("aB.,:-*1)>#=|\t \n\u2028", max_size=300))
def test_no_letter_is_lost(text: str) -> None:
    blocks = list(text_blocks(text))
    # The name of a column stands before each of its cells, and nowhere where it has none.
    assume(not any(block.kind is Kind.TABLE_ROW for block in blocks))
    kept = [character for block in blocks for character in block.text if character.isalpha()]
    assert kept == [character for character in text if character.isalpha()]


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("````\na\n```\nb\n````", [("c", "a\n```\nb")]),
        ("```\na\n~~~\nb\n```", [("c", "a\n~~~\nb")]),
        ("```\na\n  `````  ", [("c", "a")]),
        ("# One #", [("h", "One")]),
        ("# One # ##", [("h", "One #")]),
        ("# ##", [("h", "#")]),
    ],
)
def test_marks_of_code_and_headings(text: str, blocks: list[tuple[str, str]]) -> None:
    found = text_blocks(text)
    assert [(block.kind, block.text) for block in found] == [(LETTERS[letter], words) for letter, words in blocks]


class _Lines(list[str]):
    """Lines that count how often one is looked at."""

    looks = 0

    def __iter__(self) -> Iterator[str]:
        self.looks += len(self)
        return super().__iter__()

    def __getitem__(self, at):  # type: ignore[no-untyped-def]
        self.looks += 1
        return super().__getitem__(at)


def test_fences_that_are_never_closed_are_looked_for_once() -> None:
    """Each is of another length, so that what is known of one says nothing of the next."""
    lines = _Lines("`" * length + " x" for length in range(500, 3, -1))
    assert [*_sections(lines)] == [list(lines)]
    assert lines.looks < 5 * len(lines)


def test_a_heading_with_a_gap_is_read_in_no_time() -> None:
    [block] = text_blocks("# a" + " " * 1_000_000 + "b")
    assert block.kind is Kind.PARAGRAPH
