"""What an engine says that it can answer."""

from __future__ import annotations

from indexer.search.engine import SearchEngine
from indexer.search.query import All, Any, Fuzzy, Node, Phrase, Wildcard


def can_answer(engine: SearchEngine, node: Node) -> bool:
    """Whether the engine's capabilities cover every node of a tree."""
    able = engine.capabilities
    if isinstance(node, All | Any):
        excluded = node.excluded if isinstance(node, All) else ()
        return all(can_answer(engine, child) for child in (*node.children, *excluded))
    if isinstance(node, Wildcard):
        return able.wildcard
    if isinstance(node, Fuzzy):
        return able.fuzzy
    return able.slop or not (isinstance(node, Phrase) and node.slop is not None)
