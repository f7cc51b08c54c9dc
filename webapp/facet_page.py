"""The page of one facet: all of its values under a search, or those in which a word begins so."""

from __future__ import annotations

from dataclasses import dataclass, replace

from indexer.search.request import MAX_FACET_SIZE, SearchRequest
from indexer.search.response import Facet
from webapp import params
from webapp.facets import FacetView, present_facet
from webapp.labels import counted
from webapp.links import SearchLinks, search_url
from webapp.params import FacetParams
from webapp.present import FormView


@dataclass(frozen=True, slots=True)
class FacetPageView:
    """The page. kept: what the box to find values in sends along, besides what is typed."""

    title: str
    form: FormView
    facet: FacetView
    summary: str
    prefix: str
    kept: tuple[tuple[str, str], ...]
    back_url: str


def page_request(request: SearchRequest) -> SearchRequest:
    """The request whose facet the page shows: with as many values as there can be, unless it was told how many."""
    if request.facet_size == SearchRequest().facet_size:
        request = replace(request, facet_size=MAX_FACET_SIZE)
    return replace(request, page=1)


def present_facet_page(field: str, facet: Facet, asked: FacetParams) -> FacetPageView:
    """Lay out a facet. Its values are controls of the page's own form, which carries the rest of the search hidden."""
    request = asked.request
    view = present_facet(field, facet, SearchLinks(request))
    own = {"q", "page", field, f"exclude_{field}"}
    found = f"{counted(facet.distinct, 'value')}" + (f" with a word that begins with “{asked.prefix}”" if asked.prefix else "")
    return FacetPageView(
        title=request.query.source.strip() or "All paragraphs",
        form=FormView(request.query.source, tuple(pair for pair in params.write(request) if pair[0] not in own)),
        facet=view,
        summary=found,
        prefix=asked.prefix,
        kept=params.write(replace(request, page=1)),
        back_url=search_url(replace(request, page=1)),
    )
