"""PDF files of known paragraphs."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.enums import TA_JUSTIFY, TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

_MARGIN = 62.0
_GUTTER = 18.0


@dataclass(frozen=True, slots=True)
class Setting:
    """How a document is set. divide: at which widths words are divided, by `Divider`; header, footer: on every page."""

    columns: int = 1
    indent: float = 0.0
    gap: float = 0.0
    size: float = 10.0
    justified: bool = True
    header: str = ""
    footer: str = ""
    divided: bool = False


def make_pdf(texts: Sequence[str | tuple[str, int]], setting: Setting = Setting(), **stated: str) -> bytes:
    """A PDF of paragraphs, and of headings given with their level. stated: its metadata."""
    stream = io.BytesIO()
    document = BaseDocTemplate(stream, pagesize=A4, invariant=1, **stated)
    width = (A4[0] - 2 * _MARGIN - (setting.columns - 1) * _GUTTER) / setting.columns
    frames = [
        Frame(
            *(_MARGIN + number * (width + _GUTTER), _MARGIN, width, A4[1] - 2 * _MARGIN),
            leftPadding=0,
            rightPadding=0,
            topPadding=0,
            bottomPadding=0,
        )
        for number in range(setting.columns)
    ]

    def margins(canvas: Canvas, _document: BaseDocTemplate) -> None:
        page = canvas.getPageNumber()
        canvas.setFont("Times-Roman", 8)
        if setting.header:
            canvas.drawString(_MARGIN, A4[1] - 40, setting.header.format(page=page))
        if setting.footer:
            canvas.drawCentredString(A4[0] / 2, 34, setting.footer.format(page=page))

    document.addPageTemplates([PageTemplate(frames=frames, onPage=margins)])
    document.build([_flowable(text, setting) for text in texts])
    return stream.getvalue()


def _flowable(text: str | tuple[str, int], setting: Setting) -> Paragraph:
    if isinstance(text, tuple):
        size = setting.size * (1.9 - 0.3 * text[1])
        return Paragraph(
            text[0], ParagraphStyle("h", fontName="Times-Bold", fontSize=size, leading=1.2 * size, spaceBefore=14, spaceAfter=6)
        )
    style = ParagraphStyle(
        "body",
        fontName="Times-Roman",
        fontSize=setting.size,
        leading=1.2 * setting.size,
        firstLineIndent=setting.indent,
        spaceAfter=setting.gap,
        alignment=TA_JUSTIFY if setting.justified else TA_LEFT,
        allowWidows=1,
        allowOrphans=1,
        **({"hyphenationLang": "", "embeddedHyphenation": 1} if setting.divided else {}),
    )
    return Paragraph(text, style)
