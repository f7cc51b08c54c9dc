"""The words of a PDF's page and where they stand, from the characters that PDFium finds."""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

_LINE_ENDS = frozenset((0x0A, 0x0D))
_HYPHENS = frozenset((0x02, 0xFFFE))  # what PDFium makes of a hyphen at a line's end
_SOFT_HYPHEN = 0xAD
_UNSEEN = frozenset((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_BOLD_NAME = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)
_BOLD_WEIGHT = 600
_FORCED_BOLD = 1 << 18
_MARKED = re.compile(r"(?:[^\W\d_]{2}|[.,;:!?)\]\"'”’»])\d{1,3}$")
_UNIT = re.compile(r"\d*(?:km|cm|mm|ft|yd|mi|dm)\d")
_SMALLER = 0.8
_DOUBLED = 0.25
_LETTER_SPACED = 0.1  # of the font's size
_LETTER_SPACE = 1.3  # of the space before the letter
_SAMPLE = 200
_VOWELS = (0.22, 0.6)
_PRIVATE = range(0xE000, 0xF900)
_SYMBOL_BULLETS = {0xF0B7: "•", 0xF0A7: "▪", 0xF0D8: "•", 0xF0FC: "•", 0xF076: "•", 0xF06E: "▪", 0xF02D: "-"}


class Word(NamedTuple):
    """A word as drawn. left, right: of it; y: its baseline, downwards; size: of the font; all in points."""

    text: str
    left: float
    right: float
    y: float
    size: float
    bold: bool


class _Style(NamedTuple):
    """How a text object is drawn; turn: its direction in quarters of a turn."""

    size: float
    bold: bool
    turn: int


@dataclass(slots=True)
class PageText:
    """The words of a page in the direction that most of them run, and those in other directions.

    characters: drawn; unmapped: of these, which have no known meaning; dropped: marks of notes and what was drawn twice.
    """

    words: list[Word] = field(default_factory=list)
    turned: list[list[Word]] = field(default_factory=list)
    characters: int = 0
    unmapped: int = 0
    dropped: int = 0


def page_text(text_page: Any, bold_fonts: dict[int, bool]) -> PageText:
    """Read a page. text_page: pypdfium2's; bold_fonts: which fonts are bold, for all pages of a document."""
    reading = _Reading(text_page, bold_fonts)
    by_turn: dict[int, list[Word]] = defaultdict(list)
    for turn, word in reading.words():
        by_turn[turn].append(word)
    page = reading.page
    if reading.is_guessed() and not _is_plausible([word.text for group in by_turn.values() for word in group]):
        page.unmapped = page.characters
    turns = sorted(by_turn, key=lambda turn: -sum(len(word.text) for word in by_turn[turn]))
    words = [_once(by_turn[turn]) for turn in turns]
    page.dropped += sum(len(word.text) for turn in turns for word in by_turn[turn])
    page.dropped -= sum(len(word.text) for group in words for word in group)
    if words:
        page.words, page.turned = words[0], words[1:]
    return page


class _Reading:
    def __init__(self, text_page: Any, bold_fonts: dict[int, bool]) -> None:
        import pypdfium2.raw as pdfium  # late: it takes 60 ms, and most folders hold no PDF

        self._pdfium = pdfium
        self._text_page = text_page
        self._bold_fonts = bold_fonts
        self._styles: dict[int, _Style] = {}
        self._last = _Style(10.0, False, 0)
        self._box = pdfium.FS_RECTF()
        self._matrix = pdfium.FS_MATRIX()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self.page = PageText()

    def words(self) -> Iterator[tuple[int, Word]]:
        """The words in the order in which they are drawn, each with its direction."""
        unicode_of = self._pdfium.FPDFText_GetUnicode
        text_page, page = self._text_page, self.page
        letters: list[str] = []
        first = last = 0
        for place in range(max(self._pdfium.FPDFText_CountChars(text_page), 0)):
            code = unicode_of(text_page, place)
            if code == 0x20 and last > first and letters and self._is_letter_space(place, last):
                continue
            if code in _LINE_ENDS or code in (0x20, 0xA0) or (code > 0x7F and chr(code).isspace()):
                if letters:
                    yield self._word(letters, first, last)
                    letters = []
                continue
            page.characters += 1
            letter = self._letter(code)
            if not letter:
                continue
            if not letters:
                first = place
            letters.append(letter)
            last = place
            if code in _HYPHENS:
                yield self._word(letters, first, last)
                letters = []
        if letters:
            yield self._word(letters, first, last)

    def _is_letter_space(self, space: int, last: int) -> bool:
        """Whether a space behind a character is only PDFium's guess, and no wider than those between letters set apart."""
        pdfium, text_page = self._pdfium, self._text_page
        after = space + 1
        if pdfium.FPDFText_IsGenerated(text_page, space) != 1 or after >= pdfium.FPDFText_CountChars(text_page):
            return False
        if not any(chr(pdfium.FPDFText_GetUnicode(text_page, place)).isalnum() for place in (last, after)):
            return False  # dots that lead to a number
        style = self._style(last)
        places = [self._place(place, style.turn) for place in (last - 1, last, after)]
        (_, end_before, _), (left, right, line), (left_after, _, line_after) = places
        apart = left - end_before
        return (
            apart > _LETTER_SPACED * style.size
            and 0 <= left_after - right < _LETTER_SPACE * apart
            and abs(line_after - line) < _LETTER_SPACED * style.size
        )

    def is_guessed(self) -> bool:
        """Whether most characters are only PDFium's guess: their fonts do not say what they draw."""
        count = max(self._pdfium.FPDFText_CountChars(self._text_page), 0)
        sample = range(0, count, count // _SAMPLE + 1)
        guessed = sum(self._pdfium.FPDFText_HasUnicodeMapError(self._text_page, place) > 0 for place in sample)
        return bool(2 * guessed > len(sample))

    def _letter(self, code: int) -> str:
        """The text of a character; "" for what nobody sees and what has no meaning."""
        if code in _HYPHENS:
            return "-"
        if code < 0x20 or code == 0xFFFD or 0x7F <= code < 0xA0 or code > 0x10FFFF or 0xD800 <= code < 0xE000:
            self.page.unmapped += 1
            return "\ufffd" if code == 0xFFFD else ""
        if code < 0x7F:
            # What a font does not map keeps its number, which then only looks like a letter.
            return chr(code)
        if code in _LIGATURES:
            return _LIGATURES[code]
        if code in _PRIVATE:
            if code not in _SYMBOL_BULLETS:
                self.page.unmapped += 1
            return _SYMBOL_BULLETS.get(code, "")
        return "" if code in _UNSEEN else chr(code)

    def _word(self, letters: list[str], first: int, last: int) -> tuple[int, Word]:
        style = self._style(first)
        text = "".join(letters)
        # A mark of a note stands higher and smaller behind its word; it is no part of that.
        if text[-1].isdigit() and _MARKED.search(text) and not _UNIT.fullmatch(text):
            while last > first and len(text) > 1 and text[-1].isdigit() and self._style(last).size < _SMALLER * style.size:
                text, last = text[:-1], last - 1
                self.page.dropped += 1
        left, right, y = self._place(first, style.turn)
        if last > first:
            left_of_last, right_of_last, _y = self._place(last, style.turn)
            left, right = min(left, left_of_last), max(right, right_of_last)
        return style.turn, Word(text, left, right, y, style.size, style.bold)

    def _place(self, place: int, turn: int) -> tuple[float, float, float]:
        """Left, right and baseline of a character, the page turned so that its text runs to the right."""
        box = self._box
        self._pdfium.FPDFText_GetLooseCharBox(self._text_page, place, box)
        self._pdfium.FPDFText_GetCharOrigin(self._text_page, place, self._x, self._y)
        if turn == 0:
            return box.left, box.right, -self._y.value
        if turn == 1:
            return box.bottom, box.top, self._x.value
        if turn == 2:
            return -box.right, -box.left, self._y.value
        return -box.top, -box.bottom, -self._x.value

    def _style(self, place: int) -> _Style:
        """The style of the object that draws a character."""
        drawn = self._pdfium.FPDFText_GetTextObject(self._text_page, place)
        if not drawn:
            return self._last
        address = ctypes.addressof(drawn.contents)
        style = self._styles.get(address)
        if style is None:
            style = self._styles[address] = self._read_style(drawn, place)
        self._last = style
        return style

    def _read_style(self, drawn: Any, place: int) -> _Style:
        matrix = self._matrix
        size = self._pdfium.FPDFText_GetFontSize(self._text_page, place)
        turn = 0
        if self._pdfium.FPDFText_GetMatrix(self._text_page, place, matrix):
            size *= math.hypot(matrix.c, matrix.d)
            turn = round(math.atan2(matrix.b, matrix.a) / (math.pi / 2)) % 4
        font = self._pdfium.FPDFTextObj_GetFont(drawn)
        return _Style(min(max(abs(size), 1.0), 1_000.0), bool(font) and self._is_bold(font), turn)

    def _is_bold(self, font: Any) -> bool:
        address = ctypes.addressof(font.contents)
        bold = self._bold_fonts.get(address)
        if bold is None:
            name = ctypes.create_string_buffer(128)
            self._pdfium.FPDFFont_GetBaseFontName(font, name, len(name))
            flags = self._pdfium.FPDFFont_GetFlags(font)
            heavy = self._pdfium.FPDFFont_GetWeight(font) >= _BOLD_WEIGHT or (flags > 0 and bool(flags & _FORCED_BOLD))
            bold = self._bold_fonts[address] = heavy or _BOLD_NAME.search(name.value) is not None
        return bold


def _is_plausible(words: list[str]) -> bool:
    """Whether characters that are guessed from their numbers read like a language that the guess can be right for."""
    text = "".join(words).lower()
    letters = [letter for letter in text if "a" <= letter <= "z"]
    vowels = sum(letter in "aeiouy" for letter in letters)
    return 2 * len(letters) > len(text) and _VOWELS[0] * len(letters) < vowels < _VOWELS[1] * len(letters)


def _once(words: list[Word]) -> list[Word]:
    """Words without marks of notes and those that are drawn over the same word once more, as shadows and some bold type are."""
    counts = Counter(word.text for word in words)
    seen: dict[str, list[Word]] = defaultdict(list)
    kept: list[Word] = []
    for word in words:
        if kept and _is_mark(word, kept[-1]):
            continue
        if counts[word.text] > 1:
            near = _DOUBLED * word.size
            if any(abs(one.left - word.left) < near and abs(one.y - word.y) < near for one in seen[word.text][-50:]):
                continue
            seen[word.text].append(word)
        kept.append(word)
    return kept


def _is_mark(word: Word, before: Word) -> bool:
    """Whether a word is the mark of a note: a small number that stands higher, right behind another word."""
    return (
        word.size < _SMALLER * before.size
        and 0.1 * before.size < before.y - word.y < before.size
        and abs(word.left - before.right) < _DOUBLED * before.size
        and _MARKED.search(before.text + word.text) is not None
        and not _UNIT.fullmatch(before.text + word.text)
    )
