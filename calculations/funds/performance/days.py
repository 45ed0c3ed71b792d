"""On which days performance is measured, and where its windows begin: quarter ends, days of value, horizons. No figures."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from calculations.calendars import as_days, end_of_month
from calculations.daycount import Days, Ints
from calculations.funds.performance.histories import Histories, split_keys
from calculations.funds.performance.values import Values
from calculations.months import add_months, months_between
from calculations.ragged import counted, day_keys

DECEMBER = 12


class Window(StrEnum):
    """The stretch of time that a return is of."""

    ONE_YEAR = "1Y"
    THREE_YEARS = "3Y"
    FIVE_YEARS = "5Y"
    QUARTER_TO_DATE = "QTD"
    YEAR_TO_DATE = "YTD"

    @property
    def years(self) -> int | None:
        """The length of a horizon; None for a period to date."""
        return {"1Y": 1, "3Y": 3, "5Y": 5}.get(self.value)


@dataclass(frozen=True, eq=False)
class Points:
    """What is measured: series and day of each point, (points,), in that order."""

    series: Ints
    day: Days


def quarter_ends(first: dt.date | Days, last: dt.date | Days, fiscal_year_end: int = DECEMBER) -> Days:
    """The last days of the quarters that end from `first` up to and on `last`, in years that end with the month given."""
    start = as_days(first).astype("datetime64[M]")
    month = start + np.arange(int(months_between(first, last)) + 1).astype("timedelta64[M]")
    ends = end_of_month(month[_months_into_quarter(month, fiscal_year_end) == 2])
    return ends[(ends >= as_days(first)) & (ends <= as_days(last))]


def measurement_points(histories: Histories, values: Values, last: dt.date, fiscal_year_end: int = DECEMBER) -> Points:
    """Every quarter end and every day of value of each series, from its first flow up to and on `last`.

    A series without flows has no points. Source: fund-admin 3.2.
    """
    every = np.arange(histories.count)
    begun = histories.first_day(every)
    series, day = values.points
    if begun.size == 0 or begun.min() > as_days(last):
        return Points(np.empty(0, dtype=np.int64), np.empty(0, dtype="datetime64[D]"))
    ends = quarter_ends(begun.min(), last, fiscal_year_end)
    skipped = np.searchsorted(ends, begun)
    of_quarter, place = counted(ends.size - skipped)
    at_end = ends[skipped[of_quarter] + place]
    kept = (series < histories.count) & (day <= as_days(last))
    kept[kept] = day[kept] >= begun[series[kept]]
    keys = np.concatenate([day_keys(of_quarter, at_end), day_keys(series[kept], day[kept])])
    return Points(*split_keys(np.unique(keys)))


def window_start(day: Days, window: Window, fiscal_year_end: int = DECEMBER) -> Days:
    """The day at whose close a window that ends on `day` opens: so many years before, or the end of the quarter or of the
    year before; same shape. The last day of a month is taken back to the last day of a month."""
    if window.years is not None:
        back = add_months(day, -12 * window.years)
        return np.where(day == end_of_month(day), end_of_month(back), back)
    month = as_days(day).astype("datetime64[M]")
    into = (
        _months_into_quarter(month, fiscal_year_end)
        if window is Window.QUARTER_TO_DATE
        else (month.astype(np.int64) - fiscal_year_end) % 12
    )
    return as_days((month - into.astype("timedelta64[M]")).astype("datetime64[D]")) - np.timedelta64(1, "D")


def _months_into_quarter(month: Days, fiscal_year_end: int) -> Ints:
    """0 for the first month of a quarter to 2 for the last; months since January 1970 are counted from 0."""
    return np.asarray((month.astype(np.int64) - fiscal_year_end) % 3)
