"""Progress: lines where there is no terminal, at the pace of a reader."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from indexer.build import Extent
from indexer.progress import PlainProgress, show_progress, shown_size
from indexer.report import Report


def test_lines_come_every_few_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    times: Iterator[float] = iter([0.0, 10.0, 11.0, 15.0, 16.0, 20.0, 25.0])
    progress = PlainProgress(lambda: next(times))
    progress.begin(Extent(1234, 3_000_000))
    for seen, size in ((1, 0), (10, 0), (11, 500_000), (30, 1_000_000), (90, 4_000_000)):
        progress.read(Report(indexed=seen), size)
    progress.write()
    assert capsys.readouterr().err.splitlines() == [
        "Reading 1,234 files, 3.0 MB",
        "10 documents, 2/s",
        "30 documents, 3/s, about 20 s left",
        "90 documents, 6/s, about 0 s left",
        "Writing the index",
    ]


def test_quiet_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    with show_progress(quiet=True) as progress:
        progress.begin(Extent(1, 1))
        progress.read(Report(indexed=1), 1)
        progress.write()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (2_500_000, "2.5 MB"), (3_210_000_000, "3.2 GB")],
)
def test_sizes_are_shown_for_people(size: int, shown: str) -> None:
    assert shown_size(size) == shown
