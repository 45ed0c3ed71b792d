"""Year fractions as exact fractions, for amounts that are booked. No schedules, no rates.

The float twin for projections is `calculations.daycount`.
"""

from __future__ import annotations

import calendar
import datetime as dt
from fractions import Fraction

from calculations.nav.results import Unavailable

# The conventions of a fee and of a bond that need nothing but two dates. ACT_365_366 divides each day by the length
# of its own year, as ACT_ACT_ISDA does. Source: nav 2 (M-BOND) and 3, input-contracts 4.2.
CONVENTIONS = ("ACT_360", "ACT_365F", "ACT_365_366", "ACT_ACT_ISDA", "30_360", "30_360_US", "30E_360")


def year_fraction(start: dt.date, end: dt.date, convention: str | None) -> Fraction:
    """Years from `start` to `end`, which must not be earlier.

    Raises Unavailable BAD_SCHEDULE where the dates are the wrong way round, UNSUPPORTED_CONVENTION for another name.
    """
    if end < start:
        raise Unavailable("BAD_SCHEDULE", f"an accrual must not end before it starts, found {start} to {end}")
    days = (end - start).days
    if convention == "ACT_360":
        return Fraction(days, 360)
    if convention == "ACT_365F":
        return Fraction(days, 365)
    if convention in ("ACT_365_366", "ACT_ACT_ISDA"):
        return _by_length_of_year(start, end)
    if convention in ("30_360", "30_360_US"):
        return Fraction(_days_30_360_us(start, end), 360)
    if convention == "30E_360":
        return Fraction(_days_30_360(start, end, min(start.day, 30), min(end.day, 30)), 360)
    raise Unavailable(
        "UNSUPPORTED_CONVENTION", f"day count must be one of {', '.join(CONVENTIONS)}; found {convention!r}"
    )


def _by_length_of_year(start: dt.date, end: dt.date) -> Fraction:
    total = Fraction(0)
    for year in range(start.year, end.year + 1):
        first, last = max(start, dt.date(year, 1, 1)), min(end, dt.date(year + 1, 1, 1))
        total += Fraction((last - first).days, 366 if calendar.isleap(year) else 365)
    return total


def _days_30_360_us(start: dt.date, end: dt.date) -> int:
    first, last = start.day, end.day
    if _is_end_of_february(start):
        last = 30 if _is_end_of_february(end) else last
        first = 30
    if last == 31 and first >= 30:
        last = 30
    return _days_30_360(start, end, min(first, 30), last)


def _days_30_360(start: dt.date, end: dt.date, first: int, last: int) -> int:
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first


def _is_end_of_february(day: dt.date) -> bool:
    return day.month == 2 and (day + dt.timedelta(days=1)).month == 3
