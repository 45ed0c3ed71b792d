"""Distributions of a class: the rate, the fall of the NAV when shares go ex, the payable, and funds that accrue daily.

How much may be distributed is decided elsewhere; the first distribution of a new investor is in equalisation.
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
from calculations.nav.terms import Accrual


@dataclass(frozen=True)
class DistributionRate:
    """`rate` per share, and what is left to carry forward because it was rounded down."""

    rate: Decimal
    carried_forward: Decimal


@dataclass(frozen=True)
class Distribution:
    """`shares` are those of the record date; `pay_date` None is not known yet, so still to be paid."""

    distribution_id: str
    share_class_id: str
    currency: str
    rate: Decimal
    shares: Decimal
    ex_date: dt.date
    pay_date: dt.date | None


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


def distribution_rate(distributable: Decimal, shares: Decimal, rate_dp: int) -> DistributionRate:
    """Distributable income per share at the record date, rounded down so that no more is paid than there is.

    Raises Unavailable NO_SHARES, DOMAIN (a negative amount). Source: nav 3 (Distribution).
    """
    if shares <= 0:
        raise Unavailable("NO_SHARES", f"shares at the record date must be above zero, found {shares}")
    if distributable < 0:
        raise Unavailable("DOMAIN", f"distributable income must be >= 0, found {distributable}")
    with precise():
        rate = (distributable / shares).quantize(minor_unit(rate_dp), rounding=ROUND_DOWN)
        return DistributionRate(rate, distributable - rate * shares)


def ex_nav(nav_per_share: Decimal, distribution: Distribution, day: dt.date) -> Decimal:
    """The NAV per share of a day from one with the distribution still in it: lower by the rate from the ex-date on."""
    with precise():
        return nav_per_share - distribution.rate if day >= distribution.ex_date else nav_per_share


def distribution_payable(distribution: Distribution, day: dt.date) -> Accrual | None:
    """What the class owes from the ex-date until it is paid; None before it and from the pay date on.

    Raises Unavailable BAD_SCHEDULE where it is paid before it goes ex. Source: nav 3 (Distribution).
    """
    paid, ex = distribution.pay_date, distribution.ex_date
    if paid is not None and paid < ex:
        raise Unavailable("BAD_SCHEDULE", f"{distribution.distribution_id}: paid on {paid}, before it goes ex on {ex}")
    if day < ex or (paid is not None and day >= paid):
        return None
    return Accrual(
        accrual_id=f"distribution/{distribution.distribution_id}",
        kind="PAYABLE",
        side="LIABILITY",
        method="STATED",
        currency=distribution.currency,
        share_class_id=distribution.share_class_id,
        amount=distributed(distribution.rate, distribution.shares),
    )


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
