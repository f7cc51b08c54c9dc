"""What values, numbers and dates are called on pages."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from indexer.model import Kind, Paragraph
from indexer.published import parse_published

_KINDS = {
    Kind.PARAGRAPH: "Paragraph",
    Kind.HEADING: "Heading",
    Kind.LIST_ITEM: "List item",
    Kind.TABLE_ROW: "Table row",
    Kind.BLOCKQUOTE: "Quotation",
    Kind.CODE: "Code",
}
_FORMATS = {
    "text": "Plain text",
    "markdown": "Markdown",
    "html": "HTML",
    "jsonl": "JSONL",
    "pdf": "PDF",
    "docx": "DOCX",
    "odt": "ODT",
    "epub": "EPUB",
    "rtf": "RTF",
    "csv": "CSV",
    "eml": "Mail",
    "feed": "Feed",
    "mhtml": "MHTML",
}
_LANGUAGES = {
    "ar": "Arabic",
    "bg": "Bulgarian",
    "ca": "Catalan",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sl": "Slovene",
    "sr": "Serbian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "yi": "Yiddish",
    "zh": "Chinese",
}
_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_RIGHT_TO_LEFT_LETTER = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_MONTHS = tuple(calendar.month_name)
_DAY_LENGTH = len("2025-05-19")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Script:
    """The `lang` and `dir` of a piece of text; an unknown language has "" and "auto"."""

    lang: str = ""
    dir: str = "auto"


@dataclass(frozen=True, slots=True)
class Dated:
    """A date. shown: as stated, less a time; machine: what `<time datetime>` takes, or None where it is no date."""

    shown: str
    machine: str | None


def script(language: str | None, text: str) -> Script:
    """How a text in a document of a stated language is written; one without a letter of that script runs left to right."""
    if language is None or not _LANGUAGE_TAG.fullmatch(language):
        return Script()
    right_to_left = language.partition("-")[0].lower() in _RIGHT_TO_LEFT and _RIGHT_TO_LEFT_LETTER.search(text)
    return Script(language, "rtl" if right_to_left else "ltr")


def value_label(field: str, value: str) -> str:
    """What a value of a facet is called: names of kinds, formats and languages; anything else is its own label."""
    if field == "kind" and value in _KINDS:
        return _KINDS[Kind(value)]
    if field == "format":
        return _FORMATS.get(value, value)
    if field == "language":
        return _LANGUAGES.get(value, value)
    return value


def number(count: int) -> str:
    """A count with its thousands apart: `1,284`."""
    return f"{count:,}"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """A count and its noun: `1 paragraph`, `1,284 paragraphs`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def page_of(paragraph: Paragraph) -> str:
    """The page that a paragraph begins on, as citations write it: `p. 4`; "" where its document has no pages."""
    return "" if paragraph.page_number is None else f"p. {paragraph.page_number}"


def shortened(text: str, most: int = 60) -> str:
    """A text of somebody else's making, cut where it is longer than a sentence bears."""
    return text if len(text) <= most else f"{text[:most]}…"


def dated(published: str | None) -> Dated | None:
    """A stated date, ready for `<time>`."""
    if published is None:
        return None
    stated = published.strip()
    return Dated(stated[:_DAY_LENGTH], stated) if parse_published(stated) else Dated(stated, None)


def days_label(first: str, last: str) -> str:
    """Two ISO days, ends included, as briefly as they can be named: `2024`, `May 2025`, `19 May 2025`, or both days."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    if start == end:
        return f"{start.day} {_MONTHS[start.month]} {start.year}"
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
        return str(start.year) if start.year == end.year else f"{start.year} to {end.year}"
    if start.day == 1 and (start.year, start.month) == (end.year, end.month) and end.day == _last_day(end):
        return f"{_MONTHS[start.month]} {start.year}"
    return f"{first} to {last}"


def _last_day(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]
