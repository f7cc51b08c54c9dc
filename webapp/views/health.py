"""Whether the server is up (`/healthz`) and whether it can answer searches (`/readyz`)."""

from __future__ import annotations

from flask import Blueprint, Response

from webapp.context import current
from webapp.reply import reply

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def health() -> Response:
    """The process answers; nothing is said of the index."""
    return reply({"status": "ok"})


@blueprint.get("/readyz")
def readiness() -> Response:
    """The index can be read; else a 503 that says why."""
    return reply({"status": "ready", "generation": current().engine.status().generation})
