"""Crafted segments, whose checksums are right: whatever they claim, nothing but IndexCorrupt comes out of them."""

from __future__ import annotations

import json
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.errors import IndexCorrupt
from indexer.search.embedded import EmbeddedEngine, EmbeddedWriter
from indexer.search.embedded.codec.arrays import FORMAT_VERSION, ArraysFile
from indexer.search.embedded.codec.inversion import SKIP
from indexer.search.embedded.codec.segment import Segment
from indexer.search.request import SearchRequest
from indexer.search.syntax import parse
from tests.records import make_document
from tests.search.embedded.folders import (
    SMALL,
    copy_index,
    make_index,
    put,
    refusals,
    rewrite_segment,
    segment_files,
    sign_segments,
)
from tests.search.embedded.test_arrays import FOOTER, MAGIC, header_of

Stated: TypeAlias = dict[str, Any]
Arrays: TypeAlias = dict[str, NDArray[Any]]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small index of one segment; tests craft copies of it."""
    return make_index(tmp_path_factory.mktemp("sound") / "index_data", SMALL)


@pytest.fixture(scope="module")
def deleted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with more documents, two of which are deleted."""
    more = [make_document(f"z{number}.md", ["A tide.", "Another tide."], tag=("tide",)) for number in range(4)]
    folder = make_index(tmp_path_factory.mktemp("deleted") / "index_data", (*SMALL, *more))
    with EmbeddedWriter(folder, [], update=True) as writer:
        assert writer.delete("coast.md") and writer.delete("z2.md")
        writer.commit()
    assert len(segment_files(folder)) == 1
    assert refusals(folder) == ([], False)
    return folder


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    """A copy to change."""
    return copy_index(sound, tmp_path / "index_data")


_NUMBERS: tuple[object, ...] = (-1, -8, -(10**20), 10**6, 2**31, 2**63, 2**64, 10**400, 1.0, 1e300, True, "5", None, [], {})
_NO_TYPES = (
    *("|O", "O", "<U4", "|S8", "|V8", "<u16", "<u0", "<f2", "<c8", ">u4", "u4", "", "<M8[s]", "int"),
    *(5, None, ["<u4"], {"a": "<u4"}),
)
_NO_ARRAYS: tuple[object, ...] = (None, 5, [], ["text.ids"], {}, {"text.ids": None}, {"text.ids": []})
_NO_ATTRIBUTES: tuple[object, ...] = (None, 5, [], ["records"], {})
_NO_COUNTS: tuple[object, ...] = (None, "x", [], {}, -1, 0, 3, 10**6, 2**32, 2**63, 10**30, 1e400, float("nan"))
_ARRAYS: dict[str, Stated] = {
    **{f"{key} is {value!r:.20}": {key: value} for key in ("length", "offset", "crc32") for value in _NUMBERS},
    **{f"dtype is {value!r}": {"dtype": value} for value in _NO_TYPES},
    "one key more": {"more": 1},
    "none of our keys": {"self": 1},
}
_HEADERS: dict[str, Stated] = {
    **{f"arrays are {value!r}": {"arrays": value} for value in _NO_ARRAYS},
    **{f"attributes are {value!r}": {"attributes": value} for value in _NO_ATTRIBUTES},
    **{
        f"{key} is {value!r}": {"attributes": {"documents": 2, "records": 4, key: value}}
        for key in ("documents", "records")
        for value in _NO_COUNTS
    },
}


def _with_header(folder: Path, header: bytes) -> None:
    """Put another header into the only segment."""
    (path,) = segment_files(folder)
    content = path.read_bytes()
    place, _ = header_of(content)
    footer = struct.pack("<QQII8s", place, len(header), zlib.crc32(header), FORMAT_VERSION, MAGIC)
    put(path, content[:place] + header + footer)
    sign_segments(folder)


@pytest.mark.parametrize("change", _ARRAYS)
def test_arrays_that_are_described_wrongly_are_refused(sound: Path, folder: Path, change: str) -> None:
    (path,) = segment_files(sound)
    for array in ("text.ids", "document.own.lengths"):
        _, header = header_of(path.read_bytes())
        header["arrays"][array] |= _ARRAYS[change]
        copy_index(sound, folder)
        _with_header(folder, json.dumps(header).encode())
        assert refusals(folder)[1], array


