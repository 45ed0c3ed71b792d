"""What share classes bring into a strike: their net assets when they were last stated, and what they own alone since.

The split of a product among its classes is in classes. Source: nav 3 (Classes), input-contracts 4.2.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from calculations.nav.capped_classes import RECEIVABLE, adviser_owes, is_stated
from calculations.nav.class_fees import claims_of, stated_within
from calculations.nav.lines_stated import accruals_in_force, stated_position, swing_terms
from calculations.nav.market import Market, Row, valuation_point
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable
from calculations.nav.stated import StatedProduct, shares_at, unswung_nav
from calculations.nav.terms import Accrual, ShareClass
from calculations.nav.worth import Worth


def share_class(stated: StatedProduct, market: Market, row: Row, day: dt.date) -> ShareClass:
    """A class as it enters the strike of a day."""
    before = stated.stated_before(row["share_class_id"], day)
    opening, own = (None, Decimal(0)) if before is None else _opening(stated, market, row, before, day)
    return ShareClass(
        share_class_id=row["share_class_id"],
        currency=row["currency"],
        nav_dp=row["nav_dp"],
        shares_outstanding=shares_at(stated, row["share_class_id"], row, day),
        opening_net_assets=opening,
        opening_own_lines=own,
        previous_nav_per_share=unswung_nav(before) if before else None,
        swing=swing_terms(row, stated.row),
    )


def _opening(
    stated: StatedProduct, market: Market, row: Row, before: Row, day: dt.date, *, with_cap: bool = True
) -> tuple[Decimal | None, Decimal]:
    """Net assets of a class after the capital of the day it was last stated, and the part of them that is in its own
    lines again on `day`: what has been paid or settled since has moved, at the rate of `day`, into what all share.
    """
    last, class_id, currency = before["valuation_date"], row["share_class_id"], stated.row["currency"]
    then, now = (Worth(market, valuation_point(stated.row, each, market), currency) for each in (last, day))
    net_assets = then.converted(before["net_assets"], before["currency"])
    orders = stated.orders_by_class.get(class_id, ())
    capital = [order.accrual for order in orders if last < order.booked <= day]
    # what the class owed and was owed when it was stated; of what has an amount only from that day on, nothing
    fees = [
        a
        for a in _own(accruals_in_force(stated.accruals, last), class_id)
        if not a.accrued_from or a.accrued_from < last
    ]
    claims = claims_of(fees, class_id, len(stated.classes))
    try:
        fees = [each for each in fees if each not in claims] + _reckoned(stated, claims, row, last, then, net_assets)
        fees += _capped(stated, market, row, last) if with_cap else []
    except Unavailable:
        return None, Decimal(0)
    owed = [*fees, *(order.accrual for order in orders if order.is_owed(last)), *capital]
    again = {accrual.accrual_id for accrual in _own(accruals_in_force(stated.accruals, day), class_id)}
    again |= {order.accrual.accrual_id for order in orders if order.is_owed(day)}
    # the adviser's debt is reckoned anew at every strike, but that a new year begins without any
    if last.year == day.year or is_stated(stated, class_id, day):
        again |= {each.accrual_id for each in fees if each.kind == RECEIVABLE}
    gone = [accrual for accrual in owed if accrual.accrual_id not in again]
    own_today = [r for r in stated.held_on(day) if r["share_class_id"] == class_id]
    # what a class's own line is settled into is its own cash, where it has any
    has_cash = any(r["holding_type"] == "CASH" for r in own_today)
    listed_today = {r["instrument_id"] for r in own_today}
    held = [
        stated_position(r, stated.row, market)
        for r in stated.held_on(last)
        if r["share_class_id"] == class_id and (has_cash or r["instrument_id"] in listed_today)
    ]
    parts = (
        net_assets,
        then.of_accruals(capital),
        then.of_accruals(gone),
        now.of_accruals(_as_stated(gone, then)),
        then.of_accruals([accrual for accrual in owed if accrual.accrual_id in again]),
        then.of_positions(held),
    )
    if any(part is None for part in parts):
        return None, Decimal(0)
    stated_net, brought, left_then, left_now, own, hedges = (part or Decimal(0) for part in parts)
    with precise():
        return stated_net + brought + left_now - left_then, own + hedges


def _capped(stated: StatedProduct, market: Market, row: Row, last: dt.date) -> list[Accrual]:
    """What its adviser owed the class when it was stated; nothing of it is stated."""
    if row["expense_cap_rate"] is None:
        return []
    before = stated.stated_before(row["share_class_id"], last)
    if before is None:
        return []
    opening, _ = _opening(stated, market, row, before, last, with_cap=False)
    owed = adviser_owes(stated, market, row, last, opening)
    return [] if owed is None else [owed]


def _reckoned(
    stated: StatedProduct, claims: list[Accrual], row: Row, last: dt.date, then: Worth, net_assets: Decimal | None
) -> list[Accrual]:
    """Fees on what the class came to, as what of them its stated net assets were net of."""
    if not claims or net_assets is None:
        return []

    def exchange(amount: Decimal, currency: str) -> Decimal:
        one = then.converted(Decimal(1), currency)
        if not one:
            raise Unavailable("MISSING_FX", f"no rate from {currency} on {last}")
        with precise():
            return amount / one

    shares = shares_at(stated, row["share_class_id"], row, last)
    return stated_within(stated, claims, net_assets, last, shares, exchange)


def _as_stated(accruals: Iterable[Accrual], worth: Worth) -> list[Accrual]:
    """The accruals as the amounts they had come to, which no longer grow."""
    amounts = {line.accrual_id: line.amount for line in worth.lines(accruals) if line.amount is not None}
    return [
        replace(accrual, method="STATED", kind="OTHER", amount=abs(amounts[accrual.accrual_id]))
        for accrual in accruals
        if accrual.accrual_id in amounts
    ]


def _own(accruals: Iterable[Accrual], class_id: str) -> list[Accrual]:
    return [accrual for accrual in accruals if accrual.share_class_id == class_id]
