"""Links to the other pages of an answer."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.search.request import MAX_DEPTH
from webapp.links import SearchLinks

_NEAR = 2


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page by its number; a gap between pages has no url."""

    label: str
    url: str | None
    current: bool = False


@dataclass(frozen=True, slots=True)
class Pager:
    """The pages around the current one, the first and the last. cut: more hits than can be paged through."""

    pages: tuple[PageLink, ...]
    previous: str | None
    next: str | None
    cut: bool


def last_page(total: int, page_size: int) -> int:
    """The number of the last page that has hits and may be asked for; 1 where there are none."""
    return max(1, min(-(-total // page_size), MAX_DEPTH // page_size))


def present_pager(total: int, links: SearchLinks) -> Pager | None:
    """The pager of an answer; None where everything stands on one page."""
    request = links.request
    last = last_page(total, request.page_size)
    if last == 1 or request.page > last:
        return None
    near = range(max(1, request.page - _NEAR), min(last, request.page + _NEAR) + 1)
    shown = sorted({1, *near, last})
    pages: list[PageLink] = []
    for number, before in zip(shown, [0, *shown], strict=False):
        if number - before == 2:
            pages.append(PageLink(str(number - 1), links.page(number - 1)))
        elif number - before > 2:
            pages.append(PageLink("…", None))
        pages.append(PageLink(str(number), links.page(number), number == request.page))
    return Pager(
        pages=tuple(pages),
        previous=links.page(request.page - 1) if request.page > 1 else None,
        next=links.page(request.page + 1) if request.page < last else None,
        cut=request.page == last and total > last * request.page_size,
    )
