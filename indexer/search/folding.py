"""Folding: what of a word counts as the same, whoever wrote it. Apart from the analysis, which takes longer to load."""

from __future__ import annotations

import unicodedata

from indexer.search.unspaced import VARIATION_SELECTORS

APOSTROPHES = "'’ʼ‘＇‛"
SOFT_HYPHEN = "\u00ad"
_TATWEEL = "\u0640"
_PLAIN = str.maketrans(
    {**dict.fromkeys(APOSTROPHES, "'"), **dict.fromkeys((SOFT_HYPHEN, _TATWEEL, *VARIATION_SELECTORS)), "\u0671": "\u0627"}
)
# Latin letters that do not decompose into a base and a mark.
_UNDECOMPOSED = {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ŧ": "t"}
# In these scripts a mark is an accent; in the others it is a letter's part and stays.
_ACCENTED_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW")
# Cyrillic letters in their own right, although they decompose.
_KEPT = frozenset("йїўѓќ")


def fold(text: str) -> str:
    """Case, accents, apostrophe styles and dots between letters folded away."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN)
    return "".join(_fold_character(character) for character in plain)


def _fold_character(character: str) -> str:
    if character in _KEPT or character.isascii():
        return character
    if character in _UNDECOMPOSED:
        return _UNDECOMPOSED[character]
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if unicodedata.combining(character):
        accent = unicodedata.name(character, "").startswith(("COMBINING", "ARABIC", "HEBREW"))
        return "" if accent else character
    base = unicodedata.normalize("NFD", character)
    if len(base) > 1 and unicodedata.name(character, "").startswith(_ACCENTED_SCRIPTS):
        return "".join(_UNDECOMPOSED.get(c, c) for c in base if not unicodedata.combining(c))
    return character
