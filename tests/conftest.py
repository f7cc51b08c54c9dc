"""Fixtures that every test may use: documents in a line, and an index of them in any engine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, Phase, settings

from indexer.config import Settings
from indexer.errors import Outdated
from indexer.native import native_modules, refuse_outdated
from indexer.reading import Reading
from indexer.search.engine import SearchEngine, open_engine, open_writer
from indexer.search.variants import spellings
from tests.oracle import OracleEngine
from tests.records import Indexed, make_document, make_paragraph

__all__ = ["EngineFactory", "Indexed", "index_settings", "make_document", "make_paragraph", "write_index"]

ENGINES = ("embedded",)

EngineFactory: TypeAlias = Callable[[Iterable[Indexed]], SearchEngine]

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

# The same examples in every run by default; `TEST_BUDGET=soak` looks at many more, and at new ones each time.
_PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]
settings.register_profile(
    "quick", deadline=None, max_examples=60, derandomize=True, phases=_PHASES, suppress_health_check=_SLOW
)
settings.register_profile("soak", settings.get_profile("quick"), max_examples=1200, derandomize=False)
settings.load_profile(os.environ.get("TEST_BUDGET", "quick"))


def pytest_configure() -> None:
    """What is tested has to be what the sources say."""
    try:
        refuse_outdated()
    except Outdated as error:
        raise pytest.UsageError(str(error)) from error


def pytest_report_header() -> str:
    """How many modules are tested as machine code."""
    return f"compiled modules: {len(native_modules())}"


def index_settings(index_dir: Path, engine: str = "embedded") -> Settings:
    """The settings of an index in a folder of a test."""
    return Settings(index_dir=index_dir, engine=engine)


def write_index(settings: Settings, documents: Iterable[Indexed]) -> str:
    """Write and publish a generation of these documents; gives its name."""
    with open_writer(settings, ["seeds"]) as writer:
        for document in documents:
            writer.add(document.metadata, document.paragraphs)
        return writer.commit()


@pytest.fixture(scope="session")
def reading() -> Iterator[Reading]:
    """Processes that read documents, for tests that build again and again."""
    with Reading(Settings(processes=1)) as made:
        yield made


@pytest.fixture(scope="session", params=["oracle", *ENGINES])
def engine_factory(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineFactory]:
    """Builds an index of documents in each engine, the oracle among them, and opens it."""
    yield from _factory(request.param, tmp_path_factory)


@pytest.fixture(scope="session", params=ENGINES)
def disk_engine_factory(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineFactory]:
    """The same for the engines that keep an index on disk and score, which the oracle does not."""
    yield from _factory(request.param, tmp_path_factory)


def _factory(name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineFactory]:
    opened: list[SearchEngine] = []

    def build(documents: Iterable[Indexed]) -> SearchEngine:
        if name == "oracle":
            return OracleEngine(documents, spellings().of)
        settings = index_settings(tmp_path_factory.mktemp("index") / "index_data", name)
        write_index(settings, documents)
        opened.append(open_engine(settings))
        return opened[-1]

    yield build
    for engine in opened:
        engine.close()
