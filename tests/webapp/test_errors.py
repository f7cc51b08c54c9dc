"""Errors over HTTP: a problem for programs, a page for people, and nothing told that is nobody's business."""

from __future__ import annotations

import errno
import html
import logging
import os
from pathlib import Path
from typing import Any, NoReturn

import pytest
from flask.testing import FlaskClient

from indexer.config import Settings
from indexer.errors import (
    Fault,
    IndexCorrupt,
    IndexNotReadable,
    IndexVersionError,
    LoccitError,
    NoIndex,
    NotFound,
    ParameterError,
    QueryError,
    UsageError,
)
from indexer.search.embedded.manifest import MANIFEST
from indexer.search.request import SearchRequest
from tests.conftest import write_index
from tests.oracle import OracleEngine
from tests.webapp.conftest import get, make_shelf
from webapp import create_app

SECRET = "secret of the house"


def client_of(error: Exception) -> FlaskClient:
    """A client of an application whose every search fails like this."""

    class Failing(OracleEngine):
        def search(self, request: SearchRequest) -> NoReturn:  # noqa: ARG002
            raise error

    return create_app(Settings(), Failing()).test_client()


CASES = [
    (ParameterError("page", "page takes a whole number from 1; not 'x'."), 400, "page"),
    (QueryError("The query has 65 terms; 64 are allowed."), 400, "q"),
    (NotFound("No document a.md."), 404, None),
    (NoIndex(Path("index_data")), 503, None),
    (IndexVersionError("The index is of version 9. Run: loccit rebuild"), 503, None),
    (IndexNotReadable(Path("manifest.json"), "Permission denied"), 503, None),
    (IndexCorrupt("manifest.json does not match its checksum."), 503, None),
]


@pytest.mark.parametrize(("error", "status", "parameter"), CASES)
def test_an_error_for_programs(error: LoccitError, status: int, parameter: str | None) -> None:
    problem = get(client_of(error), "/api/search", status)
    assert problem["status"] == status
    assert problem["parameter"] == parameter
    assert problem["detail"] == str(error)


@pytest.mark.parametrize(("error", "status", "parameter"), CASES)
def test_an_error_for_people(error: LoccitError, status: int, parameter: str | None) -> None:  # noqa: ARG001
    response = client_of(error).get("/?q=radar")
    assert response.status_code == status
    assert response.mimetype == "text/html"
    assert str(error) in html.unescape(response.text)
    assert ("loccit rebuild" in response.text) is ("loccit rebuild" in str(error))


