"""What an HTML page states about itself: meta elements, JSON-LD, the title, the byline; values as they stand there."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from indexer.cleaning import one_line
from indexer.extract.html_blocks import text_of
from indexer.model import Json

# For each field the names under which pages state it, the best first. Names with `ld:` are paths in JSON-LD.
_TITLES = ("ld:headline", "og:title", "citation_title", "dc.title", "dcterms.title", "twitter:title")
_SITES = ("og:site_name", "ld:publisher.name", "citation_journal_title", "dc.publisher", "application-name")
_AUTHORS = ("ld:author.name", "citation_author", "author", "dc.creator", "dcterms.creator", "article:author", "parsely-author")
_DATES = (
    "ld:datePublished",
    "article:published_time",
    "citation_publication_date",
    "dcterms.issued",
    "dcterms.date",
    "dc.date.issued",
    "dc.date",
    "date",
    "datepublished",
    "pubdate",
    "publishdate",
    "parsely-pub-date",
    "sailthru.date",
)
_URLS = ("og:url", "ld:url")
_TAGS = ("article:tag", "keywords", "news_keywords", "ld:keywords")
_EXTRA = {
    "description": ("description", "og:description", "dc.description"),
    "modified": ("article:modified_time", "ld:dateModified"),
}
_MARK_BEHIND = re.compile(r"\s[|–—·•»:-]++\s")
_MARK_BEFORE = re.compile(rf"{_MARK_BEHIND.pattern}\Z")
_ARTICLE_KEYS = ("headline", "datePublished", "author")
_BY = re.compile(r"^by:?\s+", re.IGNORECASE)
_MAX_LD_NODES = 1_000
_MAX_BYLINE = 100
_MAX_MARKUP = 2_000  # the characters of a byline with all its white space
_MAX_ELEMENTS = 100  # in a byline


@dataclass(frozen=True, slots=True)
class _Page:
    """A parsed page: its root, the contents of its meta elements by name, the statements of its JSON-LD by path."""

    root: etree._Element
    stated: Mapping[str, list[str]]

    def first(self, names: tuple[str, ...]) -> str | None:
        return next((value for name in names for value in self.stated.get(name, ())), None)

    def all(self, names: tuple[str, ...]) -> list[str]:
        """The values under the first of the names that has any."""
        return next((self.stated[name] for name in names if name in self.stated), [])


def stated_metadata(root: etree._Element) -> dict[str, Json]:
    """The statements of a page under the keys of our fields; what it does not state is left out.

    Of a title `Talks end | The Courier` the name of the site is taken off. A time of publication is kept as it stands.
    """
    page = _Page(root, _meta(root) | _json_ld(root))
    site = page.first(_SITES)
    found: dict[str, Json] = {
        "title": _title(page, site),
        "source": site,
        "author": [*_authors(page)],
        "published": page.first(_DATES) or _time(root),
        "language": _language(page),
        "url": _canonical(page),
        "tag": [tag.strip() for value in page.all(_TAGS) for tag in value.split(",")],
        **{key: page.first(names) for key, names in _EXTRA.items()},
    }
    return {key: value for key, value in found.items() if value}


def _meta(root: etree._Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        value = one_line(meta.get("content", ""))
        if name and value:
            found.setdefault(name.strip().lower(), []).append(value)
    return found


def _json_ld(root: etree._Element) -> dict[str, list[str]]:
    """The statements of the first article in the page's JSON-LD, as `ld:<path>`."""
    for script in root.iter("script"):
        if "ld+json" not in script.get("type", ""):
            continue
        try:
            graph = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue  # a page's broken JSON-LD says nothing; its text is still good
        for node in _nodes(graph):
            if any(key in node for key in _ARTICLE_KEYS):
                return {f"ld:{path}": values for path in _ld_paths() if (values := [*_values(node, path.split("."))])}
    return {}


