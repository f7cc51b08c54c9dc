"""What of the contract an engine can do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What of the query language an engine answers; what it lacks gives a QueryError, never a wrong answer."""

    wildcard: bool = True
    fuzzy: bool = True
    slop: bool = True
