"""The worked examples of nav.md 8 as evidence, from the very rows that the demo states them in. No expected values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from calculations.exact_yaml import parse
from calculations.nav.methods.evidence import Evidence
from calculations.nav.terms import Price
from ingestion import samples
from tests.calculations.nav.evidence import evidence

FILE = Path(samples.__file__).with_name("nav_examples.yaml")
PRODUCT_SHEETS = {
    "asset_backed": "Asset Backed Products",
    "digital_fund": "Digital Fund Products",
    "stablecoin": "Stablecoin Products",
}
SHEETS = {
    "classes": "Share Classes",
    "holdings": "Holdings",
    "accruals": "Accruals & Fees",
    "orders": "Capital Activity",
    "history": "NAV History",
    "pools": "Pools",
    "reserves": "Reserves & Vaults",
    "token_supply": "Token Supply",
}
WHOLE = (
    "nav_dp",
    "token_decimals",
    "block_number",
    "remaining_months",
    "payment_frequency",
    "fine_weight_dp",
    "version",
)


def example(product_type: str, product_id: str, **changes: Any) -> Evidence:
    """The example as stated, or with other fields of the product, or other rows of a sheet given by its name in
    SHEETS.
    """
    sheets = {name: [r for r in rows_of(sheet) if r["product_id"] == product_id] for name, sheet in SHEETS.items()}
    sheets["assumptions"] = rows_of("Assumptions")
    sheets |= {name: changes.pop(name) for name in list(changes) if name in sheets}
    prices = changes.pop("prices", [_price(row) for row in rows_of("Prices")])
    (row,) = (row for row in rows_of(PRODUCT_SHEETS[product_type]) if row["product_id"] == product_id)
    instruments = rows_of("Instruments")
    return evidence(product_type, {"unitless": False} | row | changes, instruments=instruments, prices=prices, **sheets)


@cache
def _stated() -> Any:
    return parse(FILE.read_text(encoding="utf-8"))


def rows_of(sheet: str) -> list[dict[str, Any]]:
    """All rows of a sheet, with what they have in common, as numbers, days and instants."""
    common = _stated()["common"].get(sheet, {})
    return [
        {field: _value(field, value) for field, value in (common | row).items()} for row in _stated()["sheets"][sheet]
    ]


def _value(field: str, value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and field not in WHOLE:
        return Decimal(value)
    if isinstance(value, str) and (field.endswith("_units") or field == "coupon_frequency"):
        return int(value)
    if isinstance(value, str) and field == "as_of":
        return dt.datetime.fromisoformat(value)
    return value


def _price(row: dict[str, Any]) -> Price:
    return Price(row["instrument_id"], row["price_type"], row["as_of"], row["source"], row["price"], row["currency"])
