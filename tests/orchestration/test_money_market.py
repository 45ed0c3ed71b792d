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
from orchestration.assets.nav_money_market import (
    BOOKS,
    COMPLIANCE,
    MEASURES,
    MONEY_MARKET,
    READ,
    STRESS,
    TABLES,
    judge_money_market_funds,
)
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
        for name in READ
        if name not in ("holdings", "history", "capital_activity")
    },
    "intermediate.int_nav__capital_activity": "state_id varchar, product_id varchar, source_row integer, order_id varchar, "
    "share_class_id varchar, activity varchar, status varchar, nav_date date, settle_date date, shares decimal(38,12), "
    "amount decimal(38,12), currency varchar, ex_date date",
}


def book(book_id: str, fund_type: str | None = "GOVERNMENT", **more: Any) -> dict[str, Any]:
    regime = {"regime": None if fund_type is None else "US_2A7", "fund_type": fund_type, "stable_nav": Decimal(1)}
    return {**OF_STATE, "book_id": book_id, "known_from": KNOWN, "known_at": KNOWN, **regime, **more}


def declared(day: dt.date) -> dict[str, Any]:
    row = {"share_class_id": "p", "valuation_date": day, "version": 1, "status": "PUBLISHED", "currency": "USD"}
    amounts = dict.fromkeys(("net_assets", "nav_per_share", "shares_outstanding"), Decimal(1000))
    return {**OF_STATE, **row, **amounts, "unswung_nav": None, "income_factor": Decimal("0.0001")}


def assumed(name: str, value: str) -> dict[str, Any]:
    row = {"scope_type": "PRODUCT", "scope_id": "p", "assumption": name, "as_of": DAY, "tenor": "", "source": "BOARD"}
    terms = dict.fromkeys(("value_text", "currency", "compounding", "valid_until"))
    return {**OF_STATE, **row, **terms, "value": Decimal(value), "unit": "FRACTION", "valid_until": None}


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
        for back in range(7):
            fill(connection, "intermediate.int_nav__history", declared(DAY - dt.timedelta(days=back)))
        fill(connection, "intermediate.int_nav__assumptions", assumed("LIQUIDITY_COST", "0.0002"))
        fill(connection, "intermediate.int_nav__assumptions", assumed("STRESS_REDEMPTION_SHARE", "0.1"))
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
    assert judge_money_market_funds(warehouse, ["b2"]) == {table: [] for table in TABLES}


def test_measures_stand_beside_the_verdicts(warehouse: Warehouse) -> None:
    """30 days to maturity, 991 of assets on 1,000 shares; seven days of 0.0001 are 365 x 0.0001 a year."""
    refresh(warehouse, MONEY_MARKET, "code")
    rows = {row["measure_name"]: row for row in warehouse.records(f"select * from {MEASURES}")}
    found = {name: (row["measure_value"], row["unit"], row["currency"]) for name, row in rows.items()}
    assert found["WAM"] == found["WAL"] == (30, "DAYS", None)
    assert found["MARKET_NAV"] == (Decimal("0.991"), "PER_SHARE", "USD")
    assert found["AMORTISED_NAV"] == (Decimal("0.99"), "PER_SHARE", "USD")
    assert found["DEVIATION_BPS"] == (-90, "BPS", None)
    assert found["SEVEN_DAY_YIELD"] == (Decimal("0.0365"), "FRACTION", None)
    assert rows["EFFECTIVE_YIELD"]["subject_id"] == "p"
    # (1 + 0.0007) ** (365 / 7) - 1, by exponent and logarithm
    assert rows["EFFECTIVE_YIELD"]["measure_value"] == Decimal("0.037161060381")
    assert "LIQUIDITY_FEE" not in found


def test_an_institutional_fund_shows_its_liquidity_fee(warehouse: Warehouse) -> None:
    with warehouse.transaction() as connection:
        fill(connection, BOOKS, book("b2", "INSTITUTIONAL_PRIME"))
        connection.execute(
            "insert into intermediate.int_nav__capital_activity select 's', 'p', 1, 'o1', null, 'REDEMPTION', 'PRICED', "
            f"date '{DAY}', null, null, 99.1, 'USD', null"
        )
    rows = judge_money_market_funds(warehouse, ["b2"])[MEASURES]
    found = {row["measure_name"]: (row["measure_value"], row["detail"]) for row in rows}
    # a tenth of net assets is redeemed, more than 5 %; selling a slice costs 2 bp
    assert found["REDEMPTION_SHARE"] == (Decimal("0.1"), None)
    assert found["LIQUIDITY_FEE_RATE"] == (Decimal("0.0002"), "SLICE_COST")
    assert found["LIQUIDITY_FEE"] == (Decimal("0.01982"), "SLICE_COST")


def test_each_scenario_is_stressed_at_the_redemptions_assumed(warehouse: Warehouse) -> None:
    refresh(warehouse, MONEY_MARKET, "code")
    rows = {row["scenario"]: row for row in warehouse.records(f"select * from {STRESS} order by result_number")}
    assert len(rows) == 7
    assert {row["redemption_share"] for row in rows.values()} == {Decimal("0.1")}
    # 991 less 100 paid at the stable price, on 900 shares; a rise of 1 % over 30 of 365 days takes 991 x 0.0008219
    assert rows["unstressed"]["nav_per_share"] == Decimal("0.990000000000")
    assert rows["rates up 100 bp"]["nav_per_share"] == Decimal("0.989094977169")
    # below the minimum of 0.995 all the same
    assert {row["passed"] for row in rows.values()} == {False}


def test_the_picture_shows_lives_below_their_limits(warehouse: Warehouse) -> None:
    assert money_market_picture(warehouse) == "No money market fund judged yet."
    refresh(warehouse, MONEY_MARKET, "code")
    assert money_market_picture(warehouse).startswith("![WAM and WAL of every fund in days")
