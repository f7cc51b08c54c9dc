"""The errors of Loccit.

    LoccitError
    ├── UserError               something that the person who asked can mend
    │   ├── UsageError          a wrong option, path or setting                     exit 2
    │   ├── ParameterError      a bad value in a request                            400, exit 2
    │   │   └── QueryError      a query over one of the bounds                      400, exit 2
    │   ├── NotFound            no such document or paragraph                       404
    │   ├── OriginalChanged     a document's file is not what was indexed           409
    │   ├── NoIndex             there is no index yet                               503, exit 1
    │   ├── IndexVersionError   the index was written in another format             503, exit 1
    │   ├── IndexLocked         another process is writing                          exit 1
    │   ├── IndexNotWritable    the index folder cannot be made or written to       exit 1
    │   ├── IndexNotReadable    a file of the index may not be read                 503, exit 1
    │   ├── NothingToIndex      no indexable document under the paths               exit 1
    │   ├── RootMissing         a root of the index is not there any more           exit 1
    │   ├── NoGeneration        no generation to go back to is kept                 exit 1
    │   ├── AddressInUse        the port is taken                                   exit 1
    │   ├── Outdated            a compiled module is older than its source          exit 1
    │   └── ExtractionError     one document cannot be read: a skip in the report
    ├── NotCompiled             a loop would be compiled where that is refused      never told
    └── Fault                   something broken that no request can mend
        ├── IndexCorrupt        the index folder does not hold what it should       503, exit 1
        └── CannotCompile       numba fails to compile a loop                       500, exit 1

Messages are written for people: what, where, what to do. Every one is safe to show.
"""

from __future__ import annotations

from pathlib import Path

_REBUILD = "Run: loccit rebuild"
_ROOM = "Give it room and permission, or name another: --index-dir"


class LoccitError(Exception):
    """The root of the tree; `str(error)` is a sentence for people."""


class UserError(LoccitError):
    """Something that the person who asked can mend."""


class UsageError(UserError):
    """A wrong option, path or setting on the command line or in the settings file."""


class ParameterError(UserError):
    """A bad value in a request; names the parameter and what it takes."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


class QueryError(ParameterError):
    """A query over one of the bounds; the message names the bound."""

    def __init__(self, message: str) -> None:
        super().__init__("q", message)


class NotFound(UserError):
    """No such document or paragraph."""


class OriginalChanged(UserError):
    """The file that a document was read from is gone, or is not what was indexed."""


class NoIndex(UserError):
    """There is no index in the folder. hindrance: why there can be none as it is, in a clause, and what to do; or ""."""

    def __init__(self, index_dir: Path, hindrance: str = "") -> None:
        super().__init__(f"No index in {index_dir}: {hindrance}" if hindrance else f"No index in {index_dir}. {_REBUILD}")


class IndexVersionError(UserError):
    """The index was written in another format version."""


class IndexLocked(UserError):
    """Another process holds the index's write lock."""


class IndexNotWritable(UserError):
    """The index folder cannot be made, or nothing can be written to it. advice: what to do, if the reason does not say it."""

    def __init__(self, index_dir: Path, reason: str, advice: str = _ROOM) -> None:
        told = f"The index folder {index_dir} cannot be written to: {reason}"
        super().__init__(f"{told}. {advice}" if advice else told)


class IndexNotReadable(UserError):
    """The system does not permit reading a file of the index: nothing says that it is damaged."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} cannot be read: {reason}. Let this user read it, or name another folder: --index-dir")


class NothingToIndex(UserError):
    """The paths hold no document that could be indexed."""


class RootMissing(UserError):
    """A path that the index was built from is not there, or cannot be read; an update would lose all that lay under it."""


class NoGeneration(UserError):
    """No generation before the published one is kept."""


class AddressInUse(UserError):
    """The host and port that the server should listen on are taken."""


class Outdated(UserError):
    """A module that `make native` compiled is not of the source beside it."""

    def __init__(self, source: Path) -> None:
        super().__init__(f"{source} has changed since it was compiled. Run: make native, or: make plain")


class ExtractionError(UserError):
    """One document, or a part of one, cannot be read.

    reason: what is wrong, in a few words; hint: what the owner of the file can do, or "".
    """

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(f"{reason}. {hint}" if hint else reason)
        self.reason = reason
        self.hint = hint


class NotCompiled(LoccitError):
    """A loop would have to be compiled where that is refused. It never reaches people.

    kept: whether what is compiled can be kept on the disk, for another process to load.
    """

    def __init__(self, kept: bool) -> None:
        super().__init__("A loop is not compiled yet.")
        self.kept = kept


class Fault(LoccitError):
    """Something broken that no request can mend."""


class IndexCorrupt(Fault):
    """The index folder does not hold what its manifest says, or it cannot be read. Every problem ends with what to do."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem if problem.endswith(_REBUILD) else f"{problem.removesuffix('.')}. {_REBUILD}")


class CannotCompile(Fault):
    """numba fails to compile a loop. reason: which one and why, in a line."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}. Please report it; with the setting kernels = auto or numpy, numpy does it")
        self.reason = reason


def unreadable(path: Path, error: OSError) -> IndexNotReadable | IndexCorrupt:
    """What it means that the system refuses a file of the index which is there."""
    reason = error.strerror or str(error)
    if isinstance(error, PermissionError):
        return IndexNotReadable(path, reason)
    return IndexCorrupt(f"{path} cannot be read: {reason}")
