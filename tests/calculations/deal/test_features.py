"""Deal features in projections: haircuts, calls, reinvestment, acceleration, reserves, caps and control."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from calculations.calendars import BusinessCalendar
from calculations.clo import deal
from calculations.clo.deal import DealResult, PaymentDates
from calculations.clo.deal.amounts import Doubles
from calculations.clo.deal.collateral import ccc_haircut
from calculations.clo.deal.collateral_terms import CccHaircut
from calculations.clo.deal.ledgers import CapLedger
from calculations.clo.deal.load import DEALS
from calculations.clo.deal.parts import (
    Cap,
)
from calculations.clo.deal.payment_dates import date_terms
from calculations.clo.deal_dates import deal_dates
from calculations.clo.pool_flows import PoolFlows, RatedBalances
from calculations.clo.presets import preset
from calculations.clo.reinvestment import ReinvestedPool
from calculations.clo.scenarios import ReinvestmentTerms, Scenario, Scenarios
from calculations.curves import Curve
from tests.calculations.deal.worked import CURES, INDEX, PLAIN, QUARTERS, START, cents, dates, pool, run

LOW_RATED = RatedBalances(balances=np.array([[[10e6], [10e6]]]), prices=np.array([0.60]))
LIMIT = Decimal("0.075")


@pytest.mark.parametrize(
    ("carry", "whole_pool", "expected"),
    [("market_value", None, 1_000_000.0), ("0.65", None, 875_000.0), ("0.65", np.array([100e6]), 32_375_000.0)],
)
def test_worked_ccc_haircut(carry: str, whole_pool: Any, expected: float) -> None:
    # clo-collateral-engine 4.4: 100m of performing par, 10m at 60 rated low, limit 7.5 %
    terms = CccHaircut(limit=LIMIT, carry="market_value" if carry == "market_value" else Decimal(carry))
    found = ccc_haircut(terms, [LOW_RATED], 0, np.array([100e6]), np.array([0.0]), whole_pool)
    assert found.tolist() == [pytest.approx(expected)]


def test_ccc_excess_is_taken_from_the_cheapest_of_the_larger_bucket() -> None:
    # clo-extensions 4.11 and 4.16: 2.0m at 61.25 whole, 816,875 of the next at 74.5
    prices = np.array([0.6125, 0.745, 0.88, 0.93])
    larger = RatedBalances(np.array([[[0.0] * 4, [2e6, 9.5e6, 14e6, 5.5e6]]]), prices)
    smaller = RatedBalances(np.array([[[0.0], [29e6]]]), np.array([0.10]))
    found = ccc_haircut(
        CccHaircut(limit=LIMIT), [smaller, larger], 0, np.array([376.5e6]), np.array([-725_000.0]), None
    )
    assert found.tolist() == [pytest.approx(983_303.125)]


def test_haircut_lowers_the_oc_numerator_only() -> None:
    text = PLAIN + "haircuts: {ccc: {limit: 0.075}}\n"
    flows = pool([2_275_000.0], [5e6], [95e6])
    found = deal.run_liabilities(deal.loads(text), flows, dates(1, ends=False), np.array([INDEX]), ccc=[LOW_RATED])
    # 100m with 10m at 60: 2.5m in excess, haircut 1m
    assert cents(found.tests["OC-B"].numerator) == [99_000_000.0]
    assert cents(found.tests["IC-B"].numerator) == [2_211_805.56]


CALLED = PLAIN.replace("call: {price: 0.99}", "call: {price: 0.99, distribution_below: 0.06}")


def test_low_distribution_sells_the_pool_on_the_next_date() -> None:
    # 606,666.67 of 10m is 6.07 %, 575,069.44 is 5.75 %: called after period 2, sold in period 3
    quarters = ([2_275_000.0, 2_161_250.0, 2_070_000.0, 1e6], [5e6] * 4, [95e6, 90e6, 85e6, 80e6])
    found = run(CALLED, *quarters, ends=True)
    assert found.liquidating[0].tolist() == [False, False, True, False]
    assert found.last_period.tolist() == [3]
    assert cents(found.principal_proceeds) == [5e6, 5e6, 5e6 + 85e6 * 0.99, 0.0]
    assert cents(found.notes["A"].balance)[3:] == [0.0, 0.0]
    kept = run(CALLED.replace("dates: {", "dates: {no_call: 2024-12-01, "), *quarters, ends=True)
    assert kept.liquidating[0].tolist() == [False, False, False, True]


def test_a_date_named_by_the_deal_is_a_call_date() -> None:
    text = PLAIN.replace("{price: 0.99}", "{price: 0.99, also_on: [2024-07-15]}")
    found = run(text, [2e6] * 4, [5e6] * 4, [95e6, 90e6, 85e6, 80e6], ends=True)
    assert found.liquidating[0].tolist() == [False, True, False, False]


def test_what_is_reinvested_is_bought_and_flows_again() -> None:
    calendar_dates = deal_dates(date_terms(deal.loads(DATED).dates), START, BusinessCalendar())
    scenarios = Scenarios(
        tuple(
            Scenario(
                name,
                curve=Curve.of(dt.date(2024, 1, 1), {1: 0.05, 120: 0.05}),
                reinvestment=ReinvestmentTerms(0.04, 0.0, 12),
            )
            for name in ("one", "two")
        )
    )
    bought = ReinvestedPool(scenarios, calendar_dates)
    payment = PaymentDates.of(calendar_dates)
    flows = PoolFlows.zeros(2, 4)
    flows.interest[:] = 2e6
    flows.scheduled[:] = [[5e6] * 4, [0.0] * 4]
    flows.performing[:] = [[100e6, 95e6, 90e6, 85e6, 80e6], [100e6] * 5]
    found = deal.run_liabilities(deal.loads(DATED), flows, payment, np.full(4, INDEX), reinvested=bought)
    assert cents(found.reinvested[0])[0] == 5_000_000.0
    assert cents(found.reinvested[1]) == [0.0] * 4
    # a quarter of 9 % on 5m on US 30/360 comes on top of the pool's own 2m
    assert cents(found.interest_proceeds[0])[1] == 2_112_500.0
    assert found.assumptions == ()


DATED = (
    PLAIN.replace(
        "dates: {reinvestment_end: 2023-12-31, stated_maturity: 2025-01-15}",
        "dates: {closing: 2024-01-15, first_payment: 2024-04-15, reinvestment_end: 2024-12-31, stated_maturity: 2025-01-15,"
        " payment_day: 15, determination_lag: 8, index_lag: 2, convention: following}",
    )
    + "reinvestment: {during: {type: all_principal}}\n"
)


def test_reinvesting_everything_stops_when_the_pool_is_sold() -> None:
    # Q11: the old model put the proceeds of the sale back into collateral
    text = DATED.replace(
        "      - {reinvest: {limit: policy}}",
        "      - {reinvest: {limit: all}, when: {all: [reinvesting, {not: liquidating}]}}",
    )
    text = text.replace("{price: 0.99}", "{price: 0.99, also_on: [2024-07-15]}")
    text += "quirks: {LIA-11: {lists.principal.steps: [{reinvest: {limit: all}, when: reinvesting}, {move: {to: notes}}]}}\n"
    quarters = ([2e6] * 4, [5e6] * 4, [95e6, 90e6, 85e6, 80e6])
    assert cents(run(text, *quarters, ends=True).reinvested)[:2] == [5_000_000.0, 0.0]
    again = run(text, *quarters, ends=True, preset=preset({"LIA-11"}))
    assert cents(again.reinvested)[1] == round(5e6 + 5e6 + 90e6 * 0.99, 2)
    assert cents(again.interest_proceeds)[2] == 2_000_000.0  # collected again although sold


ACCELERATING = (
    PLAIN
    + """
