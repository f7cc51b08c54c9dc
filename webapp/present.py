"""A SearchResponse as the results page shows it: everything decided and worded, so that templates only place it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from typing import TypeAlias

from indexer.errors import ParameterError
from indexer.fields import HISTOGRAM
from indexer.model import Paragraph
from indexer.search.request import Match, SearchRequest, Sort
from indexer.search.response import Hit, SearchResponse
from webapp import params
from webapp.citations import Citation, cite
from webapp.facets import Chip, FacetView, present_chips, present_facets
from webapp.histogram import DatesView, present_dates
from webapp.labels import Dated, counted, dated, number, shortened
from webapp.links import SearchLinks, document_url, search_url, without_filter
from webapp.meant import MeantView, TitleView, present_meant, present_title
from webapp.pager import Pager, last_page, present_pager
from webapp.passages import Neighbour, Passage, Titled, neighbours_of, passage_of, titled
from webapp.reasons import ReasonsView, present_reasons

Around: TypeAlias = Callable[[Sequence[Hit]], Sequence[Sequence[Paragraph]]]
"""The paragraphs around each hit, its own among them."""

_SORTS = ((Sort.RELEVANCE, "Relevance"), (Sort.NEWEST, "Newest"), (Sort.OLDEST, "Oldest"), (Sort.DOCUMENT, "By document"))


@dataclass(frozen=True, slots=True)
class Place:
    """What a citation says of this copy: the absolute address of the server, without the last slash, and today's date."""

    base: str
    today: date


