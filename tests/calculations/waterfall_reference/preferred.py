"""Preferred return on one contribution under each convention. Hurdles, tiers and who is paid first are not here."""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext

from calculations.daycount import days360
from calculations.funds.waterfall.preferred import Convention

ZERO = Decimal(0)
_PRECISE = Context(prec=50, traps=[InvalidOperation, DivisionByZero, Overflow])


_SIMPLE = frozenset({Convention.SIMPLE_365, Convention.SIMPLE_360, Convention.SIMPLE_30_360})
_CONTINUOUS = frozenset({Convention.IRR, Convention.DAILY})
_QUARTERLY = frozenset({Convention.QUARTERLY_FOURTHS, Convention.QUARTERLY_ACTUAL})
_WHOLE_PERIOD_YEARS = {Convention.ANNUAL_ANNIVERSARY: Decimal(1), Convention.QUARTERLY_FOURTHS: Decimal("0.25")}
_QUARTER_ENDS = ((3, 31), (6, 30), (9, 30), (12, 31))


@dataclass(frozen=True)
class Lot:
    """One contribution and the preferred return it has earned and not been paid.

    `capital` is what is still unreturned, `capitalised` the preferred return that itself earns, `accrued` what has
    been earned since it was last capitalised. A lot with negative capital is a credit and earns a negative amount.
    """

    start: dt.date
    capital: Decimal
    capitalised: Decimal = ZERO
    accrued: Decimal = ZERO

    @property
    def preferred(self) -> Decimal:
        with working_precision():
            return self.capitalised + self.accrued

    @property
    def balance(self) -> Decimal:
        with working_precision():
            return self.capital + self.capitalised + self.accrued


def working_precision() -> AbstractContextManager[Context]:
    """Fifty digits whatever the caller's decimal context is. Source: input-contracts 2.1, unrounded money."""
    return localcontext(_PRECISE)


def preferred_return(amount: Decimal, rate: Decimal, convention: Convention, start: dt.date, end: dt.date) -> Decimal:
    """Unrounded preferred return on `amount` contributed on `start`, unpaid until `end`; `rate` a fraction a year.

    The first day earns, the last does not. Raises ValueError where `end` is before `start`.
    Source: fund-admin 2.2.
    """
    return accrue(Lot(start, amount), rate, convention, start, end).preferred


def accrue(lot: Lot, rate: Decimal, convention: Convention, since: dt.date, until: dt.date) -> Lot:
    """The lot on `until`, where everything before `since` has been accrued already.

    Stopping on the way changes nothing: what a stretch earns is the difference of two amounts counted from the
    start of its compounding period (from the start of the lot for 30/360, whose day counts do not add up).
    Raises ValueError where `until` is before `since` or before the lot. Source: fund-admin 2.2.
    """
    since = max(since, lot.start)
    if until < since:
        raise ValueError(f"preferred return must be accrued to {since} or later, found {until}")
    with working_precision():
        if convention in _CONTINUOUS:
            grown = lot.balance * _growth(rate, convention, (until - since).days)
            return replace(lot, capitalised=grown - lot.capital, accrued=ZERO)
        while (compounding := _next_compounding(convention, lot.start, since)) and compounding <= until:
            lot = _run(lot, rate, convention, since, compounding)
            lot = replace(lot, capitalised=lot.preferred, accrued=ZERO)
            since = compounding
        return _run(lot, rate, convention, since, until)


def _growth(rate: Decimal, convention: Convention, days: int) -> Decimal:
    if convention == Convention.IRR:
        growth: Decimal = (1 + rate) ** (Decimal(days) / 365)
        return growth
    return (1 + rate / 365) ** days


def _run(lot: Lot, rate: Decimal, convention: Convention, since: dt.date, until: dt.date) -> Lot:
    """The lot after a stretch inside one compounding period."""
    earning = lot.capital if convention in _SIMPLE else lot.capital + lot.capitalised
    period_start = _period_start(convention, lot.start, since)
    years = _years(convention, lot.start, period_start, until) - _years(convention, lot.start, period_start, since)
    return replace(lot, accrued=lot.accrued + earning * rate * years)


def _years(convention: Convention, lot_start: dt.date, period_start: dt.date, day: dt.date) -> Decimal:
    if convention == Convention.SIMPLE_30_360:
        return Decimal(days360(lot_start, day)) / 360
    if convention == Convention.SIMPLE_360:
        return Decimal((day - period_start).days) / 360
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
