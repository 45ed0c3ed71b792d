"""Published NAVs that later strikes show to be wrong: E-22 out of two versions, and what a restatement has to put
right.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav.approval_log import Restatement
from calculations.nav.published_errors import OfProduct, PublishedError, published_errors
from calculations.nav.published_navs import PublishedNav
from calculations.nav.restatement import NavVersion
from tests.calculations.nav.test_redemption_days import MARCH, order
from tests.calculations.nav_inputs import D

DEALT = [
    order(9, None, "14200", order_id="in", activity="SUBSCRIPTION", share_class_id="B", price=D("102.37")),
    order(9, None, "9100", order_id="out", share_class_id="B", price=D("102.37")),
]


def product(error_class: str | None = "BOND", orders: list[Any] = DEALT, subtype: str | None = None) -> OfProduct:
    classes = [] if error_class is None else [{"share_class_id": "B", "error_class": error_class}]
    return OfProduct("fund", subtype, classes, orders)


def nav(day: int, published: str, correct: str | None, version: int = 2, **more: Any) -> PublishedNav:
    right = None if correct is None else NavVersion(MARCH[day], version, D(correct))
    return PublishedNav("B", "USD", "WEIR", NavVersion(MARCH[day], 1, D(published)), right, **more)


def losses(found: PublishedError) -> list[tuple[str, str]]:
    assert found.deals.losses is not None
    return [(loss.loser, str(loss.amount.normalize())) for loss in found.deals.losses]


@pytest.mark.parametrize(
    ("error_class", "is_material", "treatment", "again"),
    [("EQUITY", False, "PROSPECTIVE", set()), ("BOND", True, "RESTATE", {"in", "out"})],
)
def test_e22_is_restated_for_a_bond_fund_and_corrected_from_now_on_for_an_equity_fund(
    error_class: str, is_material: bool, treatment: str, again: set[str]
) -> None:
    (found,) = published_errors(product(error_class), [nav(9, "102.37", "101.58")])
    assert found.error is not None
    assert round(found.error.deviation * 100, 12) == D("0.777712148061")
    assert (found.error.is_material, found.treatment, found.to_reckon_again) == (is_material, treatment, again)
    assert found.is_restated is is_material
    # 14,200 x 0.79 and 9,100 x 0.79
    assert losses(found) == [("SUBSCRIBERS", "11218"), ("FUND", "7189")]


def test_a_restatement_that_a_house_asks_for_below_the_threshold_deals_its_orders_again() -> None:
    asked = Restatement("r1", "late price", MARCH[9])
    (found,) = published_errors(product("EQUITY"), [nav(9, "102.37", "101.58", restatement=asked)])
    assert (found.treatment, found.is_restated, found.to_reckon_again) == ("PROSPECTIVE", True, {"in", "out"})


def test_one_material_day_restates_all_wrong_ones_and_right_ones_are_left_out() -> None:
    """Bond fund, threshold 0.5 %: right, off by 0.2 %, 1 %, right, off by 0.2 %. Source: nav 3 (Errors)."""
    navs = [nav(d, "100", c) for d, c in ((3, "100"), (4, "99.8"), (5, "99"), (6, "100"), (9, "99.8"))]
    found = published_errors(product(orders=[]), navs)
    assert [(e.nav.published.valuation_date, e.treatment, e.first_bad_date, e.last_bad_date) for e in found] == [
        (MARCH[day], "RESTATE", MARCH[4], MARCH[9]) for day in (4, 5, 9)
    ]


def test_what_one_restatement_is_of_is_treated_apart_from_what_none_is_asked_for() -> None:
    asked = Restatement("r1", "late price", MARCH[3])
    navs = [nav(3, "100", "99", restatement=asked, is_replaced=True), nav(9, "100", "99.8")]
    found = published_errors(product(orders=[]), navs)
    assert [(e.treatment, e.first_bad_date, e.is_open) for e in found] == [
        ("RESTATE", MARCH[3], False),
        ("PROSPECTIVE", MARCH[9], True),
    ]


def test_a_strike_without_a_nav_of_the_class_leaves_the_treatment_open_unless_another_day_is_material() -> None:
    for before, treatment in (("99.8", None), ("99", "RESTATE")):
        found = published_errors(product(orders=[]), [nav(3, "100", before), nav(4, "100", None)])
        assert [e.treatment for e in found] == [treatment, treatment]
        assert (found[1].error, found[1].reason) == (None, "MISSING_VALUE")


def test_an_error_of_a_class_whose_threshold_nobody_has_set_is_not_judged() -> None:
    (found,) = published_errors(product("INSTITUTIONAL"), [nav(9, "102.37", "101.58")])
    assert (found.treatment, found.reason) == (None, "MISSING_TERMS")
    assert found.error is not None
    assert found.error.is_material is None


def test_a_product_without_classes_is_judged_by_its_type() -> None:
    (found,) = published_errors(product(None, subtype="MMF"), [nav(9, "1.0021", "1.0000")])
    assert (found.error_class, found.treatment) == ("MMF", "RESTATE")  # 0.21 %, threshold 0.20 %


@given(st.lists(st.decimals("90", "110", places=2), min_size=4, max_size=4))
def test_a_nav_is_listed_exactly_where_it_differs_and_all_of_a_class_are_treated_alike(navs: list[Any]) -> None:
    days = (3, 4, 5, 6)
    found = published_errors(product(orders=[]), [nav(d, "100", str(n)) for d, n in zip(days, navs, strict=True)])
    wrong = [MARCH[day] for day, right in zip(days, navs, strict=True) if right != 100]
    assert [each.nav.published.valuation_date for each in found] == wrong
    material = any(abs(100 - right) >= right * D("0.005") for right in navs)
    assert {each.treatment for each in found} == ({"RESTATE" if material else "PROSPECTIVE"} if wrong else set())