@pytest.mark.parametrize("key", ["dtype", "length", "offset", "crc32"])
def test_arrays_that_are_described_in_part_are_refused(folder: Path, key: str) -> None:
    (path,) = segment_files(folder)
    _, header = header_of(path.read_bytes())
    del header["arrays"]["text.ids"][key]
    _with_header(folder, json.dumps(header).encode())
    assert refusals(folder)[1]


@pytest.mark.parametrize("change", _HEADERS)
def test_headers_that_say_something_else_are_refused(folder: Path, change: str) -> None:
    (path,) = segment_files(folder)
    _, header = header_of(path.read_bytes())
    _with_header(folder, json.dumps(header | _HEADERS[change]).encode())
    assert refusals(folder)[1]


@pytest.mark.parametrize("key", ["arrays", "attributes"])
def test_headers_that_lack_something_are_refused(folder: Path, key: str) -> None:
    (path,) = segment_files(folder)
    _, header = header_of(path.read_bytes())
    del header[key]
    _with_header(folder, json.dumps(header).encode())
    assert refusals(folder)[1]


def test_counts_that_the_manifest_confirms_are_refused_too(sound: Path, folder: Path) -> None:
    (path,) = segment_files(sound)
    for key, value in (("documents", 0), ("documents", 10**6), ("records", 0), ("records", 5), ("records", 2**32)):
        _, header = header_of(path.read_bytes())
        header["attributes"][key] = value
        copy_index(sound, folder)
        _with_header(folder, json.dumps(header).encode())
        sign_segments(folder, header["attributes"]["documents"], header["attributes"]["records"])
        assert refusals(folder)[1], (key, value)


def test_headers_that_are_none_are_refused(sound: Path, folder: Path) -> None:
    for header in (b"{", b"[]", b"null", b"5", b"{}", b"\xff", b"[" * 100_000, b'{"a":' * 100_000, b"9" * 100_000):
        copy_index(sound, folder)
        _with_header(folder, header)
        assert refusals(folder)[1], header[:10]


@pytest.mark.parametrize("footer", [(2**64 - 1, 1), (2**64 - 64, 64), (0, 2**32 - 1), (2**63, 2**31)])
def test_headers_outside_the_file_are_refused(folder: Path, footer: tuple[int, int]) -> None:
    (path,) = segment_files(folder)
    content = path.read_bytes()
    put(path, content[: -FOOTER.size] + FOOTER.pack(*footer, zlib.crc32(b""), FORMAT_VERSION, MAGIC))
    sign_segments(folder)
    assert refusals(folder)[1]


_CHANGES: dict[str, Callable[[NDArray[Any], int], NDArray[Any]]] = {
    "cut short": lambda array, number: array[: number % (len(array) + 1)],
    "longer": lambda array, number: np.concatenate([array, array[: 1 + number % 3]]),
    "one number is the largest": lambda array, number: _with(array, number, np.iinfo(array.dtype).max),
    "one number is small": lambda array, number: _with(array, number, number % 128),
    "two numbers exchanged": lambda array, number: _exchanged(array, number),
    "reversed": lambda array, _number: array[::-1],
    "u8": lambda array, _number: array.astype(np.uint64),
    "negative": lambda array, _number: np.full(len(array), -1, dtype=np.int64),
    "all the largest": lambda array, _number: np.full(len(array), np.iinfo(array.dtype).max, dtype=array.dtype),
    "empty": lambda array, _number: array[:0],
}


def _with(array: NDArray[Any], number: int, value: Any) -> NDArray[Any]:
    changed = array.copy()
    if len(changed):
        changed[number % len(changed)] = value
    return changed


