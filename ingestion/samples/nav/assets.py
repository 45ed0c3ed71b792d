"""The products that are no daily fund, by sheet: rows listed in nav_products.yaml and nav_examples.yaml, and dated ones. Funds do not belong here."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ingestion.samples.nav import asset_market, asset_rows
from ingestion.samples.nav.market import Market
from ingestion.samples.nav.table import Cell, Row
from ingestion.samples.parameters import load_yaml

FILES = ("nav_products.yaml", "nav_examples.yaml")


def asset_tables(market: Market, seed: int) -> dict[str, list[Row]]:
    """Rows by sheet: those generated and those listed in the files."""
    supply = list(asset_rows.token_supply(seed))
    tokens = {str(row["product_id"]): int(str(row["register_supply"])) for row in supply}
    tables: dict[str, list[Row]] = {
        "Assumptions": list(asset_rows.assumptions()),
        "Valuations & Appraisals": list(asset_rows.valuations()),
        "Schedules": [*asset_rows.schedules(), *asset_market.observed_levels(market)],
        "Pools": list(asset_rows.pools(seed)),
        "Reserves & Vaults": list(asset_rows.reserves()),
        "Token Supply": supply,
        "Production": list(asset_rows.production(seed)),
        "Prices": list(asset_market.own_prices(market, tokens)),
        "Holdings": [*asset_market.token_holdings(), *asset_market.share_holdings()],
        "NAV History": list(asset_market.opened_strategies(market)),
    }
    for file in FILES:
        for sheet, rows in listed_rows(load_yaml(file)):
            tables.setdefault(sheet, []).extend(rows)
    return tables


def listed_rows(content: Mapping[str, Any]) -> Iterator[tuple[str, list[Row]]]:
    """The rows of a file by sheet. `common` of a sheet stands in each of its rows that does not say otherwise."""
    common = content["common"]
    for sheet, rows in content["sheets"].items():
        yield sheet, [{name: _cell(value) for name, value in {**common.get(sheet, {}), **row}.items()} for row in rows]


def _cell(value: Any) -> Cell:
    if isinstance(value, list | dict):
        return json.dumps(value, sort_keys=True)
    if isinstance(value, str | bool | dt.date) or value is None:
        return value
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"expected a value of a cell, found {value!r}") from error
