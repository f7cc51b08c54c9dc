"""What pages, the API and the terminal say of why a hit stands where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from indexer.search.engine import open_engine
from tests.command_line import run
from tests.conftest import index_settings, write_index
from tests.webapp.conftest import get, make_shelf
from tests.webapp.markup import Page
from webapp import create_app
from webapp.cli import loccit


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the shelf."""
    folder = tmp_path_factory.mktemp("explained") / "index_data"
    write_index(index_settings(folder), make_shelf())
    return folder


@pytest.fixture(scope="module")
def scored(index_dir: Path) -> Iterator[FlaskClient]:
    """The application over an engine that scores."""
    settings = index_settings(index_dir)
    with closing(open_engine(settings)) as engine:
        app = create_app(settings, engine)
        app.config["TESTING"] = True
        yield app.test_client()


def test_the_api_explains_where_it_is_asked_to(scored: FlaskClient) -> None:
    [hit] = get(scored, "/api/search?q=radar+range&explain=1")["hits"]
    terms = [(part["term"], part["field"], part["frequency"]) for part in hit["explain"] if "term" in part]
    assert terms == [("radar", "text", 1), ("radar", "title", 1), ("radar", "section", 1), ("range", "text", 1)]
    assert {part["feature"] for part in hit["explain"] if "feature" in part} == {"document", "proximity"}
    assert {frozenset(part) for part in hit["explain"]} == {
        frozenset({"term", "field", "frequency", "score"}),
        frozenset({"feature", "score"}),
    }
    assert sum(part["score"] for part in hit["explain"]) == pytest.approx(hit["score"], abs=1e-9)
    [plain] = get(scored, "/api/search?q=radar+range")["hits"]
    assert plain == {key: value for key, value in hit.items() if key != "explain"}


def test_what_is_not_scored_has_no_parts(scored: FlaskClient) -> None:
    hits = get(scored, "/api/search?q=-radar&explain=1")["hits"]
    assert [(hit["score"], hit["explain"]) for hit in hits] == [(None, [])] * 2


def test_the_parameter_takes_one_value(scored: FlaskClient) -> None:
    problem = get(scored, "/api/search?q=radar&explain=true", 400)
    assert (problem["parameter"], problem["detail"]) == ("explain", "explain takes 1; not 'true'.")


def _page(client: FlaskClient, address: str) -> str:
    """The markup of a sound page."""
    markup = client.get(address).text
    assert Page(markup).faults == []
    return markup


def _reasons(text: str) -> list[str]:
    """The rows of every hit's reasons, as text."""
    tables = re.findall(r'<table class="why">.*?</table>', text, re.DOTALL)
    rows = [row for table in tables for row in re.findall(r"<tr>(.*?)</tr>", table.partition("</thead>")[2], re.DOTALL)]
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in rows]


def test_the_page_says_why_in_words(scored: FlaskClient) -> None:
    shown = _page(scored, "/?q=radar+range&explain=1")
    assert shown.count("<summary>Why this place?</summary>") == 1
    rows = _reasons(shown)
    assert [re.sub(r" \d+\.\d{3}$", "", row) for row in rows] == [
        "radar, once in the text",
        "radar, once in the title",
        "radar, once in the section",
        "range, once in the text",
        "The words in the rest of the document",
        "Words near each other",
        "Together",
    ]
    assert all(re.search(r" \d+\.\d{3}$", row) for row in rows)
    [hit] = get(scored, "/api/search?q=radar+range")["hits"]
    assert rows[-1] == f"Together {hit['score']:.3f}"


def test_a_link_switches_it_on_and_off(scored: FlaskClient) -> None:
    off = _page(scored, "/?q=radar&sort=newest")
    assert "Why this place?" not in off
    assert '<a href="/?q=radar&amp;sort=newest&amp;explain=1">Explain</a>' in off
    on = _page(scored, "/?q=radar&sort=newest&explain=1")
    assert '<a href="/?q=radar&amp;sort=newest">Don’t explain</a>' in on
    assert '<input type="hidden" name="explain" value="1">' in on
    assert "The order is another one here." in on
    assert "explain" not in _page(scored, "/?q=-radar").partition("<main")[2]


def test_a_term_is_no_markup(scored: FlaskClient) -> None:
    shown = _page(scored, "/?q=%22%3Cscript%3Eradar%22&explain=1")
    assert "<bdi>&#34;&lt;script&gt;radar&#34;, once in the text</bdi>" in shown


def test_the_terminal_says_why(index_dir: Path) -> None:
    shown = run(loccit, "search", "--explain", "radar", "range", "--index-dir", str(index_dir)).stdout
    assert re.search(r"\n    \d\.\d{3}  radar, once in the title\n", shown)
    assert re.search(r"\n    \d\.\d{3}  Words near each other\n", shown)
    for option in (["--explain=1"], ["--explain", "1"]):
        assert run(loccit, "search", *option, "radar", "range", "--index-dir", str(index_dir)).stdout == shown
    assert "once" not in run(loccit, "search", "radar", "range", "--index-dir", str(index_dir)).stdout
    refused = run(loccit, "search", "radar", "--explain=2", "--index-dir", str(index_dir))
    assert (refused.exit_code, "explain takes 1; not '2'" in refused.stderr) == (2, True)
