"""What readers know of the settings: what the reading of one file may cost, and what the columns of its tables mean."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.columns import Columns


@dataclass(frozen=True, slots=True)
class Limits:
    """Each field is the setting of its name, described there."""

    max_file_bytes: int
    max_unpacked_bytes: int
    max_members: int
    max_depth: int
    max_pages: int
    max_seconds: int
    max_memory: int
    columns: Columns