def _ld_paths() -> Iterator[str]:
    for names in (_TITLES, _SITES, _AUTHORS, _DATES, _URLS, _TAGS, *_EXTRA.values()):
        yield from (name.removeprefix("ld:") for name in names if name.startswith("ld:"))


def _nodes(graph: object) -> Iterator[dict[str, object]]:
    """The objects of a JSON-LD graph, outer ones first."""
    queue = deque([graph])
    for _ in range(_MAX_LD_NODES):
        if not queue:
            return
        node = queue.popleft()
        if isinstance(node, dict):
            yield node
            queue.extend(node.values())
        elif isinstance(node, list):
            queue.extend(node)


def _values(node: object, path: list[str]) -> Iterator[str]:
    """The texts at a path; a text where an object with a name could stand, like an author's, counts as the name."""
    if isinstance(node, list):
        for item in node:
            yield from _values(item, path)
    elif isinstance(node, dict) and path:
        yield from _values(node.get(path[0]), path[1:])
    elif (
        isinstance(node, str | int) and not isinstance(node, bool) and path in ([], ["name"]) and (text := one_line(str(node)))
    ):
        yield text


def _title(page: _Page, site: str | None) -> str | None:
    element = page.root.find(".//head/title")
    title = page.first(_TITLES)
    if title is None and element is not None:
        title = one_line(text_of(element))
    if not title or site is None:
        return title
    # The site's name stands behind or before a mark between spaces.
    if title[-len(site) :].casefold() == site.casefold():
        before = title[: -len(site)]
        if mark := _MARK_BEFORE.search(before):
            return before[: mark.start()]
    if title[: len(site)].casefold() == site.casefold():
        behind = title[len(site) :]
        if mark := _MARK_BEHIND.match(behind):
            return behind[mark.end() :]
    return title


def _authors(page: _Page) -> Iterator[str]:
    for value in page.all(_AUTHORS) or [_byline(page.root)]:
        for name in map(str.strip, value.split(";")):
            if name and not name.startswith(("http:", "https:")):
                yield name


def _byline(root: etree._Element) -> str:
    """The first short text marked as the author's by `rel`, `itemprop`, or the classes `author` and `byline`; or nothing."""
    for element in filter(_is_marked, root.iter(etree.Element)):
        name = _BY.sub("", one_line(_short_text(element)))
        if 0 < len(name) <= _MAX_BYLINE:
            return name
    return ""


def _is_marked(element: etree._Element) -> bool:
    classes = element.get("class", "").split()
    return element.get("rel") == "author" or element.get("itemprop") == "author" or "author" in classes or "byline" in classes


def _short_text(element: etree._Element) -> str:
    """The text in an element; nothing where there is too much in it for a byline.

    That is not read to its end: elements that are marked may stand in each other, around the whole page.
    """
    if next(islice(element.iterdescendants(), _MAX_ELEMENTS, None), None) is not None:
        return ""
    pieces: list[str] = []
    length = 0
    for piece in map(str, element.itertext()):
        pieces.append(piece)
        length += len(piece)
        if length > _MAX_MARKUP:
            return ""
    return "".join(pieces)


def _time(root: etree._Element) -> str | None:
    """The moment of a `time` element that is marked as the publication's."""
    for element in root.iter("time"):
        is_marked = element.get("itemprop") == "datePublished" or "publish" in element.get("class", "")
        if (is_marked or element.get("pubdate") is not None) and (moment := element.get("datetime", "").strip()):
            return moment
    return None


def _language(page: _Page) -> str | None:
    html = page.root if page.root.tag == "html" else page.root.find("html")
    stated = None if html is None else html.get("lang") or html.get("xml:lang")
    return stated or page.first(("content-language", "og:locale", "dc.language"))


def _canonical(page: _Page) -> str | None:
    for link in page.root.iter("link"):
        if link.get("rel", "").lower() == "canonical" and link.get("href", "").startswith(("http:", "https:")):
            return link.get("href")
    return page.first(_URLS)
