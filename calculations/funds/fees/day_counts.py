"""Day counts of fees and of late-closing interest, as whole days over a year of whole days. No rates, no floats."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from fractions import Fraction

import numpy as np

from calculations.daycount import Days, Ints, days360
from calculations.months import add_months, months_between


class DayCount(StrEnum):
    ACT_365F = "ACT_365F"
    ACT_360 = "ACT_360"
    THIRTY_360 = "30_360"


YEAR_DAYS = {DayCount.ACT_365F: 365, DayCount.ACT_360: 360, DayCount.THIRTY_360: 360}


def year_fraction(start: dt.date, end: dt.date, day_count: DayCount) -> Fraction:
    """Years from `start` to `end`, the first day counted and the last not; 30/360 is the US rule.

    Raises ValueError where `end` is before `start`.
    """
    if end < start:
        raise ValueError(f"a day count must not end before it starts, found {start} to {end}")
    days = days360(start, end) if day_count == DayCount.THIRTY_360 else (end - start).days
    return Fraction(days, YEAR_DAYS[day_count])


def days_into_period(period_start: Days, day: Days, day_count: DayCount) -> Ints:
    """Days of a fee period that have passed on `day`, (n,), to be divided by those of the year.

    Stretches of a period are differences of these, so they add up to it, which 30/360 day counts do not by
    themselves. Under 30/360 so many whole months are so many times 30 days: a quarter is a quarter of a year even
    from 30 November to 28 February. Source: fund-admin 1.7.
    """
    if day_count != DayCount.THIRTY_360:
        return (day - period_start).astype(np.int64)
    months = months_between(period_start, day)
    return np.where(add_months(period_start, months) == day, 30 * months, days360(period_start, day))
