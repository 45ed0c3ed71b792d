"""Money market funds judged in the warehouse: which books have rows, what the rows keep, and their picture.

The book is that of tests/calculations: 1,000 of bills at 99.1, 1,000 shares at 1.0000. Source: nav 4.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from calculations.nav.money_market import regulation
from orchestration.assets.nav_money_market import BOOKS, COMPLIANCE, MONEY_MARKET, judge_money_market_funds
from orchestration.calculation_cache import refresh
from orchestration.pictures import money_market_picture
from orchestration.warehouse import Warehouse
from tests.calculations.nav.money_market.books import DAY
from tests.calculations.nav.money_market.test_stated import BILL, PRODUCT, lot

KNOWN = dt.datetime(2026, 3, 11, 9)
OF_STATE = {"state_id": "s", "organization_id": "o", "known_to": None, "source_row": 1, "product_id": "p"}
SQL = {
    str: "varchar",
    bool: "boolean",
    int: "integer",
    Decimal: "decimal(38,12)",
    dt.date: "date",
    dt.datetime: "timestamp",
}
EMPTY = {
    "seeds.sources": "source varchar, level integer, priority integer",
    "intermediate.int_nav__corporate_actions": "organization_id varchar, known_to timestamp, action_type varchar, action_id varchar",
    "intermediate.int_nav__prices": "organization_id varchar, instrument_id varchar, price_type varchar, as_of timestamp, "
    "source varchar, currency varchar, round_id varchar",
    "intermediate.int_market__holidays": "calendar varchar, holiday_date date",
    "intermediate.int_market__fx_rates": "organization_id varchar, base_currency varchar, quote_currency varchar, "
    "as_of timestamp, source varchar, rate decimal(38,12)",
    **{
        f"intermediate.int_nav__{name}": "state_id varchar, product_id varchar, source_row integer"
        for name in ("share_classes", "accruals", "capital_activity", "history", "transfer_agent_shares")
    },
}


def book(book_id: str, fund_type: str | None = "GOVERNMENT", **more: Any) -> dict[str, Any]:
    regime = {"regime": None if fund_type is None else "US_2A7", "fund_type": fund_type, "stable_nav": Decimal(1)}
    return {**OF_STATE, "book_id": book_id, "known_from": KNOWN, "known_at": KNOWN, **regime, **more}


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    found = Warehouse(tmp_path / "warehouse.duckdb")
    found.create_tables()
    with found.transaction() as connection:
        for table, columns in EMPTY.items():
            connection.execute(f"create table {table} ({columns})")
        connection.execute("insert into seeds.sources values ('ADMINISTRATOR', 2, 1)")
        fill(connection, "intermediate.int_nav__products", {**PRODUCT, **OF_STATE, "product_type": "fund"})
        fill(
            connection,
            "intermediate.int_nav__instruments",
            {**BILL, **OF_STATE, "instrument_id": "BILL", "currency": "USD"},
        )
        fill(connection, "intermediate.int_nav__holdings", {**lot(), **OF_STATE})
        fill(connection, BOOKS, book("b"))
    return found


def fill(connection: Any, table: str, row: dict[str, Any]) -> None:
    """A row in a table made for it; what is never given is text."""
    columns = ", ".join(f'"{name}" {SQL.get(type(value), "varchar")}' for name, value in row.items())
    connection.execute(f"create table if not exists {table} ({columns})")
    connection.execute(f"insert into {table} values ({', '.join('?' * len(row))})", list(row.values()))


def test_a_fund_has_a_row_for_each_rule_of_its_regulation(warehouse: Warehouse) -> None:
    assert refresh(warehouse, MONEY_MARKET, "code") == 1
    rows = {row["rule_code"]: row for row in warehouse.records(f"select * from {COMPLIANCE}")}
    assert list(rows) == [rule.rule_code for rule in regulation("US_2A7").rules]
    wam, shadow = rows["MMF_WAM"], rows["MMF_SHADOW_50"]
    assert (wam["actual"], wam["threshold"], wam["passed"], wam["valuation_date"]) == (30, 60, True, DAY)
    # 991 of assets on 1,000 shares are 90 bp below par
    assert (shadow["actual"], shadow["threshold"], shadow["outcome"], shadow["passed"]) == (90, 50, "BREACHED", False)
    assert rows["MMF_FEE_MANDATORY"]["passed"] is None
    assert {(row["book_id"], row["state_id"], row["known_at"]) for row in rows.values()} == {("b", "s", KNOWN)}


def test_what_stands_is_not_calculated_again(warehouse: Warehouse) -> None:
    assert [refresh(warehouse, MONEY_MARKET, code) for code in ("code", "code", "other")] == [1, 0, 1]
    assert warehouse.rows(f"select count(*) from {COMPLIANCE}") == [(16,)]


@pytest.mark.parametrize("fund_type", [None, "LVNAV"])
def test_a_fund_of_no_type_of_its_regulation_has_no_rows(warehouse: Warehouse, fund_type: str | None) -> None:
    with warehouse.transaction() as connection:
        fill(connection, BOOKS, book("b2", fund_type))
    assert judge_money_market_funds(warehouse, ["b2"]) == {COMPLIANCE: []}


def test_the_picture_shows_lives_below_their_limits(warehouse: Warehouse) -> None:
    assert money_market_picture(warehouse) == "No money market fund judged yet."
    refresh(warehouse, MONEY_MARKET, "code")
    assert money_market_picture(warehouse).startswith("![Days of WAM (lines) and WAL (dashes)")
