"""Loops that count no references to arrays are given none that they would have to free, and free none that are in use."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.search.embedded import EmbeddedEngine, codec, kernels
from indexer.search.request import SearchRequest
from indexer.search.syntax import parse
from tests.query_cases import CASES
from tests.records import make_document
from tests.search.embedded.folders import make_index

pytest.importorskip("numba")

from numba.core.dispatcher import Dispatcher
from numba.core.runtime.nrt import rtsys

_NUMBERS = re.compile(r"None|(int|float|bool|np\.int64)|tuple\[((int|float|bool|np\.int64)(, )?)+\]")


def _loops() -> Iterator[Any]:
    """The compiled loops of all modules that have any."""
    for package in (kernels, codec):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(found.name)
            yield from (each for each in vars(module).values() if isinstance(each, Dispatcher) and _is_of(each, found.name))


def _is_of(loop: Any, module: str) -> bool:
    return bool(loop.py_func.__module__ == module)


def _counts(loop: Any) -> bool:
    return bool(loop.targetoptions["_nrt"])


def _called(loop: Any) -> Iterator[Any]:
    """The loops that a loop names."""
    known = loop.py_func.__globals__
    return (known[name] for name in loop.py_func.__code__.co_names if isinstance(known.get(name), Dispatcher))


def test_what_counts_no_references_gives_numbers_and_calls_none_that_does() -> None:
    loops = [loop for loop in _loops() if not _counts(loop)]
    assert len(loops) > 50
    for loop in loops:
        assert _NUMBERS.fullmatch(loop.py_func.__annotations__["return"]), loop
        assert not any(map(_counts, _called(loop))), loop


def test_all_that_is_made_is_freed_once(tmp_path: Path) -> None:
    texts = ["Air defence of the air-defence makers.", "The minister spoke of air defence, of radars and of air."]
    documents = [make_document(f"{number}.md", texts, title=f"Air defence {number}") for number in range(40)]
    engine = EmbeddedEngine(make_index(tmp_path / "index_data", documents), "numba")
    requests = [SearchRequest(parse(case.query, case.match), case.match) for case in CASES]
    requests += [
        SearchRequest(parse(query)) for query in ('"air defence"', '"radars air"~9', "air OR radars", "air minister", "raders~")
    ]
    for request in requests:
        engine.search(request)
    counted: Any = rtsys
    switch: Any = importlib.import_module("numba.core.runtime._nrt_python")
    switch.memsys_enable_stats()
    try:
        gc.collect()
        before = counted.get_allocation_stats()
        for request in requests:
            engine.search(request)
        gc.collect()
        after = counted.get_allocation_stats()
    finally:
        switch.memsys_disable_stats()
    assert after.mi_alloc - before.mi_alloc > len(requests)
    assert after.alloc - before.alloc == after.free - before.free
    assert after.mi_alloc - before.mi_alloc == after.mi_free - before.mi_free