@dataclass(frozen=True, slots=True)
class FilterLink:
    """A value that filters by a click; chosen: it does already, and the click undoes it."""

    label: str
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class HitView:
    """A hit. of: the paragraphs of its document; url: its place in the reader, with the query marked."""

    ordinal: int
    of: str
    url: str
    title: Titled
    source: FilterLink | None
    published: Dated | None
    authors: str
    passage: Passage
    context: tuple[Neighbour, ...]
    citation: Citation
    section: FilterLink | None
    tags: tuple[FilterLink, ...]
    reasons: ReasonsView | None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know about an answer: a heading, sentences, and perhaps a way out."""

    heading: str
    sentences: tuple[str, ...]
    link: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class SortOption:
    """An order to choose; the one that holds by itself has the value "", which URLs leave out."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Switch:
    """A link that switches something on, or off again."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class FormView:
    """The one form: what stands in the box, and what else it carries that no other control shows."""

    query: str = ""
    hidden: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ResultsView:
    """The results page."""

    title: str
    form: FormView
    summary: str
    stretch: str
    took: str
    notices: tuple[Notice, ...]
    chips: tuple[Chip, ...]
    clear_url: str
    facets: tuple[FacetView, ...]
    kept: tuple[tuple[str, str], ...]
    dates: DatesView | None
    sorts: tuple[SortOption, ...]
    any_word: bool
    meant: MeantView | None
    titles: tuple[TitleView, ...]
    hits: tuple[HitView, ...]
    pager: Pager | None
    explain: Switch | None
    json_url: str


def present_results(
    request: SearchRequest, response: SearchResponse, around: Around, place: Place, took_ms: float
) -> ResultsView:
    """Lay out an answer."""
    first = (request.page - 1) * request.page_size + 1
    links = SearchLinks(request)
    # Hits share their sources and tags.
    linked = cache(partial(filter_link, links))
    together = zip(response.hits, around(response.hits), strict=True)
    hits = tuple(present_hit(hit, links, linked, neighbours, place) for hit, neighbours in together)
    return ResultsView(
        title=request.query.source.strip() or "All paragraphs",
        form=present_form(request),
        summary=f"{counted(response.total, 'paragraph')} in {counted(response.documents, 'document')}",
        stretch=f"Paragraphs {number(first)} to {number(first + len(hits) - 1)}" if hits else "",
        took=f"{took_ms:.1f} ms",
        notices=_notices(request, response),
        chips=present_chips(request),
        clear_url=links.unfiltered(),
        facets=present_facets(response, links),
        kept=params.write(replace(request, page=1)),
        dates=present_dates(response.histogram, links) if response.histogram else None,
        sorts=_sorts(request),
        any_word=request.match is Match.ANY,
        meant=present_meant(request, response.did_you_mean) if response.did_you_mean else None,
        titles=tuple(present_title(title, links) for title in response.titles),
        hits=hits,
        pager=present_pager(response.total, links),
        explain=_explain(links) if hits and request.query.scored else None,
        json_url=links.api(),
    )


def present_hit(
    hit: Hit, links: SearchLinks, linked: Callable[[str, str], FilterLink], around: Sequence[Paragraph], place: Place
) -> HitView:
    """Lay out one hit. linked: gives a value of a field as a filter."""
    document, paragraph = hit.document, hit.paragraph
    permalink = place.base + document_url(document.id, ordinal=paragraph.ordinal)
    return HitView(
        ordinal=paragraph.ordinal,
        of=number(document.paragraphs),
        url=links.document(document.id, paragraph.ordinal),
        title=titled(document, hit.title_spans),
        source=linked("source", document.source) if document.source else None,
        published=dated(document.published),
        authors=", ".join(document.author),
        passage=passage_of(hit, links.request.snippet),
        context=neighbours_of(hit, around),
        citation=cite(document, paragraph, permalink, place.today),
        section=linked("section", paragraph.section) if paragraph.section and paragraph.section != document.title else None,
        tags=tuple(linked("tag", tag) for tag in document.tag),
        reasons=present_reasons(hit, links.request),
    )


def filter_link(links: SearchLinks, field: str, value: str) -> FilterLink:
    """A value of a field as a filter of this search."""
    chosen = any(one.field == field and value in one.included for one in links.request.filters)
    url = search_url(without_filter(links.request, field, value)) if chosen else links.filtered(field, value)
    return FilterLink(value, url, chosen)


def present_form(request: SearchRequest) -> FormView:
    """The form of the results page. Facets, dates, order and match have controls of their own; the rest travels hidden."""
    shown = {"q", "page", "sort", "match"}
    for name in request.facets:
        shown |= {"published_from", "published_to"} if name == HISTOGRAM else {name, f"exclude_{name}"}
    return FormView(request.query.source, tuple(pair for pair in params.write(request) if pair[0] not in shown))


def kept_form(pairs: Sequence[tuple[str, str]]) -> FormView:
    """The form of a page without a search of its own: what the address asks for, less every value that is refused."""
    query = next((value for name, value in pairs if name == "q"), "")
    known = {parameter.name for parameter in params.PARAMETERS} - {"q", "page"}
    kept = [(name, value) for name, value in pairs if value.strip() and name in known]
    while (refused := _refused(kept)) is not None:
        kept = [pair for pair in kept if pair[0] != refused]
    return FormView(query, tuple(kept))


def _refused(pairs: Sequence[tuple[str, str]]) -> str | None:
    """The first of these parameters whose value is refused."""
    try:
        params.parse(pairs)
    except ParameterError as error:
        return error.parameter
    return None


def unknown_notice(unknown: Sequence[str]) -> Notice | None:
    """What to say of parameters that mean nothing; None where there are none but those that count clicks."""
    names = [name for name in unknown if not params.is_tracking(name)]
    if not names:
        return None
    return Notice("Part of the address was ignored", tuple(_unknown(name) for name in names[:5]))


def _unknown(name: str) -> str:
    near = params.nearest(name)
    return f"“{shortened(name)}” is not a parameter of a search." + (f" Did you mean {near}?" if near else "")


def _notices(request: SearchRequest, response: SearchResponse) -> tuple[Notice, ...]:
    notices: list[Notice] = []
    widened = response.relaxed and response.total
    sentences = response.warnings if widened or not response.relaxed else request.query.warnings
    if sentences:
        notices.append(Notice("A wider search than yours" if widened else "How your query was read", sentences))
    if response.total and not response.hits:
        last = last_page(response.total, request.page_size)
        url = search_url(replace(request, page=last))
        notices.append(
            Notice(
                f"There is no page {number(request.page)}",
                (f"The {counted(response.total, 'paragraph')} end on page {number(last)}.",),
                "Go to the last page",
                url,
            )
        )
    return tuple(notices)


def _explain(links: SearchLinks) -> Switch:
    """The same page with, or without, what counted in each hit."""
    explain = not links.request.explain
    return Switch("Explain" if explain else "Don’t explain", links.explained(explain))


def _sorts(request: SearchRequest) -> tuple[SortOption, ...]:
    """The orders that differ from each other for this request; the first is the one that holds unless chosen otherwise."""
    offered = _SORTS if request.query.scored else _SORTS[1:]
    return tuple(
        SortOption("" if place == 0 else order.value, label, request.order is order)
        for place, (order, label) in enumerate(offered)
    )
