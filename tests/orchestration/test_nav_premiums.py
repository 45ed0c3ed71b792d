"""Market prices against NAVs out of a warehouse: E-18 and an ETF as a run would leave them in it, and the picture of them."""

from __future__ import annotations

import base64
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from orchestration.assets.nav_projects import PREMIUMS
from orchestration.pictures import premium_picture
from tests.orchestration.shown_nav_tables import HOUSE, MARCH, D, NavTables

ETF = {"subtype": "ETF_EQUITY", "instrument_id": "ETF-1"}


@pytest.fixture
def tables(tmp_path: Path) -> NavTables:
    tables = NavTables(tmp_path / "warehouse.duckdb")
    tables.add("seeds.sources", source="EXCHANGE", level=1, priority=1)
    return tables


def instrument(tables: NavTables, instrument_id: str, currency: str = "USD", kind: str = "ETF", **row: Any) -> None:
    plain = {"organization_id": HOUSE, "instrument_type": kind, "quote_basis": "PER_UNIT"}
    tables.add("intermediate.int_nav__instruments", instrument_id=instrument_id, currency=currency, **{**plain, **row})


def quote(tables: NavTables, instrument_id: str, value: str, currency: str = "USD", day: int = 10) -> None:
    tables.add(
        "intermediate.int_nav__prices",
        organization_id=HOUSE,
        instrument_id=instrument_id,
        price_type="MARKET",
        as_of=dt.datetime.combine(MARCH[day], dt.time(16, 30)),
        source="EXCHANGE",
        price=D(value),
        currency=currency,
    )


def premiums(tables: NavTables) -> list[dict[str, Any]]:
    return tables.calculated(PREMIUMS, "product_id, share_class_id, valuation_date")


def test_e18_a_token_over_its_nav(tables: NavTables) -> None:
    tables.product("token", product_type="digital_fund", instrument_id="T")
    tables.strike("token", "12497175.204463866849", shares="12470000")
    instrument(tables, "T", kind="TOKEN")
    quote(tables, "T", "1.0035")
    (row,) = premiums(tables)
    assert round(row["premium_rate"] * 100, 6) == D("0.131788")
    assert (row["is_alarm"], row["alarm_rate"], row["reason"]) == (False, D("0.01"), None)
    assert (row["price_as_of"], row["price_source"]) == (dt.datetime(2026, 3, 10, 16, 30), "EXCHANGE")


def test_an_etf_is_measured_on_each_day_it_is_struck(tables: NavTables) -> None:
    tables.product("etf", **ETF)
    instrument(tables, "ETF-1", "EUR")
    for day in (9, 10, 11):
        tables.strike("etf", "5000", day=day, shares="100")
    quote(tables, "ETF-1", "47", "EUR", day=9)
    quote(tables, "ETF-1", "46", "EUR", day=10)
    first, second, third = premiums(tables)
    # 47 x 1.0842 = 50.9574 and 46 x 1.0842 = 49.8732 dollars against 50
    assert (first["market_price"], first["premium_rate"], first["is_alarm"]) == (D("50.9574"), D("0.019148"), True)
    assert (second["market_price"], second["premium_rate"]) == (D("49.8732"), D("-0.002536"))
    assert (second["quoted_price"], second["quoted_currency"], second["fx_rate"]) == (D(46), "EUR", D("1.0842"))
    assert (third["premium_rate"], third["market_price"], third["is_alarm"]) == (None, None, None)
    assert (third["reason"], third["quoted_price"], third["nav_per_share"]) == ("STALE_PRICE", D(46), D(50))


def test_what_should_trade_and_has_no_price_says_so(tables: NavTables) -> None:
    tables.product("etf", subtype="ETF_BOND")
    tables.strike("etf", "5000", shares="100")
    (row,) = premiums(tables)
    assert (row["premium_rate"], row["reason"]) == (None, "MISSING_PRICE")


def test_a_price_without_a_rate_into_the_currency_of_the_class(tables: NavTables) -> None:
    tables.product("etf", **ETF)
    instrument(tables, "ETF-1", "CHF")
    tables.strike("etf", "5000", shares="100")
    quote(tables, "ETF-1", "47", "CHF")
    (row,) = premiums(tables)
    assert (row["premium_rate"], row["reason"], row["quoted_price"]) == (None, "MISSING_FX", D(47))


