"""Mails and mailboxes: text, quotations, headers, attachments, and everything that may be wrong with them."""

from __future__ import annotations

import time
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.extract import extract
from indexer.extract.content import InMemory
from indexer.model import Document, Kind, Origin
from indexer.report import PassedOver, Skip
from tests.extract.conftest import DEEP, Extract, Extracted, plain, source_file
from tests.extract.packing import zipped

_HEADERS = (
    "Received: from a.example by b.example; Mon, 19 May 2025 23:31:00 -0500\r\n"
    'From: =?utf-8?q?Mira_T=C3=A1l?= <mira@courier.example>, "Renn, Ilsa" <renn@velmara.example>\r\n'
    "To: desk@courier.example\r\n"
    "Subject: =?utf-8?b?UmFkYXJz?= and\r\n masts\r\n"
    "Date: Mon, 19 May 2025 23:30:00 -0500\r\n"
    "Message-ID: <1@courier.example>\r\n"
)
_TEXT = "The masts stand on the hill above the harbour of Ostrel."


def mail(body: str = _TEXT, headers: str = "") -> str:
    return f"{_HEADERS}{headers}\r\n{body}\r\n"


def first(extracted: Extracted) -> Document:
    document = extracted[0]
    assert isinstance(document, Document), document
    return document


def ids(extracted: Extracted) -> list[str]:
    return [found.metadata.id for found in extracted if isinstance(found, Document)]


def test_headers_become_metadata(extract_file: Extract) -> None:
    [document] = extract_file("letter.eml", mail(headers="Cc: b@x.example\r\nContent-Language: en-GB\r\n"))
    assert isinstance(document, Document)
    metadata = document.metadata
    assert (metadata.id, metadata.format) == ("letter.eml", "eml")
    assert metadata.title == "Radars and masts"
    assert metadata.author == ("Mira Tál", "Renn, Ilsa")
    assert metadata.published == "2025-05-19T23:30:00-05:00"  # the writer's own day
    assert metadata.language == "en"
    assert metadata.extra["to"] == ["desk@courier.example"]
    assert metadata.extra["cc"] == ["b@x.example"]
    assert metadata.extra["message-id"] == "<1@courier.example>"
    assert metadata.extra["from"] == ["Mira Tál <mira@courier.example>", "Renn, Ilsa <renn@velmara.example>"]
    assert metadata.origins["author"] is Origin.MAIL


@pytest.mark.parametrize("name", ["letter.eml", "letter.txt", "letter", "letter.html"])
def test_a_mail_is_known_by_its_headers(extract_file: Extract, name: str) -> None:
    assert first(extract_file(name, mail())).metadata.format == "eml"


def test_a_mail_without_telling_headers_is_known_by_its_suffix(extract_file: Extract) -> None:
    text = "From: Mira Tal\nSubject: Masts\n\nThe masts stand.\n"
    metadata = first(extract_file("a.eml", text)).metadata
    assert (metadata.title, metadata.author) == ("Masts", ("Mira Tal",))
    assert first(extract_file("a.txt", text)).metadata.format == "text"


def test_quotations_are_block_quotes_and_signatures_text(extract_file: Extract) -> None:
    body = (
        "Dear Mira,\r\n\r\nI agree with the first of your points.\r\n\r\n"
        "On Monday Mira Tal wrote:\r\n> The masts should be moved.\r\n>\r\n> > They stand too near.\r\n\r\n"
        "That is all.\r\n\r\n-- \r\nIlsa Renn\r\nMinistry of Defence\r\n"
    )
    document = first(extract_file("a.eml", mail(body)))
    assert plain(document.blocks) == [
        (Kind.PARAGRAPH, "Dear Mira,"),
        (Kind.PARAGRAPH, "I agree with the first of your points."),
        (Kind.PARAGRAPH, "On Monday Mira Tal wrote:"),
        (Kind.BLOCKQUOTE, "The masts should be moved."),
        (Kind.BLOCKQUOTE, "They stand too near."),
        (Kind.PARAGRAPH, "That is all."),
        (Kind.PARAGRAPH, "Ilsa Renn\nMinistry of Defence"),
    ]


def test_of_alternatives_the_plain_text_is_read(extract_file: Extract) -> None:
    message = EmailMessage()
    message["From"], message["Message-ID"] = "a@x.example", "<1@x>"
    message.set_content("The plain text.")
    message.add_alternative("<p>The page.</p>", subtype="html")
    assert [block.text for block in first(extract_file("a.eml", message.as_bytes())).blocks] == ["The plain text."]
    message.get_payload(0).set_content(" \n")  # type: ignore[union-attr]
    assert [block.text for block in first(extract_file("a.eml", message.as_bytes())).blocks] == ["The page."]


