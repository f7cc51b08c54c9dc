"""A file of named arrays, mapped for reading.

Layout: an 8-byte magic; the arrays, little-endian, each at a multiple of 64; the header (JSON); a 32-byte footer with
the header's place, its checksum and the magic again. The header lists each array's type, length, place and CRC-32, and has
free `attributes`.
Nothing in such a file can run code: it is numbers, UTF-8 bytes and JSON.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexCorrupt, IndexVersionError, unreadable
from indexer.search.embedded.codec.regular import open_regular

Array: TypeAlias = NDArray[Any]

FORMAT_VERSION = 6
ALIGNMENT = 64
_MOST_MILESTONES = 1 << 16
MAGIC = b"LOCCITAR"
FOOTER = struct.Struct("<QQII8s")
UNSIGNED = frozenset({"|u1", "<u2", "<u4", "<u8"})
_SHORT = UNSIGNED - {"<u8"}
# Whole numbers alone: a type that no writer uses would be compiled for before it is refused.
DTYPES = UNSIGNED | {"<i4", "<i8"}


class _Place(NamedTuple):
    """An array as the header describes it."""

    dtype: str
    length: int
    offset: int
    crc32: int


class ArraysFile:
    """A mapped file of arrays. Opening reads the header alone; arrays are read-only views, shared by all threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with open_regular(path) as file:
                self.size = os.fstat(file.fileno()).st_size
                if self.size < len(MAGIC) + FOOTER.size:
                    raise IndexCorrupt(f"{path} is {self.size} bytes long: too short for an index file")
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except FileNotFoundError:
            # A newer generation may have replaced it: the engine looks at the manifest again.
            raise
        except OSError as error:
            raise unreadable(path, error) from error
        place, length, checksum, version, magic = FOOTER.unpack_from(self._map, self.size - FOOTER.size)
        if magic != MAGIC or self._map[: len(MAGIC)] != MAGIC:
            raise IndexCorrupt(f"{path} is not an index file, or its end is missing")
        header = self._map[place : place + length] if place + length + FOOTER.size == self.size else b""
        if zlib.crc32(header) != checksum or not header:
            raise IndexCorrupt(f"{path}: the header is damaged")
        if version != FORMAT_VERSION:
            raise IndexVersionError(
                f"{path} has format version {version}; this program reads {FORMAT_VERSION}. Run: loccit rebuild"
            )
        try:
            described = json.loads(header)
            self.attributes: Mapping[str, Any] = dict(described["attributes"])
            self._described = {name: self._place(**array) for name, array in described["arrays"].items()}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise IndexCorrupt(f"{path}: the header does not describe arrays") from error
        self._views: dict[str, Array] = {}

    def _place(self, dtype: str, length: int, offset: int, crc32: int) -> _Place:
        """Where an array stands; refused where it does not lie within the file."""
        if not all(type(number) is int for number in (length, offset, crc32)):
            raise TypeError("an array's place is no number")
        if dtype not in DTYPES or min(length, offset) < 0 or offset + length * int(dtype[2:]) > self.size:
            raise ValueError("an array lies outside the file")
        return _Place(dtype, length, offset, crc32)

    def __contains__(self, name: str) -> bool:
        return name in self._described

    def __getitem__(self, name: str) -> Array:
        """The array of that name, a view of the mapped file."""
        view = self._views.get(name)
        if view is None:
            place = self._described.get(name)
            if place is None:
                raise IndexCorrupt(f"{self.path} has no array {name}")
            view = np.frombuffer(self._map, dtype=place.dtype, count=place.length, offset=place.offset)
            self._views[name] = view
        return view

    def strings(self, name: str) -> Strings:
        """The byte strings written by `add_strings`.

        Raises IndexCorrupt where they are not one after the other: all of a few long ones over each other would be endless.
        """
        blob, offsets = self[name], self[f"{name}.offsets"]
        if not bounds_hold(offsets, len(offsets) - 1, blob.nbytes):
            raise IndexCorrupt(f"{self.path}: the strings of {name} are damaged")
        return Strings(blob, offsets)

    def require_types(self, others: Mapping[str, Set[str]]) -> None:
        """Raise IndexCorrupt for an array of another type than `others` say for its name.

        All else is unsigned, of four bytes at most but for the offsets of strings. Loops that do not check their places rely on
        that: no number that they are given is negative.
        """
        for name, place in self._described.items():
            if place.dtype not in others.get(name, UNSIGNED if name.endswith(".offsets") else _SHORT):
                described = f"{self.path}: the array {name} has the type {place.dtype}"
                raise IndexCorrupt(f"{described}, which no writer gives it")

    def sizes(self) -> dict[str, int]:
        """Bytes by array."""
        return {name: place.length * int(place.dtype[2:]) for name, place in self._described.items()}

    def check(self) -> list[str]:
        """Compare every array with its checksum; a sentence for each that differs."""
        return [
            f"{self.path}: array {name} does not match its checksum"
            for name, place in self._described.items()
            if zlib.crc32(bytes_of(self[name])) != place.crc32
        ]


