"""Stated positions, prices, accruals and dividends as the terms of a strike. Which product they belong to is stated's.

Source: input-contracts 4.1 and 4.2, nav 2 (M-FUND, M-EQ, M-BOND).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any, Literal

from calculations.nav.instrument_terms import InstrumentTerms
from calculations.nav.market import Market, Row
from calculations.nav.receivables import dividend_receivable
from calculations.nav.stated import StatedProduct
from calculations.nav.terms import Accrual, DealtOrder, Method, Policy, Position, Price, SwingTerms

_NOTHING = Decimal(0)
_INFLOWS, _OUTFLOWS = ("SUBSCRIPTION", "CONTRIBUTION", "SWITCH_IN"), ("REDEMPTION", "DISTRIBUTION", "SWITCH_OUT")
AT_COST = ("AMORTISED_COST", "PENNY_ROUNDED")


_of_lot = itemgetter(
    *("instrument_id", "holding_type", "quantity", "currency", "leg", "lot_id", "share_class_id", "is_stated_value"),
    *("is_non_accrual", "accrued_income", "unrealised_value", "local_value", "base_value", "amortised_cost"),
    "fair_value_level",
)


def stated_position(row: Row, product: Row, market: Market) -> Position:
    """A row of sheet Holdings as a lot, with the method that its product and its instrument ask for."""
    terms = market.terms_of(row["instrument_id"])
    return _position(terms, product["measurement_basis"] in AT_COST, *_of_lot(row))


@lru_cache(maxsize=16_384)  # most lots stand on the list of every day as on that of the day before
def _position(
    terms: InstrumentTerms,
    is_at_cost: bool,
    instrument_id: str,
    holding_type: str,
    quantity: Decimal,
    currency: str,
    leg: Literal["LONG", "SHORT"],
    lot_id: str | None,
    share_class_id: str | None,
    is_stated_value: bool | None,
    is_non_accrual: bool | None,
    accrued_income: Decimal | None,
    unrealised_value: Decimal | None,
    local_value: Decimal | None,
    base_value: Decimal | None,
    amortised_cost: Decimal | None,
    fair_value_level: int | None,
) -> Position:
    is_cash = holding_type == "CASH"
    method: Method = "CASH" if is_cash else "PRICED"
    bond = None
    if is_cash:
        pass
    elif unrealised_value is not None:
        method = "UNREALISED"
    elif is_stated_value:
        method = "STATED"
    elif is_at_cost and amortised_cost is not None:
        method = "AMORTISED_COST"
    else:
        bond = terms.bond
    return Position(
        instrument_id=instrument_id,
        method=method,
        quantity=quantity,
        currency=currency,
        leg=leg,
        lot_id=lot_id or "",
        share_class_id=share_class_id or None,
        instrument_type="CASH" if is_cash else terms.instrument_type,
        quote_basis=terms.quote_basis,
        contract_size=terms.contract_size,
        bond=bond,
        is_non_accrual=bool(is_non_accrual),
        accrued_income=_NOTHING if terms.bears_nothing else accrued_income,
        unrealised_value=unrealised_value,
        local_value=local_value,
        base_value=base_value,
        amortised_cost=amortised_cost,
        fair_value_level=None if fair_value_level is None else int(fair_value_level),
    )


def listed_prices(held: Iterable[Row], policy: Policy) -> Iterable[Price]:
    """Prices that stand on the list of positions itself."""
    seen: set[tuple[Any, ...]] = set()
    for row in held:
        if row["price"] is None or not row["price_type"] or row["source"] not in policy.sources:
            continue
        key = (row["instrument_id"], row["price_type"], row["as_of_date"], row["source"], row["price"], row["currency"])
        if key not in seen:
            seen.add(key)
            yield Price(*key)


def accruals_in_force(rows: Iterable[Row], day: dt.date) -> list[Accrual]:
    """Accruals in force on a day, its last one included; what is reckoned stops at the day."""
    return [
        stated_accrual(row, day)
        for row in rows
        if row["start_date"] <= day and (row["end_date"] is None or day <= row["end_date"])
    ]


def stated_accrual(row: Row, day: dt.date) -> Accrual:
    """A row of sheet Accruals & Fees; what is reckoned stops at the day."""
    return Accrual(
        accrual_id=row["accrual_id"],
        kind=row["kind"],
        side=row["side"],
        method=row["method"],
        currency=row["currency"],
        share_class_id=row["share_class_id"] or None,
        rate=row["rate"],
        basis=row["basis"],
        basis_amount=row["basis_amount"],
        annual_amount=row["annual_amount"],
        amount=row["amount"],
        accrued_from=row["accrued_from"],
        accrued_to=None if row["accrued_to"] is None else min(row["accrued_to"], day),
        paid_through=row["paid_through"],
        day_count=row["day_count"],
    )


def dividends_owed(stated: StatedProduct, market: Market, day: dt.date) -> Iterable[Accrual]:
    """Dividends of what was held when it went ex, until they are paid."""
    for instrument in sorted(stated.instruments & market.dividends.keys()):
        for dividend in market.dividends[instrument]:
            held = [r for r in stated.held_when_ex(dividend.ex_date) if r["instrument_id"] == instrument]
            quantity = sum((row["quantity"] for row in held), Decimal(0))
            owed = dividend_receivable(dividend, quantity, day) if quantity else None
            if owed is not None:
                yield owed


def swing_terms(row: Row, product: Row) -> SwingTerms | None:
    """How a class of sheet Share Classes swings, by its row and that of its product; None where it does not."""
    if row["swing"] in (None, "NONE"):
        return None
    return SwingTerms(
        policy=row["swing"],
        threshold_rate=row["swing_threshold_rate"],
        up_rate=row["swing_up_rate"],
        down_rate=row["swing_down_rate"],
        cap_rate=row["swing_cap_rate"],
        # only a fund states one
        registration=product.get("registration"),
        subtype=product["subtype"],
    )


def orders_dealt(rows: Iterable[Row], day: dt.date) -> Iterable[DealtOrder]:
    """The orders that bring or take money at the strike of a day, priced already or not.

    A redemption is of shares and a subscription of money, which pricing them does not change; the other is what they
    came to. What is reinvested or transferred moves no money of the product.
    """
    for row in rows:
        if row["nav_date"] != day or row["status"] == "CANCELLED" or row["activity"] not in (*_INFLOWS, *_OUTFLOWS):
            continue
        is_inflow = row["activity"] in _INFLOWS
        amount, shares = row["amount"], row["shares"]
        by_amount = shares is None or (is_inflow and amount is not None)
        yield DealtOrder(
            order_id=row["order_id"],
            direction="IN" if is_inflow else "OUT",
            currency=row["currency"],
            share_class_id=row["share_class_id"] or None,
            amount=amount if by_amount else None,
            shares=None if by_amount else shares,
        )
