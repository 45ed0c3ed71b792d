"""Net assets carried from day to day by the returns of a strategy: a check on its NAV, and never the NAV itself. No rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from calculations.nav.numbers import precise, times
from calculations.nav.results import Unavailable
from calculations.nav.valuation_point import ValuationPoint


@dataclass(frozen=True)
class ChainedDay:
    """A day of the chain: net assets after its return and before its fee, the fee, and what is left; unrounded."""

    date: dt.date
    post_return: Decimal
    fee: Decimal
    net: Decimal


def return_chain(
    opening: Decimal,
    opened: dt.date,
    returns: Mapping[dt.date, Decimal],
    point: ValuationPoint,
    fee_of_day: Mapping[dt.date, Fraction] | None = None,
    flows: Mapping[dt.date, Decimal] | None = None,
) -> tuple[ChainedDay, ...]:
    """NAV x (1 + return) less a fee on that, for every business day after `opened` up to the valuation day.

    `fee_of_day` is the part of the post-return NAV that a day costs; `flows` is capital that enters before the return
    of its day, signed. Raises Unavailable MISSING_EVIDENCE for a business day without a return, BAD_SCHEDULE for a
    return on another day, DOMAIN for one of less than -1. Source: nav 2 (M-QNT); E-10.
    """
    fees, capital = fee_of_day or {}, flows or {}
    days = [opened + dt.timedelta(days=ahead) for ahead in range(1, (point.date - opened).days + 1)]
    days = [day for day in days if point.is_business_day(day)]
    missing = [day for day in days if day not in returns]
    if missing:
        raise Unavailable("MISSING_EVIDENCE", f"expected a return for every business day, found none on {missing[0]}")
    strange = sorted(day for day in returns if opened < day <= point.date and day not in days)
    if strange:
        raise Unavailable("BAD_SCHEDULE", f"returns are of business days, found one on {strange[0]}")
    chain: list[ChainedDay] = []
    net, before = opening, opened
    for day in days:
        rate = returns[day]
        if rate < -1:
            raise Unavailable("DOMAIN", f"a return must be from -1 up, found {rate} on {day}")
        with precise():
            entered = sum((amount for when, amount in capital.items() if before < when <= day), Decimal(0))
            post = (net + entered) * (1 + rate)
            fee = times(post, fees.get(day, Fraction(0)))
            net = post - fee
        chain.append(ChainedDay(day, post, fee, net))
        before = day
    return tuple(chain)