def test_html_mails(extract_file: Extract) -> None:
    message = EmailMessage()
    message["From"], message["Message-ID"] = "a@x.example", "<1@x>"
    page = "<p>I agree.</p><blockquote><p>Move the masts.</p><blockquote>They stand too near.</blockquote></blockquote>"
    message.set_content(f"<html><body>{page}</body></html>", subtype="html")
    message.add_related(b"\x89PNG", "image", "png", cid="<logo>")
    document, *rest = extract_file("a.eml", message.as_bytes())
    assert isinstance(document, Document)
    assert plain(document.blocks) == [
        (Kind.PARAGRAPH, "I agree."),
        (Kind.BLOCKQUOTE, "Move the masts."),
        (Kind.BLOCKQUOTE, "They stand too near."),
    ]
    assert rest == [PassedOver("picture in a mail")]


def _with_attachments() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Message-ID"] = "a@x.example", "<1@x>"
    message.set_content(_TEXT)
    message.add_attachment("A note.", filename="note.txt")
    message.add_attachment(zipped({"in/a.md": "# Hill\n\nText."}), "application", "zip", filename="pile.zip")
    forwarded = EmailMessage()
    forwarded["From"], forwarded["Subject"] = "b@x.example", "Forwarded"
    forwarded.set_content("What was forwarded.")
    forwarded.add_attachment("<p>Inner page.</p>", "html", filename="Straße 1.html")
    message.add_attachment(forwarded)
    message.add_attachment("Unnamed.", subtype="html")
    message.add_attachment(b"\x89PNG", "image", "png", filename="../../logo.png")
    return message


def test_attachments_are_documents_of_their_own(extract_file: Extract) -> None:
    found = extract_file("letter.eml", _with_attachments().as_bytes())
    assert ids(found) == [
        "letter.eml",
        "letter.eml:note.txt",
        "letter.eml:pile.zip:in:a.md",
        "letter.eml:3",
        "letter.eml:3:Straße-1.html~6c4f42",
        "letter.eml:4",
    ]
    assert [one.metadata.title for one in found if isinstance(one, Document)][3] == "Forwarded"
    assert [one.path for one in found if isinstance(one, Skip)] == ["letter.eml → logo.png"]


def test_attachments_of_the_same_name_are_all_kept(extract_file: Extract) -> None:
    message = EmailMessage()
    for text, name in (("One.", "note.txt"), ("Two.", "note.txt"), ("Three.", "4-note.txt"), ("Four.", "note.txt")):
        message.add_attachment(text, filename=name)
    found = extract_file("letter.eml", message.as_bytes())[1:]
    assert ids(found) == ["letter.eml:note.txt", "letter.eml:2-note.txt", "letter.eml:4-note.txt", "letter.eml:4-4-note.txt"]


def test_a_mail_without_text_still_has_its_attachments(extract_file: Extract) -> None:
    message = EmailMessage()
    message["From"], message["Message-ID"] = "a@x.example", "<1@x>"
    message.add_attachment("A note.", filename="note.txt")
    assert ids(extract_file("a.eml", message.as_bytes())) == ["a.eml:note.txt"]
    assert isinstance(extract_file("a.eml", message.as_bytes())[0], Skip)


def test_a_mail_over_the_limit_loses_its_last_part_only(extract_file: Extract) -> None:
    message = EmailMessage()
    message["From"], message["Message-ID"] = "a@x.example", "<1@x>"
    message.set_content(_TEXT)
    message.add_attachment("A note.", filename="note.txt")
    message.add_attachment(b"0" * 20_000, "application", "pdf", filename="large.pdf")
    found = extract_file("a.eml", message.as_bytes(), max_file_bytes=10_000)
    assert ids(found) == ["a.eml", "a.eml:note.txt"]
    assert isinstance(found[-1], Skip)
    assert (found[-1].path, found[-1].reason) == ("a.eml", "larger than 10,000 bytes: what lies behind is left out")


def test_a_mail_whose_one_text_is_over_the_limit_names_the_limit(extract_file: Extract) -> None:
    found = extract_file("a.eml", mail("word " * 5_000), max_file_bytes=10_000)
    assert found == [Skip("a.eml", "its text is larger than 10,000 bytes", "Raise the setting max_file_bytes.")]


def test_a_mail_without_text_over_the_limit_says_both(extract_file: Extract) -> None:
    message = EmailMessage()
    message["From"], message["Message-ID"] = "a@x.example", "<1@x>"
    message.add_attachment("A note.", filename="note.txt")
    message.add_attachment(b"0" * 20_000, "application", "pdf", filename="large.pdf")
    found = extract_file("a.eml", message.as_bytes(), max_file_bytes=10_000)
    assert ids(found) == ["a.eml:note.txt"]
    reasons = [one.reason for one in found if isinstance(one, Skip)]
    assert reasons == ["no text", "larger than 10,000 bytes: what lies behind is left out"]


