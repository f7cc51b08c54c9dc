"""A process that reads documents and knows one format more: each line of a `.trap` file says what befalls its reader."""

from __future__ import annotations

import mmap
import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from indexer import extract
from indexer.extract.source import Extracted, Format, SourceFile
from indexer.model import Block, Document, DocumentMetadata, Kind, inner_id
from indexer.reading import worker

_HELD: list[object] = []


def _read(file: SourceFile) -> Iterator[Extracted]:
    """A line is a part of its own; one behind `!` befalls the reader between the parts."""
    for number, line in enumerate(file.read().decode().splitlines(), 1):
        if line.startswith("!"):
            yield from _obey(line[1:], file, number)
        else:
            yield from file.parts.read(f"{file.shown}:{number}", partial(_obey, line, file, number))


def _obey(line: str, file: SourceFile, number: int) -> Iterator[Document]:
    command, _, words = line.partition(" ")
    match command:
        case "say":
            blocks = (Block(Kind.PARAGRAPH, words),)
            yield Document(DocumentMetadata(inner_id(file.id, str(number)), words), blocks)
        case "sleep":
            time.sleep(float(words or 3600))
        case "spin":
            re.match(r"(a|aa)+$", "a" * 60 + "b")  # holds the interpreter for ever
        case "eat":
            _HELD.append(bytearray(10**10))
        case "share":
            shared = mmap.mmap(-1, 10**9)
            while True:
                shared[:] = b"x" * len(shared)
        case "keep":
            _HELD.append(bytearray(80_000_000))
        case "signal":
            os.kill(os.getpid(), int(words))
        case "exit":
            os._exit(int(words))
        case "raise":
            raise ZeroDivisionError
        case "print":
            sys.stdout.write("x" * 100_000)
            sys.stdout.flush()
            os.write(1, b"\x01\x02\x03" * 1000)
        case "fork":
            os.fork()
        case "once":
            if not Path(words).exists():
                Path(words).touch()
                os.kill(os.getpid(), signal.SIGKILL)


def work() -> None:
    """Be such a process."""
    extract.FORMATS = (Format("trap", (".trap",), _read, is_text=True), *extract.FORMATS)
    worker.work()