def _exchanged(array: NDArray[Any], number: int) -> NDArray[Any]:
    places = np.arange(len(array))
    if len(array) > 1:
        first, second = number % len(array), (number // 7) % len(array)
        places[[first, second]] = places[[second, first]]
    return array[places]


@given(
    place=st.integers(0, 10_000),
    changes=st.lists(st.tuples(st.sampled_from(sorted(_CHANGES)), st.integers(0, 10_000)), min_size=1, max_size=2),
    deletions=st.booleans(),
)
def test_arrays_that_contradict_each_other_do_no_harm(
    sound: Path,
    deleted: Path,
    kernels: str,
    tmp_path_factory: pytest.TempPathFactory,
    place: int,
    changes: list[tuple[str, int]],
    deletions: bool,
) -> None:
    folder = copy_index(deleted if deletions else sound, tmp_path_factory.getbasetemp() / "crafted" / "index_data")

    def change(arrays: Arrays, _attributes: Stated) -> None:
        names = sorted(arrays)
        for number, (kind, argument) in enumerate(changes):
            name = names[(place + number * argument) % len(names)]
            arrays[name] = _CHANGES[kind](arrays[name], argument)

    rewrite_segment(folder, change)
    refused, found = refusals(folder, kernels)
    assert found or not refused, "a search fails over what `check` calls sound"


def _without(name: str, arrays: Arrays, _attributes: Stated) -> None:
    del arrays[name]


def test_a_missing_array_is_refused(sound: Path, folder: Path) -> None:
    (path,) = segment_files(sound)
    kinds = ("document.", "record.", "published.", "text.", "section.", "tag.")
    for name in (name for name in ArraysFile(path).sizes() if name.startswith(kinds)):
        copy_index(sound, folder)
        rewrite_segment(folder, partial(_without, name))
        assert refusals(folder)[1], name


def _typed(name: str, dtype: str, arrays: Arrays, _attributes: Stated) -> None:
    arrays[name] = arrays[name].astype(dtype)


@pytest.mark.parametrize("dtype", ["<i4", "<i8", "<u8"])
def test_numbers_of_other_types_are_refused_before_any_is_read(sound: Path, folder: Path, dtype: str) -> None:
    (path,) = segment_files(sound)
    others = {"published.first": "<i4", "published.last": "<i4"}
    names = {name for name in ArraysFile(path).sizes() if others.get(name) != dtype}
    for name in names - {name for name in names if name.endswith(".offsets") and dtype == "<u8"}:
        copy_index(sound, folder)
        rewrite_segment(folder, partial(_typed, name, dtype))
        (path,) = segment_files(folder)
        with pytest.raises(IndexCorrupt, match=f"{path.name}: the array {name} has the type {dtype}"):
            Segment(path)


def test_negative_frequencies_of_many_records_are_refused_before_a_loop_sees_them(tmp_path: Path, kernels: str) -> None:
    texts = ["harbor tide " + "calm " * each for each in range(1, 40)]
    folder = make_index(tmp_path / "index_data", [make_document("a.md", texts)])

    def change(arrays: Arrays, _attributes: Stated) -> None:
        arrays["text.freqs"] = np.full(len(arrays["text.freqs"]), -(2**40), dtype=np.int64)

    rewrite_segment(folder, change)
    with pytest.raises(IndexCorrupt, match=r"the array text\.freqs"):
        EmbeddedEngine(folder, kernels).search(SearchRequest(parse("calm")))


_OFFSETS: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "every second string is all there is": lambda offsets: np.where(np.arange(len(offsets)) % 2, offsets[-1], 0),
    "the last ends too late": lambda offsets: _with(offsets, -1, int(offsets[-1]) + 1),
    "the last ends too soon": lambda offsets: _with(offsets, -1, int(offsets[-1]) - 1),
    "none begins at the beginning": lambda offsets: np.maximum(offsets, 1),
    "there is not even an end": lambda offsets: offsets[:0],
}


@pytest.mark.parametrize("change", _OFFSETS)
def test_strings_that_lie_over_each_other_are_refused_before_any_is_read(sound: Path, folder: Path, change: str) -> None:
    (path,) = segment_files(sound)
    file = ArraysFile(path)
    names = [name.removesuffix(".offsets") for name in file.sizes() if name.endswith(".offsets")]
    crafted = 0
    for name in (name for name in names if len(file.strings(name)) > 2):

        def changed(arrays: Arrays, _attributes: Stated, offsets: str = f"{name}.offsets") -> None:
            arrays[offsets] = _OFFSETS[change](arrays[offsets].astype(np.uint32)).astype(np.uint32)

        copy_index(sound, folder)
        rewrite_segment(folder, changed)
        (path,) = segment_files(folder)
        with pytest.raises(IndexCorrupt, match=f"the strings of {name} are damaged"):
            ArraysFile(path).strings(name)
        assert refusals(folder)[1], name
        crafted += 1
    assert crafted > 5


