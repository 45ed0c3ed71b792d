"""The queries for BI users answer from the contracts of the marts: each alone binds, and joins the version valid on its day."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

DBT = Path(__file__).parents[2] / "dbt_project"
QUERIES = sorted((DBT / "queries").glob("*.sql"))
DEFAULTS = {"varchar": "-", "date": dt.date(1900, 1, 1), "timestamp": dt.datetime(2024, 1, 1), "boolean": False}


@cache
def contract(mart: str) -> dict[str, Any]:
    (path,) = (DBT / "models" / "marts").glob(f"*/{mart}.yml")
    (model,) = yaml.safe_load(path.read_text())["models"]
    return model


@pytest.fixture
def marts() -> duckdb.DuckDBPyConnection:
    """Every mart that a query reads, empty, with the columns of its contract."""
    connection = duckdb.connect()
    connection.execute("create schema marts")
    named = {mart for query in QUERIES for mart in re.findall(r"marts\.(\w+)", query.read_text())}
    for mart in sorted(named):
        columns = ", ".join(f"{c['name']} {c['data_type']}" for c in contract(mart)["columns"])
        connection.execute(f"create table marts.{mart} ({columns})")
    return connection


def put(marts: duckdb.DuckDBPyConnection, mart: str, **values: Any) -> None:
    """A row of a mart; what is not named and may not be unknown has a value that no query speaks of."""
    row = {
        c["name"]: DEFAULTS.get(c["data_type"], 0)
        for c in contract(mart)["columns"]
        if {"type": "not_null"} in c.get("constraints", [])
    } | values
    marks = ", ".join(f"${name}" for name in row)
    marts.execute(f"insert into marts.{mart} ({', '.join(row)}) values ({marks})", row)


def answer(marts: duckdb.DuckDBPyConnection, name: str, **parameters: Any) -> list[dict[str, Any]]:
    sql = (DBT / "queries" / f"{name}.sql").read_text()
    return marts.execute(sql, {"organization_id": "alder"} | parameters).to_arrow_table().to_pylist()


def test_the_order_of_a_marts_copies_names_its_own_columns() -> None:
    unknown: dict[str, set[str]] = {}
    for path in (DBT / "models" / "marts").glob("*/*.yml"):
        for model in yaml.load(path.read_text(), yaml.CSafeLoader).get("models", []):
            order = model.get("config", {}).get("meta", {}).get("sorted_by", [])
            lacking = set(order) - {column["name"] for column in model["columns"]}
            unknown |= {model["name"]: lacking} if lacking else {}
    assert unknown == {}


def test_every_query_is_described_for_bi_users() -> None:
    told = (DBT / "queries" / "README.md").read_text()
    assert [query.name for query in QUERIES if query.name not in told] == []


def test_a_portfolio_shows_assets_as_they_were_on_the_day(marts: duckdb.DuckDBPyConnection) -> None:
    asset = {"organization_id": "alder", "asset_id": "LX1", "moodys_industry": "Media", "maturity": dt.date(2028, 1, 1)}
    put(marts, "dim_asset", asset_key="old", moodys_rating="B2", is_cov_lite=True, **asset)
    put(marts, "dim_asset", asset_key="new", moodys_rating="Caa1", is_cov_lite=True, **asset)
    put(marts, "dim_deal", organization_id="alder", deal_key="d", deal_id="MAG")
    for key, day in (("old", dt.date(2024, 1, 31)), ("new", dt.date(2024, 2, 29))):
        put(marts, "fact_deal_holdings", organization_id="alder", deal_key="d", asset_key=key, event_date=day, par=5.0)
    asked = {"industry": "Media", "ratings": ["B1", "B2"], "matures_before": dt.date(2029, 1, 1), "is_cov_lite": True}
    (held,) = answer(marts, "portfolio", event_date=dt.date(2024, 1, 31), **asked)
    assert (held["deal_id"], held["asset_id"], held["moodys_rating"], held["par"]) == ("MAG", "LX1", "B2", 5.0)
    assert answer(marts, "portfolio", event_date=dt.date(2024, 2, 29), **asked) == []
    assert answer(marts, "portfolio", event_date=dt.date(2024, 1, 31), **asked | {"is_cov_lite": False}) == []
    assert (
        answer(marts, "portfolio", event_date=dt.date(2024, 1, 31), **asked | {"matures_before": dt.date(2028, 1, 1)})
        == []
    )


def test_cash_flows_are_those_of_the_assets_and_the_scenario_asked_for(marts: duckdb.DuckDBPyConnection) -> None:
    put(marts, "dim_deal", organization_id="alder", deal_key="d", deal_id="MAG")
    for number in (1, 2):
        put(marts, "dim_asset", organization_id="alder", asset_key=f"k{number}", asset_id=f"LX{number}")
        for scenario in ("base", "stress"):
            flow = {"asset_key": f"k{number}", "asset_id": f"LX{number}", "scenario_id": scenario, "is_current": True}
            put(marts, "fact_asset_cash_flows", organization_id="alder", deal_key="d", total_cash_flow=number, **flow)
    found = answer(marts, "asset_cash_flows", asset_ids=["LX2", "LX9"], scenario_id="base")
    assert [(row["asset_id"], row["total_cash_flow"]) for row in found] == [("LX2", 2.0)]


def test_a_deals_history_shows_its_status_of_each_day_and_listed_tests_only(marts: duckdb.DuckDBPyConnection) -> None:
    put(marts, "dim_compliance_test", test_number=38, test_name="Junior overcollateralisation")
    for key, status in (("d1", "RAMP_UP"), ("d2", "REINVESTING")):
        put(marts, "dim_deal", organization_id="alder", deal_key=key, deal_id="MAG", deal_status_code=status)
    for key, day, listed in (
        ("d2", dt.date(2024, 2, 1), True),
        ("d1", dt.date(2024, 1, 1), True),
        ("d2", dt.date(2024, 3, 1), False),
    ):
        result = {"deal_key": key, "deal_id": "MAG", "event_date": day, "is_listed": listed, "test_number": 38}
        put(marts, "fact_compliance_results", organization_id="alder", passed=True, **result)
    found = answer(marts, "deal_test_history", deal_id="MAG")
    assert [row["deal_status_code"] for row in found] == ["RAMP_UP", "REINVESTING"]


def test_an_unknown_irr_is_counted_as_a_fund_and_not_as_a_measure(marts: duckdb.DuckDBPyConnection) -> None:
    day = dt.date(2024, 12, 31)
    for number, irr in enumerate(["0.10", "0.20", None]):
        put(marts, "dim_fund", organization_id="alder", fund_key=f"f{number}", vintage_year=2015, fund_type="BUYOUT")
        amounts = {"irr": irr, "total_value": 150 + 50 * number, "called_capital": 100, "distributed_capital": 60}
        put(marts, "fact_fund_performance", organization_id="alder", fund_key=f"f{number}", event_date=day, **amounts)
        put(
            marts,
            "fact_fund_performance",
            organization_id="alder",
            fund_key=f"f{number}",
            event_date=day,
            investor_id="LP",
        )
    (found,) = answer(marts, "irr_by_vintage", event_date=day)
    assert (found["fund_count"], found["measured_count"]) == (3, 2)
    # The middle of 10 % and 20 %; 150 + 200 + 250 over three times 100 called.
    assert (float(found["irr_median"]), found["pooled_tvpi"]) == (pytest.approx(0.15), pytest.approx(2.0))


def test_a_nav_series_takes_the_strike_in_force_and_its_return(marts: duckdb.DuckDBPyConnection) -> None:
    put(marts, "dim_product", organization_id="alder", product_key="p", product_id="P")
    put(marts, "dim_share_class", organization_id="alder", share_class_key="s", share_class_id="P-A")
    for day, nav, in_force in ((1, "10", True), (2, "99", False), (2, "11", True)):
        strike = {"event_date": dt.date(2024, 1, day), "nav_per_share": nav, "is_in_force": in_force}
        put(marts, "fact_nav", organization_id="alder", product_key="p", product_id="P", share_class_key="s", **strike)
    period = {"first_date": dt.date(2024, 1, 1), "last_date": dt.date(2024, 1, 31)}
    found = answer(marts, "nav_series", product_id="P", **period)
    assert [row["nav_per_share"] for row in found] == [Decimal(10), Decimal(11)]
    assert [row["price_return"] for row in found] == [None, pytest.approx(0.1)]


def test_what_an_investor_was_called_for_adds_up_by_year_and_status(marts: duckdb.DuckDBPyConnection) -> None:
    for year in (2023, 2024):
        put(marts, "dim_date", date_id=year * 10_000 + 101, year=year)
    for key, status in (("f1", "INVESTING"), ("f2", "HARVESTING")):
        put(marts, "dim_fund", organization_id="alder", fund_key=key, fund_status=status)
    put(marts, "dim_investor", organization_id="alder", investor_key="i", investor_id="LP")
    for key, year, called in (("f1", 2023, 10), ("f1", 2023, 5), ("f2", 2024, 7)):
        leg = {"date_id": year * 10_000 + 101, "capital_call_amount": called, "net_cash_flow": -called}
        put(marts, "fact_cash_flows", organization_id="alder", fund_key=key, fund_id="F", investor_key="i", **leg)
    found = answer(marts, "fund_cash_flows", fund_id="F")
    assert [(row["year"], row["fund_status"], row["called"], row["net_cash_flow"]) for row in found] == [
        (2023, "INVESTING", 15, -15),
        (2024, "HARVESTING", 7, -7),
    ]


def test_checks_that_did_not_pass_are_counted_by_week(marts: duckdb.DuckDBPyConnection) -> None:
    put(marts, "dim_date", date_id=20240102, year=2024, week_of_year=1)
    for second, passed in ((1, True), (2, False), (3, False)):
        check = {"check_name": f"check {second}", "checked_at": dt.datetime(2024, 1, 2, 0, 0, second), "passed": passed}
        put(
            marts,
            "fact_quality_results",
            organization_id="alder",
            stage="marts",
            event_date=dt.date(2024, 1, 2),
            date_id=20240102,
            **check,
        )
    (found,) = answer(marts, "quality_results", first_date=dt.date(2024, 1, 1), last_date=dt.date(2024, 1, 31))
    assert (found["check_count"], found["not_passed_count"], found["last_not_passed"]) == (3, 2, "check 3")
