"""The corpora of a benchmark: `.jsonl.gz` files of a folder, one document a line, paragraphs in `text` between blank lines."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from indexer.cleaning import clean, one_line
from indexer.model import DocumentMetadata, Json, Kind, Paragraph

MAIN_JOB = ("wikinews", "ukraine_messages", "sotu_inaugural")
SCALE = ("senate_press", "ungdc")
SCALE_CHARACTERS = 20
SCALE_RECORDS = 710_849

Raw: TypeAlias = dict[str, Json]
Indexed: TypeAlias = tuple[DocumentMetadata, tuple[Paragraph, ...]]

_SUFFIX = ".jsonl.gz"
_BLANK_LINE = "\n\n"


class CorpusError(Exception):
    """A corpus is not there, or is not what the benchmark needs; the message is for people."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Some files of a folder, read in this order.

    least_characters: shorter paragraphs are left out. share: the part of each file's records to take, spread evenly over the
    file in whole documents, so that years and sources stay mixed as they are.
    """

    folder: Path
    names: tuple[str, ...]
    least_characters: int = 0
    share: float = 1.0

    def paths(self) -> tuple[Path, ...]:
        """The files. Raises CorpusError for one that is not there."""
        paths = tuple(self.folder / f"{name}{_SUFFIX}" for name in self.names)
        for path in paths:
            if not path.is_file():
                raise CorpusError(f"No corpus {path.name} in {self.folder}. Name the folder that holds the {_SUFFIX} files.")
        return paths

    def raw(self) -> Iterator[Raw]:
        """The documents as their files state them, their text without the paragraphs that are left out."""
        for path in self.paths():
            yield from self._spread(path)

    def documents(self) -> Iterator[Indexed]:
        """The documents as an engine takes them: every paragraph a record, a country among the tags."""
        return map(_indexed, self.raw())

    def count(self) -> int:
        """How many records there are."""
        return sum(len(paragraphs_of(document)) for document in self.raw())

    def about(self, records: int) -> Corpus:
        """The same corpus with about so many records; all of it where it has no more."""
        whole = replace(self, share=1.0)
        return replace(whole, share=min(1.0, records / whole.count()))

    def key(self) -> str:
        """Names what is read, for what is kept of it: 12 hex digits of the files' content and the choice made of it."""
        digest = hashlib.sha256(f"{self.names} {self.least_characters} {self.share!r}".encode())
        for path in self.paths():
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()[:12]

    def write_jsonl(self, folder: Path) -> Path:
        """Write the corpora as plain `.jsonl` into a folder, for commands that read files. Gives the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for path in self.paths():
            with (folder / path.name.removesuffix(".gz")).open("w", encoding="utf-8") as file:
                for document in self._spread(path):
                    file.write(json.dumps(document, ensure_ascii=False) + "\n")
        return folder

    def _spread(self, path: Path) -> Iterator[Raw]:
        """The documents of a file that belong to the share: one is taken whenever fewer records are than should be."""
        seen = taken = 0
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                document: Raw = json.loads(line)
                kept = [text for text in paragraphs_of(document) if len(text) >= self.least_characters]
                if taken <= self.share * seen and kept:
                    taken += len(kept)
                    yield {**document, "text": _BLANK_LINE.join(kept)}
                seen += len(kept)


def paragraphs_of(document: Raw) -> list[str]:
    """The paragraphs of a raw document."""
    text = document["text"]
    assert isinstance(text, str)
    return text.split(_BLANK_LINE)


def scale_corpus(folder: Path, records: int | None) -> Corpus:
    """The corpus of the scale benchmark, or about so many records of it.

    Raises CorpusError where the whole is not the 710,849 records that the published figures are of.
    """
    whole = Corpus(folder, SCALE, SCALE_CHARACTERS)
    found = whole.count()
    if found != SCALE_RECORDS:
        raise CorpusError(f"The scale corpus has {found:,} records, not {SCALE_RECORDS:,}: these are other files.")
    return whole if records is None or records >= found else replace(whole, share=records / found)


def _indexed(document: Raw) -> Indexed:
    texts = paragraphs_of(document)
    metadata = DocumentMetadata(
        id=str(document["id"]),
        title=one_line(str(document["title"])),
        source=_text(document.get("source")),
        author=_texts(document.get("author")),
        published=_text(document.get("date")),
        format="jsonl",
        tag=(*_texts(document.get("tags")), *_texts(document.get("country"))),
        paragraphs=len(texts),
    )
    return metadata, tuple(Paragraph(number, Kind.PARAGRAPH, clean(text)) for number, text in enumerate(texts, 1))


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: Json) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(each for each in values if isinstance(each, str) and each))
