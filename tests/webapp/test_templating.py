"""How templates are compiled: what is not there is a fault, never an empty place on a page."""

from __future__ import annotations

from dataclasses import dataclass

import jinja2
import pytest
from flask import Flask, get_template_attribute, render_template_string
from hypothesis import example, given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from webapp import templating
from webapp.histogram import Bar, DatesView


@dataclass(frozen=True, slots=True)
class _View:
    title: str = "Radar & <range>"


@pytest.mark.parametrize(
    ("template", "error"),
    [
        ("{{ view.tilte }}", AttributeError),
        ("{% if view.tilte %}{% endif %}", AttributeError),
        ("{{ veiw }}", jinja2.UndefinedError),
        ("{{ veiw.title }}", jinja2.UndefinedError),
    ],
)
def test_what_is_not_there_is_a_fault(app: Flask, template: str, error: type[Exception]) -> None:
    with app.test_request_context(), pytest.raises(error):
        render_template_string(template, view=_View())


def test_bars_escape_what_is_text(app: Flask) -> None:
    nasty = "\"><script>'&"
    bar = Bar("0.00", "1.00", "2.00", "3.00", "May 2025: 3", "2025-05-01", "2025-05-31", True)
    dates = DatesView((bar,), (f"/?q={nasty}&from=", "&to=", f"&x={nasty}"), "30.00", "25.20", (), False, "", "", "")
    with app.test_request_context():
        for template, macro in (("bars.txt", "bars"), ("histogram.html", "histogram")):
            drawn = get_template_attribute(f"partials/{template}", macro)(dates)
            assert nasty not in drawn
            escaped = "&#34;&gt;&lt;script&gt;&#39;&amp;"
            assert f'href="/?q={escaped}&amp;from=2025-05-01&amp;to=2025-05-31&amp;x={escaped}" tabindex' in drawn
            assert "<title>May 2025: 3</title>" in drawn
            assert 'x="1.00" y="2.00" width="25.20" height="3.00"' in drawn


@example("&<>\"'")
@example(Markup("<b>'</b>"))
@example(-1_000)
@example(None)
@given(st.text(st.sampled_from("ab&<>\"'½\x00")))
def test_what_is_printed_is_escaped_as_markupsafe_does_it(value: object) -> None:
    assert str(templating.written(value)) == str(escape(value))


def test_every_template_can_be_loaded_beforehand(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    templating.load(app)
    monkeypatch.setattr(app.jinja_env, "compile", lambda *_, **__: pytest.fail("a template was compiled for a page"))
    for address in ("/?q=radar", "/", "/help", "/documents/harbour.md?q=radar", "/nowhere"):
        assert "</html>" in app.test_client().get(address).text


def test_text_is_escaped_and_blocks_leave_no_lines(app: Flask) -> None:
    template = "{% for number in (1, 2) %}\n  {% if loop.last %}\n{{ view.title }}\n  {% endif %}\n{% endfor %}\n"
    with app.test_request_context():
        assert render_template_string(template, view=_View()) == "Radar &amp; &lt;range&gt;\n"
