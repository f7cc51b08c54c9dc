"""The headers of every answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer.config import Settings, load_settings
from indexer.errors import UsageError
from tests.oracle import OracleEngine
from webapp import create_app

URLS = [
    "/",
    "/?q=radar",
    "/?page=0",
    "/documents/harbour.md",
    "/nowhere",
    "/api/search?q=radar",
    "/api/search?page=0",
    "/api/nothing",
    "/healthz",
]


def policy(client: FlaskClient, url: str) -> dict[str, list[str]]:
    """The content security policy of an answer: directive -> sources."""
    directives = client.get(url).headers["Content-Security-Policy"].split("; ")
    return {name: sources for name, *sources in (directive.split(" ") for directive in directives)}


@pytest.mark.parametrize("url", URLS)
def test_nothing_inline_and_nothing_from_elsewhere(client: FlaskClient, url: str) -> None:
    directives = policy(client, url)
    assert directives["default-src"] == ["'none'"]
    assert {source for sources in directives.values() for source in sources} == {"'none'", "'self'"}
    assert directives["script-src"] == directives["style-src"] == directives["form-action"] == ["'self'"]
    assert directives["base-uri"] == directives["frame-ancestors"] == ["'none'"]


@pytest.mark.parametrize("url", URLS)
def test_the_other_headers(client: FlaskClient, url: str) -> None:
    headers = client.get(url).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Set-Cookie" not in headers
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/api/search?q=radar", "private, no-cache"),
        ("/?q=radar", "private, no-cache"),
        ("/api/nothing", "no-store"),
        ("/nowhere", "no-store"),
    ],
)
def test_answers_are_asked_for_again_and_errors_are_not_kept(client: FlaskClient, url: str, expected: str) -> None:
    assert client.get(url).headers["Cache-Control"] == expected


def test_static_files_are_kept_for_an_hour(app: Flask, client: FlaskClient) -> None:
    assert app.static_folder is not None
    url = f"/static/{min(path.name for path in Path(app.static_folder).glob('*.css'))}"
    with client.get(url) as response:
        assert response.status_code == 200
        assert response.cache_control.max_age == 3600
        tag = response.headers["ETag"]
    with client.get(url, headers={"If-None-Match": tag}) as again:
        assert again.status_code == 304


@pytest.mark.parametrize(
    "url",
    [
        *URLS,
        "/?page=1",
        "/documents/harbour.md?q=radar",
        "/api/documents/harbour.md?q=radar",
        "/api/documents/harbour.md/paragraphs/1",
        "/help",
    ],
)
def test_the_host_header_decides_nothing(client: FlaskClient, url: str) -> None:
    response = client.get(url, headers={"Host": "evil.example"})
    assert "evil.example" not in response.text
    assert "evil.example" not in str(response.headers)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(), "http://127.0.0.1:8000"),
        (Settings(host="0.0.0.0", port=8080), "http://127.0.0.1:8080"),
        (Settings(host="::1"), "http://[::1]:8000"),
        (Settings(host="::1", public_url="https://search.example/loccit"), "https://search.example/loccit"),
    ],
)
@pytest.mark.parametrize("url", ["/?q=radar", "/documents/harbour.md"])
def test_permalinks_begin_as_the_settings_say(engine: OracleEngine, settings: Settings, expected: str, url: str) -> None:
    text = create_app(settings, engine).test_client().get(url).text
    assert f"{expected}/documents/harbour.md#p1" in text
    assert "localhost" not in text


@pytest.mark.parametrize(
    ("stated", "resolved"),
    [("https://search.example", "https://search.example"), ("http://[::1]:8080/", "http://[::1]:8080"), ("", "")],
)
def test_the_public_url_has_no_last_slash(stated: str, resolved: str) -> None:
    assert load_settings(None, {}, {"public_url": stated}).public_url == resolved


@pytest.mark.parametrize(
    "stated",
    [
        "search.example",
        "//search.example",
        "ftp://search.example",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https://search.example?q=1",
        "https://search.example/#p1",
        "https://search example",
        "https://search.example\n",
        "https://search.example:port",
        "https://[::1",
        5,
    ],
)
def test_a_public_url_that_is_none_is_refused(stated: object) -> None:
    with pytest.raises(UsageError, match=r"^--public-url takes a URL such as https://search\.example, not "):
        load_settings(None, {}, {"public_url": stated})


def test_a_large_body_is_refused_unread(client: FlaskClient) -> None:
    assert client.post("/api/search", data=b"q" * 100_000).status_code == 405
    assert client.get("/api/search", data=b"q" * 100_000).status_code == 200
