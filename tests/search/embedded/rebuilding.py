"""Builds that end badly: a program that forks, writes an index in the child, and stops it at a chosen moment.

Moments are the calls of the system that a writer makes (open, write, flush, fsync, rename, unlink, …), before and after each.
It takes a task a line, as JSON, and gives a line for each:

    {"index": FOLDER, "write": "rebuild", "at": 17, "act": "kill"}   ->  {"signal": 9}
    {"index": FOLDER, "write": "update", "at": 17, "act": "fill"}    ->  {"errors": ["Fault", …], "message": "…"}:
                                                                         from then on the disk takes no byte more
    {"index": FOLDER, "write": "files", "at": 17, "act": "late"}     ->  {"signal": 9}: killed after so many milliseconds,
                                                                         or what it answers before
    {"index": FOLDER, "write": "update", "at": 0, "act": "list"}     ->  {"moments": ["open", "write", …]}

In a rebuild each document is written aside as a segment of its own, and `commit` makes one of them: the longest way there is.
An update deletes from one segment, writes one that is mostly dead anew, drops one that is wholly dead, and adds a document;
what its documents came from is recorded, and the generation before is kept. A rollback returns to that one.
"""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from indexer.build import rebuild as rebuild_index
from indexer.config import Settings
from indexer.file_records import Entry, Fate, FileRecord, FileStamp
from indexer.progress import Silence
from indexer.search.embedded import EmbeddedWriter, roll_back
from indexer.update import update as update_index
from tests.records import make_document

NEW = (
    make_document("new.md", ["A new harbor for Ostrel.", "Missiles, again."], title="New", published="2026"),
    make_document("newer.md", ["The harbor, again."], title="Newer"),
)

OLD = (
    (
        make_document("kept.md", ["A quiet harbor.", "Missiles and nets.", "The coast held."], title="Kept", tag=("coast",)),
        make_document("gone.md", ["Air-defense of Ostrel."], title="Gone", author=("Ilsa Renn",)),
    ),
    (make_document("half.md", ["Half a tide."]), make_document("other.md", ["The other half.", "And more."], title="Half")),
    (make_document("whole.md", ["One tide."]),),
)
DELETED = (OLD[0][1], OLD[1][1], OLD[2][0])
LEFT = (OLD[0][0], OLD[1][0], NEW[0])

_WATCHED = frozenset(
    "open write pwrite flush close fsync fdatasync rename replace unlink remove ftruncate truncate mkdir flock".split()
)


def main() -> None:
    """Do the tasks of standard input."""
    for line in sys.stdin:
        print(json.dumps(_do(json.loads(line))), flush=True)  # noqa: T201


def rebuild(folder: Path) -> None:
    """A generation of the new documents."""
    with EmbeddedWriter(folder, ["seeds"], memory=0) as writer:
        for document in NEW:
            writer.add(document.metadata, document.paragraphs)
        writer.commit()


def update(folder: Path) -> None:
    """From the old documents to those that are left, and one more."""
    with EmbeddedWriter(folder, ["seeds"], update=True, keep=1, reading="by hand") as writer:
        for document in DELETED:
            writer.delete(document.metadata.id)
        writer.add(*NEW[0])
        for document in LEFT:
            entry = Entry(Fate.INDEXED, document.metadata.id, bytes(16), len(document.paragraphs))
            stamp = FileStamp(9, 1, 7, 2, bytes(range(32)))
            writer.record(FileRecord(0, document.metadata.id, stamp, "text", "1", [entry]))
        writer.commit()


def update_files(folder: Path) -> None:
    """The files below the roots of the index, as they are now."""
    update_index(Settings(index_dir=folder, processes=1), Silence())


def rebuild_files(folder: Path) -> None:
    """The same from the beginning; the roots stand in the manifest."""
    roots = json.loads((folder / "manifest.json").read_bytes())["roots"]
    rebuild_index(Settings(index_dir=folder, processes=1), [Path(root) for root in roots], Silence())


def _do(task: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        answer = _write(task)
        os.write(writing, json.dumps(answer).encode())
        os._exit(0)
    os.close(writing)
    if task["act"] == "late":
        time.sleep(task["at"] / 1000)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, "rb") as pipe:
        answered = pipe.read()
    _, status = os.waitpid(child, 0)
    answer = json.loads(answered) if answered else {}
    if os.WIFSIGNALED(status):
        answer["signal"] = os.WTERMSIG(status)
    return answer


def _write(task: dict[str, Any]) -> dict[str, Any]:
    moments: list[str] = []

    def pass_by(name: str) -> None:
        moments.append(name)
        if len(moments) == task["at"]:
            _ACTS[task["act"]]()

    errors: list[str] = []
    message = ""
    if task["act"] != "late":
        sys.setprofile(_watch(pass_by))
    try:
        _WRITES[task["write"]](Path(task["index"]))
    except Exception as error:
        errors, message = [kind.__name__ for kind in type(error).__mro__], str(error)
    finally:
        sys.setprofile(None)
    return {"moments": moments, "errors": errors, "message": message}


def _watch(pass_by: Callable[[str], None]) -> Callable[[FrameType, str, Any], None]:
    def watch(_frame: FrameType, event: str, called: Any) -> None:
        if event not in ("c_call", "c_return") or called.__name__ not in _WATCHED:
            return
        owner = called.__self__
        if isinstance(owner, io.IOBase) or getattr(owner, "__name__", None) in ("posix", "io", "_io", "fcntl"):
            pass_by(called.__name__)

    return watch


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _fill() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


_WRITES: dict[str, Callable[[Path], object]] = {
    "rebuild": rebuild,
    "update": update,
    "rollback": roll_back,
    "files": update_files,
    "files anew": rebuild_files,
}
_ACTS: dict[str, Callable[[], None]] = {"kill": _kill, "fill": _fill, "list": lambda: None}

if __name__ == "__main__":
    main()
