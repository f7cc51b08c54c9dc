"""A query is read so that several words find the word that they count as."""

from __future__ import annotations

import pytest

from indexer.search.query import All, Any, Node, Phrase, Word
from indexer.search.synonyms import with_synonyms
from indexer.search.syntax import parse
from indexer.search.variants import Variants, spellings

VARIANTS, _BAD = Variants({}).with_lines(
    ["VDA, Velmara Defence Agency", "agency, Defence Agency", "radar-17, Hill-Top Radar", "nippon, 日本"]
)


def bare(text: str) -> Word:
    return Word(text, bare=True)


def either(words: str, one: str, weight: float = 1.0) -> Node:
    """What several bare words are read as."""
    return Any((All(tuple(Word(word, bare=True, weight=weight) for word in words.split())), Word(one, weight=weight)))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('"velmara defence agency"', Phrase("vda")),
        ('"the Velmara Defence Agencies met"', Phrase("the vda met")),
        ('title:"velmara defence agency"', Phrase("vda", field="title")),
        ('"defence agency of velmara"', Phrase("agency of velmara")),
        ('"the hill-top radars stand"', Phrase("the radar17 stand")),
        ('"old 日本 maps"', Phrase("old nippon maps")),
        ('"hill-top"', Phrase("hill-top")),
        ('="velmara defence agency"', Phrase("velmara defence agency", exact=True)),
        ('"velmara defence agency"~3', Phrase("velmara defence agency", slop=3)),
        ("velmara defence agency", All((either("velmara defence agency", "vda"),))),
        ("a velmara defence agency b", All((bare("a"), either("velmara defence agency", "vda"), bare("b")))),
        ("velmara^2 defence^2 agency^2", All((either("velmara defence agency", "vda", 2.0),))),
        ("velmara =defence agency", All((bare("velmara"), Word("defence", exact=True), bare("agency")))),
        ("agency defence velmara", All((bare("agency"), bare("defence"), bare("velmara")))),
        ("日本", Word("nippon")),
        ("日本 maps", All((Word("nippon"), bare("maps")))),
        ("=日本", Word("日本", exact=True)),
        (
            "(velmara defence agency) OR radar",
            Any((All((either("velmara defence agency", "vda"),)), bare("radar"))),
        ),
        ('radar -"velmara defence agency"', All((bare("radar"),), excluded=(Phrase("vda"),))),
    ],
)
def test_several_words_are_read_as_the_word_too(query: str, expected: Node) -> None:
    assert with_synonyms(parse(query).tree, VARIANTS) == expected


@pytest.mark.parametrize("query", ["velmara defence agency", '"velmara defence agency"', "日本", "", "a OR b -c"])
def test_without_such_synonyms_a_query_stays_as_it_is(query: str) -> None:
    tree = parse(query).tree
    assert with_synonyms(tree, spellings()) is tree
