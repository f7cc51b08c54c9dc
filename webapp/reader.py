"""A document as the reader shows it: every paragraph at its anchor, the query's hits marked and joined by links."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.file_records import Provenance
from indexer.model import DocumentMetadata, Json, Kind, Origin
from indexer.search.request import Filter, SearchRequest
from indexer.search.response import DocumentResponse, Hit
from webapp.citations import Citation, cite, web_url
from webapp.labels import Dated, Script, counted, dated, script, shortened, value_label
from webapp.links import document_url, search_url
from webapp.passages import Passage, Titled, passage_of, titled
from webapp.present import FormView, Place
from webapp.tables import Table, runs, table_of

# Above this, only hits carry their citation: a page has to stay light enough to open at once.
_MOST_CITED = 500
_LONGEST_EXTRA = 300
_MOST_EXTRA = 30
# What a file name or the text gave away is worth a word; what a document states about itself is not.
_UNSTATED = {Origin.FILE_NAME: "from the file name", Origin.TEXT: "from the text"}


@dataclass(frozen=True, slots=True)
class Link:
    """A name and where it leads."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A piece of metadata. links: its values, where they lead somewhere; text otherwise; note: where it came from, or ""."""

    label: str
    text: str = ""
    links: tuple[Link, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A section in the contents; hits: how many of its paragraphs are hits, or ""."""

    label: str
    url: str
    hits: str


@dataclass(frozen=True, slots=True)
class Acts:
    """What can be done with a paragraph. previous, next: ordinals of the hits around it, where it is one itself."""

    citation: Citation | None
    previous: int | None
    next: int | None


@dataclass(frozen=True, slots=True)
class Record:
    """A paragraph in its place.

    begins_page: whether it is the first on a page of the document; repeats_title: a heading that says what the page's own
    heading says.
    """

    ordinal: int
    passage: Passage
    hit: bool
    acts: Acts
    repeats_title: bool
    begins_page: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a table of several, which then have `acts` in the order of its rows."""

    record: Record
    table: Table | None
    acts: tuple[Acts, ...]


@dataclass(frozen=True, slots=True)
class ReaderView:
    """The document page. source_url: of the original file, or ""."""

    form: FormView
    title: Titled
    plain_title: str
    description: str
    script: Script
    source: Link | None
    published: Dated | None
    authors: tuple[Link, ...]
    facts: tuple[Fact, ...]
    contents: tuple[Entry, ...]
    blocks: tuple[Block, ...]
    query: str
    hits: str
    hit_ordinals: tuple[int, ...]
    back_url: str
    citation: Citation
    json_url: str
    source_url: str


def present_document(
    response: DocumentResponse, request: SearchRequest, place: Place, provenance: Provenance | None, originals: bool
) -> ReaderView:
    """Lay out a document. request: the search that led here; its query is what is marked.

    provenance: of its file, if that is known; originals: whether files are given out.
    """
    document = response.document
    ordinals = tuple(hit.paragraph.ordinal for hit in response.hits if hit.spans)
    sections = sum(hit.paragraph.kind is Kind.HEADING for hit in response.hits)
    extent = counted(len(response.hits), "paragraph") + (f", {counted(sections, 'heading')}" if sections else "")
    marking = SearchRequest(query=request.query, match=request.match)
    address = document_url(document.id)
    return ReaderView(
        form=FormView(request.query.source),
        title=titled(document, next((hit.title_spans for hit in response.hits if hit.title_spans), ())),
        plain_title=document.title,
        description=", ".join(filter(None, (document.source, document.published, extent))),
        script=script(document.language, document.title),
        source=_filtered("source", document.source) if document.source else None,
        published=dated(document.published),
        authors=tuple(_filtered("author", author) for author in document.author),
        facts=(*_facts(document, extent), *_file(provenance)),
        contents=_contents(response.hits),
        blocks=_blocks(response.hits, ordinals, place),
        query=request.query.source.strip(),
        hits=counted(len(ordinals), "hit"),
        hit_ordinals=ordinals,
        back_url=search_url(request),
        citation=cite(document, None, place.base + address, place.today),
        json_url=f"/api{document_url(document.id, marking)}",
        source_url=f"{address}/source" if originals and provenance and provenance.sha256 else "",
    )


def _blocks(hits: Sequence[Hit], ordinals: Sequence[int], place: Place) -> tuple[Block, ...]:
    before = {after: earlier for earlier, after in pairwise(ordinals)}
    after = dict(pairwise(ordinals))
    blocks: list[Block] = []
    page: int | None = None
    for run in runs(hits):
        acts = tuple(_acts(hit, before, after, place) for hit in run)
        first = run[0]
        record = Record(
            ordinal=first.paragraph.ordinal,
            passage=passage_of(first),
            hit=bool(first.spans),
            acts=acts[0],
            repeats_title=first.paragraph.kind is Kind.HEADING and first.paragraph.text == first.document.title,
            begins_page=first.paragraph.page_number not in (None, page),
        )
        page = run[-1].paragraph.page_number or page
        blocks.append(Block(record, table_of(run), acts))
    return tuple(blocks)


def _acts(hit: Hit, before: dict[int, int], after: dict[int, int], place: Place) -> Acts:
    document, ordinal = hit.document, hit.paragraph.ordinal
    cited = hit.spans or document.paragraphs <= _MOST_CITED
    permalink = place.base + document_url(document.id, ordinal=ordinal)
    citation = cite(document, hit.paragraph, permalink, place.today) if cited else None
    return Acts(citation, before.get(ordinal), after.get(ordinal))


def _contents(hits: Sequence[Hit]) -> tuple[Entry, ...]:
    """The headings with the hits under each; none where there is no heading but the title's own."""
    sections: list[tuple[str, int, int]] = []
    for hit in hits:
        paragraph = hit.paragraph
        if paragraph.kind is Kind.HEADING and paragraph.ordinal > 1:
            sections.append((paragraph.text, paragraph.ordinal, 0))
        elif not sections:
            sections.append(("Beginning", paragraph.ordinal, 0))
        if hit.spans:
            label, ordinal, count = sections[-1]
            sections[-1] = (label, ordinal, count + 1)
    if len(sections) < 2:
        return ()
    return tuple(Entry(label, f"#p{ordinal}", str(count) if count else "") for label, ordinal, count in sections)


def _facts(document: DocumentMetadata, extent: str) -> tuple[Fact, ...]:
    """What is known of a document beside what stands under its title; source and date only where they were not stated."""
    notes = {name: _UNSTATED.get(origin, "") for name, origin in document.origins.items()}
    facts = [
        _original(document.url),
        Fact("Title", "the first sentence, as the document states none" if document.title_derived else ""),
        Fact("Source", (document.source or "") if notes.get("source") else "", note=notes.get("source", "")),
        _published(document.published, notes.get("published", "")),
        Fact("Language", value_label("language", document.language or ""), note=notes.get("language", "")),
        Fact("Format", value_label("format", document.format)),
        Fact("Tags", links=tuple(_filtered("tag", tag) for tag in document.tag)),
        Fact("Extent", extent),
        *(Fact(name, _shown(value)) for name, value in list(document.extra.items())[:_MOST_EXTRA]),
    ]
    return tuple(fact for fact in facts if fact.text or fact.links)


def _file(provenance: Provenance | None) -> tuple[Fact, ...]:
    """The file that a document was read from, where the index knows it."""
    if provenance is None:
        return ()
    read = Fact("File", f"{provenance.shown} ({counted(provenance.size, 'byte')})")
    return (read, Fact("SHA-256", provenance.sha256)) if provenance.sha256 else (read,)


def _published(published: str | None, note: str) -> Fact:
    """The date once more, where more is known of it than the line under the title shows."""
    date = dated(published)
    return Fact("Published", published or "" if date and (note or date.shown != published) else "", note=note)


def _original(url: str | None) -> Fact:
    """Where the document came from: a link if it is one that a page may follow."""
    safe = web_url(url)
    return Fact("Original", links=(Link(_without_scheme(safe), safe),)) if safe else Fact("Original", url or "")


def _filtered(field: str, value: str) -> Link:
    """Everything with this value of a field."""
    return Link(value, search_url(SearchRequest(filters=(Filter(field, (value,)),))))


def _without_scheme(url: str) -> str:
    return url.partition("://")[2].removeprefix("www.").rstrip("/")


def _shown(value: Json) -> str:
    """Unknown metadata as text, however it is nested, cut where it is long."""
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        text = ", ".join(str(one) for one in value)
    elif isinstance(value, str):
        text = value
    else:
        text = json.dumps(value, ensure_ascii=False, default=str)
    return shortened(text, _LONGEST_EXTRA)
