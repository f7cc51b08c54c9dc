"""The embedded engine: an index that Whoosh can read, in files of arrays on which queries are evaluated."""

from indexer.search.embedded.engine import EmbeddedEngine
from indexer.search.embedded.generations import roll_back
from indexer.search.embedded.kernels import compiling_refused
from indexer.search.embedded.writer import EmbeddedWriter

__all__ = ["EmbeddedEngine", "EmbeddedWriter", "compiling_refused", "roll_back"]