@pytest.mark.parametrize(
    "name", ["text.freqs", "text.skips", "text.followers", "text.marks", "title.freqs", "title.followers", "section.skips"]
)
def test_postings_without_a_frequency_or_a_block_or_a_follower_are_refused_before_any_is_read(folder: Path, name: str) -> None:
    def change(arrays: Arrays, _attributes: Stated) -> None:
        arrays[name] = arrays[name][:-1]

    rewrite_segment(folder, change)
    (path,) = segment_files(folder)
    field = name.partition(".")[0]
    with pytest.raises(IndexCorrupt, match=f"the postings of {field} are damaged"):
        Segment(path).postings(field)


_CLAIMED: dict[str, tuple[str, Callable[[NDArray[Any]], NDArray[Any]]]] = {
    "postings of all terms for each": ("text.bounds", lambda bounds: np.where(np.arange(len(bounds)) % 2, bounds[-1], 0)),
    "more postings than there are": ("text.bounds", lambda bounds: _with(bounds, -1, 2**32 - 1)),
    "postings before those of the term before": ("title.bounds", lambda bounds: _exchanged(bounds, 1)),
    "more positions than there are": ("text.position_bounds", lambda bounds: _with(bounds, 1, 2**32 - 1)),
    "more variants than there are": ("text.variant_bounds", lambda bounds: _with(bounds, -1, 2**32 - 1)),
    "terms without bounds": ("section.position_bounds", lambda bounds: bounds[:-1]),
    "values of all documents for each": ("author.starts", lambda starts: np.where(np.arange(len(starts)) % 2, starts[-1], 0)),
    "more values than there are": ("tag.starts", lambda starts: _with(starts, 1, 2**32 - 1)),
    "records without a value": ("kind.ordinals", lambda ordinals: ordinals[:-1]),
}


@pytest.mark.parametrize("what", _CLAIMED)
def test_what_is_claimed_for_more_than_there_is_is_refused_before_any_is_read(folder: Path, what: str) -> None:
    name, changed = _CLAIMED[what]

    def change(arrays: Arrays, _attributes: Stated) -> None:
        arrays[name] = changed(arrays[name]).astype(arrays[name].dtype)

    rewrite_segment(folder, change)
    (path,) = segment_files(folder)
    field, _, array = name.partition(".")
    kind, read = ("values", Segment(path).column) if array in ("starts", "ordinals") else ("postings", Segment(path).postings)
    with pytest.raises(IndexCorrupt, match=f"the {kind} of {field} are damaged"):
        read(field)
    assert refusals(folder)[1]


@pytest.mark.parametrize("query", ['"tide harbor"', '"tide harbor"~3', "tide harbor", '"=tide harbor"'])
def test_postings_with_the_same_positions_are_refused_before_each_goes_through_them(
    tmp_path: Path, kernels: str, query: str
) -> None:
    folder = make_index(tmp_path / "index_data", [make_document("a.md", ["Tide, harbor."] * 100)])

    def change(arrays: Arrays, _attributes: Stated) -> None:
        all_of_them = np.zeros(len(arrays["text.freqs"]), dtype=np.uint32)
        all_of_them[::SKIP] = len(arrays["text.positions"]) - 1
        arrays["text.freqs"], arrays["text.skips"] = all_of_them, np.zeros_like(arrays["text.skips"])

    rewrite_segment(folder, change)
    with pytest.raises(IndexCorrupt, match="words of text are not as they should be"):
        EmbeddedEngine(folder, kernels).search(SearchRequest(parse(query)))


@pytest.mark.parametrize("query", ['"tide harbor"', "tide harbor"])
def test_a_frequency_takes_no_memory_before_it_is_compared_with_the_positions(tmp_path: Path, query: str) -> None:
    folder = make_index(tmp_path / "index_data", [make_document("a.md", ["Tide, harbor."] * 3)])

    def change(arrays: Arrays, _attributes: Stated) -> None:
        arrays["text.freqs"] = np.full(len(arrays["text.freqs"]), 5_000_000, dtype=np.uint32)

    rewrite_segment(folder, change)
    engine = EmbeddedEngine(folder, "numpy")
    tracemalloc.start()
    try:
        with pytest.raises(IndexCorrupt, match="words of text are not as they should be"):
            engine.search(SearchRequest(parse(query)))
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("query", ["tide harbor", '="tide harbor"', '"tidetide harbor"'])
def test_positions_that_fall_are_not_sorted_one_by_one(tmp_path: Path, query: str) -> None:
    pytest.importorskip("numba")
    folder = make_index(tmp_path / "index_data", [make_document("a.md", ["tides tide tide-tide tide-tide harbor tide harbor"])])

    def change(arrays: Arrays, _attributes: Stated) -> None:
        for begin, end in pairwise(arrays["text.position_bounds"].tolist()):
            arrays["text.positions"][begin:end] = arrays["text.positions"][begin:end][::-1].copy()

    rewrite_segment(folder, change)
    with pytest.raises(IndexCorrupt, match="words of text are not as they should be"):
        EmbeddedEngine(folder, "numba").search(SearchRequest(parse(query)))


