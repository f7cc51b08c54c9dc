"""Records in many languages over several segments, with deletions and merged: answers and scores are those of brute force."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

from indexer.search.embedded import EmbeddedEngine, EmbeddedWriter
from indexer.search.embedded.codec.arrays import ArraysFile
from indexer.search.embedded.codec.merge import merge_segments
from indexer.search.embedded.codec.segment import Segment
from indexer.search.embedded.codec.segment_writer import SegmentWriter
from indexer.search.request import SearchRequest, Sort
from indexer.search.syntax import parse
from tests.engines.test_languages import assert_same, make_records
from tests.matching import language_of, without_stop_words
from tests.oracle import OracleEngine
from tests.records import Indexed
from tests.search.embedded.bm25f import Reference
from tests.search.embedded.folders import make_segments, segment_files

QUERIES = (
    "die Rakete",
    "war missiles",
    "радар на",
    "防御 导弹",
    "missile OR Rakete OR armée",
    '"missiles radar"~4',
    "section:raketen",
)


@pytest.mark.parametrize("segments", [1, 2, 3, 5])
def test_segments_and_deletions_change_no_answer(tmp_path: Path, kernels: str, segments: int) -> None:
    documents = make_records(segments)
    folder = make_segments(tmp_path / "index_data", [documents[number::segments] for number in range(segments)])
    gone = {document.metadata.id for document in documents[::5]}
    with EmbeddedWriter(folder, [], update=True) as writer:
        assert all(writer.delete(document_id) for document_id in gone)
        writer.commit()
    left = tuple(document for document in documents if document.metadata.id not in gone)
    engine = EmbeddedEngine(folder, kernels)
    assert engine.check() == ()
    assert_same(engine, OracleEngine(left), Random(segments), 40)
    _assert_scores(engine, left)


def _assert_scores(engine: EmbeddedEngine, documents: tuple[Indexed, ...]) -> None:
    reference = Reference(documents)
    for query in map(parse, QUERIES):
        for hit in engine.search(SearchRequest(query, page_size=100, sort=Sort.DOCUMENT, hints=False)).hits:
            tree = without_stop_words(query.tree, language_of(hit.document, hit.paragraph))
            assert hit.score == pytest.approx(reference.score(tree, (hit.document, hit.paragraph)), abs=1e-6), query.source


def test_merged_segments_are_those_written_at_once(tmp_path: Path) -> None:
    documents = make_records(7)
    folder = make_segments(tmp_path / "parts", [documents[:9], documents[9:]])
    merge_segments([Segment(path) for path in segment_files(folder)], tmp_path / "merged.arrays")
    whole = SegmentWriter()
    for document in documents:
        whole.add(document.metadata, document.paragraphs)
    whole.write(tmp_path / "whole.arrays")
    merged, written = ArraysFile(tmp_path / "merged.arrays"), ArraysFile(tmp_path / "whole.arrays")
    assert merged.sizes() == written.sizes()
    assert "section.units" in written
    assert len(written["record.language"])
    for name in written.sizes():
        np.testing.assert_array_equal(merged[name], written[name], err_msg=name)
