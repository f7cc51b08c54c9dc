"""The scripts that are written without spaces between words, as parts of regular expressions.

Chinese, Japanese, Thai, Lao, Khmer and Burmese; and Korean, whose words carry endings that nothing sets apart.
"""

from __future__ import annotations

_LEADING = "\u1100-\u115f\ua960-\ua97c"
_VOWELS = "\u1160-\u11a7\ud7b0-\ud7c6"
_TRAILING = "\u11a8-\u11ff\ud7cb-\ud7fb"

UNSPACED = (
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46"  # Thai
    "\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd\u0ec0-\u0ec6\u0edc-\u0edf"  # Lao
    "\u1000-\u102a\u103f\u1050-\u1055"  # Burmese
    "\u1780-\u17b3\u17d7\u17dc"  # Khmer
    f"{_LEADING}{_VOWELS}{_TRAILING}\u3131-\u318e\uac00-\ud7a3\uffa1-\uffdc"  # Korean
    "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9d"  # Japanese
    "\u3005-\u3007\u3031-\u3035\u303b\u303c"  # Japanese and Chinese
    "\u3105-\u312f\u31a0-\u31bf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufad9\U00020000-\U0002fa1f\U00030000-\U000323af"  # Chinese
)
"""Their letters, as a part of a character class. Digits are no part of it, nor are marks."""

CLUSTER = rf"(?:[{_LEADING}]+[{_VOWELS}]+[{_TRAILING}]*|[{UNSPACED}])"
"""A letter without its marks; a Korean syllable is one, in its parts as well."""

VARIATION_SELECTORS = tuple(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
"""They choose among the shapes of a letter and mean nothing else."""