_UNMERGEABLE: dict[str, tuple[str, Callable[[NDArray[Any]], NDArray[Any]]]] = {
    "documents in no order": ("document.order", lambda order: np.full_like(order, 200)),
    "last days without first ones": ("published.first", lambda days: days[:-1]),
    "values that are no text": ("author.values", lambda values: np.full_like(values, 255)),
    "words of which there are more than positions": ("text.freqs", lambda freqs: _with(freqs.astype(np.uint32), 0, 2**32 - 1)),
    "forms of no term": ("text.form_terms", lambda terms: np.full_like(terms, 2**32 - 1)),
    "languages that there are not": ("record.language", lambda _: np.full(8, 9, dtype=np.uint8)),
}


@pytest.mark.parametrize("what", _UNMERGEABLE)
def test_what_cannot_be_merged_is_told_and_the_old_index_stays(deleted: Path, folder: Path, what: str) -> None:
    copy_index(deleted, folder)
    name, changed = _UNMERGEABLE[what]

    def change(arrays: Arrays, _attributes: Stated) -> None:
        arrays[name] = changed(arrays[name])

    rewrite_segment(folder, change)
    before = segment_files(folder)

    def update() -> None:
        with EmbeddedWriter(folder, [], update=True) as writer:
            for number in (0, 1, 3):
                writer.delete(f"z{number}.md")
            writer.commit()

    with pytest.raises(IndexCorrupt, match="loccit rebuild"):
        update()
    assert segment_files(folder) == before


_WORDS: dict[str, tuple[str, Callable[[NDArray[Any]], NDArray[Any]]]] = {
    "positions that no unit has": ("text.positions", lambda positions: positions.astype(np.uint32) + 2**31),
    "a position behind its unit": ("text.positions", lambda positions: _with(positions, 0, 100)),
    "positions that fall": ("text.positions", lambda positions: positions[::-1]),
    "followers that do not follow": ("text.followers", lambda followers: followers ^ 1),
    "a mark that is another term's": ("text.marks", lambda marks: _with(marks, 0, int(marks[0]) % 254 + 1)),
    "anything that follows": ("text.followers", np.zeros_like),
    "nothing that follows": ("text.followers", lambda followers: np.full_like(followers, 255)),
    "a follower that is another": ("text.followers", lambda followers: _with(followers, 0, int(followers[0]) % 254 + 1)),
    "a form that its term has not": ("text.variants", lambda variants: _with(variants, 1, 9)),
    "more words than there are": ("text.lengths", lambda lengths: _with(lengths.astype(np.uint32), 0, 2**20)),
}


@pytest.mark.parametrize("what", _WORDS)
def test_words_at_places_that_there_are_not_are_told(tmp_path: Path, kernels: str, what: str) -> None:
    text = "Missile and missiles, air-defense and a missile: 日本."
    folder = make_index(tmp_path / "index_data", [make_document("a.md", [text, "The missiles."])])
    name, changed = _WORDS[what]

    def change(arrays: Arrays, _attributes: Stated) -> None:
        arrays[name] = changed(arrays[name])

    rewrite_segment(folder, change)
    engine = EmbeddedEngine(folder, kernels)
    assert [problem.partition(": ")[2] for problem in engine.check()] == ["words of text are not as they should be"]
    for query in ("=missile", "missile defense", '"missile missile"~3', "air-defense", "日本"):
        with suppress(IndexCorrupt):
            engine.search(SearchRequest(parse(query)))