@pytest.mark.parametrize(
    ("header", "title"),
    [
        ("=?utf-8?b?????=", "=?utf-8?b?????="),
        ("=?klingon?q?Masts?=", "Masts"),
        ("=?utf-8?q?caf=E9?=", "café"),
        ("=?utf-8?b?w6k=?= =?utf-8?b?w6k=?=", "éé"),
        ("Приказ", "Приказ"),
        ("a" * 100_000, "a" * 20_000),
        ("=?x?q?" * 30_000, None),
    ],
)
def test_bad_headers_cost_nothing(extract_file: Extract, header: str, title: str | None) -> None:
    found = extract_file("a.eml", f"Message-ID: <1>\nSubject: {header}\nDate: yesterday\nFrom: @@,;<>(\n\n{_TEXT}")
    metadata = first(found).metadata
    assert title is None or metadata.title == title
    assert metadata.published is None
    assert metadata.extra["published"] == "yesterday"


def test_headers_in_another_encoding(extract_file: Extract) -> None:
    raw = (
        "Message-ID: <1>\nContent-Type: text/plain; charset=windows-1252\nSubject: café à l’été\n\n".encode("cp1252")
        + _TEXT.encode()
    )
    assert first(extract_file("a.eml", raw)).metadata.title == "café à l’été"


@pytest.mark.parametrize(
    ("headers", "body", "text"),
    [
        ("Content-Type: text/plain; charset=klingon", "café".encode("cp1252"), "café"),
        ("Content-Type: text/plain; charset=koi8-r", "Приказ министра".encode("koi8-r"), "Приказ министра"),
        ("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64", b"w6k=====%%", "é"),
        ("Content-Transfer-Encoding: quoted-printable", b"caf=C3=A9 =\nnoir =ZZ", "café noir =ZZ"),
        ("Content-Type: multipart/mixed; boundary=b", b"--b\n\nAn open end", "An open end"),
        ("Content-Type: multipart/mixed", b"No boundary", "No boundary"),
        ("Content-Type: text/plain; charset=\"\"; x*0*=a'b'%", b"Text", "Text"),
    ],
)
def test_bad_bodies_are_read_all_the_same(extract_file: Extract, headers: str, body: bytes, text: str) -> None:
    found = extract_file("a.eml", b"Message-ID: <1>\nFrom: a@x\n" + headers.encode() + b"\n\n" + body)
    assert [block.text for block in first(found).blocks] == [text]


def test_html_that_is_nested_too_deeply_is_named(extract_file: Extract) -> None:
    headers = "Content-Type: text/html\r\n"
    document, skip = extract_file("a.eml", mail(f"<p>{_TEXT}</p>{DEEP}deep", headers))
    assert isinstance(document, Document)
    assert [block.text for block in document.blocks] == [_TEXT]
    assert isinstance(skip, Skip)
    assert (skip.path, skip.reason, skip.whole) == ("a.eml", "nested too deeply: what lies behind is left out", False)
    [skip] = extract_file("a.eml", mail(f"{DEEP}deep", headers))
    assert isinstance(skip, Skip)
    assert (skip.reason, skip.whole) == ("nested too deeply", True)


def test_a_part_that_is_nested_too_deeply_costs_no_attachment(extract_file: Extract) -> None:
    message = EmailMessage()
    message["From"], message["Message-ID"] = "a@x.example", "<1@x>"
    message.set_content(f"{DEEP}deep", subtype="html")
    message.add_attachment(_TEXT, filename="note.txt")
    skip, attached = extract_file("a.eml", message.as_bytes())
    assert isinstance(skip, Skip)
    assert (skip.reason, skip.whole) == ("nested too deeply", True)
    assert isinstance(attached, Document)


def test_an_encrypted_mail_is_reported_as_such(extract_file: Extract) -> None:
    [skip] = extract_file("a.eml", mail("--b\r\n\r\nx", 'Content-Type: multipart/encrypted; boundary="b"\r\n'))
    assert isinstance(skip, Skip)
    assert skip.reason == "encrypted"


def test_parts_in_parts_without_end(extract_file: Extract) -> None:
    body = "".join(f'--{n}\nContent-Type: multipart/mixed; boundary="{n + 1}"\n\n' for n in range(3_000))
    [skip] = extract_file("a.eml", f'Message-ID: <1>\nContent-Type: multipart/mixed; boundary="0"\n\n{body}')
    assert isinstance(skip, Skip)
    assert skip.reason == "its parts are nested too deeply"