class Strings(Sequence[bytes]):
    """Byte strings over a blob and its offsets; sorted ones can be looked up."""

    def __init__(self, blob: Array, offsets: Array) -> None:
        self._blob = bytes_of(blob)
        # A view that gives Python's own numbers: a third of the time that an array takes for one.
        self._offsets = offsets.data

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, index: Any) -> Any:
        return bytes(self._blob[self._offsets[index] : self._offsets[index + 1]])

    def __iter__(self) -> Iterator[bytes]:
        blob = bytes(self._blob)
        return (blob[begin:end] for begin, end in pairwise(self._offsets.tolist()))

    @cached_property
    def _milestones(self) -> tuple[list[bytes], int]:
        """Every n-th string, at most so many, made once, and n: a list is searched without a step of ours."""
        every = -(-len(self) // _MOST_MILESTONES) or 1
        return [self[place] for place in range(0, len(self), every)], every

    def bisect(self, wanted: bytes) -> int:
        """The first place whose string is not below `wanted`, in a sorted sequence."""
        milestones, every = self._milestones
        place = bisect_left(milestones, wanted) * every
        if every > 1 and place:
            last = min(place, len(self))
            place -= every - 1
            while place < last and self[place] < wanted:
                place += 1
        return place

    def holding_below(self, byte: int) -> Array:
        """The places of the strings that hold bytes below this one, each as often as it does."""
        held = np.flatnonzero(np.frombuffer(self._blob, dtype=np.uint8) < byte)
        return np.searchsorted(np.asarray(self._offsets), held, side="right") - 1

    def find(self, wanted: bytes) -> int:
        """The first place of a string, or -1."""
        places, firsts, mask = self._by_hash
        least = hash(wanted) & mask
        blob, offsets = self._blob, self._offsets
        for place in places[firsts[least] : firsts[least + 1]]:
            if blob[offsets[place] : offsets[place + 1]] == wanted:
                return place
        return -1

    @cached_property
    def _by_hash(self) -> tuple[memoryview, memoryview, int]:
        """The places of all strings, those whose hashes end alike together; where these begin; a mask of ends. Made once."""
        mask = (1 << (2 * len(self)).bit_length()) - 1
        least = np.fromiter(map(hash, self), dtype=np.int64, count=len(self)) & mask
        firsts = np.zeros(mask + 2, dtype=np.uint32)
        np.cumsum(np.bincount(least, minlength=mask + 1), out=firsts[1:])
        return np.argsort(least, kind="stable").astype(np.uint32).data, firsts.data, mask


def smallest(array: Array, least: int = 1) -> Array:
    """The same whole numbers in the smallest unsigned type of at least so many bytes that holds them."""
    top = int(array.max()) if len(array) else 0
    for dtype in (np.uint8, np.uint16, np.uint32):
        if top <= np.iinfo(dtype).max and np.dtype(dtype).itemsize >= least:
            return array.astype(dtype, copy=False)
    return array.astype(np.uint64, copy=False)


def bounds_hold(bounds: Array, count: int, end: int) -> bool:
    """Whether bounds of so many ranges begin at 0, never fall, and end there."""
    return (
        len(bounds) == count + 1 > 0
        and int(bounds[0]) == 0
        and int(bounds[-1]) == end
        and bool(np.all(bounds[1:] >= bounds[:-1]))
    )


def bytes_of(array: Array) -> memoryview:
    """The bytes of an array of one dimension, not copied."""
    return memoryview(array.view(np.uint8).data)
