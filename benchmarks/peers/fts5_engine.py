"""SQLite FTS5: Porter stems over an external content table, `bm25()`, `highlight()`, facets by SQL over narrow tables.

It knows no stop words. Prefixes are looked for in an unstemmed index; there is no fuzzy search.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from benchmarks.corpora import Indexed
from benchmarks.peers.contender import HITS, VALUES, Answer, Ask, EngineKind
from benchmarks.question import Operator, Question
from indexer.published import parse_published

_FILE = "records.sqlite"
_MARK = "\x02"
_BATCH = 10_000

_SCHEMA = """
    CREATE TABLE record (id INTEGER PRIMARY KEY, document TEXT, ordinal INTEGER, title TEXT, text TEXT);
    CREATE TABLE attribute (id INTEGER PRIMARY KEY, source INTEGER, year INTEGER, first_day INTEGER, last_day INTEGER);
    CREATE TABLE author (id INTEGER, value INTEGER, PRIMARY KEY (id, value)) WITHOUT ROWID;
    CREATE TABLE tag (id INTEGER, value INTEGER, PRIMARY KEY (id, value)) WITHOUT ROWID;
    CREATE TABLE label (value INTEGER PRIMARY KEY, name TEXT UNIQUE);
    CREATE VIRTUAL TABLE words
        USING fts5(text, content='record', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2');
    CREATE VIRTUAL TABLE forms
        USING fts5(text, content='record', content_rowid='id', tokenize='unicode61 remove_diacritics 2');
"""
_FINISH = """
    CREATE INDEX attribute_source ON attribute (source);
    CREATE INDEX attribute_year ON attribute (year);
    CREATE INDEX attribute_first_day ON attribute (first_day);
    CREATE INDEX author_value ON author (value);
    CREATE INDEX tag_value ON tag (value);
    INSERT INTO words (words) VALUES ('rebuild');
    INSERT INTO forms (forms) VALUES ('rebuild');
    INSERT INTO words (words) VALUES ('optimize');
    INSERT INTO forms (forms) VALUES ('optimize');
"""
# CROSS JOIN makes SQLite begin with the matches. With ANALYZE it would read whole tables into Bloom filters first.
_FACETS = {
    "source": "SELECT source, count(*) FROM matched CROSS JOIN attribute USING (id) WHERE source IS NOT NULL GROUP BY 1",
    "author": "SELECT value, count(*) FROM matched CROSS JOIN author USING (id) GROUP BY 1",
    "tag": "SELECT value, count(*) FROM matched CROSS JOIN tag USING (id) GROUP BY 1",
    "year": "SELECT year, count(*) FROM matched CROSS JOIN attribute USING (id) WHERE year IS NOT NULL GROUP BY 1",
}
_ALL_FACETS = {
    "source": "SELECT source, count(*) FROM attribute WHERE source IS NOT NULL GROUP BY 1",
    "author": "SELECT value, count(*) FROM author GROUP BY 1",
    "tag": "SELECT value, count(*) FROM tag GROUP BY 1",
    "year": "SELECT year, count(*) FROM attribute WHERE year IS NOT NULL GROUP BY 1",
}


_Row: TypeAlias = tuple[int | str | None, ...]
_Rows: TypeAlias = tuple[_Row, _Row, tuple[_Row, ...], tuple[_Row, ...]]
"""Of a record: its text, its attributes, its authors, its tags."""


class Fts5:
    """An opened database; what a query matches is put into a table in memory where it is needed more than once."""

    def __init__(self, folder: Path) -> None:
        self._database = sqlite3.connect(folder / _FILE, isolation_level=None)
        self._database.executescript(
            "PRAGMA query_only = OFF; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 8000000000; PRAGMA cache_size = -262144;"
            "CREATE TEMP TABLE matched (id INTEGER PRIMARY KEY);"
        )

    def prepare(self, question: Question, facets: bool) -> Ask | None:
        """The question as SQL."""
        if question.operator is Operator.FUZZY:
            return None
        if question.operator is Operator.EVERYTHING:
            return lambda: self._everything(facets)
        table = "forms" if question.operator is Operator.PREFIX else "words"
        words = _match(question)
        narrowing, values = self._narrowing(question, table)
        total = f"SELECT count(*) FROM {table} WHERE {table} MATCH ?{narrowing}"
        matched = f"INSERT INTO matched SELECT rowid FROM {table} WHERE {table} MATCH ?{narrowing}"
        # The plus sign keeps SQLite from asking the index anew for every single row.
        chosen = " AND +rowid IN (SELECT id FROM matched)" if facets and narrowing else narrowing
        marked = f"highlight({table}, 0, '{_MARK}', '')"
        hits = f"SELECT rowid, {marked} FROM {table} WHERE {table} MATCH ?{chosen} ORDER BY rank LIMIT {HITS}"
        hit_values = [words] if facets else [words, *values]

        def ask() -> Answer:
            execute = self._database.execute
            counted = 0
            if facets:
                execute("DELETE FROM matched")
                found = execute(matched, [words, *values]).rowcount
                counted = self._facets(_FACETS)
            else:
                found = execute(total, [words, *values]).fetchone()[0]
            texts = [text for _, text in execute(hits, hit_values)]
            return Answer(found, len(texts), sum(text.count(_MARK) for text in texts), counted)

        return ask

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _everything(self, facets: bool) -> Answer:
        execute = self._database.execute
        total = execute("SELECT count(*) FROM attribute").fetchone()[0]
        newest = f"SELECT id FROM attribute ORDER BY first_day DESC, id LIMIT {HITS}"
        texts = execute(f"SELECT id, text FROM record WHERE id IN ({newest})").fetchall()
        return Answer(total, len(texts), 0, self._facets(_ALL_FACETS) if facets else 0)

    def _facets(self, statements: dict[str, str]) -> int:
        values = 0
        for name, sql in statements.items():
            ordered = f"{sql} ORDER BY 2 DESC LIMIT {VALUES}" if name != "year" else sql
            values += len(self._database.execute(ordered).fetchall())
        return values

    def _narrowing(self, question: Question, table: str) -> tuple[str, list[int]]:
        """What a record must fulfil besides the words, as SQL with its values; looked up for each match."""
        parts: list[str] = []
        values: list[int] = []
        if question.sources:
            numbers = self._labels(question.sources)
            parts.append(_lookup("attribute", table, f"source IN ({_marks(numbers)})"))
            values += numbers
        for field, names, negation in (("tag", question.tags, ""), ("author", question.without_authors, "NOT ")):
            if names:
                numbers = self._labels(names)
                parts.append(negation + _lookup(field, table, f"value IN ({_marks(numbers)})"))
                values += numbers
        if question.years:
            first, last = (parse_published(f"{year:04d}") for year in question.years)
            assert first is not None
            assert last is not None
            parts.append(_lookup("attribute", table, "first_day <= ? AND last_day >= ?"))
            values += [last.last, first.first]
        return "".join(f" AND {part}" for part in parts), values

    def _labels(self, names: Iterable[str]) -> list[int]:
        wanted = list(names)
        return [
            number for (number,) in self._database.execute(f"SELECT value FROM label WHERE name IN ({_marks(wanted)})", wanted)
        ]


def build(folder: Path, documents: Iterable[Indexed], _threads: int) -> None:
    """All records, then both indexes from them, each merged into one."""
    database = sqlite3.connect(folder / _FILE, isolation_level=None)
    database.executescript(
        f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; {_SCHEMA} BEGIN;"
    )
    labels: dict[str, int] = {}
    rows = _rows(documents, labels)
    while batch := list(islice(rows, _BATCH)):
        database.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?)", (record for record, *_ in batch))
        database.executemany("INSERT INTO attribute VALUES (?, ?, ?, ?, ?)", (attributes for _, attributes, *_ in batch))
        database.executemany("INSERT INTO author VALUES (?, ?)", (pair for *_, authors, _ in batch for pair in authors))
        database.executemany("INSERT INTO tag VALUES (?, ?)", (pair for *_, tags in batch for pair in tags))
    database.executemany("INSERT INTO label VALUES (?, ?)", ((number, name) for name, number in labels.items()))
    database.execute("COMMIT")
    database.executescript(_FINISH)
    database.close()


def _rows(documents: Iterable[Indexed], labels: dict[str, int]) -> Iterator[_Rows]:
    """The rows of each record; the numbers of new names go into `labels`."""

    def number(name: str) -> int:
        return labels.setdefault(name, len(labels) + 1)

    record = 0
    for document, paragraphs in documents:
        days = parse_published(document.published) if document.published else None
        dated = (int(document.published[:4]), days.first, days.last) if days and document.published else (None, None, None)
        source = number(document.source) if document.source else None
        authors, tags = tuple(map(number, document.author)), tuple(map(number, document.tag))
        for paragraph in paragraphs:
            record += 1
            yield (
                (record, document.id, paragraph.ordinal, document.title, paragraph.text),
                (record, source, *dated),
                tuple((record, each) for each in authors),
                tuple((record, each) for each in tags),
            )


def _match(question: Question) -> str:
    quoted = [f'"{word}"' for word in question.words]
    return {
        Operator.ALL: " ".join(quoted),
        Operator.ANY: " OR ".join(quoted),
        Operator.PHRASE: f'"{" ".join(question.words)}"',
        Operator.NEAR: f"NEAR({' '.join(quoted)}, {question.slop})",
        Operator.PREFIX: f"{quoted[0]} *",
    }[question.operator]


def _lookup(table: str, index: str, condition: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} WHERE {table}.id = {index}.rowid AND {condition})"


def _marks(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)


KIND = EngineKind("fts5", "SQLite FTS5", lambda: sqlite3.sqlite_version, build, Fts5)
