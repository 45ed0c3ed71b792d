"""Errors of a NAV against the example of the specification and the thresholds of the circular; a loss is another's gain."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav.errors import Loss, deviation, error_rules, judge, losses, reaches_us_custom, threshold_rate
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable
from tests.calculations.nav_inputs import D, rounded

PUBLISHED, CORRECT = D("102.37"), D("101.58")
navs = st.decimals("0.01", 10**4, places=4, allow_nan=False, allow_infinity=False)
shares = st.decimals(0, 10**6, places=3, allow_nan=False, allow_infinity=False)


def test_e22_how_far_the_nav_was_off() -> None:
    with precise():
        assert rounded(deviation(PUBLISHED, CORRECT) * 100) == D("0.777712148061")


@pytest.mark.parametrize(
    ("error_class", "is_material"),
    [("EQUITY", False), ("OTHER", False), ("BOND", True), ("MIXED", True), ("MMF", True)],
)
def test_e22_what_is_material_for_a_bond_fund_is_not_for_an_equity_fund(error_class: str, is_material: bool) -> None:
    error = judge(PUBLISHED, CORRECT, error_class)
    assert (error.is_material, error.direction) == (is_material, "OVERSTATED")


def test_the_thresholds_of_the_circular() -> None:
    # nav 3, Errors
    expected = {"MMF": "0.002", "BOND": "0.005", "MIXED": "0.005", "EQUITY": "0.01", "OTHER": "0.01"}
    assert {each: threshold_rate(each) for each in expected} == {each: D(rate) for each, rate in expected.items()}
    assert (error_rules().circular.name, error_rules().circular.in_force_from) == ("CSSF 24/856", dt.date(2025, 1, 1))


def test_an_error_that_reaches_its_threshold_is_material() -> None:
    assert judge(D("100.5"), D("100"), "BOND").is_material
    assert judge(D("99.5"), D("100"), "BOND").is_material
    assert not judge(D("100.4999"), D("100"), "BOND").is_material
    assert judge(D("100"), D("100"), "BOND").is_material is False


def test_an_institutional_fund_needs_the_threshold_of_its_analysis() -> None:
    unknown = judge(PUBLISHED, CORRECT, "INSTITUTIONAL")
    assert (unknown.threshold, unknown.is_material, unknown.reason) == (None, None, "MISSING_TERMS")
    assert judge(PUBLISHED, CORRECT, "INSTITUTIONAL", D("0.006")).is_material
    assert judge(PUBLISHED, CORRECT, "INSTITUTIONAL", D("0.05")).is_material is False
    assert judge(PUBLISHED, CORRECT, "INSTITUTIONAL", D("0.06")).reason == "DOMAIN"  # 5 % is the most


@pytest.mark.parametrize(
    ("published", "correct", "expected"),
    [
        ("102.37", "101.58", True),  # 79 cents, 0.78 %
        ("10.009", "10.000", False),  # below a cent
        ("100.40", "100.00", False),  # below half a percent
        ("1.990", "2.000", True),  # a cent and half a percent exactly
    ],
)
def test_the_custom_of_the_united_states_asks_for_both(published: str, correct: str, expected: bool) -> None:
    assert reaches_us_custom(D(published), D(correct)) is expected


def test_e22_who_lost_by_an_overstated_nav() -> None:
    found = losses(judge(PUBLISHED, CORRECT, "BOND"), D("14200"), D("9100"))
    assert found == (
        Loss("SUBSCRIBERS", "FUND", D("14200"), D("11218")),
        Loss("FUND", "REDEEMERS", D("9100"), D("7189")),
    )


def test_an_understated_nav_turns_it_round() -> None:
    found = losses(judge(CORRECT, PUBLISHED, "BOND"), D("14200"), D("9100"))
    assert [(loss.loser, loss.gainer, loss.amount) for loss in found] == [
        ("FUND", "SUBSCRIBERS", D("11218")),
        ("REDEEMERS", "FUND", D("7189")),
    ]


def test_without_dealing_or_error_nobody_loses() -> None:
    assert losses(judge(PUBLISHED, CORRECT, "BOND"), D(0), D(0)) == ()
    assert losses(judge(CORRECT, CORRECT, "BOND"), D(1), D(1)) == ()


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: deviation(D(1), D(0)), "DOMAIN"),
        (lambda: judge(D(1), D(1), "HEDGE"), "MISSING_TERMS"),
        (lambda: losses(judge(D(2), D(1), "BOND"), D(-1), D(0)), "DOMAIN"),
    ],
)
def test_what_cannot_be_judged_is_refused(call, reason: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Unavailable) as refused:
        call()
    assert refused.value.reason == reason


@given(navs, navs, shares, shares)
def test_an_error_moves_money_and_creates_none(
    published: Decimal, correct: Decimal, subscribed: Decimal, redeemed: Decimal
) -> None:
    found = losses(judge(published, correct, "EQUITY"), subscribed, redeemed)
    with precise():
        lost = sum((loss.amount for loss in found if loss.loser == "FUND"), D(0))
        won = sum((loss.amount for loss in found if loss.gainer == "FUND"), D(0))
        # independent: subscribers paid shares x published for what is worth shares x correct, redeemers the reverse
        assert won - lost == (subscribed - redeemed) * (published - correct)
    assert all({loss.loser, loss.gainer} > {"FUND"} and loss.amount > 0 for loss in found)


@given(navs, navs, navs)
def test_a_larger_error_is_never_less_material(correct: Decimal, one: Decimal, other: Decimal) -> None:
    near, far = sorted((one, other), key=lambda nav: abs(nav - correct))
    assert not (judge(near, correct, "EQUITY").is_material and not judge(far, correct, "EQUITY").is_material)
