"""Projects, redemptions and NAV errors out of a warehouse: E-22, E-23 and E-24 as a run would leave them in it.

Figures are those of nav 8. A held product counts as it was last good; what was calculated stands until something changes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orchestration.assets.nav_projects import ERRORS, NAV_PROJECTS, PRODUCTS, PROJECTS, REDEMPTIONS
from orchestration.calculation_cache import refresh
from orchestration.warehouse import Warehouse

HOUSE, STATE = "cedar-assets", "s1"
KNOWN, RUN = dt.datetime(2026, 3, 11, 9), dt.datetime(2026, 3, 20)
MARCH = {day: dt.date(2026, 3, day) for day in range(1, 12)}
D = Decimal
OF_STATE = (
    "state_id varchar, organization_id varchar, known_from timestamp, known_to timestamp, known_at timestamp, "
    "product_id varchar, source_row integer"
)
TABLES = {
    "intermediate.int_feeds__loads_known": "load_id varchar, organization_id varchar, kind varchar, withdrawn_at timestamp",
    "intermediate.int_market__fx_rates": "organization_id varchar, base_currency varchar, quote_currency varchar, "
    "as_of timestamp, source varchar, rate decimal(38,18)",
    "intermediate.int_market__holidays": "calendar varchar, holiday_date date",
    "intermediate.int_nav__project_timeline": "organization_id varchar, project_id varchar, as_of date, known_at timestamp, "
    "is_deleted boolean, attributes struct(currency varchar)",
    "seeds.sources": "source varchar, level integer, priority integer",
    **{
        f"intermediate.int_nav__{name}": f"{OF_STATE}, {columns}"
        for name, columns in {
            "products": "table_name varchar, product_type varchar, project_id varchar, status varchar, currency varchar, "
            "instrument_id varchar, inception_date date, nav_frequency varchar, valuation_cutoff varchar, "
            "valuation_calendar varchar, shares_outstanding decimal(38,12), shares_as_of date",
            "share_classes": "share_class_id varchar, error_class varchar, inception_date date, "
            "shares_outstanding decimal(38,12), shares_as_of date",
            "capital_activity": "share_class_id varchar, activity varchar, status varchar, nav_date date, ex_date date, "
            "shares decimal(38,12), amount decimal(38,12), price decimal(38,12), rate_per_share decimal(38,12), "
            "currency varchar",
            "history": "share_class_id varchar, valuation_date date, version bigint, status varchar, currency varchar, "
            "nav_per_share decimal(38,12), net_assets decimal(38,12), shares_outstanding decimal(38,12), "
            "corrects_version bigint",
            "transfer_agent_shares": "register varchar, share_class_id varchar, as_of_date date, shares decimal(38,12)",
            "instruments": "instrument_id varchar, currency varchar",
            "corporate_actions": "action_type varchar, action_id varchar",
            "prices": "instrument_id varchar, price_type varchar, as_of timestamp, source varchar, currency varchar, "
            "round_id varchar",
        }.items()
    },
}


class NavTables:
    """Writes rows of models and strikes; what a row leaves out is of one state, known since its feed came."""

    def __init__(self, path: Path) -> None:
        self.warehouse = Warehouse(path)
        self.warehouse.create_tables()
        with self.warehouse.transaction() as connection:
            for relation, columns in TABLES.items():
                connection.execute(f"create table {relation} ({columns})")
        self.add("ops.run_context", run_id="r", known_at=RUN, is_as_known_at=False)
        self.add("seeds.sources", source="ECB", level=2, priority=1)
        self.add("intermediate.int_feeds__loads_known", load_id="l1", organization_id=HOUSE, kind="nav_workbook")
        for base, rate in (("EUR", "1.0842"), ("GBP", "1.2675")):
            self.rate(base, rate, MARCH[9])
            self.rate(base, rate, MARCH[10])
        self.project("P", "USD")

    def add(self, relation: str, **row: Any) -> None:
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        with self.warehouse.transaction() as connection:
            connection.execute(f"insert into {relation} ({names}) values ({marks})", list(row.values()))

    def nav(self, model: str, product_id: str, **row: Any) -> None:
        plain = {"state_id": STATE, "organization_id": HOUSE, "known_from": KNOWN, "known_at": KNOWN, "source_row": 1}
        self.add(f"intermediate.int_nav__{model}", **{**plain, "product_id": product_id, **row})

    def rate(self, base: str, rate: str, day: dt.date) -> None:
        self.add(
            "intermediate.int_market__fx_rates",
            organization_id="_shared",
            base_currency=base,
            quote_currency="USD",
            as_of=dt.datetime.combine(day, dt.time(14)),
            source="ECB",
            rate=D(rate),
        )

    def project(self, project_id: str, currency: str, as_of: dt.date = MARCH[1]) -> None:
        self.add(
            "intermediate.int_nav__project_timeline",
            organization_id=HOUSE,
            project_id=project_id,
            as_of=as_of,
            known_at=KNOWN,
            is_deleted=False,
            attributes={"currency": currency},
        )

    def product(self, product_id: str, currency: str = "USD", **row: Any) -> None:
        plain = {"table_name": "nav_fund_products", "product_type": "fund", "project_id": "P", "status": "ACTIVE"}
        self.nav("products", product_id, **{**plain, "currency": currency, "nav_frequency": "DAILY", **row})

    def strike(
        self,
        product_id: str,
        net: str,
        currency: str = "USD",
        day: int = 10,
        version: int = 1,
        shares: str | None = None,
        known_at: dt.datetime = KNOWN,
        held: Mapping[str, str] | None = None,
    ) -> None:
        keys = {"organization_id": HOUSE, "product_id": product_id, "valuation_date": MARCH[day], "version": version}
        strike_id = f"{product_id}-{day}-{version}"
        of_run = {"strike_id": strike_id, "state_id": STATE, "status": "STRUCK", "known_at": known_at, "struck_at": RUN}
        self.add("ops.nav_runs", **keys, **of_run, currency=currency, net_assets=D(net))
        per_share = None if shares is None else D(net) / D(shares)
        of_class = {"shares_outstanding": None if shares is None else D(shares), "nav_per_share": per_share}
        self.add("ops.nav_strikes", **keys, share_class_id=product_id, net_assets=D(net), currency=currency, **of_class)
        for instrument_id, amount in (held or {}).items():
            self.add("ops.nav_components", **keys, instrument_id=instrument_id, base_amount=D(amount))

    def calculated(self, table: str, order: str) -> list[dict[str, Any]]:
        refresh(self.warehouse, NAV_PROJECTS, "code")
        return self.warehouse.records(f"select * from {table} order by {order}")


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
