"""What values are called on pages."""

from __future__ import annotations

import pytest

from indexer.enrich.language import DETECTED
from webapp.labels import value_label


@pytest.mark.parametrize("language", DETECTED)
def test_every_language_that_is_detected_has_a_name(language: str) -> None:
    assert value_label("language", language) != language


def test_every_language_has_a_name_of_its_own() -> None:
    names = [value_label("language", language) for language in DETECTED]
    assert len(set(names)) == len(names)


def test_a_language_without_a_name_shows_as_it_is_stated() -> None:
    assert value_label("language", "Velmaran") == "Velmaran"
