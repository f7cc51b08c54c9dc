"""A full disk is no fault of a document's: it ends the run, and costs no document."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator

import pytest

from indexer.config import Settings
from indexer.errors import Fault
from indexer.extract.parts import Parts, guarded
from indexer.limits import Limits
from indexer.report import Skip

LIMITS: Limits = Settings().limits


def failing(number: int) -> Iterator[Skip]:
    """A reader that the system refuses something."""
    raise OSError(number, os.strerror(number))
    yield


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EDQUOT])
def test_it_passes_through_every_part(number: int) -> None:
    parts = Parts(LIMITS)
    with pytest.raises(Fault, match=r"No room for a temporary file while b was read: .*; the old index stays"):
        list(guarded("a", lambda: parts.read("b", lambda: failing(number)), LIMITS))


def test_another_refusal_is_a_skip() -> None:
    (skip,) = guarded("a", lambda: failing(errno.EACCES), LIMITS)
    assert skip.reason == "cannot be read: Permission denied"
