"""Plain text files: the header that may stand on top, and what is never read from the text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from indexer.extract.text import split_header
from indexer.model import DocumentMetadata, Origin

Describe = Callable[[str, str], DocumentMetadata]


def test_a_header_is_read(metadata_of: Describe) -> None:
    metadata = metadata_of("a.txt", "Title: Radars\r\nDate: 19 May 2025\r\nSource: The Courier\r\n\r\nThe talks ended.\r\n")
    assert (metadata.title, metadata.published, metadata.source) == ("Radars", "2025-05-19", "The Courier")
    assert metadata.origins["published"] is Origin.TEXT


@pytest.mark.parametrize(
    "text",
    [
        "Title: Radars\n\nThe talks ended.",
        "Title: Radars\nDate: 2025\nThe talks ended.",
        "Title: Radars\nDate: 2025\nTo: everybody\n\nThe talks ended.",
        "Title: Radars\nTitle: Trucks\n\nThe talks ended.",
        "Title: Radars\nDate: 2025\n\n  \n",
        "The talks ended.\n\nTitle: Radars\nDate: 2025\n\nYes.",
    ],
)
def test_anything_less_is_text(text: str) -> None:
    assert split_header(text) == ({}, text)


def test_dates_in_the_text_are_no_dates_of_the_document(metadata_of: Describe) -> None:
    metadata = metadata_of("a.txt", "OSTREL, 19 May 2025\n\nThe talks of 2025-05-19 ended.")
    assert metadata.published is None
    assert set(metadata.origins) == {"title"}


def test_the_name_of_the_file_may_hold_the_date(metadata_of: Describe) -> None:
    metadata = metadata_of("2025-05-19-talks.txt", "The talks ended.")
    assert metadata.published == "2025-05-19"
    assert metadata.origins == {"title": Origin.TEXT, "published": Origin.FILE_NAME}


def test_a_heading_of_level_1_is_the_title(metadata_of: Describe) -> None:
    metadata = metadata_of("a.txt", "Radars on the move\n\nThe talks ended in the small hours of a cold and rainy night.")
    assert (metadata.title, metadata.title_derived) == ("Radars on the move", False)


@pytest.mark.parametrize("top", [" " * 100_000, " \n" * 100_000, "a\n  " * 100_000])
def test_a_top_of_any_length_is_no_header(top: str) -> None:
    assert split_header(f"{top}x") == ({}, f"{top}x")
