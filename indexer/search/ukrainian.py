"""A light stemmer for Ukrainian, for which Snowball has none: it takes the endings of cases off nouns and adjectives.

Verbs keep their own endings but for those that look the same. What it joins and what it leaves apart is measured in
docs/decisions/0022-light-stems-for-ukrainian.md.
"""

from __future__ import annotations

import re

_ENDINGS = frozenset(
    """
    а я у ю о е є и і ї ь
    ам ям ах ях ом ем єм ою ею єю ів їв ей ами ями ьми
    ий ій їй им ім їм их іх їх ої ьої йої ую юю яя еє йою ьою
    ого його ьому ього ому йому ими іми їми
    """.split()
)
_LONGEST_ENDING = max(map(len, _ENDINGS))
_LEAST = 3
"""The letters that an ending leaves."""
_SHORTEST = 4
_VOWEL = re.compile("[аеиіоуюяєї]")
_REFLEXIVE = ("ся", "сь")
_SHORTEST_REFLEXIVE = 7
# A vowel that goes where an ending comes: українець, українця; ринок, ринку.
_FLEETING = re.compile("(?<=..)(?:е(?=ц$)|(?<=[вджзлнстчш])о(?=к$))")
# And one that becomes another: незалежність, незалежності.
_CLOSED = re.compile("(?<=...)іст$")
# Names of cities, whose last letters look like an ending.
_CITIES = {
    "київ": "києв",
    "львів": "львов",
    "харків": "харков",
    "чернігів": "чернігов",
    "миколаїв": "миколаєв",
    "тернопіль": "тернопол",
}


def ukrainian_stem(form: str) -> str:
    """The stem of a folded form; words of other scripts have no such endings and stay as they are."""
    if (city := _CITIES.get(form)) is not None:
        return city
    if len(form) < _SHORTEST:
        return form
    if len(form) >= _SHORTEST_REFLEXIVE and form.endswith(_REFLEXIVE):
        form = form[:-2]
    ending = _ending(form)
    word = form[: len(form) - len(ending)]
    if ending in ("", "ь"):
        word = _FLEETING.sub("", word)
    word = word.removesuffix("і") if len(word) > _LEAST else word
    if word.endswith("нн"):
        word = word[:-1]
    return _CLOSED.sub("ост", word)


def _ending(form: str) -> str:
    """The longest ending that leaves a syllable and letters enough."""
    for count in range(min(_LONGEST_ENDING, len(form) - _LEAST), 0, -1):
        if form[-count:] in _ENDINGS and _VOWEL.search(form, 0, len(form) - count):
            return form[-count:]
    return ""
