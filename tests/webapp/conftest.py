"""The application over a small library of a fictional country, without an index on disk."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer.config import Settings
from indexer.model import Kind, Origin
from tests.oracle import OracleEngine
from tests.records import Indexed, make_document, make_paragraph
from webapp import create_app

# A body of the API, read.
Body = dict[str, Any]


def make_shelf() -> tuple[Indexed, ...]:
    """Three documents: a dated one with a heading, a half-dated one with an awkward id and text, and an undated one."""
    harbour = make_document(
        "harbour.md",
        [
            make_paragraph("Radar for the harbour", Kind.HEADING),
            make_paragraph("Velmara buys a radar for the harbour of Ostrel.", section="Radar for the harbour"),
            make_paragraph("The radar's range is 40 km & more; Ilsa Renn said “at least”.", section="Radar for the harbour"),
            make_paragraph("Fishing boats stay in port meanwhile.", Kind.LIST_ITEM, section="Radar for the harbour"),
        ],
        title="Radar for the harbour",
        source="Ostrel Daily",
        author=("Teo Maric", "Łukasz Žák"),
        published="2025-05-19",
        language="en",
        url="https://example.org/harbour",
        format="markdown",
        tag=("defence", "ports"),
        extra={"edition": 3},
        origins={"title": Origin.FRONT_MATTER, "published": Origin.FILE_NAME},
    )
    wire = make_document(
        "wire:número~1a2b3c.txt",
        ["A <script>radar</script> in a text stays a text.", "Ports close at night."],
        title="Night orders",
        source="Coast Wire",
        published="2025-04",
        language="en",
        tag=("ports",),
    )
    notes = make_document("notes.txt", ["Undated notes about a radar and about ports."], title_derived=True)
    return harbour, wire, notes


@pytest.fixture
def engine() -> OracleEngine:
    """The shelf, searched by brute force."""
    return OracleEngine(make_shelf())


@pytest.fixture
def app(engine: OracleEngine) -> Flask:
    """The application over the shelf; a fault shows in the test."""
    app = create_app(Settings(), engine)
    app.config["TESTING"] = True
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of the application."""
    return app.test_client()


def get(client: FlaskClient, url: str, status: int = 200) -> Body:
    """The JSON at an address, which must answer with this status."""
    response = client.get(url)
    assert response.status_code == status, response.text
    body = response.get_json(force=True)
    assert isinstance(body, dict)
    return body
