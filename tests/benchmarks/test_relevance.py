"""The relevance benchmark on a collection of a few lines."""

from __future__ import annotations

import gzip
import json
from math import log2
from pathlib import Path

import pytest

from benchmarks.relevance import __main__ as relevance
from benchmarks.relevance.collection import Collection, ndcg
from benchmarks.relevance.plain import PlainBM25
from benchmarks.relevance.runs import build, quality, times
from indexer.search.embedded.ranking import PLAIN, Ranking

_TEXTS = {
    "1": (
        "Ferries in winter",
        "The ferries to the islands stop in winter. Ice closes the harbour. The council pays an ice-breaker.",
    ),
    "2": ("A lighthouse", "The lighthouse on Cape Hesk was painted. Its keeper retired in spring."),
    "3": ("Orchards", "Frost hurt the orchards of the valley. The harvest was small."),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one judged collection."""
    made = tmp_path / "relevance" / "scifact"
    made.mkdir(parents=True)
    with gzip.open(made / "corpus.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps({"id": key, "title": title, "text": text}) + "\n" for key, (title, text) in _TEXTS.items())
    (made / "queries.tsv").write_text("1\twho pays for the ice-breaker?\n2\t-lighthouse keeper\n3\tnobody judged this\n")
    (made / "qrels.txt").write_text("1 0 1 3\n1 0 3 0\n2 0 2 1\n")
    return tmp_path


def test_queries_are_bare_words_and_judged_ones_only(folder: Path) -> None:
    judged = Collection(folder / "relevance" / "scifact").judged()
    assert [(each.query, set(each.relevant), each.chosen_by) for each in judged] == [
        ("who pays for the ice-breaker", {"1"}, False),
        ("lighthouse keeper", {"2"}, True),
    ]


def test_texts_are_cut_at_sentences(folder: Path) -> None:
    collection = Collection(folder / "relevance" / "scifact")
    assert [len(paragraphs) for _, paragraphs in collection.documents()] == [1, 1, 1]
    cut = [[each.text for each in paragraphs] for _, paragraphs in collection.cut(5).documents()]
    assert cut[1] == ["The lighthouse on Cape Hesk was painted.", "Its keeper retired in spring."]


def test_ndcg_by_hand() -> None:
    assert ndcg(["a", "b", "c"], frozenset("ac")) == pytest.approx((1 + 1 / log2(4)) / (1 + 1 / log2(3)))
    assert ndcg([str(number) for number in range(10)] + ["a"], frozenset("a")) == 0


def test_plain_bm25_ranks_what_has_the_words(folder: Path) -> None:
    engine = PlainBM25(Collection(folder / "relevance" / "scifact").texts())
    assert engine.search("ferry of the harbours") == ["1"]
    assert engine.search("nothing of it") == []


def test_rankings_are_measured_side_by_side(folder: Path) -> None:
    collection = Collection(folder / "relevance" / "scifact")
    judged = collection.judged()
    index_dir = build(folder / "index_data", collection)
    assert quality(index_dir, judged, Ranking(), cut=False).whole == 1.0
    assert all(seconds > 0 for seconds in times(index_dir, judged, [Ranking(), PLAIN], 1))


def test_another_plain_bm25_than_the_published_one_is_a_failure(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert relevance.main([str(folder), "--collections", "scifact"]) == 1
    assert "Plain BM25 reaches 1.0000 on scifact" in capsys.readouterr().err
