"""The Flask application: blueprints, errors, security, one engine."""

from __future__ import annotations

from flask import Flask

from indexer.config import Settings
from indexer.search.engine import SearchEngine, open_engine
from webapp import context, errors, examples, security, templating
from webapp.views import api, health, pages, source

# The only body is a small form that holds the address it came from.
_MAX_BODY_BYTES = 65_536


def create_app(settings: Settings, engine: SearchEngine | None = None) -> Flask:
    """The application over the settings' index, or over an engine that is open already.

    An absent index shows in the answers (503 with the command that makes one) and is taken up once it is there.
    """
    app = Flask("webapp")
    app.config.update(MAX_CONTENT_LENGTH=_MAX_BODY_BYTES, SEND_FILE_MAX_AGE_DEFAULT=security.STATIC_MAX_AGE)
    templating.register(app)
    engine = open_engine(settings) if engine is None else engine
    context.attach(app, context.Context(settings, engine, examples.shortcuts(engine.capabilities)))
    for blueprint in (pages.blueprint, source.blueprint, api.blueprint, health.blueprint):
        app.register_blueprint(blueprint)
    errors.register(app)
    security.register(app)
    return app
