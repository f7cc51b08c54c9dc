"""The file of arrays: what goes in comes out, and no damaged file is taken for a sound one."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.errors import IndexCorrupt, IndexVersionError
from indexer.search.embedded.codec.arrays import ALIGNMENT, FORMAT_VERSION, ArraysFile, smallest
from indexer.search.embedded.codec.arrays_writer import ArraysWriter

DTYPES = ("u1", "u2", "u4", "u8", "i4", "i8")
MAGIC = b"LOCCITAR"
FOOTER = struct.Struct("<QQII8s")


def write(path: Path, arrays: dict[str, NDArray[Any]], strings: dict[str, Sequence[bytes]] | None = None) -> Path:
    """A file of these arrays and strings."""
    path.unlink(missing_ok=True)
    with ArraysWriter(path) as writer:
        writer.attributes["records"] = 3
        for name, array in arrays.items():
            writer.add(name, array)
        for name, values in (strings or {}).items():
            writer.add_strings(name, values)
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A file with gaps between its arrays, of several types, one of them empty."""
    arrays: dict[str, NDArray[Any]] = {
        "wide": np.arange(9, dtype=np.int64) - 4,
        "none": np.zeros(0, dtype=np.uint32),
        "signed": np.arange(7, dtype=np.int32) - 3,
    }
    return write(tmp_path / "small", arrays, {"words": [b"", b"air", "é".encode(), b""]})


def header_of(content: bytes) -> tuple[int, dict[str, Any]]:
    """Where the header of a file begins, and what it says."""
    place, length, *_ = FOOTER.unpack(content[-FOOTER.size :])
    return place, json.loads(content[place : place + length])


def padding_of(content: bytes) -> set[int]:
    """The bytes of a file that are neither magic, array, header nor footer."""
    header, described = header_of(content)
    used = set(range(len(MAGIC))) | set(range(header, len(content)))
    for one in described["arrays"].values():
        used |= set(range(one["offset"], one["offset"] + one["length"] * int(one["dtype"][2:])))
    return set(range(len(content))) - used


def problems(path: Path) -> list[str]:
    """What opening and checking a file find."""
    try:
        return ArraysFile(path).check()
    except (IndexCorrupt, IndexVersionError) as error:
        return [str(error)]


@st.composite
def arrays(draw: st.DrawFn) -> NDArray[Any]:
    """An array of any type that can be stored, in either byte order, empty ones and slices with gaps among them."""
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    width = dtype.itemsize * 8
    low = -(1 << (width - 1)) if dtype.kind == "i" else 0
    numbers = st.integers(low, low + (1 << width) - 1)
    order: Literal["<", ">"] = draw(st.sampled_from(("<", ">")))
    return np.array(draw(st.lists(numbers, max_size=40)), dtype=dtype.newbyteorder(order))[:: draw(st.sampled_from((1, 2, -1)))]


@given(written=st.dictionaries(st.text(max_size=8), arrays(), max_size=6))
def test_arrays_come_back(tmp_path_factory: pytest.TempPathFactory, written: dict[str, NDArray[Any]]) -> None:
    path = write(tmp_path_factory.getbasetemp() / "arrays", written)
    file = ArraysFile(path)
    for name, array in written.items():
        assert name in file
        assert file[name].dtype.newbyteorder("=") == array.dtype.newbyteorder("=")
        np.testing.assert_array_equal(file[name], array)
        assert not file[name].flags.writeable
    assert file.sizes() == {name: array.nbytes for name, array in written.items()}
    assert file.attributes == {"records": 3}
    assert file.check() == []
    assert file.size == path.stat().st_size


