"""The words of rich text, and the code pages that its fonts name."""

from __future__ import annotations

import codecs

SYMBOL_FONT = "symbols"
SILENT = frozenset(
    "colortbl filetbl revtbl listtable listoverridetable rsidtbl pict objdata header headerl headerr headerf footer footerl "
    "footerr footerf ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn pntxta pntxtb themedata colorschememapping datastore "
    "latentstyles xmlnstbl generator bkmkstart bkmkend fldinst sp sn sv mmathPr pgptbl template docvar annotation atnid "
    "atnauthor atndate atnref atrfstart atrfend atntime atnicn atnparent xe tc tcn rxe txe shpgrp passwordhash wgrffmtfilter "
    "operator creatim revtim printim buptim nonesttables nonshppict fonttbl stylesheet oldcprops oldpprops shprslt do "
    "panose falt".split()
)
"""Destinations that hold no text of the document."""

READ_IF_STARRED = frozenset(("shpinst", "shptxt", "footnote", "listtext", "nesttableprops", "shppict", "fldrslt"))
"""Destinations that are read although a program that does not know them may pass them over."""

INFO = frozenset(
    ("title", "author", "keywords", "subject", "doccomm", "company", "manager", "category", "hlinkbase", "comment")
)
"""What the group of properties may state."""

CHARACTERS = {
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "tab": " ",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "zwj": "\u200d",
    "zwnj": "\u200c",
    "ltrmark": "",
    "rtlmark": "",
    "line": "\x00",
    "softline": "\x00",
}
"""Words that stand for a character; NUL for a line break."""

SYMBOLS = {"~": "\u00a0", "_": "-", "-": "", "\n": "", "\r": ""}
CODE_PAGES = {"ansi": "cp1252", "mac": "mac-roman", "pc": "cp437", "pca": "cp850"}
CHARSETS = {
    # Programs that write 0 mean the code page of the document as often as that of western Europe.
    0: "",
    1: "",
    2: SYMBOL_FONT,
    77: "mac-roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gb18030",
    136: "big5",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}


def known_encoding(name: str) -> str:
    """A code page by the name that Python has for it; "" where it has none."""
    if name == "cp10000":
        return "mac-roman"
    try:
        return codecs.lookup(name).name if name else ""
    except LookupError:
        return ""
