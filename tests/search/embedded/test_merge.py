"""Segments made into one by arrays: nothing tells that from one that was written at once."""

from __future__ import annotations

from collections.abc import Sequence
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
from tests.engines.library import make_library
from tests.engines.strategies import libraries
from tests.records import Indexed, make_document
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
    merge_segments(segment_files(folder / "parts"), folder / "merged")
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
