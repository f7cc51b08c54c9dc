"""The pages for people. Each parses as the API does, asks the engine, and differs only in the last step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from time import perf_counter
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from indexer.errors import ParameterError
from indexer.search.engine import SearchEngine
from indexer.search.request import SearchRequest
from indexer.search.response import SearchResponse
from webapp import examples, params
from webapp.context import current
from webapp.facet_page import page_request, present_facet_page
from webapp.facets import facet_name
from webapp.links import server_url
from webapp.present import FormView, Notice, Place, kept_form, present_results, unknown_notice
from webapp.reader import present_document
from webapp.start import OVERVIEW, RECENT, present_start
from webapp.suggestions import Suggestions, present_nothing, suggest

blueprint = Blueprint("pages", __name__)

_THEMES = ("auto", "light", "dark")
_THEME_COOKIE = "theme"
_A_YEAR = 365 * 24 * 3600
_ROBOTS = "User-agent: *\nDisallow: /\n"


@blueprint.get("/")
def search() -> str:
    """Results; without any parameter, the start page."""
    pairs = _pairs()
    parsed = params.parse(pairs)
    engine = current().engine
    notice = unknown_notice(parsed.unknown)
    if not _asks_anything(pairs, parsed.unknown):
        return _start(engine, notice)
    started = perf_counter()
    response = engine.search(parsed.request)
    took_ms = (perf_counter() - started) * 1000
    view = present_results(parsed.request, response, engine.neighbours, _place(), took_ms)
    if notice is not None:
        view = replace(view, notices=(notice, *view.notices))
    return render_template(
        "search.html",
        view=view,
        form=view.form,
        ways=_suggestions(engine, parsed.request, response),
        nothing=None if response.total else present_nothing(parsed.request, engine.status()),
    )


@blueprint.get("/facets/<field>")
def facet(field: str) -> str:
    """All values of a facet under a search, or those that `prefix` begins; a script takes its list from here."""
    asked = params.parse_facet(_pairs())
    found = current().engine.facet(page_request(asked.request), facet_name(field), asked.prefix)
    view = present_facet_page(field, found, asked)
    return render_template("facet.html", view=view, form=view.form, notice=unknown_notice(asked.unknown))


@blueprint.get("/documents/<document_id>")
def document(document_id: str) -> str:
    """A whole document; the search that led there stands in the URL, and its query's hits are marked."""
    parsed = params.parse(_pairs())
    engine = current().engine
    response = engine.document(document_id, parsed.request.query)
    provenance = engine.provenance(response.document.id)
    view = present_document(response, parsed.request, _place(), provenance, current().settings.originals)
    return render_template("document.html", view=view, form=view.form, notice=unknown_notice(parsed.unknown))


@blueprint.get("/help")
def help_page() -> str:
    """The query language by example, and the parameters of an address."""
    topics = examples.topics(current().engine.capabilities)
    return render_template("help.html", form=kept_form(_pairs()), topics=topics, parameters=params.PARAMETERS)


@blueprint.post("/theme")
def theme() -> Redirect:
    """Remember a theme and go back to the page that it was chosen on."""
    chosen = request.form.get("theme", "")
    if chosen not in _THEMES:
        raise ParameterError("theme", f"theme takes one of {', '.join(_THEMES)}.")
    response = redirect(_local(request.form.get("back", "/")), code=303)
    if chosen == "auto":
        response.delete_cookie(_THEME_COOKIE, samesite="Lax")
    else:
        response.set_cookie(_THEME_COOKIE, chosen, max_age=_A_YEAR, samesite="Lax")
    return response


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """The icon, for browsers that ask without being told."""
    return current_app.send_static_file("favicon.svg")


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Keep crawlers out: every facet is a link, and the links have no end."""
    return Response(_ROBOTS, mimetype="text/plain")


@blueprint.app_context_processor
def _frame() -> dict[str, object]:
    """What every page has around it, those for errors included."""
    chosen = request.cookies.get(_THEME_COOKIE, "auto")
    return {
        "theme": chosen if chosen in _THEMES else "auto",
        "themes": _THEMES,
        "here": _here(),
        "shortcuts": current().shortcuts,
    }


def _start(engine: SearchEngine, notice: Notice | None) -> str:
    overview = engine.search(OVERVIEW)
    recent = engine.recent(RECENT)
    trials = examples.trials(overview, recent, lambda asked: _count(engine, asked))
    view = present_start(engine.status(), overview, recent, trials, notice)
    return render_template("start.html", view=view, form=FormView())


def _suggestions(engine: SearchEngine, asked: SearchRequest, response: SearchResponse) -> Suggestions | None:
    """Ways out of an answer that is empty, or that had to be widened."""
    if response.total and not response.relaxed:
        return None
    return suggest(asked, lambda other: _count(engine, other), wider=not response.total)


def _count(engine: SearchEngine, asked: SearchRequest) -> int:
    return engine.search(replace(asked, page=1, page_size=1, facets=(), hints=False, explain=False)).total


def _asks_anything(pairs: Sequence[tuple[str, str]], unknown: Sequence[str]) -> bool:
    """Whether any parameter that means something has a value."""
    return any(value.strip() and name not in unknown for name, value in pairs)


def _pairs() -> list[tuple[str, str]]:
    return list(request.args.items(multi=True))


def _place() -> Place:
    return Place(server_url(current().settings), date.today())


def _here() -> str:
    """The address of the page at hand, relative to the server; of a page that answers a form, the start page's."""
    if request.method != "GET":
        return "/"
    return request.full_path.rstrip("?")


def _local(address: str) -> str:
    """An address if it is one of this server, else the start page."""
    if not address.startswith("/") or address.startswith("//") or "\\" in address or not address.isprintable():
        return "/"
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc else address
