"""The first searches of a process: every kind of query, filter and order, whatever is in the index."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from indexer.errors import NoIndex, QueryError
from indexer.fields import FACETS, HISTOGRAM
from indexer.model import DocumentMetadata
from indexer.search.engine import open_engine
from indexer.search.query import Node, ParsedQuery, Phrase, Word
from indexer.search.request import Interval, SearchRequest, Sort
from indexer.search.response import DocumentResponse, SearchResponse
from indexer.search.warm import warm
from tests.conftest import index_settings, make_document, write_index
from tests.oracle import OracleEngine
from tests.records import Indexed
from tests.webapp.collection import collection

_TOP = Path(__file__).parent.parent.parent


class Listening(OracleEngine):
    """An engine that keeps what it was asked, and that has a bound where `refused` says so."""

    def __init__(self, documents: list[Indexed], refused: str = "") -> None:
        super().__init__(documents)
        self.asked: list[SearchRequest] = []
        self.totals: list[int] = []
        self.others: list[str] = []
        self._refused = refused

    def search(self, request: SearchRequest) -> SearchResponse:
        self.asked.append(request)
        if self._refused and self._refused in request.query.source:
            raise QueryError("More than this engine does.")
        response = super().search(request)
        self.totals.append(response.total)
        return response

    def document(
        self, document_id: str, query: ParsedQuery | None = None, first: int = 1, last: int | None = None
    ) -> DocumentResponse:
        self.others.append("document")
        return super().document(document_id, query, first, last)

    def recent(self, limit: int) -> tuple[DocumentMetadata, ...]:
        self.others.append("recent")
        return super().recent(limit)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        for child in value if isinstance(value, tuple) else ():
            yield from _nodes(child)


def test_everything_is_asked_for() -> None:
    engine = Listening(collection())
    warm(engine)
    nodes = {node for request in engine.asked for node in _nodes(request.query.tree)}
    assert {type(node) for node in nodes} == set(get_args(Node))
    assert {(node.exact, node.field is None) for node in nodes if isinstance(node, Word)} == {
        *((False, True), (True, True), (False, False))
    }
    assert {(node.exact, node.slop is None) for node in nodes if isinstance(node, Phrase)} >= {
        *((False, True), (True, True), (False, False))
    }
    assert any(getattr(node, "excluded", ()) for node in nodes)
    assert any(node.weight != 1 for node in nodes)
    assert any(request.query.relaxed for request in engine.asked)
    assert {request.order for request in engine.asked} == set(Sort)
    assert {request.interval for request in engine.asked} == {None, *Interval}
    assert {request.facets for request in engine.asked} >= {(), (HISTOGRAM,), (*FACETS, HISTOGRAM)}
    assert any(one.included for request in engine.asked for one in request.filters)
    assert any(one.excluded for request in engine.asked for one in request.filters)
    assert any(request.published_from and request.filters for request in engine.asked)
    assert engine.others == ["document", "recent"]


def test_most_of_it_finds_something() -> None:
    engine = Listening(collection())
    warm(engine)
    assert sum(total > 0 for total in engine.totals) > len(engine.totals) / 2


@pytest.mark.parametrize(
    "documents",
    [[], [make_document("a.txt", ["1"])], [make_document("b.txt", ['OR NOT "~5 (a) -x* Radar^2'], published="2025")]],
)
def test_an_index_of_next_to_nothing_is_enough(documents: list[Indexed]) -> None:
    engine = Listening(documents)
    warm(engine)
    assert len(engine.asked) > len(Sort)
    assert "recent" in engine.others


def test_what_is_over_a_bound_is_left_out() -> None:
    engine = Listening(collection(), refused="*")
    warm(engine)
    assert any("*" in request.query.source for request in engine.asked)
    assert engine.others == ["document", "recent"]


@pytest.mark.parametrize("kernels", ["numba", "numpy"])
def test_an_index_on_the_disk(tmp_path: Path, kernels: str) -> None:
    settings = dataclasses.replace(index_settings(tmp_path), kernels=kernels)
    engine = open_engine(settings)
    with pytest.raises(NoIndex):
        warm(engine)
    write_index(settings, collection())
    warm(engine)


def test_kernels_are_compiled_where_nothing_can_be_written(tmp_path: Path) -> None:
    """A package and a home that cannot be written to: what stands where their caches would be is no folder."""
    pytest.importorskip("numba")
    shutil.copytree(_TOP / "indexer", tmp_path / "indexer", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "indexer/search/embedded/kernels/__pycache__").write_text("")
    (tmp_path / "home").write_text("")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA", "XDG", "LOCCIT"))}
    environment |= {"HOME": str(tmp_path / "home"), "PYTHONDONTWRITEBYTECODE": "1"}
    program = "from indexer.search.embedded.kernels import load_kernels; print(load_kernels('numba').name)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.stdout, done.stderr) == ("numba\n", "")