@given(written=st.lists(st.binary(max_size=12), max_size=30))
def test_strings_come_back(tmp_path_factory: pytest.TempPathFactory, written: list[bytes]) -> None:
    path = write(tmp_path_factory.getbasetemp() / "strings", {}, {"words": written, "sorted": sorted(set(written))})
    file = ArraysFile(path)
    assert list(file.strings("words")) == written
    assert len(file.strings("words")) == len(written)
    found = file.strings("sorted")
    for wanted in {*written, b"", b"\xff" * 13, b"m"}:
        below = sum(one < wanted for one in set(written))
        assert found.bisect(wanted) == below
        assert found.find(wanted) == (below if wanted in written else -1)


@given(numbers=st.lists(st.integers(0, 2**64 - 1), max_size=10))
def test_the_smallest_type_holds_all_the_numbers(numbers: list[int]) -> None:
    packed = smallest(np.array(numbers, dtype=np.uint64))
    assert packed.tolist() == numbers
    width = packed.dtype.itemsize
    assert packed.dtype.kind == "u"
    assert width == 1 or max(numbers) >= 1 << (4 * width)


def test_arrays_are_aligned(small: Path) -> None:
    place, header = header_of(small.read_bytes())
    assert place % ALIGNMENT == 0
    assert {one["offset"] % ALIGNMENT for one in header["arrays"].values()} == {0}
    assert all(ArraysFile(small)[name].ctypes.data % ALIGNMENT == 0 for name in header["arrays"])


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(3, dtype=np.bool_),
        np.zeros(3, dtype=np.int16),
        np.zeros(3, dtype=np.float32),
        np.zeros(3, dtype=np.float64),
        np.zeros(3, dtype=np.complex128),
        np.zeros((2, 2), dtype=np.uint8),
        np.array(3, dtype=np.uint8),
        np.array(["air"]),
        np.array([object()]),
        np.zeros(2, dtype="datetime64[s]"),
        np.zeros(2, dtype=[("first", "u4"), ("last", "u4")]),
    ],
    ids=lambda array: f"{array.dtype.kind}{array.dtype.itemsize}-{array.ndim}",
)
def test_what_cannot_be_stored_is_refused(tmp_path: Path, array: NDArray[Any]) -> None:
    with pytest.raises(ValueError, match="cannot store"):
        write(tmp_path / "file", {"array": array})
    assert list(tmp_path.iterdir()) == []


