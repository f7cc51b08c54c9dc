"""Stemming by language: folded forms to Snowball's stems.

A record's words are stemmed by the stemmer of its language. A record of unknown language is stemmed as English; where a
language has no stemmer, each form is its own stem. Ukrainian has one of ours (`ukrainian`), the others are Snowball's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import Stemmer

from indexer.search.ukrainian import ukrainian_stem

ENGLISH = "en"
UNSTEMMED = "-"
"""Stands for the stemmer of the languages that have none."""

_ALGORITHMS: Mapping[str, str] = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "eo": "esperanto",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "st": "sesotho",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
_OURS: Mapping[str, Callable[[str], str]] = {"uk": ukrainian_stem}
SAME: Mapping[str, str] = {"nb": "no", "nn": "no"}
"""Languages that have the stemmer and the stop words of another."""
_CACHE_LIMIT = 200_000


def stemmer_of(language: str | None) -> str:
    """The stemmer of a record's language, as the code of the language that it is made for."""
    if language is None:
        return ENGLISH
    code = SAME.get(language, language)
    return code if code in _ALGORITHMS or code in _OURS else UNSTEMMED


def stem(form: str, stemmer: str = ENGLISH) -> str:
    """The stem of a folded form by one of the stemmers that `stemmer_of` names."""
    return _stems[stemmer][form]


def stems_of(stemmer: str) -> Mapping[str, str]:
    """Folded form -> stem: what `stem` looks up, for those who look up many."""
    return _stems[stemmer]


class _Stems(dict[str, str]):
    """Folded form -> stem; PyStemmer's own cache is slower and therefore off. Safe between threads: entries never change."""

    def __init__(self, stemmer: str) -> None:
        super().__init__()
        self._stem: Callable[[str], str] = _OURS.get(stemmer) or Stemmer.Stemmer(_ALGORITHMS[stemmer], 0).stemWord

    def __missing__(self, form: str) -> str:
        stemmed = self._stem(form) or form
        if len(self) >= _CACHE_LIMIT:
            self.clear()
        self[form] = stemmed
        return stemmed


class _Unstemmed(dict[str, str]):
    """Each form is its own stem."""

    def __missing__(self, form: str) -> str:
        return form


class _Stemmers(dict[str, dict[str, str]]):
    """Stemmer -> its stems, made at the first use."""

    def __missing__(self, stemmer: str) -> dict[str, str]:
        stems = self[stemmer] = _Unstemmed() if stemmer == UNSTEMMED else _Stems(stemmer)
        return stems


_stems = _Stemmers()
