"""Words, forms, positions and stems: the analysis that index and query share."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.search.analysis import Token, find_words, is_unspaced, plain_form, split_pieces, tokenize, word_readings
from indexer.search.folding import fold
from indexer.search.stopwords import ENGLISH, STOP_WORDS, is_stop_word, stop_list_of

PIECES = [*"a É ß ł й क् 日 本 ก ็ 한 1 000 . , ’ ' s S - ‑ _ \u00ad \u0301".split(" "), "\u00a0"]
TEXTS = st.one_of(
    st.text(max_size=80),
    st.text(st.characters(), max_size=80),
    st.lists(st.sampled_from((*PIECES, " ")), max_size=40).map("".join),
)


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("", ""),
        ("— !? … \x00 \ud800", ""),
        ("Missile Defense", "missile defense"),
        ("foo/bar,baz.qux", "foo bar baz qux"),
        ("snake_case", "snake case"),
        ("R&D at 5% #tag @ilsa", "r d at 5 tag ilsa"),
        # Apostrophes
        ("Ukraine’s Ukraine's UKRAINE’S Ukraine‘s", "ukraine ukraine ukraine ukraine"),
        ("O’Brien’s O'Brien", "o'brien o'brien"),
        ("don’t l'été", "don't l'ete"),
        ("the boys’ rock 'n' roll", "the boys rock n roll"),
        ("‘quoted words’", "quoted words"),
        ("it’s James’s ’s", "it james s"),
        # Letters with dots between
        ("U.S. U.S U.S.’s U.S.A.", "us us us usa"),
        ("e.g. p.m. J.R.R. Tolkien", "eg pm jrr tolkien"),
        ("U.S.-led", "us led usled"),
        ("end.Next U.Sx", "end next u sx"),
        # Numbers
        ("1,000 1,000.5 3.14 12,345,678", "1000 1000.5 3.14 12345678"),
        ("12,34 1.2.3 10:30 2025/05", "12 34 1 2 3 10 30 2025 05"),
        ("1st 2nd 40km", "1st 2nd 40km"),
        ("1\u00a0000 12\u202f345\u202f678,5 2025\u00a0500", "1000 12345678.5 2025 500"),
        ("1.000.000 1.000.000,5 1.000 12345.678.901", "1000000 1000000.5 1.000 12345 678 901"),
        # Hyphens
        ("F-16 F16 F‑16 air‐defence", "f 16 f16 f16 f 16 f16 air defence airdefence"),
        ("state-of-the-art", "state of the art stateoftheart"),
        ("F-16’s COVID-19's", "f 16 f16 covid 19 covid19"),
        ("- -word word- a--b air–defence", "word word a b air defence"),
        ("1,000-strong", "1000 strong 1000strong"),
        ("co\u00adop soft\u00adhy\u00adphen", "coop softhyphen"),
        # Case, accents, scripts
        ("Zoë CAFÉ nai\u0308ve Ångström", "zoe cafe naive angstrom"),
        ("Łódź Ærø Straße Đurđa İstanbul ılık", "lodz aero strasse durda istanbul ilik"),
        ("ﬁne Ｆｕｌｌ ① ²", "fine full 1 2"),
        ("Київ Ёлка Йод Ґава", "київ елка йод ґава"),
        ("Ἀθῆναι Αθήνα", "αθηναι αθηνα"),
        ("हिन्दी भाषा", "हिन्दी भाषा"),
        ("日本語 한국어", "日本 日 本語 本 語 한국 한 국어 국 어"),
        ("F-16战机 2025年", "f 16 f16 战机 战 机 2025 年"),
        ("น้ำ ก็", "น้ํา น้ ํา ก็"),
        ("\u1112\u1161\u11ab\u1100\u116e\u11a8 ﾊﾟﾝ", "한국 한 국 パン パ ン"),
        ("٢٠٢٥ صـاروخ ٱلدفاع", "2025 صاروخ الدفاع"),
    ],
)
def test_a_text_is_its_folded_words(text: str, forms: str) -> None:
    assert [token.form for token in tokenize(text)] == forms.split()


def test_tokens_say_where_they_stand() -> None:
    assert [tuple(token) for token in tokenize("The F-16’s of Łódź’s U.S.-led")] == [
        ("the", 0, 3, 0, 1),
        ("f", 4, 5, 1, 1),
        ("16", 6, 8, 2, 1),
        ("f16", 4, 8, 1, 2),
        ("of", 11, 13, 3, 1),
        ("lodz", 14, 18, 4, 1),
        ("us", 21, 24, 5, 1),
        ("led", 26, 29, 6, 1),
        ("usled", 21, 29, 5, 2),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A hyphenated-word, U.S.’s foo/bar", ["A", "hyphenated-word", "U.S", "foo", "bar"]),
        ("Ukraine’s F-16’s", ["Ukraine", "F-16"]),
        ("… -16-", ["16"]),
    ],
)
def test_words_stand_without_possessives_and_hyphenated_ones_whole(text: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in find_words(text)] == words


def test_stop_words_are_the_forms_that_tokens_have() -> None:
    assert is_stop_word("the")
    assert is_stop_word(fold("Don’t"))
    assert not is_stop_word("patriot")
    assert is_stop_word("під", stop_list_of("uk"))
    assert not is_stop_word("під", stop_list_of("ru"))
    assert all([token.form for token in tokenize(word)] == [word] for word in ENGLISH | STOP_WORDS["uk"])


@pytest.mark.parametrize(
    "text", ["a." * 20_000, "a-" * 20_000, "a’" * 20_000, "1.1" * 10_000, "á" * 20_000, "\u0301" * 20_000, "9" * 40_000]
)
def test_long_runs_of_any_kind_are_read(text: str) -> None:
    tokens = tokenize(text)
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)


def _parts(tokens: list[Token]) -> dict[int, Token]:
    """The token of each position that stands there by itself."""
    return {token.position: token for token in tokens if token.length == 1}


@given(TEXTS)
def test_tokens_lie_in_the_text_in_order(text: str) -> None:
    tokens = tokenize(text)
    parts = _parts(tokens)
    assert list(parts) == list(range(len(parts)))
    assert all(left.end <= right.start for left, right in pairwise(parts.values()))
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)


@given(TEXTS)
def test_a_joined_token_covers_its_parts(text: str) -> None:
    tokens = tokenize(text)
    parts = _parts(tokens)
    for joined in (token for token in tokens if token.length > 1):
        covered = [parts[joined.position + offset] for offset in range(joined.length)]
        assert joined.form == "".join(part.form for part in covered)
        assert (joined.start, joined.end) == (covered[0].start, covered[-1].end)


@given(TEXTS)
def test_a_letter_without_spaces_stands_with_the_next_one_as_well(text: str) -> None:
    tokens = tokenize(text)
    parts = _parts(tokens)
    pairs = [token for token in tokens if token.length == 1 and token is not parts[token.position]]
    expected = [
        (first.form + second.form, first.start, second.end, first.position)
        for first, second in pairwise(parts.values())
        if first.end == second.start and is_unspaced(text[first.start]) and is_unspaced(text[second.start])
    ]
    assert [(pair.form, pair.start, pair.end, pair.position) for pair in pairs] == expected


@given(TEXTS)
def test_a_span_folds_to_the_form(text: str) -> None:
    for token in _parts(tokenize(text)).values():
        stated = text[token.start : token.end]
        if re.fullmatch(r"\d[\d.,\u00a0]*\d", stated):
            assert re.sub("[.,\u00a0]", "", fold(stated)).replace(" ", "") == token.form.replace(".", "")
        else:
            folded = "".join(c for c in fold(stated) if c.isalnum() or c == "'" or unicodedata.category(c)[0] == "M")
            assert token.form == (folded or stated)


@given(TEXTS)
def test_words_are_the_tokens_with_those_of_one_word_together(text: str) -> None:
    words = find_words(text)
    tokens = tokenize(text)
    assert all(left[1] <= right[0] for left, right in pairwise(words))
    assert {start for start, _ in words} <= {token.start for token in tokens}
    assert {end for _, end in words} <= {token.end for token in tokens}
    assert all(sum(start <= token.start and token.end <= end for start, end in words) == 1 for token in tokens)
    assert {(token.start, token.end) for token in tokens if token.length > 1} <= set(words)


@pytest.mark.parametrize(
    ("word", "readings"),
    [
        ("Missiles", [["missiles"]]),
        ("F-16", [["f", "16"], ["f16"]]),
        ("日", [["日"]]),
        ("日本語", [["日本", "本語", "語"]]),
        ("U.S.-led", [["us", "led"], ["usled"]]),
    ],
)
def test_a_word_of_a_query_reads_in_one_way_or_two(word: str, readings: list[list[str]]) -> None:
    assert [list(reading) for reading in word_readings(word)] == readings


@given(TEXTS)
def test_a_word_by_itself_has_the_forms_that_it_has_in_its_text(text: str) -> None:
    alone = [token.form for start, end in find_words(text) for token in tokenize(text[start:end])]
    assert alone == [token.form for token in tokenize(text)]


@settings(max_examples=1_000)
@given(st.text("aB1 .,'-’‑_/—é\u00ad\u0301\u00a0", max_size=24))
def test_the_tokens_of_a_text_are_those_of_its_pieces(text: str) -> None:
    position = 0
    found = []
    for piece in split_pieces(text.encode()):
        tokens = tokenize(piece.decode())
        found += [(token.form, position + token.position, token.length) for token in tokens]
        position += tokens[-1].position + tokens[-1].length if tokens else 0
    assert found == [(token.form, token.position, token.length) for token in tokenize(text)]


@settings(max_examples=1_000)
@given(st.text("aB1.,'-’é", max_size=8))
def test_the_form_of_a_plain_piece_is_that_of_its_only_token(piece: str) -> None:
    form = plain_form(piece.encode())
    assert form is None or [(form.decode(), 0, 1)] == [(t.form, t.position, t.length) for t in tokenize(piece)]


@pytest.mark.parametrize("piece", ["Missiles", "(Missiles", "F16", "1990.", "'quoted',", "—", ".", "", "U.S", "F-16", "café"])
def test_only_pieces_of_one_ascii_word_are_plain(piece: str) -> None:
    plain = {"Missiles": b"missiles", "F16": b"f16", "1990.": b"1990", "'quoted',": b"quoted"}
    assert plain_form(piece.encode()) == plain.get(piece)


@given(st.text(st.characters(max_codepoint=0x24F, exclude_characters="ŉ"), max_size=40))
def test_case_and_apostrophe_styles_fold_away(text: str) -> None:
    assert fold(text.replace("'", "’")) == fold(text)
    assert fold(fold(text)) == fold(text)
