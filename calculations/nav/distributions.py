"""Distributions of a class: what a declared rate pays, and the dividends of funds that declare every day.

What is declared and not paid is owed in stated; the first distribution of a new investor is in equalisation.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise

from calculations.money import minor_unit
from calculations.nav.numbers import precise, stored
from calculations.nav.results import Unavailable


@dataclass(frozen=True)
class DayIncome:
    """Net income of a calendar day and the shares it belongs to, those entitled on that day."""

    day: dt.date
    net_income: Decimal
    shares: Decimal


@dataclass(frozen=True)
class DailyDividend:
    """`factor` per share for the day, rounded down; `payable` is what is owed for all days so far; stored."""

    day: dt.date
    factor: Decimal
    amount: Decimal
    payable: Decimal
    carried_forward: Decimal


def distributed(rate: Decimal, shares: Decimal) -> Decimal:
    """What a distribution pays at a declared `rate` per share, stored."""
    with precise():
        return stored(rate * shares)


def daily_dividends(incomes: Sequence[DayIncome], factor_dp: int) -> tuple[DailyDividend, ...]:
    """The dividends of a fund that accrues daily, one for every calendar day in the order of the days.

    A day's factor takes its income and what rounding left of the days before; where that is negative the factor is
    zero and the loss is carried into the next day. Raises Unavailable BAD_SCHEDULE where a day is missing or
    repeated, NO_SHARES. Source: nav 3 (Distribution: daily-accrual funds book every day).
    """
    ordered = sorted(incomes, key=lambda each: each.day)
    for before, after in pairwise(ordered):
        if after.day - before.day != dt.timedelta(days=1):
            raise Unavailable("BAD_SCHEDULE", f"every day is booked once; found {after.day} after {before.day}")
    dividends: list[DailyDividend] = []
    payable = carried = Decimal(0)
    with precise():
        for each in ordered:
            if each.shares <= 0:
                raise Unavailable("NO_SHARES", f"{each.day}: entitled shares must be above zero, found {each.shares}")
            available = stored(each.net_income) + carried
            factor = (max(available, Decimal(0)) / each.shares).quantize(minor_unit(factor_dp), rounding=ROUND_DOWN)
            # down, because half up could pay the last unit of the 12th decimal that is not there
            amount = (factor * each.shares).quantize(Decimal("1e-12"), rounding=ROUND_DOWN)
            carried = available - amount
            payable += amount
            dividends.append(DailyDividend(each.day, factor, amount, payable, carried))
    return tuple(dividends)
