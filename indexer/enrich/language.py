"""The language of a document, from its text where it states none; and of long paragraphs that are in another.

What is unsure stays unknown. Stop words show English, and are quick to count; scripts show some languages; for the others
py3langid is asked, which is loaded then (0.7 s, 120 MB) and not before.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from indexer.model import DocumentMetadata, Origin, Paragraph
from indexer.search.stopwords import STOP_WORDS, stop_list_of

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_SAMPLE = 1_000
"""So many characters of a text are looked at."""
_FEWEST_LETTERS = 40
_LONG = 200
"""A paragraph of so many characters may be in another language than its document."""
_BEGINNING = 200
_COMMON = 4
"""So many distinct stop words at the beginning of a paragraph show that it is in its document's language."""
_FEWEST_STOP_WORDS = 6
_STOP_WORDS_SHARE = 0.2
_RIVALS_SHARE = 0.6
_CERTAIN = 0.9

_CODE = re.compile("[a-z]{2,3}")
_WORD = re.compile(r"[^\W\d_]+")
_NO_LETTERS = dict.fromkeys((code for code in range(128) if not chr(code).isalpha()), " ")
_SCRIPTS = {
    "latin": re.compile("[a-zA-Z\u00c0-\u024f\u1e00-\u1eff]"),
    "cyrillic": re.compile("[\u0400-\u052f]"),
    "greek": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    "hebrew": re.compile("[\u05d0-\u05ea]"),
    "arabic": re.compile("[\u0620-\u06d3]"),
    "armenian": re.compile("[\u0531-\u0587]"),
    "georgian": re.compile("[\u10a0-\u10ff]"),
    "devanagari": re.compile("[\u0904-\u0939]"),
    "thai": re.compile("[\u0e01-\u0e46]"),
    "hangul": re.compile("[\uac00-\ud7a3]"),
    "kana": re.compile("[\u3041-\u30fa]"),
    "han": re.compile("[\u4e00-\u9fff]"),
}
_ONE_LANGUAGE = {"greek": "el", "armenian": "hy", "georgian": "ka", "thai": "th", "hangul": "ko", "kana": "ja", "han": "zh"}
_OWN_LETTERS = {
    language: frozenset(letters)
    for language, letters in (
        ("be", "ў"),
        ("tg", "ӣӯҷ"),
        ("ba", "ҙҫ"),
        ("kk", "ғқұ"),
        ("tt", "җә"),
        ("ky", "ңөү"),
        ("uk", "іїєґ"),
        ("ru", "ыэ"),
    )
}
"""The letters that tell a language from its neighbours; the first that has any of them is meant."""
_KANA_OF_JAPANESE = 0.1
DETECTED = tuple(
    (
        "af ar az ba be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl he hi hr hu hy id is it ja ka kk ko ky lt lv mk "
        "mn mr ms ne nl no pl ps pt ro ru si sk sl sq sr sv sw ta te tg th tl tr tt uk ur uz vi zh"
    ).split()
)
"""The languages that a text may be found to be in."""


def with_languages(
    document: DocumentMetadata, paragraphs: Sequence[Paragraph]
) -> tuple[DocumentMetadata, tuple[Paragraph, ...]]:
    """The document with its language, stated or else detected, and its paragraphs, those in another with their own."""
    if document.language is None:
        language = detect_language(_sample(paragraphs))
        if language is not None:
            document = replace(document, language=language, origins={**document.origins, "language": Origin.TEXT})
    own = [_own_language(paragraph.text, document.language) for paragraph in paragraphs]
    if not any(own):
        return document, tuple(paragraphs)
    return document, tuple(
        paragraph if language is None else replace(paragraph, language=language)
        for paragraph, language in zip(paragraphs, own, strict=True)
    )


