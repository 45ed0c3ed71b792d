"""Steps of whole calendar months between days. No business days, no schedules, no day counts.

Arrays are numpy datetime64, taken as whole days.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import ArrayLike

from calculations.daycount import Days, Ints


def add_months(days: Days | dt.date, months: ArrayLike) -> Days:
    """The same day of the month so many months later (earlier where negative), or that month's last day if it has none.

    `days` and `months` are broadcast against each other. Not associative: 31 January plus one month plus one month is
    29 March in a leap year. Source: clo-collateral-engine 1.2 and 2.2.
    """
    day = np.asarray(days, dtype="datetime64[D]")
    month = day.astype("datetime64[M]")
    target = month + np.asarray(months, dtype="timedelta64[M]")
    first, following = target.astype("datetime64[D]"), (target + 1).astype("datetime64[D]")
    moved: Days = np.minimum(first + (day - month.astype("datetime64[D]")), following - 1)
    return moved


def months_between(start: Days | dt.date, end: Days | dt.date) -> Ints:
    """Calendar months from one day's month to another's, whatever the days are; negative where `end` lies earlier.

    Source: clo-collateral-engine 2.3.
    """
    months = np.asarray(end, dtype="datetime64[M]") - np.asarray(start, dtype="datetime64[M]")
    return np.asarray(months).astype(np.int64)


def as_date(day: ArrayLike) -> dt.date:
    """A whole day as a date. Raises ValueError for none (NaT)."""
    found = np.asarray(day, dtype="datetime64[D]").item()
    if not isinstance(found, dt.date):
        raise ValueError(f"expected a day, found {day!r}")
    return found
