"""The liquidity fee at its triggers, yields of odd input and stress tests by hand. Source: nav 4.1."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calculations.nav.assumptions import Assumptions
from calculations.nav.money_market import (
    StressPolicy,
    StressResult,
    base_period_return,
    effective_yield,
    mandatory_liquidity_fee,
    stress,
)
from calculations.nav.money_market.stress import stress_as_assumed, stress_policy
from calculations.nav.results import Assumption, Unavailable
from tests.calculations.nav.money_market.books import DAY, D, cash, fund, lot, repo, rounded, treasury

PRIME = fund("INSTITUTIONAL_PRIME", net_redemptions=D(1000))


def held(cost: str | None) -> list[object]:
    return [lot("a", 10_000, liquidity_cost_bps=None if cost is None else D(cost))]


@pytest.mark.parametrize(
    ("cost", "basis", "rate", "amount"),
    [
        ("1", "SLICE_COST", "0.0001", "0.1"),
        ("0.99", "DE_MINIMIS", "0", "0"),
        ("250", "SLICE_COST", "0.025", "25"),
        (None, "FALLBACK", "0.01", "10"),
        ("-1", "FALLBACK", "0.01", "10"),
    ],
)
def test_rate_of_the_mandatory_fee(cost: str | None, basis: str, rate: str, amount: str) -> None:
    fee = mandatory_liquidity_fee(PRIME, held(cost), DAY)  # type: ignore[arg-type]
    assert (fee.basis, fee.rate, fee.amount) == (basis, D(rate), D(amount))


@pytest.mark.parametrize(("redeemed", "basis"), [("500", "NOT_TRIGGERED"), ("500.01", "SLICE_COST")])
def test_the_fee_is_due_above_five_percent(redeemed: str, basis: str) -> None:
    fee = mandatory_liquidity_fee(replace(PRIME, net_redemptions=D(redeemed)), held("2"), DAY)  # type: ignore[arg-type]
    assert fee.basis == basis


def test_cash_costs_nothing_to_sell() -> None:
    fee = mandatory_liquidity_fee(PRIME, [lot("a", 5000, liquidity_cost_bps=D(4)), cash(5000)], DAY)
    assert fee.rate == D("0.0002")


@pytest.mark.parametrize("fund_type", ["GOVERNMENT", "RETAIL_PRIME", "LVNAV"])
def test_other_funds_have_no_mandatory_fee(fund_type: str) -> None:
    fee = mandatory_liquidity_fee(fund(fund_type, net_redemptions=D(9000)), held("5"), DAY)  # type: ignore[arg-type]
    assert (fee.basis, fee.amount) == ("NOT_APPLICABLE", 0)


def test_unknown_redemptions_are_no_zero() -> None:
    with pytest.raises(Unavailable, match="MISSING_VALUE: expected the net redemptions"):
        mandatory_liquidity_fee(replace(PRIME, net_redemptions=None), held("5"), DAY)  # type: ignore[arg-type]


def test_yields_want_seven_days() -> None:
    with pytest.raises(Unavailable, match="expected 7 daily factors, found 6"):
        base_period_return([D(0)] * 6)
    with pytest.raises(Unavailable, match="found none on 1"):
        base_period_return([D(0)] * 6 + [None])
    with pytest.raises(Unavailable, match="DOMAIN"):
        effective_yield(D(-1))
    assert effective_yield(D(0)) == 0


def outcome_of(
    kind: str, shift: str, redeemed: str, *holdings: object, fund_type: str = "RETAIL_PRIME"
) -> StressResult:
    policy = StressPolicy.model_validate(
        {
            "redemption_shares": [D(redeemed)],
            "minimum_weekly_liquid": D("0.10"),
            "minimum_nav": D("0.995"),
            "scenarios": [{"name": "shock", "kind": kind, "shift": D(shift)}],
        }
    )
    of = fund(fund_type, shares_outstanding=D(10_000))
    (result,) = stress(of, holdings, DAY, policy=policy)  # type: ignore[arg-type]
    return result


def test_a_rise_of_rates_costs_the_time_to_the_reset() -> None:
    """8,000 of 73 days lose 1 % x 73/365 = 0.2 %, 16 of 10,000."""
    result = outcome_of("RATES", "0.01", "0", lot("a", 8000, 73), cash(2000))
    assert result.nav_per_share == D("0.9984")
    assert rounded(result.weekly_liquid, 12) == rounded(D(2000) / D(9984), 12)
    assert result.passed


def test_redeemers_leave_at_the_stable_price_and_the_others_bear_the_loss() -> None:
    """16 lost, 1,000 paid out in full: 8,984 stay for 9,000 shares; 1,000 of cash in 8,984 of assets."""
    result = outcome_of("RATES", "0.01", "0.1", lot("a", 8000, 73), cash(2000))
    assert rounded(result.nav_per_share, 12) == rounded(D(8984) / D(9000), 12)
    assert rounded(result.daily_liquid, 12) == rounded(D(1000) / D(8984), 12)


def test_redeemers_of_a_floating_fund_bear_their_part() -> None:
    floating = outcome_of("RATES", "0.01", "0.1", lot("a", 8000, 73), cash(2000), fund_type="INSTITUTIONAL_PRIME")
    assert rounded(floating.nav_per_share, 12) == D("0.9984")


def test_wider_spreads_leave_government_paper_alone() -> None:
    assert outcome_of("SPREADS", "0.01", "0", treasury(value=5000, days=73), repo(value=5000)).nav_per_share == 1
    assert outcome_of("SPREADS", "0.01", "0", lot("a", 5000, 73), cash(5000)).nav_per_share == D("0.999")


def test_the_largest_issuer_defaults() -> None:
    result = outcome_of("LARGEST_ISSUER", "0.6", "0", lot("a", 300), lot("b", 200), cash(9500))
    assert (result.nav_per_share, result.passed) == (D("0.982"), False)
    assert outcome_of("LARGEST_ISSUER", "0.6", "0", treasury(value=10_000)).nav_per_share == 1


def test_a_run_takes_the_liquid_assets() -> None:
    result = outcome_of("RATES", "0", "0.25", lot("a", 8000, 73), cash(2000))
    assert (result.daily_liquid, result.weekly_liquid, result.passed) == (0, 0, False)


def test_a_fund_whose_lives_are_not_known_passes_no_test() -> None:
    result = outcome_of("RATES", "0.01", "0", lot("a", days=None))
    assert (result.passed, result.reason, result.nav_per_share) == (False, "MISSING_TERMS", None)


def test_every_scenario_meets_every_level_of_redemptions() -> None:
    results = stress(fund("RETAIL_PRIME", shares_outstanding=D(10_000)), [lot("a", 5000), cash(5000)], DAY)
    assert len(results) == 35
    assert len({(each.scenario, each.redemption_share) for each in results}) == 35
    assert results[0].nav_per_share == 1


def assumed(*stated: tuple[str, str, str]) -> Assumptions:
    rows = [
        Assumption("PRODUCT", "fund", name, DAY, tenor, "BOARD", value=D(value), text=None, unit=unit(name))
        for name, tenor, value in stated
    ]
    return Assumptions(rows, DAY, [("PRODUCT", "fund")])


def unit(name: str) -> str:
    return "BPS" if name == "STRESS_SPREAD_SHIFT" else "FRACTION"


def test_without_assumptions_the_policy_is_the_houses() -> None:
    policy = stress_policy(assumed())
    assert (len(policy.scenarios), policy.redemption_shares[-1]) == (7, D("0.30"))


def test_what_is_assumed_of_a_fund_takes_the_place_of_the_houses_level() -> None:
    policy = stress_policy(
        assumed(
            ("STRESS_RATE_SHIFT", "1", "0.015"),
            ("STRESS_RATE_SHIFT", "2", "0.03"),
            ("STRESS_REDEMPTION_SHARE", "", "0.4"),
        )
    )
    names = [each.name for each in policy.scenarios if each.kind == "RATES"]
    assert names == ["unstressed", "stress_rate_shift 0.015", "stress_rate_shift 0.03"]
    assert policy.redemption_shares == (D("0.4"),)
    assert sum(each.kind != "RATES" for each in policy.scenarios) == 4


@pytest.mark.parametrize(
    ("stated", "reason"),
    [(("STRESS_SPREAD_SHIFT", "", "50"), "UNIT_MISMATCH"), (("STRESS_REDEMPTION_SHARE", "", "1"), "DOMAIN")],
)
def test_an_assumption_that_is_none_leaves_every_result_unknown(stated: tuple[str, str, str], reason: str) -> None:
    results = stress_as_assumed(fund("RETAIL_PRIME"), [lot("a", 1000)], DAY, (), assumed(stated))
    assert {(each.reason, each.passed, each.nav_per_share) for each in results} == {(reason, False, None)}
    assert len(results) == 35
