"""How templates are compiled: strict about what is not there, and quick about what is."""

from __future__ import annotations

import builtins

from flask import Flask
from flask.templating import Environment
from jinja2 import StrictUndefined
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Expr, Getattr
from markupsafe import Markup, escape


def written(value: object) -> str:
    """A value as it goes into a page, escaped as `markupsafe.escape` does it.

    What is printed is only joined: a page has a thousand values, and for each to be Markup first costs more than escaping it.
    """
    if type(value) is str:
        if value.isalnum():
            return value
        text = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return text.replace('"', "&#34;").replace("'", "&#39;")
    if type(value) is int:
        return str(value)
    return value if type(value) is Markup else escape(value)


class _CodeGenerator(CodeGenerator):
    """Writes templates as Python as Jinja does, but for what is done a thousand times on a page."""

    def visit_Getattr(self, node: Getattr, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        # Views are dataclasses: of Jinja's way, which tries items next and goes through the environment, none is needed.
        self.visit(node.node, frame)
        self.write(f".{node.attr}")

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("environment.written(")
        else:
            super()._output_child_pre(node, frame, finalize)


class _Environment(Environment):
    code_generator_class = _CodeGenerator
    getattr = staticmethod(builtins.getattr)  # type: ignore[assignment]  # the same function, of a looser type
    written = staticmethod(written)


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
