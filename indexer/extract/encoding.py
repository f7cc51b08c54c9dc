"""Bytes to text: byte order mark, then UTF-8, then what the file declares, then detection.

A text that is UTF-8 but for a few bytes stays UTF-8, and each bad byte becomes U+FFFD; one whose bytes above ASCII are mostly
no UTF-8 is in another encoding. Detection is chardet's best guess; there is no threshold, since its confidence grows with the
length of the text, and a short text is right more often than its figure says. But where nearly all letters are ASCII, only the
encodings of Latin alphabets are asked about: one accented letter tells chardet too little to choose between alphabets.
"""

from __future__ import annotations

import codecs
import re

from indexer.errors import ExtractionError
from indexer.extract.signatures import looks_like

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\r\f\x1b"))
_SAMPLE = 100_000
_MAX_CONTROLS = 0.05
_FEW_CONTROLS = 8
_FEW_HIGH_BYTES = 0.2
_DECLARED_SEARCH = 4_096
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)", re.I
)
_LATIN = ("cp1252", "cp1250", "cp1254", "cp1257", "iso8859-2", "iso8859-15", "iso8859-16", "mac-roman")
# As browsers read them: a file that names the narrower one often holds letters of the wider.
_SUPERSETS = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}


def decode(raw: bytes, declared: str | None = None) -> str:
    """The text of a file, without its byte order mark.

    declared: the encoding that the file names for itself, used where it is no UTF-8.
    Raises ExtractionError for what is no text.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    refuse_magic(raw)
    utf8 = _utf8(raw)
    if utf8 is not None:
        return utf8
    if declared is not None and (text := _declared(raw, declared)) is not None:
        return text
    return _detected(raw)


def marked_text(start: bytes) -> str:
    """The beginning of a file as its byte order mark says, else as UTF-8; what cannot be read so becomes U+FFFD."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return start[len(mark) :].decode(encoding, "replace")
    return start.decode("utf-8", "replace")


def declared_encoding(raw: bytes) -> str | None:
    """What an HTML or XML file says of its encoding near its beginning; None if it says nothing."""
    match = _DECLARED.search(raw[:_DECLARED_SEARCH])
    return (match.group(1) or match.group(2)).decode("ascii", "replace") if match else None


def refuse_magic(raw: bytes) -> None:
    """Raise ExtractionError for bytes that begin like a well-known format that is no text."""
    what = looks_like(raw)
    if what is not None:
        raise ExtractionError(f"not text but {what}", "Convert it to text first, or give the file its own suffix.")


def is_binary(raw: bytes) -> bool:
    """Whether bytes are surely no text, but for one in the two-byte units of UTF-16 without its mark."""
    return not has_wide_mark(raw) and _binary(raw)


def has_wide_mark(raw: bytes) -> bool:
    """Whether bytes begin with the mark of UTF-16 or UTF-32."""
    return any(raw.startswith(mark) for mark, encoding in _BYTE_ORDER_MARKS if encoding != "utf-8")


def _utf8(raw: bytes) -> str | None:
    if _binary(raw):
        return None
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        repaired = raw.decode("utf-8", "replace")
        bad = repaired.count("\ufffd")
        good = sum(1 for character in repaired if character > "\x7f") - bad
        return repaired if good >= bad else None
    return None if _switches_alphabets(raw) else text


def _switches_alphabets(raw: bytes) -> bool:
    """Whether pure ASCII holds the escapes by which ISO-2022 switches alphabets."""
    return any(escape in raw for escape in (b"\x1b$", b"\x1b(", b"\x1b-A", b"\x1b.A")) and raw.isascii()


def _binary(raw: bytes) -> bool:
    sample = raw[:_SAMPLE]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return b"\x00" in raw or controls > max(_FEW_CONTROLS, _MAX_CONTROLS * len(sample))


def _declared(raw: bytes, declared: str) -> str | None:
    try:
        encoding = codecs.lookup(declared).name
        encoding = _SUPERSETS.get(encoding, encoding)
        # A declaration that could be read as ASCII cannot stand in a file of two-byte units.
        if encoding.startswith(("utf-16", "utf-32", "utf-8")) or _binary(raw):
            return None
        return raw.decode(encoding)
    except (LookupError, ValueError):  # no such encoding, or bytes that it has not; or a name that can be none's
        return None


def encoding_of(beginning: bytes) -> str:
    """The encoding of a text of which this is the beginning. Raises ExtractionError for what is no text."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if beginning.startswith(mark):
            return "utf-8-sig" if encoding == "utf-8" else encoding.removesuffix("-le").removesuffix("-be")
    refuse_magic(beginning)
    return "utf-8" if _utf8(beginning) is not None else _guessed(beginning)


def _detected(raw: bytes) -> str:
    return raw.decode(_guessed(raw), "replace")


def _guessed(raw: bytes) -> str:
    import chardet  # late: most files are UTF-8 and never need it

    sample = raw[:_SAMPLE]
    high = len(sample.translate(None, bytes(range(0x80))))
    letters = sum(map(bytes.isalpha, (sample[at : at + 1] for at in range(len(sample))))) + high
    if high and high < _FEW_HIGH_BYTES * letters and not _binary(raw):
        encoding = chardet.detect(sample, include_encodings=_LATIN, no_match_encoding="cp1252")["encoding"]
    else:
        encoding = chardet.detect(sample, prefer_superset=True, compat_names=False)["encoding"]
    if encoding is None or (_binary(raw) and not encoding.startswith(("utf-16", "utf-32"))):
        raise ExtractionError("not text: it holds bytes that no text has", "Convert it to text first.")
    try:
        return codecs.lookup(encoding).name
    except LookupError as error:
        raise ExtractionError(f"in an encoding that cannot be read ({encoding})", "Save the file as UTF-8.") from error
