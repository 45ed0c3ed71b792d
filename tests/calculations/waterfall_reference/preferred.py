"""Preferred return on one contribution, read period by period from the table of fund-admin 2.2. Hurdles and tiers are not here.

Nothing is shared with the engine but the names of the conventions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from itertools import pairwise

from calculations.funds.waterfall.preferred import Convention

ZERO = Decimal(0)
_PRECISE = Context(prec=50, traps=[InvalidOperation, DivisionByZero, Overflow])


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


def round_half_up(amount: Decimal, unit: Decimal) -> Decimal:
    """To the minor unit, halves away from zero. Source: fund-admin M-3."""
    with working_precision():
        return amount.quantize(unit, rounding=ROUND_HALF_UP)


def accrue(lot: Lot, rate: Decimal, convention: Convention, since: dt.date, until: dt.date) -> Lot:
    """The lot on `until`, where everything before `since` has been accrued already.

    The first day earns, the last does not. Raises ValueError where `until` is before `since` or before the lot.
    Source: fund-admin 2.2.
    """
    since = max(since, lot.start)
    if until < since:
        raise ValueError(f"preferred return must be accrued to {since} or later, found {until}")
    days = (until - since).days
    with working_precision():
        match convention:
            case Convention.SIMPLE_365:
                return replace(lot, accrued=lot.accrued + lot.capital * rate * days / 365)
            case Convention.SIMPLE_360:
                return replace(lot, accrued=lot.accrued + lot.capital * rate * days / 360)
            case Convention.SIMPLE_30_360:
                days = days_of_30(lot.start, until) - days_of_30(lot.start, since)
                return replace(lot, accrued=lot.accrued + lot.capital * rate * days / 360)
            case Convention.IRR:
                return replace(
                    lot, capitalised=lot.balance * (1 + rate) ** (Decimal(days) / 365) - lot.capital, accrued=ZERO
                )
            case Convention.DAILY:
                return replace(lot, capitalised=lot.balance * (1 + rate / 365) ** days - lot.capital, accrued=ZERO)
            case _:
                return _compounded(lot, rate, convention, since, until)


def _compounded(lot: Lot, rate: Decimal, convention: Convention, since: dt.date, until: dt.date) -> Lot:
    """Unpaid preferred return earns from one compounding day on; between two of them it only gathers."""
    for opens, closes in pairwise(compounding_days(convention, lot.start, until)):
        if closes <= since:
            continue

        def years(day: dt.date, opens: dt.date = opens, closes: dt.date = closes) -> Decimal:
            """From the day on which the period opens; a whole one is a year or a fourth of it where the convention says so."""
            if day == closes and convention == Convention.ANNUAL_ANNIVERSARY:
                return Decimal(1)
            if day == closes and convention == Convention.QUARTERLY_FOURTHS and is_quarter_end(opens):
                return Decimal(1) / 4
            return Decimal((day - opens).days) / 365

        stretch = years(min(closes, until)) - years(max(opens, since))
        lot = replace(lot, accrued=lot.accrued + (lot.capital + lot.capitalised) * rate * stretch)
        if closes <= until:
            lot = replace(lot, capitalised=lot.capitalised + lot.accrued, accrued=ZERO)
    return lot


def compounding_days(convention: Convention, start: dt.date, until: dt.date) -> Iterator[dt.date]:
    """The day of the contribution, then each day on which unpaid preferred return is capitalised, to the first after `until`."""
    yield start
    for day in _candidates(convention, start):
        if day > start:
            yield day
        if day > until:
            return


def _candidates(convention: Convention, start: dt.date) -> Iterator[dt.date]:
    for year in range(start.year, dt.MAXYEAR):
        if convention == Convention.ANNUAL_ANNIVERSARY:
            is_missing = (start.month, start.day) == (2, 29) and not _is_leap(year)
            yield dt.date(year, 2, 28) if is_missing else dt.date(year, start.month, start.day)
        elif convention == Convention.ANNUAL_CALENDAR:
            yield dt.date(year, 12, 31)
        else:
            yield from (dt.date(year, 3, 31), dt.date(year, 6, 30), dt.date(year, 9, 30), dt.date(year, 12, 31))


def is_quarter_end(day: dt.date) -> bool:
    following = day + dt.timedelta(days=1)
    return following.day == 1 and following.month in (1, 4, 7, 10)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_of_30(start: dt.date, end: dt.date) -> int:
    """Days in months of thirty: a 31st counts as the 30th, at the end only where the start is one too. Source: clo-collateral-engine 1.3."""
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first
