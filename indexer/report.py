"""The report of a build: what was seen, indexed, skipped and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from indexer.model import Json


@dataclass(frozen=True, slots=True)
class Skip:
    """A document, or a part of a file, that was not indexed. path: as shown to people, with `:line` where that helps."""

    path: str
    reason: str
    hint: str = ""


@dataclass(slots=True)
class Report:
    """Counts of a run. passed_over: what is left out on purpose, by why (`hidden`, `index folder`, …)."""

    seen: int = 0
    indexed: int = 0
    unchanged: int = 0
    paragraphs: int = 0
    skipped: list[Skip] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)

    def to_json(self) -> dict[str, Json]:
        """The report as `--report` writes it."""
        return {
            "documents": {
                "seen": self.seen,
                "indexed": self.indexed,
                "unchanged": self.unchanged,
                "skipped": len(self.skipped),
            },
            "paragraphs": self.paragraphs,
            "skipped": [{"path": skip.path, "reason": skip.reason, "hint": skip.hint} for skip in self.skipped],
            "passed_over": dict(sorted(self.passed_over.items())),
        }
