"""The cases of `query_cases.toml`: the query language's contract, for the parser and for every engine."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any as Toml

from indexer.model import Kind
from indexer.search.query import EVERYTHING, NOTHING, All, Any, Fuzzy, Node, Phrase, Published, Wildcard
from indexer.search.request import Match
from tests.records import Indexed, make_document, make_paragraph

_FILE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class QueryCase:
    """A query and what it means; the fields are those that the file explains at its top."""

    query: str
    tree: str
    matching: tuple[int, ...]
    match: Match = Match.ALL
    relaxed: str | None = None
    warning: str | None = None

    def __str__(self) -> str:
        return f"{self.query!r}{' any' if self.match is Match.ANY else ''}"


def notation(node: Node) -> str:
    """A tree as the file writes it."""
    weight = "" if node.weight == 1 else f"^{node.weight:g}"
    return f"{_unweighted(node)}{weight}"


def _unweighted(node: Node) -> str:
    if node in (EVERYTHING, NOTHING):
        return "everything" if node == EVERYTHING else "nothing"
    if isinstance(node, All):
        return f"all({', '.join([*map(notation, node.children), *('not:' + notation(child) for child in node.excluded)])})"
    if isinstance(node, Any):
        return f"any({', '.join(map(notation, node.children))})"
    if isinstance(node, Published):
        return f"published[{_day(node.first)}..{_day(node.last)}]"
    field = f"{node.field}:" if node.field else ""
    if isinstance(node, Wildcard):
        return f"{field}{node.pattern}"
    if isinstance(node, Fuzzy):
        return f"{field}{node.text}~{node.distance or ''}"
    exact = "=" if node.exact else ""
    if isinstance(node, Phrase):
        return f'{field}{exact}"{node.text}"{"" if node.slop is None else f"~{node.slop}"}'
    return f"{field}{exact}{node.text}"


def _day(ordinal: int | None) -> str:
    return "" if ordinal is None else date.fromordinal(ordinal).isoformat()


def _case(row: dict[str, Toml]) -> QueryCase:
    stated = {**row, "match": Match(row.get("match", "all")), "matching": tuple(row["matching"])}
    return QueryCase(**stated)


def _record(row: dict[str, Toml]) -> Indexed:
    paragraph = make_paragraph(row["text"], Kind(row.get("kind", "paragraph")), row.get("section"))
    return make_document(
        str(row["id"]),
        [paragraph],
        title=row.get("title", f"Record {row['id']}"),
        source=row.get("source"),
        author=tuple(row.get("author", ())),
        published=row.get("published"),
        language=row.get("language"),
        tag=tuple(row.get("tag", ())),
    )


CASES: tuple[QueryCase, ...] = tuple(map(_case, _FILE["cases"]))
RECORDS: tuple[Indexed, ...] = tuple(map(_record, _FILE["records"]))
