"""DOCX, ODT, EPUB and RTF: known paragraphs come back, and nothing in a file leads its reader astray."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from xml.sax.saxutils import escape

import pytest

from indexer.extract.style_names import kind_of_style
from indexer.model import Document, Kind
from indexer.report import Skip
from tests.extract.conftest import DEEP, Extract, Extracted, plain
from tests.extract.make_office import docx, epub, odt, packed, page, rich, rtf, word, word_style
from tests.extract.prose import headings, paragraphs

RECALL = 0.98
_STYLES = word_style("T1", "heading 1") + word_style("T2", "heading 2", '<w:basedOn w:val="T1"/>')


def only(found: Extracted) -> Document:
    [document] = found
    assert isinstance(document, Document), document
    return document


def _docx_of(content: Sequence[tuple[str, int]]) -> bytes:
    return docx(
        "".join(word(text, f'<w:pStyle w:val="T{level}"/>' if level else "") for text, level in content), styles=_STYLES
    )


def _odt_of(content: Sequence[tuple[str, int]]) -> bytes:
    return odt(
        "".join(
            f'<text:h text:outline-level="{level}">{escape(text)}</text:h>' if level else f"<text:p>{escape(text)}</text:p>"
            for text, level in content
        )
    )


def _epub_of(content: Sequence[tuple[str, int]]) -> bytes:
    pages = {
        f"chapter{number}.xhtml": "".join(
            f"<h{level}>{escape(text)}</h{level}>" if level else f"<p>{escape(text)}</p>"
            for text, level in content[number : number + 30]
        )
        for number in range(0, len(content), 30)
    }
    return epub(pages)


def _rtf_of(content: Sequence[tuple[str, int]]) -> bytes:
    return rtf("".join(rf"\pard\s{level} {rich(text)}\par" + "\r\n" for text, level in content))


WRITERS: dict[str, Callable[[Sequence[tuple[str, int]]], bytes]] = {
    "docx": _docx_of,
    "odt": _odt_of,
    "epub": _epub_of,
    "rtf": _rtf_of,
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("suffix", [".bin", ".txt", ""])
def test_paragraphs_come_back_whatever_the_file_is_called(extract_file: Extract, name: str, suffix: str) -> None:
    content: list[tuple[str, int]] = []
    for number, text in enumerate(paragraphs(200)):
        if number % 40 == 0:
            content.append((headings(5)[number // 40], 2 if number else 1))
        content.append((f"{text} “Ä & <ж>”", 0))
    document = only(extract_file(f"a{suffix or '.' + name}", WRITERS[name](content)))
    assert document.metadata.format == name
    found = [(block.text, block.level) for block in document.blocks]
    assert sum(one in found for one in content) >= RECALL * len(content)
    assert (document.metadata.title, document.metadata.title_derived) == (headings(5)[0], False)


def test_word_documents_read_as_they_are_shown(extract_file: Extract) -> None:
    body = (
        word("A title", '<w:pStyle w:val="Title"/>')
        + "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj></w:sdtPr>"
        + f"<w:sdtContent>{word('Contents 1')}</w:sdtContent></w:sdt>"
        + "<w:p><w:r><w:t>The masts </w:t></w:r><w:del><w:r><w:delText>fell</w:delText></w:r></w:del>"
        + "<w:ins><w:r><w:t>stood</w:t></w:r></w:ins><w:r><w:footnoteReference w:id='2'/></w:r>"
        + "<w:hyperlink><w:r><w:t xml:space='preserve"
        + "'> on the coast</w:t></w:r></w:hyperlink>"
        + "<w:r><w:rPr><w:vanish/></w:rPr><w:t>unseen</w:t></w:r><w:r><w:t>.</w:t><w:br/><w:t>A new line</w:t></w:r>"
        + "<w:r><w:fldChar w:fldCharType='begin'/><w:instrText>PAGE</w:instrText></w:r>"
        + "<w:r><mc:AlternateContent xmlns:mc='urn:mc'><mc:Choice><w:txbxContent>"
        + f"{word('In a box')}</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>{word('In a box')}</w:txbxContent>"
        + "</mc:Fallback></mc:AlternateContent></w:r><w:r><w:endnoteReference w:id='3'/></w:r></w:p>"
        + word("one", "<w:numPr><w:numId w:val='4'/></w:numPr>")
        + word("two", '<w:pStyle w:val="Bullets"/>')
        + word("not a list", '<w:pStyle w:val="Bullets"/><w:numPr><w:numId w:val="0"/></w:numPr>')
        + word("Said by Renn", '<w:pStyle w:val="Quote"/>')
        + word("Set by its level", '<w:outlineLvl w:val="1"/>')
        + "<w:tbl><w:tblPr><w:tblLook w:val='04A0'/></w:tblPr>"
        + "".join(
            "<w:tr>" + "".join(f"<w:tc>{''.join(map(word, cell))}</w:tc>" for cell in row) + "</w:tr>"
            for row in ([["Layer"], ["System"]], [["outer"], ["long", "range"]], [["inner"], [""]])
        )
        + "</w:tbl><w:tbl><w:tr><w:tc>"
        + word("A box that is no table")
        + "</w:tc></w:tr></w:tbl>"
    )
    styles = (
        word_style("Title", "Title")
        + word_style("Quote", "Quote")
        + word_style("Bullets", "List Bullet", "<w:pPr><w:numPr><w:numId w:val='1'/></w:numPr></w:pPr>")
    )
    notes = (
        f"<w:footnote w:type='separator' w:id='0'>{word('-')}</w:footnote><w:footnote w:id='2'>{word('A note.')}</w:footnote>"
    )
    core = "<dc:title>Masts</dc:title><dc:creator>Ilsa Renn;Teo Maric</dc:creator><cp:keywords>radar, coast</cp:keywords>"
    created = "<dcterms:created xmlns:dcterms='urn:t'>2025-05-19T08:00:00Z</dcterms:created>"
    endnotes = f"<w:endnote w:id='3'>{word('At the end.')}</w:endnote>"
    document = only(extract_file("a.docx", docx(body, styles=styles, footnotes=notes, endnotes=endnotes, core=core + created)))
    assert plain(document.blocks) == [
        (Kind.HEADING, "A title"),
        (Kind.PARAGRAPH, "The masts stood on the coast.\nA new line"),
        (Kind.PARAGRAPH, "A note."),
        (Kind.PARAGRAPH, "In a box"),
        (Kind.LIST_ITEM, "one"),
        (Kind.LIST_ITEM, "two"),
        (Kind.PARAGRAPH, "not a list"),
        (Kind.BLOCKQUOTE, "Said by Renn"),
        (Kind.HEADING, "Set by its level"),
        (Kind.TABLE_ROW, "Layer: outer | System: long range"),
        (Kind.TABLE_ROW, "Layer: inner"),
        (Kind.PARAGRAPH, "A box that is no table"),
        (Kind.PARAGRAPH, "At the end."),
    ]
    metadata = document.metadata
    assert (metadata.title, metadata.author, metadata.tag) == ("Masts", ("Ilsa Renn", "Teo Maric"), ("radar", "coast"))
    assert (metadata.published, metadata.extra) == (None, {})
    assert document.left_out == len("Contents1" + "fell" + "unseen")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("heading 2", (Kind.HEADING, 2)),
        ("Überschrift 9", (Kind.HEADING, 6)),
        ("Title", (Kind.HEADING, 1)),
        ("Subtitle", None),
        ("Intense Quote", (Kind.BLOCKQUOTE, 0)),
        ("Quotations", (Kind.BLOCKQUOTE, 0)),
        ("Block Text", (Kind.BLOCKQUOTE, 0)),
        ("Body Text", None),
        ("Text", None),
    ],
)
def test_styles_say_by_their_names_what_they_make(name: str, kind: tuple[Kind, int] | None) -> None:
    assert kind_of_style(name) == kind


def test_hidden_text_of_word_documents(extract_file: Extract) -> None:
    """A style may hide text, of a run or a paragraph, and a run may show it all the same."""
    hide, show = "<w:vanish/>", "<w:vanish w:val='0'/>"
    secret = "<w:rStyle w:val='Secret'/>"
    runs = ((" one", ""), (" two", secret), (" three", secret + show), (" four", hide))
    made = "".join(f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>" for text, properties in runs)
    body = f"<w:p>{made}</w:p>" + "".join(
        f"<w:p><w:pPr><w:pStyle w:val='{style}'/>{level}</w:pPr>{made}</w:p>"
        for style, level in (("Gone", ""), ("Deep", ""), ("Gone", "<w:outlineLvl w:val='0'/>"))
    )
    hidden = f"<w:rPr>{hide}</w:rPr>"
    styles = (
        word_style("Secret", "Secret", hidden)
        + word_style("Gone", "Gone", hidden)
        + word_style("Deep", "Deep", f"<w:pPr><w:outlineLvl w:val='1'/></w:pPr>{hidden}")
    )
    document = only(extract_file("a.docx", docx(body, styles=styles)))
    assert plain(document.blocks) == [
        (Kind.PARAGRAPH, "one three"),
        (Kind.PARAGRAPH, "three"),
        (Kind.HEADING, "three"),
        (Kind.HEADING, "three"),
    ]
    assert document.left_out == 4 * len("twofour") + 3 * len("one")


def test_opendocument_texts(extract_file: Extract) -> None:
    body = (
        "<text:sequence-decls/><text:tracked-changes><text:changed-region><text:p>deleted</text:p></text:changed-region>"
        "</text:tracked-changes><text:p text:style-name='P1'>A title</text:p><text:table-of-content><text:index-body>"
        "<text:p>Contents</text:p></text:index-body></text:table-of-content>"
        "<text:section><text:p>The <text:span>masts</text:span><text:s text:c='3'/>stood<text:note text:note-class='footnote'>"
        "<text:note-citation>1</text:note-citation><text:note-body><text:p>A note.</text:p></text:note-body></text:note> on"
        "<text:tab/>the\n   <text:a>coast</text:a>.<text:line-break/>A new line<draw:frame><draw:text-box>"
        "<text:p>In a box</text:p></draw:text-box></draw:frame>"
        "<text:note text:note-class='endnote'><text:note-body><text:p>At the end.</text:p>"
        "</text:note-body></text:note><office:annotation><text:p>comment</text:p></office:annotation></text:p></text:section>"
        "<text:list><text:list-item><text:p>one</text:p><text:list><text:list-item><text:p>inner</text:p></text:list-item>"
        "</text:list></text:list-item></text:list><text:p text:style-name='Quotations'>Said by Renn</text:p>"
        "<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Layer</text:p></table:table-cell>"
        "<table:table-cell table:number-columns-repeated='2'><text:p>System</text:p></table:table-cell></table:table-row>"
        "</table:table-header-rows><table:table-row><table:table-cell><text:p>outer</text:p></table:table-cell>"
        "<table:table-cell/><table:table-cell><text:p>long</text:p><text:p>range</text:p></table:table-cell></table:table-row>"
        "</table:table>"
    )
    meta = (
        "<dc:title>Masts</dc:title><dc:creator>Somebody</dc:creator><meta:initial-creator>Ilsa Renn</meta:initial-creator>"
        "<meta:keyword>radar</meta:keyword><meta:keyword>coast</meta:keyword><dc:date>2025-05-19</dc:date>"
        "<dc:language>en-GB</dc:language>"
    )
    styles = "<style:style style:name='P1' style:parent-style-name='Title'/>"
    document = only(extract_file("a.odt", odt(body, meta, styles)))
    assert plain(document.blocks) == [
        (Kind.HEADING, "A title"),
        (Kind.PARAGRAPH, "The masts stood on the coast.\nA new line"),
        (Kind.PARAGRAPH, "A note."),
        (Kind.PARAGRAPH, "In a box"),
        (Kind.LIST_ITEM, "one"),
        (Kind.LIST_ITEM, "inner"),
        (Kind.BLOCKQUOTE, "Said by Renn"),
        (Kind.TABLE_ROW, "Layer: outer | System: long range"),
        (Kind.PARAGRAPH, "At the end."),
    ]
    metadata = document.metadata
    assert (metadata.title, metadata.author, metadata.tag) == ("Masts", ("Ilsa Renn",), ("radar", "coast"))
    assert (metadata.published, metadata.language) == (None, "en")
    assert document.left_out == len("deletedContentscomment")


def test_books_are_read_in_the_order_of_their_spine(extract_file: Extract) -> None:
    chapters = {
        "nav.xhtml": "<nav epub:type='toc'><ol><li>Contents</li></ol></nav>",
        "b.xhtml": "<h1>First</h1><p>One.</p>",
        "a%20b.xhtml": "<section><h1>Second</h1><p>Two<br/>lines.</p><blockquote><p>Said.</p></blockquote></section>",
    }
    metadata = (
        "<dc:title>Masts</dc:title><dc:creator>Ilsa Renn</dc:creator><dc:creator>Teo Maric</dc:creator>"
        "<dc:publisher>Harbour Press</dc:publisher><dc:date>2025-05</dc:date><dc:language>en</dc:language>"
        "<dc:subject>Coasts</dc:subject><dc:identifier>urn:isbn:1</dc:identifier>"
    )
    raw = epub(chapters, metadata, {"book/a b.xhtml": page(chapters["a%20b.xhtml"])})
    document = only(extract_file("a.epub", raw))
    assert plain(document.blocks) == [
        (Kind.HEADING, "First"),
        (Kind.PARAGRAPH, "One."),
        (Kind.HEADING, "Second"),
        (Kind.PARAGRAPH, "Two\nlines."),
        (Kind.BLOCKQUOTE, "Said."),
    ]
    known = document.metadata
    assert (known.title, known.author, known.source) == ("Masts", ("Ilsa Renn", "Teo Maric"), "Harbour Press")
    assert (known.published, known.language, known.tag, known.extra) == ("2025-05", "en", ("Coasts",), {})
    assert document.left_out == len("Contents")


def test_a_guide_that_names_a_place_in_a_chapter_makes_no_contents_of_it(extract_file: Extract) -> None:
    chapters = {"a.xhtml": "<p>One.</p>", "b.xhtml": "<p>Two.</p><p id='toc'>Contents of the rest.</p>"}
    guide = "<guide><reference type='toc' href='{}'/></guide>"
    for place, texts in (("b.xhtml#toc", ["One.", "Two.", "Contents of the rest."]), ("b.xhtml", ["One."])):
        document = only(extract_file("a.epub", epub(chapters, guide=guide.format(place))))
        assert [block.text for block in document.blocks] == texts


def test_a_chapter_that_cannot_be_read_costs_itself_only(extract_file: Extract) -> None:
    encryption = "<encryption><CipherData><CipherReference URI='book/b.xhtml'/></CipherData></encryption>"
    raw = epub({"a.xhtml": "<p>One.</p>", "b.xhtml": "<p>Locked.</p>"}, extra={"META-INF/encryption.xml": encryption})
    document, skip = extract_file("a.epub", raw)
    assert isinstance(document, Document)
    assert [block.text for block in document.blocks] == ["One."]
    assert isinstance(skip, Skip)
    assert (skip.path, skip.reason, skip.whole) == ("a.epub → book/b.xhtml", "encrypted by copy protection", False)


def test_a_chapter_that_is_nested_too_deeply_is_read_as_far_as_that(extract_file: Extract) -> None:
    chapters = {"a.xhtml": f"<p>One.</p>{DEEP}deep", "b.xhtml": "<p>Two.</p>"}
    document, skip = extract_file("a.epub", epub(chapters))
    assert isinstance(document, Document)
    assert [block.text for block in document.blocks] == ["One.", "Two."]
    assert isinstance(skip, Skip)
    reason = "nested too deeply: what lies behind is left out"
    assert (skip.path, skip.reason, skip.whole) == ("a.epub → book/a.xhtml", reason, False)
    [skip] = extract_file("a.epub", epub({"a.xhtml": f"{DEEP}deep", "b.xhtml": ""}))
    assert isinstance(skip, Skip)
    assert (skip.path, skip.reason, skip.whole) == ("a.epub", "nested too deeply", True)


def test_rich_text(extract_file: Extract) -> None:
    body = (
        r"{\info{\title A \'22quoted\'22 title}{\author Ilsa Renn}{\keywords radar, coast}{\creatim\yr2025}}{\header Gazette}"
        r"\pard\s1 The harbour\par\pard\plain Masts \u8212 ? were {\b counted} by the min\-ister{\super\chftn}{\footnote "
        r"\pard {\super\chftn} A note.\par} in Ostrel.\line A new line\par"
        r"{\pntext\f2\'b7\tab}\pard one\par{\listtext 2.\tab}two\par\pard\s3 Said by Renn\par\pard\plain "
        r"\f1\'cf\'f0\'e8\'e2\'b3\'f2\f0  \u-10179?\u-8704?\par"
        r"\trowd\trhdr\pard\intbl Layer\cell System\cell\row\trowd\pard\intbl outer\cell long\par range\cell\row\pard "
        r"After {\v hidden}{\field{\*\fldinst HYPERLINK x}{\fldrslt a link}}{\*\unknown gone}{\pict 00ff}.\par"
    )
    document = only(extract_file("a.rtf", rtf(body)))
    assert plain(document.blocks) == [
        (Kind.HEADING, "The harbour"),
        (Kind.PARAGRAPH, "Masts — were counted by the minister in Ostrel.\nA new line"),
        (Kind.PARAGRAPH, "A note."),
        (Kind.LIST_ITEM, "one"),
        (Kind.LIST_ITEM, "two"),
        (Kind.BLOCKQUOTE, "Said by Renn"),
        (Kind.PARAGRAPH, "Привіт 😀"),
        (Kind.TABLE_ROW, "Layer: outer | System: long range"),
        (Kind.PARAGRAPH, "After a link."),
    ]
    metadata = document.metadata
    assert (metadata.title, metadata.author, metadata.tag) == ('A "quoted" title', ("Ilsa Renn",), ("radar", "coast"))
    assert (metadata.published, document.left_out) == (None, len("hidden"))


@pytest.mark.parametrize(
    ("page_code", "raw", "text"),
    [
        (1251, r"\'cc\'e0\'f7\'f2\'e0", "Мачта"),
        (1250, r"\'a3\'f3d\'9f", "Łódź"),
        (932, r"\'83\'8c\'81[\'83_\'81[", "レーダー"),
        (1252, r"\'93caf\'e9\'94 \emdash\endash\~x", "“café” —–\u00a0x"),
        (1252, r"\uc2\u1046\'c6\'c6 \uc0\u1046 a\\b\{c\}", "Ж Жa\\b{c}"),
    ],
)
def test_code_pages_of_rich_text(extract_file: Extract, page_code: int, raw: str, text: str) -> None:
    content = rf"{{\rtf1\ansi\ansicpg{page_code} {raw}\par}}".encode("ascii")
    assert only(extract_file("a.rtf", content)).blocks[0].text == text


def test_rich_text_that_ends_too_early_is_read_as_far_as_it_goes(extract_file: Extract) -> None:
    document, skip = extract_file("a.rtf", rtf(r"One.\par Two.\par {\b thr")[:-1])
    assert isinstance(document, Document)
    assert [block.text for block in document.blocks] == ["One.", "Two.", "thr"]
    assert isinstance(skip, Skip)
    assert (skip.reason, skip.whole) == ("broken: it ends in the middle of its text", False)


_BILLION = "<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY {name} '{f'&{before};' * 10}'>" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
_OUTSIDE = "<!DOCTYPE r [<!ENTITY i SYSTEM 'file:///etc/hostname'>"


@pytest.mark.parametrize("declared", [_BILLION, _OUTSIDE])
class TestEntities:
    def test_are_refused_in_word_documents(self, extract_file: Extract, declared: str) -> None:
        content = f"{declared}]><r><body><p><r><t>&i;</t></r></p></body></r>"
        [skip] = extract_file("a.docx", packed({"[Content_Types].xml": "<Types/>", "word/document.xml": content}))
        assert isinstance(skip, Skip)
        assert skip.reason == "declares entities, which no document needs"

    def test_are_refused_in_opendocument_texts(self, extract_file: Extract, declared: str) -> None:
        content = f"{declared}]><r><body><text><p>&i;</p></text></body></r>"
        members: dict[str, str | bytes] = {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": content.encode("utf-16"),
        }
        [skip] = extract_file("a.odt", packed(members, stored=("mimetype",)))
        assert isinstance(skip, Skip)
        assert skip.reason == "declares entities, which no document needs"

    def test_mean_nothing_in_books(self, extract_file: Extract, declared: str) -> None:
        chapter = f"<?xml version='1.0'?>{declared}]><html><body><p>One&i; line.</p></body></html>"
        document = only(extract_file("a.epub", epub({"a.xhtml": chapter.encode()})))
        assert sum(len(block.text) for block in document.blocks) < 200


class TestTraps:
    def test_a_bomb(self, extract_file: Extract) -> None:
        [skip] = extract_file("a.docx", docx(word("x" * 3_000_000)))
        assert isinstance(skip, Skip)
        assert skip.reason == "unpacks to more than 1 MB"
        assert "max_file_bytes" in skip.hint

    def test_members_are_counted_together(self, extract_file: Extract) -> None:
        found = extract_file("a.odt", odt("<text:p>One.</text:p>" * 2_000), max_unpacked_bytes=10_000)
        assert [one.reason for one in found if isinstance(one, Skip)] == ["unpacks to more than 10,000 bytes, all in all"]

    @pytest.mark.parametrize(
        ("name", "members", "reason"),
        [
            ("a.docx", {"[Content_Types].xml": "", "word/document2.xml": "<a/>"}, "a broken document: it has no text part"),
            (
                "a.docx",
                {"[Content_Types].xml": "", "word/document.xml": "no"},
                "a broken document: word/document.xml is no XML",
            ),
            ("a.docx", {"[Content_Types].xml": "", "word/document.xml": "<a/>"}, "no text"),
            ("a.epub", {"META-INF/container.xml": "<a/>"}, "a broken book: its container names no package"),
            (
                "a.epub",
                {"META-INF/container.xml": "<a><rootfile full-path='x.opf'/></a>"},
                "a broken document: x.opf is missing",
            ),
        ],
    )
    def test_missing_parts(self, extract_file: Extract, name: str, members: dict[str, str], reason: str) -> None:
        [skip] = extract_file(name, packed(members))
        assert isinstance(skip, Skip)
        assert skip.reason == reason

    @pytest.mark.parametrize(
        "members",
        [
            {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<a/>", "xl/worksheets/sheet1.xml": "<a/>"},
            {
                "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
                "content.xml": "<a/>",
                "META-INF/manifest.xml": "<a/>",
            },
        ],
    )
    def test_a_spreadsheet_is_one_document_of_no_known_format(self, extract_file: Extract, members: dict[str, str]) -> None:
        [skip] = extract_file("a.sheet", packed(members, stored=("mimetype",)))
        assert isinstance(skip, Skip)
        assert skip.reason == "unknown format: looks like a ZIP archive or an office document"

    def test_bytes_that_were_changed_on_the_way(self, extract_file: Extract) -> None:
        """Whatever is broken, there is an answer, and none that speaks of a fault."""
        random = Random(5)
        content = [(text, 0) for text in paragraphs(6)]
        for name, write in WRITERS.items():
            raw = write(content)
            for _attempt in range(25):
                changed = bytearray(raw)
                for _change in range(random.choice((1, 3, 12))):
                    changed[random.randrange(len(changed))] = random.randrange(256)
                found = extract_file(f"a.{name}", bytes(changed))
                assert found
                assert not [one for one in found if isinstance(one, Skip) and "unexpected" in one.reason]

    def test_an_opendocument_file_of_another_kind(self, extract_file: Extract) -> None:
        [skip] = extract_file("a.odt", odt("<table:table/>", kind="spreadsheet"))
        assert isinstance(skip, Skip)
        assert skip.reason == "an OpenDocument file without a text document"

    def test_an_encrypted_opendocument_text(self, extract_file: Extract) -> None:
        members: dict[str, str | bytes] = {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": b"\x8a\x01",
            "META-INF/manifest.xml": "<m><file-entry><encryption-data/></file-entry></m>",
        }
        [skip] = extract_file("a.odt", packed(members, stored=("mimetype",)))
        assert isinstance(skip, Skip)
        assert skip.reason == "encrypted: it opens with a password only"

    def test_a_document_that_is_cut_off_is_read_as_far_as_it_is_sound(self, extract_file: Extract) -> None:
        content = f"<document><body>{'<p><r><t>One.</t></r></p>' * 3}<p><r><t>Tw"
        document, skip = extract_file("a.docx", packed({"[Content_Types].xml": "", "word/document.xml": content}))
        assert isinstance(document, Document)
        assert [block.text for block in document.blocks][:3] == ["One."] * 3
        assert isinstance(skip, Skip)
        assert (skip.reason, skip.whole) == ("broken in word/document.xml: read as far as it is sound", False)

    def test_deep_nesting(self, extract_file: Extract) -> None:
        nested = docx("<w:tbl><w:tr><w:tc>" * 3_000 + word("Deep.") + "</w:tc></w:tr></w:tbl>" * 3_000)
        [skip] = extract_file("a.docx", nested)
        assert isinstance(skip, Skip)
        assert skip.reason == "no text"
        assert skip.hint == "It is broken in word/document.xml, or nested too deeply there: save it anew."
        braces = rtf("{" * 200_000 + "Deep." + "}" * 200_000)
        assert any(isinstance(found, Document) for found in extract_file("a.rtf", braces))

    @pytest.mark.parametrize("name", ["a.docx", "a.odt", "a.epub", "a.rtf"])
    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x00" * 100])
    def test_what_is_nothing(self, extract_file: Extract, name: str, content: bytes) -> None:
        [found] = extract_file(name, content)
        assert isinstance(found, Skip)
