"""Documents written as PDF, DOCX, ODT, EPUB and RTF, with the makers of the tests: a title as a heading, then paragraphs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from html import escape

from benchmarks.corpora import Raw, paragraphs_of
from tests.extract.make_office import docx, epub, odt, rich, rtf, word, word_style
from tests.extract.make_pdf import Setting, make_pdf

Written = Iterator[tuple[str, bytes]]
_STYLE = word_style("H", "heading 1")


def _files(documents: Sequence[Raw], suffix: str, make: Callable[[str, Sequence[str]], bytes]) -> Written:
    for number, document in enumerate(documents):
        title = " ".join(str(document["title"]).split())
        yield f"{number}{suffix}", make(title, [*paragraphs_of(document)])


def _pdf(setting: Setting, title: str, texts: Sequence[str]) -> bytes:
    return make_pdf([(escape(title), 1), *map(escape, texts)], setting, title=title)


def _docx(title: str, texts: Sequence[str]) -> bytes:
    return docx(word(title, '<w:pStyle w:val="H"/>') + "".join(map(word, texts)), styles=_STYLE)


def _odt(title: str, texts: Sequence[str]) -> bytes:
    return odt(f"<text:h>{escape(title)}</text:h>" + "".join(f"<text:p>{escape(text)}</text:p>" for text in texts))


def _epub(title: str, texts: Sequence[str]) -> bytes:
    return epub({"a.xhtml": f"<h1>{escape(title)}</h1>" + "".join(f"<p>{escape(text)}</p>" for text in texts)})


def _rtf(title: str, texts: Sequence[str]) -> bytes:
    return rtf(rf"\pard\s1 {rich(title)}\par" + "".join(rf"\pard\s0 {rich(text)}\par" for text in texts))


_ONE_COLUMN = Setting(indent=14, header="The Courier of Velmara", footer="{page}")
_TWO_COLUMNS = Setting(columns=2, gap=5, header="The Courier of Velmara", footer="{page}")

OFFICE_WRITERS: Mapping[str, Callable[[Sequence[Raw]], Written]] = {
    "pdf": partial(_files, suffix=".pdf", make=partial(_pdf, _ONE_COLUMN)),
    "pdf of two columns": partial(_files, suffix=".pdf", make=partial(_pdf, _TWO_COLUMNS)),
    "docx": partial(_files, suffix=".docx", make=_docx),
    "odt": partial(_files, suffix=".odt", make=_odt),
    "epub": partial(_files, suffix=".epub", make=_epub),
    "rtf": partial(_files, suffix=".rtf", make=_rtf),
}
