"""Dates as documents state them, and the days that they name."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.published import DayRange, Precision, parse_published


@pytest.mark.parametrize(
    ("stated", "first", "last", "precision"),
    [
        ("1946", date(1946, 1, 1), date(1946, 12, 31), "year"),
        ("0001", date(1, 1, 1), date(1, 12, 31), "year"),
        ("9999", date(9999, 1, 1), date(9999, 12, 31), "year"),
        ("2025-05", date(2025, 5, 1), date(2025, 5, 31), "month"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "month"),
        ("2025-02", date(2025, 2, 1), date(2025, 2, 28), "month"),
        ("9999-12", date(9999, 12, 1), date(9999, 12, 31), "month"),
        ("2025-05-19", date(2025, 5, 19), date(2025, 5, 19), "day"),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29), "day"),
        (" 2025-05-19\n", date(2025, 5, 19), date(2025, 5, 19), "day"),
        ("2025-05-19T23:30:00-08:00", date(2025, 5, 19), date(2025, 5, 19), "day"),
        ("2025-05-19T00:30:00+0300", date(2025, 5, 19), date(2025, 5, 19), "day"),
        ("2025-05-19T08:30Z", date(2025, 5, 19), date(2025, 5, 19), "day"),
        ("2025-05-19 08:30:15.250 Z", date(2025, 5, 19), date(2025, 5, 19), "day"),
    ],
)
def test_a_stated_date_names_its_days(stated: str, first: date, last: date, precision: Precision) -> None:
    assert parse_published(stated) == DayRange(first.toordinal(), last.toordinal(), precision)


@pytest.mark.parametrize(
    "stated",
    [
        *("", " ", "yesterday", "25", "20255", "2025-5", "2025-13", "2025-00", "0000", "0000-01", "2025-02-29", "2025-05-32"),
        *(
            "2025-05-00",
            "2025/05/19",
            "19.05.2025",
            "May 2025",
            "-2025",
            "2025-05T10:00",
            "2025-05-19T",
            "2025-05-19Z",
            "2025-05-19X10:00",
        ),
        *("٢٠٢٥", "2025-05-1９", "2025\x00", "2025-05-19\n2025-05-20"),
    ],
)
def test_what_is_no_date_is_none(stated: str) -> None:
    assert parse_published(stated) is None


@given(st.text(max_size=30))
def test_no_text_raises(stated: str) -> None:
    days = parse_published(stated)
    assert days is None or days.first <= days.last


@given(st.from_regex(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2})?)?)?", fullmatch=True))
def test_what_looks_like_a_date_is_one_or_none(stated: str) -> None:
    days = parse_published(stated)
    if days is not None:
        assert date.fromordinal(days.first).isoformat().startswith(stated[:10])
        assert date.fromordinal(days.last).isoformat().startswith(stated[:10])


@given(st.dates())
def test_a_day_lies_in_its_month_and_its_month_in_its_year(day: date) -> None:
    of_day, of_month, of_year = (parse_published(day.isoformat()[:length]) for length in (10, 7, 4))
    assert of_day is not None
    assert of_month is not None
    assert of_year is not None
    assert of_day.first == of_day.last == day.toordinal()
    assert of_year.first <= of_month.first <= of_day.first <= of_month.last <= of_year.last
    assert of_month.last - of_month.first + 1 in (28, 29, 30, 31)
    assert of_year.last - of_year.first + 1 in (365, 366)


@pytest.mark.parametrize(
    ("first", "last", "overlaps"),
    [
        (None, None, True),
        (10, 20, True),
        (12, 13, True),
        (1, 10, True),
        (20, 30, True),
        (1, 9, False),
        (21, 30, False),
        (None, 10, True),
        (None, 9, False),
        (20, None, True),
        (21, None, False),
    ],
)
def test_ranges_overlap_where_they_share_a_day(first: int | None, last: int | None, overlaps: bool) -> None:
    assert DayRange(10, 20, "day").overlaps(first, last) is overlaps
