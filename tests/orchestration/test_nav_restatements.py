"""Wrong published NAVs out of a warehouse, and what restating them has reckoned again: E-22 as a run and its
approvers leave it.

Source: nav 3 (Errors, Restatement), 7, 8 (E-22).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from orchestration.assets.nav_projects import EFFECTS, NAV_PROJECTS, PROJECTS, RESTATEMENTS
from orchestration.calculation_cache import refresh
from tests.orchestration.shown_nav_tables import HOUSE, KNOWN, MARCH, RUN, D, NavTables

WRONG, RIGHT = "102370000", "101580000"  # of 1,000,000 shares: 102.37 and 101.58


class Restated(NavTables):
    """A bond fund of E-22, published at 102.37 on the tenth and struck again at 101.58; orders were priced in
    between.
    """

    def __init__(self, path: Path, error_class: str = "BOND") -> None:
        super().__init__(path)
        self.product("F")
        self.nav("share_classes", "F", share_class_id="F", error_class=error_class)
        self.strike("F", WRONG, shares="1000000")
        for order_id, activity, shares in (("in", "SUBSCRIPTION", "14200"), ("out", "REDEMPTION", "9100")):
            dealt = {"activity": activity, "shares": D(shares), "price": D("102.37"), "nav_date": MARCH[10]}
            self.nav("capital_activity", "F", order_id=order_id, share_class_id="F", status="SETTLED", **dealt)

    def event(self, step: str, to: str, version: int = 1, day: int = 10, **more: Any) -> None:
        ((number,),) = self.warehouse.rows("select count(*) + 1 from ops.nav_approval_events")
        keys = {"organization_id": HOUSE, "product_id": "F", "valuation_date": MARCH[day], "version": version}
        self.add("ops.nav_approval_events", event_number=number, step=step, to_status=to, **keys, **more)

    def published(self) -> None:
        self.event("PUBLISH", "PUBLISHED")

    def restated(self) -> None:
        """As the write path leaves it: asked for, drafted, and published in place of the first version."""
        stated = {"restatement_id": "r1", "cause": "late price", "first_bad_date": MARCH[9]}
        self.event("RESTATE", "PUBLISHED", **stated)
        self.event("DRAFT", "DRAFT", 2, restates_version=1)
        self.event("PUBLISH", "PUBLISHED", 2)
        self.event("SUPERSEDE", "SUPERSEDED")

    def rows(self) -> list[dict[str, Any]]:
        return self.calculated(RESTATEMENTS, "valuation_date, share_class_id, published_version")

    def effects(self, effect_type: str) -> list[tuple[Any, ...]]:
        refresh(self.warehouse, NAV_PROJECTS, "code")
        return self.warehouse.rows(
            f"select subject_id, effect_date, published_amount, correct_amount, difference, reason from {EFFECTS} "
            "where effect_type = ? order by all",
            [effect_type],
        )


@pytest.fixture
def tables(tmp_path: Path) -> Restated:
    return Restated(tmp_path / "warehouse.duckdb")


def test_e22_a_published_nav_with_a_newer_strike_is_judged_and_shown(tables: Restated) -> None:
    tables.published()
    assert tables.rows() == []
    tables.strike("F", RIGHT, version=2, shares="1000000")
    (row,) = tables.rows()
    told = ("publisher", "published_version", "published_nav", "correct_version", "correct_nav", "direction")
    assert [row[name] for name in told] == ["WEIR", 1, D("102.37"), 2, D("101.58"), "OVERSTATED"]
    assert round(row["deviation_rate"] * 100, 12) == D("0.777712148061")
    judged = ("error_class", "threshold_rate", "is_material", "treatment", "first_bad_date", "is_open")
    assert [row[name] for name in judged] == ["BOND", D("0.005"), True, "RESTATE", MARCH[10], True]
    lost = (
        "order_count",
        "subscription_loser",
        "subscription_loss_amount",
        "redemption_loser",
        "redemption_loss_amount",
    )
    assert [row[name] for name in lost] == [2, "SUBSCRIBERS", D("11218"), "FUND", D("7189")]
    assert (row["restatement_id"], row["cause"], row["stated_first_bad_date"]) == (None, None, None)


def test_e22_below_the_threshold_of_an_equity_fund_nothing_is_reckoned_again(tmp_path: Path) -> None:
    tables = Restated(tmp_path / "warehouse.duckdb", "EQUITY")
    tables.published()
    tables.strike("F", RIGHT, version=2, shares="1000000")
    (row,) = tables.rows()
    assert (row["is_material"], row["treatment"]) == (False, "PROSPECTIVE")
    assert tables.effects("ORDER") == []
    assert tables.effects("PROJECT_NAV") == []


def test_the_orders_of_a_restated_nav_are_listed_by_both_navs(tables: Restated) -> None:
    tables.published()
    tables.strike("F", RIGHT, version=2, shares="1000000")
    # 14,200 and 9,100 shares at 102.37 and 101.58
    assert tables.effects("ORDER") == [
        ("in", MARCH[10], D("1453654"), D("1442436"), D("-11218"), None),
        ("out", MARCH[10], D("931567"), D("924378"), D("-7189"), None),
    ]


def test_fees_reckoned_on_a_basis_are_listed_by_both_strikes_and_amounts_stated_are_not(tables: Restated) -> None:
    tables.published()
    tables.strike("F", RIGHT, version=2, shares="1000000")
    for version, basis, amount in ((1, "118000000", "-4041.095890410959"), (2, "117000000", "-4006.849315068493")):
        keys = {"organization_id": HOUSE, "product_id": "F", "valuation_date": MARCH[10], "version": version}
        fee = {"line_id": "accrual/FEE", "accrual_id": "FEE", "basis_amount": D(basis), "base_amount": D(amount)}
        tables.add("ops.nav_components", **keys, **fee)
        tables.add("ops.nav_components", **keys, line_id="accrual/AUDIT", accrual_id="AUDIT", base_amount=D("-1"))
    # 1.25 % of 118 and of 117 million for a day of 365
    amounts = (D("-4041.095890410959"), D("-4006.849315068493"), D("34.246575342466"))
    assert tables.effects("FEE") == [("accrual/FEE", MARCH[10], *amounts, None)]


def test_a_published_version_stays_in_force_until_the_restated_one_is_published(tables: Restated) -> None:
    tables.published()
    tables.strike("F", RIGHT, version=2, shares="1000000")
    (before,) = tables.calculated(PROJECTS, "valuation_date")
    assert (before["net_assets"], before["version"]) == (D(WRONG), 1)
    effect = ("P", MARCH[10], D(WRONG), D(RIGHT), D("-790000"), None)
    assert tables.effects("PROJECT_NAV") == [effect]
    tables.restated()
    (after,) = tables.calculated(PROJECTS, "valuation_date")
    assert (after["net_assets"], after["version"]) == (D(RIGHT), 2), "a new version of the project's NAV"
    assert tables.effects("PROJECT_NAV") == [effect], "both are known before and after"


def test_a_project_that_carries_the_strike_is_reckoned_again_on_the_later_day_too(tables: Restated) -> None:
    tables.product("G", "EUR")
    tables.strike("G", "1000", "EUR", day=10)
    tables.strike("G", "1000", "EUR", day=11)
    tables.published()
    tables.strike("F", RIGHT, version=2, shares="1000000")
    assert [(day, difference) for _, day, _, _, difference, _ in tables.effects("PROJECT_NAV")] == [
        (MARCH[10], D("-790000")),
        (MARCH[11], D("-790000")),
    ]


def test_a_restatement_that_is_published_keeps_its_row_with_who_asked_for_what(tables: Restated) -> None:
    tables.published()
    tables.strike("F", RIGHT, version=2, shares="1000000")
    tables.restated()
    (row,) = tables.rows()
    told = ("published_version", "correct_version", "is_open", "restatement_id", "cause", "stated_first_bad_date")
    assert [row[name] for name in told] == [1, 2, False, "r1", "late price", MARCH[9]]
    assert row["treatment"] == "RESTATE"


def test_a_restated_nav_that_is_wrong_again_is_a_row_of_its_own(tables: Restated) -> None:
    tables.published()
    tables.strike("F", RIGHT, version=2, shares="1000000")
    tables.restated()
    tables.strike("F", "101400000", version=3, shares="1000000")
    rows = [(r["published_version"], r["correct_version"], r["is_open"], r["treatment"]) for r in tables.rows()]
    # 101.58 for 101.40 is 0.18 %
    assert rows == [(1, 2, False, "RESTATE"), (2, 3, True, "PROSPECTIVE")]


def test_where_nothing_was_published_here_the_stated_nav_is_compared_with_the_strike(tmp_path: Path) -> None:
    tables = Restated(tmp_path / "warehouse.duckdb", "EQUITY")
    tables.nav(
        "history", "F", share_class_id="F", valuation_date=MARCH[10], version=1, status="PUBLISHED", currency="USD",
        nav_per_share=D("102.50"),
    )  # fmt: skip
    (row,) = tables.rows()
    told = ("publisher", "published_version", "published_nav", "correct_version", "correct_nav", "treatment")
    assert [row[name] for name in told] == ["STATED", 1, D("102.50"), 1, D("102.37"), "PROSPECTIVE"]
    tables.published()
    assert tables.rows() == [], "what was published here counts"


def test_a_strike_known_after_the_product_was_held_corrects_nothing_yet(tables: Restated) -> None:
    tables.published()
    tables.strike("F", RIGHT, version=2, shares="1000000", known_at=KNOWN + dt.timedelta(days=1))
    assert len(tables.rows()) == 1
    held = {"organization_id": HOUSE, "entity_id": "F", "status": "held", "last_good_known_at": KNOWN}
    tables.add("ops.product_status", **held, recorded_at=RUN)
    assert tables.rows() == []
