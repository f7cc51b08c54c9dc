"""PDF: paragraphs as they were set, however they were set, and what is said of files that cannot be read."""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from indexer.extract.pdf_hyphens import Hyphens
from indexer.extract.pdf_layout import Layout, rows_of
from indexer.extract.pdf_margins import running_rows
from indexer.extract.pdf_paragraphs import Joiner
from indexer.extract.pdf_typography import columns_of, typography_of
from indexer.extract.pdf_words import Word
from indexer.model import Document, Kind
from indexer.report import Skip
from tests.extract.conftest import Extract, Extracted, plain
from tests.extract.make_pdf import Setting, make_pdf
from tests.extract.prose import headings, paragraphs

RECALL = 0.98
SETTINGS = {
    "gap": Setting(gap=6),
    "gap, ragged": Setting(gap=6, justified=False),
    "indented": Setting(indent=14),
    "indented, ragged": Setting(indent=14, justified=False),
    "two columns, gap": Setting(columns=2, gap=6),
    "two columns, indented": Setting(columns=2, indent=10),
    "two columns, ragged": Setting(columns=2, indent=10, justified=False),
    "three columns": Setting(columns=3, indent=8, size=8),
    "header and footer": Setting(indent=14, header="The Velmara Gazette, page {page}", footer="{page}"),
    "header, two columns": Setting(columns=2, gap=5, header="The Velmara Gazette", footer="- {page} -"),
    "divided words": Setting(columns=3, indent=8, divided=True),
}


def drawn(*pages: Callable[[Canvas], None], **stated: object) -> bytes:
    """A PDF of pages that are drawn by hand."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, **stated)
    for page in pages:
        canvas.setFont("Helvetica", 10)
        page(canvas)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def lines(*texts: str, x: float = 72, y: float = 720, step: float = 12, font: str = "Helvetica") -> Callable[[Canvas], None]:
    """Draws lines one below the other."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont(font, 10)
        for number, text in enumerate(texts):
            canvas.drawString(x, y - step * number, text)

    return draw


def picture(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(Image.new("L", (20, 20), 200)), 50, 50, 500, 700)


def only(found: Extracted) -> Document:
    [document] = found
    assert isinstance(document, Document), document
    return document


