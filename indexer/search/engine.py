"""What an engine is: a reader that answers requests and a writer that makes a new generation."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from indexer.config import SYNONYMS_FILE, Settings
from indexer.errors import UsageError
from indexer.file_records import FileRecord, FileRecords, Provenance
from indexer.model import DocumentMetadata, Paragraph
from indexer.report import shown_path
from indexer.search.capabilities import Capabilities
from indexer.search.embedded import EmbeddedEngine, EmbeddedWriter, compiling_refused, roll_back
from indexer.search.query import ParsedQuery
from indexer.search.request import SearchRequest
from indexer.search.response import DocumentResponse, Facet, Generation, Hit, IndexStatus, SearchResponse, Suggestion
from indexer.search.synonyms import with_synonyms
from indexer.search.variants import Variants, read_synonyms, spellings


class SearchEngine(Protocol):
    """Reads an index. Safe to share between threads; each call answers from one generation, the newest when it began.

    Every method raises NoIndex, IndexVersionError, IndexNotReadable or IndexCorrupt where the index cannot be read.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this engine can do."""
        ...

    def search(self, request: SearchRequest) -> SearchResponse:
        """Answer a request. Raises QueryError for what the engine cannot do or bound."""
        ...

    def facet(self, request: SearchRequest, field: str, prefix: str = "") -> Facet:
        """A facet of the answer to a request. prefix: list only values of which some word begins with it, folded.

        A prefix of several words means words next to each other, the last of which may go on. Chosen values are listed always.
        """
        ...

    def suggest(self, text: str) -> tuple[Suggestion, ...]:
        """What a query may become that has been typed so far, MAX_SUGGESTIONS at most, those that find most first.

        Each is a query; `count` is what a search for it finds without any filter, more than 0. None for what cannot go on.
        Raises QueryError for a text over a bound.
        """
        ...

    def document(
        self, document_id: str, query: ParsedQuery | None = None, first: int = 1, last: int | None = None
    ) -> DocumentResponse:
        """A document and its paragraphs from `first` to `last` (ordinals, inclusive, clipped), with the query's spans.

        A hit that does not match the query has no spans. Raises NotFound for an unknown document.
        """
        ...

    def neighbours(self, hits: Sequence[Hit]) -> tuple[tuple[Paragraph, ...], ...]:
        """For each hit the paragraph before it, its own and the one after it; none where it stands alone or is gone."""
        ...

    def recent(self, limit: int) -> tuple[DocumentMetadata, ...]:
        """The newest documents, undated ones last."""
        ...

    def status(self) -> IndexStatus:
        """What is in the index."""
        ...

    def check(self) -> tuple[str, ...]:
        """Verify every checksum and invariant; a sentence for each that fails."""
        ...

    def provenance(self, document_id: str) -> Provenance | None:
        """The file that a document came from; None where that was not recorded. Raises NotFound for an unknown document."""
        ...

    def leftovers(self) -> tuple[str, ...]:
        """The names of files that runs which were cut short left in the index folder; the next run removes them."""
        ...

    def close(self) -> None:
        """Let go of the index."""
        ...


class IndexWriter(Protocol):
    """Makes a new generation aside; readers see nothing of it until `commit`.

    As a context manager it aborts unless committed. The files that it is made from are recorded in their order, all of them
    or none: what a generation was made from is kept with it.
    """

    @property
    def roots(self) -> tuple[str, ...]:
        """The paths that the new generation is made from."""
        ...

    reading: str
    """What reading depended on, as the new generation will state it; a difference makes an update read everything again."""

    @property
    def files(self) -> FileRecords | None:
        """For an update, what the generation before was made from; None where that was not recorded, or there is none."""
        ...

    def record(self, file: FileRecord) -> None:
        """The next file that the new generation is made from, and what stood in it."""
        ...

    def keep_record(self, number: int) -> None:
        """The next file, as it was recorded in the generation before under this number."""
        ...

    def delete(self, document_id: str) -> bool:
        """Take a document of the generation before out of the new one; whether there was one. A rebuild begins without any.

        Raises ValueError for a document that this writer has added.
        """
        ...

    def add(self, document: DocumentMetadata, paragraphs: Sequence[Paragraph]) -> None:
        """Add a document whole; its id must be new, or have been deleted.

        Raises ValueError else, and for a bad record, before anything of the document is written.
        """
        ...

    def commit(self) -> str:
        """Write, verify and publish the new generation; gives its name."""
        ...

    def refresh(self) -> None:
        """Keep the published generation, and publish what was recorded of its files; it stays the same by name.

        For an update that found every document as it was. Raises ValueError where there is no generation.
        """
        ...

    def abort(self) -> None:
        """Drop what was written; the index stays as it was."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


_logger = logging.getLogger(__name__)

__all__ = [
    "Capabilities",
    "IndexWriter",
    "SearchEngine",
    "compiling_refused",
    "falling_back",
    "open_engine",
    "open_writer",
    "rollback",
    "uncompiled",
]


def open_engine(settings: Settings) -> SearchEngine:
    """The engine that the settings name, over their index folder. An absent index shows at the first call.

    Raises UsageError for synonyms that cannot be read; lines of theirs that say nothing are logged and left out.
    """
    if settings.engine == "embedded":
        variants = _variants(settings.synonyms)
        widen = partial(with_synonyms, variants=variants)
        return EmbeddedEngine(settings.index_dir, settings.kernels, variants.of, widen)
    raise UsageError(f"Unknown engine {settings.engine!r}. Engines: embedded")


def uncompiled(engine: SearchEngine) -> SearchEngine:
    """The same engine, over what it has opened, with nothing in it that has to be compiled."""
    return engine.with_kernels("numpy") if isinstance(engine, EmbeddedEngine) else engine


def falling_back(engine: SearchEngine) -> SearchEngine:
    """The same engine, over what it has opened, that answers in another way where NotCompiled would be raised."""
    return engine.falling_back() if isinstance(engine, EmbeddedEngine) else engine


def open_writer(settings: Settings, roots: Sequence[str] | None, *, update: bool = False, reading: str = "") -> IndexWriter:
    """A writer of a whole new generation, or one that changes the published one (update), if there is one.

    roots: shown by `status`; None for those of the published generation. reading: what reading the documents depends on, kept
    with the records of their files. Raises NoIndex where the roots are to be those of a generation and there is none,
    IndexLocked while another process writes, and for an update what is wrong with the index.
    """
    if settings.engine == "embedded":
        return EmbeddedWriter(
            settings.index_dir,
            roots,
            settings.memory,
            settings.processes,
            update=update,
            keep=settings.keep_generations,
            reading=reading,
        )
    raise UsageError(f"Unknown engine {settings.engine!r}. Engines: embedded")


def rollback(settings: Settings) -> Generation:
    """Publish the generation before the published one again, and give it.

    Raises NoIndex, NoGeneration where none before it is kept, IndexLocked while a process writes, and IndexCorrupt where the
    kept one is damaged.
    """
    if settings.engine == "embedded":
        manifest = roll_back(settings.index_dir)
        return Generation(manifest.name, manifest.built)
    raise UsageError(f"Unknown engine {settings.engine!r}. Engines: embedded")


def _variants(synonyms: Path) -> Variants:
    """Our spellings and the user's synonyms; a file of the default name need not be there."""
    if synonyms == SYNONYMS_FILE and not synonyms.exists():
        return spellings()
    variants, bad = read_synonyms(synonyms)
    for line in bad:
        _logger.warning("%s:%d is left out: it %s.", shown_path(synonyms), line.number, line.reason)
    return variants
