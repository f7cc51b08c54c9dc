"""PDF: the text layer as paragraphs, with the page that each begins on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any

from indexer.errors import ExtractionError
from indexer.extract.metadata import Stated, describe
from indexer.extract.pdf_hyphens import Hyphens
from indexer.extract.pdf_layout import Layout, Line, rows_of
from indexer.extract.pdf_margins import running_rows
from indexer.extract.pdf_paragraphs import Joiner, Passage, compact
from indexer.extract.pdf_typography import columns_of, typography_of
from indexer.extract.pdf_words import PageText, Word, page_text
from indexer.extract.properties import stated_properties
from indexer.extract.source import Extracted, Format, Head, SourceFile, filled
from indexer.model import Block, Document, Kind
from indexer.report import Skip

_SIGNATURE = b"%PDF-"
_SIGNATURE_WITHIN = 1_024
_PASSWORD = 4  # PDFium's number for a wrong password
_SECURITY = 5
_UNREADABLE = 0.3
_LEVELS = 6
_MAX_BOOKMARKS = 5_000
_LISTED = 12
_OCR = "Make one with a program that recognises text in pictures, such as ocrmypdf, and index what it gives."


@dataclass(slots=True)
class _Pages:
    """What the pages of a file gave. pictures: the pages that are a picture without text; garbled, broken: their like.

    lost: how many characters the garbled pages have.
    """

    texts: dict[int, PageText] = field(default_factory=dict)
    pictures: list[int] = field(default_factory=list)
    garbled: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    lost: int = 0


def read(file: SourceFile) -> Iterator[Extracted]:
    """The one document of a file, and a Skip for the pages of it that cannot be read."""
    from pypdfium2 import PdfDocument, PdfiumError

    with ExitStack() as stack:
        raw = file.read()
        try:
            pdf = stack.enter_context(closing(PdfDocument(raw)))
        except PdfiumError as error:
            raise _refusal(error) from error
        count = len(pdf)
        most = file.limits.max_pages
        pages = _read_pages(pdf, min(count, most))
        outline = _outline(pdf)
        stated = _stated(pdf)
    if not pages.texts:
        raise _nothing(pages)
    found, left_out = _blocks(pages, outline)
    blocks = filled(found)
    metadata = describe(file.id, FORMAT.name, blocks, stated, file.name)
    yield Document(metadata, blocks, left_out)
    for numbers, what, hint in (
        (pages.pictures, "no text layer", _OCR),
        (pages.garbled, "text whose letters are not known: its fonts do not say which they draw", _OCR),
        (pages.broken, "damage that keeps them from being read", "Fetch or copy the file again."),
    ):
        if numbers:
            yield Skip(file.shown, f"{_listed(numbers)} {'has' if len(numbers) == 1 else 'have'} {what}", hint, whole=False)
    if count > most:
        reason = f"has {count:,} pages: only the first {most:,} were read"
        yield Skip(file.shown, reason, "Split the file, or raise the setting max_pages.", whole=False)


def _recognizes(head: Head) -> bool:
    return _SIGNATURE in head.start[:_SIGNATURE_WITHIN]


def _refusal(error: Any) -> ExtractionError:
    code = getattr(error, "err_code", None)
    if code == _PASSWORD:
        return ExtractionError("encrypted: it opens with a password only", "Save a copy without a password and index that.")
    if code == _SECURITY:
        return ExtractionError("encrypted in a way that cannot be read", "Save a copy without encryption and index that.")
    return ExtractionError("a broken PDF", "Fetch or copy the file again.")


def _read_pages(pdf: Any, count: int) -> _Pages:
    """The text of the first pages."""
    from pypdfium2 import PdfiumError

    pages = _Pages()
    bold_fonts: dict[int, bool] = {}
    has_form = _has_form(pdf)
    for number in range(count):
        try:
            text, is_picture = _read_page(pdf, number, bold_fonts, has_form)
        except PdfiumError:
            pages.broken.append(number + 1)
            continue
        if text.unmapped > _UNREADABLE * text.characters:
            pages.garbled.append(number + 1)
            pages.lost += text.characters
        elif text.words:
            pages.texts[number + 1] = text
        elif is_picture:
            pages.pictures.append(number + 1)
    return pages


def _read_page(pdf: Any, number: int, bold_fonts: dict[int, bool], has_form: bool) -> tuple[PageText, bool]:
    """A page's text, and whether it holds a picture. has_form: what is filled in is a part of the text."""
    import pypdfium2.raw as pdfium

    if has_form:
        with closing(pdf[number]) as page:
            pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
    with closing(pdf[number]) as page, closing(page.get_textpage()) as text_page:
        text = page_text(text_page, bold_fonts)
        is_picture = not text.words and any(
            pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page, at))
            in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM)
            for at in range(min(pdfium.FPDFPage_CountObjects(page), 1_000))
        )
        return text, is_picture


def _has_form(pdf: Any) -> bool:
    import pypdfium2.raw as pdfium

    return bool(pdf.get_formtype() != pdfium.FORMTYPE_NONE)


