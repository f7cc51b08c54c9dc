"""Dates: kept as stated, brought to ISO where needed, never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.extract.dates import date_in_name, stated_date
from indexer.published import parse_published


@pytest.mark.parametrize(
    "stated",
    ["1946", "2025-05", "2025-05-19", "2025-05-19T08:30:00+03:00", "2025-05-19 08:30", "2025-05-19T08:30:00.5Z"],
)
def test_notations_of_published_are_kept(stated: str) -> None:
    assert stated_date(f" {stated} ") == stated


@pytest.mark.parametrize(
    ("stated", "date"),
    [
        ("2025/5/9", "2025-05-09"),
        ("2025.05.19", "2025-05-19"),
        ("2025/5", "2025-05"),
        ("20250519", "2025-05-19"),
        ("20250519T083000Z", "2025-05-19"),
        ("2025-05-19T08:30:00+03", "2025-05-19T08:30:00+03:00"),
        ("Mon, 19 May 2025 23:30:00 -0500", "2025-05-19T23:30:00-05:00"),
        ("19 May 2025", "2025-05-19"),
        ("May 19, 2025", "2025-05-19"),
        ("19th of May 2025", "2025-05-19"),
        ("May 19, 2025 8:30 pm", "2025-05-19"),
        ("May 2025", "2025-05"),
        ("Sept. 2025", "2025-09"),
    ],
)
def test_other_notations_are_brought_to_iso(stated: str, date: str) -> None:
    assert stated_date(stated) == date


@pytest.mark.parametrize(
    "stated",
    [
        "",
        "today",
        "yesterday",
        "3 days ago",
        "Monday",
        "19 May",
        "in 2025",
        "Spring 2025",
        "F-16",
        "F-16 2025",
        "Patriot 2025",
        "03/04/2025",
        "2025-13",
        "2025-02-31",
        "31 February 2025",
        "2025-W20-1",
        "1747612800",
        "Mon, 99 May 2025 08:30:00",
        "signed on 19 May 2025 in Ostrel",
        "٢٠٢٥",
    ],
)
def test_nothing_is_guessed(stated: str) -> None:
    assert stated_date(stated) is None


@given(st.text(max_size=40))
def test_what_is_read_is_a_date(stated: str) -> None:
    date = stated_date(stated)
    assert date is None or parse_published(date) is not None


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("2025-05-19-talks.txt", "2025-05-19"),
        ("talks_2025-05-19.md", "2025-05-19"),
        ("2025-05-19.txt", "2025-05-19"),
        ("2025-05-19-2025-05-20.txt", None),
        ("2025-13-01-talks.txt", None),
        ("v2025-05-19.txt", None),
        ("12025-05-191.txt", None),
        ("2025-05-talks.txt", None),
        ("000_3cdc774a.txt", None),
    ],
)
def test_days_in_names(name: str, date: str | None) -> None:
    assert date_in_name(name) == date
