"""Feeds: RSS in its versions and Atom, one document an entry, and nothing in them does harm."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.extract import extract
from indexer.extract.content import InMemory
from indexer.model import Document, Kind, Origin
from indexer.report import Skip
from tests.extract.conftest import DEEP, Extract, Extracted, plain, source_file

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
  <title>The Courier</title><link>https://courier.example/</link><language>en-GB</language>
  <item>
    <title>Radars &amp; masts</title>
    <link>https://courier.example/masts</link>
    <guid isPermaLink="false">2025/17</guid>
    <pubDate>Mon, 19 May 2025 23:30:00 -0500</pubDate>
    <dc:creator>Mira Tal</dc:creator>
    <category>radar</category><category>Ostrel, Velmara</category>
    <description>A summary.</description>
    <content:encoded><![CDATA[<p>The masts stand on the hill.</p>
    <blockquote>They stand too near.</blockquote>]]></content:encoded>
  </item>
  <item>
    <title>Second</title>
    <link>https://courier.example/b</link>
    <author>desk@courier.example (Ilsa Renn)</author>
    <description>&lt;p&gt;Nothing&amp;nbsp;new.&lt;/p&gt;&lt;ul&gt;&lt;li&gt;Not here&lt;/li&gt;&lt;/ul&gt;</description>
  </item>
  <item><title>Only a title&nbsp;here</title></item>
  <item></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="uk" xml:base="https://courier.example/">
  <title>The Courier</title><author><name>The desk</name></author>
  <entry>
    <id>tag:courier.example,2025:1</id><title type="html">Radars &amp;amp; &lt;b&gt;masts&lt;/b&gt;</title>
    <link rel="self" href="/self"/><link href="masts"/>
    <published>2025-05-19T23:30:00-05:00</published><updated>2025-05-21T00:00:00Z</updated>
    <author><name>Mira Tal</name></author><author><name>Ilsa Renn</name></author>
    <category term="radar"/><category term="x" label="Ostrel"/>
    <summary>A summary.</summary>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><h2>Where</h2><p>On the <em>hill</em>.</p></div></content>
  </entry>
  <entry>
    <id>2</id><title>Text</title><updated>2025-05-20T00:00:00Z</updated>
    <content type="text">If a &lt; b, then so it is.</content>
    <source><title>Another paper</title></source>
  </entry>
</feed>"""

