"""Spelling variants: the rule, our table, and the lines that people add."""

from __future__ import annotations

from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import UsageError
from indexer.search.analysis import tokenize
from indexer.search.stemming import stem
from indexer.search.variants import MAX_GROUP, BadLine, Variants, read_synonyms, spellings

NONE = Variants({})
LINES = files("indexer.search").joinpath("spellings.txt").read_text(encoding="utf-8").splitlines()
TABLE = [line for line in LINES if line and not line.startswith("#")]


def count_as_one(variants: Variants, one: str, other: str) -> bool:
    """Whether a query for one finds the other, as English stems."""
    return stem(other) in {stem(one), *map(stem, variants.of(one))}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("defence", "defense"),
        ("defences", "defense"),
        ("organise", "organize"),
        ("organisations", "organizations"),
        ("modernised", "modernized"),
        ("analyse", "analyze"),
        ("paralysed", "paralyzed"),
        ("colours", "colored"),
        ("armoured", "armor"),
        ("centre", "centers"),
        ("metres", "meter"),
        ("programme", "programs"),
        ("travelled", "traveling"),
        ("counsellors", "counselor"),
        ("kyiv", "kiev"),
        ("zelensky", "zelenskyy"),
        ("zelenskiy", "zelensky"),
        ("kharkiv", "kharkov"),
    ],
)
def test_variants_count_as_one_both_ways(one: str, other: str) -> None:
    assert count_as_one(spellings(), one, other)
    assert count_as_one(spellings(), other, one)


@pytest.mark.parametrize(
    "word", ["four", "hour", "size", "rise", "wise", "noise", "prize", "missile", "volodymyr", "f16", "київ"]
)
def test_most_words_stand_for_themselves(word: str) -> None:
    assert spellings().of(word) == ()


@pytest.mark.parametrize("line", TABLE)
def test_every_line_of_the_table_says_something_new(line: str) -> None:
    variants, bad = NONE.with_lines([line])
    assert not bad
    words = [tokenize(word)[0].form for word in line.split(",")]
    assert len(set(map(stem, words))) > 1, "its words are one by their stems alone"
    assert all(count_as_one(variants, one, other) for one in words for other in words)


def test_the_table_has_no_line_twice_and_no_bad_one() -> None:
    assert NONE.with_lines(LINES)[1] == ()
    assert len(TABLE) == len(set(TABLE))


def test_lines_that_share_a_word_are_one_group() -> None:
    variants, _ = NONE.with_lines(["Ostrel, Ostrelle", "Hesk, Heske", "Ostrelle, Ostrela"])
    assert set(variants.of("ostrel")) == {"ostrelle", "ostrela"}


def test_several_words_are_found_by_one() -> None:
    variants, bad = NONE.with_lines(["VDA, Velmara Defence Agency", "HS-3, Harbour Shield"])
    assert not bad
    assert variants.of("vda") == ("velmara defence agency",)
    assert variants.of("hs3") == ("hs 3", "harbour shield")
    assert variants.of("velmara") == ()
    assert variants.word_for("velmara defence agencies") == "vda"
    assert variants.word_for("velmara defence") is None
    assert variants.word_for("harbour shields") == "hs3"
    assert (variants.longest, spellings().longest) == (3, 1)


def test_lines_that_share_several_words_are_one_group() -> None:
    variants, _ = NONE.with_lines(["VDA, Velmara Defence Agency", "AVD, Velmara Defence Agencies"])
    assert set(variants.of("avd")) == {"vda", "velmara defence agency"}


def test_words_of_scripts_without_spaces_stay_whole() -> None:
    variants, bad = NONE.with_lines(["“日本語”, nippon"])
    assert not bad
    assert variants.of("nippon") == ("日本 本語 語",)


def test_bad_lines_are_named_and_the_others_count() -> None:
    lines = ["# places", "", "Ostrel, Ostrelle  # the capital", "air defence, flak fire", "lonely", "?!, radar", " , "]
    variants, bad = NONE.with_lines(lines)
    assert variants.of("ostrel") == ("ostrelle",)
    assert bad == (
        BadLine(4, "names no single word that the others could stand for"),
        BadLine(5, "names one word only: write two or more, with commas between"),
        BadLine(6, "has no word in '?!'"),
    )


def test_a_group_has_a_bound() -> None:
    words = [f"word{number}" for number in range(MAX_GROUP + 1)]
    assert NONE.with_lines([", ".join(words[:-1])])[1] == ()
    chained, bad = NONE.with_lines([", ".join(pair) for pair in pairwise(words)])
    assert [line.number for line in bad] == [MAX_GROUP]
    assert len(chained.of("word0")) == MAX_GROUP - 1


@given(st.lists(st.lists(st.sampled_from("ostrel velmara renn hesk alda moor".split()), min_size=2, max_size=4, unique=True)))
def test_counting_as_one_is_an_equivalence(groups: list[list[str]]) -> None:
    variants, bad = NONE.with_lines([", ".join(group) for group in groups])
    assert not bad
    for words in groups:
        first = {words[0], *variants.of(words[0])}
        assert set(words) <= first
        assert all({word, *variants.of(word)} == first for word in first)


@given(st.text())
def test_any_line_is_read_or_named(line: str) -> None:
    variants, bad = NONE.with_lines([line])
    assert not (bad and variants.groups)


def test_a_file_adds_to_the_table(tmp_path: Path) -> None:
    path = tmp_path / "synonyms.txt"
    path.write_bytes("\ufeffOstrel, Ostrelle\r\nKyiv, Kief\r\nbad line\r\n".encode())
    variants, bad = read_synonyms(path)
    assert variants.of("ostrel") == ("ostrelle",)
    assert {"kiev", "kief"} <= set(variants.of("kyiv"))
    assert [line.number for line in bad] == [3]
    assert variants.of("defence") == ("defense",)


@pytest.mark.parametrize(
    ("content", "message"), [(None, "cannot be read"), (b"\xff\xfe", "not UTF-8"), (b"a, b\n" * 300_000, "1,000,000 bytes")]
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "synonyms.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=message):
        read_synonyms(path)
