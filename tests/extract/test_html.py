"""HTML: the main content as blocks, the page's own statements, and pages that are broken, deep or huge."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence

import pytest

from indexer.cleaning import one_line
from indexer.extract import html, html_blocks, html_metadata
from indexer.extract.html import main_blocks, parse
from indexer.extract.html_blocks import blocks_of
from indexer.extract.tables import row_blocks
from indexer.model import Block, Document, DocumentMetadata, Kind, Origin
from indexer.report import Skip
from tests.extract.conftest import Extract, plain

P, H, L, Q, T, C = Kind.PARAGRAPH, Kind.HEADING, Kind.LIST_ITEM, Kind.BLOCKQUOTE, Kind.TABLE_ROW, Kind.CODE
Describe = Callable[[str, str], DocumentMetadata]

PAGE = """<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8">
<title>Ostrel signs radar deal | The Ostrel Courier</title>
<meta property="og:site_name" content="The Ostrel Courier">
<meta name="author" content="Mira Tal; Jon Rask">
<meta property="article:published_time" content="2025-03-02T08:30:00+02:00">
<meta name="keywords" content="radar, industry">
<meta name="description" content="Four radars, one shed.">
<link rel="canonical" href="https://courier.example/radar">
</head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/world">World</a></li></ul></nav>
<main><article>
<h1>Ostrel signs radar deal</h1>
<p>The government of Velmara signed a contract for <b>four</b> mobile
radars on Sunday,   the ministry said in a statement that ran over several pages and named no price at all.</p>
<h2>What was bought</h2>
<p>Each radar comes with a crew of six, two trucks and a generator. It can be moved within an hour, which the army regards as
a necessity and the neighbours as a nuisance.</p>
<ul><li>Four radars with masts<ul><li>two spare antennas</li></ul></li><li>Eight trucks</li></ul>
<blockquote><p>“We are glad,” said Ilsa Renn, the minister, of the deal, which had taken a year.</p></blockquote>
<table><tr><th>Item</th><th>Count</th></tr><tr><td>Radar</td><td>4</td></tr><tr><td>Truck</td><td>8</td></tr></table>
<pre><code>mast = 1
  antenna = 2</code></pre>