RDF = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://courier.example/"><title>The Courier</title></channel>
<item rdf:about="https://courier.example/a"><title>Masts</title><link>https://courier.example/a</link>
<description>The masts stand.</description><dc:date>2025-05</dc:date><dc:subject>radar</dc:subject></item>
</rdf:RDF>"""


def documents(extracted: Extracted) -> list[Document]:
    return [found for found in extracted if isinstance(found, Document)]


@pytest.mark.parametrize("name", ["news.rss", "news.xml", "news.txt", "news", "news.html"])
def test_rss(extract_file: Extract, name: str) -> None:
    found = extract_file(name, RSS)
    first, second, third = documents(found)
    assert plain(first.blocks) == [
        (Kind.PARAGRAPH, "The masts stand on the hill."),
        (Kind.BLOCKQUOTE, "They stand too near."),
    ]
    metadata = first.metadata
    assert (metadata.id, metadata.format, metadata.title) == (f"{name}:2025:17", "feed", "Radars & masts")
    assert (metadata.source, metadata.author, metadata.language) == ("The Courier", ("Mira Tal",), "en")
    assert metadata.published == "2025-05-19T23:30:00-05:00"
    assert metadata.url == "https://courier.example/masts"
    assert metadata.tag == ("radar", "Ostrel, Velmara")
    assert metadata.origins["source"] is Origin.FEED
    assert plain(second.blocks) == [(Kind.PARAGRAPH, "Nothing\u00a0new."), (Kind.LIST_ITEM, "Not here")]
    assert second.metadata.author == ("Ilsa Renn",)
    assert second.metadata.id.startswith(f"{name}:https-::courier.example:b~")
    assert second.metadata.published is None
    assert [block.text for block in third.blocks] == ["Only a title here"]
    assert found[3:] == [Skip(f"{name} → 4", "no text")]


def test_an_entry_that_is_nested_too_deeply_is_read_as_far_as_that(extract_file: Extract) -> None:
    items = "".join(f"<item><description><![CDATA[{text}]]></description></item>" for text in (f"<p>One.</p>{DEEP}deep", DEEP))
    document, cut, skip = extract_file("a.rss", f"<rss><channel>{items}</channel></rss>")
    assert isinstance(document, Document)
    assert [block.text for block in document.blocks] == ["One."]
    hint = "Open it in a program that shows it, and save its text."
    assert cut == Skip("a.rss → 1", "nested too deeply: what lies behind is left out", hint, whole=False)
    assert skip == Skip("a.rss → 2", "nested too deeply", hint)


def test_atom(extract_file: Extract) -> None:
    first, second = documents(extract_file("news.atom", ATOM))
    assert plain(first.blocks) == [(Kind.HEADING, "Where"), (Kind.PARAGRAPH, "On the hill.")]
    metadata = first.metadata
    assert metadata.id.startswith("news.atom:tag-courier.example-2025-1~")
    assert metadata.title == "Radars & masts"
    assert (metadata.author, metadata.tag, metadata.language) == (("Mira Tal", "Ilsa Renn"), ("radar", "Ostrel"), "uk")
    assert (metadata.published, metadata.url) == ("2025-05-19T23:30:00-05:00", "https://courier.example/masts")
    assert metadata.extra == {"updated": "2025-05-21T00:00:00Z"}
    assert [block.text for block in second.blocks] == ["If a < b, then so it is."]
    assert (second.metadata.source, second.metadata.author) == ("Another paper", ("The desk",))
    assert second.metadata.published == "2025-05-20T00:00:00Z"


def test_rss_1(extract_file: Extract) -> None:
    [document] = documents(extract_file("news", RDF))
    metadata = document.metadata
    assert (metadata.title, metadata.published, metadata.tag) == ("Masts", "2025-05", ("radar",))
    assert (metadata.source, metadata.url) == ("The Courier", "https://courier.example/a")


def test_rss_of_the_oldest_kind(extract_file: Extract) -> None:
    head = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/rss-0.91.dtd">'
    feed = (
        f'{head}<rss version="0.91"><channel><title>T</title><item><title>Masts</title><description>Stand.</description></item>'
    )
    found = extract_file("a", f"{feed}</channel></rss>")
    assert [document.metadata.title for document in documents(found)] == ["Masts"]
    assert len(found) == 1


@pytest.mark.parametrize("encoding", ["utf-16", "iso8859-1"])
def test_other_encodings(extract_file: Extract, encoding: str) -> None:
    raw = RSS.replace("UTF-8", encoding).replace("Radars", "Café").encode(encoding)
    assert documents(extract_file("a.xml", raw))[0].metadata.title == "Café & masts"


def test_entries_without_an_id_go_by_their_content(extract_file: Extract) -> None:
    item = "<item><description>Some text.</description></item>"
    [document] = documents(extract_file("a.rss", f"<rss><channel>{item}</channel></rss>"))
    assert document.metadata.id == "a.rss:13b4c5aecd1b6d74"


def test_a_feed_that_breaks_off_keeps_what_stands_before(extract_file: Extract) -> None:
    found = extract_file("a.rss", RSS[: RSS.index("<title>Second")])
    assert documents(found)[0].metadata.title == "Radars & masts"
    assert isinstance(found[-1], Skip)
    assert found[-1].reason.startswith("not well-formed XML, so something may be missing: ")
    assert not found[-1].whole


def test_what_is_not_well_formed_is_said_with_its_line_in_the_file(extract_file: Extract) -> None:
    head = '<?xml version="1.0"?>\n<!DOCTYPE rss [\n<!ENTITY a "b">\n]>\n'
    found = extract_file("a.rss", f"{head}<rss><channel>\n<item><title>One</title></item>\n<item><title>Two</wrong></item>\n")
    assert isinstance(found[-1], Skip)
    assert found[-1].reason.endswith("in line 7")


_NAMES = "abcdefghijk"
_LAUGHS = '<!DOCTYPE rss [<!ENTITY a "lol">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 9}">' for before, name in pairwise(_NAMES)
)


def test_entities_of_its_own_cost_an_entry(extract_file: Extract) -> None:
    items = "<item><title>One</title><description>&k;</description></item><item><title>Two</title></item>"
    found = extract_file("a.rss", f"{_LAUGHS}]><rss><channel>{items}</channel></rss>")
    assert [document.metadata.title for document in documents(found)] == ["Two"]
    hint = "Write what it stands for in its place."
    assert found[0] == Skip("a.rss → 1", "uses an entity that the feed defines for itself", hint)


def test_nothing_is_fetched(extract_file: Extract) -> None:
    entity = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    found = extract_file("a.rss", f"{entity}<rss><channel><item><title>A &x; b</title></item></channel></rss>")
    assert [skip.reason for skip in found if isinstance(skip, Skip)] == ["uses an entity that the feed defines for itself"]
    assert not documents(found)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.rss", "<rss><channel><title>Empty</title></channel></rss>", "the feed has no entries"),
        ("a.xml", "<plist><string>Ostrel</string></plist>", "unknown format: XML, but no feed"),
        ("a.xml", "words", "not XML that can be read"),
    ],
)
def test_what_is_no_feed(extract_file: Extract, name: str, content: str, reason: str) -> None:
    [skip] = extract_file(name, content)
    assert isinstance(skip, Skip)
    assert skip.reason == reason


def test_depth_is_no_failure(extract_file: Extract) -> None:
    found = extract_file("a.rss", f"<rss><channel><item><title>T</title>{'<x>' * 100_000}")
    assert not any("unexpected" in skip.reason for skip in found if isinstance(skip, Skip))


@pytest.mark.parametrize("feed", [RSS, ATOM, RDF])
@given(flips=st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(b"<>&;!\"' \x00/[]e\xff")), max_size=30))
def test_damage_never_raises(feed: str, flips: list[tuple[int, int]]) -> None:
    damaged = bytearray(feed.encode())
    for at, value in flips:
        damaged[at % len(damaged)] = value
    for found in extract(source_file("a.rss", InMemory(bytes(damaged)))):
        assert not isinstance(found, Skip) or "unexpected" not in found.reason, found


@pytest.mark.parametrize("piece", ["<?a?>", "<!-- a -->", "<!DOCTYPE a []>"])
def test_beginnings_without_end_are_looked_through_once(extract_file: Extract, piece: str) -> None:
    assert not documents(extract_file("a.xml", piece * 3_000))
