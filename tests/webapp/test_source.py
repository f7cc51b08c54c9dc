"""The original of a document as a download that no browser opens by itself."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from indexer.config import Settings
from indexer.errors import NotFound
from indexer.file_records import Provenance
from tests.oracle import OracleEngine
from tests.records import make_document
from webapp import create_app

CONTENT = b"<script>document.title = 'harbour'</script>\n"
NAME = "notice \u2013 \u043f\u043e\u0440\u0442\n.html"
ADDRESS = "/documents/notice.html/source"


class Shelf(OracleEngine):
    """One document that was read from a file, and one of which nothing is known."""

    def __init__(self, path: Path) -> None:
        super().__init__([make_document(name, ["The harbour closes at dusk."]) for name in ("notice.html", "memory.txt")])
        self._path = path

    def provenance(self, document_id: str) -> Provenance | None:  # type: ignore[override]  # the oracle's own knows of none
        self.document(document_id)
        if document_id == "memory.txt":
            return None
        digest = hashlib.sha256(CONTENT).hexdigest()
        return Provenance(self._path.parent, self._path, len(CONTENT), 0, digest, "html", "1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with markup in it, and an awkward name."""
    path = tmp_path / NAME
    path.write_bytes(CONTENT)
    return path


def client_of(path: Path, *, originals: bool = True) -> FlaskClient:
    """A client of an application over the shelf."""
    return create_app(Settings(originals=originals), Shelf(path)).test_client()


@pytest.fixture
def client(path: Path) -> FlaskClient:
    """A client."""
    return client_of(path)


def test_the_file_is_a_download(client: FlaskClient) -> None:
    response = client.get(ADDRESS, buffered=True)
    assert (response.status_code, response.data) == (200, CONTENT)
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Length"] == str(len(CONTENT))
    assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert "Expires" not in response.headers
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "filename*=UTF-8''notice%20%E2%80%93%20%D0%BF%D0%BE%D1%80%D1%82%EF%BF%BD.html" in disposition


def test_a_part_of_it_can_be_asked_for_and_what_is_known_need_not(client: FlaskClient) -> None:
    part = client.get(ADDRESS, buffered=True, headers={"Range": "bytes=8-15"})
    assert (part.status_code, part.data) == (206, CONTENT[8:16])
    assert client.get(ADDRESS, buffered=True, headers={"Range": "bytes=99999-"}).status_code == 416
    whole = client.get(ADDRESS, buffered=True)
    assert client.get(ADDRESS, buffered=True, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    assert client.head(ADDRESS, buffered=True).headers["Content-Length"] == str(len(CONTENT))


def test_a_file_that_changed_is_a_conflict_that_says_so(client: FlaskClient, path: Path) -> None:
    path.write_bytes(b"another")
    response = client.get(ADDRESS, buffered=True)
    assert response.status_code == 409
    assert "has changed since it was indexed" in response.text
    assert "loccit update" in response.text
    assert str(path.parent) not in response.text


@pytest.mark.parametrize("name", ["memory.txt", "absent.txt", "..%2f..%2fetc%2fpasswd"])
def test_what_was_read_from_no_known_file_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/documents/{name}/source").status_code == 404


def test_it_can_be_switched_off(path: Path) -> None:
    client = client_of(path, originals=False)
    assert client.get(ADDRESS, buffered=True).status_code == 404
    assert ADDRESS not in client.get("/documents/notice.html").text


def test_the_document_page_links_to_it_and_names_the_file(client: FlaskClient) -> None:
    page = client.get("/documents/notice.html").text
    assert ADDRESS in page
    assert "notice \u2013 \u043f\u043e\u0440\u0442\ufffd.html (44 bytes)" in page
    assert hashlib.sha256(CONTENT).hexdigest() in page
    other = client.get("/documents/memory.txt").text
    assert "/source" not in other and "SHA-256" not in other


def test_the_oracle_knows_its_documents(path: Path) -> None:
    with pytest.raises(NotFound):
        Shelf(path).provenance("absent.txt")
