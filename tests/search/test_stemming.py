"""Stems by language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        ("uk", "ракети Ракетами ракет radars", "ракет ракет ракет radars"),
        ("zh", "防空", "防空 防 空"),
        ("a language", "missiles", "missiles"),
    ],
)
def test_forms_are_stemmed_by_their_language(language: str | None, words: str, stemmed: str) -> None:
    stemmer = stemmer_of(language)
    for _ in range(2):
        assert [stem(token.form, stemmer) for token in tokenize(words)] == stemmed.split()


def test_languages_without_a_stemmer_share_one_that_changes_nothing() -> None:
    assert {stemmer_of(language) for language in ("be", "zh", "ja", "th", "klingon", "-")} == {UNSTEMMED}
    assert stemmer_of(None) == ENGLISH


@pytest.mark.parametrize(
    "forms",
    [
        "ракета ракети ракеті ракету ракетою ракет ракетам ракетами ракетах",
        "завод заводу заводом заводі заводи заводів заводам",
        "військовий військового військовому військова військової військову військове військові військових військовими",
        "синій синього синьому синя синьої синю сині синіх",
        "незалежність незалежності незалежністю",
        "оголошення оголошенню оголошенням оголошень оголошеннях",
        "операція операції операцію операцією операцій операціями",
        "українець українця українцю українцем українці українців",
        "ринок ринку ринком ринки ринків",
        "сім’я сім’ї сім’ю сім’єю",
        "об’єкт об’єкта об’єкти об’єктів",
        "земля землі землю землею землями",
        "відбулося відбулась",
        "Харків Харкова Харкову Харковом Харкові",
        "Київ Києва Києву Києвом Києві",
    ],
)
def test_ukrainian_forms_of_one_word_have_one_stem(forms: str) -> None:
    assert len({stem(token.form, "uk") for token in tokenize(forms)}) == 1


@pytest.mark.parametrize(
    "words", ["мова море мирний місто", "рік рука рада", "військо військовий", "сім сім’я", "він вона", "1990-х 1990"]
)
def test_ukrainian_words_stay_apart(words: str) -> None:
    forms = [token.form for token in tokenize(words) if token.length == 1]
    assert len({stem(form, "uk") for form in forms}) == len(set(forms))


@given(st.text(st.sampled_from("абвгдеєжзиіїйклмнопрстуфхцчшщьюяґ'"), max_size=12))
def test_a_ukrainian_stem_is_never_empty_and_hardly_longer(form: str) -> None:
    stemmed = stem(form, "uk")
    assert bool(stemmed) == bool(form)
    assert len(stemmed) <= len(form)
    assert len(form) < 4 or len(stemmed) >= 3
