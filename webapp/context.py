"""What belongs to one application: its settings, its engine, what every page has. Views reach it with `current()`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Flask, current_app

from indexer.config import Settings
from indexer.search.engine import SearchEngine
from webapp.examples import Shortcut

_KEY = "loccit"


@dataclass(frozen=True, slots=True)
class Context:
    """The settings and the engine of an application, which its threads share.

    shortcuts: the panel beside the box, which every page has.
    """

    settings: Settings
    engine: SearchEngine
    shortcuts: tuple[Shortcut, ...]


def attach(app: Flask, context: Context) -> None:
    """Give an application its context."""
    app.extensions[_KEY] = context


def current() -> Context:
    """The context of the application that answers the request at hand."""
    return _context(current_app)


def exchange(app: Flask, engine: SearchEngine) -> None:
    """Give an application another engine over the same index; what the one before has begun, it answers."""
    attach(app, replace(_context(app), engine=engine))


def _context(app: Flask) -> Context:
    context = app.extensions[_KEY]
    assert isinstance(context, Context)
    return context
