"""What values, numbers and dates are called on pages."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from functools import lru_cache

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
    "af": "Afrikaans",
    "ar": "Arabic",
    "az": "Azerbaijani",
    "ba": "Bashkir",
    "be": "Belarusian",
    "bg": "Bulgarian",
    "bn": "Bengali",
    "bs": "Bosnian",
    "ca": "Catalan",
    "cs": "Czech",
    "cy": "Welsh",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "eo": "Esperanto",
    "es": "Spanish",
    "et": "Estonian",
    "eu": "Basque",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "ga": "Irish",
    "gl": "Galician",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "hy": "Armenian",
    "id": "Indonesian",
    "is": "Icelandic",
    "it": "Italian",
    "ja": "Japanese",
    "ka": "Georgian",
    "kk": "Kazakh",
    "ko": "Korean",
    "ky": "Kyrgyz",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "mk": "Macedonian",
    "mn": "Mongolian",
    "mr": "Marathi",
    "ms": "Malay",
    "nb": "Norwegian Bokmål",
    "ne": "Nepali",
    "nl": "Dutch",
    "nn": "Norwegian Nynorsk",
    "no": "Norwegian",
    "pl": "Polish",
    "ps": "Pashto",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "si": "Sinhala",
    "sk": "Slovak",
    "sl": "Slovene",
    "sq": "Albanian",
    "sr": "Serbian",
    "st": "Sesotho",
    "sv": "Swedish",
    "sw": "Swahili",
    "ta": "Tamil",
    "te": "Telugu",
    "tg": "Tajik",
    "th": "Thai",
    "tl": "Tagalog",
    "tr": "Turkish",
    "tt": "Tatar",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "uz": "Uzbek",
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


_UNKNOWN = Script()


@dataclass(frozen=True, slots=True)
class Dated:
    """A date. shown: as stated, less a time; machine: what `<time datetime>` takes, or None where it is no date."""

    shown: str
    machine: str | None


def script(language: str | None, text: str) -> Script:
    """How a text in a document of a stated language is written; one without a letter of that script runs left to right."""
    unlike, like = _scripts(language)
    return like if like is not unlike and _RIGHT_TO_LEFT_LETTER.search(text) else unlike


@lru_cache(maxsize=256)
def _scripts(language: str | None) -> tuple[Script, Script]:
    """Of a text in a language: how one without and how one with a letter from right to left is written."""
    if language is None or not _LANGUAGE_TAG.fullmatch(language):
        return (_UNKNOWN, _UNKNOWN)
    unlike = Script(language, "ltr")
    return unlike, Script(language, "rtl") if language.partition("-")[0].lower() in _RIGHT_TO_LEFT else unlike


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


@lru_cache(maxsize=4096)  # a histogram of one index has much the same bars whatever is searched
def days_label(first: str, last: str) -> str:
    """Two ISO days, ends included, as briefly as they can be named: `2024`, `May 2025`, `19 May 2025`, or both days."""
    year, month, day = int(first[:4]), int(first[5:7]), int(first[8:])
    if first == last:
        return f"{day} {_MONTHS[month]} {year}"
    if first[4:] == "-01-01" and last[4:] == "-12-31":
        return f"{year}" if first[:4] == last[:4] else f"{year} to {int(last[:4])}"
    if day == 1 and first[:7] == last[:7] and int(last[8:]) == calendar.monthrange(year, month)[1]:
        return f"{_MONTHS[month]} {year}"
    return f"{first} to {last}"
