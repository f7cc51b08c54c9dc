"""How templates are compiled: strict about what is not there, and quick about what is."""

from __future__ import annotations

import builtins

from flask import Flask
from flask.templating import Environment
from jinja2 import StrictUndefined


class _Environment(Environment):
    # Views are dataclasses. A page looks up two thousand of their attributes, and Jinja's own way, which tries items next,
    # costs as much again as the rest of an expression.
    getattr = staticmethod(builtins.getattr)  # type: ignore[assignment]  # the same function, of a looser type


def register(app: Flask) -> None:
    """Set an application's templates up. Must come before anything uses them."""
    app.jinja_environment = _Environment
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def load(app: Flask) -> None:
    """Compile every template, which the first pages would otherwise wait for."""
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
