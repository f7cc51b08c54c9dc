"""A judged collection: documents, queries, and which documents are relevant to each."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import log2
from pathlib import Path

from benchmarks.corpora import CorpusError, Indexed
from indexer.cleaning import clean, one_line
from indexer.model import DocumentMetadata, Kind, Paragraph
from indexer.search.analysis import find_words

DEPTH = 10
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Judged:
    """A query and the ids of its relevant documents. chosen_by: whether parameters were chosen on it (even numbers)."""

    query: str
    relevant: frozenset[str]
    chosen_by: bool


@dataclass(frozen=True, slots=True)
class Collection:
    """A folder of `corpus.jsonl.gz`, `queries.tsv` and `qrels.txt`. A document is one record, as its abstract is one paragraph.

    words: if given, texts are cut into paragraphs of about so many words, whole sentences each; a document then stands where
    the best of its paragraphs does.
    """

    folder: Path
    words: int | None = None

    @property
    def name(self) -> str:
        """The folder's name; and whether texts are cut."""
        return self.folder.name if self.words is None else f"{self.folder.name}, cut"

    def cut(self, words: int) -> Collection:
        """The same with its texts in paragraphs of about so many words."""
        return replace(self, words=words)

    def texts(self) -> Iterator[tuple[str, str, str]]:
        """Id, title and text of each document. Raises CorpusError where there is none."""
        path = self.folder / "corpus.jsonl.gz"
        if not path.is_file():
            raise CorpusError(f"No corpus.jsonl.gz in {self.folder}. Name the folder that holds relevance/{self.folder.name}.")
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                document = json.loads(line)
                yield document["id"], document["title"], document["text"]

    def documents(self) -> Iterator[Indexed]:
        """The documents as an engine takes them."""
        for document_id, title, text in self.texts():
            texts = [text] if self.words is None else _cut(text, self.words)
            paragraphs = tuple(Paragraph(number, Kind.PARAGRAPH, clean(each)) for number, each in enumerate(texts, 1))
            metadata = DocumentMetadata(document_id, one_line(title), format="jsonl", language="en", paragraphs=len(texts))
            yield metadata, paragraphs

    def judged(self) -> list[Judged]:
        """The queries that have relevant documents, as bare words; every degree of relevance counts as one."""
        relevant: dict[str, set[str]] = {}
        for line in (self.folder / "qrels.txt").read_text(encoding="utf-8").splitlines():
            number, _, document_id, degree = line.split()
            if int(degree) > 0:
                relevant.setdefault(number, set()).add(document_id)
        lines = (self.folder / "queries.tsv").read_text(encoding="utf-8").splitlines()
        queries = [(number, query) for number, _, query in (line.partition("\t") for line in lines) if number in relevant]
        return [Judged(_as_words(query), frozenset(relevant[number]), int(number) % 2 == 0) for number, query in queries]


def ndcg(ranked: Sequence[str], relevant: frozenset[str]) -> float:
    """nDCG of the first DEPTH documents: what they gain, a relevant one 1 / log2(place + 1), over the most there is to gain.

    (Järvelin, Kekäläinen: Cumulated gain-based evaluation of IR techniques, 2002; with binary gains.)
    """
    gains = sum(1 / log2(place + 1) for place, each in enumerate(ranked[:DEPTH], 1) if each in relevant)
    return gains / sum(1 / log2(place + 1) for place in range(1, min(DEPTH, len(relevant)) + 1))


def _as_words(query: str) -> str:
    """A query without its signs, which its author did not mean as a query language."""
    return " ".join(query[start:end] for start, end in find_words(query)).lower()


def _cut(text: str, words: int) -> list[str]:
    """Paragraphs of whole sentences with so many words or more; a rest of less than a third belongs to the one before."""
    paragraphs: list[list[str]] = [[]]
    for sentence in filter(None, _SENTENCE_END.split(text)):
        if sum(len(each.split()) for each in paragraphs[-1]) >= words:
            paragraphs.append([])
        paragraphs[-1].append(sentence)
    if len(paragraphs) > 1 and 3 * sum(len(each.split()) for each in paragraphs[-1]) < words:
        rest = paragraphs.pop()
        paragraphs[-1] += rest
    return [" ".join(each) for each in paragraphs]
