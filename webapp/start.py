"""The start page: what is in the collection, queries to try, the latest documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexer.fields import HISTOGRAM
from indexer.model import DocumentMetadata
from indexer.search.request import Filter, SearchRequest
from indexer.search.response import IndexStatus, SearchResponse
from webapp.examples import Trial
from webapp.histogram import DatesView, present_dates
from webapp.labels import Dated, counted, dated, number
from webapp.links import SearchLinks, document_url, search_url
from webapp.passages import Titled, titled
from webapp.present import Notice

_SOURCES = 8
RECENT = 8
OVERVIEW = SearchRequest(page_size=1, facets=("source", "tag", HISTOGRAM), facet_size=_SOURCES)


@dataclass(frozen=True, slots=True)
class Latest:
    """A document of the list of the newest."""

    title: Titled
    url: str
    published: Dated | None
    source: str
    extent: str


@dataclass(frozen=True, slots=True)
class SourceLink:
    """A source, and everything from it."""

    label: str
    count: str
    url: str


@dataclass(frozen=True, slots=True)
class StartView:
    """The start page. more_sources: how many are not listed, or ""."""

    paragraphs: str
    documents: str
    built: Dated
    everything_url: str
    dates: DatesView | None
    sources: tuple[SourceLink, ...]
    more_sources: str
    trials: tuple[Trial, ...]
    latest: tuple[Latest, ...]
    notice: Notice | None


def present_start(
    status: IndexStatus,
    overview: SearchResponse,
    recent: Sequence[DocumentMetadata],
    trials: tuple[Trial, ...],
    notice: Notice | None,
) -> StartView:
    """Lay out the start page; overview: the answer to OVERVIEW."""
    browse = SearchRequest()
    sources = overview.facets["source"]
    dates = present_dates(overview.histogram, SearchLinks(browse)) if overview.histogram else None
    return StartView(
        paragraphs=number(status.paragraphs),
        documents=number(status.documents),
        built=Dated(status.built[:16].replace("T", " "), status.built),
        everything_url=search_url(browse),
        dates=dates if dates and dates.bars else None,
        sources=tuple(
            SourceLink(
                value.value,
                number(value.count),
                search_url(replace(browse, filters=(Filter("source", (value.value,)),))),
            )
            for value in sources.values
        ),
        more_sources=number(sources.distinct - len(sources.values)) if sources.distinct > len(sources.values) else "",
        trials=trials,
        latest=tuple(_latest(document) for document in recent),
        notice=notice,
    )


def _latest(document: DocumentMetadata) -> Latest:
    return Latest(
        title=titled(document, ()),
        url=document_url(document.id),
        published=dated(document.published),
        source=document.source or "",
        extent=counted(document.paragraphs, "paragraph"),
    )
