"""Preferred return on what a partner of a demo fund has contributed, lot by lot, in plain decimals. Tiers do not belong here.

Capital is whole cents; what it earns is kept unrounded. Nothing of `calculations` is used: what a workbook states must not come
from the code that it is compared with.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache

from ingestion.samples.funds.fees import half_up as cents

ZERO = Decimal(0)
# What these earn does not depend on when a lot began, so that lots of one kind are one balance.
DATELESS = ("IRR", "SIMPLE_365")
QUARTER_ENDS = ((3, 31), (6, 30), (9, 30), (12, 31))


def half_up(amount: Decimal) -> int:
    """Whole cents of an amount from zero up, halves up. Source: fund-admin M-3."""
    return int(amount.to_integral_value(ROUND_HALF_UP))


@dataclass
class Lot:
    """Capital of one day and what it has earned: `capitalised` earns in its turn, `accrued` does not yet.

    `investment` is what it paid for, empty for fees and expenses; `pool` the set of capital that it counts in.
    """

    start: dt.date
    investment: str
    pool: str
    capital: int = 0
    capitalised: Decimal = ZERO
    accrued: Decimal = ZERO

    @property
    def preferred(self) -> Decimal:
        return self.capitalised + self.accrued

    @property
    def is_open(self) -> bool:
        return bool(self.capital or self.preferred)


@dataclass
class Lots:
    """The open lots of one partner, oldest first, under a rate a year and its convention. Source: fund-admin 2.2."""

    rate: Decimal
    convention: str
    day: dt.date = dt.date.min
    open: list[Lot] = field(default_factory=list)

    def copy(self) -> Lots:
        return replace(self, open=[replace(lot) for lot in self.open])

    def capital(self, lots: Sequence[Lot]) -> int:
        return sum(lot.capital for lot in lots)

    def preferred(self, lots: Sequence[Lot]) -> Decimal:
        return sum((lot.preferred for lot in lots), ZERO)

    def of(self, pool: str) -> list[Lot]:
        return [lot for lot in self.open if lot.pool == pool]

    def accrue(self, day: dt.date) -> None:
        """Let every lot earn up to `day`, which itself does not earn yet."""
        if day > self.day:
            for lot in self.open:
                self._earn(lot, max(self.day, lot.start), day)
            self.day = day

    def _earn(self, lot: Lot, since: dt.date, day: dt.date) -> None:
        if self.convention == "IRR":
            grown = (lot.capital + lot.preferred) * _compounded(self.rate, (day - since).days)
            lot.capitalised, lot.accrued = grown - lot.capital, ZERO
        elif self.convention == "SIMPLE_365":
            lot.accrued += lot.capital * self.rate * (day - since).days / 365
        else:
            *whole, rest = stretches(self.convention, lot.start, since, day)
            for years in whole:
                lot.capitalised += lot.accrued + (lot.capital + lot.capitalised) * self.rate * years
                lot.accrued = ZERO
            lot.accrued += (lot.capital + lot.capitalised) * self.rate * rest

    def add(self, lot: Lot) -> None:
        """Add to the lot of the same day, use and pool; where days do not matter, to that of any day."""
        for known in self.open:
            is_same_day = self.convention in DATELESS or known.start == lot.start
            if is_same_day and (known.investment, known.pool) == (lot.investment, lot.pool):
                known.capital += lot.capital
                known.capitalised += lot.capitalised
                known.accrued += lot.accrued
                return
        self.open.append(lot)
        self.open.sort(key=lambda lot: (lot.start, lot.investment, lot.pool))

    def move(self, amount: int, lots: Sequence[Lot], pool: str) -> int:
        """Bring up to `amount` of capital into another pool, the oldest first, with its part of what it has earned."""
        moved = 0
        for lot in lots:
            part = min(amount - moved, lot.capital)
            if part > 0:
                share = Decimal(part) / lot.capital
                taken = Lot(lot.start, lot.investment, pool, part, lot.capitalised * share, lot.accrued * share)
                lot.capital -= part
                lot.capitalised -= taken.capitalised
                lot.accrued -= taken.accrued
                self.add(taken)
                moved += part
        return moved

    def return_capital(self, amount: int, lots: Sequence[Lot]) -> None:
        """Pay back capital, the oldest first."""
        for lot in lots:
            paid = min(amount, lot.capital)
            lot.capital -= paid
            amount -= paid

    def pay_preferred(self, amount: int, lots: Sequence[Lot]) -> None:
        """Pay what was earned, the oldest lot first and in it what is not capitalised; what is paid to the cent is settled."""
        owed = self.preferred(lots)
        left = owed if amount >= half_up(max(owed, ZERO)) else Decimal(amount)
        for lot in lots:
            accrued = min(left, lot.accrued)
            capitalised = min(left - accrued, lot.capitalised)
            lot.accrued -= accrued
            lot.capitalised -= capitalised
            left -= accrued + capitalised

    def split(self, share: Fraction) -> Lots:
        """The part of every lot that goes to somebody else."""
        taken = replace(self, open=[])
        reached = given = 0
        for lot in self.open:
            reached += lot.capital
            part = cents(reached * share) - given
            given += part
            rate = Decimal(share.numerator) / share.denominator
            moved = replace(lot, capital=part, capitalised=lot.capitalised * rate, accrued=lot.accrued * rate)
            lot.capital -= part
            lot.capitalised -= moved.capitalised
            lot.accrued -= moved.accrued
            taken.open.append(moved)
        return taken

    def close_empty(self) -> None:
        """Forget lots in which nothing is left."""
        self.open = [lot for lot in self.open if lot.is_open]


@cache
def _compounded(rate: Decimal, days: int) -> Decimal:
    return (1 + rate) ** (Decimal(days) / 365)


@cache
def stretches(convention: str, start: dt.date, since: dt.date, day: dt.date) -> tuple[Decimal, ...]:
    """Years from `since` to `day` for a lot of `start`, parted where the preferred return is capitalised.

    Each part but the last ends with a capitalisation.
    """
    found = []
    while (next_one := _capitalised_after(convention, start, since)) <= day:
        found.append(_years(convention, start, since, next_one))
        since = next_one
    return (*found, _years(convention, start, since, day))


def _capitalised_after(convention: str, start: dt.date, day: dt.date) -> dt.date:
    days = [one for year in (day.year, day.year + 1) for one in _capitalised_in(convention, start, year)]
    return min(one for one in days if one > day)


def _capitalised_in(convention: str, start: dt.date, year: int) -> list[dt.date]:
    if convention == "ANNUAL_ANNIVERSARY":
        return [_anniversary(start, year)]
    if convention == "ANNUAL_CALENDAR":
        return [dt.date(year, 12, 31)]
    if convention == "QUARTERLY_ACTUAL":
        return [dt.date(year, month, day) for month, day in QUARTER_ENDS]
    raise ValueError(f"funds.yaml: expected a convention of the demo's preferred returns, found {convention}")


def _anniversary(start: dt.date, year: int) -> dt.date:
    is_leap_day = (start.month, start.day) == (2, 29)
    return dt.date(year, 2, 28) if is_leap_day else start.replace(year=year)


def _years(convention: str, start: dt.date, since: dt.date, until: dt.date) -> Decimal:
    """Actual days / 365; a full year since an anniversary is 1, whatever its days, and its stub has been counted by days."""
    if convention == "ANNUAL_ANNIVERSARY" and until > since and until == _anniversary(start, until.year):
        before = start if until.year == start.year + 1 else _anniversary(start, until.year - 1)
        return 1 - Decimal((since - before).days) / 365
    return Decimal((until - since).days) / 365
