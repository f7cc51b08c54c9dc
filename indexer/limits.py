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

    @property
    def exceeded_memory(self) -> tuple[str, str]:
        """What the report says of a document that needs too much memory, and what its owner can do."""
        amount = f"{self.max_memory} MB" if self.max_memory % 1000 else f"{self.max_memory // 1000} GB"
        return f"needed more than {amount} of memory", "Split the document, or raise the setting max_memory."

    @property
    def exceeded_time(self) -> tuple[str, str]:
        """The same of one that takes too long."""
        return f"took longer than {self.max_seconds} s", "Split the document, or raise the setting max_seconds."
