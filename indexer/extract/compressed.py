"""Single files that are compressed. The file inside keeps the id; that of `letters.tar.gz` is a tar archive, read as such."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import IO, TypeAlias

from indexer.extract.content import Packed, Stream
from indexer.extract.source import Format, Head, SourceFile

_Opener: TypeAlias = Callable[[IO[bytes]], Stream]

_TARS = (".tgz", ".tbz2", ".tbz", ".txz")


def _format(name: str, suffixes: tuple[str, ...], beginning: bytes, opener: _Opener) -> Format:
    return Format(name, suffixes, partial(_read, opener), partial(_recognizes, re.compile(beginning)))


def _read(opener: _Opener, file: SourceFile) -> Iterator[SourceFile]:
    """The one file inside, unpacked as far as it is read."""

    def opened() -> tuple[Stream, ...]:
        packed = file.open()
        return opener(packed), packed

    yield replace(file, content=Packed(opened, file.allowance), name=_inner_name(file.name), depth=file.depth + 1)


def _inner_name(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    if f".{suffix.lower()}" in _TARS:
        return f"{stem}.tar"
    return stem if dot else name


def _recognizes(beginning: re.Pattern[bytes], head: Head) -> bool:
    return beginning.match(head.start) is not None


def _gunzip(packed: IO[bytes]) -> Stream:
    return gzip.open(packed, "rb")


GZIP = _format("gzip", (".gz", ".tgz"), rb"\x1f\x8b\x08", _gunzip)
BZIP2 = _format("bzip2", (".bz2", ".tbz2", ".tbz"), rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)", bz2.BZ2File)
XZ = _format("xz", (".xz", ".txz"), rb"\xfd7zXZ\x00", lzma.LZMAFile)
