"""Rates of formats: every format gives back what was written in it."""

from __future__ import annotations

import pytest

from benchmarks import formats
from benchmarks.corpora import Corpus
from benchmarks.written import WRITERS


def test_every_format_gives_back_what_was_written(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [str(corpus.folder), "--corpus", "ostrel_gazette", "--documents", "20", "--markdown"]
    assert formats.main(arguments) == 0
    printed = capsys.readouterr().out
    rows = [line.strip("| ").split(" | ") for line in printed.splitlines() if line.startswith("| ")]
    rows = [row for row in rows if len(row) == 6][2:]
    assert [row[0] for row in rows] == [*WRITERS, formats.MIX]
    for name, documents, *_rates, exact in rows:
        assert documents == ("20" if name != formats.MIX else str(20 * len(WRITERS))), name
        assert float(exact.rstrip("%")) >= 90, name
