"""Dates as documents state them, brought to the notation of `published` where they are in another; never guessed."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

from indexer.published import parse_published

_LOOSE_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})(?:\2(\d{1,2}))?")
_BASIC_ISO = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2}):?(\d{2})(?::?\d{2})?Z?)?", re.ASCII)
_DAY_AND_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}.*", re.ASCII)
_MONTH_YEAR = re.compile(r"([A-Za-z]{3,9})\.?,? (\d{4})", re.ASCII)
_WORDED = re.compile(r"(?=.*[A-Za-z]{3})(?=.*\b\d{4}\b)[\w ,.:+()-]{8,60}", re.ASCII)
_IN_NAME = re.compile(r"(?<![^\W_])(\d{4}-\d{2}-\d{2})(?![^\W_])")


def stated_date(value: str) -> str | None:
    """The whole of `value` as a date: unchanged if it is in a notation of `published`, else in ISO's; None if it is no date.

    Read besides: `2025/5/9`, `20250519`, mail's `Mon, 19 May 2025 08:30:00 +0300`, and English dates with the month in letters
    (`19 May 2025`, `May 19, 2025`, `May 2025`). Figures alone in another order (`03/04/2025`) are ambiguous and so no date.
    """
    value = value.strip()
    if parse_published(value) is not None:
        return value
    for read in (_numeric, _mail, _worded):
        date = read(value)
        if date is not None and parse_published(date) is not None:
            return date
    return None


def written_date(value: str) -> str:
    """A date as mails and feeds write it, with or without the day of the week, in ISO's notation; others as they stand."""
    try:
        return stated_date(parsedate_to_datetime(value).isoformat()) or value
    except (ValueError, OverflowError, TypeError, IndexError):
        return value


def date_in_name(name: str) -> str | None:
    """The day in a file's name (`2025-05-19-talks.txt`), if there is exactly one."""
    days = {day for day in _IN_NAME.findall(name) if parse_published(day) is not None}
    return days.pop() if len(days) == 1 else None


def _numeric(value: str) -> str | None:
    if match := _LOOSE_ISO.fullmatch(value):
        year, _separator, month, day = match.groups()
        return "-".join(part.zfill(2) for part in (year, month, day) if part is not None)
    if match := _BASIC_ISO.fullmatch(value):
        return "-".join(match.groups()[:3])
    if _DAY_AND_TIME.fullmatch(value):
        try:
            return datetime.fromisoformat(value).isoformat()
        except ValueError:
            return None
    return None


def _mail(value: str) -> str | None:
    if "," not in value[:4] or ":" not in value:
        return None
    try:
        return parsedate_to_datetime(value).isoformat()
    except (ValueError, OverflowError):
        return None


def _worded(value: str) -> str | None:
    month_alone = _MONTH_YEAR.fullmatch(value)
    if month_alone is None and not _WORDED.fullmatch(value):
        return None
    import dateparser  # late: few documents state their date in words

    settings = {"STRICT_PARSING": True, "PARSERS": ["absolute-time"]}
    parsed = dateparser.parse(
        f"1 {month_alone[1]} {month_alone[2]}" if month_alone else value, languages=["en"], settings=settings
    )
    if not isinstance(parsed, datetime):
        return None
    return f"{parsed:%Y-%m}" if month_alone else parsed.date().isoformat()
