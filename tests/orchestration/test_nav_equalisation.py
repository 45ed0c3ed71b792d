"""Equalisation, fees owed for good and daily dividends out of a warehouse: the rows as a run would leave them. Source: nav 3, 8."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from orchestration.assets.nav_projects import CRYSTALLISATIONS, DIVIDENDS, EVENTS, INCOME, LOTS
from tests.orchestration.shown_nav_tables import HOUSE, KNOWN, MARCH, RUN, D, NavTables

EVE, LATER = dt.date(2026, 3, 9), dt.date(2026, 3, 30)
PERIOD_END = dt.date(2026, 3, 31)


@pytest.fixture
def tables(tmp_path: Path) -> NavTables:
    return NavTables(tmp_path / "warehouse.duckdb")


def fee_class(tables: NavTables, **row: Any) -> None:
    tables.product("f", measurement_basis="FAIR_VALUE", valuation_cutoff="17:00 UTC")
    plain = {"share_class_id": "p", "currency": "USD", "performance_fee_rate": D("0.2"), "hurdle_type": "NONE"}
    plain |= {"equalisation": "CREDIT_DEBIT", "crystallisation": "QUARTERLY", "share_dp": 3}
    tables.nav("share_classes", "f", **{**plain, **row})
    tables.nav(
        "accruals", "f", share_class_id="p", accrual_id="PERF", kind="PERFORMANCE_FEE", side="LIABILITY",
        method="PERFORMANCE", currency="USD", start_date=dt.date(2026, 1, 1),
    )  # fmt: skip


def stated(tables: NavTables, day: dt.date, nav: str, **row: Any) -> None:
    plain = {"share_class_id": "p", "version": 1, "status": "PUBLISHED", "currency": "USD", "valuation_date": day}
    tables.nav("history", "f", nav_per_share=D(nav), **{**plain, **row})


def struck(tables: NavTables, day: dt.date, nav: str, fee: str, shares: str = "1000", name: str = "p") -> None:
    keys = {"organization_id": HOUSE, "product_id": "f", "valuation_date": day, "version": 1}
    of_run = {"strike_id": f"{day}", "state_id": "s1", "status": "STRUCK", "known_at": KNOWN, "struck_at": RUN}
    net = D(nav) * D(shares)
    tables.add("ops.nav_runs", **keys, **of_run, currency="USD", net_assets=net)
    of_class = {"currency": "USD", "net_assets": net, "net_assets_class": net, "shares_outstanding": D(shares)}
    tables.add("ops.nav_strikes", **keys, share_class_id=name, nav_per_share=D(nav), **of_class)
    line = {"share_class_id": name, "kind": "PERFORMANCE_FEE", "accrual_id": "PERF", "currency": "USD"}
    tables.add("ops.nav_components", **keys, **line, amount=-D(fee) * D(shares), base_amount=-D(fee) * D(shares))


def order(tables: NavTables, order_id: str, day: dt.date, shares: str, **row: Any) -> None:
    plain = {"share_class_id": "p", "activity": "SUBSCRIPTION", "status": "SETTLED", "nav_date": day, "currency": "USD"}
    tables.nav("capital_activity", "f", order_id=order_id, shares=D(shares), **{**plain, "investor_id": "I", **row})


def test_e22_a_subscriber_above_the_mark_has_a_credit(tables: NavTables) -> None:
    """Gross NAV 112.50, mark 100, 20 %: NAV 110 and a credit of 2.50, from the price stated and from the NAV alone."""
    fee_class(tables)
    stated(tables, EVE, "110", high_water_mark=D(100))
    order(tables, "paid", EVE, "1000", price=D(110), investor_nav_basis=D("112.5"))
    order(tables, "told", EVE, "10", price=D(110))
    for row in tables.calculated(LOTS, "order_id"):
        assert (row["kind"], row["gross_nav_per_share"], row["high_water_mark"]) == ("CREDIT", D("112.5"), D(100))
        assert (row["price_paid"], row["nav_per_share"], row["credit_per_share"]) == (D("112.5"), D(110), D("2.5"))
        assert (row["credit_open_amount"], row["reason"]) == (D("2.5") * row["shares"], None)
        assert row["is_gross_stated"] == (row["order_id"] == "paid")


def test_a_period_end_pays_the_manager_what_investors_bear_of_the_fee(tables: NavTables) -> None:
    # 900 shares from the mark and 100 from 112.50 at 120: fee 4 each, of which 100 x 2.50 go back
    fee_class(tables)
    stated(tables, dt.date(2025, 12, 31), "100", high_water_mark=D(100))
    order(tables, "first", dt.date(2025, 12, 30), "900", activity="TRANSFER_IN", investor_nav_basis=D(100))
    struck(tables, EVE, "110", "2.5", "900")
    order(tables, "new", EVE, "100")
    struck(tables, PERIOD_END, "116", "4")
    stated(tables, PERIOD_END, "116", high_water_mark=D(116))
    end, *none = tables.calculated(CRYSTALLISATIONS, "valuation_date, event_kind")
    assert not none
    assert (end["accrued_fee_amount"], end["crystallised_fee_amount"]) == (D(4000), D(4000))
    assert (end["high_water_mark_after"], end["high_water_mark_stated"]) == (D(116), D(116))
    assert (end["equalised_shares"], end["credit_returned_amount"]) == (D(1000), D(250))
    assert (end["payable_fee_amount"], end["reason"]) == (D(900 * 4 + 150), None)
    lots = {row["order_id"]: row for row in tables.warehouse.records(f"select * from {LOTS}")}
    assert (lots["first"]["kind"], lots["first"]["own_fee_amount"]) == ("NONE", D(3600))
    assert (lots["new"]["own_fee_amount"], lots["new"]["shares_issued"]) == (D(150), D("2.155"))


def test_what_the_manager_is_due_is_unknown_where_lots_are(tables: NavTables) -> None:
    fee_class(tables)
    stated(tables, dt.date(2025, 12, 31), "100", high_water_mark=D(100))
    order(tables, "first", dt.date(2025, 12, 30), "900")
    struck(tables, PERIOD_END, "116", "4", "900")
    (end,) = tables.calculated(CRYSTALLISATIONS, "valuation_date, event_kind")
    assert (end["crystallised_fee_amount"], end["payable_fee_amount"]) == (D(3600), None)
    assert (end["reason"], end["detail"]) == ("MISSING_VALUE", "lots are known of 0 of 900 shares")
    (lot,) = tables.warehouse.records(f"select * from {LOTS}")
    assert (lot["kind"], lot["reason"]) == (None, "MISSING_TERMS")


def test_redeemed_shares_owe_their_fee_at_once_and_all_lots_make_it_payable(tables: NavTables) -> None:
    fee_class(tables)
    stated(tables, EVE, "110", high_water_mark=D(100), shares_outstanding=D(0))
    order(tables, "a", EVE, "1000", investor_nav_basis=D("112.5"))
    struck(tables, MARCH[11], "108", "2")
    order(tables, "out", MARCH[11], "400", activity="REDEMPTION")
    struck(tables, PERIOD_END, "116", "4", "600")
    end, out = sorted(tables.calculated(CRYSTALLISATIONS, "event_kind"), key=lambda row: row["event_kind"])
    # leaving at 110: fee 800, all given back of the credit of 1,000; staying: 2,400 less 600 x 2.50
    assert (out["crystallised_fee_amount"], out["payable_fee_amount"]) == (D(800), 0)
    assert (end["crystallised_fee_amount"], end["payable_fee_amount"]) == (D(2400), D(900))
    events = tables.warehouse.records(f"select * from {EVENTS} order by event_number")
    assert [(row["event_kind"], row["shares"], row["credit_returned_amount"]) for row in events] == [
        ("REDEMPTION", D(400), D(800)), ("PERIOD_END", D(600), D(1500)),
    ]  # fmt: skip
    assert [row["redemption_order_id"] for row in events] == ["out", None]


def test_e22_income_bought_comes_back_as_capital_in_the_first_distribution(tables: NavTables) -> None:
    """1,200 shares with 0.4137 of income inside: 496.44."""
    tables.product("f")
    tables.nav("share_classes", "f", share_class_id="d", currency="USD", equalisation="INCOME")
    for day, accrued in ((EVE, "0.4137"), (LATER, None)):
        stated(tables, day, "100", share_class_id="d", accrued_income_per_share=accrued and D(accrued))
    order(tables, "E-22", MARCH[10], "1200", share_class_id="d")
    order(tables, "out", MARCH[11], "200", share_class_id="d", activity="REDEMPTION")
    dated = {"share_class_id": "d", "activity": "INCOME_DISTRIBUTION", "record_date": LATER, "ex_date": PERIOD_END}
    order(tables, "paid", LATER, "5000", rate_per_share=D("0.6"), **dated, investor_id=None)
    (row,) = tables.calculated(INCOME, "order_id")
    assert (row["accrued_on"], row["income_bought_amount"]) == (EVE, D("496.44"))
    # the 1,000 shares still held are paid 600, of which 1,000 x 0.4137 is capital
    assert (row["distribution_amount"], row["capital_amount"], row["income_amount"]) == (D(600), D("413.7"), D("186.3"))


def test_income_bought_is_unknown_where_no_accrued_income_is_stated(tables: NavTables) -> None:
    tables.product("f")
    tables.nav("share_classes", "f", share_class_id="d", currency="USD", equalisation="INCOME")
    order(tables, "early", EVE, "1200", share_class_id="d")
    (row,) = tables.calculated(INCOME, "order_id")
    assert (row["income_bought_amount"], row["reason"]) == (None, "MISSING_VALUE")


def daily(tables: NavTables, basis: str = "AMORTISED_COST", **row: Any) -> None:
    """Net assets of 1,000,000 shares at 1.0000: 100.50 of income on Friday, 20,000 subscribed, 301.30 over the weekend."""
    tables.product("f", measurement_basis=basis)
    plain = {"share_class_id": "p", "currency": "USD", "income_policy": "DAILY_ACCRUAL", "income_dp": 6}
    tables.nav("share_classes", "f", **{**plain, **row})
    thursday, friday, monday = (MARCH[day] for day in (5, 6, 9))
    stated(tables, thursday, "1", net_assets=D(1_000_000), shares_outstanding=D(1_000_000))
    for day, before, shares, rate in ((friday, thursday, "1000000", "0.0001"), (monday, friday, "1020000", "0.000295")):
        dated = {"record_date": before, "ex_date": day, "settle_date": PERIOD_END, "status": "PRICED"}
        amount = {"amount": D(shares) * D(rate), "rate_per_share": D(rate)}
        order(tables, f"i{day}", before, shares, activity="INCOME_DISTRIBUTION", **dated, **amount)
    order(tables, "in", friday, "20000", amount=D(20_000), settle_date=MARCH[10])
    struck(tables, friday, "1.0000005", "0", "1000000")  # 100.50 less 100
    struck(tables, monday, "1.000000882352941176", "0", "1020000")  # 0.50 + 301.30 less 300.90: 0.90
    stated(tables, friday, "1", income_factor=D("0.0001"))


def test_dividends_and_residue_are_all_the_income(tables: NavTables) -> None:
    daily(tables)
    rows = tables.calculated(DIVIDENDS, "valuation_date")
    assert [row["valuation_date"] for row in rows] == [MARCH[day] for day in (6, 7, 8, 9)]
    assert [round(row["net_income"], 6) for row in rows] == [D("100.5"), 0, 0, D("301.3")]
    # 0.000100 x 1,000,000 = 100, 0.50 carried; (0.50 + 301.30) / 1,020,000 = 0.000295, 0.90 carried
    assert [row["dividend_per_share"] for row in rows] == [D("0.0001"), 0, 0, D("0.000295")]
    assert [round(row["carried_forward_amount"], 6) for row in rows] == [D("0.5"), D("0.5"), D("0.5"), D("0.9")]
    assert rows[-1]["payable_amount"] + rows[-1]["carried_forward_amount"] == sum(row["net_income"] for row in rows)
    assert [row["dividend_per_share_stated"] for row in rows] == [D("0.0001"), None, None, None]


@pytest.mark.parametrize(
    ("basis", "row", "reason"),
    [("FAIR_VALUE", {}, "UNSUPPORTED_CONVENTION"), ("AMORTISED_COST", {"income_dp": None}, "MISSING_TERMS")],
)
def test_a_dividend_that_cannot_be_reckoned_says_why(tables: NavTables, basis: str, row: Any, reason: str) -> None:
    daily(tables, basis, **row)
    (found,) = tables.calculated(DIVIDENDS, "valuation_date")
    assert (found["dividend_per_share"], found["dividend_per_share_stated"]) == (None, D("0.0001"))
    assert found["reason"] == reason
