"""The bars of the dates facet, as attributes of an SVG drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby

from indexer.frozen import constructor
from indexer.published import parse_published
from indexer.search.request import Interval, SearchRequest
from indexer.search.response import Bucket, Histogram
from webapp.labels import counted, days_label, number
from webapp.links import SearchLinks

WIDTH = 360
HEIGHT = 56
_MOST_BARS = 120
_FEWEST_COLUMNS = 12
_GAP = 0.16
_MOST_YEARS = 10
_YEARS_IN_A_ROW = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of days, from `first` to `last` as ISO has them. column_x: where what can be clicked begins.

    x, y, height: what is drawn in it; chosen: inside the request's range.
    """

    column_x: str
    x: str
    y: str
    height: str
    label: str
    first: str
    last: str
    chosen: bool


_BAR = constructor(Bar)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A year, or the whole, under the drawing."""

    label: str
    count: str
    url: str


@dataclass(frozen=True, slots=True)
class DatesView:
    """The dates facet. first, last: ISO days of the request's range, or "". aligned: each year stands under its own bars.

    column_width, bar_width: of what can be clicked and of what is drawn in it, for every bar.
    around_days: the address of a bar, less its first and its last day.
    """

    bars: tuple[Bar, ...]
    around_days: tuple[str, str, str]
    column_width: str
    bar_width: str
    years: tuple[Stretch, ...]
    aligned: bool
    first: str
    last: str
    note: str


def present_dates(histogram: Histogram, links: SearchLinks) -> DatesView:
    """Lay out the histogram of a search."""
    first, last = _range(links.request)
    buckets = _whole_years(histogram) if histogram.interval is Interval.MONTH else histogram.buckets
    aligned = histogram.interval is Interval.MONTH and len(buckets) <= 12 * _YEARS_IN_A_ROW
    years = _years(buckets, links, every=aligned)
    notes = [
        f"{counted(histogram.coarser, 'paragraph')} dated less exactly" if histogram.coarser else "",
        f"{number(histogram.missing)} without a date" if histogram.missing else "",
    ]
    shown = _merged(buckets)
    column = _column_width(len(shown))
    return DatesView(
        bars=_bars(shown, first, last),
        around_days=links.around_days,
        column_width=f"{column:.2f}",
        bar_width=f"{(1 - _GAP) * column:.2f}",
        years=years,
        aligned=aligned,
        first=first,
        last=last,
        note=", ".join(filter(None, notes)),
    )


def _range(request: SearchRequest) -> tuple[str, str]:
    """The request's range as whole days, which is what a date field can show."""
    first = parse_published(request.published_from) if request.published_from else None
    last = parse_published(request.published_to) if request.published_to else None
    return (
        date.fromordinal(first.first).isoformat() if first else "",
        date.fromordinal(last.last).isoformat() if last else "",
    )


def _whole_years(histogram: Histogram) -> tuple[Bucket, ...]:
    """Months from January to December, so that each year takes the same room."""
    if not histogram.buckets:
        return ()
    counts = {bucket.first[:7]: bucket for bucket in histogram.buckets}
    years = range(int(histogram.buckets[0].first[:4]), int(histogram.buckets[-1].first[:4]) + 1)
    months = (f"{year:04}-{month:02}" for year in years for month in range(1, 13))
    return tuple(counts.get(month) or _empty_month(month) for month in months)


def _empty_month(month: str) -> Bucket:
    days = parse_published(month)
    last = date.fromordinal(days.last).isoformat() if days else f"{month}-28"
    return Bucket(f"{month}-01", last, 0)


def _merged(buckets: Sequence[Bucket]) -> Sequence[Bucket]:
    """At most _MOST_BARS stretches, each of so many neighbouring buckets."""
    if len(buckets) <= _MOST_BARS:
        return buckets
    run = -(-len(buckets) // _MOST_BARS)
    groups = (buckets[start : start + run] for start in range(0, len(buckets), run))
    return [Bucket(group[0].first, group[-1].last, sum(one.count for one in group)) for group in groups]


def _bars(buckets: Sequence[Bucket], first: str, last: str) -> tuple[Bar, ...]:
    most = max((bucket.count for bucket in buckets), default=0) or 1
    bars = []
    for bucket, (column_x, x) in zip(buckets, _columns(len(buckets)), strict=True):
        begin, end, count = bucket.first, bucket.last, bucket.count
        height = max(count / most * (HEIGHT - 4), 1.5) if count else 0.0
        label = f"{days_label(begin, end)}: {count:,}"
        chosen = (not first or end >= first) and (not last or begin <= last)
        bars.append(_BAR(column_x, x, f"{HEIGHT - height:.2f}", f"{height:.2f}", label, begin, end, chosen))
    return tuple(bars)


def _column_width(columns: int) -> float:
    return WIDTH / max(columns, _FEWEST_COLUMNS)


@lru_cache(maxsize=16)
def _columns(columns: int) -> tuple[tuple[str, str], ...]:
    """Where each column of so many begins, and where the bar in it does."""
    width = _column_width(columns)
    return tuple((f"{place * width:.2f}", f"{(place + _GAP / 2) * width:.2f}") for place in range(columns))


def _years(buckets: Sequence[Bucket], links: SearchLinks, *, every: bool) -> tuple[Stretch, ...]:
    """The years as links, empty ones only where `every` one has its place; where they are too many, the whole stretch."""
    by_year = [(year, list(group)) for year, group in groupby(buckets, key=lambda bucket: bucket.first[:4])]
    shown = [(year, group) for year, group in by_year if every or any(one.count for one in group)]
    if len(shown) > _MOST_YEARS:
        shown = [(f"{shown[0][0]} to {shown[-1][0]}", list(buckets))]
    return tuple(
        Stretch(
            year,
            number(sum(one.count for one in group)),
            links.within(f"{group[0].first[:4]}-01-01", f"{group[-1].last[:4]}-12-31"),
        )
        for year, group in shown
    )
