"""Regular coupon dates, counted from an anchor such as maturity. No interest, no prices; holidays move no date."""

from __future__ import annotations

import calendar
import datetime as dt

from calculations.nav.results import Unavailable

FREQUENCIES = (1, 2, 4, 12)


def months_between_coupons(frequency: int) -> int:
    """Months from one coupon to the next. Raises Unavailable UNSUPPORTED_CONVENTION for other than 1, 2, 4 or 12."""
    if frequency not in FREQUENCIES:
        raise Unavailable("UNSUPPORTED_CONVENTION", f"coupons a year must be 1, 2, 4 or 12; found {frequency}")
    return 12 // frequency


def is_month_end(day: dt.date) -> bool:
    return day.day == calendar.monthrange(day.year, day.month)[1]


def regular_period(
    anchor: dt.date, date: dt.date, frequency: int, *, is_end_of_month: bool = False
) -> tuple[dt.date, dt.date]:
    """The regular dates around `date`: the last on or before it, and the next after it.

    Dates lie whole coupon periods from `anchor`, each counted from it and not from its neighbour, so that a day 30
    comes back after February. `is_end_of_month` puts every date on the last day of its month.
    """
    months = months_between_coupons(frequency)
    steps = (12 * (anchor.year - date.year) + anchor.month - date.month) // months
    while _months_before(anchor, steps * months, is_end_of_month) > date:
        steps += 1
    return (
        _months_before(anchor, steps * months, is_end_of_month),
        _months_before(anchor, (steps - 1) * months, is_end_of_month),
    )


def regular_dates(
    maturity: dt.date, after: dt.date, frequency: int, *, is_end_of_month: bool = False
) -> tuple[dt.date, ...]:
    """Every regular date later than `after`, rising, maturity the last; none where `after` is not before maturity."""
    months = months_between_coupons(frequency)
    dates: list[dt.date] = []
    while (day := _months_before(maturity, len(dates) * months, is_end_of_month)) > after:
        dates.append(day)
    return tuple(reversed(dates))


def _months_before(day: dt.date, months: int, is_end_of_month: bool) -> dt.date:
    if not months:
        return day
    year, month = divmod(12 * day.year + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, last if is_end_of_month else min(day.day, last))
