"""Corrections stated by a product: E-22 as rows, and what cannot be compared or judged says so."""

from __future__ import annotations

from typing import Any

from calculations.nav.stated import StatedProduct
from calculations.nav.stated_errors import stated_errors
from tests.calculations.nav.test_redemption_days import MARCH, nav, order
from tests.calculations.nav_inputs import D

BOND = {"share_class_id": "B", "error_class": "BOND"}
WRONG = nav(9, None, "B", nav_per_share=D("102.37"), status="SUPERSEDED", corrects_version=None)
RIGHT = nav(9, None, "B", nav_per_share=D("101.58"), version=2, corrects_version=1)
DEALT = [
    order(9, None, "14200", activity="SUBSCRIPTION", share_class_id="B", price=D("102.37")),
    order(9, None, "9100", share_class_id="B", price=D("102.37")),
]


def product(orders: list[Any], history: list[Any], classes: list[Any]) -> StatedProduct:
    return StatedProduct(
        product_type="fund",
        row={"product_id": "X"},
        classes=classes,
        holdings=[],
        accruals=[],
        orders=orders,
        history=history,
        register=[],
    )


def test_e22_as_rows() -> None:
    (found,) = stated_errors(product(DEALT, [WRONG, RIGHT], [BOND]))
    assert (found.version, found.corrects_version, found.published, found.correct) == (2, 1, D("102.37"), D("101.58"))
    assert found.error is not None
    assert found.error.is_material
    assert found.losses is not None
    assert [(loss.loser, loss.amount) for loss in found.losses] == [("SUBSCRIBERS", D("11218")), ("FUND", D("7189"))]


def test_only_orders_of_the_day_and_class_dealt_at_the_wrong_nav_count() -> None:
    others = [
        order(9, None, "1", share_class_id="A"),
        order(6, None, "1", share_class_id="B"),
        order(9, None, "1", share_class_id="B", status="CANCELLED"),
        order(9, None, "1", share_class_id="B", price=D("101.58")),  # dealt again at the correct one
        order(9, None, "1", share_class_id="B", activity="TRANSFER_OUT"),
    ]
    (found,) = stated_errors(product([*DEALT, *others], [WRONG, RIGHT], [BOND]))
    assert (found.subscribed, found.redeemed) == (D("14200"), D("9100"))


def test_shares_not_stated_leave_the_losses_unknown() -> None:
    (found,) = stated_errors(product([order(9, "5", share_class_id="B")], [WRONG, RIGHT], [BOND]))
    assert (found.redeemed, found.losses) == (None, None)
    assert found.error is not None


def test_what_cannot_be_compared_or_judged_says_why() -> None:
    (unknown,) = stated_errors(product([], [RIGHT], [BOND]))
    assert (unknown.error, unknown.reason, unknown.losses) == (None, "MISSING_VALUE", None)
    (classless,) = stated_errors(product([], [WRONG, RIGHT], []))
    assert (classless.error, classless.reason) == (None, "MISSING_TERMS")
    institutional = {"share_class_id": "B", "error_class": "INSTITUTIONAL"}
    (unjudged,) = stated_errors(product(DEALT, [WRONG, RIGHT], [institutional]))
    assert unjudged.error is not None
    assert (unjudged.error.is_material, unjudged.reason) == (None, "MISSING_TERMS")
    assert unjudged.losses is not None
    assert len(unjudged.losses) == 2


def test_corrections_follow_each_other() -> None:
    third = nav(9, None, "B", nav_per_share=D("101"), version=3, corrects_version=2)
    found = stated_errors(product([], [WRONG, RIGHT, third], [BOND]))
    assert [(each.version, each.published) for each in found] == [(2, D("102.37")), (3, D("101.58"))]
    assert {each.valuation_date for each in found} == {MARCH[9]}


def corrected(day: int, wrong: str | None, right: str) -> list[Any]:
    """A NAV of a day stated twice, the second time to correct the first."""
    first = nav(day, None, "B", nav_per_share=wrong and D(wrong), status="SUPERSEDED", corrects_version=None)
    return [first, nav(day, None, "B", nav_per_share=D(right), version=2, corrects_version=1)]


def test_one_material_day_restates_all_successive_wrong_ones() -> None:
    """Bond fund, threshold 0.5 %: off by 0.2, 1 and 0.2 %; then a right day; then off by 0.2 % alone. Source: nav 3 (Errors)."""
    right = nav(6, None, "B", nav_per_share=D("100"), corrects_version=None)
    days = [*corrected(3, "100.2", "100"), *corrected(4, "101", "100"), *corrected(5, "99.8", "100")]
    found = stated_errors(product([], [*days, right, *corrected(9, "100.2", "100")], [BOND]))
    spells = [(each.valuation_date, each.treatment, each.first_bad_date, each.last_bad_date) for each in found]
    restated = [(MARCH[day], "RESTATE", MARCH[3], MARCH[5]) for day in (3, 4, 5)]
    assert spells == [*restated, (MARCH[9], "PROSPECTIVE", MARCH[9], MARCH[9])]
    assert [each.error and each.error.is_material for each in found] == [False, True, False, False]


def test_a_day_that_cannot_be_judged_leaves_the_treatment_open_unless_another_is_material() -> None:
    unknown = corrected(4, None, "100")
    for before, treatment in (("100.2", None), ("101", "RESTATE")):
        found = stated_errors(product([], [*corrected(3, before, "100"), *unknown], [BOND]))
        assert [each.treatment for each in found] == [treatment, treatment]
    assert [each.treatment for each in stated_errors(product([], [WRONG, RIGHT], []))] == [None]


def test_a_correction_that_changes_nothing_needs_no_treatment() -> None:
    (found,) = stated_errors(product([], corrected(9, "100", "100"), [BOND]))
    assert found.treatment == "NONE"


def test_another_class_breaks_no_spell() -> None:
    other = nav(4, None, "C", nav_per_share=D(1), corrects_version=None)
    found = stated_errors(product([], [*corrected(3, "101", "100"), other, *corrected(5, "101", "100")], [BOND]))
    assert {each.last_bad_date for each in found} == {MARCH[5]}
