"""Dividends declared and orders priced, turned into the receivables and payables a strike takes. No fees.

An order that is not priced yet is neither: it enters at the next strike.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from calculations.nav.numbers import precise
from calculations.nav.terms import Accrual

SIDES: dict[str, Literal["ASSET", "LIABILITY"]] = {
    "SUBSCRIPTION": "ASSET",
    "CONTRIBUTION": "ASSET",
    "REDEMPTION": "LIABILITY",
    "DISTRIBUTION": "LIABILITY",
    "INCOME_DISTRIBUTION": "LIABILITY",
}


@dataclass(frozen=True)
class CashDividend:
    """`pay_date` None: not announced yet, so still to be paid."""

    action_id: str
    instrument_id: str
    ex_date: dt.date
    pay_date: dt.date | None
    amount_per_unit: Decimal
    currency: str
    withholding_rate: Decimal


@dataclass(frozen=True)
class CapitalOrder:
    """`amount` is positive; `nav_date` is the day of the strike that prices it; PRICED means not settled, even if late."""

    order_id: str
    activity: str
    status: str
    nav_date: dt.date
    settle_date: dt.date | None
    amount: Decimal
    currency: str
    share_class_id: str | None = None


def dividend_receivable(dividend: CashDividend, quantity: Decimal, date: dt.date) -> Accrual | None:
    """What `quantity`, held when the shares went ex, is owed on `date`, net of withholding; short positions owe it.

    None outside ex-date <= date < pay date. Source: nav 2, M-EQ.
    """
    if dividend.ex_date > date or (dividend.pay_date is not None and dividend.pay_date <= date):
        return None
    with precise():
        amount = quantity * dividend.amount_per_unit * (1 - dividend.withholding_rate)
    return Accrual(
        accrual_id=f"{dividend.action_id}/{dividend.instrument_id}/{'SHORT' if quantity < 0 else 'LONG'}",
        kind="PAYABLE" if quantity < 0 else "RECEIVABLE",
        side="LIABILITY" if quantity < 0 else "ASSET",
        method="STATED",
        currency=dividend.currency,
        amount=amount.copy_abs(),
    )


def order_outstanding(order: CapitalOrder, date: dt.date) -> Accrual | None:
    """The receivable of a subscription, or the payable of a redemption or distribution, priced and not yet settled.

    An order priced by the strike of `date` or a later one enters afterwards, as do its shares (T+1 booking). None
    where nothing is owed. Raises ValueError for an activity that moves no cash. Source: nav 3, Shares.
    """
    if order.activity not in SIDES:
        raise ValueError(
            f"order {order.order_id}: activity must be one of {', '.join(SIDES)}; found {order.activity!r}"
        )
    # a past date may be struck again after the order has settled: it was still owed then
    is_owed = order.status == "PRICED" or (
        order.status == "SETTLED" and order.settle_date is not None and order.settle_date > date
    )
    if not is_owed or order.nav_date >= date:
        return None
    side = SIDES[order.activity]
    return Accrual(
        accrual_id=f"order/{order.order_id}",
        kind="RECEIVABLE" if side == "ASSET" else "PAYABLE",
        side=side,
        method="STATED",
        currency=order.currency,
        share_class_id=order.share_class_id,
        amount=order.amount,
    )
