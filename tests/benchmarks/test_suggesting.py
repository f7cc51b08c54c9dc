"""The benchmark of suggestions runs on a small corpus and judges what it measures."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import suggesting
from benchmarks.corpora import Corpus


def test_every_kind_is_asked_timed_and_judged(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(suggesting, "scale_corpus", lambda folder, records: corpus)
    options = suggesting.parser().parse_args([str(Path("nowhere")), "--questions", "2", "--rounds", "1", "--markdown"])
    goals = suggesting.measure(options)
    table = capsys.readouterr().out
    assert len(goals) == 8
    assert all(goal.stated.endswith("p50 at most 5 ms") for goal in goals)
    assert all(f"| {goal.stated.partition(':')[0]} |" in table for goal in goals)
    assert f"at {corpus.count():,} paragraphs" in table
