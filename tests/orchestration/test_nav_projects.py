"""Projects, redemptions and NAV errors out of a warehouse: E-22, E-23 and E-24 as a run would leave them in it.

Figures are those of nav 8. A held product counts as it was last good; what was calculated stands until something changes.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from orchestration.assets.nav_projects import ERRORS, NAV_PROJECTS, PRODUCTS, PROJECTS, REDEMPTIONS
from orchestration.calculation_cache import refresh
from tests.orchestration.shown_nav_tables import HOUSE, KNOWN, MARCH, RUN, D, NavTables


@pytest.fixture
def tables(tmp_path: Path) -> NavTables:
    return NavTables(tmp_path / "warehouse.duckdb")


def e24(tables: NavTables) -> None:
    for product_id, net, currency in (
        ("bond", "9650000", "USD"),
        ("building", "13300000", "EUR"),
        ("fund", "5340000", "GBP"),
    ):
        tables.product(product_id, currency)
        tables.strike(product_id, net, currency)


def test_e24_a_project_over_products_and_currencies(tables: NavTables) -> None:
    e24(tables)
    (row,) = tables.calculated(PROJECTS, "valuation_date")
    assert (row["net_assets"], row["is_complete"], row["product_count"]) == (D("30838310"), True, 3)
    assert (row["return_rate"], row["return_rate_reason"]) == (None, "NO_OPENING")
    weights = [part["weight"] for part in tables.calculated(PRODUCTS, "product_id")]
    assert [round(weight, 15) for weight in weights] == [
        D("0.312922465595553"),
        D("0.467595662667636"),
        D("0.219481871736810"),
    ]


def test_a_project_returns_what_its_products_do_in_its_own_currency(tables: NavTables) -> None:
    # weights 1/3 and 2/3 at 1.0842; +3 % a share in dollars, and nothing in euro of which one is worth 1 % more
    tables.product("A")
    tables.product("B", "EUR")
    tables.strike("A", "1084.2", day=10, shares="100")
    tables.strike("B", "2000", "EUR", day=10, shares="10")
    tables.rate("EUR", "1.095042", MARCH[11])
    tables.strike("A", "2233.452", day=11, shares="200")
    tables.strike("B", "2000", "EUR", day=11, shares="10")
    _, row = tables.calculated(PROJECTS, "valuation_date")
    assert row["return_rate"] == round(D("0.05") / 3, 18)


def test_a_product_that_another_one_holds_counts_once(tables: NavTables) -> None:
    tables.product("feeder")
    tables.product("master", instrument_id="MASTER-UNIT")
    tables.strike("feeder", "100", held={"MASTER-UNIT": "30", "OTHER": "70"})
    tables.strike("master", "50", held={"OTHER": "50"})
    (row,) = tables.calculated(PROJECTS, "valuation_date")
    assert (row["net_assets"], row["eliminated_amount"]) == (D("120"), D("30"))


@pytest.mark.parametrize(("product_type", "held"), [("fund", "BOND"), ("bond", "OTHER")])
def test_an_asset_that_two_products_hold_is_no_product(tables: NavTables, product_type: str, held: str) -> None:
    tables.product("A", instrument_id="BOND", product_type=product_type)
    tables.product("B")
    tables.strike("A", "50", held={held: "50"})
    tables.strike("B", "100", held={"BOND": "30"})
    (row,) = tables.calculated(PROJECTS, "valuation_date")
    assert (row["net_assets"], row["eliminated_amount"]) == (D("150"), D("0"))


def test_a_product_without_a_strike_leaves_its_project_incomplete(tables: NavTables) -> None:
    e24(tables)
    tables.product("new")
    (row,) = tables.calculated(PROJECTS, "valuation_date")
    assert (row["net_assets"], row["net_assets_reason"]) == (None, "MISSING_STRIKE")
    assert (row["known_net_assets"], row["missing_product_count"], row["is_complete"]) == (D("30838310"), 1, False)


def test_a_product_that_is_over_is_not_expected_any_more(tables: NavTables) -> None:
    e24(tables)
    tables.product("old", status="MATURED")
    (row,) = tables.calculated(PROJECTS, "valuation_date")
    assert (row["product_count"], row["is_complete"]) == (3, True)


def test_a_strike_is_carried_as_long_as_its_frequency_allows(tables: NavTables) -> None:
    tables.product("A")
    tables.product("B", nav_frequency="QUARTERLY")
    tables.strike("A", "100", day=10)
    tables.strike("B", "50", day=2)
    first, last = tables.calculated(PROJECTS, "valuation_date")
    assert (first["net_assets_reason"], first["known_net_assets"]) == ("MISSING_STRIKE", D("50"))
    assert (last["net_assets"], last["carried_product_count"]) == (D("150"), 1)


def test_a_project_is_valued_in_the_currency_it_had_on_the_day(tables: NavTables) -> None:
    tables.product("A")
    tables.project("P", "EUR", as_of=MARCH[10])
    tables.strike("A", "1084.20", day=9)
    tables.strike("A", "1084.20", day=10)
    rows = tables.calculated(PROJECTS, "valuation_date")
    assert [(row["currency"], row["net_assets"]) for row in rows] == [("USD", D("1084.20")), ("EUR", D("1000"))]
    assert rows[1]["return_rate_reason"] == "NO_OPENING"


def test_a_held_product_counts_as_it_was_last_good(tables: NavTables) -> None:
    tables.product("A")
    tables.strike("A", "100")
    tables.strike("A", "999", version=2, known_at=KNOWN + dt.timedelta(days=1))
    assert tables.calculated(PROJECTS, "valuation_date")[0]["net_assets"] == D("999")
    held = {"organization_id": HOUSE, "entity_id": "A", "status": "held", "last_good_known_at": KNOWN}
    tables.add("ops.product_status", **held, recorded_at=RUN)
    (row,) = tables.calculated(PROJECTS, "valuation_date")
    assert row["net_assets"] == D("100")


def test_what_was_calculated_stands_until_something_changes(tables: NavTables) -> None:
    e24(tables)
    assert refresh(tables.warehouse, NAV_PROJECTS, "code") == 1
    assert refresh(tables.warehouse, NAV_PROJECTS, "code") == 0
    tables.strike("bond", "9660000", version=2)
    assert refresh(tables.warehouse, NAV_PROJECTS, "code") == 1


def test_e23_redemptions_of_a_product_by_day(tables: NavTables) -> None:
    tables.product("X", shares_outstanding=D("5400000"), shares_as_of=MARCH[4])
    stated = {4: "60000000", 5: "61250000", 6: "60500000", 9: "59800000", 10: "61000000"}
    redeemed = {4: "250000", 6: "1842500", 9: "410000", 10: "95000"}
    for day, net in stated.items():
        plain = {"share_class_id": "X", "version": 1, "status": "PUBLISHED", "currency": "USD"}
        tables.nav("history", "X", valuation_date=MARCH[day], net_assets=D(net), **plain)
    for day, amount in redeemed.items():
        shares = D("162000") if day == 6 else None
        plain = {"activity": "REDEMPTION", "status": "SETTLED", "currency": "USD", "shares": shares}
        tables.nav("capital_activity", "X", nav_date=MARCH[day], amount=D(amount), **plain)
    rows = {row["valuation_date"]: row for row in tables.calculated(REDEMPTIONS, "valuation_date")}
    assert len(rows) == 5
    last = rows[MARCH[10]]
    assert round(last["redemption_rate_value_7d"] * 100, 12) == D("4.292678896050")
    assert (last["redemption_rate_shares_7d"], last["redemption_rate_shares_reason"]) == (None, "NO_SHARES")
    assert rows[MARCH[6]]["redemption_rate_shares"] == D("0.03")
    assert rows[MARCH[5]]["redemption_rate_value"] == 0
    assert (last["redemption_price"], last["redemption_price_reason"]) == (None, "NO_NAV")


def test_e22_a_corrected_nav_and_who_lost_by_it(tables: NavTables) -> None:
    tables.product("X")
    tables.nav("share_classes", "X", share_class_id="B", error_class="BOND")
    for version, nav, corrects in ((1, "102.37", None), (2, "101.58", 1)):
        plain = {"share_class_id": "B", "status": "PUBLISHED", "currency": "USD", "valuation_date": MARCH[9]}
        tables.nav("history", "X", version=version, nav_per_share=D(nav), corrects_version=corrects, **plain)
    for activity, shares in (("SUBSCRIPTION", "14200"), ("REDEMPTION", "9100")):
        plain = {"share_class_id": "B", "status": "PRICED", "currency": "USD", "nav_date": MARCH[9]}
        tables.nav("capital_activity", "X", activity=activity, shares=D(shares), price=D("102.37"), **plain)
    (row,) = tables.calculated(ERRORS, "version")
    assert round(row["deviation_rate"] * 100, 12) == D("0.777712148061")
    assert (row["threshold_rate"], row["is_material"], row["reaches_us_custom"]) == (D("0.005"), True, True)
    assert (row["subscription_loser"], row["subscription_loss_amount"]) == ("SUBSCRIBERS", D("11218"))
    assert (row["redemption_loser"], row["redemption_loss_amount"]) == ("FUND", D("7189"))
    # above half a percent, the NAV of a bond fund is restated
    assert (row["treatment"], row["first_bad_date"], row["last_bad_date"]) == ("RESTATE", MARCH[9], MARCH[9])
