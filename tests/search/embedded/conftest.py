"""Kernels for the tests of the embedded engine."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["numpy", "numba"], scope="session")
def kernels(request: pytest.FixtureRequest) -> str:
    """The name of each implementation of the kernels that is installed."""
    name: str = request.param
    if name == "numba":
        pytest.importorskip("numba")
    return name
