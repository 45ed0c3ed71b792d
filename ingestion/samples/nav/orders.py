"""Orders and distributions of the demo's share classes: what they change, when, and their rows. NAV does not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from ingestion.samples.nav.days import AS_OF, after, stamp
from ingestion.samples.nav.money import ZERO, cents, decimal, rounded_down
from ingestion.samples.nav.table import Row

RECEIVED_HOUR = 15
SMALLEST, LARGEST = 0.0005, 0.006
REDEEMED_SHARE = 0.45


@dataclass(frozen=True)
class Order:
    """A priced order; `amount` is positive, in the currency of its class. A distribution moves no shares."""

    order_id: str
    class_id: str
    activity: str
    nav_date: dt.date
    settle_date: dt.date
    shares: Decimal
    amount: Decimal
    price: Decimal
    investor_id: str | None = None
    rate_per_share: Decimal | None = None
    ex_date: dt.date | None = None
    investor_nav_basis: Decimal | None = None
    equalises: str | None = None

    @property
    def sign(self) -> int:
        return 1 if self.activity in ("SUBSCRIPTION", "TRANSFER_IN") else -1

    @property
    def shares_moved(self) -> Decimal:
        return ZERO if self.activity == "INCOME_DISTRIBUTION" else self.sign * self.shares

    def owed(self, day: dt.date) -> Decimal:
        """What is to come in, or to go out where negative, on `day`: priced by an earlier strike and not yet settled."""
        return self.sign * self.amount if self.nav_date < day < self.settle_date else ZERO

    def row(self, product_id: str, currency: str) -> Row:
        """The order in sheet Capital Activity."""
        is_income = self.activity == "INCOME_DISTRIBUTION"
        return {
            "order_id": self.order_id,
            "product_id": product_id,
            "share_class_id": self.class_id,
            "investor_id": self.investor_id,
            "activity": self.activity,
            "trade_date": self.ex_date if is_income else self.nav_date,
            "nav_date": self.nav_date,
            "settle_date": self.settle_date,
            "received_at": None if is_income else stamp(self.nav_date, RECEIVED_HOUR),
            "shares": self.shares,
            "amount": self.amount,
            "price": None if is_income else self.price,
            "currency": currency,
            "investor_nav_basis": self.investor_nav_basis,
            "record_date": self.nav_date if is_income else None,
            "ex_date": self.ex_date,
            "rate_per_share": self.rate_per_share,
            "equalises_order_id": self.equalises,
            "status": "SETTLED" if self.settle_date <= AS_OF else "PRICED",
        }


@dataclass(frozen=True)
class Request:
    """What an investor asks for: a signed part of the class's net assets, before the price is known."""

    investor_id: str
    part: Decimal


def requests(rng: np.random.Generator, count: int, investors: int, largest: float) -> list[Request]:
    """`count` requests of random investors; redemptions are a little rarer than subscriptions."""
    parts = rng.uniform(SMALLEST, largest, count) * np.where(rng.random(count) < REDEEMED_SHARE, -1, 1)
    names = rng.integers(1, investors + 1, count)
    return [Request(f"CED-INV-{name:03d}", decimal(part, 6)) for name, part in zip(names, parts, strict=True)]


def priced(
    request: Request,
    order_id: str,
    class_id: str,
    prices: Mapping[str, Decimal],
    net_assets: Decimal,
    dates: tuple[dt.date, dt.date],
    unit: int | None,
) -> Order:
    """The order at the class's price: an amount for a subscription, shares for a redemption, whole units of an ETF.

    Shares are rounded down to three decimals. `dates`: strike and settlement.
    """
    price = prices[class_id]
    shares = rounded_down(abs(request.part) * net_assets / price, 3 if request.part > 0 else 0)
    if unit is not None:
        shares = Decimal(max(int(shares) // unit, 1) * unit)
    amount = cents(shares * price)
    activity = "SUBSCRIPTION" if request.part > 0 else "REDEMPTION"
    return Order(order_id, class_id, activity, *dates, shares, amount, price, request.investor_id)


def distribution(
    order_id: str, class_id: str, record_date: dt.date, settle_date: dt.date, shares: Decimal, rate: Decimal
) -> Order:
    """Income paid out on the shares of record; they go ex the business day after."""
    return Order(
        order_id,
        class_id,
        "INCOME_DISTRIBUTION",
        record_date,
        settle_date,
        shares,
        cents(shares * rate),
        rate,
        rate_per_share=rate,
        ex_date=after(record_date),
    )
