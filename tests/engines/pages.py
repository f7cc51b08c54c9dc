"""A whole result, page after page."""

from __future__ import annotations

from dataclasses import replace

from indexer.search.engine import SearchEngine
from indexer.search.request import SearchRequest
from indexer.search.response import SearchResponse


def all_pages(engine: SearchEngine, request: SearchRequest) -> list[SearchResponse]:
    """The answers from page 1 to the last one, at least one; every page must know the same total."""
    answers = [engine.search(replace(request, page=1))]
    while len(answers) * request.page_size < answers[0].total:
        answers.append(engine.search(replace(request, page=len(answers) + 1)))
    assert {answer.total for answer in answers} == {answers[0].total}
    assert {answer.documents for answer in answers} == {answers[0].documents}
    return answers