@pytest.mark.parametrize("name", ["text.forms", "title.forms"])
def test_a_form_that_goes_over_lines_is_told(tmp_path: Path, name: str) -> None:
    folder = make_index(tmp_path / "index_data", [make_document("a.md", ["A missile, missiles."], title="Missile, missiles")])

    def change(arrays: Arrays, _attributes: Stated) -> None:
        arrays[name] = np.frombuffer(bytes(arrays[name]).replace(b"missiles", b"missile\n"), dtype=np.uint8)

    rewrite_segment(folder, change)
    (problem,) = EmbeddedEngine(folder, "numpy").check()
    assert problem.endswith(f"words of {name.partition('.')[0]} are not as they should be")


def _each(key: str, *values: object) -> list[Stated]:
    return [{key: value} for value in values]


_STORED: tuple[object, ...] = (
    *(None, 5, [], "x"),
    *_each("title", None, 5, [], {}),
    *_each("author", None, 5, "Renn", [5], [None], {}),
    *_each("tag", None, [["a"]]),
    *_each("published", 5, [], {}, True),
    *_each("source", 5, []),
    *_each("extra", None, 5, []),
    *_each("origins", None, 5, {"title": "elsewhere"}, {"title": []}),
    *_each("title_derived", None, 5),
    {"language": 5},
    ["x"] * 11,
)
_VALUES = ("title", "title_derived", "source", "author", "published", "language", "url", "format", "tag", "extra", "origins")


@pytest.mark.parametrize("values", _STORED, ids=str)
def test_metadata_of_other_types_does_no_harm(folder: Path, values: object) -> None:
    def change(arrays: Arrays, _attributes: Stated) -> None:
        length = int(arrays["document.shared.lengths"][0])
        first = json.loads(bytes(arrays["document.shared"][1:length]))
        changed = [values.get(*pair) for pair in zip(_VALUES, first, strict=True)] if isinstance(values, dict) else values
        stored = b"\0" + json.dumps(changed).encode()
        rest = bytes(arrays["document.shared"][length:])
        arrays["document.shared"] = np.frombuffer(stored + rest, dtype=np.uint8)
        arrays["document.shared.lengths"] = np.array([len(stored), len(rest)], dtype=np.uint32)

    rewrite_segment(folder, change)
    refused, found = refusals(folder)
    assert found or not refused


@pytest.mark.parametrize("own", [b"\0\0\0", b"\0Nets", b"\0\xff\0\0", b"\1"])
def test_what_is_no_documents_own_does_no_harm(folder: Path, own: bytes) -> None:
    def change(arrays: Arrays, _attributes: Stated) -> None:
        rest = bytes(arrays["document.own"][int(arrays["document.own.lengths"][0]) :])
        arrays["document.own"] = np.frombuffer(own + rest, dtype=np.uint8)
        arrays["document.own.lengths"] = np.array([len(own), *arrays["document.own.lengths"][1:]], dtype=np.uint32)

    rewrite_segment(folder, change)
    refused, found = refusals(folder)
    assert refused
    assert found


def test_what_documents_share_stands_once_in_order(sound: Path, folder: Path) -> None:
    def repeat(arrays: Arrays, _attributes: Stated) -> None:
        for name in ("document.shared", "document.shared.lengths"):
            arrays[name] = np.concatenate([arrays[name], arrays[name]])
        arrays["document.sharing"][0] = len(arrays["document.shared.lengths"]) // 2

    def add(arrays: Arrays, _attributes: Stated) -> None:
        last = int(arrays["document.shared.lengths"][-1])
        stored = bytes(arrays["document.shared"][-last:]).replace(b"[", b"[ ", 1)
        arrays["document.shared"] = np.concatenate([arrays["document.shared"], np.frombuffer(stored, dtype=np.uint8)])
        arrays["document.shared.lengths"] = np.append(arrays["document.shared.lengths"], np.uint32(last + 1)).astype(np.uint32)

    for change in (repeat, add):
        copy_index(sound, folder)
        rewrite_segment(folder, change)
        refused, found = refusals(folder)
        assert (refused, found) == ([], True)


def test_nested_metadata_is_refused(folder: Path) -> None:
    def change(arrays: Arrays, _attributes: Stated) -> None:
        count = len(arrays["document.shared.lengths"])
        arrays["document.shared"] = np.frombuffer((b"\0" + b"[" * 99_999) * count, dtype=np.uint8)
        arrays["document.shared.lengths"] = np.full(count, 100_000, dtype=np.uint32)

    rewrite_segment(folder, change)
    assert refusals(folder)[1]
