"""Days the demo funds count in: quarters, month ends, weekdays. What falls on them does not belong here."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator


def month_end(day: dt.date) -> dt.date:
    """The last day of the month of `day`."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def add_months(day: dt.date, months: int) -> dt.date:
    """`day` so many months later, in shorter months their last day."""
    place = day.year * 12 + day.month - 1 + months
    first = dt.date(place // 12, place % 12 + 1, 1)
    return first.replace(day=min(day.day, month_end(first).day))


def quarter_start(day: dt.date) -> dt.date:
    """The first day of the calendar quarter of `day`."""
    return dt.date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def quarter_end(day: dt.date) -> dt.date:
    """The last day of the calendar quarter of `day`."""
    return month_end(add_months(quarter_start(day), 2))


def quarters(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """First days of the quarters from that of `first` to that of `last`."""
    day = quarter_start(first)
    while day <= last:
        yield day
        day = add_months(day, 3)


def month_ends(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Month ends from that of `first` on that do not fall after `last`."""
    day = month_end(first)
    while day <= last:
        yield day
        day = month_end(day + dt.timedelta(days=1))


def period_ends(first: dt.date, last: dt.date, *, is_monthly: bool) -> list[dt.date]:
    """Ends of the months, or of the quarters, from that of `first` on that do not fall after `last`."""
    if is_monthly:
        return list(month_ends(first, last))
    return [day for day in map(quarter_end, quarters(first, last)) if day <= last]


def weekday_from(day: dt.date) -> dt.date:
    """`day`, or the Monday after it at a week-end."""
    return day + dt.timedelta(days=(0, 0, 0, 0, 0, 2, 1)[day.weekday()])
