"""`python -m tests.search.embedded.loaded_loops FOLDER` prints how many compiled loops warming an engine up loads.

Then, line by line, those that the query cases load or compile after it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from numba.core.dispatcher import Dispatcher

from indexer.config import Settings
from indexer.search.engine import open_engine
from indexer.search.request import MAX_PAGE_SIZE, SearchRequest, Sort
from indexer.search.syntax import parse
from indexer.search.warm import warm
from tests.conftest import write_index
from tests.query_cases import CASES, RECORDS


def _loaded() -> set[str]:
    """Each loop with the types that it is there for."""
    ours = [module for name, module in sys.modules.items() if name.startswith("indexer.")]
    loops = {each for module in ours for each in vars(module).values() if isinstance(each, Dispatcher)}
    return {f"{loop.py_func.__name__}{types}" for loop in loops for types in loop.signatures}


def _requests() -> Iterator[SearchRequest]:
    for case in CASES:
        request = SearchRequest(parse(case.query, case.match), case.match)
        yield request
        yield replace(request, facets=(), page_size=MAX_PAGE_SIZE)
        yield replace(request, sort=Sort.NEWEST)


def main(folder: str) -> None:
    """Write the index of the query cases into a folder that is not there yet, and ask all of them."""
    settings = Settings(index_dir=Path(folder), kernels="numba")
    write_index(settings, RECORDS)
    with closing(open_engine(settings)) as engine:
        warm(engine)
        before = _loaded()
        for request in _requests():
            engine.search(request)
    sys.stdout.writelines(f"{line}\n" for line in (len(before), *sorted(_loaded() - before)))


if __name__ == "__main__":
    main(sys.argv[1])
