"""A small collection for the pages: every kind of record, several languages, odd metadata, and hostile text."""

from __future__ import annotations

from indexer.model import Kind, Origin, Paragraph, Part
from tests.records import Indexed, make_document, make_paragraph

HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>&amp;"


def heading(text: str) -> Paragraph:
    """A heading."""
    return make_paragraph(text, Kind.HEADING)


def courier() -> Indexed:
    """A news report with sections and a table."""
    orders, crews, money = "Three layers, three makers", "The argument about crews", "Money and dates"
    return make_document(
        "courier:three-layers.md",
        [
            heading("Velmara orders three layers of air defence"),
            "Velmara will spend 2.4 billion crowns on a layered air defence, the government said in Ostrel on Sunday.",
            "The decision ends eleven months of argument about whether to buy one large system or several smaller ones.",
            heading(orders),
            make_paragraph("At the outer edge stands a single battery that was built against aircraft.", section=orders),
            make_paragraph("The middle layer fires from the ground a missile that was made for fighter jets.", section=orders),
            make_paragraph("Guns of an older make protect six power stations and the grain terminal.", section=orders),
            heading(crews),
            make_paragraph(
                "“An air defence is only as good as its last reload,” said the minister, Ilsa Renn. “We are buying for the "
                "third week of a war, not for a parade.”",
                Kind.BLOCKQUOTE,
                crews,
            ),
            make_paragraph("Training begins in May on a range abroad, with sixty soldiers in the first course.", section=crews),
            heading(money),
            make_paragraph("Layer: outer | System: long range | First delivery: autumn 2027", Kind.TABLE_ROW, money),
            make_paragraph("Layer: middle | System: air defence launchers | First delivery: 2026", Kind.TABLE_ROW, money),
            make_paragraph("Layer: inner | System: guns | First delivery: December", Kind.TABLE_ROW, money),
            make_paragraph("Half of the sum is borrowed, and nothing is set aside for new interceptors.", section=money),
        ],
        title="Velmara orders three layers of air defence",
        source="The Velmara Courier",
        author=("Mirel Tavasz",),
        published="2025-03-02",
        language="en",
        url="https://courier.velmara.example/2025/03/02/three-layers",
        format="markdown",
        tag=("air defence", "budget"),
        extra={"edition": "Sunday", "pages": [1, 4], "desk": {"name": "defence", "floor": 3}},
    )


def bulletin() -> Indexed:
    """A notice with a list and code, its date from its file name and its title from its text."""
    return make_document(
        "2024-11-09-bulletin.txt",
        [
            "The harbour closes at dusk while the exercise lasts.",
            make_paragraph("two radars for Karsk, delivered: none", Kind.LIST_ITEM),
            make_paragraph("sixty soldiers trained abroad, returned: fifty-eight", Kind.LIST_ITEM, page=2),
            make_paragraph("status = relay(air_defence)\n    if status: hold()", Kind.CODE),
            Paragraph(0, Kind.PARAGRAPH, "A long account of the night goes on here.", None, Part(2, 3), page_number=2),
        ],
        title="The harbour closes at dusk while the exercise lasts.",
        title_derived=True,
        source="Harbour Wire",
        published="2024-11-09",
        language="en",
        origins={"published": Origin.FILE_NAME, "title": Origin.TEXT},
    )


def others() -> list[Indexed]:
    """Other languages, other dates, and next to nothing."""
    return [
        make_document(
            "visnyk:rozrakhunky.html",
            ["Вельмара вчиться в українських розрахунків.", "Перші офіцери повернулися до Острела у квітні; ППО чекає на них."],
            title="Вельмара вчиться в українських розрахунків",
            source="Вісник Острела",
            author=("Леся Тарновська",),
            published="2025-04",
            language="uk",
            format="html",
        ),
        make_document(
            "bulletin:questions.html",
            ["من يقود الدفاع الجوي المشترك؟", "Summary: nobody knows who would command a shared air defence."],
            title="فيلمارا تبني دفاعها الجوي",
            source="نشرة الميناء",
            published="2025",
            language="ar",
            format="html",
        ),
        make_document("plain.txt", ["Somebody wrote this about air defence and left no name."]),
    ]


def hostile() -> Indexed:
    """Markup and nonsense wherever a document can hold any."""
    return make_document(
        "hostile.jsonl:1",
        [f"An air defence {HOSTILE} report.", make_paragraph("no header here | a: b", Kind.TABLE_ROW, HOSTILE)],
        title=f"Title {HOSTILE}",
        source=f"Source {HOSTILE}",
        author=(f"Author {HOSTILE}",),
        published="once upon a time",
        language='en" onload="alert(1)',
        url="javascript:alert(1)",
        format=HOSTILE,
        tag=(HOSTILE, "a&b=c", "100% + more"),
        extra={HOSTILE: HOSTILE, "nested": {"deep": [None, {"deeper": HOSTILE}]}, "number": 1.5, "none": None},
    )


def collection() -> list[Indexed]:
    """All of them, and enough small reports for several pages of results."""
    reports = [
        make_document(
            f"gazette:report-{number:02}.txt",
            [f"Report {number} counts the radars that face the sea.", f"Nobody at post {number} saw a drone."],
            title=f"Report {number} from the coast",
            source=f"Northern Gazette {number % 13}",
            published=f"{2023 + number % 3}-{1 + number % 12:02}-1{number % 9}",
            language="en",
            tag=("coast",),
        )
        for number in range(1, 31)
    ]
    return [courier(), bulletin(), *others(), hostile(), *reports]
