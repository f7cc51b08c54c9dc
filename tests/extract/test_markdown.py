"""Markdown: blocks by CommonMark, inline markup reduced to its text, front matter."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline

from indexer.extract.json_values import JsonValues
from indexer.extract.markdown import markdown_blocks
from indexer.model import Document, DocumentMetadata, Kind, Origin
from indexer.report import Skip
from tests.extract.conftest import DEEP, Extract, plain

P, H, L, Q, T, C = Kind.PARAGRAPH, Kind.HEADING, Kind.LIST_ITEM, Kind.BLOCKQUOTE, Kind.TABLE_ROW, Kind.CODE


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("# One\n\nTwo\n===\n\nThree\n---\n\n#### Four ####", [(H, "One"), (H, "Two"), (H, "Three"), (H, "Four")]),
        ("A line\nthat is   wrapped\n  here.\n\nAnother.", [(P, "A line that is wrapped here."), (P, "Another.")]),
        ("A hard  \nbreak\\\nstays.", [(P, "A hard\nbreak\nstays.")]),
        ("- one\n  wrapped\n- two\n\n  more of two\n  - nested\n1. three", [
            (L, "one wrapped"), (L, "two"), (L, "more of two"), (L, "nested"), (L, "three")
        ]),
        ("> quoted\n> wrapped\n>\n> again\n\n> # loud\n> - item", [
            (Q, "quoted wrapped"), (Q, "again"), (Q, "loud"), (L, "item")
        ]),
        ("| A | B |\n|---|--:|\n| 1 | `x` |\n|   | *2* |", [(T, "A: 1 | B: x"), (T, "B: 2")]),
        ("| A | B |\n|---|---|", [(T, "A | B")]),
        ("```py\nx = 1\n\n  y = 2\n```\n\n    indented\n      code", [(C, "x = 1\n\n  y = 2"), (C, "indented\n  code")]),
        ("*a* **b** _c_ ~~d~~ `e  f` [g](https://x.example 'T') ![h](i.png) &amp; &#8212; \\*j\\* <https://k.example>", [
            (P, "a b c d e f g h & — *j* https://k.example")
        ]),
        ("a<br>b <b>c</b> <!-- no --> d", [(P, "a\nb c d")]),
        ("[a]: https://velmara.example\n\n[a] and [b]", [(P, "a and [b]")]),
        ("one\n\n---\n\ntwo\n\n***", [(P, "one"), (P, "two")]),
        ("<div>\n<p>one</p><p>two</p>\n</div>\n\n<!-- no -->\n\n<script>\nno()\n</script>\n\nthree", [
            (P, "one"), (P, "two"), (P, "three")
        ]),
        ("<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>", [(T, "A: 1 | B: 2")]),
        ("", []),
    ],
)  # fmt: skip
def test_blocks(text: str, blocks: list[tuple[Kind, str]]) -> None:
    assert plain(markdown_blocks(text, [])) == blocks


def test_levels() -> None:
    assert [block.level for block in markdown_blocks("# a\n\n### b\n\nc\n---\n\nd", [])] == [1, 3, 2, 0]


@pytest.mark.parametrize(("mark", "deep"), [("> ", 60), ("* ", 30)])
def test_nesting_that_is_too_deep_is_named(extract_file: Extract, mark: str, deep: int) -> None:
    [document] = extract_file("a.md", f"Before.\n\n{mark * (deep - 1)}inmost")
    assert isinstance(document, Document)
    assert document.blocks[-1].text == "inmost"
    document, skip = extract_file("a.md", f"Before.\n\n{mark * deep}inmost")
    assert isinstance(document, Document)
    assert [block.text for block in document.blocks] == ["Before."]
    assert isinstance(skip, Skip)
    reason = "quotations or lists are nested too deeply"
    assert (skip.reason, skip.whole) == (f"{reason}: what stands in the innermost is left out", False)
    [skip] = extract_file("a.md", f"{mark * deep}inmost")
    assert isinstance(skip, Skip)
    assert (skip.reason, skip.whole) == (reason, True)


def test_html_in_it_that_is_nested_too_deeply_is_named_once(extract_file: Extract) -> None:
    document, skip = extract_file("a.md", f"Before.\n\n{DEEP}deep\n\n{DEEP}deep\n\nBehind.")
    assert isinstance(document, Document)
    assert [block.text for block in document.blocks] == ["Before.", "Behind."]
    assert isinstance(skip, Skip)
    assert (skip.path, skip.reason, skip.whole) == ("a.md", "nested too deeply", False)
    [skip] = extract_file("a.md", f"{DEEP}deep")
    assert isinstance(skip, Skip)
    assert (skip.reason, skip.whole) == ("nested too deeply", True)


def test_deep_nesting_is_read_as_far_as_it_goes() -> None:
    assert markdown_blocks(">" * 2_000 + " deep\n\nafter", [])[-1].text == "after"
    assert markdown_blocks("[" * 20_000 + "a", [])
    assert markdown_blocks("*a " * 5_000, [])


def test_front_matter(metadata_of: Callable[[str, str], DocumentMetadata]) -> None:
    metadata = metadata_of(
        "a.md",
        "\ufeff---\r\ntitle: Radars\r\ndate: 2025-05-19\r\nauthor: [Mira Tal, Jon Rask]\r\nedition: 3\r\nseen: 2025-06-01\r\n"
        "tags:\r\n  - radar\r\n---\r\n\r\n# Heading\r\n\r\nText.\r\n",
    )
    assert (metadata.title, metadata.published, metadata.author) == ("Radars", "2025-05-19", ("Mira Tal", "Jon Rask"))
    assert metadata.tag == ("radar",)
    assert metadata.extra == {"edition": 3, "seen": "2025-06-01"}
    assert set(metadata.origins.values()) == {Origin.FRONT_MATTER}
    assert metadata.format == "markdown"


@pytest.mark.parametrize(
    ("written", "published"),
    [
        ("1946", "1946"),
        ("2025-05", "2025-05"),
        ("2025-05-19", "2025-05-19"),
        ("2025-05-19 08:30:00", "2025-05-19 08:30:00"),
        ("2025-05-19T08:30:00+03:00", "2025-05-19T08:30:00+03:00"),
        ("'2025-05-19'", "2025-05-19"),
        ("19 May 2025", "2025-05-19"),
        ("2025-02-31", None),
        ("null", None),
        ("soon", None),
    ],
)
def test_dates_stay_as_they_are_written(
    metadata_of: Callable[[str, str], DocumentMetadata], written: str, published: str | None
) -> None:
    assert metadata_of("a.md", f"---\ndate: {written}\n---\nText.").published == published


@pytest.mark.parametrize(
    ("written", "title"), [("No", "No"), ("1984", "1984"), ("007", "007"), ("'a: b'", "a: b"), ("2025-05", "2025-05")]
)
def test_titles_stay_as_they_are_written(metadata_of: Callable[[str, str], DocumentMetadata], written: str, title: str) -> None:
    assert metadata_of("a.md", f"---\ntitle: {written}\n---\nText.").title == title


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        ("title: a: b", "front matter could not be read: mapping values are not allowed here, line 2"),
        ("source: x\ntitle: [a", "front matter could not be read: expected ',' or ']'"),
        ("tags: &a [*a]", "front matter could not be read: found unconstructable recursive node"),
        ("x: !!python/object/apply:os.system [ls]", "front matter could not be read: could not determine a constructor"),
    ],
)
def test_broken_front_matter_is_reported_and_the_text_kept(extract_file: Extract, front: str, reason: str) -> None:
    skip, document = extract_file("a.md", f"---\n{front}\n---\n\n# Heading\n\nText.\n")
    assert isinstance(skip, Skip)
    assert skip.path == "a.md"
    assert skip.reason.startswith(reason[:60])
    assert skip.hint
    assert isinstance(document, Document)
    assert [block.text for block in document.blocks] == ["Heading", "Text."]
    assert document.metadata.title == "Heading"


def test_aliases_that_grow_without_end_are_refused(extract_file: Extract) -> None:
    front = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    skip, document = extract_file("a.md", f"---\n{front}---\nText.")
    assert isinstance(skip, Skip)
    assert isinstance(document, Document)


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("---\nProse between: rules\n---\n\nText.", ["Text."]),
        ("---\nThis is prose.\n---\n\nText.", ["This is prose.", "Text."]),
        ("---\n\nOnly one rule.", ["Only one rule."]),
        ("---\n---\nText.", ["Text."]),
        ("Text.\n\n---\n\ntitle: x\n", ["Text.", "title: x"]),
    ],
)
def test_rules_are_no_front_matter(extract_file: Extract, text: str, texts: list[str]) -> None:
    *_, document = extract_file("a.md", text)
    assert isinstance(document, Document)
    assert [block.text for block in document.blocks] == texts


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[a](/x) " * 100, ("a " * 100).strip()),
        ("*a* " + "[" * 20 + "[b](/x)", "a " + "[" * 20 + "[b](/x)"),
        ("*a* " + "[" * 5 + "[b](/x)", "a " + "[" * 5 + "b"),
    ],
)
def test_links_are_read_unless_too_many_brackets_are_open(text: str, shown: str) -> None:
    assert plain(markdown_blocks(text, [])) == [(P, shown)]


def test_open_brackets_are_not_looked_through_for_links(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    skip_token = ParserInline.skipToken

    def counted(parser: ParserInline, state: StateInline) -> None:
        looks.append(state.pos)
        skip_token(parser, state)

    monkeypatch.setattr(ParserInline, "skipToken", counted)
    assert plain(markdown_blocks("[" * 2_000, [])) == [(P, "[" * 2_000)]
    assert not looks
    markdown_blocks("[a](/x)", [])
    assert looks


@pytest.mark.parametrize("last", ["a9: {<<: *a8}", "a9: {!!merge x: *a8}"])
def test_merged_keys_that_grow_without_end_are_refused(extract_file: Extract, last: str) -> None:
    growing = "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 9))
    skip, document = extract_file("a.md", f"---\na0: &a0 {{x: 1}}\n{growing}{last}\n---\nText.")
    assert isinstance(skip, Skip)
    assert isinstance(document, Document)


def test_a_merged_key_is_a_key_like_others(metadata_of: Callable[[str, str], DocumentMetadata]) -> None:
    metadata = metadata_of("a.md", "---\ntitle: T\na: &a {x: 1}\nb: {<<: *a, y: 2}\n---\nText.")
    assert metadata.title == "T"
    assert metadata.extra == {"a": {"x": 1}, "b": {"<<": {"x": 1}, "y": 2}}


def test_front_matter_is_of_bounded_length(extract_file: Extract) -> None:
    skip, document = extract_file("a.md", f"---\ntitle: T\nnote: {'x' * 64_000}\n---\nText.")
    reason = "front matter could not be read: it is longer than 64,000 characters"
    assert skip == Skip("a.md", reason, "Shorten it.", whole=False)
    assert isinstance(document, Document)
    assert document.metadata.title == "Text."


def test_a_text_cannot_be_repeated_without_end(extract_file: Extract) -> None:
    skip, _document = extract_file("a.md", f"---\na: &a {'x' * 10_000}\nb: [{'*a, ' * 5_000}]\n---\nText.")
    assert isinstance(skip, Skip)
    assert skip.reason == "its metadata is too large or too deeply nested"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (f"0x{'F' * 5_000}", f"0x{'F' * 5_000}"),
        ("1" * 5_000, "1" * 5_000),
        ("18446744073709551615", 2**64 - 1),
        ("18446744073709551616", "18446744073709551616"),
        ("-9223372036854775809", "-9223372036854775809"),
        (f"1{':1' * 5_000}.5", f"1{':1' * 5_000}.5"),
        (".nan", "nan"),
        ("-.inf", "-inf"),
        ("!!bool perhaps", "perhaps"),
        ("!!int ''", ""),
        ("!!timestamp soon", "soon"),
    ],
)
def test_a_number_that_is_none_for_json_is_text(
    metadata_of: Callable[[str, str], DocumentMetadata], written: str, value: int | str
) -> None:
    metadata = metadata_of("a.md", f"---\ntitle: T\npage: {written}\n---\nText.")
    assert metadata.title == "T"
    assert metadata.extra == ({"page": value} if value else {})


def test_a_number_too_long_for_decimal_is_text() -> None:
    number = 16**5_000
    assert JsonValues().convert({number: number}) == {f"0x1{'0' * 5_000}": f"0x1{'0' * 5_000}"}
