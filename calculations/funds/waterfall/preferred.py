"""Preferred return and growth of one contribution under each convention. Hurdles, tiers and who is paid first are not here."""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from enum import StrEnum
from functools import lru_cache

from calculations.daycount import days360

ZERO = Decimal(0)
_PRECISE = Context(prec=50, traps=[InvalidOperation, DivisionByZero, Overflow])


class Convention(StrEnum):
    """How a preferred return accrues; a mandatory term, because the codes differ by a sixth of it in fund-admin V9."""

    SIMPLE_365 = "SIMPLE_365"
    SIMPLE_360 = "SIMPLE_360"
    SIMPLE_30_360 = "SIMPLE_30_360"
    IRR = "IRR"
    ANNUAL_ANNIVERSARY = "ANNUAL_ANNIVERSARY"
    ANNUAL_CALENDAR = "ANNUAL_CALENDAR"
    QUARTERLY_FOURTHS = "QUARTERLY_FOURTHS"
    QUARTERLY_ACTUAL = "QUARTERLY_ACTUAL"
    DAILY = "DAILY"


SIMPLE = frozenset({Convention.SIMPLE_365, Convention.SIMPLE_360, Convention.SIMPLE_30_360})
# What these earn does not depend on when a contribution was made, so that all of them can be one balance.
ON_ONE_BALANCE = frozenset({Convention.IRR, Convention.DAILY, Convention.SIMPLE_365, Convention.SIMPLE_360})
_QUARTERLY = frozenset({Convention.QUARTERLY_FOURTHS, Convention.QUARTERLY_ACTUAL})
_WHOLE_PERIOD_YEARS = {Convention.ANNUAL_ANNIVERSARY: Decimal(1), Convention.QUARTERLY_FOURTHS: Decimal("0.25")}
_QUARTER_ENDS = ((3, 31), (6, 30), (9, 30), (12, 31))


@dataclass(frozen=True)
class Growth:
    """What a stretch of time makes of a lot; c capital, z capitalised and a accrued preferred return at its start.

    Without compounding a becomes a + (c + z) `first`. Otherwise the lot is ((c + z)(1 + `first`) + a) `middle` when
    it last compounds, all of it but the capital capitalised, and has accrued `last` times that since. Under the
    simple conventions z earns nothing.
    """

    first: Decimal
    middle: Decimal = Decimal(1)
    last: Decimal = ZERO
    compounds: bool = False


def working_precision() -> AbstractContextManager[Context]:
    """Decimal arithmetic at which growth is not rounded in any digit that money could show."""
    return localcontext(_PRECISE)


def preferred_return(amount: Decimal, rate: Decimal, convention: Convention, start: dt.date, end: dt.date) -> Decimal:
    """Unrounded preferred return on `amount` contributed on `start`, unpaid until `end`; `rate` a fraction a year.

    The first day earns, the last does not. Raises ValueError where `end` is before `start`.
    Source: fund-admin 2.2.
    """
    grown = growth(rate, convention, start, start, end)
    with working_precision():
        if not grown.compounds:
            return amount * grown.first
        return amount * ((1 + grown.first) * grown.middle * (1 + grown.last) - 1)


def growth(rate: Decimal, convention: Convention, lot_start: dt.date, since: dt.date, until: dt.date) -> Growth:
    """Growth until `until` of a lot of `lot_start` that has been accrued up to `since`; `rate` a fraction a year.

    Stopping on the way changes nothing: what a stretch earns is the difference of two amounts counted from the
    start of its compounding period (from the start of the lot for 30/360, whose day counts do not add up).
    Raises ValueError where `until` is before `since` or before the lot. Source: fund-admin 2.2.
    """
    since = max(since, lot_start)
    if until < since:
        raise ValueError(f"preferred return must be accrued to {since} or later, found {until}")
    if convention in ON_ONE_BALANCE:
        return _growth_by_days(rate, convention, (until - since).days)
    return _growth_by_dates(rate, convention, lot_start, since, until)


@lru_cache(maxsize=65536)
def _growth_by_days(rate: Decimal, convention: Convention, days: int) -> Growth:
    with working_precision():
        if convention == Convention.IRR:
            return Growth(ZERO, (1 + rate) ** (Decimal(days) / 365), compounds=True)
        if convention == Convention.DAILY:
            return Growth(ZERO, (1 + rate / 365) ** days, compounds=True)
        return Growth(rate * days / (365 if convention == Convention.SIMPLE_365 else 360))


@lru_cache(maxsize=65536)
def _growth_by_dates(
    rate: Decimal, convention: Convention, lot_start: dt.date, since: dt.date, until: dt.date
) -> Growth:
    with working_precision():
        compounding = _next_compounding(convention, lot_start, since)
        if compounding is None or compounding > until:
            return Growth(_earned(rate, convention, lot_start, since, until))
        first, middle = _earned(rate, convention, lot_start, since, compounding), Decimal(1)
        while (following := _next_compounding(convention, lot_start, compounding)) and following <= until:
            middle *= 1 + _earned(rate, convention, lot_start, compounding, following)
            compounding = following
        return Growth(first, middle, _earned(rate, convention, lot_start, compounding, until), compounds=True)


def _earned(rate: Decimal, convention: Convention, lot_start: dt.date, since: dt.date, until: dt.date) -> Decimal:
    """Per unit, in a stretch inside one compounding period."""
    period_start = _period_start(convention, lot_start, since)
    years = _years(convention, lot_start, period_start, until) - _years(convention, lot_start, period_start, since)
    return rate * years


def _years(convention: Convention, lot_start: dt.date, period_start: dt.date, day: dt.date) -> Decimal:
    if convention == Convention.SIMPLE_30_360:
        return Decimal(days360(lot_start, day)) / 360
    if convention in _WHOLE_PERIOD_YEARS and _is_whole_period(convention, lot_start, period_start, day):
        return _WHOLE_PERIOD_YEARS[convention]
    return Decimal((day - period_start).days) / 365


def _is_whole_period(convention: Convention, lot_start: dt.date, period_start: dt.date, day: dt.date) -> bool:
    starts_whole = convention not in _QUARTERLY or (period_start.month, period_start.day) in _QUARTER_ENDS
    return starts_whole and day == _next_compounding(convention, lot_start, period_start)


def _period_start(convention: Convention, lot_start: dt.date, day: dt.date) -> dt.date:
    """The last compounding date up to `day`, or the start of the lot where there was none yet."""
    dates = [date for year in (day.year - 1, day.year) for date in _compounding_dates(convention, lot_start, year)]
    return max([lot_start, *(date for date in dates if date <= day)])


def _next_compounding(convention: Convention, lot_start: dt.date, day: dt.date) -> dt.date | None:
    """The first compounding date after `day`; None where unpaid preferred return is not capitalised on dates."""
    dates = [date for year in (day.year, day.year + 1) for date in _compounding_dates(convention, lot_start, year)]
    return min((date for date in dates if date > day), default=None)


def _compounding_dates(convention: Convention, lot_start: dt.date, year: int) -> list[dt.date]:
    if convention == Convention.ANNUAL_ANNIVERSARY:
        return [_anniversary(lot_start, year)]
    if convention == Convention.ANNUAL_CALENDAR:
        return [dt.date(year, 12, 31)]
    if convention in _QUARTERLY:
        return [dt.date(year, month, day) for month, day in _QUARTER_ENDS]
    return []


def _anniversary(start: dt.date, year: int) -> dt.date:
    try:
        return start.replace(year=year)
    except ValueError:  # 29 February has its anniversary on the 28th of a common year
        return dt.date(year, 2, 28)