@pytest.mark.parametrize("error", [RuntimeError(SECRET), Fault(SECRET), UsageError(SECRET), KeyError(SECRET)])
@pytest.mark.parametrize("url", ["/api/search", "/?q=radar"])
def test_a_fault_is_logged_and_not_told(error: Exception, url: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        response = client_of(error).get(url)
    assert response.status_code == 500
    assert SECRET not in response.text
    assert "Traceback" not in response.text
    assert SECRET in caplog.text
    assert "Traceback" in caplog.text
    assert response.mimetype == ("application/problem+json" if url.startswith("/api") else "text/html")


@pytest.mark.parametrize(
    "error",
    [IndexCorrupt("manifest.json does not match its checksum."), IndexNotReadable(Path("manifest.json"), "Permission denied")],
)
def test_an_index_that_is_damaged_or_may_not_be_read_is_logged(error: LoccitError, caplog: pytest.LogCaptureFixture) -> None:
    client_of(error).get("/api/search")
    assert str(error) in caplog.text


@pytest.mark.parametrize("url", ["/nowhere", "/documents/nowhere.md", "/static/nowhere.css"])
def test_an_unknown_page_is_a_page(client: FlaskClient, url: str) -> None:
    response = client.get(url)
    assert (response.status_code, response.mimetype) == (404, "text/html")


@pytest.mark.parametrize("url", ["/healthz/", "/readyz/", "/api/", "/api/search/"])
def test_an_address_for_programs_with_a_slash_too_many_is_a_problem(client: FlaskClient, url: str) -> None:
    assert get(client, url, 404)["title"] == "Not Found"


def test_an_address_is_shown_escaped(client: FlaskClient) -> None:
    response = client.get("/documents/%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    assert response.status_code == 404
    assert "<script>alert" not in response.text


def test_a_page_for_reading_takes_no_post(client: FlaskClient) -> None:
    response = client.post("/", data={"q": "radar"})
    assert (response.status_code, response.mimetype) == (405, "text/html")
    assert "GET" in response.headers["Allow"]


ENDPOINTS = ["/api/search?q=radar", "/api/documents/harbour.md", "/api/documents/harbour.md/paragraphs/1", "/readyz"]


@pytest.fixture
def nothing_built(tmp_path: Path) -> Settings:
    """The settings of an index that nobody has built."""
    return Settings(index_dir=tmp_path / "index_data")


def test_without_an_index_every_search_says_how_to_make_one(nothing_built: Settings) -> None:
    client = create_app(nothing_built).test_client()
    for url in ENDPOINTS:
        problem = get(client, url, 503)
        assert problem["title"] == "Service Unavailable"
        assert "index_data" in problem["detail"]
        assert problem["detail"].count("Run: loccit rebuild") == 1
    assert get(client, "/healthz") == {"status": "ok"}
    page = client.get("/?q=radar")
    assert page.status_code == 503
    assert "loccit rebuild" in page.text


def test_an_index_built_later_is_taken_up(nothing_built: Settings) -> None:
    client = create_app(nothing_built).test_client()
    get(client, "/readyz", 503)
    generation = write_index(nothing_built, make_shelf())
    assert get(client, "/readyz")["generation"] == generation
    assert get(client, "/api/search?q=radar")["total"]["value"] == 5


@pytest.mark.parametrize("damage", ["emptied", "overwritten", "cut"])
def test_a_damaged_index_is_a_503(nothing_built: Settings, damage: str) -> None:
    write_index(nothing_built, make_shelf())
    files = [path for path in nothing_built.index_dir.rglob("*") if path.is_file()]
    assert files
    for path in files:
        content = path.read_bytes()
        path.write_bytes({"emptied": b"", "overwritten": b"\xa5" * len(content), "cut": content[: len(content) // 2]}[damage])
    client = create_app(nothing_built).test_client()
    for url in ENDPOINTS:
        assert "loccit rebuild" in get(client, url, 503)["detail"]
    assert client.get("/?q=radar").status_code == 503


@pytest.mark.parametrize("refused", [MANIFEST, ".arrays"])
def test_a_file_that_may_not_be_read_is_no_reason_to_rebuild(
    nothing_built: Settings, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    write_index(nothing_built, make_shelf())
    opening = os.open

    def refuse(path: str | Path, *rest: Any, **others: Any) -> Any:
        if str(path).endswith(refused):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opening(path, *rest, **others)

    monkeypatch.setattr(os, "open", refuse)
    client = create_app(nothing_built).test_client()
    for url in ENDPOINTS:
        detail = str(get(client, url, 503)["detail"])
        assert detail.endswith("cannot be read: Permission denied. Let this user read it, or name another folder: --index-dir")
    assert "loccit rebuild" not in client.get("/?q=radar").text


def test_a_folder_that_cannot_be_looked_into_is_a_503(nothing_built: Settings) -> None:
    nothing_built.index_dir.symlink_to(nothing_built.index_dir)
    client = create_app(nothing_built).test_client()
    for url in ENDPOINTS:
        detail = str(get(client, url, 503)["detail"])
        assert detail.startswith(f"No index in {nothing_built.index_dir}: it is a link to {nothing_built.index_dir}, ")
        assert detail.endswith(". Make that folder, or name another: --index-dir")
    assert client.get("/?q=radar").status_code == 503