def test_a_mutual_fund_is_measured_only_where_it_trades(tables: NavTables) -> None:
    for name in ("listed", "plain"):
        tables.product(name, subtype="MUTUAL", instrument_id=name)
        tables.strike(name, "5000", shares="100")
        instrument(tables, name)
    quote(tables, "listed", "50")
    assert [(row["product_id"], row["premium_rate"]) for row in premiums(tables)] == [("listed", D(0))]


@pytest.mark.parametrize(("product_type", "held"), [("bond", "OTHER"), ("fund", "ASSET")])
def test_the_price_of_what_a_product_holds_is_not_its_own(tables: NavTables, product_type: str, held: str) -> None:
    tables.product("P", product_type=product_type, subtype="MUTUAL", instrument_id="ASSET")
    tables.strike("P", "5000", shares="100", held={held: "5000"})
    instrument(tables, "ASSET")
    quote(tables, "ASSET", "50")
    assert premiums(tables) == []


def test_each_class_trades_as_the_instrument_with_its_isin(tables: NavTables) -> None:
    tables.product("etf", **ETF)
    for name, isin in (("A", "XS-A"), ("B", "XS-B")):
        tables.nav("share_classes", "etf", share_class_id=name, isin=isin)
        keys = {"organization_id": HOUSE, "product_id": "etf", "valuation_date": MARCH[10], "version": 1}
        tables.add("ops.nav_strikes", **keys, share_class_id=name, currency="USD", nav_per_share=D(50))
    run = {"strike_id": "s", "state_id": "s1", "status": "STRUCK", "known_at": dt.datetime(2026, 3, 11, 9)}
    tables.add("ops.nav_runs", **keys, **run, currency="USD", net_assets=D(100))
    instrument(tables, "ETF-1", isin="XS-B")
    quote(tables, "ETF-1", "50.05")
    found = {row["share_class_id"]: (row["premium_rate"], row["reason"]) for row in premiums(tables)}
    assert found == {"A": (None, "MISSING_PRICE"), "B": (D("0.001"), None)}


def test_a_price_stated_beside_the_nav_counts_where_none_was_quoted(tables: NavTables) -> None:
    tables.product("etf", **ETF)
    instrument(tables, "ETF-1")
    for day in (9, 10):
        tables.strike("etf", "5000", day=day, shares="100")
    quote(tables, "ETF-1", "50.1", day=10)
    for day, version, status, stated in (
        (9, 1, "PUBLISHED", "50.2"),
        (9, 2, "REJECTED", "70"),
        (10, 1, "PUBLISHED", "50.3"),
        (11, 1, "PUBLISHED", "50.4"),
    ):
        plain = {"share_class_id": "etf", "currency": "USD", "source": "ADMINISTRATOR"}
        dated = {"valuation_date": MARCH[day], "version": version, "status": status}
        tables.nav("history", "etf", market_price=D(stated), **plain, **dated)
    first, second, third = premiums(tables)
    assert (first["premium_rate"], first["price_type"], first["price_source"]) == (
        D("0.004"),
        "STATED",
        "ADMINISTRATOR",
    )
    assert first["price_as_of"] == dt.datetime(2026, 3, 9, 17)
    assert (second["premium_rate"], second["price_type"]) == (D("0.002"), "MARKET")
    assert (third["premium_rate"], third["reason"], third["market_price"]) == (None, "NO_NAV", D("50.4"))


def test_a_market_price_that_comes_later_by_a_feed_is_measured(tables: NavTables) -> None:
    tables.product("etf", **ETF)
    instrument(tables, "ETF-1")
    tables.strike("etf", "5000", shares="100")
    assert premiums(tables)[0]["reason"] == "MISSING_PRICE"
    quote(tables, "ETF-1", "50.1")
    tables.add("intermediate.int_feeds__loads_known", load_id="l2", organization_id=HOUSE, kind="price_feed")
    assert premiums(tables)[0]["premium_rate"] == D("0.002")


def test_the_picture_draws_what_trades_and_says_so_where_nothing_does(tables: NavTables) -> None:
    assert premium_picture(tables.warehouse) == "No market price beside a NAV yet."
    for number in range(13):
        name = f"etf-{number:02d}"
        tables.product(name, subtype="ETF_BOND", instrument_id=name)
        instrument(tables, name)
        for day in (9, 10):
            tables.strike(name, "5000", day=day, shares="100")
            quote(tables, name, "50.1", day=day)
    assert len(premiums(tables)) == 26
    shown = premium_picture(tables.warehouse)
    assert base64.b64decode(shown.split("base64,")[1].split(")")[0]).startswith(b"\x89PNG")
    assert shown.endswith("The first 12 of 13 classes that trade, by name.")