def _nothing(pages: _Pages) -> ExtractionError:
    if pages.garbled:
        return ExtractionError("text whose letters are not known: its fonts do not say which they draw", _OCR)
    if pages.broken:
        return ExtractionError("a broken PDF: none of its pages can be read", "Fetch or copy the file again.")
    if pages.pictures:
        return ExtractionError("no text layer: its pages are pictures", _OCR)
    return ExtractionError("no text", "Its pages are empty.")


def _blocks(pages: _Pages, outline: dict[tuple[int, str], int]) -> tuple[list[Block], int]:
    """The blocks of all pages in reading order, and how many characters are left out.

    What is drawn in another direction stands behind its page's text.
    """
    numbers = sorted(pages.texts)
    rows = [rows_of(pages.texts[number].words) for number in numbers]
    layout = Layout()
    columns: list[tuple[int, list[list[Line]]]] = []
    left_out = pages.lost + sum(text.dropped for text in pages.texts.values())
    for number, page_rows, running in zip(numbers, rows, running_rows(rows), strict=True):
        kept = [word for at, row in enumerate(page_rows) if at not in running for word in row.words]
        left_out += sum(len(word.text) for at in running for word in page_rows[at].words)
        columns.append((number, layout.columns(kept)))
    typography = typography_of([lines for _page, found in columns for lines in found])
    joiner = Joiner(typography, outline)
    passages = joiner.passages(columns_of(columns))
    _rank_headings(passages)
    turned = [(number, words) for number in numbers for words in pages.texts[number].turned]
    hyphens = Hyphens(line.text for passage in passages for line in passage.lines)
    blocks = [_block(passage, hyphens) for passage in passages]
    return _with_turned(blocks, turned, hyphens), left_out


def _block(passage: Passage, hyphens: Hyphens) -> Block:
    text = passage.written or hyphens.joined([line.text for line in passage.lines])
    if passage.kind is Kind.LIST_ITEM:
        text = text.removeprefix(passage.marker).lstrip()
    return Block(passage.kind, text, passage.level, passage.page)


def _with_turned(blocks: list[Block], turned: Sequence[tuple[int, list[Word]]], hyphens: Hyphens) -> list[Block]:
    """The blocks with a paragraph for each text in another direction, behind the last that begins on its page."""
    for page, words in reversed(turned):
        lines = [line.text for line in rows_of(words)]
        at = max((place for place, block in enumerate(blocks, 1) if (block.page or 0) <= page), default=0)
        blocks.insert(at, Block(Kind.PARAGRAPH, hyphens.joined(lines), page=page))
    return blocks


def _rank_headings(passages: Sequence[Passage]) -> None:
    """Give headings without a bookmark their level, by size; the first level is for the title on the first page."""
    headings = [passage for passage in passages if passage.kind is Kind.HEADING and not passage.level]
    sizes = sorted({round(passage.first.size) for passage in headings}, reverse=True)
    first_page = passages[0].page if passages else 1
    largest = [passage for passage in headings if round(passage.first.size) == sizes[0]]
    is_title = len(largest) == 1 and largest[0].page == first_page
    for passage in headings:
        rank = sizes.index(round(passage.first.size)) + (1 if is_title else 2)
        passage.level = min(rank, _LEVELS)


def _outline(pdf: Any) -> dict[tuple[int, str], int]:
    """The levels of headings by page and compact title, as the bookmarks give them; the first level is the title's own."""
    from pypdfium2 import PdfiumError

    levels: dict[tuple[int, str], int] = {}
    try:
        for bookmark in pdf.get_toc(max_depth=_LEVELS):
            target = bookmark.get_dest()
            page = None if target is None else target.get_index()
            if page is not None:
                levels[page + 1, compact(bookmark.get_title())] = min(bookmark.level + 2, _LEVELS)
            if len(levels) >= _MAX_BOOKMARKS:
                break
    except (PdfiumError, ValueError, RecursionError):
        return {}  # bookmarks that are broken say nothing of the text
    return levels


def _stated(pdf: Any) -> Stated:
    """Title, author and keywords. The day on which a file was made is not that of its publication."""
    from pypdfium2 import PdfiumError

    try:
        found = pdf.get_metadata_dict(skip_empty=True)
    except (PdfiumError, ValueError):
        return Stated()
    fields = {"title": "Title", "author": "Author", "tags": "Keywords", "subject": "Subject"}
    return stated_properties({name: [found.get(key, "")] for name, key in fields.items()})


def _listed(numbers: Sequence[int]) -> str:
    """Pages for people: `page 3`, `pages 3, 4, 9`."""
    listed = ", ".join(map(str, numbers[:_LISTED])) + (
        f" and {len(numbers) - _LISTED:,} more" if len(numbers) > _LISTED else ""
    )
    return f"{'page' if len(numbers) == 1 else 'pages'} {listed}"


FORMAT = Format("pdf", (".pdf",), read, recognizes=_recognizes)
