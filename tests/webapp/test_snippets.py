"""Marked text: safe whatever the text is, and the text again once the marks are taken away."""

from __future__ import annotations

import html
from html.parser import HTMLParser

import bleach
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from indexer.search.response import Span
from webapp import snippets

NASTY = (
    *(
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "</mark>",
        "<mark onclick=a>",
        "<!-- ",
        "-->",
        "<![CDATA[",
        "]]>",
    ),
    *(
        "&amp;",
        "&lt;b&gt;",
        "&#60;",
        "&#x3c;script&#x3e;",
        "&notanentity;",
        "&",
        "&&",
        "&#",
        "<",
        ">",
        "'",
        '"',
        "<a",
        "</",
        "<?xml",
        "`",
    ),
    *("\r", "\r\n", "\f", "\n", "\t", "\x7f", "\x85", "\x9f", "\xa0", "\xad", "\u202e", "\u2066", "\u200b", "\u2028", "\ufdd0"),
    *("\ufeff", "\ufffd", "\ufffe", "\uffff", "\U0001f6e1", "\U0010ffff", "İ", "e\u0301", "Київ", "javascript:alert(1)"),
)
# What no record's text holds: HTML cannot hold it either.
FORBIDDEN = [*(chr(code) for code in range(0x20) if chr(code) not in "\t\n\f\r")]

_texts = st.lists(
    st.sampled_from(NASTY) | st.text(st.characters(codec="utf-8", exclude_characters=FORBIDDEN), max_size=6), max_size=12
).map("".join)


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[Span]]:
    """A text and spans of it: sorted, disjoint, some of them adjacent."""
    text = draw(_texts)
    ends = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    step = draw(st.sampled_from((1, 2)))
    return text, list(zip(ends[::step], ends[1::step], strict=False))


class Elements(HTMLParser):
    """What a browser would see: the tags with their attributes, and the text inside marks."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.others: list[str] = []
        self.marked: list[str] = []
        self._inside = False
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))
        self.marked.append("")
        self._inside = True

    def handle_endtag(self, tag: str) -> None:
        self.others += [] if tag == "mark" else [tag]
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.marked[-1] += data

    def handle_comment(self, data: str) -> None:
        self.others.append(data)

    def handle_decl(self, decl: str) -> None:
        self.others.append(decl)

    def handle_pi(self, data: str) -> None:
        self.others.append(data)

    def unknown_decl(self, data: str) -> None:
        self.others.append(data)


def bleached(markup: str) -> str:
    return bleach.clean(markup, tags={"mark"}, attributes={})


def stripped(markup: str) -> str:
    return html.unescape(markup.replace("<mark>", "").replace("</mark>", ""))


@given(marked())
def test_stripped_and_unescaped_the_html_is_the_text(case: tuple[str, list[Span]]) -> None:
    text, spans = case
    markup = snippets.mark(text, spans)
    assert isinstance(markup, Markup)
    assert stripped(markup) == text
    elements = Elements(markup)
    assert elements.tags == [("mark", [])] * len(spans)
    assert elements.others == []
    assert elements.marked == [text[start:end] for start, end in spans]


@given(marked())
def test_bleach_would_change_nothing_that_is_marked(case: tuple[str, list[Span]]) -> None:
    markup = snippets.mark(*case)
    assert bleached(markup) == markup


_markup = st.lists(
    st.sampled_from(
        (*NASTY, "<mark>", "</mark>", "<mark></mark>", "&lt;", "&gt;", "&#34;", "&#39;", "&#12;", "&#13;", "amp;", "#", ";")
    )
    | st.text(max_size=4),
    max_size=12,
).map("".join)


@given(_markup)
def test_what_skips_bleach_is_what_bleach_leaves_alone(markup: str) -> None:
    assert snippets.sanitize(markup) == bleached(markup)


_clean_pieces = (
    "<mark>a</mark>",
    "<mark></mark>",
    "&amp;",
    "&lt;",
    "&gt;",
    "&#34;",
    "&#39;",
    "&#12;",
    "&#13;",
    "amp;",
    "#",
    ";",
    "lt",
)


@given(
    st.lists(
        st.sampled_from(_clean_pieces)
        | st.text(st.characters(exclude_characters="<>&" + "".join(FORBIDDEN) + "\f\r"), max_size=4)
    )
)
def test_clean_markup_stays_as_it_is(pieces: list[str]) -> None:
    markup = "".join(pieces)
    assert snippets.sanitize(markup) == markup == bleached(markup)


@pytest.mark.parametrize("length", [10_239, 10_240, 10_241, 30_000])
def test_long_text_stays_whole(length: int) -> None:
    # bleach reads in pieces of 10,240 characters.
    markup = snippets.mark("&" * length, [(length - 2, length)])
    assert stripped(markup) == "&" * length
    assert bleached(markup) == markup


def test_ordinary_text_needs_no_bleach(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise AssertionError("bleach was asked")

    monkeypatch.setattr(bleach, "clean", refuse)
    assert snippets.mark("Renn's “radar” & <b>\n40 km", [(0, 4), (8, 13)]) == (
        "<mark>Renn</mark>&#39;s “<mark>radar</mark>” &amp; &lt;b&gt;\n40 km"
    )
    with pytest.raises(AssertionError):
        snippets.sanitize("<b>radar</b>")


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<b>radar</b>", "&lt;b&gt;radar&lt;/b&gt;"),
        ('<mark class="x" onclick="y">radar</mark>', "<mark>radar</mark>"),
        ("<mark>radar", "<mark>radar</mark>"),
        ("radar</mark>", "radar"),
        ("a\x01b\x1fc", "a?b?c"),
        ("a\0b", "ab"),
    ],
)
def test_the_gate(markup: str, expected: str) -> None:
    assert snippets.sanitize(markup) == expected


def test_bleach_and_its_short_cut_agree_on_every_character() -> None:
    blocks = (range(0x3100), range(0xD7F0, 0xD800), range(0xE000, 0xE010), range(0xFDC0, 0x10010), range(0x1FFF0, 0x20010))
    for code in (code for block in blocks for code in block):
        markup = f"a{chr(code)}b"
        assert snippets.sanitize(markup) == bleached(markup), hex(code)


def test_every_forbidden_character_is_caught() -> None:
    for character in FORBIDDEN:
        markup = snippets.mark(f"a{character}b", [(0, 1)])
        assert markup in ("<mark>a</mark>?b", "<mark>a</mark>b")
