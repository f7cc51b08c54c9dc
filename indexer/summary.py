"""What people are told of a run: each document that it skipped, and in a line what it did."""

from __future__ import annotations

from collections.abc import Iterable

from indexer.command_group import complain
from indexer.report import Report, Skip


def tell_skips(skips: Iterable[Skip]) -> None:
    """A line on stderr for each document that was skipped."""
    for skip in skips:
        complain(f"Skipped {skip.path}: {skip.reason}.{' ' if skip.hint else ''}{skip.hint}")


def summary(report: Report, seconds: float) -> str:
    """What a run did, in a line."""
    parts = [f"Indexed {_counted(report.indexed, 'document')}, {_counted(report.paragraphs, 'paragraph')} in {seconds:.1f} s."]
    for number, what in ((report.unchanged, "Unchanged"), (report.removed, "Removed"), (len(report.skipped), "Skipped")):
        if number:
            parts.append(f"{what} {number:,}.")
    if report.deferred:
        parts.append(f"Left {_counted(report.deferred, 'file')} for later, which may not be complete.")
    if report.passed_over:
        reasons = ", ".join(f"{count:,} {why}" for why, count in sorted(report.passed_over.items()))
        parts.append(f"Passed over: {reasons}.")
    return " ".join(parts)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
