"""A worked example of nav 8 as evidence: its rows as the sample workbook has them, with what all rows of a sheet share.

Expected values stand in the tests. Source: input-contracts 4.5.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from calculations.exact_yaml import parse
from calculations.nav import Price
from calculations.nav.methods.evidence import Evidence
from tests.calculations.nav.evidence import Stated, evidence
from tests.calculations.nav_inputs import DAY

FILE = Path(__file__).parents[3] / "ingestion" / "samples" / "nav_examples.yaml"

# Sheets by the name that a StatedProduct gives their rows.
SHEETS = {
    "classes": "Share Classes",
    "holdings": "Holdings",
    "accruals": "Accruals & Fees",
    "orders": "Capital Activity",
    "history": "NAV History",
    "valuations": "Valuations & Appraisals",
    "schedules": "Schedules",
    "pools": "Pools",
    "reserves": "Reserves & Vaults",
    "token_supply": "Token Supply",
    "production": "Production",
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
JSON = ("blend_weights", "components", "capital_structure")  # cells that hold a document
SHARED = {"assumptions": "Assumptions", "actions": "Corporate Actions"}


def example(
    product_type: str,
    product_id: str,
    *,
    day: dt.date = DAY,
    product: Mapping[str, Any] = {},
    more: Mapping[str, Sequence[Mapping[str, Any]]] = {},
    **changed: Any,
) -> Evidence:
    """The example's product; `changed` replaces the rows of a sheet, by its name in SHEETS, or a field of the product.

    `more` are rows beside those of a sheet.
    """
    sheet = f"{product_type.title().replace('_', ' ')} Products"
    (stated,) = [row for row in rows(sheet) if row["product_id"] == product_id]
    of_product = {
        name: [row for row in rows(sheet) if row["product_id"] == product_id] for name, sheet in SHEETS.items()
    }
    shared = {name: rows(sheet) for name, sheet in SHARED.items()}
    prices = [_price(row) for row in rows("Prices")]
    terms: dict[str, Any] = {"instruments": rows("Instruments"), "prices": prices} | of_product | shared
    own = {"unitless": False, "nav_dp": None} | dict(stated) | dict(product)
    own |= {field: changed.pop(field) for field in list(changed) if field not in terms}
    added = {name: [*terms[name], *beside] for name, beside in more.items()}
    return evidence(product_type, own, day=day, **(terms | changed | added))


@cache
def rows(sheet: str) -> tuple[Stated, ...]:
    """The rows of a sheet with the fields that they have in common."""
    document = parse(FILE.read_text())
    common = document["common"].get(sheet, {})
    return tuple(
        Stated({field: _cell(field, each) for field, each in (common | row).items()})
        for row in document["sheets"].get(sheet, ())
    )


def _cell(field: str, value: Any) -> Any:
    if field in JSON and not isinstance(value, str):
        return json.dumps(value, default=str)
    if isinstance(value, int) and not isinstance(value, bool) and field not in WHOLE:
        return Decimal(value)
    if isinstance(value, str) and (field.endswith("_units") or field == "coupon_frequency"):
        return int(value)
    if isinstance(value, str) and field == "as_of":
        return dt.datetime.fromisoformat(value)
    return value


def _price(row: Stated) -> Price:
    return Price(row["instrument_id"], row["price_type"], row["as_of"], row["source"], row["price"], row["currency"])