event_of_default: {unpaid_interest: {classes: [A]}, sticky: true, then: accelerate}
"""
)
ACCELERATION = """  acceleration:
    source: all
    steps:
      - {interest: [A]}
      - {principal: [A]}
      - {interest: [B]}
      - {principal: [B]}
      - {residual: {book: principal}}
"""


def test_interest_left_unpaid_accelerates_the_next_date() -> None:
    text = PLAIN.replace("lists:\n", "lists:\n" + ACCELERATION) + ACCELERATING.removeprefix(PLAIN)
    found = run(text, [1e6, 2e6, 2e6], [0.0] * 3, [100e6] * 3)
    assert found.event_of_default[0].tolist() == [False, True, True]
    # accelerated: A's arrears and interest first, then its principal; nothing for B, fees or the sub notes
    assert cents(found.fees["trustee"].paid)[1] == 0.0
    assert cents(found.notes["B"].interest_paid)[1] == 0.0
    paid = found.notes["A"].interest_paid + found.notes["A"].principal_paid
    assert cents(paid)[1:] == [2_000_000.0, 2_000_000.0]


def test_a_controlling_class_owes_what_it_would_otherwise_defer() -> None:
    # clo-extensions 4.7: with A and B gone C may not defer; its shortfall is unpaid, bears interest and is paid first
    text = CURES.replace("deferrable: true", "deferrable: {unless: controlling}")
    text = text.replace("balance: 70000000", "balance: 70000000, balance: 0").replace(
        "balance: 10000000, spread", "balance: 10000000, balance: 0, spread"
    )
    found = run(text, [100_000.0, 300_000.0], [0.0] * 2, [100e6] * 2)
    c = found.notes["C"]
    assert cents(c.deferred) == [0.0, 0.0, 0.0]
    assert cents(c.unpaid)[1] == 102_222.22  # 8m at 10 % over 91 days, less 100,000
    # 102,222.22 with 10 % over 91 days on it, and the period's own 202,222.22, out of 300,000
    assert cents(c.unpaid)[2] == round(102_222.2222 * (1 + 0.1 * 91 / 360) + 202_222.2222 - 300_000, 2)


RESERVED = PLAIN.replace(
    "      - {fee: base}\n      - {interest: [A]}",
    "      - {fund: pot}\n      - {fee: base}\n      - {interest: [A]}",
    1,
) + ("accounts: {pot: {type: 5, interest: 120000, target: 150000, release: {to: interest}}}\n")


def test_a_share_of_a_basis_below_zero_is_no_target() -> None:
    text = PLAIN + (
        "accounts: {collection: {type: 2, principal: -2000000}, reserve: {type: 5, initial: 100, target: {share: 0.5}, release: {to: interest}}}\n"
        "principal_cash: {allow_negative: true}\n"
    )
    text = text.replace("steps:\n", "steps:\n      - {fund: reserve}\n", 1)
    found = run(text, [0.0], [0.0], [1e6])
    # the basis is 1m less 2m: all that the reserve holds is above its target, and no more
    assert cents(found.accounts["reserve"]) == [100.0, 0.0]
    assert cents(found.account_flows["reserve"].paid_out) == [100.0]


def test_reserve_is_filled_to_its_target_and_released_in_the_last_period() -> None:
    found = run(RESERVED, [2_275_000.0, 2_161_250.0], [5e6] * 2, [95e6, 90e6], ends=True)
    assert cents(found.accounts["pot"]) == [120_000.0, 150_000.0, 0.0]
    assert cents(found.equity.interest)[0] == round(606_666.67 - 30_000, 2)
    assert cents(found.interest_proceeds)[1] == 2_311_250.0


def test_reserve_above_its_target_is_released_first() -> None:
    found = run(RESERVED.replace("interest: 120000", "interest: 170000"), [2_275_000.0], [5e6], [95e6])
    assert cents(found.accounts["pot"]) == [170_000.0, 150_000.0]
    assert cents(found.interest_proceeds) == [2_295_000.0]


def test_unused_caps_are_spent_oldest_first_and_expire() -> None:
    # 100 a period, two periods carried: 0 spent, 50 spent, then 230 of 100 + 50 + 100 leaves 20 of the newest
    numbers = Doubles()
    cap = CapLedger("cap", Cap(fixed=Decimal(100), shared_by=("trustee",), carry_forward=2), ())
    left = []
    for spent in (0.0, 50.0, 230.0, 0.0, 0.0):
        cap.open(np.array([0.0]), 1.0, numbers)
        left.append(float(cap.left[0]))
        cap.left = cap.left - spent
        cap.roll()
    assert left == [100.0, 200.0, 250.0, 120.0, 220.0]


def test_class_on_unadjusted_30e_360_accrues_between_nominal_dates() -> None:
    # clo-extensions 4.8: 90 days of 30E/360 between nominal dates whatever the adjusted ones are
    text = PLAIN.replace(
        "B: {original_balance: 10000000, spread: 0.03}",
        "B: {original_balance: 10000000, fixed: 0.05, day_count: 30E/360, accrue: unadjusted}",
    )
    payment = PaymentDates(START, START, (dt.date(2024, 4, 17),), START, (QUARTERS[0],), ends_at_maturity=False)
    found = run(text, [3e6], [0.0], [100e6], payment=payment)
    assert cents(found.notes["B"].interest_accrued) == [125_000.0]
    assert cents(found.notes["A"].interest_accrued) == [round(80e6 * 0.065 * 93 / 360, 2)]


def test_index_below_a_class_s_floor_counts_as_the_floor() -> None:
    text = PLAIN.replace("{original_balance: 80000000,", "{original_balance: 80000000, index_floor: 0.06,")
    found = run(text, [3e6], [0.0], [100e6])
    assert cents(found.notes["A"].interest_accrued) == [round(80e6 * 0.075 * 91 / 360, 2)]


def test_dates_of_a_deal_file_that_are_open_are_named() -> None:
    with pytest.raises(ValueError, match=r"expected dates\.first_payment, dates\.determination_lag, dates\.index_lag"):
        date_terms(deal.load(DEALS / "mag_08.yaml").dates)


def test_overdrawn_principal_account_counts_in_the_tests_and_is_repaid_by_principal_first() -> None:
    # clo-extensions 4.15: -7m and 5m leave -2m; then 5m more leave 3m to pay
    text = PLAIN + "accounts: {collection: {type: 2, principal: -7000000}}\nprincipal_cash: {allow_negative: true}\n"
    found = run(text, [2_275_000.0] * 2, [5e6] * 2, [95e6, 90e6])
    assert cents(found.principal_proceeds) == [0.0, 3_000_000.0]
    assert cents(found.tests["OC-B"].numerator) == [93_000_000.0, 93_000_000.0]
    with pytest.raises(ValueError, match=r"principal_cash\.allow_negative"):
        run(text.replace("allow_negative: true", "allow_negative: false"), [1.0], [0.0], [1.0])


REPAID_BY_INTEREST = (
    PLAIN.replace("- {residual: {book: interest}}", "- {repay: principal_cash}\n      - {residual: {book: interest}}")
    + "accounts: {collection: {type: 2, principal: -5200000}}\n"
    + "principal_cash: {allow_negative: true, limit: 0.001, repay_from: [principal, interest]}\n"
)


def test_interest_repays_an_overdrawn_principal_account_before_the_residual() -> None:
    as_principal = REPAID_BY_INTEREST.replace("[principal, interest]", "principal").replace(
        "      - {repay: principal_cash}\n", ""
    )
    before, found = (
        run(text, [2_275_000.0] * 2, [5e6] * 2, [95e6, 90e6]) for text in (as_principal, REPAID_BY_INTEREST)
    )
    # -5.2m and 5m leave -0.2m, which the residual has; then the next 5m are all there
    residuals = [result.equity.interest[0, 0] + result.equity.incentive_fee[0, 0] for result in (before, found)]
    assert round(residuals[0] - residuals[1], 2) == 200_000.0
    assert residuals[1] > 0
    assert cents(before.principal_proceeds) == [0.0, 4_800_000.0]
    assert cents(found.principal_proceeds) == [0.0, 5_000_000.0]
    # -0.2m is below 0.1 % of 95m less 0.2m
    assert found.overdraft_above_limit[0].tolist() == [True, False]


def test_step_and_rule_of_repaying_from_interest_stand_together() -> None:
    with pytest.raises(deal.DealError, match=r"lists\.interest: expected a step repay: principal_cash before"):
        deal.loads(REPAID_BY_INTEREST.replace("      - {repay: principal_cash}\n", ""))
    with pytest.raises(deal.DealError, match=r"lists\.interest: expected such a step .*REPAY_STEP"):
        deal.loads(REPAID_BY_INTEREST.replace("[principal, interest]", "principal"))


def purchased(amount: int) -> DealResult:
    text = PLAIN + f"purchased_accrued: {{amount: {amount}}}\n"
    return run(text, [2_275_000.0], [5e6], [95e6])


def test_purchased_accrued_interest_moves_from_interest_to_principal_until_it_is_repaid() -> None:
    # clo-liabilities-waterfall 1.3 step 3
    part, all_of_it = purchased(75_000), purchased(3_000_000)
    assert cents(part.interest_proceeds + part.purchased_accrued) == [2_200_000.0]
    assert cents(part.principal_proceeds) == [5_075_000.0]
    assert cents(all_of_it.interest_proceeds) == [0.0]
    assert cents(all_of_it.purchased_accrued) == [725_000.0]
    # what is still owed counts in the numerator and in the fee basis
    assert cents(all_of_it.tests["OC-B"].numerator) == [95e6 + 7_275_000.0 + 725_000.0]
    assert cents(all_of_it.fee_basis) == [103_000_000.0]
