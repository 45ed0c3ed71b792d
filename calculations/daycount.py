"""Day counts: the year fraction and the 30/360 day difference between two dates. No schedules, no calendars, no rates.

Scalars are `datetime.date`; arrays are numpy datetime64, taken as whole days.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.datetime64]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

US_30_360 = "30/360"
ACT_ACT = "ACT/ACT"
ACT_360 = "ACT/360"
ACT_365F = "ACT/365F"
EU_30_360 = "30E/360"

# Spellings met on tapes and in documents; compared in upper case and without blanks. ISDA and ICMA variants of
# ACT/ACT are left out on purpose: they give other numbers, so their names must fail rather than pass for this one.
ALIASES = {
    US_30_360: ("30/360", "30/360US", "US30/360", "30U/360"),
    ACT_ACT: ("ACT/ACT", "ACTUAL/ACTUAL", "ACTACT"),
    ACT_360: ("ACT/360", "ACTUAL/360", "ACT360", "ACTUAL360"),
    ACT_365F: ("ACT/365F", "ACTUAL/365F", "ACT/365", "ACTUAL/365", "ACT365", "ACTUAL365", "ACT/365FIXED"),
    EU_30_360: ("30E/360", "30/360EU", "30/360E", "EU30/360"),
}
_DAYS_IN_YEAR = {ACT_360: 360.0, ACT_365F: 365.0}
_CONVENTION_OF = {alias: convention for convention, aliases in ALIASES.items() for alias in aliases}


@cache
def convention(text: str | None) -> str:
    """The convention a day-count text names.

    Raises ValueError, listing the known texts, where it names none: no text is ever read as 30/360 by default.
    Source: clo-collateral-engine 1.3 and Q4.
    """
    found = _CONVENTION_OF.get("".join((text or "").split()).upper())
    if found is None:
        known = "; ".join(f"{name} ({', '.join(aliases)})" for name, aliases in ALIASES.items())
        raise ValueError(f"day count must be one of {known}; found {text!r}")
    return found


@overload
def year_fraction(start: dt.date, end: dt.date, convention_text: str) -> float: ...
@overload
def year_fraction(start: Days, end: Days | dt.date, convention_text: str) -> Floats: ...
@overload
def year_fraction(start: dt.date, end: Days, convention_text: str) -> Floats: ...
def year_fraction(start: dt.date | Days, end: dt.date | Days, convention_text: str) -> float | Floats:
    """Years between two dates under a day-count convention; never negative, as the earlier date counts as start.

    Two dates give a float; arrays of shape (n,) (either side may be one date) give floats of shape (n,).
    Raises ValueError for an unknown convention or a missing date. Source: clo-collateral-engine 1.3.
    """
    name = convention(convention_text)
    first, last, is_scalar = _ordered(start, end)
    if name == US_30_360:
        fraction = _days_30_360_us(first, last, both_february_rule=True) / 360.0
    elif name == EU_30_360:
        fraction = _days_30_360_eu(first, last) / 360.0
    else:
        days = (last - first).astype(np.int64)
        fraction = days / _DAYS_IN_YEAR[name] if name in _DAYS_IN_YEAR else days / _average_year(first, last)
    return float(fraction[0]) if is_scalar else fraction


@overload
def days360(start: dt.date, end: dt.date, *, european: bool = False) -> int: ...
@overload
def days360(start: Days, end: Days | dt.date, *, european: bool = False) -> Ints: ...
def days360(start: dt.date | Days, end: dt.date | Days, *, european: bool = False) -> int | Ints:
    """Days between two dates in a year of twelve 30-day months; the earlier date counts as start.

    The US version does not have the rule for two ends of February that 30/360 year fractions have, so the two
    differ there. Source: clo-collateral-engine 1.3.
    """
    first, last, is_scalar = _ordered(start, end)
    days = _days_30_360_eu(first, last) if european else _days_30_360_us(first, last, both_february_rule=False)
    return int(days[0]) if is_scalar else days


def _ordered(start: Any, end: Any) -> tuple[Days, Days, bool]:
    a, b = np.asarray(start, dtype="datetime64[D]"), np.asarray(end, dtype="datetime64[D]")
    is_scalar = a.ndim == b.ndim == 0
    if is_scalar:
        a = a.reshape(1)
    first = np.minimum(a, b)  # missing where either is
    if np.isnat(first).any():
        raise ValueError("a day count needs two dates, found a missing one")
    return first, np.maximum(a, b), is_scalar


def _year_month_day(day: Days) -> tuple[Ints, Ints, Ints]:
    months = day.astype("datetime64[M]")
    number = months.astype(np.int64)
    year = number // 12
    return year + 1970, number - 12 * year + 1, (day - months.astype("datetime64[D]")).astype(np.int64) + 1


def _is_february_end(year: Ints, month: Ints, day: Ints) -> NDArray[np.bool_]:
    return (month == 2) & (day == 28 + _is_leap(year))


def _days_30_360_us(first: Days, last: Days, *, both_february_rule: bool) -> Ints:
    ya, ma, da = _year_month_day(first)
    yb, mb, db = _year_month_day(last)
    february = _is_february_end(ya, ma, da)
    if both_february_rule:
        db = np.where(february & _is_february_end(yb, mb, db), 30, db)
    da = np.where(february, 30, da)
    db = np.where((db == 31) & (da >= 30), 30, db)
    da = np.minimum(da, 30)
    return 360 * (yb - ya) + 30 * (mb - ma) + (db - da)


def _days_30_360_eu(first: Days, last: Days) -> Ints:
    ya, ma, da = _year_month_day(first)
    yb, mb, db = _year_month_day(last)
    return 360 * (yb - ya) + 30 * (mb - ma) + (np.minimum(db, 30) - np.minimum(da, 30))


def _average_year(first: Days, last: Days) -> Floats:
    """Length in days of the year that ACT/ACT divides by (spreadsheet YEARFRAC, basis 1)."""
    ya, ma, da = _year_month_day(first)
    yb, mb, db = _year_month_day(last)
    within_a_year = (yb == ya) | ((yb == ya + 1) & ((mb < ma) | ((mb == ma) & (db <= da))))
    has_leap_day = _leap_day_between(ya, first, last) | _leap_day_between(yb, first, last)
    is_leap_year = (yb == ya) & _is_leap(ya)
    short = np.where(is_leap_year | has_leap_day, 366.0, 365.0)
    long = (_january(yb + 1) - _january(ya)).astype(np.int64) / (yb - ya + 1)
    return np.where(within_a_year, short, long)


def _january(year: Ints) -> Days:
    return (year - 1970).astype("datetime64[Y]").astype("datetime64[D]")


def _leap_day_between(year: Ints, first: Days, last: Days) -> NDArray[np.bool_]:
    leap_day = _january(year) + np.timedelta64(59, "D")  # 1 March in a common year
    return _is_leap(year) & (first <= leap_day) & (leap_day <= last)


def _is_leap(year: Ints) -> NDArray[np.bool_]:
    return (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
