"""The days of the demo year: when products are valued and when their positions change. Amounts do not belong here."""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np

from ingestion.samples.schedule import us_holidays

OPENING, AS_OF = dt.date(2024, 12, 31), dt.date(2025, 12, 31)
# The worked examples need one day of their own, since their exchange rates are not those of the year.
EXAMPLE_DAY = dt.date(2026, 3, 10)
MIDDLE = 15


@cache
def valuation_days() -> tuple[dt.date, ...]:
    """The opening day and every business day of 2025 in the US calendar."""
    return business_days(OPENING, AS_OF)


@cache
def business_days(first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    """Weekdays from `first` to `last`, both included, that are no US bank holiday."""
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    closed = np.array([day for day, _ in us_holidays(with_juneteenth=True)], dtype="datetime64[D]")
    return tuple(days[np.is_busday(days, holidays=closed)].tolist())


@cache
def month_ends() -> tuple[dt.date, ...]:
    """The last valuation day of each month, the opening day first."""
    last = {(day.year, day.month): day for day in valuation_days()}
    return tuple(last.values())


@cache
def middles() -> tuple[dt.date, ...]:
    """The first valuation day from the 15th of each month on: coupons arrive and fees are paid."""
    found: dict[int, dt.date] = {}
    for day in valuation_days():
        if day.year == AS_OF.year and day.day >= MIDDLE:
            found.setdefault(day.month, day)
    return tuple(found.values())


def after(day: dt.date, count: int = 1) -> dt.date:
    """The business day `count` business days after `day`, or before it where `count` is negative."""
    around = business_days(OPENING - dt.timedelta(days=30), EXAMPLE_DAY + dt.timedelta(days=30))
    return around[around.index(day) + count]


def stamp(day: dt.date, hour: int) -> str:
    """An instant of `day` as text, in UTC."""
    return f"{day.isoformat()}T{hour:02d}:00:00Z"
