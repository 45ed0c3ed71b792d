"""Short ways to write the inputs of a strike in tests: one valuation day, one policy, the rates of the examples.

Rates and dates are those of nav.md 8 (EURUSD 1.0842, GBPUSD 1.2675; Tuesday 2026-03-10). No expected values here.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from calculations.money import minor_unit, round_half_up
from calculations.nav import (
    Accrual,
    Policy,
    Position,
    Price,
    ProductTerms,
    Rate,
    ShareClass,
    Source,
    Strike,
    ValuationPoint,
    strike,
)
from calculations.nav.terms import Method

D = Decimal
DAY = dt.date(2026, 3, 10)
POINT = ValuationPoint(DAY, dt.datetime(2026, 3, 10, 17, tzinfo=dt.UTC), frozenset({dt.date(2026, 2, 16)}))
POLICY = Policy(
    sources={
        "EXCHANGE": Source(level=1, priority=1),
        "ADMINISTRATOR": Source(level=1, priority=1),
        "VENDOR": Source(level=2, priority=2),
        "CHAINLINK": Source(level=2, priority=2),
        "ECB": Source(level=2, priority=3),
        "BROKER": Source(level=3, priority=4),
        "ORACLE": Source(level=3, priority=4),
        "INTERNAL": Source(level=4, priority=5),
        "MANUAL_OVERRIDE": Source(level=6, priority=9),
    }
)


def rate(pair: str, value: str, as_of: dt.date | dt.datetime = DAY, source: str = "ECB") -> Rate:
    return Rate(pair[:3], pair[3:], as_of, source, D(value))


EURUSD, GBPUSD = rate("EURUSD", "1.0842"), rate("GBPUSD", "1.2675")
RATES = (EURUSD, GBPUSD, rate("USDJPY", "151.38"), rate("USDCHF", "0.8867"))


def price(
    instrument_id: str,
    value: str,
    currency: str = "USD",
    price_type: str = "CLOSE",
    as_of: dt.date | dt.datetime = DAY,
    source: str = "EXCHANGE",
    **more: Any,
) -> Price:
    return Price(instrument_id, price_type, as_of, source, D(value), currency, **more)


def equity(instrument_id: str, quantity: str, currency: str = "USD", **more: Any) -> Position:
    leg = "SHORT" if D(quantity) < 0 else "LONG"
    terms: dict[str, Any] = {"method": "PRICED", "instrument_type": "EQUITY", "leg": leg} | more
    return Position(instrument_id=instrument_id, quantity=D(quantity), currency=currency, **terms)


def cash(amount: str, currency: str = "USD", **more: Any) -> Position:
    leg: Any = "SHORT" if D(amount) < 0 else "LONG"
    return Position(f"CASH-{currency}", "CASH", D(amount), currency, leg=leg, **more)


def valued(instrument_id: str, method: Method, currency: str = "USD", **amounts: Any) -> Position:
    """A line whose value is stated: unrealised, in base, in local currency or at amortised cost."""
    return Position(instrument_id, method, D(1), currency, **amounts)


def fee(accrual_id: str, annual_rate: str, basis: str, days: int, **more: Any) -> Accrual:
    """A management fee that has accrued for `days` up to the valuation date."""
    terms: dict[str, Any] = {
        "kind": "MANAGEMENT_FEE",
        "side": "LIABILITY",
        "method": "RATE",
        "currency": "USD",
        "day_count": "ACT_365F",
    }
    return Accrual(
        accrual_id=accrual_id,
        rate=D(annual_rate),
        basis=basis,
        accrued_from=DAY - dt.timedelta(days=days),
        **(terms | more),
    )


def stated(accrual_id: str, kind: str, amount: str, side: Any = "LIABILITY", currency: str = "USD") -> Accrual:
    return Accrual(accrual_id, kind, side, "STATED", currency, amount=D(amount))


def product(shares: str | None = "1000", nav_dp: int | None = 4, **more: Any) -> ProductTerms:
    terms: dict[str, Any] = {"product_id": "fund", "currency": "USD", "product_type": "fund"} | more
    return ProductTerms(shares_outstanding=None if shares is None else D(shares), nav_dp=nav_dp, **terms)


def struck(
    terms: ProductTerms,
    positions: list[Position],
    prices: list[Price] | None = None,
    accruals: list[Accrual] | None = None,
    classes: list[ShareClass] | None = None,
    rates: tuple[Rate, ...] = RATES,
    point: ValuationPoint = POINT,
) -> Strike:
    return strike(terms, point, positions, prices or [], rates, POLICY, accruals or [], classes or [])


def rounded(amount: Decimal | None, decimals: int = 12) -> Decimal:
    """A full-precision figure as the examples state it."""
    assert amount is not None
    return round_half_up(amount, minor_unit(decimals))
