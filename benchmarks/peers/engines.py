"""The engines that can take part, by name."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.peers import fts5_engine, loccit_engine, tantivy_engine, whoosh_engine
from benchmarks.peers.contender import EngineKind

ENGINES: Mapping[str, EngineKind] = {
    kind.name: kind
    for kind in (
        loccit_engine.KIND,
        loccit_engine.NUMPY,
        loccit_engine.BM25,
        tantivy_engine.KIND,
        fts5_engine.KIND,
        whoosh_engine.KIND,
    )
}
