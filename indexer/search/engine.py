"""What an engine is: a reader that answers requests and a writer that makes a new generation."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from indexer.config import Settings
from indexer.errors import UsageError
from indexer.model import DocumentMetadata, Paragraph
from indexer.search.capabilities import Capabilities
from indexer.search.embedded import EmbeddedEngine, EmbeddedWriter
from indexer.search.query import ParsedQuery
from indexer.search.request import SearchRequest
from indexer.search.response import DocumentResponse, Facet, IndexStatus, SearchResponse


class SearchEngine(Protocol):
    """Reads an index. Safe to share between threads; each call answers from one generation, the newest when it began.

    Every method raises NoIndex, IndexVersionError or IndexCorrupt where the index cannot be read.
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

    def document(
        self, document_id: str, query: ParsedQuery | None = None, first: int = 1, last: int | None = None
    ) -> DocumentResponse:
        """A document and its paragraphs from `first` to `last` (ordinals, inclusive, clipped), with the query's spans.

        A hit that does not match the query has no spans. Raises NotFound for an unknown document.
        """
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

    def close(self) -> None:
        """Let go of the index."""
        ...


class IndexWriter(Protocol):
    """Makes a new generation aside; readers see nothing of it until `commit`.

    As a context manager it aborts unless committed.
    """

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

    def abort(self) -> None:
        """Drop what was written; the index stays as it was."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


__all__ = ["Capabilities", "IndexWriter", "SearchEngine", "open_engine", "open_writer"]


def open_engine(settings: Settings) -> SearchEngine:
    """The engine that the settings name, over their index folder. An absent index shows at the first call."""
    if settings.engine == "embedded":
        return EmbeddedEngine(settings.index_dir, settings.kernels)
    raise UsageError(f"Unknown engine {settings.engine!r}. Engines: embedded")


def open_writer(settings: Settings, roots: Sequence[str], *, update: bool = False) -> IndexWriter:
    """A writer of a whole new generation, or one that changes the published one (update), if there is one.

    roots: shown by `status`. Raises IndexLocked while another process writes, and for an update what is wrong with the index.
    """
    if settings.engine == "embedded":
        return EmbeddedWriter(settings.index_dir, roots, settings.memory, settings.processes, update=update)
    raise UsageError(f"Unknown engine {settings.engine!r}. Engines: embedded")
