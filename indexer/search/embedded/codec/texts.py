"""Texts, each compressed on its own: reading one decodes nothing else.

A stored text is one byte 0 and the text as it is, or a zstd frame made with a dictionary that was trained on texts of the same
segment. How long a decoded frame is stands in its first three bytes, and those that are read here hold at most 65,791: what a
damaged or crafted file can ask for is bounded before anything is decoded.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise
from typing import TypeAlias

import numpy as np
from zstandard import (
    DICT_TYPE_FULLDICT,
    FORMAT_ZSTD1_MAGICLESS,
    STRATEGY_DFAST,
    ZstdCompressionDict,
    ZstdCompressionParameters,
    ZstdCompressor,
    ZstdDecompressor,
    ZstdError,
    frame_content_size,
    train_dictionary,
)

from indexer.errors import IndexCorrupt
from indexer.search.embedded.codec.arrays import Array, ArraysFile, smallest
from indexer.search.embedded.codec.arrays_writer import ArraysWriter

MOST_DICTIONARIES = 16
DICTIONARY_BYTES = 256 << 10
TEXT_BY_DICTIONARY = 32
"""How many bytes of text stand for one byte of their dictionary, where they are too few for one of full size."""

_LEAST_DICTIONARY_BYTES = 8 << 10
_LONGEST_DICTIONARY = 1 << 20
_DICTIONARY_LEVEL = 9
_SAMPLE_BYTES = 4 << 20
_BATCH = 4096
# Dictionaries are compared by what they make of so many texts; one for all may cost a fourth of what these then take.
_COMPARED = 500
_MUCH_LARGER = 1.25

_PLAIN = 0
# The first byte of a frame that states its length in one byte or in two, and has no checksum and no dictionary number.
_FRAMES = (0x20, 0x60)
_LONGEST_FRAMED = 255 + (1 << 16)

# zstd's level 4, to the byte, for dictionaries of full size: its tables for smaller ones match less.
_PARAMETERS = ZstdCompressionParameters(
    format=FORMAT_ZSTD1_MAGICLESS,
    strategy=STRATEGY_DFAST,
    window_log=19,
    hash_log=18,
    chain_log=18,
    search_log=1,
    min_match=5,
    write_content_size=True,
    write_checksum=False,
    write_dict_id=False,
)


_Decoder: TypeAlias = Callable[[memoryview], bytes]


class Texts:
    """The texts written under a name. Threads share them.

    Raises IndexCorrupt where they are not what `write_texts` writes: here for the dictionaries, in use for a text.
    """

    def __init__(self, file: ArraysFile, name: str) -> None:
        self._where = f"{file.path}: {name}"
        self.blob = file[name].view(np.uint8)
        self.offsets = self._added(file[f"{name}.lengths"])
        firsts, frames = file[f"{name}.firsts"], file.strings(f"{name}.dictionaries")
        if max(len(firsts), len(frames)) > MOST_DICTIONARIES:
            raise IndexCorrupt(f"{self._where}: there are more dictionaries than are ever made")
        self.firsts: list[int] = firsts.tolist()
        """The first text that each dictionary serves."""
        self._several = len(self.firsts) > 1
        ascending = all(before < after for before, after in pairwise(self.firsts))
        if len(frames) != len(self.firsts) or self.firsts[:1] not in ([], [0]) or not ascending:
            raise IndexCorrupt(f"{self._where}: the dictionaries are damaged")
        self.dictionaries = [self._unpacked(frame) for frame in frames]
        # Views that give Python's own numbers: a third of the time that an array takes for one.
        self._bytes, self._places = self.blob.data, self.offsets.data
        shared = [ZstdCompressionDict(each, dict_type=DICT_TYPE_FULLDICT) for each in self.dictionaries]
        self._decoders = _Decoders(shared, threading.Lock())

    def _added(self, lengths: Array) -> Array:
        """Where each stored text begins, and one more. Lengths take half of that in the file."""
        offsets: Array = np.concatenate([[0], np.cumsum(lengths.astype(np.int64))])
        if int(offsets[-1]) != len(self.blob):
            raise IndexCorrupt(f"{self._where}: the lengths are not those of the texts")
        return smallest(offsets)

    def _unpacked(self, frame: bytes) -> bytes:
        """A dictionary; a frame that states more than there is in any is refused before anything is decoded."""
        try:
            if 0 <= frame_content_size(frame) <= _LONGEST_DICTIONARY:
                return ZstdDecompressor().decompress(frame)
        except ZstdError as error:
            raise IndexCorrupt(f"{self._where}: the dictionaries are damaged") from error
        raise IndexCorrupt(f"{self._where}: there is a longer dictionary than is ever made")

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __iter__(self) -> Iterator[bytes]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, number: int) -> bytes:
        return self.read(number, self._places[number], self._places[number + 1])

    def read(self, number: int, begin: int, end: int) -> bytes:
        """A text of which it is known where it begins and ends in what is stored."""
        stored = self._bytes[begin:end]
        try:
            kind = stored[0]
            if kind in _FRAMES:
                dictionary = bisect_right(self.firsts, number) - 1 if self._several else 0
                return self._decoders.by_dictionary[dictionary](stored)
        except (IndexError, TypeError, ZstdError) as error:
            raise IndexCorrupt(f"{self._where} {number} is damaged") from error
        if kind != _PLAIN:
            raise IndexCorrupt(f"{self._where} {number} is stored in no known way")
        return bytes(stored[1:])

    @property
    def lasting(self) -> bool:
        """Whether all dictionaries are as good as they get, so that merging need not make others."""
        return bool(self.dictionaries) and min(map(len, self.dictionaries)) >= DICTIONARY_BYTES // 2


class KeptTexts:
    """Some of the texts of a part, in their order, and the dictionaries that serve any of them. kept: a mask, None for all."""

    def __init__(self, texts: Texts, kept: Array | None = None) -> None:
        self._texts = texts
        self._kept = np.ones(len(texts), dtype=bool) if kept is None else kept
        # Where runs of kept texts begin and end.
        edges = np.flatnonzero(np.diff(self._kept, prepend=False, append=False))
        self._runs: list[tuple[int, int]] = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
        before = np.concatenate([[0], np.cumsum(self._kept)])[[*texts.firsts, len(texts)]].tolist()
        serving = [number for number, (first, end) in enumerate(pairwise(before)) if first < end]
        self.dictionaries = [texts.dictionaries[number] for number in serving]
        self.firsts: list[int] = [before[number] for number in serving]
        """The first kept text that each dictionary serves, counted among the kept ones."""

    def __len__(self) -> int:
        return int(np.count_nonzero(self._kept))

    def __iter__(self) -> Iterator[bytes]:
        return (self._texts[number] for begin, end in self._runs for number in range(begin, end))

    @property
    def lasting(self) -> bool:
        """Whether there are dictionaries, as good as they get, so that merging need not make others."""
        return bool(self.dictionaries) and self._texts.lasting

    def stored(self) -> Iterator[tuple[Array, Array]]:
        """The texts as they are stored, run by run: their bytes, and the length of each."""
        offsets = self._texts.offsets
        for begin, end in self._runs:
            yield self._texts.blob[int(offsets[begin]) : int(offsets[end])], np.diff(offsets[begin : end + 1])


class _Decoders(threading.local):
    """Decoders of the calling thread: none may serve two at once."""

    def __init__(self, dictionaries: Sequence[ZstdCompressionDict], making: threading.Lock) -> None:
        self.by_dictionary = _ByDictionary(dictionaries, making)


class _ByDictionary(dict[int, _Decoder]):
    """Decoders by the number of their dictionary, made when they are looked up. Raises IndexError where there is none."""

    def __init__(self, dictionaries: Sequence[ZstdCompressionDict], making: threading.Lock) -> None:
        super().__init__()
        self._dictionaries, self._making = dictionaries, making

    def __missing__(self, number: int) -> _Decoder:
        # Without the lock, two threads could both digest the dictionary.
        with self._making:
            decoder = ZstdDecompressor(dict_data=self._dictionaries[number], format=FORMAT_ZSTD1_MAGICLESS)
        self[number] = decoder.decompress
        return decoder.decompress


def write_texts(
    writer: ArraysWriter,
    name: str,
    texts: Iterable[bytes],
    short: int = 0,
    offered: bytes | None = None,
    own: bytes | None = None,
) -> None:
    """Write texts under a name, with one dictionary or, where they are few, none. They are gone through three or four times.

    short: texts of up to so many bytes stay as they are, and are read in half the time. offered: a dictionary that other texts
    have; it is taken where one of their own would not serve these much better. own: theirs, where it is trained already.
    """
    dictionary = own or trained_dictionary(texts)
    if offered is not None and (dictionary is None or _serves(offered, dictionary, texts)):
        dictionary = offered
    dictionaries = [] if dictionary is None else [dictionary]
    _write(writer, name, _stored(texts, dictionary, short), dictionaries, [0 for _ in dictionaries])


def merge_texts(writer: ArraysWriter, name: str, parts: Sequence[KeptTexts], short: int = 0) -> None:
    """Write the texts that are kept of all parts, one after the other. short: as for `write_texts`.

    Parts whose dictionaries are of full size are moved as they are; where one dictionary follows itself, it stands once.
    Texts of the others are compressed by the dictionary before them. Where no part is of the first sort, or all would have too
    many dictionaries, everything is compressed anew.
    """
    dictionaries: list[bytes] = []
    firsts: list[int] = []
    base = 0
    for part in parts:
        if part.lasting:
            for dictionary, first in zip(part.dictionaries, part.firsts, strict=True):
                if dictionaries[-1:] != [dictionary]:
                    dictionaries.append(dictionary)
                    firsts.append(base + first)
        base += len(part)
    if 1 <= len(dictionaries) <= MOST_DICTIONARIES:
        _write(writer, name, _moved(parts, dictionaries[0], short), dictionaries, [0, *firsts[1:]])
    else:
        write_texts(writer, name, _Joined(parts), short)


class _Joined:
    """The texts of several parts, decoded one by one each time that they are gone through."""

    def __init__(self, parts: Sequence[KeptTexts]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        return chain.from_iterable(self._parts)


def trained_dictionary(texts: Iterable[bytes]) -> bytes | None:
    """A dictionary for texts, trained on a spread sample of them; None where they are too few or too much alike for one."""
    total = sum(map(len, texts))
    size = min(DICTIONARY_BYTES, total // TEXT_BY_DICTIONARY)
    if size < _LEAST_DICTIONARY_BYTES:
        return None
    sample: list[bytes | bytearray | memoryview] = list(islice(texts, 0, None, -(-total // _SAMPLE_BYTES)))
    try:
        # Segments of 128 bytes found by 8: as good as what trying many finds, in a quarter of the time.
        return train_dictionary(size, sample, k=128, d=8, f=20, accel=1, level=4).as_bytes()
    except ZstdError:
        return None


def _serves(offered: bytes, own: bytes, texts: Iterable[bytes]) -> bool:
    """Whether a sample of some texts becomes hardly larger with another dictionary than with their own.

    Texts read together are decoded in two thirds of the time where they have one: it is in the processor's caches.
    """
    sample = list(islice(texts, 0, None, -(-sum(1 for _ in texts) // _COMPARED)))
    with_offered, with_own = (sum(map(len, map(_Compression(each, 0), sample))) for each in (offered, own))
    return with_offered <= _MUCH_LARGER * with_own


def _stored(texts: Iterable[bytes], dictionary: bytes | None, short: int) -> Iterator[tuple[Array, Array]]:
    """Texts as they are stored, in batches: their bytes, and the length of each."""
    store = _plain if dictionary is None else _Compression(dictionary, short)
    waiting = iter(texts)
    while batch := [store(text) for text in islice(waiting, _BATCH)]:
        yield np.frombuffer(b"".join(batch), dtype=np.uint8), np.fromiter(map(len, batch), dtype=np.uint32, count=len(batch))


def _moved(parts: Sequence[KeptTexts], dictionary: bytes, short: int) -> Iterator[tuple[Array, Array]]:
    """The texts of all parts as they are to be stored. dictionary: for what stands before the first part that keeps its own."""
    for part in parts:
        if part.lasting:
            dictionary = part.dictionaries[-1]
            yield from part.stored()
        else:
            yield from _stored(part, dictionary, short)


def _plain(text: bytes) -> bytes:
    return b"\0" + text


class _Compression:
    """Compresses by one dictionary what can be made smaller, and is longer than `short`; the rest stays plain."""

    def __init__(self, dictionary: bytes, short: int) -> None:
        self._short = short
        shared = ZstdCompressionDict(dictionary, dict_type=DICT_TYPE_FULLDICT)
        self._compress = ZstdCompressor(dict_data=shared, compression_params=_PARAMETERS).compress

    def __call__(self, text: bytes) -> bytes:
        if not self._short < len(text) <= _LONGEST_FRAMED:
            return _plain(text)
        frame = self._compress(text)
        return frame if len(frame) <= len(text) else _plain(text)


def _write(
    writer: ArraysWriter,
    name: str,
    pieces: Iterable[tuple[Array, Array]],
    dictionaries: Sequence[bytes],
    firsts: Sequence[int],
) -> None:
    lengths: list[Array] = [np.zeros(0, dtype=np.uint32)]

    def blobs() -> Iterator[Array]:
        for blob, each in pieces:
            lengths.append(each)
            yield blob

    writer.add_pieces(name, np.dtype(np.uint8), blobs())
    writer.add(f"{name}.lengths", smallest(np.concatenate(lengths)))
    pack = ZstdCompressor(level=_DICTIONARY_LEVEL).compress
    writer.add_strings(f"{name}.dictionaries", [pack(dictionary) for dictionary in dictionaries])
    writer.add(f"{name}.firsts", smallest(np.array(firsts, dtype=np.uint32)))
