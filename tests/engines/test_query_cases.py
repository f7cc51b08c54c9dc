"""The contract of the query language, case by case, on every engine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexer.errors import QueryError
from indexer.search.engine import SearchEngine
from indexer.search.request import MAX_PAGE_SIZE, SearchRequest, Sort
from indexer.search.syntax import parse
from tests.conftest import EngineFactory
from tests.engines.abilities import can_answer
from tests.query_cases import CASES, RECORDS, QueryCase


@pytest.fixture(scope="module")
def records(engine_factory: EngineFactory) -> SearchEngine:
    return engine_factory(RECORDS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_records_of_the_case_answer(records: SearchEngine, case: QueryCase) -> None:
    query = parse(case.query, case.match)
    request = SearchRequest(query, case.match, page_size=MAX_PAGE_SIZE)
    if not can_answer(records, query.tree):
        with pytest.raises(QueryError):
            records.search(request)
        return
    response = records.search(request)
    assert sorted(int(hit.document.id) for hit in response.hits) == list(case.matching)
    assert response.total == len(case.matching)
    assert response.relaxed is (case.relaxed is not None)
    assert response.warnings[: len(query.warnings)] == query.warnings
    if not query.scored:
        assert response.hits == records.search(replace(request, sort=Sort.NEWEST)).hits
