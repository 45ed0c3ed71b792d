"""The evidence of one product as a method reads it, written in few words: rows of sheets by their field names.

A field that a row leaves out is None, as on a sheet. Day, policy and rates are those of nav_inputs. No expected values.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from calculations.nav import Price, Rate, Strike
from calculations.nav.market import Market, price_series, rate_series
from calculations.nav.methods import strike_product
from calculations.nav.methods.evidence import Evidence
from calculations.nav.receivables import CashDividend
from calculations.nav.stated import StatedProduct
from calculations.nav.strike_inputs import strike_inputs
from tests.calculations.nav_inputs import DAY, POLICY, RATES, price

AT_CLOSE = dt.datetime(2026, 3, 10, 17, tzinfo=dt.UTC)


class Stated(dict[str, Any]):
    """A row whose missing fields are empty cells."""

    def __missing__(self, field: str) -> None:
        return None


def number(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def assumed(
    name: str, value: str, unit: str = "FRACTION", *, product: str = "p", tenor: str = "", **more: Any
) -> Stated:
    """An assumption of the product, stated on the valuation day; a word where the unit is TEXT."""
    amounts = {"value_text": value} if unit == "TEXT" else {"value": Decimal(value)}
    row = {"scope_type": "PRODUCT", "scope_id": product, "assumption": name, "as_of": DAY, "tenor": tenor}
    return Stated(row | {"source": "COMMITTEE", "unit": unit} | amounts | more)


def evidence(
    product_type: str,
    row: Mapping[str, Any],
    *,
    day: dt.date = DAY,
    instruments: Iterable[Mapping[str, Any]] = (),
    prices: Sequence[Price] = (),
    rates: Sequence[Rate] = RATES,
    **sheets: Sequence[Mapping[str, Any]],
) -> Evidence:
    """The product `p` in USD with the rows of `sheets`: holdings, accruals, orders, history, valuations, pools ..."""
    terms = {
        "product_id": "p",
        "currency": "USD",
        "organization_id": "house",
        "nav_dp": 4,
        "unitless": True,
        "source_row": 2,
    }
    own = {"classes", "holdings", "accruals", "orders", "history", "register"}
    stated = StatedProduct(
        product_type=product_type,
        row=Stated(terms | dict(row)),
        **{name: [Stated(each) for each in sheets.pop(name, ())] for name in own},
        **{
            name: [Stated({"source_row": at + 2} | dict(each)) for at, each in enumerate(rows)]
            for name, rows in sheets.items()
        },
    )
    dividends: dict[str, list[CashDividend]] = {}
    for each in stated.actions:
        if each["action_type"] == "CASH_DIVIDEND":
            dividends.setdefault(each["instrument_id"], []).append(_dividend(each))
    market = Market(
        instruments={each["instrument_id"]: Stated(each) for each in instruments},
        dividends=dividends,
        prices=price_series(replace(each, as_of=_instant(each.as_of)) for each in prices),
        rates=rate_series(replace(each, as_of=_instant(each.as_of)) for each in rates),
        holidays={},
        policy=POLICY,
    )
    return Evidence(stated, market, strike_inputs(stated, market, day))


def _dividend(action: Mapping[str, Any]) -> CashDividend:
    return CashDividend(
        action_id=action["action_id"],
        instrument_id=action["instrument_id"],
        ex_date=action["ex_date"],
        pay_date=action["pay_date"],
        amount_per_unit=action["amount_per_unit"],
        currency=action["currency"],
        withholding_rate=action["withholding_rate"] or Decimal(0),
    )


def struck(found: Evidence) -> Strike:
    """The evidence valued by the method of its product type and struck."""
    return strike_product(found)


def closing(instrument_id: str, value: str, **more: Any) -> Price:
    """A close of the valuation day."""
    return price(instrument_id, value, as_of=more.pop("as_of", AT_CLOSE), **more)


def _instant(as_of: dt.date | dt.datetime) -> dt.datetime:
    if isinstance(as_of, dt.datetime):
        return as_of
    return dt.datetime.combine(as_of, dt.time(17), dt.UTC)