@pytest.mark.parametrize("name", SETTINGS)
def test_paragraphs_come_back_as_they_were_set(extract_file: Extract, name: str) -> None:
    setting, written = SETTINGS[name], paragraphs(120)
    content: list[str | tuple[str, int]] = []
    for number, text in enumerate(written):
        if number % 30 == 0:
            content.append((headings(4)[number // 30], 2 if number else 1))
        # Where words are to be divided, the middle of each long one may be.
        content.append(re.sub(r"\b([a-z]{4,}?)([a-z]{4,})\b", "\\1\u00ad\\2", text) if setting.divided else text)
    document = only(extract_file("a.pdf", make_pdf(content, setting)))
    blocks = document.blocks
    found = {block.text for block in blocks if block.kind is Kind.PARAGRAPH}
    assert sum(text in found for text in written) >= RECALL * len(written)
    assert [(block.text, block.level) for block in blocks if block.kind is Kind.HEADING] == [
        (heading, 2 if number else 1) for number, heading in enumerate(headings(4))
    ]
    numbers = [block.page or 0 for block in blocks]
    assert numbers[0] == 1
    assert numbers == sorted(numbers)
    assert not any("Gazette" in block.text or re.fullmatch(r"\W*\d+\W*", block.text) for block in blocks)
    assert (document.metadata.title, document.metadata.title_derived) == (headings(4)[0], False)
    assert (document.left_out > 0) == bool(setting.header)


def test_a_paragraph_that_goes_on_overleaf_stands_on_the_page_where_it_begins(extract_file: Extract) -> None:
    text = textwrap.wrap(" ".join(paragraphs(9)), 70, break_on_hyphens=False)
    raw = drawn(lines(*text[:5], font="Courier"), lines(*text[5:], "", "A second one begins here.", font="Courier"))
    document = only(extract_file("a.pdf", raw))
    assert [(block.page, block.text[:20]) for block in document.blocks] == [(1, text[0][:20]), (2, "A second one begins ")]
    assert document.blocks[0].text == " ".join(text)


def test_headers_that_change_are_told_by_their_place_and_size(extract_file: Extract) -> None:
    chapters = ("The first harbour", "Radars of the coast", "What was counted")
    texts = [textwrap.wrap(text, 80) for text in paragraphs(3, seed=12)]

    def page(chapter: str, text: list[str]) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            canvas.setFont("Helvetica", 7)
            canvas.drawString(72, 790, chapter)
            lines(*text, "", *(f"A line about {chapter} and {number * 'mast '}." for number in range(6)))(canvas)

        return draw

    document = only(extract_file("a.pdf", drawn(*map(page, chapters, texts))))
    assert not set(chapters) & {block.text for block in document.blocks}
    assert document.left_out == sum(len(chapter.replace(" ", "")) for chapter in chapters)


def test_columns_that_are_drawn_line_by_line_are_read_one_after_the_other(extract_file: Extract) -> None:
    left, right = (textwrap.wrap(" ".join(paragraphs(4, seed)), 44, break_on_hyphens=False) for seed in (1, 2))

    def page(canvas: Canvas) -> None:
        for number, (one, other) in enumerate(zip(left, right, strict=False)):
            canvas.drawString(60, 700 - 12 * number, one)
            canvas.drawString(320, 700 - 12 * number, other)

    count = min(len(left), len(right))
    text = " ".join(block.text for block in only(extract_file("a.pdf", drawn(page))).blocks)
    assert text == " ".join([*left[:count], *right[:count]])


def test_titles_lists_notes_shadows_and_margins(extract_file: Extract) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 18)
        canvas.drawCentredString(300, 780, "A title that is set in the middle")
        canvas.drawCentredString(300, 758, "of two lines")
        canvas.setFont("Helvetica", 10)
        lines(
            *("Ostrel counted its masts. The minister said that they stood where they had stood, and that none had", "moved."),
            *(
                "• two radars for Karsk, delivered: none",
                "• sixty soldiers trained abroad, returned: fifty-eight, of whom some",
            ),
            *("   have been seen at the harbour", "1. count the masts", "2. write the number down"),
        )(canvas)
        canvas.setFont("Helvetica-Bold", 10)
        canvas.drawString(72, 620, "What the count found")
        canvas.setFont("Helvetica", 10)
        canvas.drawString(72, 606, "A note stands behind this word")
        end = 72 + canvas.stringWidth("A note stands behind this word", "Helvetica", 10)
        canvas.setFont("Helvetica", 6)
        canvas.drawString(end, 610, "12")
        canvas.setFont("Helvetica", 10)
        canvas.drawString(end + 10, 606, "and the line goes on.")
        canvas.drawString(72, 570, "Shadow")
        canvas.drawString(72.4, 569.7, "Shadow")
        canvas.saveState()
        canvas.translate(30, 300)
        canvas.rotate(90)
        canvas.drawString(0, 0, "Stamped by the archive in 2025")
        canvas.restoreState()
        canvas.drawCentredString(300, 30, "1")

    assert plain(only(extract_file("a.pdf", drawn(page))).blocks) == [
        (Kind.HEADING, "A title that is set in the middle of two lines"),
        (
            Kind.PARAGRAPH,
            "Ostrel counted its masts. The minister said that they stood where they had stood, and that none had moved.",
        ),
        (Kind.LIST_ITEM, "two radars for Karsk, delivered: none"),
        (
            Kind.LIST_ITEM,
            "sixty soldiers trained abroad, returned: fifty-eight, of whom some have been seen at the harbour",
        ),
        (Kind.LIST_ITEM, "count the masts"),
        (Kind.LIST_ITEM, "write the number down"),
        (Kind.HEADING, "What the count found"),
        (Kind.PARAGRAPH, "A note stands behind this word and the line goes on."),
        (Kind.PARAGRAPH, "Shadow"),
        (Kind.PARAGRAPH, "Stamped by the archive in 2025"),
    ]


def test_a_table_is_its_rows(extract_file: Extract) -> None:
    rows = [("Layer", "System", "First delivery"), ("outer", "long range", "2027"), ("middle", "launchers", "2026")]

    def page(canvas: Canvas) -> None:
        for number, row in enumerate(rows):
            canvas.setFont("Helvetica" if number else "Helvetica-Bold", 10)
            for x, cell in zip((72, 200, 400), row, strict=True):
                canvas.drawString(x, 700 - 16 * number, cell)

    assert plain(only(extract_file("a.pdf", drawn(page))).blocks) == [
        (Kind.TABLE_ROW, "Layer: outer | System: long range | First delivery: 2027"),
        (Kind.TABLE_ROW, "Layer: middle | System: launchers | First delivery: 2026"),
    ]


def test_a_page_that_lies_on_its_side_is_read_upright(extract_file: Extract) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setPageRotation(90)
        canvas.translate(595, 0)
        canvas.rotate(90)
        lines("A page that lies on its side is read as", "one that stands upright.", y=500)(canvas)

    assert [block.text for block in only(extract_file("a.pdf", drawn(page))).blocks] == [
        "A page that lies on its side is read as one that stands upright."
    ]


def test_text_behind_a_scanned_page_is_its_text(extract_file: Extract) -> None:
    def page(canvas: Canvas) -> None:
        picture(canvas)
        text = canvas.beginText(72, 700)
        text.setTextRenderMode(3)
        text.textLine("Recognised by a machine.")
        canvas.drawText(text)

    assert only(extract_file("a.pdf", drawn(page))).blocks[0].text == "Recognised by a machine."


def test_letters_that_are_set_apart_are_words(extract_file: Extract) -> None:
    """As programs do that recognise text: each word as wide as it is on the picture, its last letter on its own."""

    def page(canvas: Canvas) -> None:
        canvas.setFont("Courier", 9)
        for left, text in ((72, "harbou"), (117, "r"), (136, "keepe"), (173.5, "r"), (192, "Ostrel")):
            canvas.drawString(left, 700, text, charSpace=2.1)

    assert only(extract_file("a.pdf", drawn(page))).blocks[0].text == "harbour keeper Ostrel"


def test_what_is_filled_into_a_form_is_read(extract_file: Extract) -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "Name of the officer")
        canvas.acroForm.textfield(name="officer", value="Mirel Tavasz", x=72, y=640, width=200)

    texts = [block.text for block in only(extract_file("a.pdf", drawn(page))).blocks]
    assert texts == ["Name of the officer", "Mirel Tavasz"]


def test_properties_are_metadata_but_the_day_of_the_file_is_not(extract_file: Extract) -> None:
    raw = make_pdf(["One."], title="Masts of Velmara", author="Ilsa Renn; Teo Maric", keywords="radar, coast")
    metadata = only(extract_file("a.pdf", raw)).metadata
    assert (metadata.title, metadata.author, metadata.tag) == (
        "Masts of Velmara",
        ("Ilsa Renn", "Teo Maric"),
        ("radar", "coast"),
    )
    assert (metadata.published, metadata.format, metadata.extra) == (None, "pdf", {})


@pytest.mark.parametrize("title", ["Microsoft Word - masts.doc", "masts_final.indd", "untitled", "(anonymous)", "  "])
def test_a_title_that_nobody_gave_is_none(extract_file: Extract, title: str) -> None:
    metadata = only(extract_file("a.pdf", make_pdf(["A count of masts."], title=title))).metadata
    assert (metadata.title, metadata.title_derived) == ("A count of masts.", True)


def test_bookmarks_say_what_is_a_heading(extract_file: Extract) -> None:
    def page(canvas: Canvas) -> None:
        lines("The harbour", "", "Masts were counted here, and the count is known to the authority.")(canvas)
        canvas.bookmarkPage("a")
        canvas.addOutlineEntry("The harbour", "a", level=0)

    [heading, _text] = only(extract_file("a.pdf", drawn(page))).blocks
    assert (heading.kind, heading.level, heading.text) == (Kind.HEADING, 2, "The harbour")


class TestFilesThatCannotBeRead:
    def test_pictures_without_text(self, extract_file: Extract) -> None:
        [skip] = extract_file("a.pdf", drawn(picture, picture))
        assert isinstance(skip, Skip)
        assert skip.reason == "no text layer: its pages are pictures"
        assert "ocrmypdf" in skip.hint

    def test_one_page_without_text_is_named(self, extract_file: Extract) -> None:
        document, skip = extract_file("a.pdf", drawn(picture, lines("Text on the second page.")))
        assert isinstance(document, Document)
        assert document.blocks[0].page == 2
        assert isinstance(skip, Skip)
        assert (skip.reason, skip.whole) == ("page 1 has no text layer", False)

    def test_a_password(self, extract_file: Extract) -> None:
        raw = drawn(lines("Hidden."), encrypt=StandardEncryption("secret", "owner"))
        [skip] = extract_file("a.pdf", raw)
        assert isinstance(skip, Skip)
        assert skip.reason == "encrypted: it opens with a password only"

    def test_an_owner_s_password_hides_nothing(self, extract_file: Extract) -> None:
        raw = drawn(lines("Open to all."), encrypt=StandardEncryption("", "owner", canCopy=0))
        assert only(extract_file("a.pdf", raw)).blocks[0].text == "Open to all."

    @pytest.mark.parametrize("raw", [b"%PDF-1.7", b"%PDF-1.4\n" + b"\x00\xff" * 500, make_pdf(paragraphs(3))[:500]])
    def test_a_broken_file(self, extract_file: Extract, raw: bytes) -> None:
        assert extract_file("a.pdf", raw) == [Skip("a.pdf", "a broken PDF", "Fetch or copy the file again.")]

    def test_an_empty_page(self, extract_file: Extract) -> None:
        assert extract_file("a.pdf", drawn(lines())) == [Skip("a.pdf", "no text", "Its pages are empty.")]

    @pytest.mark.parametrize("turned", [False, True])
    def test_letters_that_no_font_explains(self, extract_file: Extract, turned: bool) -> None:
        """Glyphs without a meaning, of which only the numbers are known; turned: numbers that are not those of letters."""
        text = "".join(paragraphs(2))
        if turned:
            text = "".join(chr(33 + (ord(letter) * 7) % 90) for letter in text)
        named = b"".join(b"/g%d" % number for number in range(32, 127))
        raw = drawn(lines(text[:80])).replace(b"/WinAnsiEncoding", b"<</Type/Encoding/Differences[32" + named + b"]>>")
        [found] = extract_file("a.pdf", raw)
        if turned:
            assert isinstance(found, Skip)
            assert found.reason.startswith("text whose letters are not known")
        else:
            assert isinstance(found, Document)
            assert found.blocks[0].text == text[:80]

    def test_letters_of_private_meaning(self, extract_file: Extract) -> None:
        private = b"".join(b"/uniE%03X" % number for number in range(32, 127))
        raw = drawn(lines("Masts of the coast")).replace(
            b"/WinAnsiEncoding", b"<</Type/Encoding/Differences[32" + private + b"]>>"
        )
        [found] = extract_file("a.pdf", raw)
        assert isinstance(found, Skip)
        assert found.reason.startswith("text whose letters are not known")

    def test_more_pages_than_are_read(self, extract_file: Extract) -> None:
        raw = drawn(*(lines(f"Page {word} has this line.") for word in ("one", "two", "three")))
        document, skip = extract_file("a.pdf", raw, max_pages=2)
        assert isinstance(document, Document)
        assert len(document.blocks) == 2
        assert skip == Skip(
            "a.pdf", "has 3 pages: only the first 2 were read", "Split the file, or raise the setting max_pages.", whole=False
        )

    def test_the_content_decides_and_not_the_suffix(self, extract_file: Extract) -> None:
        assert only(extract_file("a.txt", make_pdf(["One."]))).metadata.format == "pdf"


_words = st.builds(
    Word,
    text=st.sampled_from(("mast", "Ostrel", "a", "1.", "•", "air-", "радар", "רדאר", "岸")),
    left=st.floats(0, 600),
    right=st.floats(0, 600),
    y=st.floats(-800, 0),
    size=st.floats(1, 40),
    bold=st.booleans(),
).map(lambda word: word._replace(right=max(word.left, word.right)))


@given(st.lists(st.lists(_words, max_size=40), max_size=3))
def test_no_word_is_lost_wherever_it_stands(pages: list[list[Word]]) -> None:
    layout = Layout()
    columns = [(number, layout.columns(page)) for number, page in enumerate(pages, 1)]
    for page, (_number, found) in zip(pages, columns, strict=True):
        assert sorted(word for lines in found for line in lines for word in line.words) == sorted(page)
    typography = typography_of([lines for _number, found in columns for lines in found])
    passages = Joiner(typography).passages(columns_of(columns))
    assert all(passage.text for passage in passages)
    assert len(running_rows([rows_of(page) for page in pages])) == len(pages)
    prose = {
        word for passage in passages if passage.kind is not Kind.TABLE_ROW for line in passage.lines for word in line.words
    }
    rows = [passage for passage in passages if passage.kind is Kind.TABLE_ROW]
    assert rows or prose == {word for page in pages for word in page}


@pytest.mark.parametrize(
    ("written", "joined"),
    [
        (["the govern-", "ment moved"], "the government moved"),
        (["a well-", "known man, as well-known as"], "a well-known man, as well-known as"),
        (["an Anglo-", "Saxon coast"], "an Anglo-Saxon coast"),
        (["the F-", "16 flew"], "the F-16 flew"),
        (["state-of-the-", "art radar"], "state-of-the-art radar"),
        (["short-", "and long-range"], "short- and long-range"),
        (["soft\u00ad", "ware"], "software"),
        (["a – ", "b"], "a –  b"),
        (["岸のレー", "ダー"], "岸のレーダー"),
        (
            ["is the air-", "defence; the air is ours, the defence of it is not"],
            "is the air-defence; the air is ours, the defence of it is not",
        ),
    ],
)
def test_lines_are_joined_and_divided_words_put_together(written: list[str], joined: str) -> None:
    assert Hyphens(written).joined(written) == joined