def test_a_name_is_used_once(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^array: "):
        write(
            tmp_path / "file",
            {"array.offsets": np.zeros(1, dtype=np.uint8), "array": np.zeros(1, dtype=np.uint8)},
            {"array": []},
        )


def test_a_file_that_cannot_be_finished_is_removed(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), ArraysWriter(tmp_path / "file") as writer:
        writer.add("array", np.zeros(100_000, dtype=np.uint8))
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_header_that_cannot_be_written_leaves_no_file_open(tmp_path: Path) -> None:
    with pytest.raises(TypeError), ArraysWriter(tmp_path / "file") as writer:
        writer.attributes["set"] = {1}  # type: ignore[assignment]
    assert not (tmp_path / "file").exists() or problems(tmp_path / "file")


def test_an_existing_file_is_never_written_over(small: Path) -> None:
    before = small.read_bytes()
    with pytest.raises(FileExistsError):
        ArraysWriter(small)
    assert small.read_bytes() == before


def test_an_absent_array_is_said_to_be_missing(small: Path) -> None:
    file = ArraysFile(small)
    assert "absent" not in file
    for look in (lambda: file["absent"], lambda: file.strings("wide")):
        with pytest.raises(IndexCorrupt, match=r"small has no array (absent|wide\.offsets)"):
            look()


def test_every_changed_byte_is_found_but_for_padding(small: Path) -> None:
    content = small.read_bytes()
    assert problems(small) == []
    padding = padding_of(content)
    assert padding, "the example must have gaps"
    for mask in (0x01, 0xFF):
        unfound = set()
        for place in range(len(content)):
            changed = bytearray(content)
            changed[place] ^= mask
            small.write_bytes(changed)
            if not problems(small):
                unfound.add(place)
        assert unfound <= padding, "the checksum of the whole file, in the manifest, covers padding alone"


def test_a_file_cut_short_or_longer_is_found(small: Path) -> None:
    content = small.read_bytes()
    for size in range(len(content)):
        small.write_bytes(content[:size])
        with pytest.raises(IndexCorrupt):
            ArraysFile(small)
    for more in (b"\0", b"\0" * ALIGNMENT, MAGIC, content):
        small.write_bytes(more + content)
        with pytest.raises(IndexCorrupt):
            ArraysFile(small)
    for more in (b"\0", MAGIC, content[: FOOTER.size], content[-FOOTER.size :]):
        small.write_bytes(content + more)
        with pytest.raises(IndexCorrupt):
            ArraysFile(small)


@pytest.mark.parametrize("version", [0, FORMAT_VERSION + 1, 2**32 - 1])
def test_another_format_version_is_refused_with_what_to_do(small: Path, version: int) -> None:
    content = small.read_bytes()
    place, length, checksum, _, magic = FOOTER.unpack(content[-FOOTER.size :])
    small.write_bytes(content[: -FOOTER.size] + FOOTER.pack(place, length, checksum, version, magic))
    with pytest.raises(IndexVersionError, match=rf"format version {version}; .*Run: loccit rebuild"):
        ArraysFile(small)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    for content in (
        b"",
        b"\0" * 4096,
        b"PK\3\4" + b"\0" * 100,
        MAGIC,
        MAGIC * 40,
        FOOTER.pack(0, 0, 0, FORMAT_VERSION, MAGIC) * 2,
    ):
        (tmp_path / "file").write_bytes(content)
        with pytest.raises(IndexCorrupt):
            ArraysFile(tmp_path / "file")


def test_a_checksum_does_not_excuse_a_header_that_is_none(small: Path) -> None:
    content = small.read_bytes()
    place, _ = header_of(content)
    for header in (b"{", b"[]", b"null", b"{}", b"\xff", b'{"attributes": {}}', b"[" * 100_000, b"1" * 10_000):
        footer = FOOTER.pack(place, len(header), zlib.crc32(header), FORMAT_VERSION, MAGIC)
        small.write_bytes(content[:place] + header + footer)
        with pytest.raises(IndexCorrupt):
            ArraysFile(small)


@pytest.mark.parametrize("dtype", ["<f4", "<f8", "<i2", ">u4", "|b1", "|O", "<M8[s]"])
def test_an_array_of_a_type_that_no_writer_uses_is_refused(small: Path, dtype: str) -> None:
    content = small.read_bytes()
    place, described = header_of(content)
    described["arrays"]["wide"] |= {"dtype": dtype, "length": 1}
    header = json.dumps(described).encode()
    small.write_bytes(content[:place] + header + FOOTER.pack(place, len(header), zlib.crc32(header), FORMAT_VERSION, MAGIC))
    with pytest.raises(IndexCorrupt, match="does not describe arrays"):
        ArraysFile(small)


@pytest.mark.parametrize(
    ("name", "dtype", "sound"),
    [
        *(("ids", dtype, dtype in ("u1", "u2", "u4")) for dtype in DTYPES),
        *(("words.offsets", dtype, dtype.startswith("u")) for dtype in DTYPES),
        *(("days", dtype, dtype == "i4") for dtype in DTYPES),
    ],
)
def test_numbers_are_of_the_types_that_their_name_allows(tmp_path: Path, name: str, dtype: str, sound: bool) -> None:
    file = ArraysFile(write(tmp_path / "typed", {"first": np.zeros(1, dtype=np.uint8), name: np.zeros(2, dtype=dtype)}))
    refusal = f"typed: the array {name} has the type .{dtype}, which no writer gives it. Run: loccit rebuild"
    with nullcontext() if sound else pytest.raises(IndexCorrupt, match=refusal):
        file.require_types({"days": {"<i4"}})
