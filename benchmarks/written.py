"""The same documents written in each format: what goes into a folder for `formats.py` to read."""

from __future__ import annotations

import csv
import gzip
import html
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from email.message import EmailMessage

from benchmarks.corpora import Raw, paragraphs_of
from benchmarks.written_office import OFFICE_WRITERS

Written = Iterator[tuple[str, bytes]]
"""Names and contents of files."""


def _text(documents: Sequence[Raw]) -> Written:
    for number, document in enumerate(documents):
        yield f"{number}.txt", "\n\n".join(paragraphs_of(document)).encode()


def _markdown(documents: Sequence[Raw]) -> Written:
    for number, document in enumerate(documents):
        front = json.dumps({"title": document["title"], "date": document.get("date")}, ensure_ascii=False)
        yield f"{number}.md", f"---\n{front[1:-1]}\n---\n\n{document['text']}\n".encode()


def _page(document: Raw) -> str:
    title = html.escape(str(document["title"]))
    body = "\n".join(f"<p>{html.escape(text)}</p>" for text in paragraphs_of(document))
    head = f"<!DOCTYPE html><html><head><title>{title}</title></head>"
    return f"{head}<body><nav>Home</nav><main><h1>{title}</h1>{body}</main></body></html>"


def _html(documents: Sequence[Raw]) -> Written:
    for number, document in enumerate(documents):
        yield f"{number}.html", _page(document).encode()


def _mail(document: Raw) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Message-ID"] = "Mira Tal <mira@courier.example>", f"<{document['id']}@courier.example>"
    message["Subject"] = " ".join(str(document["title"]).split())
    message.set_content("\n\n".join(paragraphs_of(document)))
    return message


def _eml(documents: Sequence[Raw]) -> Written:
    for number, document in enumerate(documents):
        yield f"{number}.eml", _mail(document).as_bytes()


def _mbox(documents: Sequence[Raw]) -> Written:
    postmark = b"From mira@courier.example Mon May 19 08:30:00 2025\n"
    yield "post.mbox", b"".join(postmark + _mail(document).as_bytes() + b"\n" for document in documents)


def _mhtml(documents: Sequence[Raw]) -> Written:
    for number, document in enumerate(documents):
        message = EmailMessage()
        message["Snapshot-Content-Location"] = "https://courier.example/"
        message.set_content(_page(document), subtype="html")
        message.make_related()
        yield f"{number}.mhtml", message.as_bytes()


def _feed(documents: Sequence[Raw]) -> Written:
    items = "".join(
        f"<item><guid>{number}</guid><title>{html.escape(str(document['title']))}</title><description>"
        + html.escape("".join(f"<p>{html.escape(text)}</p>" for text in paragraphs_of(document)))
        + "</description></item>\n"
        for number, document in enumerate(documents)
    )
    yield "news.rss", f"<rss><channel><title>The Courier</title>{items}</channel></rss>".encode()


def _csv(documents: Sequence[Raw]) -> Written:
    stream = io.StringIO()
    rows = ([document["title"], document.get("date"), document["text"]] for document in documents)
    csv.writer(stream).writerows([["title", "date", "text"], *rows])
    yield "table.csv", stream.getvalue().encode()


def _jsonl(documents: Sequence[Raw]) -> Written:
    yield "news.jsonl", "".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents).encode()


def _zip(documents: Sequence[Raw]) -> Written:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _text(documents):
            archive.writestr(name, content)
    yield "pile.zip", stream.getvalue()


def _tar(documents: Sequence[Raw]) -> Written:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in _text(documents):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    yield "pile.tar.gz", stream.getvalue()


def _gzip(documents: Sequence[Raw]) -> Written:
    for name, content in _jsonl(documents):
        yield f"{name}.gz", gzip.compress(content)


WRITERS: Mapping[str, Callable[[Sequence[Raw]], Written]] = {
    "text": _text,
    "markdown": _markdown,
    "html": _html,
    "jsonl": _jsonl,
    "jsonl in gzip": _gzip,
    "csv": _csv,
    "eml": _eml,
    "mbox": _mbox,
    "mhtml": _mhtml,
    "feed": _feed,
    **OFFICE_WRITERS,
    "text in zip": _zip,
    "text in tar.gz": _tar,
}
