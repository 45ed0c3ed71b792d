"""What a period collects where loans, hedges or the index are at their limits: never less than nothing, never too late."""

from __future__ import annotations

import numpy as np
import pytest

from calculations.clo import deal
from calculations.clo.pool_detail import PoolDetail, share_name
from calculations.clo.pool_flows import PoolFlows
from tests.calculations.deal.worked import INDEX, PLAIN, cents, dates, pool, run

HEDGED = """
deal: hedged
notes: {A: {original_balance: 1000000, spread: 0.01}, sub: {original_balance: 10, equity: true}}
dues: {hedge: {amount: close_out, carry: true}}
lists:
  interest: {steps: [{pay: hedge}, {interest: [A]}, {residual: {book: interest}}]}
  principal: {steps: [{pay: hedge}, {move: {to: notes}}]}
  notes: {steps: [{pay: hedge}, {principal: [A]}, {residual: {book: principal}}]}
"""


def test_a_sold_pool_has_no_hedges_left_to_close() -> None:
    # the first scenario pays its sub notes nothing and is called for the second date; the other one goes on, and what
    # hedges of later defaults bring in the third period is its own alone (LIA 1.3 step 10; clo-extensions 3.5)
    text = HEDGED + "call: {price: 1, distribution_below: 0.01}\n"
    flows = PoolFlows.zeros(2, 3)
    flows.performing[:] = 1e6
    flows.interest[1] = 1e6
    detail = PoolDetail(close_out=np.array([[0.0, 0.0, 700.0], [0.0, 0.0, 700.0]]))
    found = deal.run_liabilities(deal.loads(text), flows, dates(3, ends=False), np.full(3, INDEX), detail=detail)
    assert found.principal_proceeds.tolist() == [[0.0, 1e6, 0.0], [0.0, 0.0, 700.0]]


def test_interest_that_repaid_purchased_accrued_is_not_held_back_too() -> None:
    # clo-extensions 3.6 and 4.10: of 100 received once in four periods, 75 would be held, but 60 went to principal
    text = (
        PLAIN
        + "accounts: {smoothing: {type: 8}}\n"
        + "smoothing: {account: smoothing, above: 0.05}\n"
        + "purchased_accrued: {amount: 60}\n"
    )
    detail = PoolDetail(rare_interest={4: np.array([[100.0, 0.0]])}, shares={share_name(3): np.array([[0.5, 0.5]])})
    flows = pool([100.0, 0.0], [0.0, 0.0], [100e6, 100e6])
    found = deal.run_liabilities(deal.loads(text), flows, dates(2, ends=False), np.full(2, INDEX), detail=detail)
    # 40 are left, of which three quarters are held and a third of that comes back in the next period
    assert cents(found.account_flows["smoothing"].paid_in) == [30.0, 0.0]
    assert cents(found.interest_proceeds)[0] == 10.0


def test_a_deal_goes_on_while_a_repaid_loan_owes_fees() -> None:
    # clo-extensions 3.2: nothing is drawn after period 1, and the fee for what may be drawn comes in period 3
    found = run(PLAIN, [0.0, 0.0, 5_000.0], [100e6, 0.0, 0.0], [0.0, 0.0, 0.0])
    assert found.last_period.tolist() == [3]
    assert cents(found.interest_proceeds) == [0.0, 0.0, 5_000.0]


def test_no_fee_accrues_on_crumbs_of_a_pool_that_has_ended() -> None:
    # of the first scenario's loans less than a hundredth is left (LIA 1.3 step 13); the other one goes on
    flows = PoolFlows.zeros(2, 2)
    flows.performing[:] = [[100e6, 1e-9, 1e-9], [100e6, 100e6, 100e6]]
    flows.scheduled[0, 0] = 100e6
    found = deal.run_liabilities(deal.loads(PLAIN), flows, dates(2, ends=False), np.full(2, INDEX))
    assert found.last_period.tolist() == [1, 2]
    # 100,000 a year, actual/360 over 91 days in each of the two periods
    of_quarter = round(100_000 * 91 / 360, 2)
    assert cents(found.fees["trustee"].accrued) == [of_quarter, 0.0, of_quarter, of_quarter]


@pytest.mark.parametrize(("index", "coupon"), [(-0.014, 0.001), (-0.02, 0.0)])
def test_no_class_pays_for_a_negative_index(index: float, coupon: float) -> None:
    # class A of 80m at index + 1.50 %, actual/360 over 91 days; the index itself has no floor (LIA 3.1)
    flows = pool([1e6], [0.0], [100e6])
    found = deal.run_liabilities(deal.loads(PLAIN), flows, dates(1, ends=False), np.array([index]))
    assert cents(found.notes["A"].interest_accrued) == [round(80e6 * coupon * 91 / 360, 2)]


def test_nothing_is_due_by_a_list_that_a_scenario_does_not_walk() -> None:
    # the first scenario has lost half of its pool and is in default; the other one is not (LIA 1.3 step 11)
    text = HEDGED + (
        "  default: {source: all, steps: [{pay: hedge}, {interest: [A]}, {principal: [A]}, {residual: {}}]}\n"
        "event_of_default: {ratio: {denominator: [A], trigger: 0.8}}\n"
    )
    flows = PoolFlows.zeros(2, 1)
    flows.performing[:] = [[1e6, 5e5], [1e6, 1e6]]
    detail = PoolDetail(close_out=np.zeros((2, 1)))
    found = deal.run_liabilities(
        deal.loads(text), flows, dates(1, ends=False), np.array([INDEX]), detail=detail, record_steps=True
    )
    assert (found.steps["default", 3].due > 0).tolist() == [[True], [False]]
    assert (found.steps["interest", 2].due > 0).tolist() == [[False], [True]]