def detect_language(text: str) -> str | None:
    """The language of a text as its code, from its beginning; None where that is too short or unsure."""
    sample = text[:_SAMPLE]
    # Other lists share most of their words with languages that have none: Spanish with Catalan, Russian with Bulgarian.
    if _by_stop_words(sample) == "en":
        return "en"
    scripts = _scripts(sample)
    script, letters = scripts.most_common(1)[0]
    if letters < (_FEWEST_LETTERS if script not in ("han", "kana", "hangul") else _FEWEST_LETTERS // 4):
        return None
    if script == "han" and scripts["kana"] >= _KANA_OF_JAPANESE * scripts.total():
        script = "kana"
    if script in _ONE_LANGUAGE:
        return _ONE_LANGUAGE[script] if letters * 2 > scripts.total() - scripts["han"] else None
    language, certainty = _identifier().classify(sample)
    return str(language) if certainty >= _CERTAIN else None


def _own_language(text: str, language: str | None) -> str | None:
    """The language of a long paragraph, where it is surely another than the document's."""
    if len(text) < _LONG or not (language is None or _CODE.fullmatch(language)):
        # A language that is stated by its name is kept as it stands: there is nothing to compare.
        return None
    beginning = text[:_BEGINNING].casefold()
    hint = _by_letters(beginning)
    if hint is None:
        if _begins_as_usual(beginning, language):
            return None
        hint = _by_stop_words(text[:_SAMPLE])
    if hint == language or (hint is None and (language is None or _script(text[:_BEGINNING]) == _usual_script(language))):
        return None
    found = detect_language(text)
    return found if found != language else None


def _by_letters(beginning: str) -> str | None:
    """The language that has letters of its own in the beginning of a text in lower case."""
    if beginning.isascii():
        return None
    return next((language for language, letters in _OWN_LETTERS.items() if not letters.isdisjoint(beginning)), None)


def _begins_as_usual(beginning: str, language: str | None) -> bool:
    """Whether the beginning of a text in lower case has so many stop words of its language that nothing more need be asked."""
    stop_words = STOP_WORDS.get(stop_list_of(language) or "", frozenset())
    return len(stop_words.intersection(beginning.split())) >= _COMMON


def _by_stop_words(sample: str) -> str | None:
    """The language whose stop words a text is full of, while it has far fewer of any other. Initials count as no words."""
    lists = _lists()
    words = [word for word in _words(sample.casefold()) if len(word) > 1]
    counts: Counter[str] = Counter()
    frequencies = Counter(words)
    for word in frequencies.keys() & lists.keys():
        for language in lists[word]:
            counts[language] += frequencies[word]
    if not counts:
        return None
    (best, count), *others = counts.most_common(2)
    rival = others[0][1] if others else 0
    enough = count >= max(_FEWEST_STOP_WORDS, _STOP_WORDS_SHARE * len(words))
    return best if enough and rival <= _RIVALS_SHARE * count else None


def _words(text: str) -> list[str]:
    """The runs of letters in a text."""
    return text.translate(_NO_LETTERS).split() if text.isascii() else _WORD.findall(text)


def _sample(paragraphs: Sequence[Paragraph]) -> str:
    """The beginning of a document, as much of it as is looked at; long paragraphs first."""
    long = [paragraph.text for paragraph in islice(paragraphs, 100) if len(paragraph.text) >= _LONG]
    sample = ""
    for text in long or [paragraph.text for paragraph in paragraphs]:
        sample += f"{text[:_SAMPLE]} "
        if len(sample) >= _SAMPLE:
            break
    return sample


def _scripts(sample: str) -> Counter[str]:
    """How many letters of each script a text has."""
    return Counter({name: len(letters.findall(sample)) for name, letters in _SCRIPTS.items()})


def _script(sample: str) -> str:
    """The script of most letters; Chinese and Japanese count as one."""
    if sample.isascii():
        return "latin"
    script = _scripts(sample).most_common(1)[0][0]
    return "han" if script == "kana" else script


@cache
def _usual_script(language: str) -> str:
    """The script that a language is written in."""
    scripts = {code: "han" if script == "kana" else script for script, code in _ONE_LANGUAGE.items()}
    scripts |= dict.fromkeys("ba be bg kk ky mk mn ru sr tg tt uk".split(), "cyrillic")
    scripts |= dict.fromkeys("ar fa ps ur".split(), "arabic")
    scripts |= dict.fromkeys("hi mr ne".split(), "devanagari")
    return {**scripts, "he": "hebrew", "yi": "hebrew"}.get(language, "latin")


@cache
def _lists() -> dict[str, tuple[str, ...]]:
    """Stop word -> the languages on whose lists it is."""
    lists: dict[str, tuple[str, ...]] = {}
    for language, words in STOP_WORDS.items():
        for word in words:
            lists[word] = (*lists.get(word, ()), language)
    return lists


@cache
def _identifier() -> LanguageIdentifier:
    # A third of a second to import, and most rebuilds do without.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(DETECTED)
    return identifier
