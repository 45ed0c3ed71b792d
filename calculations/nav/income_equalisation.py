"""The income inside the subscription price of each lot, and what of its first distribution is that capital given back.

The formulas are in equalisation. Source: nav 3 (Income equalisation).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from calculations.nav.equalisation import FirstDistribution, first_distribution, income_bought
from calculations.nav.investor_lots import Lot
from calculations.nav.market import Row
from calculations.nav.results import Unavailable
from calculations.nav.stated import ORDERED_CASH, STANDING, StatedProduct


@dataclass(frozen=True)
class IncomeLot:
    """Income bought with a lot, money stored: `accrued_income` is per share, as stated with the NAV of `accrued_on`.

    `distribution` None: none yet, or with a `reason` one whose part of the lot is not known.
    """

    lot: Lot
    accrued_on: dt.date
    accrued_income: Decimal
    bought: Decimal
    distribution: Row | None
    shares_entitled: Decimal | None
    first: FirstDistribution | None
    reason: Unavailable | None = None


def income_lot(stated: StatedProduct, class_id: str, lot: Lot) -> IncomeLot:
    """A lot with the income in its price: that stated with the NAV it was priced at, else with the last one before.

    Its first distribution is the first to go ex of those of record after it was priced, on the shares it then still had.
    Raises Unavailable MISSING_VALUE where no accrued income is stated by then.
    """
    rows = [
        row
        for row in stated.history
        if row["share_class_id"] == class_id
        and row["status"] in STANDING
        and row["valuation_date"] <= lot.day
        and row["accrued_income_per_share"] is not None
    ]
    if not rows:
        raise Unavailable(
            "MISSING_VALUE", f"{class_id}: accrued_income_per_share must be stated by {lot.day}, found none"
        )
    row = max(rows, key=lambda each: (each["valuation_date"], each["version"]))
    accrued = row["accrued_income_per_share"]
    bought = income_bought(lot.shares, accrued)
    paid = _first(stated, class_id, lot.day)
    if paid is None:
        return IncomeLot(lot, row["valuation_date"], accrued, bought, None, None, None)
    try:
        entitled, first = _paid(lot, paid, accrued)
    except Unavailable as unknown:
        return IncomeLot(lot, row["valuation_date"], accrued, bought, paid, None, None, unknown)
    return IncomeLot(lot, row["valuation_date"], accrued, bought, paid, entitled, first)


def _paid(lot: Lot, paid: Row, accrued: Decimal) -> tuple[Decimal, FirstDistribution]:
    entitled = lot.held_at(paid["record_date"])
    if entitled is None:
        raise Unavailable(
            "MISSING_VALUE", f"order {lot.order_id}: shares redeemed by {paid['record_date']} are of no known lot"
        )
    if paid["rate_per_share"] is None:
        raise Unavailable("MISSING_VALUE", f"distribution {paid['order_id']}: rate_per_share must be given, found none")
    return entitled, first_distribution(entitled, paid["rate_per_share"], accrued)


def _first(stated: StatedProduct, class_id: str, day: dt.date) -> Row | None:
    found = [
        row
        for row in stated.orders
        if row["activity"] == "INCOME_DISTRIBUTION"
        and row["status"] in ORDERED_CASH
        and (row["share_class_id"] or row["product_id"]) == class_id
        and row["ex_date"] is not None
        and row["record_date"] is not None
        and row["record_date"] > day
    ]
    return min(found, key=lambda row: (row["ex_date"], row["order_id"]), default=None)
