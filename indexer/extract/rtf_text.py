"""Rich text to blocks: groups, control words, code pages by font, and the destinations that hold no text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from indexer.cleaning import one_line
from indexer.extract.rtf_flow import Flow
from indexer.extract.rtf_words import (
    CHARACTERS,
    CHARSETS,
    CODE_PAGES,
    INFO,
    READ_IF_STARRED,
    SILENT,
    SYMBOL_FONT,
    SYMBOLS,
    known_encoding,
)
from indexer.extract.style_names import MAX_LEVEL, kind_of_style
from indexer.model import Block, Kind

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([\r\n]+)|([^\\{}\r\n]+)", re.DOTALL
)
_SYMBOL_BULLETS = re.compile(rb"[\xa7\xb7\xd8]")
_MAX_GROUPS = 10_000


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds between two braces. target: where text goes; fallback: how many characters follow a `\\u`."""

    target: str = "text"
    encoding: str = ""
    fallback: int = 1
    hidden: bool = False


class RtfText:
    """Reads a document. properties: what its `info` group states; left_out: characters of what is hidden or deleted."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._group = _Group()
        self._groups: list[tuple[_Group, Flow]] = []
        self._flow = Flow()
        self._encoding = "cp1252"
        self._fonts: dict[int, str] = {}
        self._styles: dict[int, tuple[Kind, int]] = {}
        self._font_number = self._style_number = 0
        self._bytes = bytearray()
        self._to_skip = 0
        self._starred = False
        self._high = ""
        self._side: list[str] = []
        self.properties: dict[str, str] = {}
        self.left_out = 0
        self.is_cut_short = False

    def blocks(self) -> list[Block]:
        """All blocks: notes behind the paragraph that they belong to."""
        at, end = 0, len(self._raw)
        while at < end:
            match = _TOKEN.match(self._raw, at)
            if match is None:
                break  # a lone backslash at the end
            at = match.end()
            word, number, byte, symbol, brace, _line_end, text = match.groups()
            if word is not None:
                self._control(word.decode("ascii"), None if number is None else int(number))
                if word == b"bin" and number is not None:
                    at += max(int(number), 0)
            elif byte is not None:
                self._add_bytes(bytes([int(byte, 16)]))
            elif symbol is not None:
                self._symbol(symbol)
            elif brace is not None:
                self._brace(brace)
                if not self._groups and brace == b"}":
                    break
            elif text is not None:
                self._add_bytes(text)
        self._flush()
        self.is_cut_short = bool(self._groups)
        while self._groups:
            self._close()
        return self._flow.finished()

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self._to_skip = 0
        if brace == b"{":
            if len(self._groups) < _MAX_GROUPS:
                self._groups.append((self._group, self._flow))
            return
        if self._groups:
            self._close()

    def _close(self) -> None:
        """End a group: what it set ends with it, and what it gathered goes where it belongs."""
        ended, flow = self._group, self._flow
        self._group, self._flow = self._groups.pop()
        self._starred = False
        if ended.target in INFO and ended.target != self._group.target:
            self.properties.setdefault(ended.target, one_line("".join(self._side)))
            self._side.clear()
        elif ended.target == "font" and self._group.target != "font":
            self._side.clear()
        elif ended.target == "style" and self._side:
            self._name_style("".join(self._side))
            self._side.clear()
            self._style_number = 0
        if flow is not self._flow:
            self._flow.behind += flow.finished()

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._starred = True
            return
        if symbol in (b"\\", b"{", b"}"):
            self._add_bytes(symbol)
        elif symbol in (b"\n", b"\r"):
            self._flush()
            self._end_line("par")
        else:
            self._add_text(SYMBOLS.get(symbol.decode("latin-1"), ""))

    def _control(self, word: str, number: int | None) -> None:
        if word == "u" and number is not None:
            self._add_unicode(number)
            return
        self._flush()
        starred, self._starred = self._starred, False
        if word in CHARACTERS:
            if self._to_skip:
                self._to_skip -= 1
            else:
                self._add_text(CHARACTERS[word])
        elif (known := _WORDS.get(word)) is not None:
            known(self, number)
        elif word in INFO and self._group.target == "info":
            self._group = replace(self._group, target=word)
        elif word in SILENT or (starred and word not in READ_IF_STARRED):
            self._group = replace(self._group, target="nothing")
        elif word in ("par", "sect", "page", "cell", "row", "nestcell", "nestrow"):
            self._end_line(word)

    def _end_line(self, word: str) -> None:
        """The end of a paragraph, a cell or a row."""
        if self._group.target != "text":
            return
        if word in ("cell", "nestcell"):
            self._flow.end_cell()
        elif word in ("row", "nestrow"):
            self._flow.end_row()
        elif word == "par" and self._flow.is_in_cell:
            self._flow.pieces.append(" ")
        else:
            self._flow.end_paragraph()

    def _add_unicode(self, number: int) -> None:
        self._flush()
        code = number % 0x10000 if number < 0 or number <= 0xFFFF else number
        if 0xD800 <= code < 0xDC00:
            self._high = chr(code)
        elif 0xDC00 <= code < 0xE000 and self._high:
            self._add_text(chr(0x10000 + ((ord(self._high) - 0xD800) << 10) + code - 0xDC00))
            self._high = ""
        elif 0xF000 <= code < 0xF100:
            self._add_text("•")  # a bullet in a font of symbols
        elif code <= 0x10FFFF and not 0xD800 <= code < 0xE000:
            self._add_text(chr(code))
        self._to_skip = self._group.fallback

    def _add_bytes(self, raw: bytes) -> None:
        """Text in the code page that holds; what stands after a `\\u` for programs that do not know it is passed over."""
        self._starred = False
        skipped = min(self._to_skip, len(raw))
        self._to_skip -= skipped
        self._bytes += raw[skipped:]

    def _flush(self) -> None:
        if not self._bytes:
            return
        raw, self._bytes = bytes(self._bytes), bytearray()
        if self._group.target == "nothing":
            return
        if self._group.encoding == SYMBOL_FONT:
            self._add_text("•" if _SYMBOL_BULLETS.search(raw) else "")
        else:
            self._add_text(raw.decode(self._group.encoding or self._encoding, "replace"))

    def _add_text(self, text: str) -> None:
        if self._bytes:
            self._flush()
        target = self._group.target
        if target == "text":
            if self._group.hidden:
                self.left_out += len("".join(text.split()))
            else:
                self._flow.pieces.append(text)
        elif target in INFO or target in ("font", "style"):
            self._side.append(text)

    def _name_style(self, name: str) -> None:
        if (kind := kind_of_style(one_line(name).rstrip(";"))) is not None:
            self._styles[self._style_number] = kind

    def _to(self, target: str) -> None:
        self._group = replace(self._group, target=target)

    def _set_code_page(self, number: int | None) -> None:
        self._encoding = known_encoding(f"cp{number}") or self._encoding

    def _set_font(self, number: int | None) -> None:
        if self._group.target == "font":
            self._font_number = number or 0
            return
        self._group = replace(self._group, encoding=self._fonts.get(number or 0, ""))

    def _set_charset(self, number: int | None) -> None:
        if self._group.target == "font":
            charset = CHARSETS.get(number or 0, "")
            self._fonts[self._font_number] = charset if charset == SYMBOL_FONT else known_encoding(charset)

    def _set_font_code_page(self, number: int | None) -> None:
        if self._group.target == "font":
            self._fonts[self._font_number] = known_encoding(f"cp{number}")

    def _set_style(self, number: int | None) -> None:
        if self._group.target == "style":
            self._style_number = number or 0
        else:
            self._flow.style = self._styles.get(number or 0, self._flow.style)

    def _set_outline(self, number: int | None) -> None:
        if self._group.target == "text" and number is not None and 0 <= number < 9:
            self._flow.style = (Kind.HEADING, min(number + 1, MAX_LEVEL))

    def _plain_paragraph(self) -> None:
        if self._group.target == "text":
            self._flow.style = (Kind.PARAGRAPH, 0)
            self._flow.in_table = False

    def _begin_note(self) -> None:
        self._flow = Flow()
        self._to("text")

    def _begin_item(self) -> None:
        if self._group.target == "text":
            self._flow.is_item = True
            self._to("nothing")

    def _plain(self) -> None:
        self._group = replace(self._group, hidden=False, encoding="")

    def _hide(self, number: int | None) -> None:
        self._group = replace(self._group, hidden=number != 0)

    def _begin_header(self) -> None:
        self._flow.has_header = self._flow.has_header or not self._flow.rows

    def _in_table(self) -> None:
        if self._group.target == "text":
            self._flow.in_table = True


def _code_page_of(name: str) -> Callable[[RtfText, int | None], None]:
    return lambda text, _number: setattr(text, "_encoding", CODE_PAGES[name])


_WORDS: dict[str, Callable[[RtfText, int | None], None]] = {
    **{name: _code_page_of(name) for name in CODE_PAGES},
    "ansicpg": RtfText._set_code_page,
    "fonttbl": lambda text, _number: text._to("font"),
    "stylesheet": lambda text, _number: text._to("style"),
    "info": lambda text, _number: text._to("info"),
    "f": RtfText._set_font,
    "fcharset": RtfText._set_charset,
    "cpg": RtfText._set_font_code_page,
    "s": RtfText._set_style,
    "outlinelevel": RtfText._set_outline,
    "pard": lambda text, _number: text._plain_paragraph(),
    "trhdr": lambda text, _number: text._begin_header(),
    "plain": lambda text, _number: text._plain(),
    "intbl": lambda text, _number: text._in_table(),
    "footnote": lambda text, _number: text._begin_note(),
    "shptxt": lambda text, _number: text._begin_note(),
    "listtext": lambda text, _number: text._begin_item(),
    "pntext": lambda text, _number: text._begin_item(),
    "v": RtfText._hide,
    "deleted": RtfText._hide,
    "uc": lambda text, number: setattr(text, "_group", replace(text._group, fallback=max(number or 0, 0))),
}
