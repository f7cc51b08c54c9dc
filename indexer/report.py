"""The report of a build: what was seen, indexed, skipped and why."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from indexer.model import Json

HIDDEN = "hidden"
GIT = ".git"
NODE_MODULES = "node_modules"

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Skip:
    """What was not indexed. path: as shown to people, with `:line` where that helps.

    whole: whether it is a document, or a file of none; else a piece of a document that is indexed without it.
    """

    path: str
    reason: str
    hint: str = ""
    whole: bool = True


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file, or a folder, that is left out on purpose and only counted. why: as `Report.passed_over` names it."""

    why: str


@dataclass(slots=True)
class Report:
    """Counts of documents, seen being the sum of indexed, unchanged and skipped, and of what was indexed.

    removed: documents of the index before that are gone, which are not counted in seen. deferred: files that are being written,
    left for later. skipped: whole documents, and pieces of indexed ones, which are not counted. characters: of the text of
    paragraphs; characters_left_out: of text that readers saw and took for no part of a document (`Document.left_out`).
    passed_over: what is left out on purpose, by why (`hidden`, `index folder`, …).
    """

    indexed: int = 0
    unchanged: int = 0
    documents_skipped: int = 0
    removed: int = 0
    deferred: int = 0
    paragraphs: int = 0
    characters: int = 0
    characters_left_out: int = 0
    skipped: list[Skip] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)

    @property
    def seen(self) -> int:
        """How many documents were met."""
        return self.indexed + self.unchanged + self.documents_skipped

    def skip(self, skip: Skip) -> None:
        """One more document, or piece of one, that was left out."""
        self.skipped.append(skip)
        self.documents_skipped += skip.whole

    def to_json(self) -> dict[str, Json]:
        """The report as `--report` writes it."""
        return {
            "documents": {
                "seen": self.seen,
                "indexed": self.indexed,
                "unchanged": self.unchanged,
                "skipped": self.documents_skipped,
            },
            "paragraphs": self.paragraphs,
            "characters": {"indexed": self.characters, "left_out": self.characters_left_out},
            "skipped": [{"path": skip.path, "reason": skip.reason, "hint": skip.hint} for skip in self.skipped],
            "passed_over": dict(sorted(self.passed_over.items())),
        }


def shown_path(path: Path | str) -> str:
    """A path on one printable line: control characters and undecodable bytes as U+FFFD."""
    return _UNPRINTABLE.sub("\ufffd", str(path))


def passed_over_by_name(name: str) -> str | None:
    """Why a file or folder of this name is left out, wherever it stands; None where it is not."""
    if name in (GIT, NODE_MODULES):
        return name
    return HIDDEN if name.startswith(".") else None
