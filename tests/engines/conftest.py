"""The library in every engine, and the oracle to compare it with."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.config import Settings
from indexer.search.engine import SearchEngine
from indexer.search.variants import spellings
from tests.conftest import ENGINES, EngineFactory, index_settings
from tests.engines.library import make_library
from tests.oracle import OracleEngine


@pytest.fixture(scope="session")
def oracle() -> OracleEngine:
    """What the library answers by brute force."""
    return OracleEngine(make_library(), spellings().of)


@pytest.fixture(scope="session")
def engine(disk_engine_factory: EngineFactory) -> SearchEngine:
    """An engine over the library; not the oracle, which would agree with itself."""
    return disk_engine_factory(make_library())


@pytest.fixture(params=ENGINES)
def new_index(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """The settings of an index on disk that nobody has built yet, in each engine that writes one."""
    return index_settings(tmp_path / "index_data", request.param)
