"""The records of a segment, read. What they are looked up by lies side by side: a page's are rarely near each other."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from indexer.errors import IndexCorrupt
from indexer.frozen import constructor
from indexer.model import Kind, Paragraph, Part
from indexer.search.embedded.codec.arrays import Array, ArraysFile
from indexer.search.embedded.codec.columns import Column
from indexer.search.embedded.codec.languages import Languages
from indexer.search.embedded.codec.rows import Rows
from indexer.search.embedded.codec.texts import Texts

_PARAGRAPH = constructor(Paragraph)


class Paragraphs:
    """The records of a segment. Threads share them."""

    def __init__(
        self,
        file: ArraysFile,
        texts: Texts,
        kinds: Column,
        sections: Column,
        languages: Languages,
        documents: Array,
        ordinals: Array,
    ) -> None:
        """documents, ordinals: each record's document, and its place in that.

        Raises IndexCorrupt where not all is kept of as many records.
        """
        self._path = file.path
        self._texts, self._sections, self._languages = texts, sections, languages
        self._kinds = tuple(Kind(value.decode()) for value in kinds.values)
        self._parts = file["record.parts"]
        parted, pages = file["record.parted"], file["record.pages"]
        parts = np.zeros(len(ordinals), dtype=np.uint32)
        try:
            parts[parted] = np.arange(1, len(parted) + 1, dtype=np.uint32)
            pages = pages if len(pages) else np.zeros(len(ordinals), dtype=np.uint8)
            columns = [documents, ordinals, kinds.ordinals, sections.ordinals, parts, pages, languages.own]
            self._rows = Rows(texts.offsets, columns)
        except (IndexError, ValueError) as error:
            raise IndexCorrupt(f"{file.path}: what is kept of each record is damaged") from error

    def read(self, records: Iterable[int]) -> list[Paragraph]:
        """Some records. Raises IndexCorrupt where the text of one is damaged."""
        return [paragraph for _, paragraph in self.read_owned(records)]

    def read_owned(self, records: Iterable[int]) -> list[tuple[int, Paragraph]]:
        """The same, each after the number of its document."""
        rows, read, kinds, found = self._rows, self._texts.read, self._kinds, []
        for record in records:
            begin, document, ordinal, kind, section, part, page, language, end = rows[record]
            try:
                text = read(record, begin, end).decode()
            except UnicodeDecodeError as error:
                raise IndexCorrupt(f"{self._path}: the text of record {record} is damaged") from error
            paragraph = _PARAGRAPH(
                ordinal,
                kinds[kind - 1],
                text,
                self._sections.value(section) if section else None,
                self._part(part) if part else None,
                page or None,
                self._language(language) if language else None,
            )
            found.append((document, paragraph))
        return found

    def _part(self, number: int) -> Part:
        """Which part of its paragraph a record is, by its number among parted ones, from 1."""
        place, of = self._parts[2 * number - 2 : 2 * number].tolist()
        return Part(place, of)

    def _language(self, number: int) -> str:
        """The language of a record that is not in its document's, by its number there, from 1."""
        name: bytes = self._languages.names[number - 1]
        return name.decode()
