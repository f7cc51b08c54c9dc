"""HTTP: URLs, pages and JSON over an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from indexer.config import Settings
    from indexer.search.engine import SearchEngine


def create_app(settings: Settings, engine: SearchEngine | None = None) -> Flask:
    """The application over the settings' index, or over an engine that is open already: see `application`."""
    # Late: the command line lives in this package too, and must be able to answer before Flask is loaded.
    from webapp.application import create_app as create

    return create(settings, engine)
