"""Segments made into one by arrays: nothing tells that from one that was written at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.model import Kind, Paragraph, Part
from indexer.search.embedded import EmbeddedWriter
from indexer.search.embedded.codec.arrays import ArraysFile
from indexer.search.embedded.codec.invariants import broken_invariants
from indexer.search.embedded.codec.merge import merge_segments
from indexer.search.embedded.codec.segment import Segment
from tests.engines.library import IDS, make_library
from tests.engines.strategies import libraries
from tests.records import Indexed, make_document, make_paragraph
from tests.search.embedded.folders import make_index, make_segments, segment_files


def assert_same_arrays(one: Path, other: Path) -> None:
    """Two segments hold the same arrays of the same numbers, in types that may differ in width."""
    first, second = ArraysFile(one), ArraysFile(other)
    assert set(first.sizes()) == set(second.sizes())
    for name in first.sizes():
        assert first[name].dtype.kind == second[name].dtype.kind, name
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)
    assert first.attributes == second.attributes
    for path in (one, other):
        assert ArraysFile(path).check() == []
        assert broken_invariants(Segment(path)) == []


def merged(folder: Path, groups: Sequence[Sequence[Indexed]]) -> Path:
    """One segment made of a segment for each group."""
    make_segments(folder / "parts", groups)
    merge_segments([Segment(path) for path in segment_files(folder / "parts")], folder / "merged")
    return folder / "merged"


def at_once(folder: Path, documents: Sequence[Indexed]) -> Path:
    """The segment of all the documents."""
    (path,) = segment_files(make_segments(folder / "whole", [documents]))
    return path


@pytest.mark.parametrize("parts", [1, 2, 7, 32])
def test_a_merged_segment_is_the_one_written_at_once(tmp_path: Path, parts: int) -> None:
    library = make_library()
    size = -(-len(library) // parts)
    groups = [library[start : start + size] for start in range(0, len(library), size)]
    assert_same_arrays(merged(tmp_path, groups), at_once(tmp_path, library))


@settings(max_examples=30)
@given(documents=libraries(), cuts=st.sets(st.integers(1, 4)))
def test_any_segments_can_be_merged(
    tmp_path_factory: pytest.TempPathFactory, documents: tuple[Indexed, ...], cuts: set[int]
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    bounds = [0, *sorted(cut for cut in cuts if cut < len(documents)), len(documents)]
    groups = [documents[begin:end] for begin, end in pairwise(bounds)]
    assert_same_arrays(merged(folder, groups), at_once(folder, documents))


_BARE = make_document("bare.md", [], title="")
_MARKS = make_document("marks.md", ["…"], title="…", author=("…",))
_PARTS = make_document(
    "parts.md",
    [Paragraph(0, Kind.PARAGRAPH, "Air-defense,", part=Part(1, 2)), Paragraph(0, Kind.PARAGRAPH, "air.", part=Part(2, 2))],
)
_LONG = make_document("long.md", ["harbor " * 300 + "tide"], title="Harbor")
_GROUPS: dict[str, list[tuple[Indexed, ...]]] = {
    "nothing": [(), ()],
    "no paragraphs": [(), (_BARE,)],
    "no words": [(_MARKS,), (), (_BARE,)],
    "words and none": [(_PARTS,), (_BARE, _MARKS)],
    "frequencies of one byte and of two": [(_MARKS,), (_LONG,), (_PARTS,)],
}


@pytest.mark.parametrize("name", _GROUPS)
def test_segments_without_documents_words_or_values_can_be_merged(tmp_path: Path, name: str) -> None:
    documents = [document for group in _GROUPS[name] for document in group]
    assert_same_arrays(merged(tmp_path, _GROUPS[name]), at_once(tmp_path, documents))


def remaining(folder: Path, groups: Sequence[Sequence[Indexed]], doomed: Collection[str]) -> tuple[Path, list[Indexed]]:
    """One segment made of a segment for each group, these documents deleted from it; and the documents that are left."""
    make_segments(folder / "parts", groups)
    segments = []
    for path, documents in zip(segment_files(folder / "parts"), groups, strict=True):
        deleted = [number for number, document in enumerate(documents) if document.metadata.id in doomed]
        segments.append(Segment(path, np.array(deleted, dtype=np.uint32)))
    merge_segments(segments, folder / "merged")
    return folder / "merged", [one for documents in groups for one in documents if one.metadata.id not in doomed]


@given(
    seed=st.integers(0, 9),
    cuts=st.sets(st.integers(1, len(IDS) - 1), max_size=4),
    doomed=st.sets(st.sampled_from(IDS), min_size=1),
    size=st.integers(1, len(IDS)),
)
def test_deleted_documents_leave_no_trace(
    tmp_path_factory: pytest.TempPathFactory, seed: int, cuts: set[int], doomed: set[str], size: int
) -> None:
    folder = tmp_path_factory.mktemp("deleted")
    documents = make_library(seed)[:size]
    bounds = [0, *sorted(cut for cut in cuts if cut < len(documents)), len(documents)]
    segment, left = remaining(folder, [documents[begin:end] for begin, end in pairwise(bounds)], doomed)
    assert_same_arrays(segment, at_once(folder, left))


@pytest.mark.parametrize("name", _GROUPS)
def test_any_of_the_odd_documents_may_be_deleted(tmp_path: Path, name: str) -> None:
    documents = [document for group in _GROUPS[name] for document in group]
    for number, document in enumerate(documents):
        segment, left = remaining(tmp_path / str(number), _GROUPS[name], {document.metadata.id})
        assert len(left) == len(documents) - 1
        assert_same_arrays(segment, at_once(tmp_path / str(number), left))


def test_words_and_values_that_nobody_has_any_more_are_gone(tmp_path: Path) -> None:
    kept = make_document(
        "kept.md", [make_paragraph("Harbors", section="Coasts")], title="Sea", author=("Renn",), published="2024"
    )
    gone = make_document(
        "gone.md", [make_paragraph("harbor", section="Tides")], title="Wind", author=("Maric",), published="2025"
    )
    path, _ = remaining(tmp_path, [[gone, kept]], {"gone.md"})
    segment = Segment(path)
    assert list(segment.postings("text").terms) == [b"harbor"]
    assert list(segment.postings("text").forms) == [b"harbors"]
    assert len(segment.postings("text").variants) == 0
    assert list(segment.postings("title").terms) == [b"sea"]
    assert [list(segment.column(field).values) for field in ("section", "author")] == [[b"Coasts"], [b"Renn"]]
    assert [days.tolist() for days in segment.intervals] == [[738886], [739251]]
    assert segment.find_document("gone.md") is None


def test_a_build_with_little_memory_gives_the_same_index(tmp_path: Path) -> None:
    library = make_library()
    with EmbeddedWriter(tmp_path / "little", [], memory=0) as writer:
        for document in library:
            writer.add(document.metadata, document.paragraphs)
        assert len(list((tmp_path / "little").glob("*.arrays"))) == len(library)
        writer.commit()
    (one,) = segment_files(tmp_path / "little")
    (other,) = segment_files(make_index(tmp_path / "much", library))
    assert_same_arrays(one, other)
    assert len(list((tmp_path / "little").glob("*.arrays"))) == 1