<p>Use the <code>coast</code> key &amp; the rest &lt;later&gt;, the handbook says, and leave the brewery out of it for now.</p>
</article></main>
<footer><p>Copyright 2025 The Ostrel Courier. All rights reserved.</p></footer>
</body></html>
"""


def test_the_main_content_of_a_page(extract_file: Extract) -> None:
    [document] = extract_file("a.html", PAGE)
    assert isinstance(document, Document)
    assert plain(document.blocks) == [
        (H, "Ostrel signs radar deal"),
        (
            P,
            "The government of Velmara signed a contract for four mobile radars on Sunday, the ministry said in a "
            "statement that ran over several pages and named no price at all.",
        ),
        (H, "What was bought"),
        (
            P,
            "Each radar comes with a crew of six, two trucks and a generator. It can be moved within an hour, which the army "
            "regards as a necessity and the neighbours as a nuisance.",
        ),
        (L, "Four radars with masts"),
        (L, "two spare antennas"),
        (L, "Eight trucks"),
        (Q, "“We are glad,” said Ilsa Renn, the minister, of the deal, which had taken a year."),
        (T, "Item: Radar | Count: 4"),
        (T, "Item: Truck | Count: 8"),
        (C, "mast = 1\n  antenna = 2"),
        (P, "Use the coast key & the rest <later>, the handbook says, and leave the brewery out of it for now."),
    ]
    assert [block.level for block in document.blocks if block.kind is H] == [1, 2]


def test_what_a_page_states(metadata_of: Describe) -> None:
    metadata = metadata_of("a.html", PAGE)
    assert metadata.title == "Ostrel signs radar deal"
    assert metadata.source == "The Ostrel Courier"
    assert metadata.author == ("Mira Tal", "Jon Rask")
    assert metadata.published == "2025-03-02T08:30:00+02:00"
    assert metadata.language == "en"
    assert metadata.url == "https://courier.example/radar"
    assert metadata.tag == ("radar", "industry")
    assert metadata.extra == {"language": "en-GB", "description": "Four radars, one shed."}
    assert set(metadata.origins.values()) == {Origin.HTML}


JSON_LD = """<script type="application/ld+json">{"@graph": [{"@type": "WebSite", "name": "no"}, {"@type": "NewsArticle",
"headline": "Radars", "datePublished": "2025-03", "author": [{"name": "Mira Tal"}, {"name": "Jon Rask"}],
"publisher": {"name": "The Courier"}, "keywords": ["a", "b, c"], "url": "https://courier.example/x"}]}</script>"""


@pytest.mark.parametrize(
    ("head", "body", "field", "value"),
    [
        (JSON_LD, "", "title", "Radars"),
        (JSON_LD, "", "published", "2025-03"),
        (JSON_LD, "", "author", ("Mira Tal", "Jon Rask")),
        (JSON_LD, "", "source", "The Courier"),
        (JSON_LD, "", "tag", ("a", "b", "c")),
        (JSON_LD, "", "url", "https://courier.example/x"),
        ('<script type="application/ld+json">{broken</script><title>T</title>', "", "title", "T"),
        ('<script type="application/ld+json">{"headline": "A", "author": "Mira Tal"}</script>', "", "author", ("Mira Tal",)),
        ("<title>The Courier – Radars</title><meta property='og:site_name' content='the courier'>", "", "title", "Radars"),
        ("<title>Radars | Trucks</title><meta property='og:site_name' content='The Courier'>", "", "title", "Radars | Trucks"),
        ("<title>Radars | The Courier</title>", "", "title", "Radars | The Courier"),
        ("", "<h1>From the text</h1>", "title", "From the text"),
        ("", "<time itemprop='datePublished' datetime='2025-03-02'>2 March</time>", "published", "2025-03-02"),
        ("", "<time class='entry-date published' datetime='2025-03-02'>2 March</time>", "published", "2025-03-02"),
        ("", "<p>The talks of <time datetime='2025-03-02'>2 March</time> ended.</p><p>Copyright 2024</p>", "published", None),
        ("<meta name='date' content='2 March 2025'>", "", "published", "2025-03-02"),
        ("<meta name='date' content='last week'>", "", "published", None),
        ("", "<p class='byline'>By Mira Tal</p>", "author", ("Mira Tal",)),
        ("", "<a rel='author' href='/x'>Jon Rask</a>", "author", ("Jon Rask",)),
        ("<meta property='article:author' content='https://social.example/mira'>", "", "author", ()),
        ("<link rel='canonical' href='/relative'>", "", "url", None),
        ("<meta property='og:url' content='javascript:alert(1)'>", "", "url", None),
    ],
)
def test_where_statements_stand(metadata_of: Describe, head: str, body: str, field: str, value: object) -> None:
    page = f"<html><head>{head}</head><body>{body}<p>The talks ended late, and nobody was pleased with them.</p></body></html>"
    assert getattr(metadata_of("a.html", page), field) == value


@pytest.mark.parametrize(
    ("markup", "blocks"),
    [
        ("<p>one<p>two", [(P, "one"), (P, "two")]),
        ("<div>one <span>two</span><p>three</p>four</div>five", [(P, "one two"), (P, "three"), (P, "four"), (P, "five")]),
        ("<p>a<br>b<br/><br>\n c</p>", [(P, "a\nb"), (P, "c")]),
        ("<h2>a<br>b</h2>", [(H, "a b")]),
        ("<blockquote>a<h3>b</h3><p>c</p></blockquote><p>d</p>", [(Q, "a"), (Q, "b"), (Q, "c"), (P, "d")]),
        ("<ul><li>a<p>b</p><blockquote>c</blockquote></li></ul>", [(L, "a"), (L, "b"), (Q, "c")]),
        ("<dl><dt>a</dt><dd>b</dd></dl>", [(L, "a"), (L, "b")]),
        ("<pre>\n  a\n    b\n</pre>", [(C, "  a\n    b")]),
        ("<table><caption>c</caption><tr><td>a</td><td>b</td></tr></table>", [(P, "c"), (T, "a | b")]),
        ("<table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td><td>c</td></tr></table>", [(T, "a | b"), (P, "c")]),
        ("<table role=presentation><tr><td>a</td><td>b</td></tr></table>", [(P, "a"), (P, "b")]),
        ("<table><tr><td>a</td></tr><tr><td>b</td></tr></table>", [(P, "a"), (P, "b")]),
        (
            "<table><tr><th>H</th><th colspan=2>I</th></tr><tr><td>a</td><td>b<p>c</p></td><td>d</td></tr></table>",
            [(T, "H: a | I: b c | d")],
        ),
        ("<p>a<script>no</script><style>no</style><!-- no -->b<svg><text>no</text></svg></p>", [(P, "ab")]),
        ("<nav>no</nav><p>a</p><footer>no</footer>", [(P, "a")]),
        ("<article><footer>kept</footer></article>", [(P, "kept")]),
        ("<p>  </p><p>&nbsp;</p><p>a&nbsp;&nbsp;b</p>", [(P, "a\u00a0\u00a0b")]),
    ],
)
def test_blocks_of_any_tree(markup: str, blocks: list[tuple[Kind, str]]) -> None:
    assert plain(blocks_of(parse(f"<html><body>{markup}</body></html>"))) == blocks


@pytest.mark.parametrize(
    "page",
    [
        "<p>Short text.</p>",
        "Short text.",
        "<html><body>Short text.",
        "<?xml version='1.0' encoding='utf-8'?><html><body>Short text.</body></html>",
    ],
)
def test_short_pages_are_read_whole(extract_file: Extract, page: str) -> None:
    [document] = extract_file("a.html", page)
    assert isinstance(document, Document)
    assert plain(document.blocks) == [(P, "Short text.")]


@pytest.mark.parametrize("tag", ["div", "blockquote", "ul><li", "table><tr><td", "b"])
@pytest.mark.parametrize("depth", [300, 1_500, 50_000])
def test_no_depth_of_nesting_is_a_failure(extract_file: Extract, tag: str, depth: int) -> None:
    page = f"<html><body><p>The talks ended.</p>{f'<{tag}>' * depth}deep"
    found, *skips = extract_file("a.html", page, max_file_bytes=2_000_000)
    assert isinstance(found, Document)
    texts = [block.text for block in found.blocks]
    assert "The talks ended." in texts
    hint = "Open it in a program that shows it, and save its text."
    left_out = [] if "deep" in texts else [Skip("a.html", "nested too deeply: what lies behind is left out", hint, whole=False)]
    assert skips == left_out
    assert depth > 300 or not left_out
    assert depth < 50_000 or left_out


def test_a_page_that_is_nested_too_deeply_says_so(extract_file: Extract) -> None:
    [skip] = extract_file("a.html", f"<html><body>{'<div>' * 5_000}deep")
    assert isinstance(skip, Skip)
    assert (skip.reason, skip.whole) == ("nested too deeply", True)


@pytest.mark.parametrize("bound", ["MAX_CHARACTERS", "MAX_ELEMENTS", "MAX_DEPTH"])
def test_a_page_too_large_for_main_content_is_read_whole(
    extract_file: Extract, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    monkeypatch.setattr(html, bound, 3)
    monkeypatch.setattr(html, "_main_content", lambda _root: pytest.fail("the main content was looked for"))
    [document] = extract_file("a.html", PAGE.replace("<main><article>", "<div>").replace("</article></main>", "</div>"))
    assert isinstance(document, Document)
    assert document.blocks[-1].text.startswith("Use the coast key")


def test_two_articles_are_both_read() -> None:
    root = parse("<html><body><article>a</article><article>b</article></body></html>")
    assert plain(main_blocks(root)) == [(P, "a"), (P, "b")]


def test_nothing_is_logged_to_the_terminal(extract_file: Extract, capsys: pytest.CaptureFixture[str]) -> None:
    extract_file("a.html", "<html><body></body></html>")
    assert logging.getLogger("trafilatura").handlers
    assert capsys.readouterr() == ("", "")


def test_the_declared_encoding_holds(extract_file: Extract) -> None:
    page = "<html><head><meta charset='windows-1251'></head><body><p>Радары едут к морю.</p></body></html>"
    [document] = extract_file("a.html", page.encode("cp1251"))
    assert isinstance(document, Document)
    assert document.blocks[0].text == "Радары едут к морю."


def test_a_byline_around_the_page_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(text: str) -> str:
        read.append(text)
        return one_line(text)

    monkeypatch.setattr(html_metadata, "one_line", counted)
    words = "".join(f"<p>{'word ' * 300}</p>" for _ in range(20))
    page = f"<html><body>{'<div class=author>' * 100}{words}<p class=byline>\n  By <b>Mira\n Tal</b></p></body></html>"
    assert html_metadata.stated_metadata(parse(page)) == {"author": ["Mira Tal"]}
    assert sum(map(len, read)) < 1_000


def test_a_byline_is_not_made_of_a_thousand_elements(metadata_of: Describe) -> None:
    assert metadata_of("a.html", f"<body><div class=byline>Mira{'<br>' * 1_000}</div><p>Text.</p>").author == ()


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Radars - The Courier - Ostrel", "Radars"),
        ("The Courier - Ostrel - Radars", "Radars"),
        ("THE COURIER - OSTREL :: Radars | Trucks", "Radars | Trucks"),
        ("RadarsThe Courier - Ostrel", "RadarsThe Courier - Ostrel"),
        ("The Courier - Ostrel", "The Courier - Ostrel"),
        ("a | " * 200_000 + "The Courier - Ostrel", ("a | " * 200_000).removesuffix(" | ")),
        ("a | " * 200_000 + "b", "a | " * 200_000 + "b"),
    ],
)
def test_the_site_is_taken_off_either_end_of_a_title(title: str, shown: str) -> None:
    page = f"<head><title>{title}</title><meta property='og:site_name' content='The Courier - Ostrel'></head><body>x"
    assert html_metadata.stated_metadata(parse(page))["title"] == shown


def test_a_long_header_is_read_once() -> None:
    rows = "<tr><td>a<td>b" * 3
    blocks = blocks_of(parse(f"<table><tr><th>{'h' * 121}<th>I</tr>{rows}</table>"))
    assert plain(blocks) == [(T, f"{'h' * 121} | I"), *[(T, "a | I: b")] * 3]


@pytest.mark.parametrize(("header", "columns"), [("<td>a<td>b", 0), ("<th>a<th>b", 2), ("<th colspan=100>a" * 20, 1_010)])
def test_wide_cells_take_no_more_columns_than_there_are(monkeypatch: pytest.MonkeyPatch, header: str, columns: int) -> None:
    read: list[int] = []

    def counted(names: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[Block]:
        rows = [*rows]
        read.extend([len(names), *map(len, rows)])
        return row_blocks(names, rows)

    monkeypatch.setattr(html_blocks, "row_blocks", counted)
    blocks = blocks_of(parse(f"<table><tr>{header}</tr><tr>{'<td colspan=100>c' * 30}</table>"))
    assert blocks[-1].text.count("c") == 30
    assert max(read) <= max(columns, 30) + 30


def test_rows_in_cells_are_read_once() -> None:
    blocks = blocks_of(parse(f"<table>{'<tr><td>a<td><div>' * 50}deep"))
    assert sum(block.text.count("deep") for block in blocks) == 1


def test_preformatted_text_is_code_with_its_lines(extract_file: Extract) -> None:
    before = "The ministry in Ostrel published a short guide, which tells in plain sentences how the list of notices is kept."
    after = "The guide ends with a paragraph on how long notices are kept, and on who may ask the harbour office for a copy."
    page = f"<main><h1>How the list is kept</h1><p>{before}</p><pre>$ first step\n$ second step</pre><p>{after}</p></main>"
    [document] = extract_file("a.html", f"<html><body>{page}</body></html>")
    assert isinstance(document, Document)
    assert (Kind.CODE, "$ first step\n$ second step") in plain(document.blocks)
