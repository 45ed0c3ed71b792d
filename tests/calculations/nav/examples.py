"""The worked examples of the NAV specification as evidence: the very rows of the samples. No expected values.

Source: nav 8, input-contracts 4.5.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any

from calculations.nav import Price
from calculations.nav.methods.evidence import Evidence
from ingestion.samples.nav.assets import listed_rows
from ingestion.samples.parameters import load_yaml
from tests.calculations.nav.evidence import evidence

Rows = list[dict[str, Any]]
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


def example(product_id: str, *, more: Mapping[str, Rows] | None = None, **changed: Any) -> Evidence:
    """The example on its own day. `changed` are fields of the product's row; `more` are rows of sheets beside its own."""
    tables = _tables()
    sheet, row = next(
        (sheet, row)
        for sheet, rows in tables.items()
        for row in rows
        if row.get("product_id") == product_id and sheet.endswith(" Products")
    )
    own: dict[str, Rows] = {
        name: [row for row in tables.get(sheet, []) if row["product_id"] == product_id]
        for name, sheet in SHEETS.items()
    }
    own["assumptions"] = [row for row in tables["Assumptions"] if row["scope_id"] == product_id]
    for name, rows in (more or {}).items():
        own[name] = own.get(name, []) + rows
    known = {field.name for field in fields(Price)}
    return evidence(
        sheet.removesuffix(" Products").lower().replace(" ", "_"),
        row | changed,
        instruments=tables["Instruments"],
        prices=[Price(**{name: cell for name, cell in row.items() if name in known}) for row in tables["Prices"]],
        **own,  # type: ignore[arg-type]
    )


@cache
def _tables() -> dict[str, Rows]:
    listed = listed_rows(load_yaml("nav_examples.yaml"))
    return {sheet: [{name: _typed(cell) for name, cell in row.items()} for row in rows] for sheet, rows in listed}


def _typed(cell: Any) -> Any:
    """Instants are written as text in the file."""
    if isinstance(cell, str) and cell[:1].isdigit() and cell.endswith("Z"):
        return dt.datetime.fromisoformat(cell)
    return cell
