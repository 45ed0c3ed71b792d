"""Net income of a class day by day, as its strikes tell it, for dividends that are declared daily. Dividends are in distributions.

Source: nav 3 (Distribution: daily-accrual funds book every day).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from calculations.nav.distributions import DayIncome
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable
from calculations.nav.stated import StatedProduct

# A fund at these keeps its NAV stable by paying out all that it gains; one at market value gains and loses beside its income.
GAINS_ARE_INCOME = ("AMORTISED_COST", "PENNY_ROUNDED")


@dataclass(frozen=True)
class ClassAssets:
    """Net assets of a class on a day after the dividend of the day, in its currency, and its shares, those entitled to it.

    `is_marked`: some of what the fund holds is valued at market prices.
    """

    net_assets: Decimal
    shares: Decimal
    is_marked: bool = False


def day_incomes(
    stated: StatedProduct, class_id: str, currency: str, days: Mapping[dt.date, ClassAssets]
) -> Sequence[DayIncome]:
    """One income for every calendar day after the first of `days`: what net assets gained beside capital and dividends.

    A day without a NAV has no income of its own, that of a weekend comes with the NAV after it. Raises Unavailable
    UNSUPPORTED_CONVENTION for a fund at market value, all or in part, UNIT_MISMATCH for an order in another currency than its class.
    """
    basis = stated.row["measurement_basis"]
    if basis not in GAINS_ARE_INCOME:
        raise Unavailable("UNSUPPORTED_CONVENTION", f"gains of a fund at {basis} are not all income")
    marked = [day for day, assets in sorted(days.items()) if assets.is_marked]
    if marked:
        raise Unavailable(
            "UNSUPPORTED_CONVENTION", f"gains of paper at market prices, as on {marked[0]}, are not all income"
        )
    orders = stated.orders_by_class.get(class_id, ())
    foreign = {order.accrual.currency for order in orders} - {currency}
    if foreign:
        raise Unavailable("UNIT_MISMATCH", f"{class_id}: orders are in {currency}, found {', '.join(sorted(foreign))}")
    found = []
    for last, day in pairwise(sorted(days)):
        found += [
            DayIncome(last + dt.timedelta(days=gone), Decimal(0), days[last].shares)
            for gone in range(1, (day - last).days)
        ]
        moved = [order.accrual for order in orders if last < order.booked <= day]
        with precise():
            brought = sum(
                ((each.amount or Decimal(0)) * (1 if each.side == "ASSET" else -1) for each in moved), Decimal(0)
            )
            income = days[day].net_assets - days[last].net_assets - brought
        found.append(DayIncome(day, income, days[day].shares))
    return found
