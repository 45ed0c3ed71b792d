"""From what a NAV workbook states of a money market fund to the fund and the holdings that its rules judge. No rules.

Everything is valued at market, whatever basis the fund itself is struck on. Source: nav 4.1, input-contracts 4.1, 4.2.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from calculations.nav.lines_stated import AT_COST
from calculations.nav.market import Market, Row
from calculations.nav.money_market.compliance import Compliance, check
from calculations.nav.money_market.terms import Holding, MoneyMarketFund
from calculations.nav.numbers import precise
from calculations.nav.results import NavLine, Strike
from calculations.nav.stated import ORDERED_CASH, StatedProduct
from calculations.nav.strike import strike
from calculations.nav.strike_days import strike_days
from calculations.nav.strike_inputs import StrikeInputs, strike_inputs

LineKey = tuple[str | None, str, str]  # share class, instrument, leg

ZERO = Decimal(0)
OUT, IN = ("REDEMPTION",), ("SUBSCRIPTION",)


def judged_days(stated: StatedProduct, market: Market) -> Iterator[tuple[Compliance, ...]]:
    """The rows of every day that can be struck, days rising, each judged in the light of the one before.

    Raises ValueError where the product states no regime or type, or one that is none.
    """
    before: tuple[Compliance, ...] = ()
    # once for all days: a product made anew would read all its orders again
    at_market = replace(stated, row={**stated.row, "measurement_basis": "FAIR_VALUE"})
    for day in strike_days(stated, market):
        fund, holdings, holidays = money_market_inputs(stated, at_market, market, day)
        before = check(fund, holdings, day, holidays, before)
        yield before


def money_market_inputs(
    stated: StatedProduct, at_market: StatedProduct, market: Market, day: dt.date
) -> tuple[MoneyMarketFund, tuple[Holding, ...], frozenset[dt.date]]:
    """The fund, its holdings on `day` at market value and the holidays of its calendar.

    `at_market` is the product as if it were struck at fair value. What has no price there is worth its stated value;
    any other value that a strike cannot find (stale price or rate) is None. Market values of lots that one line holds are
    the line's, shared out by quantity. A stated effective maturity ends the life of callable paper alone: it has been
    called. What the workbook states of days and liquidity is compared with, not used; but paper that it calls weekly
    liquid though it does not mature within the week is taken as highly liquid under EU rules.
    """
    inputs = strike_inputs(at_market, market, day)
    struck = _struck(inputs, market)
    row = stated.row
    fund = MoneyMarketFund(
        product_id=row["product_id"],
        regime=row["mmf_regime"],
        fund_type=row["mmf_type"],
        shares_outstanding=_shares(inputs),
        liabilities=_accrued(struck, "LIABILITY"),
        other_assets=_accrued(struck, "ASSET"),
        stable_nav=row["stable_nav"],
        net_redemptions=_net_redemptions(stated.orders, row["currency"], day),
    )
    lines = {_key_of(line): line for line in struck.lines if line.accrual_id is None}
    totals = _quantities(stated.lists[day])
    held = tuple(
        _holding(each, _market_value(each, lines, totals, row["currency"]), stated.row, market)
        for each in stated.lists[day]
    )
    return fund, held, inputs.point.holidays


def _struck(inputs: StrikeInputs, market: Market) -> Strike:
    return strike(
        inputs.product,
        inputs.point,
        inputs.positions,
        inputs.prices,
        inputs.rates,
        market.policy,
        inputs.accruals,
        inputs.classes,
    )


def _line_key(row: Row) -> LineKey:
    return (row["share_class_id"] or None, row["instrument_id"], row["leg"])


def _key_of(line: NavLine) -> LineKey:
    return (line.share_class_id, line.instrument_id or "", line.leg or "LONG")


def _market_value(
    row: Row, lines: Mapping[LineKey, NavLine], totals: Mapping[LineKey, Decimal], currency: str
) -> Decimal | None:
    line = lines[_line_key(row)]
    if line.reason == "MISSING_PRICE":
        stated: Decimal | None = row["base_value"]
        return row["local_value"] if stated is None and row["currency"] == currency else stated
    value, total = line.base_amount, totals[_line_key(row)]
    if line.reason is not None or value is None or row["quantity"] == total:
        return None if line.reason is not None else value
    with precise():
        return value * row["quantity"] / total if total else None


def _quantities(held: Sequence[Row]) -> Mapping[LineKey, Decimal]:
    totals: dict[LineKey, Decimal] = defaultdict(Decimal)
    with precise():
        for row in held:
            totals[_line_key(row)] += row["quantity"]
    return totals


def _holding(row: Row, value: Decimal | None, product: Row, market: Market) -> Holding:
    instrument: Row = market.instruments.get(row["instrument_id"], {})
    is_cash = row["holding_type"] == "CASH"
    final = row["final_maturity_date"] or instrument.get("maturity_date")
    notice = instrument.get("demand_notice_days")
    kind = "CASH" if is_cash else instrument.get("instrument_type", "OTHER")
    return Holding(
        holding_id="/".join((*(part for part in _line_key(row) if part), row["lot_id"] or "")).rstrip("/"),
        instrument_id=row["instrument_id"],
        holding_type=row["holding_type"],
        instrument_type=kind,
        market_value=value,
        amortised_cost=row["amortised_cost"],
        is_at_amortised_cost=product["measurement_basis"] in AT_COST and row["amortised_cost"] is not None,
        is_government=bool(instrument.get("is_government")),
        issuer_id=instrument.get("issuer_id"),
        issuer_parent_id=instrument.get("issuer_parent_id"),
        issuer_country=instrument.get("issuer_country"),
        guarantor_id=instrument.get("guarantor_id"),
        coupon_kind=instrument.get("coupon_kind"),
        final_maturity_date=final,
        redemption_date=row["effective_maturity_date"] if instrument.get("is_callable") else None,
        next_reset_date=row["next_reset_date"],
        demand_date=row["demand_date"],
        demand_notice_days=notice,
        redemption_days=notice if kind == "FUND_UNIT" else None,
        repo_collateral=row["repo_collateral"],
        is_illiquid=bool(row["is_illiquid"]),
        is_highly_liquid=bool(row["is_weekly_liquid"]),
        purchase_date=row["purchase_date"],
    )


def _accrued(struck: Strike, side: str) -> Decimal | None:
    """Accruals, receivables and payables of a side, positive; None where one is not known."""
    amounts = [line.base_amount for line in struck.lines if line.accrual_id is not None and line.side == side]
    known = [amount for amount in amounts if amount is not None]
    with precise():
        return abs(sum(known, ZERO)) if len(known) == len(amounts) else None


def _shares(inputs: StrikeInputs) -> Decimal | None:
    if not inputs.classes:
        return inputs.product.shares_outstanding
    known = [each.shares_outstanding for each in inputs.classes if each.shares_outstanding is not None]
    with precise():
        return sum(known, ZERO) if len(known) == len(inputs.classes) else None


def _net_redemptions(orders: Sequence[Row], currency: str, day: dt.date) -> Decimal | None:
    """Redemptions less subscriptions that the strike of the day prices; None where one has no amount in the currency."""
    moved: list[Any] = [
        (-1 if order["activity"] in IN else 1, order["amount"] if order["currency"] == currency else None)
        for order in orders
        if order["nav_date"] == day and order["status"] in ORDERED_CASH and order["activity"] in (*OUT, *IN)
    ]
    if any(amount is None for _, amount in moved):
        return None
    with precise():
        return sum((sign * amount for sign, amount in moved), ZERO)
