"""Errors as answers: `application/problem+json` (RFC 9457) for programs, a page for people.

ParameterError, QueryError                   400
NotFound                                     404
OriginalChanged                              409
NoIndex, IndexVersionError, IndexCorrupt,
IndexNotReadable                             503, what to do among the detail
anything else of ours or of Python           500, logged; the answer says nothing of it
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError

from indexer.errors import (
    IndexCorrupt,
    IndexNotReadable,
    IndexVersionError,
    LoccitError,
    NoIndex,
    NotFound,
    OriginalChanged,
    ParameterError,
)
from webapp.present import kept_form
from webapp.reply import reply

PROBLEM_JSON = "application/problem+json"

_STATUSES: tuple[tuple[type[LoccitError], HTTPStatus], ...] = (
    (ParameterError, HTTPStatus.BAD_REQUEST),
    (NotFound, HTTPStatus.NOT_FOUND),
    (OriginalChanged, HTTPStatus.CONFLICT),
    (NoIndex, HTTPStatus.SERVICE_UNAVAILABLE),
    (IndexVersionError, HTTPStatus.SERVICE_UNAVAILABLE),
    (IndexNotReadable, HTTPStatus.SERVICE_UNAVAILABLE),
    (IndexCorrupt, HTTPStatus.SERVICE_UNAVAILABLE),
)
_DETAILS = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something failed in the server. Its log says what.",
}
_HINTS = {
    HTTPStatus.BAD_REQUEST: "Change the search and try again.",
    HTTPStatus.NOT_FOUND: "It may have been removed from the index, or the address is mistyped. Try a search.",
    HTTPStatus.METHOD_NOT_ALLOWED: "Try a search instead.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Try again; if it happens again, tell whoever runs this server.",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as an answer. parameter: the one at fault, if it is one's."""

    status: HTTPStatus
    detail: str
    parameter: str | None = None

    @property
    def title(self) -> str:
        """What kind of error it is, in the words of HTTP."""
        return self.status.phrase

    @property
    def hint(self) -> str:
        """What to do, where the detail does not say it."""
        return _HINTS.get(self.status, "")


def register(app: Flask) -> None:
    """Answer every error of an application."""
    app.register_error_handler(LoccitError, _on_loccit_error)
    app.register_error_handler(HTTPException, _on_http_exception)


def _on_loccit_error(error: LoccitError) -> Response:
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), None)
    if status is None:
        current_app.logger.error("%s %s", request.method, request.path, exc_info=error)
        return _answer(_failure())
    if isinstance(error, IndexCorrupt | IndexNotReadable):
        current_app.logger.error("%s %s: %s", request.method, request.path, error)
    return _answer(Problem(status, str(error), error.parameter if isinstance(error, ParameterError) else None))


def _on_http_exception(error: HTTPException) -> Response:
    """What Flask and werkzeug raise; whatever else was raised comes wrapped in InternalServerError, logged already."""
    if isinstance(error, InternalServerError) or error.code is None:
        return _answer(_failure())
    status = HTTPStatus(error.code)
    response = _answer(Problem(status, _DETAILS.get(status) or error.description or status.description))
    for name, value in error.get_headers(request.environ):
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def _failure() -> Problem:
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return Problem(status, _DETAILS[status])


def _answer(problem: Problem) -> Response:
    if _is_for_programs(request.path):
        return reply(
            {
                "type": "about:blank",
                "title": problem.title,
                "status": problem.status.value,
                "detail": problem.detail,
                "parameter": problem.parameter,
            },
            problem.status,
            PROBLEM_JSON,
        )
    page = render_template(
        "error.html",
        form=kept_form(list(request.args.items(multi=True))),
        status=problem.status.value,
        title=problem.title,
        detail=problem.detail,
        hint=problem.hint,
    )
    return Response(page, problem.status, mimetype="text/html")


def _is_for_programs(path: str) -> bool:
    return path.rstrip("/") in ("/api", "/healthz", "/readyz") or path.startswith("/api/")