def test_forwarded_over_and_over_ends(extract_file: Extract) -> None:
    message = EmailMessage()
    message.set_content("The innermost.")
    for _level in range(12):
        outer = EmailMessage()
        outer["From"], outer["Message-ID"] = "a@x.example", "<1@x>"
        outer.set_content("Around it.")
        outer.add_attachment(message)
        message = outer
    found = extract_file("a.eml", message.as_bytes())
    assert ids(found) == ["a.eml" + ":1" * level for level in range(9)]
    assert isinstance(found[-1], Skip)
    assert found[-1].reason.startswith("stands in more than 8 ")


_POSTMARK = "From mira@courier.example Mon May 19 08:30:00 2025\n"


def test_a_mailbox_holds_mails(extract_file: Extract) -> None:
    texts = ["The first.", ">From Ostrel we hear nothing.\n\nFrom Ostrel, May 19 08:30 2025\nnothing came.", "The third."]
    raw = "".join(f"{_POSTMARK}{_HEADERS}\n{text}\n\n".replace("\r", "") for text in texts)
    for name in ("post.mbox", "post", "post.txt"):
        found = extract_file(name, raw)
        assert ids(found) == [f"{name}:1", f"{name}:2", f"{name}:3"]
    second = found[1]
    assert isinstance(second, Document)
    assert second.metadata.format == "eml"
    assert second.blocks[0].text == "From Ostrel we hear nothing."
    assert second.blocks[1].text == "From Ostrel, May 19 08:30 2025 nothing came."


def test_attachments_in_a_mailbox(extract_file: Extract) -> None:
    raw = f"{_POSTMARK}{_HEADERS}\nText.\n\n{_POSTMARK}".encode().replace(b"\r", b"") + _with_attachments().as_bytes()
    found = extract_file("post.mbox", raw)
    assert ids(found)[:4] == ["post.mbox:1", "post.mbox:2", "post.mbox:2:note.txt", "post.mbox:2:pile.zip:in:a.md"]
    assert [one.path for one in found if isinstance(one, Skip)] == ["post.mbox → 2 → logo.png"]


def test_a_bad_mail_costs_itself_only(extract_file: Extract) -> None:
    large = f"{_POSTMARK}{_HEADERS}\n{'word ' * 5_000}\n\n"
    raw = f"{_POSTMARK}{_HEADERS}\nOne.\n\n{large}{_POSTMARK}{_HEADERS}\n\n\n{_POSTMARK}{_HEADERS}\nFour.\n"
    found = extract_file("post.mbox", raw.replace("\r", ""), max_file_bytes=10_000)
    assert ids(found) == ["post.mbox:1", "post.mbox:4"]
    assert {one.path: one.reason for one in found if isinstance(one, Skip)} == {
        "post.mbox → 2": "its text is larger than 10,000 bytes",
        "post.mbox → 3": "no text",
    }


def test_a_mailbox_without_mails_says_so(extract_file: Extract) -> None:
    [skip] = extract_file("post.mbox", "Words.\n")
    assert isinstance(skip, Skip)
    assert skip.reason == "no mail in it"


_WHOLE = _with_attachments().as_bytes()


def _extracted(raw: bytes) -> Extracted:
    return list(extract(source_file("a.eml", InMemory(raw))))


@given(flips=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=30), mailbox=st.booleans())
def test_damage_never_raises(flips: list[tuple[int, int]], mailbox: bool) -> None:
    damaged = bytearray(_POSTMARK.encode() + _WHOLE if mailbox else _WHOLE)
    for at, value in flips:
        damaged[at % len(damaged)] = value
    for found in _extracted(bytes(damaged)):
        assert not isinstance(found, Skip) or "unexpected" not in found.reason, found


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_in_headers(subject: str, sender: str) -> None:
    raw = f"Message-ID: <1>\nSubject: {subject}\nFrom: {sender}\n\n{_TEXT}".encode("utf-8", "replace")
    for found in _extracted(raw):
        assert not isinstance(found, Skip) or "unexpected" not in found.reason, found


@pytest.mark.parametrize(
    "raw",
    [
        f"Message-ID: <1>\nFrom: a@b {'(' * 19_000}\n\n{_TEXT}",
        f"Message-ID: <1>\nFrom: {'a@b, ' * 4_000}\n\n{_TEXT}",
        'Message-ID: <1>\nContent-Type: multipart/alternative; boundary="b"\n\n' + f"--b\n\n{_TEXT}\n" * 3_000,
        f"{_POSTMARK}From: a@b\n\nFrom {'1:11 ' * 12_000}\n\n{_TEXT}",
    ],
)
def test_much_of_one_thing_takes_no_time(raw: str) -> None:
    begin = time.process_time()
    assert any(isinstance(found, Document) for found in _extracted(raw.encode()))
    assert time.process_time() - begin < 10
