"""Stems by language."""

from __future__ import annotations

import pytest

from indexer.search.analysis import tokenize
from indexer.search.stemming import ENGLISH, UNSTEMMED, stem, stemmer_of


@pytest.mark.parametrize(
    ("language", "words", "stemmed"),
    [
        ("en", "missiles missile defended networks 16", "missil missil defend network 16"),
        (None, "missiles the", "missil the"),
        ("de", "Raketen Rakete Häuser Haus", "rak rak haus haus"),
        ("fr", "l’Ukraine Ukraine d’armées armée missiles", "ukrain ukrain arme arme missil"),
        ("ru", "ракеты ракета ракетами", "ракет ракет ракет"),
        ("ar", "صواريخ الصواريخ", "صواريخ صواريخ"),
        ("nb", "raketter raketten", "rakett rakett"),
        ("uk", "ракети ракета", "ракети ракета"),
        ("zh", "防空", "防空 防 空"),
        ("a language", "missiles", "missiles"),
    ],
)
def test_forms_are_stemmed_by_their_language(language: str | None, words: str, stemmed: str) -> None:
    stemmer = stemmer_of(language)
    for _ in range(2):
        assert [stem(token.form, stemmer) for token in tokenize(words)] == stemmed.split()


def test_languages_without_a_stemmer_share_one_that_changes_nothing() -> None:
    assert {stemmer_of(language) for language in ("uk", "zh", "ja", "th", "klingon", "-")} == {UNSTEMMED}
    assert stemmer_of(None) == ENGLISH
